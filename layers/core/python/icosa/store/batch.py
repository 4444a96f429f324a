"""Batches: writes that exceed the 100 operations of one DynamoDB transaction, and still apply as a whole or not at all.

**The idea.** A record's own row is the truth. All other rows (index entries, edges, tokens) are derived from it, and
readers believe such a row only when the record that it names confirms it. So derived rows may be written early and
removed late without anybody noticing; only the records themselves must change in one transaction. A request changes at
most 90 records, so they fit.

**The steps.** Each is one round trip, or two:

1. *open*: enter the batch in the register (``store.register``), and log the key of every row that it may touch
   (``store.batch_log``). From now on anybody can clean up after it.
2. *stage*: add what the records will need: index entries, edges, tokens, guards of unique values. Rows of records that
   nobody else knows are put as they are, all others on the condition that no committed row is in their place; guards
   in transactions, derived rows outside of them, at half the price (``store.staging``). A row that keeps its key while
   its attributes change stands for both states (``derive.merged_attributes``). A record that moves between the live
   records and the trash gets its second row, hidden (the attribute ``HIDDEN`` names the batch); a new record whose id
   the client chose gets a hidden, empty row that keeps the id.
3. *commit*: change all records in one transaction, each on the condition that its version is the one that was read,
   together with the counters and the condition that the batch has not been given up. Foreign keys are checked in it as
   far as there is room; the other targets are read just before it. This is the moment at which the
   write happens: before it readers see nothing of the batch, after it everything.
4. *clear*: remove the rows that only the old states needed, each by a write of its own that leaves alone what was
   written since then; then the batch's log and its entry in the register.

**Failures.** When a step before the commit fails, the writer removes the rows of records that nobody else knows, and
settles all others (``store.settle``): what does not follow from them as they are is removed. When the writer dies, its
entry stays in the register. Reads stay right, and reads that count rows take a slower way while it is there. Whoever
meets the entry after a minute settles the records, or else the janitor when the log expires.

**Beside other writers.** Removing a row is the dangerous part, because another writer may need the very same row for a
later state of the record. Two things see to it:

* After a commit it is known which version of the record had the row. A row says which version has written it
  (``derive.WRITTEN``), so it is removed on the condition that it has not been written by a later one.
* Who cleans up after a batch that failed, or died, removes what that batch has staged for a version that another one
  may be staging for as well. So this happens in a transaction that also increments the version of the record
  (``RecordRows.fence``): a batch that relied on the row then fails at its commit, and starts again.

**Moves.** A record that goes to the trash, or comes back, has two rows for a while; ``record.current_state`` tells
which one counts.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ..errors import PayloadTooLarge, Unavailable
from ..model.model import Model
from . import batch_log, keys, register
from .change import Change, ConditionalOp, FailureReason, RowDiff
from .derive import Rows, merged_attributes
from .keys import Key
from .lease import Lease, ModelOutdated
from .lookup import visible_rows
from .ops import NOT_EXISTS, CheckItem, DeleteItem, Op, PutItem, UpdateItem
from .recent import log_rows
from .record import HIDDEN, RECOUNT, RECOUNT_NAMES, VERSION, pack, pack_moved, reservation
from .settle import RecordId, Touched, close, settle
from .staging import added, in_order, recopied, released, removed, replacing, settled, stage, tidy, withdraw
from .table import MAX_TRANSACTION, Item, Table, TransactionConflict
from .transactions import ConditionsFailed, transact


@dataclass(slots=True)
class Batch:
    """One multi-step write."""

    table: Table
    model: Model
    changes: Sequence[Change]
    diffs: Sequence[RowDiff]
    guards: Sequence[ConditionalOp]
    counters: Sequence[ConditionalOp]
    checks: Sequence[ConditionalOp]
    lease: Lease | None
    now: str
    now_ms: int
    seen: register.Register
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    opened: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Do all steps. Raises ConditionsFailed, TransactionConflict, PayloadTooLarge and ModelOutdated; nothing is
        written then.
        """
        touched = self._touched()
        entries = ((obj, record, of.rows, of.altered) for (obj, record), of in touched.items())
        log = batch_log.write(self.model.workspace_id, self.id, entries, now_ms=self.now_ms)
        self.table.meter.note(
            f"batch of {len(self.changes)} records, {sum(len(of.rows) for of in touched.values())} rows"
        )
        self._open(log)
        try:
            self._stage()
            cleared = self._commit(log)
        except (ConditionsFailed, TransactionConflict, PayloadTooLarge, ModelOutdated):
            self._withdraw(touched, log)
            raise
        if not cleared:
            # The write has happened. What cannot be cleared now is left to the janitor.
            with suppress(TransactionConflict, Unavailable):
                self._clear(log)

    # ------------------------------------------------------------------ steps

    def _open(self, log: Sequence[Item]) -> None:
        """Enter the batch and write its log, side by side: nothing is staged before both are there. Neither is a
        transaction: those of other batches would wait for it, and fail.
        """
        entry = register.open_batch(self.model.workspace_id, self.id, self._objects(), self.now_ms)
        is_open, *_ = self.table.parallel(
            [lambda table: table.update(entry), *(_logged(PutItem(item)) for item in log)],
        )
        if not is_open:
            raise TransactionConflict

    def _stage(self) -> None:
        # Operations of one group share a transaction.
        together: list[list[ConditionalOp]] = [
            [(in_order(op), reason)] for op, reason in self.guards if isinstance(op, PutItem)
        ]
        together += [
            [(op, FailureReason("version", change)) for op in self._second_row(change)]
            for change in self.changes
            if change.moves
        ]
        together += [
            [(op, FailureReason("id", change)) for op in self._reservation(change)]
            for change in self.changes
            if change.reserves
        ]
        alone: list[tuple[PutItem, FailureReason]] = []
        fresh: list[Item] = []
        for change, diff in zip(self.changes, self.diffs, strict=True):
            if change.is_unknown:
                fresh += [keys.item_at(key, **attributes) for key, attributes in diff.added.items()]
                continue
            if diff.version is None:
                continue
            in_the_way = FailureReason("row", change)
            alone += [(added(key, attributes, diff.version), in_the_way) for key, attributes in diff.added.items()]
            alone += [
                (replacing(key, before, merged_attributes(before, after), diff.version), in_the_way)
                for key, (before, after) in diff.altered.items()
            ]
        stage(self.table, together, alone, fresh, opened=self.opened)

    def _second_row(self, change: Change) -> Iterable[Op]:
        """The hidden row of a record that moves, in the partition where it goes. When the record comes back from the
        trash its row there is marked now, so that the commit has one row to change, whichever way the record moves.
        """
        assert change.before is not None and change.after is not None
        row = pack_moved(change.after.hidden_by(self.id), change.obj.stored_form, change.before)
        yield PutItem(row, NOT_EXISTS)
        if not change.before_live:
            yield UpdateItem(
                change.before.key,
                f"SET #h = :batch {RECOUNT}",
                "#v = :v AND attribute_not_exists(#h)",
                names={**RECOUNT_NAMES, "#h": HIDDEN},
                values={":batch": self.id, ":v": change.before.version, ":one": 1},
            )

    def _reservation(self, change: Change) -> Iterable[Op]:
        """A hidden, empty row that keeps the id of a new record. Others who settle this id meanwhile find a version to
        increment, as they do for records that exist.
        """
        assert change.after is not None
        yield PutItem(reservation(change.after.hidden_by(self.id)), NOT_EXISTS)
        yield CheckItem(change.other_place(self.model), NOT_EXISTS)

    def _commit(self, log: Sequence[Item]) -> bool:
        """Write all records. Returns whether the batch is closed with it, because there is nothing to clear."""
        done = not any(diff.removed or diff.altered or diff.copied for diff in self.diffs)
        done = (
            done
            and not any(isinstance(op, DeleteItem) for op, _ in self.guards)
            and not any(change.moves for change in self.changes)
        )
        ws = self.model.workspace_id
        records = [op for change in self.changes for op in self._record(change)]
        objects = self._objects()
        last = (
            register.close_batch(ws, self.id, objects, at_commit=True)
            if done
            else register.require_open(ws, self.id, objects)
        )
        end: list[ConditionalOp] = [(last, FailureReason("register"))]
        if done:
            end += [(DeleteItem(keys.of(item)), None) for item in log]
        seconds = self.table.meter.seconds
        log_of_changes = log_rows(self.model, self.changes, now=self.now, seconds=seconds, register=self.seen)
        end += [(row, None) for row in log_of_changes]
        ops = [*records, *self.counters, *end]
        room = MAX_TRANSACTION - len(ops)
        self._require_targets(self.checks[room:])
        transact(self.table, [*ops, *self.checks[:room]], self.lease)
        return done

    def _require_targets(self, checks: Sequence[ConditionalOp]) -> None:
        """Read the targets that the commit has no room to check. One that is destroyed after this read finds the edges
        that have been staged before it, and gives the batch up (``store.preempt``).
        """
        seen = visible_rows(self.table, [op.key for op, _ in checks])
        missing = [reason for op, reason in checks if op.key not in seen]
        if missing:
            raise ConditionsFailed(missing)

    def _record(self, change: Change) -> Iterable[ConditionalOp]:
        before, after = change.before, change.after
        reason = FailureReason("version", change)
        if before is None:
            assert after is not None
            item = pack(after, change.obj.stored_form)
            if change.reserves:
                yield PutItem(item, "#h = :batch", {"#h": HIDDEN}, {":batch": self.id}), FailureReason("id", change)
            else:
                yield PutItem(item, NOT_EXISTS), FailureReason("id", change)
            return
        key = before.key
        version = {":v": before.version}
        if after is None:
            yield DeleteItem(key, "#v = :v", names={"#v": VERSION}, values=version), reason
        elif not change.moves:
            yield PutItem(pack(after, change.obj.stored_form), "#v = :v", names={"#v": VERSION}, values=version), reason
        elif change.before_live:
            yield (
                UpdateItem(
                    key,
                    "SET #h = :batch ADD #v :one",
                    "#v = :v AND attribute_not_exists(#h)",
                    names={"#h": HIDDEN, "#v": VERSION},
                    values={**version, ":batch": self.id, ":one": 1},
                ),
                reason,
            )
        else:
            yield (
                UpdateItem(
                    after.key,
                    "REMOVE #h",
                    "#h = :batch",
                    names={"#h": HIDDEN},
                    values={":batch": self.id},
                ),
                reason,
            )

    def _clear(self, log: Sequence[Item]) -> None:
        """Remove what only the old states needed. What others have written since then stays, so it does not matter how
        late this happens, or how often.
        """
        ops: list[PutItem | DeleteItem] = []
        freed = {op.key for op, _ in self.guards if isinstance(op, DeleteItem)}
        moved: dict[RecordId, Touched] = {}
        for change, diff in zip(self.changes, self.diffs, strict=True):
            if change.before is not None:
                version, guards = change.before.version, Rows.of(self.model, change.obj).guards(change.before)
                ops += [removed(key, version) for key in diff.removed]
                ops += [released(key, change.id, version) for key in guards if key in freed]
            if diff.version is not None:
                ops += [settled(key, after, diff.version) for key, (_, after) in diff.altered.items()]
                ops += [recopied(key, attributes, diff.version) for key, attributes in diff.copied.items()]
            if change.moves:
                moved[change.obj.key, change.id] = Touched()
        beside = [lambda table: settle(table, self.model, moved)] if moved else []
        tidy(self.table, ops, *beside)
        self._close(log)

    def _withdraw(self, touched: Mapping[RecordId, Touched], log: Sequence[Item]) -> None:
        """Remove what a batch has staged that will not commit."""
        fresh: list[Key] = []
        rest = dict(touched)
        for change, diff in zip(self.changes, self.diffs, strict=True):
            if change.is_unknown:
                fresh += diff.added
                of = rest.pop((change.obj.key, change.id))
                if guards := tuple(filter(keys.is_unique, of.rows)):
                    rest[change.obj.key, change.id] = Touched(guards)
        withdraw(self.table, fresh)
        self._settle(rest, log)

    def _settle(self, touched: Mapping[RecordId, Touched], log: Sequence[Item]) -> None:
        settle(self.table, self.model, touched)
        self._close(log)

    def _close(self, log: Sequence[Item]) -> None:
        close(self.table, self.model, self.id, self._objects(), [keys.of(item) for item in log])

    # ------------------------------------------------------------------ details

    def _objects(self) -> frozenset[str]:
        return frozenset(change.obj.key for change in self.changes)

    def _touched(self) -> dict[RecordId, Touched]:
        touched: dict[RecordId, Touched] = {}
        for change, diff in zip(self.changes, self.diffs, strict=True):
            rows = Rows.of(self.model, change.obj)
            guards = (key for state in (change.before, change.after) if state is not None for key in rows.guards(state))
            rows_and_guards = dict.fromkeys([*diff.added, *diff.removed, *diff.altered, *diff.copied, *guards])
            touched[change.obj.key, change.id] = Touched(tuple(rows_and_guards), diff.unsure)
        return touched


def _logged(op: PutItem) -> Callable[[Table], bool]:
    return lambda table: table.put(op)
