"""Writes that exceed one transaction, in steps of which one is the commit.

1. **open**: enter the batch in the register, log every row it will touch;
2. **stage**: add index rows, edges and unique guards of the records' new states; put the hidden twin of records that move
   between the live records and the trash;
3. **commit**: all records in one transaction, together with counters and the proof that the batch was not given up;
4. **clear**: remove the rows of the old states, close the batch.

Readers take a row for true only when its record confirms it, so before 3 nothing and after 3 everything is visible. A crash
leaves an open batch: reads stay right (store/register.py), and ``settle_abandoned`` removes what it left. Both that and the
batch's own step 4 remove a row only in a transaction that checks its record's version, so that they never take away a row
that a later write has made true again.

A record that moves is briefly in both partitions. The twin in the trash carries HIDDEN, and a hidden trash row counts only
while the live row is missing or hidden itself; a hidden live row never counts.
"""

from __future__ import annotations

import uuid
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from ..errors import PayloadTooLarge
from ..model.model import Model, Object
from ..model.types.base import Item
from . import keys, register
from .change import Blamed, Cause, Change, RowDiff
from .derive import Rows
from .keys import Key
from .ops import NOT_EXISTS, Check, Delete, Op, Put, Update
from .record import HIDDEN, VERSION, pack, unpack_or_none
from .register import Register
from .table import MAX_TRANSACTION, Table, TransactionConflict, TransactionFailed, chunked

_LOG_PART_BYTES = 300_000
#: A log that nobody has dealt with by then expires, and its expiry calls the janitor.
_LOG_SECONDS = 300
_SETTLE_ATTEMPTS = 5
_RecordId = tuple[str, str]  # object key, record id


class StepFailed(Exception):
    """Conditions of a step did not hold; the batch has been undone. A cause of None says nothing to the client."""

    def __init__(self, causes: Sequence[Cause | None]) -> None:
        super().__init__([cause.kind if cause else None for cause in causes])
        self.causes = causes


@dataclass(slots=True)
class Batch:
    """One multi-step write."""

    table: Table
    model: Model
    changes: Sequence[Change]
    diffs: Sequence[RowDiff]
    guards: Sequence[Blamed]
    counters: Sequence[Blamed]
    checks: Sequence[Blamed]
    register: Register
    now_ms: int
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def run(self) -> None:
        """Raises StepFailed, TransactionConflict and PayloadTooLarge; in all cases nothing of the batch remains."""
        touched = self._touched()
        log = list(_log_items(self.model.workspace_id, self.id, touched, expires=self.now_ms // 1000 + _LOG_SECONDS))
        self.table.meter.note(f"batch of {len(self.changes)} records, {sum(map(len, touched.values()))} rows")
        self._open(log)
        try:
            self._stage()
            cleared = self._commit(log)
        except (StepFailed, TransactionConflict, PayloadTooLarge):
            self._settle(touched, log)
            raise
        if not cleared:
            self._clear(touched, log)

    # ------------------------------------------------------------------ steps

    def _open(self, log: Sequence[Item]) -> None:
        objects = self._objects()
        # Two batches that create the same ids would remove each other's rows: there is no version yet to check.
        given = any(change.id_is_given and change.before is None for change in self.changes)
        if given and any(self.register.touches(key) for key in objects):
            raise TransactionConflict
        opening = register.opening(self.model.workspace_id, self.id, objects, self.now_ms, unchanged_since=self.register if given else None)
        try:
            self.table.transact([opening, *(Put(item) for item in log)])
        except TransactionFailed:
            raise TransactionConflict from None

    def _stage(self) -> None:
        blamed: list[Blamed] = [(op, cause) for op, cause in self.guards if isinstance(op, Put)]
        for change in self.changes:
            if change.moves:
                blamed += [(op, Cause("version", change)) for op in self._twin(change)]
        for diff in self.diffs:
            blamed += [(Put({"PK": key[0], "SK": key[1], **attributes}), None) for key, attributes in diff.added.items()]
        self._in_parallel(blamed)

    def _twin(self, change: Change) -> Iterable[Op]:
        assert change.before is not None and change.after is not None
        yield Put(pack({**change.after, HIDDEN: self.id}, change.obj.stored_form), NOT_EXISTS)
        if not change.before_live:
            key = (change.before["PK"], change.before["SK"])
            yield Update(
                key,
                "SET #h = :batch ADD #v :one",
                "#v = :v AND attribute_not_exists(#h)",
                names={"#h": HIDDEN, "#v": VERSION},
                values={":batch": self.id, ":v": change.before[VERSION], ":one": 1},
            )

    def _commit(self, log: Sequence[Item]) -> bool:
        """Returns whether the batch is closed already because there is nothing to clear."""
        done = not any(diff.removed for diff in self.diffs) and not any(isinstance(op, Delete) for op, _ in self.guards)
        done = done and not any(change.moves for change in self.changes)
        ws = self.model.workspace_id
        records = [op for change in self.changes for op in self._record(change)]
        objects = self._objects()
        last = register.closing(ws, self.id, objects, at_commit=True) if done else register.holding(ws, self.id, objects)
        end: list[Blamed] = [(last, Cause("register"))]
        if done:
            end += [(Delete((item["PK"], item["SK"])), None) for item in log]
        blamed = [*records, *self.counters, *end]
        if len(blamed) + len(self.checks) <= MAX_TRANSACTION:
            # Foreign keys have been read before; where they fit they are checked at the very moment of commit, too.
            # The janitor repairs what slips through otherwise (a target destroyed in between).
            blamed += self.checks
        _transact(self.table, blamed)
        return done

    def _record(self, change: Change) -> Iterable[Blamed]:
        before, after = change.before, change.after
        cause = Cause("version", change)
        if before is None:
            assert after is not None
            yield Put(pack(after, change.obj.stored_form), NOT_EXISTS), Cause("id", change)
            return
        key = (before["PK"], before["SK"])
        version = {":v": before[VERSION]}
        if after is None:
            yield Delete(key, "#v = :v", names={"#v": VERSION}, values=version), cause
        elif not change.moves:
            yield Put(pack(after, change.obj.stored_form), "#v = :v", names={"#v": VERSION}, values=version), cause
        elif change.before_live:
            yield (
                Update(
                    key,
                    "SET #h = :batch ADD #v :one",
                    "#v = :v AND attribute_not_exists(#h)",
                    names={"#h": HIDDEN, "#v": VERSION},
                    values={**version, ":batch": self.id, ":one": 1},
                ),
                cause,
            )
        else:
            yield (
                Update((after["PK"], after["SK"]), "REMOVE #h", "#h = :batch", names={"#h": HIDDEN}, values={":batch": self.id}),
                cause,
            )

    def _clear(self, touched: Mapping[_RecordId, Sequence[Key]], log: Sequence[Item]) -> None:
        """Remove what the old states left. Unmoved records are known to be as we wrote them, unless a check says otherwise."""
        groups: list[list[Op]] = []
        for change, diff in zip(self.changes, self.diffs, strict=True):
            if change.moves:
                continue
            check = _check_state(self.model, change.obj, change.id, change.after, live=change.after_live)
            groups += [[*check, *map(Delete, part)] for part in chunked(diff.removed, MAX_TRANSACTION - len(check))]
        groups += [[op for op, _ in part] for part in chunked([b for b in self.guards if isinstance(b[0], Delete)], MAX_TRANSACTION)]
        try:
            self.table.parallel([_sender(ops) for ops in _packed(groups)])
        except (TransactionFailed, TransactionConflict):
            self._settle(touched, log)
            return
        moved = {(change.obj.key, change.id) for change in self.changes if change.moves}
        self._settle({record: rows for record, rows in touched.items() if record in moved}, log)

    def _settle(self, touched: Mapping[_RecordId, Sequence[Key]], log: Sequence[Item]) -> None:
        settle(self.table, self.model, touched)
        _close(self.table, self.model, self.id, self._objects(), [(item["PK"], item["SK"]) for item in log])

    # ------------------------------------------------------------------ details

    def _objects(self) -> frozenset[str]:
        return frozenset(change.obj.key for change in self.changes)

    def _touched(self) -> dict[_RecordId, list[Key]]:
        touched: dict[_RecordId, list[Key]] = {}
        for change, diff in zip(self.changes, self.diffs, strict=True):
            rows = Rows.of(self.model, change.obj)
            found = [*diff.added, *diff.removed]
            for state in (change.before, change.after):
                if state is not None:
                    found += rows.guards(state)
            touched[change.obj.key, change.id] = list(dict.fromkeys(found))
        return touched

    def _in_parallel(self, blamed: Sequence[Blamed]) -> None:
        def sender(part: Sequence[Blamed]) -> Callable[[Table], None]:
            return lambda table: _transact(table, part)

        self.table.parallel([sender(part) for part in chunked(blamed, MAX_TRANSACTION)])


def _transact(table: Table, blamed: Sequence[Blamed]) -> None:
    try:
        table.transact([op for op, _ in blamed])
    except TransactionFailed as failure:
        raise StepFailed([blamed[i][1] for i in failure.failed]) from None


def _sender(ops: Sequence[Op]) -> Callable[[Table], None]:
    return lambda table: table.transact(ops)


def _packed(groups: Iterable[list[Op]]) -> list[list[Op]]:
    """Put whole groups together into transactions of at most 100 operations."""
    packed: list[list[Op]] = []
    for group in groups:
        if packed and len(packed[-1]) + len(group) <= MAX_TRANSACTION:
            packed[-1] += group
        else:
            packed.append(list(group))
    return packed


# ---------------------------------------------------------------------- settling


def settle(table: Table, model: Model, touched: Mapping[_RecordId, Sequence[Key]]) -> None:
    """Remove, of the rows that a batch touched, those that do not follow from the records as they are now.

    Right whatever became of the batch, and safe beside other writers: every removal checks its record's version. Raises
    TransactionConflict when the records keep changing; the batch then stays open, for another attempt later.
    """
    left = dict(touched)
    for _ in range(_SETTLE_ATTEMPTS):
        if not left:
            return
        ids = list(left)
        ws = model.workspace_id
        states = [(partition(ws, obj), record) for obj, record in ids for partition in (keys.records, keys.trash)]
        guard_keys = [key for record in ids for key in left[record] if _is_guard(model, key)]
        found = table.batch_get([*states, *guard_keys])
        owners = {key: guard["id"] for key, guard in zip(guard_keys, found[len(states) :], strict=True) if guard is not None}
        branches: list[Callable[[Table], _RecordId | None]] = []
        for i, record in enumerate(ids):
            obj = model.by_key.get(record[0])
            if obj is None:  # the object is gone, and its rows with it
                continue
            live, trashed = (unpack_or_none(item, obj.stored_form) for item in found[2 * i : 2 * i + 2])
            branches.append(_settler(model, obj, record, live, trashed, left[record], owners))
        failed = [record for record in table.parallel(branches) if record is not None] if branches else []
        left = {record: left[record] for record in failed}
    raise TransactionConflict


def _settler(
    model: Model,
    obj: Object,
    record: _RecordId,
    live: Item | None,
    trashed: Item | None,
    rows: Sequence[Key],
    owners: Mapping[Key, str],
) -> Callable[[Table], _RecordId | None]:
    """A branch that settles one record and returns it when that did not succeed."""
    record_id = record[1]
    ops: list[Op] = []
    item, is_live = (live, True) if live is not None else (trashed, False)
    mine = {"names": {"#h": HIDDEN, "#v": VERSION}}
    twin_hidden = trashed is not None and HIDDEN in trashed
    if live is not None and HIDDEN in live:
        # Hidden live rows never count: the trash holds the truth.
        item, is_live = trashed, False
        ops.append(Delete((live["PK"], record_id), "#h = :h AND #v = :v", **mine, values={":h": live[HIDDEN], ":v": live[VERSION]}))
    elif live is not None and trashed is not None:
        ops.append(Delete((trashed["PK"], record_id), "#v = :v", names={"#v": VERSION}, values={":v": trashed[VERSION]}))
    if twin_hidden and not is_live:
        assert trashed is not None
        check: list[Op] = [
            Update(
                (trashed["PK"], record_id),
                "REMOVE #h",
                "#h = :h AND #v = :v",
                **mine,
                values={":h": trashed[HIDDEN], ":v": trashed[VERSION]},
            )
        ]
        again = _check_state(model, obj, record_id, item, live=False)
    else:
        check = again = _check_state(model, obj, record_id, item, live=is_live)
        checked = {op.key for op in ops}
        check = [op for op in check if op.key not in checked]
    derive = Rows.of(model, obj)
    valid = derive.derive(item, live=is_live) if item is not None else {}
    guards = derive.guards(item) if item is not None else {}
    for key in rows:
        if _is_guard(model, key):
            owner = owners.get(key)
            if key in guards and owner != record_id:
                ops.append(Put({"PK": key[0], "SK": key[1], "id": record_id}))
            elif key not in guards and owner == record_id:
                ops.append(Delete(key, "id = :id", values={":id": record_id}))
        elif key not in valid:
            ops.append(Delete(key))
    parts = list(chunked(ops, MAX_TRANSACTION - 3)) or [[]]

    def send(table: Table) -> _RecordId | None:
        try:
            for i, part in enumerate(parts):
                table.transact([*(check if i == 0 else again), *part])
        except (TransactionFailed, TransactionConflict):
            return record
        return None

    return send


def _is_guard(model: Model, key: Key) -> bool:
    return key[0].startswith(f"{model.workspace_id}#U#")


def _check_state(model: Model, obj: Object, record_id: str, item: Item | None, *, live: bool) -> list[Op]:
    """Operations that fail unless the record is still as read: this version, or not there at all."""
    ws = model.workspace_id
    here, there = keys.records(ws, obj.key), keys.trash(ws, obj.key)
    if item is None:
        return [Check((here, record_id), NOT_EXISTS), Check((there, record_id), NOT_EXISTS)]
    return [Check(((here if live else there), record_id), "#v = :v", names={"#v": VERSION}, values={":v": item[VERSION]})]


def _close(table: Table, model: Model, batch: str, objects: Iterable[str], log: Sequence[Key]) -> None:
    closing = register.closing(model.workspace_id, batch, objects, at_commit=False)
    try:
        table.transact([closing, *map(Delete, log)])
    except TransactionFailed:
        # Somebody else found the batch abandoned and has closed it: nothing is left to do.
        table.parallel([_sender([Delete(key)]) for key in log])


def current_register(table: Table, model: Model) -> Register:
    return Register.parse(table.get(keys.open_batches(model.workspace_id)))


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
    pk, prefix = keys.batch_log(ws, batch, 0)[0], f"log#{batch}#"
    items = table.query_all(pk, prefix=prefix)
    if not items:
        return  # expired: the janitor has, or will get, what it held
    settle(table, model, _read_log(ws, items))
    _close(table, model, batch, objects, [(item["PK"], item["SK"]) for item in items])


def settle_expired(table: Table, model: Model, log_item: Item) -> None:
    """Clean up by a part of a batch's log that has expired: its writer died and nobody else has dealt with it."""
    ws = model.workspace_id
    batch = log_item["SK"].split("#")[1]
    seen = current_register(table, model)
    if batch in seen.open:
        try:
            table.transact([register.claiming(ws, batch, seen.open[batch][0])])
        except TransactionFailed:
            seen = current_register(table, model)
    settle(table, model, _read_log(ws, [log_item]))
    if batch in seen.open and not table.query_all(keys.batch_log(ws, batch, 0)[0], prefix=f"log#{batch}#", project="SK"):
        _close(table, model, batch, seen.open[batch][0], [])


# ---------------------------------------------------------------------- log


def _log_items(ws: str, batch: str, touched: Mapping[_RecordId, Sequence[Key]], *, expires: int) -> Iterable[Item]:
    """The log as items of less than 400 KB: rows by record, keys without the workspace id, compressed."""
    cut = len(ws)
    entries = [[obj, record, [[pk[cut:], sk] for pk, sk in rows]] for (obj, record), rows in touched.items()]
    parts: list[list[Any]] = [[]]
    size = 0
    for entry in entries:
        weight = sum(len(pk) + len(sk) for pk, sk in entry[2])
        if size + weight > _LOG_PART_BYTES * 4 and parts[-1]:
            parts.append([])
            size = 0
        parts[-1].append(entry)
        size += weight
    for number, part in enumerate(parts):
        pk, sk = keys.batch_log(ws, batch, number)
        yield {"PK": pk, "SK": sk, "rows": zlib.compress(orjson.dumps(part), 1), "ttl": expires}


def _read_log(ws: str, items: Iterable[Item]) -> dict[_RecordId, list[Key]]:
    touched: dict[_RecordId, list[Key]] = defaultdict(list)
    for item in items:
        for obj, record, rows in orjson.loads(zlib.decompress(item["rows"])):
            touched[obj, record] += [(ws + pk, sk) for pk, sk in rows]
    return dict(touched)
