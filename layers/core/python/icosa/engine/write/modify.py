"""Changing existing records: update, soft deletion, restoring, destruction; by id or by filter.

By id, records in the trash are reached, too; a filter means live records unless it speaks of ``deletedAt``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...errors import BadRequest, RecordNotFound
from ...model.input import ParsedInput, parse_input
from ...model.model import Object
from ...model.record import Record
from ...model.types.base import Item
from ...query.evaluate import compile_filter, deleted_scope
from ...query.operation import Delete, Filter, Node, Restore, Update
from ...store.change import Change
from ...store.lookup import Edge, all_edges
from ...store.table import Table
from ..context import Context
from ..read.joins import Joined
from ..read.matches import matching_records
from ..read.relations import load
from ..records import State, get_any, scan_live, scan_trash
from .commit import apply, changed, retrying, stamps
from .create import resolve_links
from .positions import assign, edge_position
from .remove import Edges, destroy, following, soft_delete
from .remove import restore as restoring


def update(ctx: Context, operation: Update) -> list[Node]:
    """Patch the records; every one is validated before any is written, and the data also when there is no record."""
    try:
        return _write(ctx, operation, "update", lambda states, _: _patch(ctx, operation, states))
    except RecordNotFound:
        _check_data(ctx, operation)
        raise


def delete(ctx: Context, operation: Delete) -> list[Node]:
    """Soft-delete or destroy. Destroyed records come back in their last state."""
    obj = operation.object
    if not operation.destroy:
        return _write(ctx, operation, "delete", lambda states, edges: soft_delete(ctx, obj, states, edges))

    def attempt() -> list[Node]:
        if operation.id is not None:
            states, edges = _with_edges(ctx, obj, operation.id)
        else:
            states, edges = _affected(ctx, operation, "destroy"), None
        nodes = [Node(state.item) for state in states]
        load(ctx, obj, nodes, operation.selection)
        destroy(ctx, obj, states, edges=edges)
        return nodes

    return retrying(attempt)


def restore(ctx: Context, operation: Restore) -> list[Node]:
    """Bring records back from the trash."""
    obj = operation.object
    return _write(ctx, operation, "restore", lambda states, edges: restoring(ctx, obj, states, edges))


def _write(
    ctx: Context,
    operation: Update | Delete | Restore,
    verb: str,
    write: Callable[[Sequence[State], Edges], list[Change]],
) -> list[Node]:
    """``write`` commits what becomes of the records, and returns it. It is given what points at them where that is
    known.
    """
    moves = not isinstance(operation, Update) and following(ctx, operation.object)

    def attempt() -> list[Record]:
        if moves and operation.id is not None:
            changes = write(*_with_edges(ctx, operation.object, operation.id))
        else:
            changes = write(_affected(ctx, operation, verb), None)
        return [
            one.after
            for one in changes
            if one.obj is operation.object and one.before is not None and one.after is not None
        ]

    nodes = [Node(item) for item in retrying(attempt)]
    load(ctx, operation.object, nodes, operation.selection)
    return nodes


def _with_edges(ctx: Context, obj: Object, record_id: str) -> tuple[list[State], dict[str, list[Edge]]]:
    """A record and, in the same round trip, what points at it."""

    def record(table: Table) -> list[State | None]:
        return get_any(ctx, obj, [record_id], table)

    def edges(table: Table) -> list[Edge]:
        return all_edges(table, ctx.model.workspace_id, record_id)

    branches: list[Callable[[Table], Any]] = [record, edges]
    [state], found = ctx.table.parallel(branches)
    if state is None:
        raise RecordNotFound
    return [state], {record_id: found}


def _affected(ctx: Context, operation: Update | Delete | Restore, verb: str) -> list[State]:
    """The records that a write is about. Raises RecordNotFound for an unknown id, BadRequest beyond the limit."""
    obj, record_id, filter = operation.object, operation.id, operation.filter
    if record_id is not None:
        [state] = get_any(ctx, obj, [record_id])
        if state is None:
            raise RecordNotFound
        return [state]
    if filter is None:
        raise BadRequest("A non-empty filter is required for a bulk mutation", sub_code="INVALID_ARGS_FILTER")
    states = _matches(ctx, obj, filter)
    limit = ctx.settings.bulk_limit
    if len(states) > limit:
        raise BadRequest(
            f"Cannot {verb} more than {limit} records at once",
            sub_code="TOO_MANY_RECORDS_TO_DESTROY" if verb == "destroy" else "TOO_MANY_RECORDS_TO_UPDATE",
            friendly=(
                f"You can only {'permanently delete' if verb == 'destroy' else verb} up to {limit} records at once."
            ),
        )
    return states


def _matches(ctx: Context, obj: Object, filter: Filter) -> list[State]:
    limit = ctx.settings.bulk_limit
    scope = deleted_scope(filter)
    if scope == "live":
        return [State(item, True) for item in matching_records(ctx, obj, filter, most=limit)]
    states = [State(item, False) for item in scan_trash(ctx, obj)]
    if scope == "all":
        states += [State(item, True) for part in scan_live(ctx, obj) for item in part]
    matches, joined = compile_filter(filter), Joined.needed_by(ctx, filter)
    if joined.is_needed:
        joined.load(state.item for state in states)
    return sorted((state for state in states if matches(state.item, joined)), key=lambda state: state.item.id)


def _check_data(ctx: Context, operation: Update) -> None:
    """Data that no record takes is checked all the same: a mistake in it is reported first (spec/rest-core.md §8)."""
    obj = operation.object
    nothing: Item = {} if operation.id is None else {obj.by_name["id"].key: operation.id}
    parse_input(ctx.model, obj, operation.data, mode="update", old=nothing, now=ctx.now)


def _patch(ctx: Context, operation: Update, states: Sequence[State]) -> list[Change]:
    changes = _patched(ctx, operation, states)
    apply(ctx, changes)
    return changes


def _patched(ctx: Context, operation: Update, states: Sequence[State]) -> list[Change]:
    obj = operation.object
    if not states:
        _check_data(ctx, operation)
    parsed = [
        parse_input(ctx.model, obj, operation.data, mode="update", old=state.item, now=ctx.now) for state in states
    ]
    _place(ctx, obj, parsed)
    if not any(one.links for one in parsed):
        return [
            changed(ctx, obj, state, stamps(ctx, obj, one.values)) for state, one in zip(states, parsed, strict=True)
        ]
    linked, nested = resolve_links(ctx, parsed)
    return [
        *nested,
        *(
            changed(ctx, obj, state, stamps(ctx, obj, {**one.values, **values}))
            for state, one, values in zip(states, parsed, linked, strict=True)
        ),
    ]


def _place(ctx: Context, obj: Object, parsed: Sequence[ParsedInput]) -> None:
    """Give records that are to come before or after all others their positions; one body says the same for each of
    them.
    """
    places = [one.position for one in parsed if one.position is not None]
    if not places:
        return
    edge = edge_position(ctx, obj, last=places[0] == "last", table=ctx.table)
    for one, position in zip(parsed, assign(places, edge, edge), strict=True):
        one.values[obj.by_name["position"].key] = position
