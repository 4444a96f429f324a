"""Chooses and runs the plan for a page of live records: which rows to read, in what order, how to count the matches.

``connections`` calls it for every list, ``search`` and ``duplicates`` for theirs. The plans, cheapest first
(``X-Icosa-Explain`` names the one that ran):

* no filter: an ordered walk of the records, or of the index of the first order term; the total is the counter's;
* one condition whose index range has the wanted order: an ordered walk of that range; the total is its number of rows;
* some condition selects few records (all conditions are probed side by side): fetch these records, filter, sort, cut;
* no total is wanted: an ordered walk that filters each record, given up when too few of them match;
* otherwise read every record's values, from indexes where they hold them all (``matches``), filter, sort, cut, and
  fetch the records of the page.

Every plan gives the same page; tests compare them with a plain in-memory model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...model.model import Object
from ...model.record import Record
from ...query.evaluate import compile_filter, compile_keyset, compile_order
from ...query.operation import Cursor, Filter, FindMany, Order
from ...store.register import Register
from ...store.table import Table
from ..context import Context
from ..records import count_live, get_live, get_live_and_register
from .access_paths import AccessPath, conjuncts
from .index_probe import count_rows
from .joins import JoinedRecords
from .matches import access_paths, candidate_ids, scan_matches
from .ordered_walk import IdRangeWalk, IndexWalk, RecordRef, RunTooLong, Walk, id_range_walk, index_walk, record_walk

#: Rows of one batch of a walk, at most.
_MAX_BATCH = 400
#: Rows of the first batch, at most: those of any page with a usual offset.
_MAX_FIRST_BATCH = 10_000
#: From this offset on the number of live records is read first: usually the page lies behind all of them.
_FAR_OFFSET = 1_000


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A page: its records in the requested order, whether more lie beyond it, and the exact total if wanted."""

    items: list[Record]
    more: bool
    total: int | None


def find_page(ctx: Context, query: FindMany) -> RecordPage:
    """The page of the live records that match ``query.filter``."""
    if query.page.offset >= _FAR_OFFSET and query.page.offset >= count_live(ctx, query.object):
        # Nothing is there, and is not looked for.
        query = replace(query, page=replace(query.page, offset=0), records=False)
        if not query.total_count:
            return RecordPage([], False, None)
    return _PagePlanner(ctx, query).run()


class _WalkAbandoned(Exception):
    """Too many records of a walk did not match: another plan is cheaper."""


class _PagePlanner:
    """One page query: ``run`` chooses the plan, the other methods execute the plans."""

    def __init__(self, ctx: Context, query: FindMany) -> None:
        self.ctx = ctx
        self.obj: Object = query.object
        self.filter: Filter | None = query.filter
        self.order: Order = query.order
        self.backward = query.page.backward
        self.cursor: Cursor | None = query.page.before or query.page.after
        self.offset = query.page.offset
        self.limit = query.page.limit
        # One more than the page has tells whether any follow; none when only the total is wanted.
        self.need = query.page.limit + 1 if query.records else 0
        self.want_total = query.total_count
        self.joined = JoinedRecords.needed_by(ctx, query.filter, query.order)
        self.is_match = compile_filter(query.filter)
        self.sort_key = compile_order(query.order)
        self.is_beyond = compile_keyset(query.order, self.cursor, backward=self.backward) if self.cursor else None

    def run(self) -> RecordPage:
        conditions = conjuncts(self.filter)
        if not conditions:
            walk = self._full_walk()
            if walk is None:
                return self._sort_matches(None)
            return self._run_walk(walk, lambda table: count_live(self.ctx, self.obj, table), counts_rows=False)
        paths = access_paths(self.ctx, self.obj, conditions)
        exact_walk = self._exact_walk(paths[0]) if len(conditions) == len(paths) == 1 and paths[0].exact else None
        if exact_walk is not None:
            return self._run_walk(exact_walk, lambda table: count_rows(table, paths[0]), counts_rows=True)
        candidates = candidate_ids(self.ctx, self.obj, conditions, paths)
        if candidates.ids is not None:
            page = self._page_of_ids(candidates.ids) if candidates.exact and not self.order else None
            return page or self._sort_matches(get_live(self.ctx, self.obj, candidates.ids))
        if not self.want_total and (walk := self._full_walk()) is not None:
            try:
                return self._run_walk(walk, None, counts_rows=False)
            except _WalkAbandoned:
                pass
        return self._sort_matches(None)

    # ------------------------------------------------------------------ ordered walks

    def _full_walk(self) -> Walk | None:
        """A walk of all records in the wanted order, or None when no rows have it."""
        if not self.order:
            return record_walk(self.ctx, self.obj, cursor=self.cursor, backward=self.backward)
        first = self.order[0]
        if first.relation is not None:
            return None
        if first.leaf.path == ("id",):
            return record_walk(self.ctx, self.obj, cursor=self.cursor, backward=self.backward != first.descending)
        if not first.leaf.has_index:
            return None
        return index_walk(self.ctx, self.obj, self.order, cursor=self.cursor, backward=self.backward)

    def _exact_walk(self, path: AccessPath) -> Walk | None:
        """A walk of the rows of an exact path in the wanted order, or None when they are in another."""
        ranges = path.ranges
        if not ranges or path.ids is not None:
            return None
        if not self.order:
            if len(ranges) == 1 and ranges[0].by_id:
                return id_range_walk(self.ctx, ranges[0], cursor=self.cursor, backward=self.backward)
            return None
        first = self.order[0]
        same_leaf = first.relation is None and all(part.leaf is first.leaf and part.exact is None for part in ranges)
        if not same_leaf:
            return None
        return index_walk(self.ctx, self.obj, self.order, cursor=self.cursor, backward=self.backward, within=ranges)

    def _run_walk(self, walk: Walk, count: Callable[[Table], int] | None, *, counts_rows: bool) -> RecordPage:
        """The page from a walk; beside its first batch ``count`` counts the matches, by their rows if ``counts_rows``.

        Raises _WalkAbandoned when the walk costs too much and is not the last resort.
        """
        self.ctx.table.meter.note(f"walk {_describe(walk)}")
        walk.size = min(self.need + self.offset, _MAX_FIRST_BATCH)
        batches = walk.batches()

        def first_batch(table: Table) -> list[RecordRef] | None:
            walk.table = table
            return next(batches, None) if self.need else None

        total: int | None = None
        batch: list[RecordRef] | None
        try:
            if count is not None and self.want_total:
                branches: list[Callable[[Table], Any]] = [first_batch, count]
                batch, total = self.ctx.table.parallel(branches)
            else:
                batch = first_batch(self.ctx.table)
            walk.table = self.ctx.table
            # Rows without a filter, or of an exact condition, are matches: no more of them are fetched than are needed.
            all_match = not walk.needs_sort and (counts_rows or self.filter is None)
            items, register = self._collect(
                walk, batch, batches, all_match=all_match, with_register=counts_rows and total is not None
            )
        except (RunTooLong, _WalkAbandoned):
            if not self.want_total and self.filter is not None:
                raise _WalkAbandoned from None
            return self._sort_matches(None)
        if counts_rows and total is not None and not register.is_quiet_since(self.ctx.register, self.obj.key):
            # An unfinished batch may have left rows that stand for no match.
            total = len(scan_matches(self.ctx, self.obj, self.filter, leaves=(), joined=self.joined))
        items = items[self.offset :]
        more = len(items) > self.limit
        items = items[: self.limit]
        return RecordPage(items[::-1] if self.backward else items, more, total)

    def _collect(
        self,
        walk: Walk,
        batch: list[RecordRef] | None,
        batches: Iterator[list[RecordRef]],
        *,
        all_match: bool,
        with_register: bool,
    ) -> tuple[list[Record], Register]:
        """Records of the walk that match, until there are enough; and the register as it was when they were read."""
        collected: list[Record] = []
        checked = 0
        register = self.ctx.register
        if batch is None and with_register:  # only the total is wanted
            _, register = self._fetch([], with_register=True)
        while batch is not None:
            missing = self.need + self.offset - len(collected)
            batch, rest = (batch[:missing], batch[missing:]) if all_match else (batch, [])
            refs = batch if rest else [*batch, *walk.lookahead]
            fetched, register = self._fetch(refs, with_register=with_register)
            confirmed = [
                item if item is not None and ref.confirms(item) else None
                for ref, item in zip(refs, fetched, strict=True)
            ]
            collected += self._filter_and_sort(confirmed[: len(batch)], needs_sort=walk.needs_sort)
            checked += len(batch)
            if len(collected) == self.need + self.offset - 1:
                # Only whether anything follows is open: any match behind the batch tells.
                collected += self._filter_and_sort(confirmed[len(batch) :], needs_sort=walk.needs_sort)[:1]
            if len(collected) >= self.need + self.offset:
                break
            if checked > self.ctx.settings.tuning.walk_records and self.filter is not None:
                raise _WalkAbandoned
            walk.size = min(_MAX_BATCH, max(walk.size, 2 * checked))
            batch = rest or next(batches, None)
        return collected, register

    def _fetch(self, refs: Sequence[RecordRef], *, with_register: bool) -> tuple[list[Record | None], Register]:
        """The records behind the rows of a batch, None for those that are gone, and the register."""
        if refs and refs[0].item is not None:
            return [ref.item for ref in refs], self.ctx.register
        ids = [ref.id for ref in refs]
        if with_register:
            return get_live_and_register(self.ctx, self.obj, ids)
        return get_live(self.ctx, self.obj, ids), self.ctx.register

    def _filter_and_sort(self, batch: Sequence[Record | None], *, needs_sort: bool) -> list[Record]:
        """The matches of a batch, in order, beyond the cursor."""
        items = [item for item in batch if item is not None]
        if self.joined.is_needed:
            self.joined.load(items)
        matches = [item for item in items if self.is_match(item, self.joined)]
        if needs_sort:
            if self.is_beyond is not None:
                matches = [item for item in matches if self.is_beyond(item, self.joined)]
            matches.sort(key=lambda item: self.sort_key(item, self.joined), reverse=self.backward)
        return matches

    def _page_of_ids(self, ids: list[str]) -> RecordPage | None:
        """A page in id order of matches whose ids are known: only its own records are fetched. None when rows turn out
        stale.
        """
        if self.cursor is not None:
            start = self.cursor.id
            beyond = [i for i in ids if i < start][::-1] if self.backward else [i for i in ids if i > start]
        else:
            beyond = ids[::-1] if self.backward else ids
        page_ids = beyond[self.offset : self.offset + self.need]
        fetched, register = get_live_and_register(self.ctx, self.obj, page_ids)
        items = self._filter_and_sort(fetched, needs_sort=False)
        if len(items) < len(page_ids) or not register.is_quiet_since(self.ctx.register, self.obj.key):
            return None
        more, items = len(items) > self.limit, items[: self.limit]
        return RecordPage(items[::-1] if self.backward else items, more, len(ids) if self.want_total else None)

    # ------------------------------------------------------------------ sorting in memory

    def _sort_matches(self, candidates: Sequence[Record | None] | None) -> RecordPage:
        """The page of all matches, sorted and cut in memory: those among ``candidates``, or all there are if None."""
        if candidates is None:
            leaves = [term.leaf for term in self.order if term.relation is None]
            matches = scan_matches(self.ctx, self.obj, self.filter, leaves=leaves, joined=self.joined)
        else:
            matches = self._filter_and_sort(candidates, needs_sort=False)
        total = len(matches) if self.want_total else None
        page = sorted_slice(
            matches,
            self.sort_key,
            self.is_beyond,
            self.joined,
            backward=self.backward,
            start=self.offset,
            stop=self.offset + self.need,
        )
        more = len(page) > self.limit
        page = page[: self.limit]
        if candidates is None:
            # The matches may be built from index rows; the page needs whole records.
            fetched = get_live(self.ctx, self.obj, [item.id for item in page])
            page = [item for item in fetched if item is not None and self.is_match(item, self.joined)]
        return RecordPage(page[::-1] if self.backward else page, more, total)


def sorted_slice(
    items: list[Record],
    sort_key: Callable[[Record, JoinedRecords], object],
    is_beyond: Callable[[Record, JoinedRecords], bool] | None,
    joined: JoinedRecords,
    *,
    backward: bool,
    start: int,
    stop: int,
) -> list[Record]:
    """The items beyond the cursor in (reverse) order, from ``start`` to ``stop``. May sort ``items`` in place."""
    if is_beyond is not None:
        items = [item for item in items if is_beyond(item, joined)]
    items.sort(key=lambda item: sort_key(item, joined), reverse=backward)  # type: ignore[arg-type, return-value]
    return items[start:stop]


def _describe(walk: Walk) -> str:
    """The walk as ``X-Icosa-Explain`` names it."""
    match walk:
        case IndexWalk(leaf=leaf) if leaf is not None:
            return f"index {leaf.dotted}"
        case IdRangeWalk(range=part):
            return "edges by id" if part.leaf is None else f"index {part.leaf.dotted} by id"
        case _:
            return "records by id"
