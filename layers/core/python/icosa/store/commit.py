"""Committing changes: one transaction where it fits, the stepwise protocol of ``store/batch.py`` where it does not."""

from __future__ import annotations

from collections.abc import Sequence

from ..model.model import Model
from . import batch
from .change import Blamed, Cause, Change, SameValue, counter_ops, guard_ops, record_ops, row_diff
from .keys import Key
from .ops import Check
from .record import HIDDEN
from .register import Register
from .settle import Touched, release_stale_guard, settle
from .table import MAX_TRANSACTION, Table, TransactionConflict, TransactionFailed

__all__ = ["Change", "CommitFailed", "Retry", "SameValue", "commit"]


class Retry(Exception):
    """Somebody else changed a record between our read and our write: read again and try again."""


class CommitFailed(Exception):
    """A rule of the data forbids the changes; nothing was written. ``cause`` tells which."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.kind)
        self.cause = cause


def commit(table: Table, model: Model, changes: Sequence[Change], *, targets: Sequence[Key] = (), register: Register, now_ms: int) -> None:
    """Apply all changes, or none.

    ``targets`` are records that must exist at the moment of commit (foreign keys). Raises Retry, CommitFailed (kinds
    ``id``, ``guard``, ``target``), SameValue, PayloadTooLarge.
    """
    own = {(change.after["PK"], change.after["SK"]) for change in changes if change.after is not None}
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
            _transact(table, [*records, *guards, *counters, *checks, *rows])
        else:
            batch.Batch(table, model, changes, diffs, guards, counters, checks, register, now_ms).run()
    except TransactionConflict:
        raise Retry from None
    except batch.StepFailed as failure:
        _raise(table, model, failure.causes, now_ms)


def _finish_moves(table: Table, model: Model, changes: Sequence[Change]) -> None:
    """Records that a batch is moving are settled and read again: that batch, should it be alive, then starts anew."""
    moving = {(change.obj.key, change.id): Touched() for change in changes if change.before is not None and HIDDEN in change.before}
    if moving:
        settle(table, model, moving)
        raise TransactionConflict


def _transact(table: Table, blamed: Sequence[Blamed]) -> None:
    try:
        table.transact([op for op, _ in blamed])
    except TransactionFailed as failure:
        raise batch.StepFailed([blamed[i][1] for i in failure.failed]) from None


def _raise(table: Table, model: Model, causes: Sequence[Cause | None], now_ms: int) -> None:
    """Turn failed conditions into the most telling error; versions first, since what was read is no longer true."""
    known = [cause for cause in causes if cause is not None]
    by_kind = {cause.kind: cause for cause in reversed(known)}
    if "version" in by_kind or "register" in by_kind or len(known) < len(causes):
        raise Retry
    for kind in ("id", "target"):
        if kind in by_kind:
            raise CommitFailed(by_kind[kind])
    cause = by_kind["guard"]
    assert cause.key is not None and cause.change is not None
    if release_stale_guard(table, model, cause.change.obj, cause.key, now_ms):
        raise Retry
    raise CommitFailed(cause)
