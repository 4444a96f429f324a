"""Creating and upserting records, one or many, with the records created or connected inside them."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...errors import BadRequest
from ...model.input import Connect, Disconnect, NestedCreate, ParsedInput, defaults, parse_input
from ...model.model import Field, Object
from ...model.record import Record
from ...query.operation import Create, Node
from ...store import keys
from ...store.change import Change
from ...store.derive import constraint_value
from ...store.table import Table
from ..context import Context
from ..read.relations import load
from ..records import State, get_any
from .commit import Reference, Taken, apply, changed, created, live_targets, retrying, stamps
from .positions import assign, edge_position

_MAX_NESTED = 200
_MAX_NESTED_DEPTH = 5
#: Searches for the records of an upsert before a taken key is the request's own fault.
_MATCHES = 3


@dataclass(slots=True)
class Draft:
    """A record to be written: checked values by field key, and relation fields whose targets are not known yet.

    ``matched`` is the existing record that an upsert updates.
    """

    obj: Object
    data: Mapping[str, Any]
    parsed: ParsedInput
    id: str
    id_is_given: bool
    nested: list[tuple[Field, Draft]] = field(default_factory=list)
    connected: dict[str, str] = field(default_factory=dict)
    matched: State | None = None


def create(ctx: Context, operation: Create) -> list[Node]:
    """Create (or upsert) all records, or none; results are in the order of the input."""
    _check_size(ctx, len(operation.data))
    drafts = _drafts(ctx, operation.object, operation.data)

    def attempt() -> list[Record]:
        return _attempt(ctx, drafts, operation)

    nodes = [Node(item) for item in (_matching_again(attempt) if operation.upsert else retrying(attempt))]
    load(ctx, operation.object, nodes, operation.selection)
    return nodes


def _matching_again(attempt: Callable[[], list[Record]]) -> list[Record]:
    """Upserts: a key that was free and is taken belongs to a record that another request has just made, so look for it
    again.
    """
    for _ in range(_MATCHES):
        with contextlib.suppress(Taken):
            return retrying(attempt)
    return retrying(attempt)


def _check_size(ctx: Context, count: int) -> None:
    limit = ctx.settings.batch_limit
    if count > limit:
        raise BadRequest(f"Maximum number of records to upsert is {limit}.", sub_code="TOO_MANY_RECORDS_TO_UPDATE")


def _drafts(ctx: Context, obj: Object, data: Sequence[Mapping[str, Any]]) -> list[Draft]:
    counter = [0]
    return [_draft(ctx, obj, one, 0, counter) for one in data]


def _draft(ctx: Context, obj: Object, data: Mapping[str, Any], depth: int, counter: list[int]) -> Draft:
    parsed = parse_input(ctx.model, obj, data, mode="create", now=ctx.now)
    given = parsed.values.get(obj.by_name["id"].key)
    draft = Draft(obj, data, parsed, given or str(uuid.uuid4()), given is not None)
    for link in parsed.links:
        if isinstance(link, NestedCreate):
            counter[0] += 1
            if counter[0] > _MAX_NESTED or depth >= _MAX_NESTED_DEPTH:
                raise BadRequest(
                    f"At most {_MAX_NESTED} nested records, {_MAX_NESTED_DEPTH} levels deep, can be created at once"
                )
            draft.nested.append((link.field, _draft(ctx, link.target, link.data, depth + 1, counter)))
    return draft


def _flat(drafts: Sequence[Draft]) -> list[Draft]:
    """Drafts with those inside them; the inner first."""
    return [one for draft in drafts for one in (*_flat([inner for _, inner in draft.nested]), draft)]


def _attempt(ctx: Context, drafts: Sequence[Draft], operation: Create) -> list[Record]:
    everything = _flat(drafts)
    edges, targets = _read_before(ctx, everything, drafts if operation.upsert else ())
    changes: dict[tuple[str, str], Change] = {}
    positions = _positions(everything, edges)
    order: list[tuple[str, str]] = []
    top = {id(draft) for draft in drafts}
    for draft in everything:
        change = (
            _updating(ctx, draft, changes, positions) if draft.matched is not None else _creating(ctx, draft, positions)
        )
        key = (draft.obj.key, change.id)
        if key in changes and draft.matched is None:
            raise BadRequest("A duplicate entry was detected")
        changes[key] = change
        if id(draft) in top:
            order.append(key)
    apply(ctx, list(changes.values()), known=targets)
    return [after for key in order if (after := changes[key].after) is not None]


# ---------------------------------------------------------------------- reading before

_Edges = dict[tuple[str, bool], float | int | None]


def _read_before(ctx: Context, drafts: Sequence[Draft], upserted: Sequence[Draft]) -> tuple[_Edges, set[keys.Key]]:
    """All that must be known beforehand, side by side: outer positions, records to connect, records that an upsert
    matches.

    And, for several records, those of the records they refer to that are live: one record's are checked as it is
    written.
    """
    wanted = {
        (draft.obj.key, _wanted_position(draft) == "last"): draft.obj
        for draft in drafts
        if isinstance(_wanted_position(draft), str)
    }
    edges: _Edges = {}
    branches: list[Callable[[Table], None]] = [
        _position_reader(ctx, obj, last, edges) for (_, last), obj in wanted.items()
    ]
    if any(isinstance(link, Connect) for draft in drafts for link in draft.parsed.links):
        branches.append(lambda table: connect(ctx, [(draft.parsed, draft.connected) for draft in drafts], table))
    if upserted:
        branches.append(lambda table: _match(ctx, upserted, table))
    targets: set[keys.Key] = set()
    if len(drafts) > 1 and (references := _references(ctx, drafts)):
        branches.append(lambda table: targets.update(live_targets(ctx, references, table)))
    if branches:
        ctx.table.parallel(branches)
    return edges, targets


def _references(ctx: Context, drafts: Sequence[Draft]) -> list[Reference]:
    """What the drafts refer to by id."""
    return [
        (relation, ctx.model.target_of(relation), target)
        for draft in drafts
        for relation in draft.obj.many_to_one
        if (target := draft.parsed.values.get(relation.key)) is not None
    ]


def _position_reader(ctx: Context, obj: Object, last: bool, edges: _Edges) -> Callable[[Table], None]:
    def read(table: Table) -> None:
        edges[obj.key, last] = edge_position(ctx, obj, last=last, table=table)

    return read


def _wanted_position(draft: Draft) -> Any:
    """A number, "first" or "last"; a new record that names none goes first."""
    if draft.parsed.position is not None:
        return draft.parsed.position
    return draft.parsed.values.get(draft.obj.by_name["position"].key, "first")


def connect(ctx: Context, inputs: Sequence[tuple[ParsedInput, dict[str, str]]], table: Table) -> None:
    """Find the records that ``connect`` names; each input's dict gets their ids by field key.

    Raises BadRequest when there is none.
    """
    links = [(link, found) for parsed, found in inputs for link in parsed.links if isinstance(link, Connect)]
    ws = ctx.model.workspace_id
    guarded = [
        (
            link,
            found,
            keys.unique(ws, link.target.key, link.constraint.key, constraint_value(link.constraint, link.where) or ""),
        )
        for link, found in links
        if link.constraint is not None
    ]
    guards = table.batch_get([key for _, _, key in guarded])
    owners = [guard["id"] if guard is not None else None for guard in guards]
    wanted = [(link, found, owner) for (link, found, _), owner in zip(guarded, owners, strict=True)]
    wanted += [
        (link, found, link.where[link.target.by_name["id"].key]) for link, found in links if link.constraint is None
    ]
    for obj in {link.target.key: link.target for link, _, _ in wanted}.values():
        part = [(link, found, owner) for link, found, owner in wanted if link.target.key == obj.key]
        known = [owner for _, _, owner in part if owner is not None]
        states = dict(zip(known, get_any(ctx, obj, known, table), strict=True))
        for link, found, owner in part:
            state = None if owner is None else states[owner]
            if owner is None or state is None or not state.live or not _holds(link, state.item):
                raise BadRequest(
                    f"Expected 1 record to connect to {link.field.name}, but found 0 for {link.description}"
                )
            found[link.field.key] = owner


def _holds(link: Connect, item: Record) -> bool:
    return link.constraint is None or constraint_value(link.constraint, item) == constraint_value(
        link.constraint, link.where
    )


def resolve_links(ctx: Context, inputs: Sequence[ParsedInput]) -> tuple[list[dict[str, Any]], list[Change]]:
    """What the relation objects in bodies of updates come to: values of relation fields, and records to create with
    them.
    """
    counter = [0]
    nested = [
        [
            (link.field, _draft(ctx, link.target, link.data, 1, counter))
            for link in parsed.links
            if isinstance(link, NestedCreate)
        ]
        for parsed in inputs
    ]
    drafts = _flat([draft for part in nested for _, draft in part])
    connected: list[dict[str, str]] = [{} for _ in inputs]
    if any(isinstance(link, Connect) for parsed in inputs for link in parsed.links):
        connect(ctx, list(zip(inputs, connected, strict=True)), ctx.table)
    edges, _ = _read_before(ctx, drafts, ())
    positions = _positions(drafts, edges)
    values = [
        linked(parsed, found) | {relation.key: draft.id for relation, draft in part}
        for parsed, found, part in zip(inputs, connected, nested, strict=True)
    ]
    return values, [_creating(ctx, draft, positions) for draft in drafts]


# ---------------------------------------------------------------------- upsert


def _match(ctx: Context, drafts: Sequence[Draft], table: Table) -> None:
    """Find the existing record of each draft by id and by every unique constraint whose values it gives."""
    obj, ws = drafts[0].obj, ctx.model.workspace_id
    named: list[list[tuple[str, str | None, Any]]] = []  # per draft: (what, record id if known, guard key or None)
    guard_keys: list[keys.Key] = []
    for draft in drafts:
        draft.matched = None
        names: list[tuple[str, str | None, Any]] = [(f"id: {draft.id}", draft.id, None)] if draft.id_is_given else []
        for constraint in obj.unique_constraints:
            value = constraint_value(constraint, {k: v for k, v in draft.parsed.values.items() if v is not None})
            if value is not None:
                key = keys.unique(ws, obj.key, constraint.key, value)
                guard_keys.append(key)
                shown = ", ".join(f"{leaf.dotted}: {leaf.get(draft.parsed.values)}" for leaf in constraint.leaves)
                names.append((shown, None, (key, constraint, value)))
        named.append(names)
    guards = dict(zip(guard_keys, table.batch_get(guard_keys), strict=True))
    owners = {
        record_id or guards[guard[0]]["id"]  # type: ignore[index]
        for names in named
        for _, record_id, guard in names
        if record_id is not None or guards[guard[0]] is not None
    }
    ordered = sorted(owners)
    states = dict(zip(ordered, get_any(ctx, obj, ordered, table), strict=True))
    for draft, names in zip(drafts, named, strict=True):
        matched: dict[str, State] = {}
        matching: list[str] = []
        for text, record_id, guard in names:
            owner = record_id or (guards[guard[0]] or {}).get("id")
            state = states.get(owner) if owner is not None else None
            if state is None or (guard is not None and constraint_value(guard[1], state.item) != guard[2]):
                continue
            matched[state.item.id] = state
            matching.append(text)
        if len(matched) > 1:
            raise BadRequest(
                f"Multiple records found with the same unique field values for {', '.join(matching)}. "
                "Cannot determine which record to update.",
                sub_code="UPSERT_MULTIPLE_MATCHING_RECORDS_CONFLICT",
            )
        draft.matched = next(iter(matched.values()), None)


def _updating(
    ctx: Context, draft: Draft, changes: Mapping[tuple[str, str], Change], positions: Mapping[int, float | int]
) -> Change:
    """The update of the record that an upsert matched; a second input for the same record goes on from the first."""
    assert draft.matched is not None
    obj, state = draft.obj, draft.matched
    before = changes.get((obj.key, state.item.id))
    base = state.item if before is None or before.after is None else before.after
    parsed = parse_input(ctx.model, obj, draft.data, mode="update", old=base, now=ctx.now)
    values = dict(parsed.values)
    for name in ("id", "createdBy"):
        values.pop(obj.by_name[name].key, None)
    # An upsert restores (spec/rest-core.md §5.1).
    values.setdefault(obj.by_name["deletedAt"].key, None)
    if id(draft) in positions:
        values[obj.by_name["position"].key] = positions[id(draft)]
    values |= linked(draft.parsed, draft.connected) | {relation.key: inner.id for relation, inner in draft.nested}
    change = changed(ctx, obj, State(base, state.live), stamps(ctx, obj, values))
    if before is None:
        return change
    assert change.after is not None
    return Change(
        obj=obj,
        before=state.item,
        before_live=state.live,
        after=Record.of(
            change.after, id=state.item.id, partition=change.after.partition, version=state.item.version + 1
        ),
        after_live=change.after_live,
    )


def linked(parsed: ParsedInput, connected: Mapping[str, str]) -> dict[str, Any]:
    """Values of relation fields that were given as ``connect`` or ``disconnect``."""
    cleared = {link.field.key: None for link in parsed.links if isinstance(link, Disconnect)}
    return {**cleared, **connected}


# ---------------------------------------------------------------------- creating


def _positions(drafts: Sequence[Draft], edges: _Edges) -> dict[int, float | int]:
    """Positions of the new records, and of those that an upsert moves to a place, by the identity of their drafts."""
    found: dict[int, float | int] = {}
    for obj_key in {draft.obj.key for draft in drafts}:
        part = [
            draft for draft in drafts if draft.obj.key == obj_key and (draft.matched is None or draft.parsed.position)
        ]
        wanted = [_wanted_position(draft) for draft in part]
        assigned = assign(wanted, edges.get((obj_key, False)), edges.get((obj_key, True)))
        found.update((id(draft), position) for draft, position in zip(part, assigned, strict=True))
    return found


def _creating(ctx: Context, draft: Draft, positions: Mapping[int, float | int]) -> Change:
    obj, by_name = draft.obj, draft.obj.by_name
    values = {**defaults(obj, ctx.now), **draft.parsed.values}
    values |= linked(draft.parsed, draft.connected) | {relation.key: inner.id for relation, inner in draft.nested}
    for name in ("createdAt", "updatedAt"):
        values[by_name[name].key] = draft.parsed.values.get(by_name[name].key) or ctx.now
    values[by_name["position"].key] = positions[id(draft)]
    values[by_name["createdBy"].key] = author(ctx, draft.parsed.values.get(by_name["createdBy"].key))
    values[by_name["updatedBy"].key] = ctx.actor
    return created(ctx, obj, draft.id, values, id_is_given=draft.id_is_given)


def author(ctx: Context, given: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """``createdBy``: the caller, unless the request names somebody; a source alone is kept
    (spec/rest-core.md §3.14).
    """
    if given is None:
        return ctx.actor
    if given.get("name") is not None:
        return given
    return {**ctx.actor, **given}
