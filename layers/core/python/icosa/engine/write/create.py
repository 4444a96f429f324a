"""The operation Create: creating or upserting records, one or many, with the records created or connected inside them.

The executor calls ``create``; ``modify`` calls ``resolve_links`` for relation objects in bodies of updates. An attempt
reads all that it needs side by side, makes a change of every draft, and commits them together.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...errors import BadRequest
from ...model.input import Connect, ParsedInput, defaults
from ...model.model import Object
from ...model.record import Record
from ...query.operation import Create, Node
from ...store import keys
from ...store.change import Change
from ...store.table import Table
from ..context import Context
from ..read.relations import load_relations
from .changes import create_change
from .commit import DuplicateEntry, announce, commit_changes, retry_on_conflict
from .connect import resolve_connects
from .drafts import RecordDraft, draft_nested, draft_records, flatten, link_values
from .foreign_keys import Reference, live_targets
from .positions import assign_positions, outermost_position
from .upsert import match_upserts, second_change, upsert_change
from .visibility import require_visible, require_visible_targets

#: How often an upsert looks for its records again before a key that is taken is the request's own fault.
_UPSERT_ATTEMPTS = 3

#: The smallest (or, with True, the largest) position of an object's records, by object key.
_OuterPositions = dict[tuple[str, bool], float | int | None]


def create(ctx: Context, operation: Create) -> list[Node]:
    """Create (or upsert) all records, or none; results are in the order of the input."""
    _check_size(ctx, len(operation.data))
    drafts = draft_records(ctx, operation.object, operation.data, may_exist=operation.upsert)

    def attempt() -> list[Record]:
        return _attempt(ctx, drafts, operation)

    records = _retry_upsert(ctx, attempt) if operation.upsert else retry_on_conflict(ctx, attempt)
    nodes = [Node(record) for record in records]
    load_relations(ctx, operation.object, nodes, operation.selection)
    return nodes


def _retry_upsert(ctx: Context, attempt: Callable[[], list[Record]]) -> list[Record]:
    """Run an upsert again when a key that was free is taken: the record that has it was made by another request in
    between, and the next attempt updates it.
    """
    for _ in range(_UPSERT_ATTEMPTS):
        with contextlib.suppress(DuplicateEntry):
            return retry_on_conflict(ctx, attempt)
    return retry_on_conflict(ctx, attempt)


def _check_size(ctx: Context, count: int) -> None:
    limit = ctx.settings.batch_limit
    if count > limit:
        raise BadRequest(f"Maximum number of records to upsert is {limit}.", sub_code="TOO_MANY_RECORDS_TO_UPDATE")


def _attempt(ctx: Context, top_drafts: Sequence[RecordDraft], operation: Create) -> list[Record]:
    """Read, change and commit once; returns the records of ``top_drafts`` as they are written."""
    drafts = flatten(top_drafts)
    outer_positions, live_before = _prefetch(ctx, drafts, top_drafts if operation.upsert else ())
    positions = _positions(drafts, outer_positions)
    changes: dict[tuple[str, str], Change] = {}
    results: list[tuple[str, str]] = []
    top = {id(draft) for draft in top_drafts}
    for draft in drafts:
        key = (draft.obj.key, draft.id if draft.matched is None else draft.matched.item.id)
        if draft.matched is not None:
            position = positions.get(id(draft))
            change = upsert_change(ctx, draft, changes.get(key), position, operation.patching)
        elif key not in changes:
            change = _create_change(ctx, draft, positions[id(draft)])
        elif operation.upsert and id(draft) in top:
            change = second_change(ctx, draft, changes[key], positions[id(draft)] if draft.parsed.position else None)
        else:
            raise BadRequest("A duplicate entry was detected")
        changes[key] = change
        if id(draft) in top:
            results.append(key)
    require_visible(ctx, list(changes.values()))
    require_visible_targets(ctx, list(changes.values()))
    records = [after for key in results if (after := changes[key].after) is not None]
    announce(ctx, [Node(record) for record in records])
    commit_changes(ctx, list(changes.values()), live_before=live_before)
    return records


def resolve_links(ctx: Context, inputs: Sequence[ParsedInput]) -> tuple[list[dict[str, Any]], list[Change]]:
    """What the relation objects in bodies of updates come to: for each body the values of relation fields by field key,
    and the changes that create records inside them.
    """
    nested = draft_nested(ctx, inputs)
    drafts = flatten([draft for part in nested for _, draft in part])
    connected: list[dict[str, str]] = [{} for _ in inputs]
    if any(isinstance(link, Connect) for parsed in inputs for link in parsed.links):
        resolve_connects(ctx, list(zip(inputs, connected, strict=True)), ctx.table)
    outer_positions, _ = _prefetch(ctx, drafts, ())
    positions = _positions(drafts, outer_positions)
    values = [
        link_values(parsed, ids) | {relation.key: draft.id for relation, draft in part}
        for parsed, ids, part in zip(inputs, connected, nested, strict=True)
    ]
    return values, [_create_change(ctx, draft, positions[id(draft)]) for draft in drafts]


# ---------------------------------------------------------------------- reads of an attempt


def _prefetch(
    ctx: Context, drafts: Sequence[RecordDraft], upserted: Sequence[RecordDraft]
) -> tuple[_OuterPositions, set[keys.Key]]:
    """Read all that the drafts need, side by side: outer positions, records to connect, records that an upsert matches.

    For several records also which of the records that they refer to are live; those of a single one are checked when it
    is written.
    """
    wanted_positions = {
        (draft.obj.key, _wanted_position(draft) == "last"): draft.obj
        for draft in drafts
        if isinstance(_wanted_position(draft), str)
    }
    outer_positions: _OuterPositions = {}
    branches: list[Callable[[Table], None]] = [
        _position_reader(ctx, obj, last, outer_positions) for (_, last), obj in wanted_positions.items()
    ]
    if any(isinstance(link, Connect) for draft in drafts for link in draft.parsed.links):
        inputs = [(draft.parsed, draft.connected) for draft in drafts]
        branches.append(lambda table: resolve_connects(ctx, inputs, table))
    if upserted:
        branches.append(lambda table: match_upserts(ctx, upserted, table))
    live: set[keys.Key] = set()
    if len(drafts) > 1 and (references := _references(ctx, drafts)):
        branches.append(lambda table: live.update(live_targets(ctx, references, table)))
    if branches:
        ctx.table.parallel(branches)
    return outer_positions, live


def _references(ctx: Context, drafts: Sequence[RecordDraft]) -> list[Reference]:
    """What the drafts refer to by id."""
    return [
        (relation, ctx.model.target_of(relation), target)
        for draft in drafts
        for relation in draft.obj.many_to_one
        if (target := draft.parsed.values.get(relation.key)) is not None
    ]


def _position_reader(ctx: Context, obj: Object, last: bool, positions: _OuterPositions) -> Callable[[Table], None]:
    def read(table: Table) -> None:
        positions[obj.key, last] = outermost_position(ctx, obj, last=last, table=table)

    return read


# ---------------------------------------------------------------------- new records


def _wanted_position(draft: RecordDraft) -> Any:
    """A number, "first" or "last"; a new record that names none goes first."""
    if draft.parsed.position is not None:
        return draft.parsed.position
    return draft.parsed.values.get(draft.obj.by_name["position"].key, "first")


def _positions(drafts: Sequence[RecordDraft], outer_positions: _OuterPositions) -> dict[int, float | int]:
    """Positions of the new records, and of those that an upsert moves to a place, by the identity of their drafts."""
    positions: dict[int, float | int] = {}
    for obj_key in {draft.obj.key for draft in drafts}:
        placed = [
            draft for draft in drafts if draft.obj.key == obj_key and (draft.matched is None or draft.parsed.position)
        ]
        assigned = assign_positions(
            [_wanted_position(draft) for draft in placed],
            outer_positions.get((obj_key, False)),
            outer_positions.get((obj_key, True)),
        )
        positions.update((id(draft), position) for draft, position in zip(placed, assigned, strict=True))
    return positions


def _create_change(ctx: Context, draft: RecordDraft, position: float | int) -> Change:
    if draft.parsed.unfit is not None:
        raise draft.parsed.unfit
    obj, by_name = draft.obj, draft.obj.by_name
    values = {**defaults(obj, ctx.now), **draft.parsed.values, **draft.relation_values()}
    for name in ("createdAt", "updatedAt"):
        values[by_name[name].key] = draft.parsed.values.get(by_name[name].key) or ctx.now
    values[by_name["position"].key] = position
    values[by_name["createdBy"].key] = _created_by(ctx, draft.parsed.values.get(by_name["createdBy"].key))
    values[by_name["updatedBy"].key] = ctx.actor
    return create_change(ctx, obj, draft.id, values, id_is_given=draft.id_is_given)


def _created_by(ctx: Context, author: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """``createdBy``: the caller, unless the request names an author; of one without a name only the other parts count
    (docs/wire/rest.md#actor).
    """
    if author is None:
        return ctx.actor
    if author.get("name") is not None:
        return author
    return {**ctx.actor, **author}
