"""Pages of the trash: lists of what was deleted, by when, newest or oldest first, or in the order of ids.

The trash has one index, of ``deletedAt`` (``store.derive``). So a list whose conditions are all on ``deletedAt`` costs
its page, and its total a read unit for some thirty-six records. Other conditions are answered by ``trash_scan``, and so
is all that is not certain: lists while a batch moves records, and rows that no record confirms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any

from ...model.model import Object
from ...model.record import Record
from ...query.operation import Compare, Cursor, FindMany, Or, Page, Selection
from ...store import keys
from ...store.derive import DELETED_AT, is_confirmed, trash_index
from ...store.keys import END, TOP, VALUE
from ...store.lookup import IndexEntry, count_entries, index_page
from ...store.record import unpack
from ...store.register import Register
from ...store.table import Table
from ..context import BranchContext, Context
from ..records import trash_key
from .access_paths import RowRange, conjuncts, range_of
from .page_query import RecordPage, least_total
from .planner import find_page
from .steady import Watch

#: How often a page is read, at most, because a record was not what its row said.
_LOOKS = 3


def find_trash_page(ctx: Context, query: FindMany) -> RecordPage | None:
    """The page of a list of the trash, or of the trash and the live records together; None where it must be scanned."""
    obj = query.object
    if not obj.has_trash_index or query.page.backward or ctx.rows.limits(obj) or ctx.register.touches(obj.key):
        return None
    if _is_everything(query):
        return _both(ctx, query)
    bounds = _bounds(ctx, obj, query)
    if bounds is None:
        return None
    if not query.order:
        read = _in_order_of_ids if bounds.low != VALUE or bounds.high != VALUE + TOP else _whole
    elif [term.leaf.path for term in query.order] == [DELETED_AT] and query.order[0].relation is None:
        read = _in_order_of_time
    else:
        return None
    for _ in range(_LOOKS):
        page = read(ctx, query, bounds)
        if page is not None:
            ctx.table.meter.note(f"trash by {'deletedAt' if query.order else 'id'}")
            return page
    return None


def _bounds(ctx: Context, obj: Object, query: FindMany) -> RowRange | None:
    """The rows of the index that all conditions leave, None when some condition is on something else."""
    pk = trash_index(ctx.model.workspace_id, obj)
    bounds: RowRange | None = None
    for condition in conjuncts(query.filter):
        if not isinstance(condition, Compare) or condition.leaf.path != DELETED_AT:
            return None
        found = range_of(pk, condition)
        if found is None:
            return None
        bounds = (
            found
            if bounds is None
            else replace(bounds, low=max(bounds.low, found.low), high=min(bounds.high, found.high))
        )
    return bounds


def _is_everything(query: FindMany) -> bool:
    """Whether a filter asks for the live records and those in the trash, in the order of ids, and for no more."""
    filter = query.filter
    if query.order or not isinstance(filter, Or):
        return False
    states = [
        item.state if isinstance(item, Compare) and item.leaf.path == DELETED_AT else None for item in filter.items
    ]
    return sorted(map(str, states)) == ["NOT_NULL", "NULL"]


# ---------------------------------------------------------------------------------------------------------- the orders


def _whole(ctx: Context, query: FindMany, bounds: RowRange) -> RecordPage | None:
    """In the order of ids without bounds: a part of the partition itself."""
    need, cursor = _need(query), query.page.after
    pk = keys.trash(ctx.model.workspace_id, query.object.key)

    def records(table: Table) -> Any:
        return table.query(pk, after=cursor.id if cursor else None, limit=need).items if need else []

    rows, total = _with_total(ctx, query, bounds, records)
    found = [unpack(row, query.object.stored_form) for row in rows]
    return None if any(record.is_hidden for record in found) else _page(query, found, total)


def _in_order_of_ids(ctx: Context, query: FindMany, bounds: RowRange) -> RecordPage | None:
    """In the order of ids within bounds: all rows of these, and the page's records."""
    if bounds.low > bounds.high:
        return _page(query, [], 0)
    rows, after = _rows(ctx.table, bounds, None), query.page.after
    ordered = sorted((row for row in rows if after is None or row[1] > after.id), key=lambda row: row[1])
    records = _confirmed(ctx, query.object, ordered[: _need(query)])
    return None if records is None else _page(query, records, len(rows))


def _in_order_of_time(ctx: Context, query: FindMany, bounds: RowRange) -> RecordPage | None:
    if bounds.low > bounds.high:
        return _page(query, [], 0)
    rows, total = _with_total(ctx, query, bounds, lambda table: _by_time(table, query, bounds))
    records = _confirmed(ctx, query.object, rows)
    return None if records is None else _page(query, records, total)


def _by_time(table: Table, query: FindMany, bounds: RowRange) -> list[IndexEntry]:
    """The first rows after the cursor: by their times, those of one time by their ids, which is not the index's own
    order where the newest come first.
    """
    need, cursor, [term] = _need(query), query.page.after, query.order
    encoded = None
    if cursor is not None and cursor.values[0] is not None:
        encoded = term.leaf.kind.encode(cursor.values[0])
    if not need or (cursor is not None and encoded is None):
        return []
    if not term.descending:
        after = None if cursor is None else keys.index_sort(encoded, cursor.id)
        return _rows(table, bounds, need, after=after)
    rows: list[IndexEntry] = []
    if cursor is not None and encoded is not None:
        rows = _of_one_time(table, bounds, encoded, need, after=cursor)
        bounds = replace(bounds, high=min(bounds.high, f"{VALUE}{encoded}{END}"))
    if len(rows) < need and bounds.low <= bounds.high:
        left = need - len(rows)
        newest = _rows(table, bounds, left, forward=False)
        for value, run in groupby(newest, key=lambda row: row[0]):
            of_run = list(run)
            assert value is not None
            if of_run[-1] is newest[-1] and len(newest) == left:
                rows += _of_one_time(table, bounds, value, need - len(rows))  # there may be more of it
                break
            rows += reversed(of_run)
    return rows[:need]


def _of_one_time(
    table: Table, bounds: RowRange, encoded: str, need: int, *, after: Cursor | None = None
) -> list[IndexEntry]:
    low = f"{VALUE}{encoded}{END}"
    part = replace(bounds, low=max(low, bounds.low), high=min(low + TOP, bounds.high))
    return _rows(table, part, need, after=None if after is None else keys.index_sort(encoded, after.id))


def _both(ctx: Context, query: FindMany) -> RecordPage | None:
    """Live records and trash, in the order of ids: a part of each."""
    obj = query.object
    bounds = RowRange(pk=trash_index(ctx.model.workspace_id, obj), low=VALUE, high=VALUE + TOP)
    part = replace(query, page=Page(limit=_need(query), after=query.page.after), selection=Selection())
    readers: list[Callable[[Table], RecordPage | None]] = [
        lambda table: find_page(BranchContext(ctx, table), replace(part, filter=None)),
        lambda table: _whole(BranchContext(ctx, table), part, bounds),
    ]
    # The two places are not read in one moment: nothing may move from one to the other meanwhile.
    watch = Watch(ctx)
    watch.read_moves(obj)
    live, trashed = ctx.table.parallel(readers)
    if live is None or trashed is None or watch.read_moves(obj):
        return None
    records = sorted([*live.items, *trashed.items], key=lambda record: record.id)[: _need(query)]
    total = None if live.total is None or trashed.total is None else live.total + trashed.total
    ctx.table.meter.note("live records and trash by id")
    return _page(query, records, total)


# ------------------------------------------------------------------------------------------------------------ the parts


def _need(query: FindMany) -> int:
    """How many records lead to the end of the page, and one more, which tells whether any follow."""
    return query.page.offset + query.page.limit + 1 if query.records else 0


def _page(query: FindMany, records: list[Record], total: int | None) -> RecordPage:
    start, stop = query.page.offset, query.page.offset + query.page.limit
    page = RecordPage(records[start:stop], len(records) > stop, None)
    if total is None or not query.total_count:
        return page
    is_all = query.records and query.page.after is None and len(records) < _need(query)
    return replace(page, total=len(records) if is_all else max(total, least_total(query, page)))


def _with_total[T](ctx: Context, query: FindMany, bounds: RowRange, read: Callable[[Table], T]) -> tuple[T, int | None]:
    """What ``read`` gives and, beside it, the number of rows between bounds if the total is wanted."""
    if not query.total_count:
        return read(ctx.table), None
    count = partial(count_entries, pk=bounds.pk, low=bounds.low, high=bounds.high)
    branches: list[Callable[[Table], Any]] = [read, count]
    found, counted = ctx.table.parallel(branches)
    return found, counted.rows


def _rows(
    table: Table, bounds: RowRange, most: int | None, *, after: str | None = None, forward: bool = True
) -> list[IndexEntry]:
    """The rows between bounds, at most so many."""
    rows: list[IndexEntry] = []
    while True:
        left = None if most is None else most - len(rows)
        page = index_page(table, bounds.pk, low=bounds.low, high=bounds.high, after=after, forward=forward, limit=left)
        rows += page.items
        if page.last is None or len(rows) == most:
            return rows
        after = page.last


def _confirmed(ctx: Context, obj: Object, rows: list[IndexEntry]) -> list[Record] | None:
    """The records of rows, in their order; None when one is no longer what its row says, or a batch moves some."""
    if not rows:
        return []
    *stored, register = ctx.table.batch_get(
        [*(trash_key(ctx, obj, row[1]) for row in rows), keys.open_batches(ctx.model.workspace_id)]
    )
    if not Register.parse(register).is_quiet_since(ctx.register, obj.key):
        return None
    leaf = obj.leaves[DELETED_AT]
    records: list[Record] = []
    for row, item in zip(rows, stored, strict=True):
        record = None if item is None else unpack(item, obj.stored_form)
        if record is None or record.is_hidden or not is_confirmed(record, leaf, row[0]):
            return None
        records.append(record)
    return records
