"""The trash: soft deletion and restoring.

Some records go to the trash with the record that they belong to, and come back with it; the model says which relations
do that. ``modify`` calls it for the operations Delete and Restore.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...model.model import Object
from ...store.change import Change
from ..context import Context
from ..records import State
from .changes import update_change, with_update_stamps
from .commit import MAX_COMMIT, commit_changes, fitting, retry_on_conflict
from .dependents import KnownEdges, Reference, dependents_of, in_parts, references_to
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
    """Commit the move and return the changes of ``states``. Followers that do not fit into one commit with them go to
    the trash after them and come back before them: meanwhile they are live records that point into the trash, which is
    allowed. A move that ends halfway is completed by asking for it again.
    """
    references = _following(ctx, obj, states, edges)
    own = _move_changes(ctx, ((obj, state) for state in states), deleted_at)
    require_visible(ctx, own)
    if len(own) + len(references) <= MAX_COMMIT:
        changes = [*own, *_move_changes(ctx, _followers(ctx, obj, states, deleted_at, references), deleted_at)]
        # Only followers go by themselves: too many records of the request itself are refused.
        if len(fitting(changes, least=len(states))) == len(changes):
            commit_changes(ctx, changes)
            return own
    if deleted_at is not None:
        commit_changes(ctx, own)
    for part in in_parts(references, records=MAX_COMMIT):

        def move_part(part: Sequence[Reference] = part) -> bool:
            rest = _move_changes(ctx, _followers(ctx, obj, states, deleted_at, part), deleted_at)
            fit = fitting(rest)
            commit_changes(ctx, fit)
            return len(fit) < len(rest)

        while retry_on_conflict(move_part):
            pass
    if deleted_at is None:
        commit_changes(ctx, own)
    return own


def _move_changes(ctx: Context, records: Iterable[tuple[Object, State]], deleted_at: str | None) -> list[Change]:
    return [
        update_change(ctx, obj, state, with_update_stamps(ctx, obj, {obj.by_name["deletedAt"].key: deleted_at}))
        for obj, state in records
    ]


def _following(ctx: Context, obj: Object, states: Sequence[State], edges: KnownEdges) -> list[Reference]:
    """What may go to the trash or come back with ``states``, by the edges of these."""
    relations = relations_that_follow(ctx, obj)
    if not relations:
        return []
    ids = [state.item.id for state in states]
    references = references_to(ctx, [obj], ids, edges)
    return [each for each in references if (each.obj.key, each.relation.key) in relations]


def _followers(
    ctx: Context, obj: Object, states: Sequence[State], deleted_at: str | None, references: Sequence[Reference]
) -> list[tuple[Object, State]]:
    """The records behind references that go to the trash or come back with ``states`` and have not done so yet."""
    own = {(obj.key, state.item.id) for state in states}
    deleted = {state.item.id: _deleted_at(obj, state) for state in states}
    followers: dict[tuple[str, str], tuple[Object, State]] = {}
    for owner, _, state, target in dependents_of(ctx, references):
        key = (owner.key, state.item.id)
        follows = deleted_at is not None if state.live else _deleted_at(owner, state) == deleted[target] != deleted_at
        if follows and key not in own:
            followers[key] = (owner, state)
    return list(followers.values())


def _deleted_at(obj: Object, state: State) -> str | None:
    """When a record went to the trash, which is the same moment for a record and all that followed it."""
    deleted_at: str | None = state.item.get(obj.by_name["deletedAt"].key)
    return deleted_at
