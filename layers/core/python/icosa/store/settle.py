"""Settling: bringing the rows of records into agreement with the records, whatever a batch has left of its work.

Used when a batch fails, when its writer died, and for the last step of a batch that moved records. For each record that
the batch touched: read its live and its trash row, derive the rows that it should have (``store.derive``), and remove
or correct those of the batch's rows that differ.

To see that a record is unchanged is not enough before a row is removed: another batch may have staged the very same row
for the record's next state. So every transaction here also increments the version of the record whose rows it changes
(its *fence*). The other batch then fails at its commit and starts again, and so does any writer that read the record
before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..model.model import Model, Object
from ..model.record import Record
from . import batch_log, keys, register
from .change import guard_of, put_row
from .copies import marked
from .derive import Rows
from .keys import Key
from .ops import NOT_EXISTS, CheckItem, DeleteItem, Op, PutItem, UpdateItem
from .places import both_places
from .record import HIDDEN, RECOUNT, RECOUNT_NAMES, VERSION, current_state, unpack_or_none
from .register import Register
from .retry import Attempts
from .table import MAX_TRANSACTION, Item, Table, TransactionConflict, TransactionFailed, chunked

_ATTEMPTS = Attempts(5)
#: So long after a batch has begun the janitor may still be told of its log: the stream keeps what it tells for a day,
#: and an item that has expired may be there for two.
_JANITOR_SECONDS = 4 * 86_400
#: Operations that a transaction has room for beside a fence.
_ROOM = MAX_TRANSACTION - 2

RecordId = tuple[str, str]  # object key, record id


@dataclass(frozen=True, slots=True)
class Touched:
    """The keys that a batch may have written for one record: derived rows and guards. ``altered`` are those of rows
    that keep their key while their attributes change.
    """

    rows: tuple[Key, ...] = ()
    altered: frozenset[Key] = frozenset()


@dataclass(frozen=True, slots=True)
class RecordRows:
    """The live and the trash row of a record, as read together."""

    model: Model
    obj: Object
    id: str
    live: Record | None
    trashed: Record | None

    @classmethod
    def read(
        cls, table: Table, model: Model, records: Sequence[tuple[Object, str]], also: Sequence[Key] = ()
    ) -> tuple[list[RecordRows], list[Any]]:
        """The rows of many records, in their order, and the items at the keys of ``also``."""
        ws = model.workspace_id
        items = table.batch_get([*(key for obj, i in records for key in both_places(ws, obj, i)), *also])
        rows = [
            cls(model, obj, record_id, *(unpack_or_none(item, obj.stored_form) for item in items[2 * i : 2 * i + 2]))
            for i, (obj, record_id) in enumerate(records)
        ]
        return rows, items[2 * len(records) :]

    @property
    def state(self) -> tuple[Record, bool] | None:
        """The record and whether it is live; None when there is none."""
        return current_state(self.live, self.trashed)

    def guards(self) -> Mapping[Key, Any]:
        """The guards of the record's unique values."""
        return Rows.of(self.model, self.obj).guards(self.state[0]) if self.state else {}

    def derived(self) -> Mapping[Key, Any]:
        """The derived rows of the record, without guards."""
        return Rows.of(self.model, self.obj).derive(self.state[0], live=self.state[1]) if self.state else {}

    @property
    def is_tidy(self) -> bool:
        """Whether there is at most one row, not marked as moving."""
        return all(
            row is None or (self.state is not None and row is self.state[0] and not row.is_hidden)
            for row in (self.live, self.trashed)
        )

    def fence(self, steps: int = 0) -> list[Op]:
        """Operations that fail when a row is not as read, and otherwise increment the record's version and leave it
        with one unmarked row (or none).

        ``steps`` is the number of transactions with a fence of these rows that have been sent before.
        """
        ops: list[Op] = []
        ws, state = self.model.workspace_id, self.state
        for row, key in zip((self.live, self.trashed), both_places(ws, self.obj, self.id), strict=True):
            if row is not None and state is not None and row is state[0]:
                moved = row.is_hidden and steps == 0
                expression = f"REMOVE #h {RECOUNT}" if moved else RECOUNT
                condition, names, values = _as_read(row, marked=moved)
                names = {**names, **RECOUNT_NAMES}
                ops.append(
                    UpdateItem(key, expression, condition, names, {**values, ":v": row.version + steps, ":one": 1})
                )
            elif row is not None and steps == 0:
                ops.append(DeleteItem(key, *_as_read(row, marked=row.is_hidden)))
            elif state is None:
                ops.append(CheckItem(key, NOT_EXISTS))
        return ops


def _as_read(row: Record, *, marked: bool) -> tuple[str, dict[str, str], dict[str, Any]]:
    """The condition (expression, names, values) that a row is as it was read; ``marked``: its mark of a move, too."""
    if not marked:
        return "#v = :v", {"#v": VERSION}, {":v": row.version}
    return "#v = :v AND #h = :h", {"#v": VERSION, "#h": HIDDEN}, {":v": row.version, ":h": row.batch}


def settle(table: Table, model: Model, touched: Mapping[RecordId, Touched]) -> None:
    """Bring the rows that a batch touched into agreement with their records.

    Raises TransactionConflict when the records keep changing; it may be called again later.
    """
    unsettled = dict(touched)
    for attempt in _ATTEMPTS:
        # At first many records share a transaction; where one of them has changed, each gets its own.
        unsettled = _settle_once(table, model, unsettled, together=attempt == 0)
        if not unsettled:
            return
    raise TransactionConflict


def _settle_once(
    table: Table, model: Model, touched: Mapping[RecordId, Touched], *, together: bool
) -> dict[RecordId, Touched]:
    """Settle what can be settled now. Returns the records that were changed in between."""
    # Objects that are gone have taken their rows with them.
    known = {record: rows for record, rows in touched.items() if record[0] in model.by_key}
    guard_keys = [key for rows in known.values() for key in rows.rows if keys.is_unique(key)]
    records, guards = RecordRows.read(table, model, [(model.by_key[obj], i) for obj, i in known], guard_keys)
    settling = _Settling(
        records=dict(zip(known, records, strict=True)),
        owners={key: guard["id"] for key, guard in zip(guard_keys, guards, strict=True) if guard is not None},
        held=frozenset(key for of in records for key in of.guards()),
    )
    work: list[tuple[list[RecordId], list[list[Op]]]] = []
    for record, rows in known.items():
        parts = settling.transactions(record, rows)
        if together and len(parts) == 1 and work and len(work[-1][1]) == 1 and _fit(work[-1][1][0], parts[0]):
            work[-1][0].append(record)
            work[-1][1][0] += parts[0]
        elif parts:
            work.append(([record], parts))
    failed = table.parallel([_sender(together_with, parts) for together_with, parts in work])
    return {record: known[record] for part in failed for record in part}


def _fit(ops: Sequence[Op], more: Sequence[Op]) -> bool:
    """Whether both fit into one transaction, which may have only one operation for each item."""
    return len(ops) + len(more) <= MAX_TRANSACTION and {op.key for op in ops}.isdisjoint(op.key for op in more)


def _sender(records: Sequence[RecordId], transactions: Sequence[Sequence[Op]]) -> Callable[[Table], Sequence[RecordId]]:
    """Sends the transactions of some records, and returns these records when one of them fails."""

    def send(table: Table) -> Sequence[RecordId]:
        try:
            for ops in transactions:
                table.transact(ops)
        except (TransactionFailed, TransactionConflict):
            return records
        return ()

    return send


@dataclass(frozen=True, slots=True)
class _Settling:
    """What has been read to settle records: their rows, the owners of the guards in question, and the guards that the
    records should hold.
    """

    records: Mapping[RecordId, RecordRows]
    owners: Mapping[Key, str]
    held: frozenset[Key]

    def transactions(self, record: RecordId, touched: Touched) -> list[list[Op]]:
        """The transactions that settle one record, to be sent in order; none when nothing is wrong."""
        rows = self.records[record]
        valid = rows.derived()
        ops: dict[Key, Op] = {}
        for key in touched.rows:
            if keys.is_unique(key):
                ops |= {op.key: op for op in self._guard(rows, key)}
            elif key not in valid:
                ops[key] = DeleteItem(key)
            elif key in touched.altered:
                assert rows.state is not None
                ops[key] = put_row(key, marked(valid[key], int(time.time() * 1000)), rows.state[0].version)
        if not ops and rows.is_tidy:
            return []
        parts = list(chunked(list(ops.values()), _ROOM)) or [[]]
        return [[*rows.fence(steps), *part] for steps, part in enumerate(parts)]

    def _guard(self, rows: RecordRows, key: Key) -> Iterable[Op]:
        """Give a guard back to the record that has its value, or remove it when no record has. A batch may have passed
        it from one record to another.
        """
        owner = self.owners.get(key)
        if key in rows.guards():
            assert rows.state is not None
            guard = guard_of(key, rows.id, rows.state[0].version)
            if owner is None:
                yield PutItem(guard, NOT_EXISTS)
            elif owner != rows.id:
                other = self.records.get((rows.obj.key, owner))
                if other is not None and key not in other.guards():
                    yield PutItem(guard, "id = :owner", values={":owner": owner})
                    yield from other.fence()
        elif owner == rows.id and key not in self.held:
            yield DeleteItem(key, "id = :owner", values={":owner": owner})


# ---------------------------------------------------------------------- batches of other writers


def read_register(table: Table, model: Model) -> Register:
    return Register.parse(table.get(keys.open_batches(model.workspace_id)))


def close(table: Table, model: Model, batch: str, objects: Iterable[str], log: Sequence[Key]) -> None:
    """Remove a settled batch from the register, and its log. It does no harm to do only one of it, or what somebody
    else has done.
    """
    closing = register.close_batch(model.workspace_id, batch, objects, at_commit=False)
    table.parallel([lambda table: table.update(closing), *(_deleter(key) for key in log)])


def _deleter(key: Key) -> Callable[[Table], bool]:
    return lambda table: table.delete(DeleteItem(key))


def settle_abandoned(table: Table, model: Model, seen: Register, batch: str) -> None:
    """Settle a batch whose writer died, by its log. Does nothing when the batch is closed already.

    Raises TransactionConflict when its records keep changing; the batch stays open then.
    """
    ws = model.workspace_id
    objects = seen.open[batch][0]
    try:
        table.transact([register.give_up(ws, batch, objects)])
    except TransactionFailed:
        return
    items = batch_log.items(table, ws, batch)
    if not items:
        if not _may_have_expired(seen.open[batch][1]):
            close(table, model, batch, objects, [])
        return
    settle(table, model, _touched(ws, items))
    close(table, model, batch, objects, [keys.of(item) for item in items])


def _may_have_expired(started_ms: int) -> bool:
    """Whether a batch may have had a log that has expired, which the janitor settles (``settle_expired``).

    Otherwise its writer died before the log was written, when nothing was staged, or after it was removed, when nothing
    was left.
    """
    age = time.time() - started_ms / 1000
    return batch_log.LIFE_SECONDS <= age <= _JANITOR_SECONDS


def free_stale_id(table: Table, model: Model, obj: Object, record_id: str) -> bool:
    """Remove a hidden row that a batch has left under an id. True when the id may be free now, False when a record has
    it.

    Raises TransactionConflict when another writer is faster.
    """
    [rows], _ = RecordRows.read(table, model, [(obj, record_id)])
    if rows.state is not None:
        return False
    settle(table, model, {(obj.key, record_id): Touched()})
    return True


def free_stale_guard(table: Table, model: Model, obj: Object, key: Key, now_ms: int, *, claimant: str) -> bool:
    """Remove the guard of a unique value that no record has. True when the value may be free now, or soon; False when
    another record than ``claimant`` has it.
    """
    seen = read_register(table, model)
    for abandoned in seen.abandoned(now_ms):
        settle_abandoned(table, model, seen, abandoned)
    guard = table.get(key)
    if guard is None or guard["id"] == claimant:
        return True
    [rows], _ = RecordRows.read(table, model, [(obj, guard["id"])])
    if key in rows.guards():
        return False
    seen = read_register(table, model)
    if seen.touches(obj.key):
        # A batch under way may be about to commit a record with this value: wait for what becomes of it.
        return True
    free = DeleteItem(key, "id = :owner", values={":owner": guard["id"]})
    with suppress(TransactionFailed):
        table.transact([register.require_unchanged(model.workspace_id, obj.key, seen), *rows.fence(), free])
    return True


def settle_expired(table: Table, model: Model, log_item: Item) -> None:
    """Settle the records named by a part of a log that has expired: the batch's writer died, and nobody else has
    settled them.
    """
    ws = model.workspace_id
    batch = batch_log.batch_of(log_item)
    seen = read_register(table, model)
    if batch in seen.open:
        try:
            table.transact([register.give_up(ws, batch, seen.open[batch][0])])
        except TransactionFailed:
            seen = read_register(table, model)
    settle(table, model, _touched(ws, [log_item]))
    if batch in seen.open and not batch_log.items(table, ws, batch, project="SK"):
        close(table, model, batch, seen.open[batch][0], [])


def _touched(ws: str, items: Iterable[Item]) -> dict[RecordId, Touched]:
    return {(obj, record): Touched(rows, altered) for obj, record, rows, altered in batch_log.read(ws, items)}
