"""On-delete actions: what follows from the destruction of a record for those that point at it, as in PostgreSQL.

CASCADE destroys them, SET_NULL clears their references, RESTRICT and NO_ACTION refuse. ``cascade`` asks before it
destroys records, ``follow_up`` afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...errors import BadRequest
from ...model.model import Field, Model, Object
from ...store.change import Change
from ..context import Context
from ..records import State
from .changes import destroy_change, stamped_change
from .dependents import Dependent, RecordKey

#: On-delete actions that decide what else is destroyed, or whether anything may be.
_DECIDING = ("CASCADE", "RESTRICT", "NO_ACTION")


@dataclass(slots=True)
class Cascade:
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
                changes.append(stamped_change(ctx, obj, state, dict.fromkeys(fields)))
        return changes


def decides(relation: Field) -> bool:
    """Whether it matters to the destruction of a record who points at it with a relation."""
    return _on_delete(relation) in _DECIDING


def may_forbid(model: Model, obj: Object) -> list[tuple[Object, Field]]:
    """The relations to an object by which some record may forbid the destruction of one of its records: itself, or
    because it would be destroyed in turn, and another forbids that.
    """
    return [(owner, relation) for owner, relation in model.references[obj.id] if _forbids(model, owner, relation)]


def _forbids(model: Model, owner: Object, relation: Field) -> bool:
    if _on_delete(relation) != "CASCADE":
        return decides(relation)
    reached, waiting = {owner.id}, [owner]
    while waiting:
        for further, action in model.references[waiting.pop().id]:
            if _on_delete(action) != "CASCADE":
                if decides(action):
                    return True
            elif further.id not in reached:
                reached.add(further.id)
                waiting.append(further)
    return False


def _on_delete(relation: Field) -> str | None:
    assert relation.relation is not None
    return relation.relation.on_delete
