"""Destruction of records, with everything that depends on them.

Destroying a record acts on all that points at it, live or in the trash, by each relation's on-delete action (as
PostgreSQL would): CASCADE destroys, SET_NULL clears, RESTRICT and NO_ACTION refuse. What fits is one commit; beyond
that the record itself goes first and the rest follows in further commits. Others may begin to point at the record until
it is gone, but not later; so its edges are read once more after the commit, and what is left is treated likewise, each
record being read once.

``modify`` calls ``destroy`` for the operation Delete; the janitor calls ``apply_on_delete`` for what a request left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from ...errors import BadRequest, Conflict
from ...model.model import Field, Object
from ...store.change import Change
from ..context import Context
from ..records import State
from .changes import destroy_change, update_change
from .commit import MAX_COMMIT, commit_changes, fitting, retry_on_conflict
from .dependents import (
    Dependent,
    KnownEdges,
    RecordKey,
    Reference,
    dependents_of,
    in_parts,
    last_dependents,
    references_to,
)

#: A request should take seconds; beyond so many commits, of 90 records each, it leaves the rest to the janitor.
_COMMITS_OF_A_REQUEST = 100
#: On-delete actions that decide what else is destroyed, or whether anything may be.
_DECIDING = ("CASCADE", "RESTRICT", "NO_ACTION")


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
            match _on_delete(relation):
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
        references = references_to(ctx, objects, [record_id for _, record_id in level], edges)
        if len(references) > MAX_COMMIT:
            # What is only cleared comes after the record in any case, and is read then.
            references = [each for each in references if _on_delete(each.relation) in _DECIDING]
        level, edges = cascade.add_dependents(dependents_of(ctx, references)), None
    changes = cascade.changes(ctx)
    first = fitting(changes, least=len(states))
    commit_changes(ctx, first)
    apply_on_delete(ctx, _destroyed_by(first), max_commits=_COMMITS_OF_A_REQUEST)


def apply_on_delete(ctx: Context, destroyed: Sequence[tuple[Object, str]], *, max_commits: int | None = None) -> None:
    """Act on everything that still points at destroyed records, in at most so many commits (None: as many as it takes).

    Safe to repeat: the janitor does so for every destroyed record, in case the writer died or gave up in between. A
    reference that would have forbidden to destroy the record comes too late and is cleared.
    """

    pending, commits = list(destroyed), 0
    while pending:
        gone, pending = pending, []
        references = references_to(ctx, [obj for obj, _ in gone], [record_id for _, record_id in gone])
        for part in in_parts(references, records=MAX_COMMIT):
            is_done = False
            while not is_done:
                if commits == max_commits:
                    return
                try:
                    is_done, destroyed_now = retry_on_conflict(partial(_act_on, ctx, gone, part))
                except Conflict:
                    if max_commits is None:
                        raise
                    return  # The record is gone, and that is the answer; the janitor does the rest.
                pending += destroyed_now
                commits += 1


def _act_on(
    ctx: Context, gone: Sequence[tuple[Object, str]], references: Sequence[Reference]
) -> tuple[bool, list[tuple[Object, str]]]:
    """Act on some of the references to destroyed records in one commit: whether it took all of them, and what it
    destroyed.
    """
    cascade = _Cascade()
    cascade.add_dependents(last_dependents(ctx, gone, references), may_refuse=False)
    changes = cascade.changes(ctx)
    part = fitting(changes)
    commit_changes(ctx, part, sets_values=False)
    return len(part) == len(changes), _destroyed_by(part)


def _on_delete(relation: Field) -> str | None:
    assert relation.relation is not None
    return relation.relation.on_delete


def _destroyed_by(changes: Sequence[Change]) -> list[tuple[Object, str]]:
    return [(change.obj, change.id) for change in changes if change.after is None]
