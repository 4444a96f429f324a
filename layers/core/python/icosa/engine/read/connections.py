"""Lists as connections: a page of records with totals, aggregates and what cursors need.

``find`` calls it for lists of the APIs, ``child_lists`` and ``write.merge_preview`` for lists inside records. The
relations of the records are loaded by the caller (``relations``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...query.aggregates import TOTAL_COUNT, Tally
from ...query.evaluate import compile_keyset, compile_order, deleted_scope, ordered_values
from ...query.operation import Connection, FindMany, Node
from ..context import Context
from .aggregates import compute_aggregates
from .both_places import find_page_in_both
from .joins import JoinedRecords
from .page_query import RecordPage, is_whole, least_total, sorted_slice
from .planner import find_page
from .trash_page import find_trash_page
from .trash_scan import scan_beyond_live


def read_connection(ctx: Context, operation: FindMany) -> Connection:
    """A page of the matches, with totals and aggregates if the operation wants them; nothing is read for what it does
    not want. The trash counts where the filter speaks of ``deletedAt``.
    """
    return _read(ctx, operation, live_only=False)


def read_live_connection(ctx: Context, operation: FindMany) -> Connection:
    """As ``read_connection``, of live records only, whatever the filter says."""
    return _read(ctx, operation, live_only=True)


def _read(ctx: Context, operation: FindMany, *, live_only: bool) -> Connection:
    page = operation.page
    records, values = _read_page(ctx, operation, live_only=live_only)
    nodes = [Node(item) for item in records.items]
    if any(term.relation is not None for term in operation.order):
        joined = JoinedRecords.needed_by(ctx, None, operation.order)
        joined.load(records.items)
        for node in nodes:
            node.ordered = ordered_values(operation.order, node.item, joined)
    return Connection(
        nodes=nodes,
        order=operation.order,
        total_count=records.total,
        has_next_page=page.before is not None if page.backward else records.more,
        has_previous_page=records.more if page.backward else page.after is not None,
        aggregates={name: values[name] for name in operation.aggregates},
    )


def _read_page(ctx: Context, operation: FindMany, *, live_only: bool) -> tuple[RecordPage, Mapping[str, Any]]:
    """The page of the operation with its total, and the aggregates. Those of a list that fits on its page are of the
    records shown; otherwise they look at every match at another moment than the page.
    """
    find = find_page if live_only else find_page_in_scope
    if not operation.aggregates:
        is_needed = operation.records or operation.total_count
        return (find(ctx, operation) if is_needed else RecordPage([], False, None)), {}
    obj, names = operation.object, {*operation.aggregates}
    if operation.total_count:
        names.add(TOTAL_COUNT)
    page = RecordPage([], False, None)
    if operation.records:
        page = find(ctx, replace(operation, total_count=False))
    values: Mapping[str, Any]
    if is_whole(operation, page):
        tally = Tally(obj, names)
        for item in page.items:
            tally.add(item)
        values = tally.results()
    else:
        values = compute_aggregates(ctx, obj, operation.filter, names, live_only=live_only)
    total = max(values[TOTAL_COUNT], least_total(operation, page)) if operation.total_count else None
    return replace(page, total=total), values


def find_page_in_scope(ctx: Context, operation: FindMany) -> RecordPage:
    """The page of the records that the filter can reach: live ones unless it speaks of ``deletedAt``
    (docs/wire/rest.md#deleted-records-in-filters).
    """
    if deleted_scope(operation.filter) == "live":
        return find_page(ctx, operation)
    if (found := find_trash_page(ctx, operation)) is not None:
        return found
    if (both := find_page_in_both(ctx, operation)) is not None:
        return both
    matches = scan_beyond_live(ctx, operation.object, operation.filter) or []
    joined, sort_key = JoinedRecords.needed_by(ctx, None, operation.order), compile_order(operation.order)
    if joined.is_needed:
        joined.load(matches)
    page = operation.page
    cursor = page.before or page.after
    is_beyond = compile_keyset(operation.order, cursor, backward=page.backward) if cursor else None
    total = len(matches) if operation.total_count else None
    items = sorted_slice(
        matches,
        sort_key,
        is_beyond,
        joined,
        backward=page.backward,
        start=page.offset,
        stop=page.offset + page.limit + 1,
    )
    more = len(items) > page.limit
    items = items[: page.limit]
    return RecordPage(items[::-1] if page.backward else items, more, total)
