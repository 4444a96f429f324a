"""Slices of lists as connections: records with their order, totals, aggregates; relations are loaded by the caller."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ...query.aggregates import TOTAL_COUNT
from ...query.evaluate import compile_keyset, compile_order, ordered_values
from ...query.operation import Connection, FindMany, Node
from ..context import Context
from .aggregates import aggregates
from .joins import Joined
from .planner import Found, find, slice_of
from .trash_scan import beyond_live


def connection(ctx: Context, operation: FindMany) -> Connection:
    """A page of the matches with everything that was asked for beside it, reading nothing for what was not."""
    return _connection(ctx, operation, find_in_scope)


def live_connection(ctx: Context, operation: FindMany) -> Connection:
    """As ``connection``, of live records only, whatever the filter says."""
    return _connection(ctx, operation, find)


_Find = Callable[[Context, FindMany], Found]


def _connection(ctx: Context, operation: FindMany, find_page: _Find) -> Connection:
    page = operation.page
    values: Mapping[str, Any] = {}
    if operation.aggregates:
        # They look at every match, so the total comes with them.
        values = aggregates(
            ctx, operation.object, operation.filter, {*operation.aggregates, TOTAL_COUNT}, live_only=find_page is find
        )
    found = _page(ctx, operation, find_page=find_page, known_total=values.get(TOTAL_COUNT))
    nodes = [Node(item) for item in found.items]
    if any(term.relation is not None for term in operation.order):
        joined = Joined.needed_by(ctx, None, operation.order)
        joined.load(found.items)
        for node in nodes:
            node.ordered = ordered_values(operation.order, node.item, joined)
    return Connection(
        nodes=nodes,
        order=operation.order,
        total_count=found.total,
        has_next_page=page.before is not None if page.backward else found.more,
        has_previous_page=found.more if page.backward else page.after is not None,
        aggregates={name: values[name] for name in operation.aggregates},
    )


def _page(ctx: Context, operation: FindMany, *, find_page: _Find, known_total: int | None) -> Found:
    if known_total is None:
        wanted = operation.records or operation.total_count
        return find_page(ctx, operation) if wanted else Found([], False, None)
    total = known_total if operation.total_count else None
    if not operation.records:
        return Found([], False, total)
    return replace(find_page(ctx, replace(operation, total_count=False)), total=total)


def find_in_scope(ctx: Context, operation: FindMany) -> Found:
    """Records of the scope that the filter asks for: live ones unless it speaks of ``deletedAt`` (spec/rest-core.md
    §2.7.8).
    """
    items = beyond_live(ctx, operation.object, operation.filter)
    if items is None:
        return find(ctx, operation)
    joined, key = Joined.needed_by(ctx, None, operation.order), compile_order(operation.order)
    if joined.is_needed:
        joined.load(items)
    page = operation.page
    cursor = page.before or page.after
    beyond = compile_keyset(operation.order, cursor, backward=page.backward) if cursor else None
    total = len(items) if operation.total_count else None
    wanted = slice_of(
        items, key, beyond, joined, backward=page.backward, start=page.offset, stop=page.offset + page.limit + 1
    )
    more = len(wanted) > page.limit
    wanted = wanted[: page.limit]
    return Found(wanted[::-1] if page.backward else wanted, more, total)
