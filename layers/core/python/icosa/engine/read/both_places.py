"""Pages of live records and trash together, in any order and with any other condition: a part of each, merged.

What keeps copies asks so for what has changed since a moment: ``updatedAt[gte]:…,or(deletedAt[is]:NULL,
deletedAt[is]:NOT_NULL)``. The live part is a page like any other, and ``trash_changes`` finds that of the trash.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from ...model.record import Record
from ...query.evaluate import deleted_scope
from ...query.operation import And, Compare, Filter, FindMany, Or, Page
from ...store.derive import DELETED_AT
from ...store.table import Table
from ..context import BranchContext, Context
from .access_paths import conjuncts
from .matches import find_states
from .page_query import PageQuery, RecordPage
from .planner import find_page
from .steady import Watch

#: How often a page is read, at most, because a record moved from one place to the other meanwhile.
_LOOKS: Final = 3


def find_page_in_both(ctx: Context, query: FindMany) -> RecordPage | None:
    """The page of a list of live records and trash; None where that is not what is asked for, or must be scanned."""
    if query.page.backward:
        return None
    conditions = conjuncts(query.filter)
    others = [condition for condition in conditions if not is_both(condition)]
    if len(others) == len(conditions):
        return None
    rest: Filter | None = And(tuple(others)) if others else None
    if (rest is not None and deleted_scope(rest) != "live") or any(map(_mentions, others)):
        return None
    watch = Watch(ctx)
    watch.read_moves(query.object)
    for _ in range(_LOOKS):
        page = _look(ctx, replace(query, filter=rest))
        if not watch.read_moves(query.object):
            ctx.table.meter.note("live records and trash")
            return page
    return None


def is_both(condition: Filter) -> bool:
    """Whether a condition holds for live records and those in the trash alike, and says no more."""
    if not isinstance(condition, Or) or len(condition.items) != 2:
        return False
    states = {item.state for item in condition.items if isinstance(item, Compare) and item.leaf.path == DELETED_AT}
    return states == {"NULL", "NOT_NULL"}


def _mentions(condition: Filter) -> bool:
    return deleted_scope(condition, unmentioned="live") != "live"


def _look(ctx: Context, query: FindMany) -> RecordPage:
    paged = PageQuery(ctx, query)
    part = replace(query, page=Page(limit=paged.reach, after=query.page.after))

    def live(table: Table) -> RecordPage:
        return find_page(BranchContext(ctx, table), part)

    def trashed(table: Table) -> list[Record]:
        branch = BranchContext(ctx, table)
        states = find_states(branch, query.object, query.filter, "trash", notes_scan=True)
        return [state.item for state in states]

    readers: list[Callable[[Table], Any]] = [live, trashed]
    found, in_trash = ctx.table.parallel(readers)
    joined = paged.joined
    if joined.is_needed:
        joined.load([*found.items, *in_trash])
    total = None if found.total is None else found.total + len(in_trash)
    beyond = [record for record in in_trash if paged.is_beyond is None or paged.is_beyond(record, joined)]
    records = sorted([*found.items, *beyond], key=paged.position)
    start, stop = query.page.offset, query.page.offset + query.page.limit
    return RecordPage(records[start:stop], query.records and (found.more or len(records) > stop), total)
