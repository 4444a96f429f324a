"""Committing changes: one transaction where it fits, the stepwise protocol of ``store/batch.py`` where it does not.

That protocol, and what cleans up after it, is loaded when it is needed first: most cold starts never do.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..model.model import Model
from .blamed import StepFailed, transact
from .change import Blamed, Cause, Change, SameValue, counter_ops, guard_ops, record_ops, row_diff
from .keys import Key
from .ops import Check
from .table import MAX_TRANSACTION, Table, TransactionConflict

__all__ = ["Change", "CommitFailed", "Retry", "SameValue", "commit"]


#: Causes of failed conditions, the most telling first: what was read is no longer true; a record has the id; another
#: write was faster, or has left something; …
_UNKNOWN = "unknown"
_TELLING = ("version", "register", "id", "row", _UNKNOWN, "target", "guard")
_RETRIED = ("version", "register", "row")


class Retry(Exception):
    """Somebody else changed a record between our read and our write: read again and try again."""


class CommitFailed(Exception):
    """A rule of the data forbids the changes; nothing was written. ``cause`` tells which."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.kind)
        self.cause = cause


def commit(table: Table, model: Model, changes: Sequence[Change], *, targets: Sequence[Key] = (), now_ms: int) -> None:
    """Apply all changes, or none.

    ``targets`` are records that must exist at the moment of commit (foreign keys). Raises Retry, CommitFailed (kinds
    ``id``, ``guard``, ``target``), SameValue, PayloadTooLarge.
    """
    own = {change.after.key for change in changes if change.after is not None}
    checks: list[Blamed] = [(Check(key), Cause("target", key=key)) for key in dict.fromkeys(targets) if key not in own]
    diffs = [row_diff(model, change) for change in changes]
    records = [op for change in changes for op in record_ops(model, change)]
    guards = list(guard_ops(model, changes))
    counters = list(counter_ops(model, changes))
    size = len(records) + len(guards) + len(counters) + len(checks) + sum(diff.size for diff in diffs)
    try:
        _finish_moves(table, model, changes)
        if size <= MAX_TRANSACTION:
            rows: list[Blamed] = [(op, None) for diff in diffs for op in diff.ops()]
            table.meter.note(f"transaction of {size}")
            transact(table, [*records, *guards, *counters, *checks, *rows])
        else:
            from .batch import Batch

            Batch(table, model, changes, diffs, guards, counters, checks, now_ms).run()
    except TransactionConflict:
        raise Retry from None
    except StepFailed as failure:
        raise _error(table, model, failure.causes, now_ms) from None


def _finish_moves(table: Table, model: Model, changes: Sequence[Change]) -> None:
    """Records that a batch is moving are settled and read again: that batch, should it be alive, then starts anew."""
    moving = [
        (change.obj.key, change.id) for change in changes if change.before is not None and change.before.is_hidden
    ]
    if moving:
        from .settle import Touched, settle

        settle(table, model, dict.fromkeys(moving, Touched()))
        raise TransactionConflict


def _error(table: Table, model: Model, causes: Sequence[Cause | None], now_ms: int) -> Retry | CommitFailed:
    """The most telling error for failed conditions."""
    by_kind = {cause.kind if cause else _UNKNOWN: cause for cause in reversed(causes)}
    cause = by_kind[min(by_kind, key=_TELLING.index)]
    if cause is None or cause.kind in _RETRIED:
        return Retry()
    try:
        return Retry() if _is_free(table, model, cause, now_ms) else CommitFailed(cause)
    except TransactionConflict:
        return Retry()


def _is_free(table: Table, model: Model, cause: Cause, now_ms: int) -> bool:
    """Whether a batch has left, or is about to give up, what seemed to be taken."""
    from .settle import release_stale_guard, release_stale_place

    match cause:
        case Cause(kind="id", change=Change(obj=obj, id=record_id)):
            return release_stale_place(table, model, obj, record_id)
        case Cause(kind="guard", change=Change(obj=obj), key=(_, _) as key):
            return release_stale_guard(table, model, obj, key, now_ms)
        case _:
            return False
