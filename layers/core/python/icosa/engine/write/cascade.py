"""Destruction of records, with everything that depends on them.

Destroying a record acts on all that points at it, live or in the trash, by each relation's on-delete action (as
PostgreSQL would): CASCADE destroys, SET_NULL clears, RESTRICT and NO_ACTION refuse. What fits is one commit; beyond
that the record itself goes first and the rest follows in further commits. Others may begin to point at the record until
it is gone, but not later; so its edges are read once more after the commit, and what is new is treated likewise.

``modify`` calls ``destroy`` for the operation Delete; the janitor calls ``apply_on_delete`` for what a request left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...errors import BadRequest, Conflict
from ...model.model import Object
from ...store.change import Change
from ..context import Context
from ..records import State
from .changes import destroy_change, update_change
from .commit import commit_changes, fitting, retry_on_conflict
from .dependents import Dependent, KnownEdges, RecordKey, last_dependents, read_dependents

#: A request should take seconds; beyond so many commits it leaves the rest to the janitor.
_COMMITS_OF_A_REQUEST = 10


@dataclass(slots=True)
class _Cascade:
    """What follows from destroying records: records to destroy, and records with the keys of fields to clear."""

    destroyed: dict[RecordKey, tuple[Object, State]] = field(default_factory=dict)
    cleared: dict[RecordKey, tuple[Object, State, set[str]]] = field(default_factory=dict)

    def add_dependents(self, dependents: Sequence[Dependent], *, may_refuse: bool = True) -> list[RecordKey]:
        """Add records by their on-delete actions; returns those that are now to be destroyed in turn.

        Raises BadRequest when an action forbids it. Without ``may_refuse``, because the target is gone, such a
        reference is cleared instead.
        """
        added: list[RecordKey] = []
        for obj, relation, state, _ in dependents:
            key = (obj.key, state.item.id)
            assert relation.relation is not None
            match relation.relation.on_delete:
                case "CASCADE":
                    if key not in self.destroyed:
                        self.destroyed[key] = (obj, state)
                        added.append(key)
                case "RESTRICT" | "NO_ACTION" if may_refuse:
                    if key not in self.destroyed:
                        raise BadRequest(
                            f"The record is still referenced by {obj.name_singular}.{relation.name} and cannot be "
                            "deleted",
                            friendly="This record cannot be deleted because it is still referenced by other records.",
                        )
                case _:
                    self.cleared.setdefault(key, (obj, state, set()))[2].add(relation.key)
        return added

    def changes(self, ctx: Context) -> list[Change]:
        """In the order of commits: destroyed records first, those of the request before their dependents."""
        changes = [destroy_change(obj, state) for obj, state in self.destroyed.values()]
        for key, (obj, state, fields) in self.cleared.items():
            if key not in self.destroyed:
                changes.append(update_change(ctx, obj, state, dict.fromkeys(fields)))
        return changes


def destroy(ctx: Context, obj: Object, states: Sequence[State], *, edges: KnownEdges = None) -> None:
    """Destroy records and act on what points at them. Raises BadRequest when a RESTRICT relation forbids it."""
    cascade = _Cascade({(obj.key, state.item.id): (obj, state) for state in states})
    level = list(cascade.destroyed)
    while level:
        objects = [cascade.destroyed[key][0] for key in level]
        dependents = read_dependents(ctx, objects, [record_id for _, record_id in level], edges)
        level, edges = cascade.add_dependents(dependents), None
    changes = cascade.changes(ctx)
    first = fitting(changes, least=len(states))
    commit_changes(ctx, first)
    apply_on_delete(ctx, _destroyed_by(first), max_commits=_COMMITS_OF_A_REQUEST)


def apply_on_delete(ctx: Context, destroyed: Sequence[tuple[Object, str]], *, max_commits: int | None = None) -> None:
    """Act on everything that still points at destroyed records, in at most so many commits (None: as many as it takes).

    Safe to repeat: the janitor does so for every destroyed record, in case the writer died or gave up in between. A
    reference that would have forbidden to destroy the record comes too late and is cleared.
    """

    def attempt() -> list[tuple[Object, str]]:
        cascade = _Cascade()
        cascade.add_dependents(last_dependents(ctx, pending), may_refuse=False)
        changes = cascade.changes(ctx)
        part = fitting(changes)
        commit_changes(ctx, part, sets_values=False)
        return [*(pending if len(part) < len(changes) else ()), *_destroyed_by(part)]

    pending, commits = list(destroyed), 0
    while pending and commits != max_commits:
        try:
            pending = retry_on_conflict(attempt)
        except Conflict:
            if max_commits is None:
                raise
            return  # The record is gone, and that is the answer; the janitor does the rest.
        commits += 1


def _destroyed_by(changes: Sequence[Change]) -> list[tuple[Object, str]]:
    return [(change.obj, change.id) for change in changes if change.after is None]
