"""Merging records into one (spec/rest-core.md §1.12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import BadRequest, RecordNotFound
from ...model.model import Object
from ...model.record import Record
from ...query.operation import Merge, Node
from ...store.change import Change
from ...store.derive import constraint_value
from ..context import Context
from ..read.relations import load
from ..records import State, get_live
from .commit import MAX_COMMIT, apply, changed, retrying, stamps
from .merge_preview import preview
from .remove import dependents

#: Fields that belong to the surviving record whatever the others hold.
_OWN = ("id", "createdAt", "updatedAt", "deletedAt", "createdBy", "updatedBy", "position", "searchVector")


def merge(ctx: Context, operation: Merge) -> Node:
    """Merge the records of ``operation.ids`` into the one at ``priority_index``; the others go to the trash."""
    obj = operation.object
    _check(ctx, operation)
    if operation.dry_run:
        items, survivor, values = _read(ctx, operation)
        return preview(ctx, obj, items, survivor, values, operation.selection)

    def attempt() -> Record:
        items, survivor, values = _read(ctx, operation)
        losers = [State(item, True) for item in items if item.id != survivor.id]
        return _apply(ctx, obj, State(survivor, True), losers, values)

    node = Node(retrying(attempt))
    load(ctx, obj, [node], operation.selection)
    return node


def _read(ctx: Context, operation: Merge) -> tuple[list[Record], Record, dict[str, Any]]:
    """The records, the one that survives, and its new values. Raises RecordNotFound."""
    found = get_live(ctx, operation.object, operation.ids)
    items = [item for item in found if item is not None]
    if len(items) < len(found):
        raise RecordNotFound("One or more records not found")
    survivor = items[operation.priority_index]
    return items, survivor, merged_values(operation.object, items, survivor)


def _check(ctx: Context, operation: Merge) -> None:
    count, obj = len(operation.ids), operation.object
    if not obj.duplicate_criteria:
        raise _invalid(
            "Merge is only available for objects with duplicate criteria. "
            f"Object '{obj.name_singular}' does not have duplicate criteria defined."
        )
    if count < 2:
        raise _invalid("At least 2 record IDs are required for merge")
    if count > ctx.settings.merge_limit:
        raise _invalid(f"Maximum {ctx.settings.merge_limit} records can be merged at once")
    if not 0 <= operation.priority_index < count:
        raise _invalid(
            f"Invalid conflict priority '{operation.priority_index}'. Valid options for {count} records: 0-{count - 1}"
        )
    if len(set(operation.ids)) < count:
        raise _invalid("Each record can be merged only once")


def _invalid(message: str) -> BadRequest:
    return BadRequest(message, sub_code="INVALID_QUERY_INPUT")


def merged_values(obj: Object, items: Sequence[Record], survivor: Record) -> dict[str, Any]:
    """New values of the survivor, by field key, where they differ from its own."""
    values: dict[str, Any] = {}
    for field in obj.stored_fields:
        if field.name in _OWN:
            continue
        held = [item.get(field.key) for item in items]
        given = [value for value in held if value is not None]
        own = survivor.get(field.key)
        match len(given):
            case 0:
                continue
            case 1:
                value = given[0]
            case _:
                value = field.type.merge(field, held, own)
        if value != own:
            values[field.key] = value
    return values


def _apply(ctx: Context, obj: Object, survivor: State, losers: Sequence[State], values: dict[str, Any]) -> Record:
    kept = changed(ctx, obj, survivor, stamps(ctx, obj, values))
    assert kept.after is not None
    changes = [kept, *(_retire(ctx, obj, loser, kept.after) for loser in losers)]
    own = {state.item.id for state in (survivor, *losers)}
    pointing = dependents(ctx, [obj], [state.item.id for state in losers])
    repointed: dict[tuple[str, str], tuple[Object, State, dict[str, str]]] = {}
    for owner, relation, state in pointing:
        if owner.key == obj.key and state.item.id in own:
            continue
        key = (owner.key, state.item.id)
        repointed.setdefault(key, (owner, state, {}))[2][relation.key] = survivor.item.id
    moves = [changed(ctx, owner, state, fields) for owner, state, fields in repointed.values()]
    if len(changes) + len(moves) > MAX_COMMIT:
        # References first: until the merge itself commits, pointing at the survivor is as true as pointing at the
        # other.
        for start in range(0, len(moves), MAX_COMMIT):
            apply(ctx, moves[start : start + MAX_COMMIT])
        moves = []
    apply(ctx, [*changes, *moves])
    return kept.after


def _retire(ctx: Context, obj: Object, loser: State, survivor: Record) -> Change:
    """Move a merged record to the trash, without the unique values that the survivor has taken over."""
    values: dict[str, Any] = {obj.by_name["deletedAt"].key: ctx.now}
    for constraint in obj.unique_constraints:
        value = constraint_value(constraint, survivor)
        if value is not None and constraint_value(constraint, loser.item) == value:
            values |= {leaf.field.key: None for leaf in constraint.leaves}
    return changed(ctx, obj, loser, stamps(ctx, obj, values))
