"""Soft deletion, restoring, and destruction with everything that depends on a record.

Some records go to the trash with the one that they belong to, and come back with it: the model says which. Destroying a
record acts on all that points at it, live or in the trash, by each relation's on-delete action (as PostgreSQL would):
CASCADE destroys, SET_NULL clears, RESTRICT and NO_ACTION refuse. What fits is one commit. Beyond that the record itself
goes first and the rest follows in further commits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ...errors import BadRequest
from ...model.model import Field, Object
from ...store.change import Change
from ...store.lookup import Edge, all_edges
from ...store.table import Table
from ..context import Context
from ..records import State, get_any
from .commit import MAX_COMMIT, apply, changed, destroyed, retrying, stamps

#: A request answers within seconds; beyond so many commits it leaves the rest to the janitor.
_COMMITS_OF_A_REQUEST = 10

#: Records by object key and id.
Doomed = dict[tuple[str, str], tuple[Object, State]]


#: What points at records, by their ids, where it has been read already.
Edges = Mapping[str, Sequence[Edge]] | None


def soft_delete(ctx: Context, obj: Object, states: Sequence[State], edges: Edges = None) -> list[Change]:
    """Move records to the trash, with those that follow them; what is there already gets a new ``deletedAt``
    (spec/observed.md 16).
    """
    return _move(ctx, obj, states, ctx.now, edges)


def restore(ctx: Context, obj: Object, states: Sequence[State], edges: Edges = None) -> list[Change]:
    """Bring records back, with those that followed them; live ones stay as they are."""
    return _move(ctx, obj, states, None, edges)


def following(ctx: Context, obj: Object) -> frozenset[tuple[str, str]]:
    """Relations by which records go to the trash and come back with those of an object: owner and field keys
    (spec/graphql-core.md §5.8).
    """
    pointing = ctx.model.references[obj.id]
    return frozenset(
        (owner.key, field.key)
        for owner, field in pointing
        if field.relation is not None and field.relation.follows_to_trash
    )


def _move(ctx: Context, obj: Object, states: Sequence[State], deleted_at: str | None, edges: Edges) -> list[Change]:
    """Commit the move and return what became of ``states``, which are in the first commit. Those that follow and do not
    fit into it come after: until then, one that points into the trash is no worse than any other reference to the
    trash.
    """
    followers = _followers(ctx, obj, states, deleted_at, edges)
    changes = _moved(ctx, [*((obj, state) for state in states), *followers], deleted_at)
    # Only followers are put off: too many records of the request itself are refused.
    apply(ctx, changes[: max(MAX_COMMIT, len(states))])

    def catch_up() -> int:
        left = _followers(ctx, obj, states, deleted_at)
        apply(ctx, _moved(ctx, left[:MAX_COMMIT], deleted_at))
        return len(left)

    if len(changes) > MAX_COMMIT:
        while retrying(catch_up) > MAX_COMMIT:
            pass
    return changes[: len(states)]


def _moved(ctx: Context, records: Sequence[tuple[Object, State]], deleted_at: str | None) -> list[Change]:
    return [
        changed(ctx, obj, state, stamps(ctx, obj, {obj.by_name["deletedAt"].key: deleted_at})) for obj, state in records
    ]


def _followers(
    ctx: Context, obj: Object, states: Sequence[State], deleted_at: str | None, edges: Edges = None
) -> list[tuple[Object, State]]:
    """The records that go to the trash and come back with ``states`` and are still on the other side."""
    relations = following(ctx, obj)
    if not relations:
        return []
    ids = [state.item.id for state in states]
    if edges is None:
        edges = dict(zip(ids, ctx.table.parallel([_edge_reader(ctx, i) for i in ids]), strict=True))
    wanted = {i: [edge for edge in edges[i] if edge[:2] in relations] for i in ids}
    own = {(obj.key, i) for i in ids}
    followers: Doomed = {}
    for owner, _, state in dependents(ctx, [obj], ids, wanted):
        key = (owner.key, state.item.id)
        if state.live is (deleted_at is not None) and key not in own:
            followers[key] = (owner, state)
    return list(followers.values())


@dataclass(slots=True)
class Cascade:
    """What follows from destroying records: further records to destroy, references to clear."""

    doomed: Doomed = field(default_factory=dict)
    cleared: dict[tuple[str, str], tuple[Object, State, set[str]]] = field(default_factory=dict)

    def changes(self, ctx: Context) -> list[Change]:
        """Roots first."""
        found = [destroyed(obj, state) for obj, state in self.doomed.values()]
        for key, (obj, state, fields) in self.cleared.items():
            if key not in self.doomed:
                found.append(changed(ctx, obj, state, dict.fromkeys(fields)))
        return found


def destroy(ctx: Context, obj: Object, states: Sequence[State], *, edges: Edges = None) -> None:
    """Destroy records and act on what points at them. ``edges`` are given where they have been read already.

    Raises BadRequest when a RESTRICT relation forbids it.
    """
    cascade = Cascade({(obj.key, state.item.id): (obj, state) for state in states})
    follow(ctx, cascade, list(cascade.doomed), edges)
    changes = cascade.changes(ctx)
    apply(ctx, changes[:MAX_COMMIT])
    if len(changes) > MAX_COMMIT:
        sweep(
            ctx,
            [(owner, record_id) for (_, record_id), (owner, _) in cascade.doomed.items()],
            commits=_COMMITS_OF_A_REQUEST,
        )


def sweep(ctx: Context, gone: Sequence[tuple[Object, str]], *, commits: int | None = None) -> None:
    """Act on everything that still points at destroyed records, in at most so many commits (None: as many as it takes).

    Safe to repeat: the janitor does so for every destroyed record, in case the writer died or gave up in between.
    """

    def attempt() -> int:
        cascade = Cascade()
        expand(cascade, dependents(ctx, [obj for obj, _ in gone], [record_id for _, record_id in gone]))
        changes = cascade.changes(ctx)
        apply(ctx, changes[:MAX_COMMIT])
        return len(changes)

    while retrying(attempt) > MAX_COMMIT:
        if commits is not None and (commits := commits - 1) <= 0:
            return


def follow(ctx: Context, cascade: Cascade, frontier: list[tuple[str, str]], edges: Edges = None) -> None:
    """Add to the cascade all that depends on the records of ``frontier``, level by level."""
    while frontier:
        found = dependents(
            ctx, [cascade.doomed[key][0] for key in frontier], [record_id for _, record_id in frontier], edges
        )
        frontier, edges = expand(cascade, found), None


def expand(cascade: Cascade, found: Sequence[tuple[Object, Field, State]]) -> list[tuple[str, str]]:
    """Add dependents by their on-delete actions; returns those that are destroyed in turn."""
    frontier: list[tuple[str, str]] = []
    for owner, relation, state in found:
        key = (owner.key, state.item.id)
        assert relation.relation is not None
        match relation.relation.on_delete:
            case "CASCADE":
                if key not in cascade.doomed:
                    cascade.doomed[key] = (owner, state)
                    frontier.append(key)
            case "RESTRICT" | "NO_ACTION":
                if key not in cascade.doomed:
                    raise BadRequest(
                        f"The record is still referenced by {owner.name_singular}.{relation.name} and cannot be "
                        "deleted",
                        friendly="This record cannot be deleted because it is still referenced by other records.",
                    )
            case _:
                cascade.cleared.setdefault(key, (owner, state, set()))[2].add(relation.key)
    return frontier


def dependents(
    ctx: Context, objects: Sequence[Object], ids: Sequence[str], edges: Edges = None
) -> list[tuple[Object, Field, State]]:
    """Every record that points at one of ``ids``, live or in the trash, with the field that does."""
    pointing = {
        (owner.key, relation.key): (owner, relation)
        for obj in objects
        for owner, relation in ctx.model.references[obj.id]
    }
    if not pointing:
        return []

    if edges is None:
        edges = dict(zip(ids, ctx.table.parallel([_edge_reader(ctx, i) for i in ids]), strict=True))
    rows = [(target, *edge) for target in ids for edge in edges[target]]
    found: list[tuple[Object, Field, State]] = []
    by_owner: dict[str, dict[str, list[tuple[str, Field]]]] = {}
    for target, owner_key, field_key, record_id in rows:
        if (owner_key, field_key) in pointing:
            _, relation = pointing[owner_key, field_key]
            by_owner.setdefault(owner_key, {}).setdefault(record_id, []).append((target, relation))
    for owner_key, records in by_owner.items():
        owner = ctx.model.by_key[owner_key]
        for relations, state in zip(records.values(), get_any(ctx, owner, list(records)), strict=True):
            for target, relation in relations:
                if state is not None and state.item.get(relation.key) == target:
                    found.append((owner, relation, state))
    return found


def _edge_reader(ctx: Context, target_id: str) -> Callable[[Table], list[Edge]]:
    return lambda table: all_edges(table, ctx.model.workspace_id, target_id)
