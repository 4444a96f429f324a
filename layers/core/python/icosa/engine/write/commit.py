"""The commit of a write: foreign keys, retries, and the errors of the data's rules as clients see them.

Every write of this package ends in ``commit_changes``, inside an attempt that ``retry_on_conflict`` repeats. The store
does the rest (``store.commit``): one transaction for few changes, a batch for many.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from functools import partial

from ...errors import BadRequest, Conflict
from ...model.inspect import inspect
from ...model.model import UniqueConstraint
from ...model.types.base import Item
from ...query.operation import Node
from ...store.change import Change, FailureReason, SameValue
from ...store.commit import CommitFailed, WriteConflict, commit
from ...store.keys import Key
from ...store.lease import ModelOutdated
from ...store.ops import Op
from ...store.places import home
from ...store.record import packed_bytes
from ...store.retry import Attempts
from ...store.table import MAX_BYTES
from ..context import Context
from .foreign_keys import counted_targets, new_references, target_keys

_ATTEMPTS = Attempts(12)

#: Records in one commit beside counters, register and guards: DynamoDB takes 100 operations.
MAX_COMMIT = 90
#: So many records fit into one commit whatever their size, which is 400 KB at most.
_ALWAYS_FIT = 9


class DuplicateEntry(BadRequest):
    """Another record has the id or a unique value."""

    problem_code = "DUPLICATE_ENTRY"


def retry_on_conflict[T](ctx: Context, attempt: Callable[[], T]) -> T:
    """Run a read-then-write until no other writer comes in between. Raises Conflict when that never happens."""
    for _ in _ATTEMPTS:
        try:
            return attempt()
        except WriteConflict:
            ctx.table.meter.conflicts += 1
    raise Conflict("The records were changed by other requests at the same time. Please try again.")


def fitting(changes: Sequence[Change], *, least: int = 1) -> Sequence[Change]:
    """The first of some changes, as many as one commit holds by number and by bytes, but ``least`` in any case: what
    must go together is refused as a whole when it is too much.
    """
    most = max(MAX_COMMIT, least)
    if len(changes) <= _ALWAYS_FIT:
        return changes
    total = 0
    for number, change in enumerate(changes[:most]):
        # Before and after: what the limit counts of a record that is removed or moved, DynamoDB does not say.
        states = [state for state in (change.before, change.after) if state is not None]
        total += max(map(packed_bytes, states))
        if total > MAX_BYTES and number >= least:
            return changes[:number]
    return changes[:most]


def commit_changes(
    ctx: Context,
    changes: Sequence[Change],
    *,
    live_before: Collection[Key] = (),
    sets_values: bool = True,
    beside: Sequence[Op] = (),
) -> None:
    """Commit the changes, all or none, on condition that the records they refer to exist; with them what is ``beside``
    (``store.commit``).

    What changes nothing is left out. ``live_before`` are targets that have just been seen live: they need no further
    read. Without ``sets_values`` the changes only clear and destroy, which any model of the request is good for. Raises
    WriteConflict when another writer came in between, DuplicateEntry, and BadRequest for a reference to nothing and for
    more than ``MAX_COMMIT`` changes, which records created inside others can make; Conflict when the model has changed
    so that the request must begin anew.
    """
    changes = [change for change in changes if not change.is_nothing]
    if not changes and not beside:
        return
    if len(changes) > MAX_COMMIT:
        raise BadRequest(
            f"Maximum number of records to write at once, nested ones included, is {MAX_COMMIT}. This request has "
            f"{len(changes)}.",
            sub_code="TOO_MANY_RECORDS_TO_UPDATE",
        )
    if ctx.quota is not None and (added := sum(change.live_delta for change in changes)) > 0:
        ctx.quota.check(ctx.table, ctx.model, added)
    ws = ctx.model.workspace_id
    references = new_references(ctx, changes)
    targets: list[Key] = []
    if len(changes) == 1:
        # One record: suppose that its targets are live, and look closer only when the transaction says no.
        targets = [
            home(ws, reference.target, reference.id)
            for reference in references
            if (reference.target.key, reference.id) != reference.owner
        ]
    elif references:
        targets = target_keys(ctx, references, changes, live_before)
    lease = ctx.lease if sets_values else None
    once = ctx.once
    send = partial(
        commit,
        ctx.table,
        ctx.model,
        changes,
        lease=lease,
        now=ctx.now,
        now_ms=int(time.time() * 1000),
        seen=ctx.register,
        beside=beside,
        once=None if once is None else once.row(),
    )
    try:
        try:
            send(targets=counted_targets(ctx, references, targets))
        except CommitFailed as failure:
            if failure.reason.kind != "target":
                raise
            send(targets=counted_targets(ctx, references, target_keys(ctx, references, changes)))
    except ModelOutdated:
        raise Conflict("The data model was changed while the request ran. Please try again.") from None
    except SameValue as same:
        raise duplicate_value(same.change.after, same.constraint) from None
    except CommitFailed as failure:
        raise _client_error(failure.reason) from None
    if once is not None:
        once.committed()


def announce(ctx: Context, nodes: Sequence[Node], *, are_complete: bool = False) -> None:
    """Say what the request answers when the next commit has happened (``store.once``). ``are_complete``: with all
    relations that the answer shows.
    """
    if ctx.once is not None:
        ctx.once.announce(nodes, are_complete=are_complete)


def _client_error(reason: FailureReason) -> Exception:
    match reason.kind:
        case "id":
            return duplicate_id()
        case "guard":
            assert reason.change is not None and reason.constraint is not None
            return duplicate_value(reason.change.after, reason.constraint)
        case _:
            return WriteConflict()  # a target that was there a moment ago: read again


def duplicate_id() -> DuplicateEntry:
    """The error for an id that another record has."""
    return DuplicateEntry(
        "A duplicate entry was detected",
        friendly="This record already exists. Please check your data and try again.",
    )


def duplicate_value(item: Item | None, constraint: UniqueConstraint) -> DuplicateEntry:
    """The error for a unique value of a record that another one has (docs/wire/rest.md#duplicate-values)."""
    labels = list(dict.fromkeys(leaf.field.label for leaf in constraint.leaves))
    if len(labels) > 1:
        return DuplicateEntry(f"A duplicate entry was detected. The combination of {', '.join(labels)} must be unique.")
    value = None if item is None else constraint.leaves[0].get(item)
    text = value if isinstance(value, str) else inspect(value)
    return DuplicateEntry(
        f"Duplicate {labels[0]} with value {text}. Please set a unique one.",
        friendly=f"This {labels[0]} value is already in use. Please check your data and try again.",
    )
