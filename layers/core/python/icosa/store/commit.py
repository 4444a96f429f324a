"""Committing changes: one transaction where it fits, the stepwise protocol of ``store/batch.py`` where it does not."""

from __future__ import annotations

from collections.abc import Sequence

from ..model.model import Model
from . import batch, keys
from .change import Blamed, Cause, Change, SameValue, counter_ops, guard_ops, record_ops, row_diff
from .derive import Rows
from .keys import Key
from .ops import Check, Delete, Put
from .record import unpack
from .register import Register
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
    size = len(records) + len(guards) + len(counters) + len(checks) + sum(len(d.added) + len(d.removed) for d in diffs)
    try:
        if size <= MAX_TRANSACTION:
            rows: list[Blamed] = []
            for diff in diffs:
                rows += [(Put({"PK": key[0], "SK": key[1], **attributes}), None) for key, attributes in diff.added.items()]
                rows += [(Delete(key), None) for key in diff.removed]
            table.meter.note(f"transaction of {size}")
            _transact(table, [*records, *guards, *counters, *checks, *rows])
        else:
            batch.Batch(table, model, changes, diffs, guards, counters, checks, register, now_ms).run()
    except TransactionConflict:
        raise Retry from None
    except batch.StepFailed as failure:
        _raise(table, model, failure.causes, register, now_ms)


def _transact(table: Table, blamed: Sequence[Blamed]) -> None:
    try:
        table.transact([op for op, _ in blamed])
    except TransactionFailed as failure:
        raise batch.StepFailed([blamed[i][1] for i in failure.failed]) from None


def _raise(table: Table, model: Model, causes: Sequence[Cause | None], register: Register, now_ms: int) -> None:
    """Turn failed conditions into the most telling error; versions first, since what was read is no longer true."""
    known = [cause for cause in causes if cause is not None]
    by_kind = {cause.kind: cause for cause in reversed(known)}
    if "version" in by_kind or "register" in by_kind or len(known) < len(causes):
        raise Retry
    for kind in ("id", "target"):
        if kind in by_kind:
            raise CommitFailed(by_kind[kind])
    cause = by_kind["guard"]
    if _release_stale_guard(table, model, cause, register, now_ms):
        raise Retry
    raise CommitFailed(cause)


def _release_stale_guard(table: Table, model: Model, cause: Cause, register: Register, now_ms: int) -> bool:
    """Remove a guard that an abandoned write left behind. True when the value may be free now (or soon)."""
    assert cause.key is not None and cause.change is not None
    guard = table.get(cause.key)
    if guard is None:
        return True
    owner, obj = guard["id"], cause.change.obj
    found = table.batch_get([(keys.records(model.workspace_id, obj.key), owner), (keys.trash(model.workspace_id, obj.key), owner)])
    holders = [unpack(item, obj.stored_form) for item in found if item is not None]
    if any(cause.key in Rows.of(model, obj).guards(item) for item in holders):
        return False
    current = batch.current_register(table, model)
    for abandoned in current.abandoned(now_ms):
        batch.settle_abandoned(table, model, current, abandoned)
    if batch.current_register(table, model).touches(obj.key):
        # A batch under way may be about to commit this very record: whether the value is taken is decided then.
        return True
    try:
        table.transact([Delete(cause.key, "id = :owner", values={":owner": owner})])
    except TransactionFailed:
        return True
    return True
