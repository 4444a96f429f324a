"""Writes that exceed one transaction, in steps of which one is the commit.

1. **open**: enter the batch in the register, log every row it will touch;
2. **stage**: add index rows, edges and unique guards of the records' new states; let rows that keep their key stand for
   the old and the new state; put the hidden twin of records that move between the live records and the trash;
3. **commit**: all records in one transaction, together with counters and the proof that the batch was not given up;
4. **clear**: remove the rows of the old states, close the batch.

Readers take a row for true only when its record confirms it, so before 3 nothing and after 3 everything is visible. A
crash leaves an open batch: reads stay right (store/register.py), and ``settle.settle_abandoned`` removes what it left.
Both that and the batch's own step 4 remove a row only in a transaction that moves its record's version on, so that they
never take away a row on which a later write relies: one that was committed, or staged by a batch that then fails at its
commit.

A record that moves is briefly in both partitions; ``record.current`` says which row counts.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ..errors import PayloadTooLarge
from ..model.model import Model
from ..model.record import Record
from ..model.types.base import Item
from . import batch_log, keys, register
from .blamed import StepFailed, transact
from .change import Blamed, Cause, Change, RowDiff, put_row
from .derive import ATTRIBUTES, Attributes, Rows, both
from .keys import Key
from .ops import NOT_EXISTS, Check, Delete, Op, Put, Update
from .record import HIDDEN, VERSION, pack, reservation
from .settle import RecordId, RecordRows, Touched, close, settle
from .table import MAX_TRANSACTION, Table, TransactionConflict, TransactionFailed


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
    now_ms: int
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def run(self) -> None:
        """Raises StepFailed, TransactionConflict and PayloadTooLarge; in all cases nothing of the batch shows."""
        touched = self._touched()
        entries = ((obj, record, one.rows, one.altered) for (obj, record), one in touched.items())
        log = batch_log.write(self.model.workspace_id, self.id, entries, now_ms=self.now_ms)
        self.table.meter.note(
            f"batch of {len(self.changes)} records, {sum(len(one.rows) for one in touched.values())} rows"
        )
        self._open(log)
        try:
            self._stage()
            cleared = self._commit(log)
        except (StepFailed, TransactionConflict, PayloadTooLarge):
            self._settle(touched, log)
            raise
        if not cleared:
            # The batch is committed: what others keep from being cleared now stays for the janitor.
            with suppress(TransactionConflict):
                self._clear(touched, log)

    # ------------------------------------------------------------------ steps

    def _open(self, log: Sequence[Item]) -> None:
        opening = register.opening(self.model.workspace_id, self.id, self._objects(), self.now_ms)
        try:
            self.table.transact([opening, *(Put(item) for item in log)])
        except TransactionFailed:
            raise TransactionConflict from None

    def _stage(self) -> None:
        # The two halves of a twin stand or fall together.
        groups: list[list[Blamed]] = [[(op, cause)] for op, cause in self.guards if isinstance(op, Put)]
        groups += [
            [(op, Cause("version", change)) for op in self._twin(change)] for change in self.changes if change.moves
        ]
        groups += [
            [(op, Cause("id", change)) for op in self._reservation(change)]
            for change in self.changes
            if change.reserves
        ]
        for change, diff in zip(self.changes, self.diffs, strict=True):
            overtaken = Cause("row", change)
            groups += [[(_staged(key, attributes), overtaken)] for key, attributes in diff.added.items()]
            groups += [
                [(_replacing(key, before, both(before, after)), overtaken)]
                for key, (before, after) in diff.altered.items()
            ]
        failed = self.table.parallel([_stager(part) for part in _packed(groups)])
        if any(failed):
            raise StepFailed([cause for causes in failed for cause in causes])

    def _twin(self, change: Change) -> Iterable[Op]:
        assert change.before is not None and change.after is not None
        yield Put(pack(change.after.hidden_by(self.id), change.obj.stored_form), NOT_EXISTS)
        if not change.before_live:
            yield Update(
                change.before.key,
                "SET #h = :batch ADD #v :one",
                "#v = :v AND attribute_not_exists(#h)",
                names={"#h": HIDDEN, "#v": VERSION},
                values={":batch": self.id, ":v": change.before.version, ":one": 1},
            )

    def _reservation(self, change: Change) -> Iterable[Op]:
        """A hidden, empty row in the place of a record to come: what a version is to others, for who settles the same
        id meanwhile.
        """
        assert change.after is not None
        yield Put(reservation(change.after.hidden_by(self.id)), NOT_EXISTS)
        yield Check(change.other_place(self.model), NOT_EXISTS)

    def _commit(self, log: Sequence[Item]) -> bool:
        """Returns whether the batch is closed already because there is nothing to clear."""
        done = not any(diff.removed or diff.altered for diff in self.diffs)
        done = (
            done
            and not any(isinstance(op, Delete) for op, _ in self.guards)
            and not any(change.moves for change in self.changes)
        )
        ws = self.model.workspace_id
        records = [op for change in self.changes for op in self._record(change)]
        objects = self._objects()
        last = (
            register.closing(ws, self.id, objects, at_commit=True) if done else register.holding(ws, self.id, objects)
        )
        end: list[Blamed] = [(last, Cause("register"))]
        if done:
            end += [(Delete(keys.of(item)), None) for item in log]
        blamed = [*records, *self.counters, *end]
        if len(blamed) + len(self.checks) <= MAX_TRANSACTION:
            # Foreign keys have been read before; where they fit they are checked at the very moment of commit, too.
            # The janitor repairs what slips through otherwise (a target destroyed in between).
            blamed += self.checks
        transact(self.table, blamed)
        return done

    def _record(self, change: Change) -> Iterable[Blamed]:
        before, after = change.before, change.after
        cause = Cause("version", change)
        if before is None:
            assert after is not None
            item = pack(after, change.obj.stored_form)
            if change.reserves:
                yield Put(item, "#h = :batch", {"#h": HIDDEN}, {":batch": self.id}), Cause("id", change)
            else:
                yield Put(item, NOT_EXISTS), Cause("id", change)
            return
        key = before.key
        version = {":v": before.version}
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
                Update(
                    after.key,
                    "REMOVE #h",
                    "#h = :batch",
                    names={"#h": HIDDEN},
                    values={":batch": self.id},
                ),
                cause,
            )

    def _clear(self, touched: Mapping[RecordId, Touched], log: Sequence[Item]) -> None:
        """Remove what the old states left. Records that did not move are known to be as we wrote them, unless a check
        says otherwise.
        """
        released = _released(self.guards)
        groups: list[list[Op]] = []
        rest: dict[RecordId, Touched] = {}
        for change, diff in zip(self.changes, self.diffs, strict=True):
            record = change.obj.key, change.id
            rows = [
                *map(Delete, diff.removed),
                *(put_row(key, after) for key, (_, after) in diff.altered.items()),
                *released.get(record[1], ()),
            ]
            fence = RecordRows(self.model, change.obj, change.id, *self._written(change)).fence()
            if change.moves or len(fence) + len(rows) > MAX_TRANSACTION:
                rest[record] = touched[record]
            elif rows:
                groups.append([*fence, *rows])
        try:
            self.table.parallel([_sender(ops) for ops in _packed(groups)])
        except (TransactionFailed, TransactionConflict):
            rest = dict(touched)
        self._settle(rest, log)

    def _written(self, change: Change) -> tuple[Record | None, Record | None]:
        """The live and the trash row of a record that did not move, as committed."""
        return (change.after, None) if change.after_live else (None, change.after)

    def _settle(self, touched: Mapping[RecordId, Touched], log: Sequence[Item]) -> None:
        settle(self.table, self.model, touched)
        close(self.table, self.model, self.id, self._objects(), [keys.of(item) for item in log])

    # ------------------------------------------------------------------ details

    def _objects(self) -> frozenset[str]:
        return frozenset(change.obj.key for change in self.changes)

    def _touched(self) -> dict[RecordId, Touched]:
        touched: dict[RecordId, Touched] = {}
        for change, diff in zip(self.changes, self.diffs, strict=True):
            rows = Rows.of(self.model, change.obj)
            guards = (key for state in (change.before, change.after) if state is not None for key in rows.guards(state))
            found = dict.fromkeys([*diff.added, *diff.removed, *diff.altered, *guards])
            touched[change.obj.key, change.id] = Touched(tuple(found), frozenset(diff.altered))
        return touched


def _released(guards: Iterable[Blamed]) -> dict[str, list[Op]]:
    """Guards to be removed, by the id of the record that gives the value up."""
    found: dict[str, list[Op]] = {}
    for op, _ in guards:
        if isinstance(op, Delete):
            assert op.values is not None
            found.setdefault(op.values[":owner"], []).append(op)
    return found


def _staged(key: Key, attributes: Attributes) -> Put:
    """A row of a state to come. It must not take the place of one that holds something else: that may be a committed
    one.
    """
    return Put(keys.item_at(key, **attributes), NOT_EXISTS if attributes else None)


def _replacing(key: Key, before: Attributes, after: Attributes) -> Put:
    """A row in the place of one that holds just ``before``."""
    names = {f"#{name}": name for name in ATTRIBUTES}
    terms = [f"#{name} = :{name}" if name in before else f"attribute_not_exists(#{name})" for name in ATTRIBUTES]
    values = {f":{name}": value for name, value in before.items()}
    return Put(keys.item_at(key, **after), " AND ".join(terms), names, values or None)


def _stager(part: Sequence[Blamed]) -> Callable[[Table], Sequence[Cause | None]]:
    """A branch that returns the causes of its failure: only all of them together tell what to say."""

    def send(table: Table) -> Sequence[Cause | None]:
        try:
            transact(table, part)
        except StepFailed as failure:
            return failure.causes
        return ()

    return send


def _sender(ops: Sequence[Op]) -> Callable[[Table], None]:
    return lambda table: table.transact(ops)


def _packed[T](groups: Iterable[list[T]]) -> list[list[T]]:
    """Put whole groups together into transactions of at most 100 operations."""
    packed: list[list[T]] = []
    for group in groups:
        if packed and len(packed[-1]) + len(group) <= MAX_TRANSACTION:
            packed[-1] += group
        else:
            packed.append(list(group))
    return packed
