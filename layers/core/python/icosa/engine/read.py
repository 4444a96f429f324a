"""Reads as results: slices of records with their relations, totals, aggregates and cursors."""

from __future__ import annotations

from ..errors import RecordNotFound
from ..model.types.base import Item
from ..query.evaluate import compile_filter, compile_keyset, compile_order, deleted_scope, ordered_values
from ..query.operation import Connection, FindMany, FindOne, Node, Page
from .context import Context
from .find import Found, find, slice_of
from .groups import aggregates
from .joins import Joined
from .records import get_live, scan_live, scan_trash
from .relations import load


def find_one(ctx: Context, operation: FindOne) -> Node:
    """The live record with an id, or the first that matches a filter. Raises RecordNotFound."""
    if operation.id is not None:
        [item] = get_live(ctx, operation.object, [operation.id])
        items = [] if item is None else [item]
    else:
        page = FindMany(object=operation.object, filter=operation.filter, page=Page(limit=1), total_count=False)
        items = _slice(ctx, page).items
    if not items:
        raise RecordNotFound
    node = Node(items[0])
    load(ctx, operation.object, [node], operation.selection)
    return node


def find_many(ctx: Context, operation: FindMany) -> Connection:
    """A page of the matches with everything that was asked for beside it."""
    page = operation.page
    found = _slice(ctx, operation)
    nodes = [Node(item) for item in found.items]
    if any(term.relation is not None for term in operation.order):
        joined = Joined.needed_by(ctx, None, operation.order)
        joined.load(found.items)
        for node in nodes:
            node.ordered = ordered_values(operation.order, node.item, joined)
    load(ctx, operation.object, nodes, operation.selection)
    backward = page.before is not None
    return Connection(
        nodes=nodes,
        order=operation.order,
        total_count=found.total,
        has_next_page=backward or found.more,
        has_previous_page=found.more if backward else page.after is not None,
        aggregates=aggregates(ctx, operation.object, operation.filter, operation.aggregates) if operation.aggregates else {},
    )


def _slice(ctx: Context, operation: FindMany) -> Found:
    """Records of the scope that the filter asks for: live ones unless it speaks of ``deletedAt`` (spec/rest-core.md §2.7.8)."""
    scope = deleted_scope(operation.filter)
    if scope == "live":
        return find(ctx, operation)
    joined = Joined.needed_by(ctx, operation.filter, operation.order)
    matches, key = compile_filter(operation.filter), compile_order(operation.order)
    items: list[Item] = scan_trash(ctx, operation.object)
    ctx.table.meter.note("scan of the trash")
    if scope == "all":
        items += [item for part in scan_live(ctx, operation.object) for item in part]
        ctx.table.meter.note("scan of records")
    if joined.is_needed:
        joined.load(items)
    items = [item for item in items if matches(item, joined)]
    page = operation.page
    cursor = page.before or page.after
    backward = page.before is not None
    beyond = compile_keyset(operation.order, cursor, backward=backward) if cursor else None
    total = len(items) if operation.total_count else None
    wanted = slice_of(items, key, beyond, joined, backward=backward, start=page.offset, stop=page.offset + page.limit + 1)
    more = len(wanted) > page.limit
    wanted = wanted[: page.limit]
    return Found(wanted[::-1] if backward else wanted, more, total)
