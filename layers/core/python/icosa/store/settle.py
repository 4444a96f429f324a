"""Settling: taking away what a batch (``store/batch.py``) has left, whatever became of it, beside other writers.

A row goes when it does not follow from its record as that is now. Another batch may have staged the very same row for
the record's next state, so to see that a record is unchanged is not enough: whoever takes something away also moves the
record's version on, in the same transaction. The other batch then fails at its commit, and starts anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..model.model import Model, Object
from ..model.record import Record
from ..model.types.base import Item
from . import batch_log, keys, register
from .change import put_row
from .derive import Rows
from .keys import Key
from .ops import NOT_EXISTS, Check, Delete, Op, Put, Update
from .record import HIDDEN, VERSION, current, unpack_or_none
from .register import Register
from .retry import Attempts
from .table import MAX_TRANSACTION, Table, TransactionConflict, TransactionFailed, chunked

_ATTEMPTS = Attempts(5)
#: Operations of a transaction beside those of ``RecordRows.fence``.
_ROOM = MAX_TRANSACTION - 2

RecordId = tuple[str, str]  # object key, record id


@dataclass(frozen=True, slots=True)
class Touched:
    """What a batch may have written for one record: rows and guards, of which ``altered`` are rows that
    keep their key.
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
        found = table.batch_get(
            [*((place(ws, obj.key), i) for obj, i in records for place in (keys.records, keys.trash)), *also]
        )
        rows = [
            cls(model, obj, record_id, *(unpack_or_none(item, obj.stored_form) for item in found[2 * i : 2 * i + 2]))
            for i, (obj, record_id) in enumerate(records)
        ]
        return rows, found[2 * len(records) :]

    @property
    def current(self) -> tuple[Record, bool] | None:
        """The record and whether it is live."""
        return current(self.live, self.trashed)

    def guards(self) -> Mapping[Key, Any]:
        """The guards of the record's unique values."""
        return Rows.of(self.model, self.obj).guards(self.current[0]) if self.current else {}

    def derived(self) -> Mapping[Key, Any]:
        """The derived rows of the record, without guards."""
        return Rows.of(self.model, self.obj).derive(self.current[0], live=self.current[1]) if self.current else {}

    @property
    def is_tidy(self) -> bool:
        """Whether there is but one row, and no mark of a move on it."""
        return all(
            row is None or (self.current is not None and row is self.current[0] and not row.is_hidden)
            for row in (self.live, self.trashed)
        )

    def fence(self, steps: int = 0) -> list[Op]:
        """Operations that tidy up the two rows and move the record's version on, or fail when a row is not as read.

        ``steps`` is the number of transactions that have begun with a fence of these rows already.
        """
        ops: list[Op] = []
        ws, state = self.model.workspace_id, self.current
        for row, place in ((self.live, keys.records), (self.trashed, keys.trash)):
            key = place(ws, self.obj.key), self.id
            if row is not None and state is not None and row is state[0]:
                moved = row.is_hidden and steps == 0
                expression = "REMOVE #h ADD #v :one" if moved else "ADD #v :one"
                condition, names, values = _as_read(row, marked=moved)
                ops.append(Update(key, expression, condition, names, {**values, ":v": row.version + steps, ":one": 1}))
            elif row is not None and steps == 0:
                ops.append(Delete(key, *_as_read(row, marked=row.is_hidden)))
            elif state is None:
                ops.append(Check(key, NOT_EXISTS))
        return ops


def _as_read(row: Record, *, marked: bool) -> tuple[str, dict[str, str], dict[str, Any]]:
    """A condition, with names and values, that a row is as it was read; ``marked`` looks at the mark of a move, too."""
    if not marked:
        return "#v = :v", {"#v": VERSION}, {":v": row.version}
    return "#v = :v AND #h = :h", {"#v": VERSION, "#h": HIDDEN}, {":v": row.version, ":h": row.batch}


def settle(table: Table, model: Model, touched: Mapping[RecordId, Touched]) -> None:
    """Remove or correct, of the rows that a batch touched, those that do not follow from the records as they are now.

    Raises TransactionConflict when the records keep changing: to be tried again later.
    """
    left = dict(touched)
    for attempt in _ATTEMPTS:
        # At first many records share a transaction; where one of them has changed, each gets its own.
        left = _settle_once(table, model, left, together=attempt == 0)
        if not left:
            return
    raise TransactionConflict


def _settle_once(
    table: Table, model: Model, touched: Mapping[RecordId, Touched], *, together: bool
) -> dict[RecordId, Touched]:
    """Returns the records that were changed in between."""
    # Objects that are gone have taken their rows with them.
    known = {record: one for record, one in touched.items() if record[0] in model.by_key}
    guard_keys = [key for one in known.values() for key in one.rows if keys.is_unique(key)]
    records, guards = RecordRows.read(table, model, [(model.by_key[obj], i) for obj, i in known], guard_keys)
    settling = _Settling(
        records=dict(zip(known, records, strict=True)),
        owners={key: guard["id"] for key, guard in zip(guard_keys, guards, strict=True) if guard is not None},
        held=frozenset(key for rows in records for key in rows.guards()),
    )
    work: list[tuple[list[RecordId], list[list[Op]]]] = []
    for record, one in known.items():
        parts = settling.transactions(record, one)
        if together and len(parts) == 1 and work and len(work[-1][1]) == 1 and _fit(work[-1][1][0], parts[0]):
            work[-1][0].append(record)
            work[-1][1][0] += parts[0]
        elif parts:
            work.append(([record], parts))
    failed = table.parallel([_sender(of, parts) for of, parts in work])
    return {record: known[record] for of in failed for record in of}


def _fit(ops: Sequence[Op], more: Sequence[Op]) -> bool:
    """Whether both can go into one transaction, which has one operation for an item at most."""
    return len(ops) + len(more) <= MAX_TRANSACTION and {op.key for op in ops}.isdisjoint(op.key for op in more)


def _sender(records: Sequence[RecordId], transactions: Sequence[Sequence[Op]]) -> Callable[[Table], Sequence[RecordId]]:
    """A branch that returns the records if they have not been settled."""

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
    """What has been read of the records to settle: their rows, whose guards there are, and the guards that they should
    have.
    """

    records: Mapping[RecordId, RecordRows]
    owners: Mapping[Key, str]
    held: frozenset[Key]

    def transactions(self, record: RecordId, touched: Touched) -> list[list[Op]]:
        """What settles one record, one after the other; nothing when it is settled."""
        rows = self.records[record]
        valid = rows.derived()
        ops: dict[Key, Op] = {}
        for key in touched.rows:
            if keys.is_unique(key):
                ops |= {op.key: op for op in self._guard(rows, key)}
            elif key not in valid:
                ops[key] = Delete(key)
            elif key in touched.altered:
                ops[key] = put_row(key, valid[key])
        if not ops and rows.is_tidy:
            return []
        parts = list(chunked(list(ops.values()), _ROOM)) or [[]]
        return [[*rows.fence(steps), *part] for steps, part in enumerate(parts)]

    def _guard(self, rows: RecordRows, key: Key) -> Iterable[Op]:
        """What puts a guard right: it belongs to the record whose value it guards. A batch may have passed it on to
        another.
        """
        owner = self.owners.get(key)
        if key in rows.guards():
            if owner is None:
                yield Put(keys.item_at(key, id=rows.id), NOT_EXISTS)
            elif owner != rows.id:
                other = self.records.get((rows.obj.key, owner))
                if other is not None and key not in other.guards():
                    yield Put(keys.item_at(key, id=rows.id), "id = :owner", values={":owner": owner})
                    yield from other.fence()
        elif owner == rows.id and key not in self.held:
            yield Delete(key, "id = :owner", values={":owner": owner})


# ---------------------------------------------------------------------- batches of other writers


def current_register(table: Table, model: Model) -> Register:
    return Register.parse(table.get(keys.open_batches(model.workspace_id)))


def close(table: Table, model: Model, batch: str, objects: Iterable[str], log: Sequence[Key]) -> None:
    """Take a settled batch from the register, and its log with it."""
    try:
        table.transact([register.closing(model.workspace_id, batch, objects, at_commit=False), *map(Delete, log)])
    except TransactionFailed:
        # Somebody else found the batch abandoned and has closed it.
        table.parallel([_deleter(key) for key in log])


def _deleter(key: Key) -> Callable[[Table], None]:
    return lambda table: table.transact([Delete(key)])


def settle_abandoned(table: Table, model: Model, seen: Register, batch: str) -> None:
    """Clean up after a batch whose writer died. Does nothing when the batch is closed already.

    Raises TransactionConflict when its records keep changing; the batch stays open then.
    """
    ws = model.workspace_id
    objects = seen.open[batch][0]
    try:
        table.transact([register.claiming(ws, batch, objects)])
    except TransactionFailed:
        return
    items = batch_log.items(table, ws, batch)
    if not items:
        return  # expired: the janitor has, or will get, what it held
    settle(table, model, _touched(ws, items))
    close(table, model, batch, objects, [keys.of(item) for item in items])


def release_stale_place(table: Table, model: Model, obj: Object, record_id: str) -> bool:
    """Remove what a batch has left, or reserved, in a record's place. True when the id may be free now, False when
    there is a record.

    Raises TransactionConflict when somebody is faster.
    """
    [rows], _ = RecordRows.read(table, model, [(obj, record_id)])
    if rows.current is not None:
        return False
    settle(table, model, {(obj.key, record_id): Touched()})
    return True


def release_stale_guard(table: Table, model: Model, obj: Object, key: Key, now_ms: int) -> bool:
    """Remove the guard of a unique value that an abandoned write left behind. True when the value may be free now, or
    soon.
    """
    seen = current_register(table, model)
    for abandoned in seen.abandoned(now_ms):
        settle_abandoned(table, model, seen, abandoned)
    guard = table.get(key)
    if guard is None:
        return True
    [rows], _ = RecordRows.read(table, model, [(obj, guard["id"])])
    if key in rows.guards():
        return False
    seen = current_register(table, model)
    if seen.touches(obj.key):
        # A batch under way may be about to commit this very record: whether the value is taken is decided then.
        return True
    free = Delete(key, "id = :owner", values={":owner": guard["id"]})
    with suppress(TransactionFailed):
        table.transact([register.unchanged(model.workspace_id, obj.key, seen), *rows.fence(), free])
    return True


def settle_expired(table: Table, model: Model, log_item: Item) -> None:
    """Clean up by a part of a batch's log that has expired: its writer died and nobody else has dealt with it."""
    ws = model.workspace_id
    batch = batch_log.batch_of(log_item)
    seen = current_register(table, model)
    if batch in seen.open:
        try:
            table.transact([register.claiming(ws, batch, seen.open[batch][0])])
        except TransactionFailed:
            seen = current_register(table, model)
    settle(table, model, _touched(ws, [log_item]))
    if batch in seen.open and not batch_log.items(table, ws, batch, project="SK"):
        close(table, model, batch, seen.open[batch][0], [])


def _touched(ws: str, items: Iterable[Item]) -> dict[RecordId, Touched]:
    return {(obj, record): Touched(rows, altered) for obj, record, rows, altered in batch_log.read(ws, items)}
