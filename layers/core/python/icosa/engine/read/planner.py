"""Finding live records: which rows to read, in what order, and how many match.

The ways, cheapest first (``X-Icosa-Explain`` names the one taken):

* no filter: walk the records or the index of the first criterion; the total is the counter's;
* one condition that an index answers in the wanted order: walk that range, count its rows beside;
* some condition with few rows (one probe of each, side by side): fetch these records, check, sort, cut;
* otherwise: walk in the wanted order and check each record, when no total is wanted;
* otherwise: read the narrowest rows that hold all values in question (``matching``), sort, cut, fetch the page.

Every way gives the same answer; tests compare them with a plain in-memory model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...model.model import Object
from ...model.record import Record
from ...query.evaluate import compile_filter, compile_keyset, compile_order
from ...query.operation import Cursor, Filter, FindMany, Order
from ...store.register import Register
from ...store.table import Table
from ..context import Context
from ..records import count_live, get_live, get_live_and_register
from .access_paths import Candidates, conjuncts
from .index_probe import count_rows
from .joins import Joined
from .matches import matching_all, narrowed, options_for
from .ordered_walk import IdRangeWalk, IndexWalk, Row, RunTooLong, Walk, id_range_walk, index_walk, record_walk

#: A walk that has checked so many records without filling the page is given up for a full match.
_MAX_CHECKED = 2_000
_MAX_BATCH = 400


@dataclass(frozen=True, slots=True)
class Found:
    """A slice: its records in the requested order, whether more lie beyond it, and the exact total if wanted."""

    items: list[Record]
    more: bool
    total: int | None


def find(ctx: Context, query: FindMany) -> Found:
    """The wanted slice of the live records that match ``query.filter``."""
    return _Find(ctx, query).run()


class _GiveUp(Exception):
    """This way costs too much."""


class _Find:
    def __init__(self, ctx: Context, query: FindMany) -> None:
        self.ctx = ctx
        self.obj: Object = query.object
        self.filter: Filter | None = query.filter
        self.order: Order = query.order
        self.backward = query.page.backward
        self.cursor: Cursor | None = query.page.before or query.page.after
        self.offset = query.page.offset
        self.limit = query.page.limit
        self.need = query.page.limit + 1 if query.records else 0
        self.want_total = query.total_count
        self.joined = Joined.needed_by(ctx, query.filter, query.order)
        self.matches = compile_filter(query.filter)
        self.key = compile_order(query.order)
        self.beyond = compile_keyset(query.order, self.cursor, backward=self.backward) if self.cursor else None

    def run(self) -> Found:
        parts = conjuncts(self.filter)
        if not parts:
            walk = self._walk()
            if walk is None:
                return self._sorted(None)
            return self._walked(walk, lambda table: count_live(self.ctx, self.obj, table), counts_rows=False)
        options = options_for(self.ctx, self.obj, parts)
        direct = self._direct(options[0]) if len(parts) == len(options) == 1 and options[0].exact else None
        if direct is not None:
            return self._walked(direct, lambda table: count_rows(table, options[0]), counts_rows=True)
        known = narrowed(self.ctx, self.obj, parts, options)
        if known.ids is not None:
            page = self._by_id(known.ids) if known.exact and not self.order else None
            return page or self._sorted(get_live(self.ctx, self.obj, known.ids))
        if not self.want_total and (walk := self._walk()) is not None:
            try:
                return self._walked(walk, None, counts_rows=False)
            except _GiveUp:
                pass
        return self._sorted(None)

    # ------------------------------------------------------------------ walking

    def _walk(self) -> Walk | None:
        """Rows of all records in the wanted order, or None when no rows have it."""
        table, model = self.ctx.table, self.ctx.model
        if not self.order:
            return record_walk(table, model, self.obj, cursor=self.cursor, backward=self.backward)
        first = self.order[0]
        if first.relation is not None:
            return None
        if first.leaf.path == ("id",):
            return record_walk(table, model, self.obj, cursor=self.cursor, backward=self.backward != first.descending)
        if not first.leaf.has_index:
            return None
        return index_walk(table, model, self.obj, self.order, cursor=self.cursor, backward=self.backward)

    def _direct(self, option: Candidates) -> Walk | None:
        """Rows of exactly the matches in the wanted order, or None."""
        ranges = option.ranges
        if not ranges or option.ids is not None:
            return None
        table, model = self.ctx.table, self.ctx.model
        if not self.order:
            if len(ranges) == 1 and ranges[0].by_id:
                return id_range_walk(table, ranges[0], cursor=self.cursor, backward=self.backward)
            return None
        first = self.order[0]
        same_leaf = first.relation is None and all(part.leaf is first.leaf and part.exact is None for part in ranges)
        if not same_leaf:
            return None
        return index_walk(table, model, self.obj, self.order, cursor=self.cursor, backward=self.backward, within=ranges)

    def _walked(self, walk: Walk, count: Callable[[Table], int] | None, *, counts_rows: bool) -> Found:
        self.ctx.table.meter.note(f"walk {_describe(walk)}")
        walk.size = self.need + self.offset
        batches = walk.batches()

        def first(table: Table) -> list[Row] | None:
            walk.table = table
            return next(batches, None) if self.need else None

        total: int | None = None
        rows: list[Row] | None
        try:
            if count is not None and self.want_total:
                branches: list[Callable[[Table], Any]] = [first, count]
                rows, total = self.ctx.table.parallel(branches)
            else:
                rows = first(self.ctx.table)
            walk.table = self.ctx.table
            # Rows without a filter, or of an exact condition, are matches: no more of them are fetched than are needed.
            sure = not walk.refine and (counts_rows or self.filter is None)
            items, register = self._take(
                walk, rows, batches, sure=sure, with_register=counts_rows and total is not None
            )
        except (RunTooLong, _GiveUp):
            if not self.want_total and self.filter is not None:
                raise _GiveUp from None
            return self._sorted(None)
        if counts_rows and total is not None and not register.is_quiet_since(self.ctx.register, self.obj.key):
            total = len(matching_all(self.ctx, self.obj, self.filter, leaves=(), joined=self.joined))
        items = items[self.offset :]
        more = len(items) > self.limit
        items = items[: self.limit]
        return Found(items[::-1] if self.backward else items, more, total)

    def _take(
        self, walk: Walk, rows: list[Row] | None, batches: Iterator[list[Row]], *, sure: bool, with_register: bool
    ) -> tuple[list[Record], Register]:
        """Records of the walk that match, until enough are found."""
        taken: list[Record] = []
        checked = 0
        register = self.ctx.register
        if rows is None and with_register:  # only the total is wanted
            _, register = self._fetch([], with_register=True)
        while rows is not None:
            wanted = self.need + self.offset - len(taken)
            rows, later = (rows[:wanted], rows[wanted:]) if sure else (rows, [])
            both = rows if later else [*rows, *walk.peeked]
            fetched, register = self._fetch(both, with_register=with_register)
            confirmed = [
                item if item is not None and row.confirms(item) else None
                for row, item in zip(both, fetched, strict=True)
            ]
            taken += self._kept([item for item in confirmed[: len(rows)] if item is not None], refine=walk.refine)
            checked += len(rows)
            if len(taken) == self.need + self.offset - 1:
                # Only whether anything follows is open: any of the rows behind the batch tells.
                taken += self._kept([item for item in confirmed[len(rows) :] if item is not None], refine=walk.refine)[
                    :1
                ]
            if len(taken) >= self.need + self.offset:
                break
            if checked > _MAX_CHECKED and self.filter is not None:
                raise _GiveUp
            walk.size = min(_MAX_BATCH, max(walk.size, 2 * checked))
            rows = later or next(batches, None)
        return taken, register

    def _fetch(self, rows: Sequence[Row], *, with_register: bool) -> tuple[list[Record | None], Register]:
        if rows and rows[0].item is not None:
            return [row.item for row in rows], self.ctx.register
        ids = [row.id for row in rows]
        if with_register:
            return get_live_and_register(self.ctx, self.obj, ids)
        return get_live(self.ctx, self.obj, ids), self.ctx.register

    def _kept(self, items: list[Record], *, refine: bool) -> list[Record]:
        """What matches of a batch, in order, beyond the cursor."""
        if self.joined.is_needed:
            self.joined.load(items)
        kept = [item for item in items if self.matches(item, self.joined)]
        if refine:
            if self.beyond is not None:
                kept = [item for item in kept if self.beyond(item, self.joined)]
            kept.sort(key=lambda item: self.key(item, self.joined), reverse=self.backward)
        return kept

    def _by_id(self, ids: list[str]) -> Found | None:
        """A page of exactly known matches in id order: only its own records are fetched. None when rows
        turn out stale.
        """
        if self.cursor is not None:
            start = self.cursor.id
            beyond = [i for i in ids if i < start][::-1] if self.backward else [i for i in ids if i > start]
        else:
            beyond = ids[::-1] if self.backward else ids
        wanted = beyond[self.offset : self.offset + self.need]
        fetched, register = get_live_and_register(self.ctx, self.obj, wanted)
        items = self._kept([item for item in fetched if item is not None], refine=False)
        if len(items) < len(wanted) or not register.is_quiet_since(self.ctx.register, self.obj.key):
            return None
        more, items = len(items) > self.limit, items[: self.limit]
        return Found(items[::-1] if self.backward else items, more, len(ids) if self.want_total else None)

    # ------------------------------------------------------------------ sorting

    def _sorted(self, known: Sequence[Record | None] | None) -> Found:
        """All matches, sorted and cut in memory. ``known`` holds every match when given."""
        if known is None:
            terms = [term.leaf for term in self.order if term.relation is None]
            found = matching_all(self.ctx, self.obj, self.filter, leaves=terms, joined=self.joined)
        else:
            candidates = [item for item in known if item is not None]
            if self.joined.is_needed:
                self.joined.load(candidates)
            found = [item for item in candidates if self.matches(item, self.joined)]
        total = len(found) if self.want_total else None
        page = slice_of(
            found,
            self.key,
            self.beyond,
            self.joined,
            backward=self.backward,
            start=self.offset,
            stop=self.offset + self.need,
        )
        more = len(page) > self.limit
        page = page[: self.limit]
        if known is None:
            # What matched may be index rows; the page needs whole records.
            fetched = get_live(self.ctx, self.obj, [item.id for item in page])
            page = [item for item in fetched if item is not None and self.matches(item, self.joined)]
        return Found(page[::-1] if self.backward else page, more, total)


def slice_of(
    items: list[Record],
    key: Callable[[Record, Joined], object],
    beyond: Callable[[Record, Joined], bool] | None,
    joined: Joined,
    *,
    backward: bool,
    start: int,
    stop: int,
) -> list[Record]:
    """The items beyond the cursor in (reverse) order, from ``start`` to ``stop``."""
    if beyond is not None:
        items = [item for item in items if beyond(item, joined)]
    items.sort(key=lambda item: key(item, joined), reverse=backward)  # type: ignore[arg-type, return-value]
    return items[start:stop]


def _describe(walk: Walk) -> str:
    """The walk in the words of ``X-Icosa-Explain``."""
    match walk:
        case IndexWalk(leaf=leaf) if leaf is not None:
            return f"index {leaf.dotted}"
        case IdRangeWalk(range=part):
            return "edges by id" if part.leaf is None else f"index {part.leaf.dotted} by id"
        case _:
            return "records by id"
