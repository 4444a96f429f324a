"""Committing changes: one transaction where it fits, the stepwise protocol of ``store/batch.py`` where it does not.

That protocol, and what cleans up after it, is loaded when it is needed first: most cold starts never do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..model.model import Model
from .change import (
    Change,
    ConditionalOp,
    FailureReason,
    SameValue,
    counter_ops,
    guard_ops,
    record_ops,
    row_diff,
    target_ops,
)
from .keys import Key
from .lease import Lease, ModelOutdated
from .once import AlreadyDone
from .ops import Op
from .recent import log_rows
from .record import data_bytes
from .register import Register
from .table import MAX_BYTES, MAX_TRANSACTION, Table, TransactionConflict
from .transactions import ConditionsFailed, transact

__all__ = ["Change", "CommitFailed", "SameValue", "WriteConflict", "commit"]


_UNKNOWN = "unknown"
#: Where several conditions fail, the first of these kinds decides: the request was made before; what was read is out of
#: date, the model as well; a record has the id; an index row is in the way; and only then broken rules of the data.
_PRECEDENCE = ("once", "version", "register", "model", "id", "row", _UNKNOWN, "target", "guard")
_RETRIED = ("version", "register", "row")


class WriteConflict(Exception):
    """Somebody else changed a record between our read and our write: read again and try again."""


class CommitFailed(Exception):
    """A rule of the data forbids the changes; nothing was written. ``reason`` tells which."""

    def __init__(self, reason: FailureReason) -> None:
        super().__init__(reason.kind)
        self.reason = reason


def commit(
    table: Table,
    model: Model,
    changes: Sequence[Change],
    *,
    targets: Mapping[Key, bool] | None = None,
    now: str,
    lease: Lease | None = None,
    now_ms: int,
    seen: Register,
    beside: Sequence[Op] = (),
    once: Op | None = None,
) -> None:
    """Apply all changes, or none. ``beside`` are operations on rows of other kinds in the same transaction; where the
    condition of one fails, something has changed since it was read.

    ``once`` says in the same transaction that the request was made; where it was made before, nothing is written.
    ``targets`` are records that must exist at the moment of commit (foreign keys), as ``target_ops`` takes them;
    ``now`` is the request's time as the changes have it in ``updatedAt``. The commit is sent within ``lease``; None
    where no record gets a value by ``model`` that it has not had before; ``seen`` is the register at the beginning of
    the request. Raises WriteConflict, CommitFailed (of the
    kinds ``id``, ``guard``, ``target``), SameValue, PayloadTooLarge, ModelOutdated, AlreadyDone.
    """
    own = {change.after.key for change in changes if change.after is not None}
    checks = list(target_ops({key: counted for key, counted in (targets or {}).items() if key not in own}))
    diffs = [row_diff(model, change) for change in changes]
    records = [op for change in changes for op in record_ops(model, change)]
    guards = list(guard_ops(model, changes))
    counters = [*counter_ops(model, changes), *((op, FailureReason("version")) for op in beside)]
    if once is not None:
        counters.append((once, FailureReason("once")))
    log = log_rows(model, changes, now=now, seconds=table.meter.seconds, register=seen)
    size = len(log) + len(records) + len(guards) + len(counters) + len(checks) + sum(diff.size for diff in diffs)
    try:
        finish_moves(
            table,
            model,
            [
                (change.obj.key, change.id)
                for change in changes
                if change.before is not None and change.before.is_hidden
            ],
        )
        if size <= MAX_TRANSACTION and sum(data_bytes(op) for op, _ in records) <= MAX_BYTES:
            rows: list[ConditionalOp] = [(op, None) for diff in diffs for op in diff.ops()]
            table.meter.note(f"transaction of {size}")
            rows += [(row, None) for row in log]
            transact(table, [*records, *guards, *counters, *checks, *rows], lease)
        else:
            from .batch import Batch

            diffs = [diff.of_batch(now_ms) for diff in diffs]
            Batch(table, model, changes, diffs, guards, counters, checks, lease, now, now_ms, seen).run()
    except TransactionConflict:
        raise WriteConflict from None
    except ConditionsFailed as failure:
        raise _error(table, model, failure.reasons, now_ms) from None


def finish_moves(table: Table, model: Model, moving: Iterable[tuple[str, str]]) -> None:
    """Settle records that a batch is moving (object keys and ids), then let the caller read them again. That batch, if
    it is alive, fails at its commit and starts again.

    Raises TransactionConflict unless there are none.
    """
    if moving := tuple(moving):
        from .settle import Touched, settle

        settle(table, model, dict.fromkeys(moving, Touched()))
        raise TransactionConflict


def _error(
    table: Table, model: Model, reasons: Sequence[FailureReason | None], now_ms: int
) -> WriteConflict | CommitFailed | ModelOutdated | AlreadyDone:
    """The error for failed conditions, by the reason that takes precedence."""
    by_kind = {reason.kind if reason else _UNKNOWN: reason for reason in reversed(reasons)}
    reason = by_kind[min(by_kind, key=_PRECEDENCE.index)]
    if reason is not None and reason.kind == "once":
        return AlreadyDone()
    if reason is not None and reason.kind == "model":
        return ModelOutdated()
    if reason is None or reason.kind in _RETRIED:
        return WriteConflict()
    try:
        return WriteConflict() if _is_free(table, model, reason, now_ms) else CommitFailed(reason)
    except TransactionConflict:
        return WriteConflict()


def _is_free(table: Table, model: Model, reason: FailureReason, now_ms: int) -> bool:
    """Whether the id or the unique value that seemed taken is only held by a leftover of a batch, which is removed."""
    from .settle import free_stale_guard, free_stale_id

    match reason:
        case FailureReason(kind="id", change=Change(obj=obj, id=record_id)):
            return free_stale_id(table, model, obj, record_id)
        case FailureReason(kind="guard", change=Change(obj=obj, id=record_id), key=(_, _) as key):
            return free_stale_guard(table, model, obj, key, now_ms, claimant=record_id)
        case _:
            return False
