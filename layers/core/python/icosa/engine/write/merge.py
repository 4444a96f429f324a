"""The operation Merge: several records become one, the others go to the trash (docs/wire/rest.md#merge).

The executor calls it. What points at the others points at the surviving record afterwards; a dry run shows the result
without writing it (``merge_preview``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import BadRequest, PermissionDenied, RecordNotFound
from ...model.model import Object
from ...model.record import Record
from ...query.operation import SURVIVOR_FIELDS, Merge, Node
from ...store.change import Change
from ...store.derive import constraint_value
from ..context import Context
from ..read.relations import load_relations
from ..records import State, get_visible
from .changes import stamped_change
from .commit import MAX_COMMIT, announce, commit_changes, fitting, retry_on_conflict
from .dependents import MAX_EDGES, Reference, dependents_of, references_by, references_to
from .follow_up import FollowUp, Frame, commit_and_follow_up
from .merge_preview import preview_merge
from .parts import repointing
from .visibility import require_visible


def merge(ctx: Context, operation: Merge) -> Node:
    """Merge the records of ``operation.ids`` into the one at ``priority_index``; the others go to the trash."""
    obj = operation.object
    _check(ctx, operation)
    if operation.dry_run:
        records, survivor, values = _read(ctx, operation)
        if operation.fixed_references:
            _references(ctx, operation, records, survivor)
        return preview_merge(ctx, obj, records, survivor, values, operation.selection)

    def attempt() -> Record:
        records, survivor, values = _read(ctx, operation)
        merged = [State(record, True) for record in records if record.id != survivor.id]
        return _commit_merge(ctx, operation, State(survivor, True), merged, values)

    node = Node(retry_on_conflict(ctx, attempt))
    load_relations(ctx, obj, [node], operation.selection)
    return node


def _read(ctx: Context, operation: Merge) -> tuple[list[Record], Record, dict[str, Any]]:
    """The records, the survivor among them, and its new values. Raises RecordNotFound, also for records that the caller
    may not see, and PermissionDenied when the caller may not update one of these values or not see the result.
    """
    records = [record for record in get_visible(ctx, operation.object, operation.ids) if record is not None]
    if len(records) < len(operation.ids):
        raise RecordNotFound("One or more records not found")
    survivor = records[operation.priority_index]
    values = merged_values(operation.object, records, survivor)
    if not operation.locked.isdisjoint(values):
        raise PermissionDenied
    require_visible(ctx, [stamped_change(ctx, operation.object, State(survivor, True), values)])
    return records, survivor, values


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


def merged_values(obj: Object, records: Sequence[Record], survivor: Record) -> dict[str, Any]:
    """New values of the survivor, by field key, where they differ from its own."""
    values: dict[str, Any] = {}
    for field in obj.stored_fields:
        if field.name in SURVIVOR_FIELDS:
            continue
        values_of_records = [record.get(field.key) for record in records]
        present = [value for value in values_of_records if value is not None]
        own = survivor.get(field.key)
        match len(present):
            case 0:
                continue
            case 1:
                value = present[0]
            case _:
                value = field.type.merge(field, values_of_records, own)
        if value != own:
            values[field.key] = value
    return values


def _references(
    ctx: Context, operation: Merge, records: Sequence[Record], survivor: Record
) -> tuple[list[Reference], bool]:
    """The first references to the records that go, apart from those of ``records`` themselves, and whether they are
    all. Raises PermissionDenied when there is a reference that the caller may not update.
    """
    obj, own = operation.object, {record.id for record in records}
    ids = [record.id for record in records if record.id != survivor.id]
    references, are_all = references_to(ctx, [obj], ids)
    fixed = [each for each in references if (each.obj.key, each.relation.key) in operation.fixed_references]
    if not are_all and operation.fixed_references:
        relations = [
            (owner, relation)
            for owner, relation in ctx.model.references[obj.id]
            if (owner.key, relation.key) in operation.fixed_references
        ]
        fixed = references_by(ctx, relations, ids, most=MAX_EDGES)

    def is_other(owner: Object, record_id: str) -> bool:
        return owner.key != obj.key or record_id not in own

    fixed = [each for each in fixed if is_other(each.obj, each.record_id)]
    if fixed and dependents_of(ctx, fixed):
        raise PermissionDenied
    return [each for each in references if is_other(each.obj, each.record_id)], are_all


def _commit_merge(
    ctx: Context, operation: Merge, survivor: State, merged: Sequence[State], values: dict[str, Any]
) -> Record:
    """Update the survivor, move the ``merged`` records to the trash, and point what points at them at the survivor.

    What points at them is re-pointed also where the caller may not see it: it would be left with a reference into the
    trash. All in one commit if it fits. Else what has a unique value by its reference goes with the merge, which it may
    forbid, and the rest follows (``follow_up``).
    """
    obj = operation.object
    survivor_change = stamped_change(ctx, obj, survivor, values)
    assert survivor_change.after is not None
    changes = [survivor_change, *(_retire(ctx, obj, state, survivor_change.after) for state in merged)]
    records = [state.item for state in (survivor, *merged)]
    references, are_all = _references(ctx, operation, records, survivor.item)
    announce(ctx, [Node(survivor_change.after)])
    if are_all and len(changes) + len(references) <= MAX_COMMIT:
        moves = repointing(ctx, references, survivor.item.id)
        if len(fitting([*changes, *moves], least=len(changes))) == len(changes) + len(moves):
            commit_changes(ctx, [*changes, *moves])
            return survivor_change.after
    unique = [each for each in references if _is_unique(each)][: MAX_COMMIT - len(changes)]
    first = fitting([*changes, *repointing(ctx, unique, survivor.item.id)], least=len(changes))
    frames = [Frame(obj.key, state.item.id) for state in merged]
    known = len(references) - (len(first) - len(changes))
    commit_and_follow_up(ctx, first, FollowUp("merge", frames, known, are_all, survivor.item.id))
    return survivor_change.after


def _is_unique(reference: Reference) -> bool:
    """Whether a reference is part of a unique value, which the survivor's may be already."""
    return any(reference.relation.id in each.field_ids for each in reference.obj.unique_constraints)


def _retire(ctx: Context, obj: Object, state: State, survivor: Record) -> Change:
    """Move a merged record to the trash, without the unique values that the survivor has taken over."""
    values: dict[str, Any] = {obj.by_name["deletedAt"].key: ctx.now}
    for constraint in obj.unique_constraints:
        value = constraint_value(constraint, survivor)
        if value is not None and constraint_value(constraint, state.item) == value:
            values |= {leaf.field.key: None for leaf in constraint.leaves}
    return stamped_change(ctx, obj, state, values)
