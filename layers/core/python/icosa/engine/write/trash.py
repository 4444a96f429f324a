"""The trash: soft deletion and restoring.

Some records go to the trash with the record that they belong to, and come back with it; the model says which relations
do that. ``modify`` calls it for the operations Delete and Restore.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...catalog.jobs import JobKind
from ...model.model import Object
from ...store.change import Change
from ..context import Context
from ..records import State
from .changes import changed_nodes, stamped_change
from .commit import MAX_COMMIT, announce, commit_changes, fitting
from .dependents import KnownEdges, Reference, dependents_of, references_to
from .follow_up import FollowUp, Frame, commit_and_follow_up
from .parts import deleted_at as deleted_at_of
from .visibility import require_visible


def move_to_trash(ctx: Context, obj: Object, states: Sequence[State], edges: KnownEdges = None) -> list[Change]:
    """Move records to the trash, with those that follow them; what is there already gets a new ``deletedAt``
    (docs/wire/quirks.md#changes-by-id-reach-the-trash). Returns the changes of ``states``.
    """
    return _move(ctx, obj, states, ctx.now, edges)


def restore_from_trash(ctx: Context, obj: Object, states: Sequence[State], edges: KnownEdges = None) -> list[Change]:
    """Bring records back, with those that followed them; live ones, and those that were in the trash before, stay as
    they are. Returns the changes of ``states``.
    """
    return _move(ctx, obj, states, None, edges)


def relations_that_follow(ctx: Context, obj: Object) -> frozenset[tuple[str, str]]:
    """Relations by which records go to the trash and come back with those of an object: owner and field keys
    (docs/wire/rest.md#delete).
    """
    return frozenset(
        (owner.key, field.key)
        for owner, field in ctx.model.references[obj.id]
        if field.relation is not None and field.relation.follows_to_trash
    )


def _move(
    ctx: Context, obj: Object, states: Sequence[State], deleted_at: str | None, edges: KnownEdges
) -> list[Change]:
    """Commit the move and return the changes of ``states``. Followers that do not fit into one commit with them come
    after them (``follow_up``): meanwhile they are live records that point into the trash, or in the trash and point at
    live ones, which is both allowed.
    """
    references, are_all = _following(ctx, obj, states, edges)
    own = _move_changes(ctx, ((obj, state) for state in states), deleted_at)
    require_visible(ctx, own)
    announce(ctx, changed_nodes(obj, own))
    if are_all and len(own) + len(references) <= MAX_COMMIT:
        changes = [*own, *_move_changes(ctx, _followers(ctx, obj, states, deleted_at, references), deleted_at)]
        # Only followers go by themselves: too many records of the request itself are refused.
        if len(fitting(changes, least=len(states))) == len(changes):
            commit_changes(ctx, changes)
            return own
    followed = {each.target for each in references}
    frames = [
        Frame(obj.key, state.item.id, moment=deleted_at_of(obj, state))
        for state in states
        if not are_all or state.item.id in followed
    ]
    kind: JobKind = "restore" if deleted_at is None else "trash"
    commit_and_follow_up(ctx, own, FollowUp(kind, frames, len(references), are_all))
    return own


def _move_changes(ctx: Context, records: Iterable[tuple[Object, State]], deleted_at: str | None) -> list[Change]:
    return [stamped_change(ctx, obj, state, {obj.by_name["deletedAt"].key: deleted_at}) for obj, state in records]


def _following(ctx: Context, obj: Object, states: Sequence[State], edges: KnownEdges) -> tuple[list[Reference], bool]:
    """What may go to the trash or come back with ``states``, by the first edges of these, and whether that is all."""
    relations = relations_that_follow(ctx, obj)
    if not relations:
        return [], True
    ids = [state.item.id for state in states]
    references, are_all = references_to(ctx, [obj], ids, edges)
    return [each for each in references if (each.obj.key, each.relation.key) in relations], are_all


def _followers(
    ctx: Context, obj: Object, states: Sequence[State], deleted_at: str | None, references: Sequence[Reference]
) -> list[tuple[Object, State]]:
    """The records behind references that go to the trash or come back with ``states`` and have not done so yet."""
    own = {(obj.key, state.item.id) for state in states}
    deleted = {state.item.id: deleted_at_of(obj, state) for state in states}
    followers: dict[tuple[str, str], tuple[Object, State]] = {}
    for owner, _, state, target in dependents_of(ctx, references):
        key = (owner.key, state.item.id)
        follows = deleted_at is not None if state.live else deleted_at_of(owner, state) == deleted[target] != deleted_at
        if follows and key not in own:
            followers[key] = (owner, state)
    return list(followers.values())
