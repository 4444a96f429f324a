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
from dataclasses import dataclass, field, replace
from typing import Any

from ...limits import OFFSET
from ...model.model import Object
from ...model.record import Record
from ...query.evaluate import compile_filter, compile_keyset, compile_order
from ...query.operation import Cursor, Filter, FindMany, Order
from ...store.recent import DATED
from ...store.register import Register
from ...store.table import Count, Table
from ..context import Context
from ..records import count_live, get_live
from .access_paths import AccessPath, conjuncts
from .candidates import Candidates, Moved, candidate_ids, read_candidates
from .index_probe import count_rows
from .joins import JoinedRecords
from .matches import NARROW, access_paths, count_matches, scan_matches
from .ordered_walk import (
    IdRangeWalk,
    IndexWalk,
    RecordRef,
    RunTooLong,
    Walk,
    id_range_walk,
    index_walk,
    record_walk,
)
from .steady import Look, Watch, fetch, read_late, until_certain, versions

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


def is_whole(query: FindMany, page: RecordPage) -> bool:
    """Whether the page is the whole list, so that its number is the total, whatever is counted at another moment."""
    return (
        query.records
        and query.page.after is None
        and query.page.before is None
        and not (query.page.offset or page.more)
    )


def least_total(query: FindMany, page: RecordPage) -> int:
    """How many matches there are by what the page shows."""
    return query.page.offset + len(page.items) + page.more if page.items else 0


def find_page(ctx: Context, query: FindMany) -> RecordPage:
    """The page of the live records that match ``query.filter`` and that the caller may see. Raises TooMuchAsked for an
    offset that would skip too many.
    """
    if query.page.offset >= _FAR_OFFSET:
        # Where some are hidden, their number must not show: then the offset alone decides.
        if ctx.rows.limits(query.object) or query.page.offset < count_live(ctx, query.object):
            OFFSET.check(query.page.offset)
        else:  # Nothing is there, and is not looked for.
            query = replace(query, page=replace(query.page, offset=0), records=False)
            if not query.total_count:
                return RecordPage([], False, None)
    return _PagePlanner(ctx, query).run()


class _WalkAbandoned(Exception):
    """Too many records of a walk did not match: another plan is cheaper."""


@dataclass(slots=True)
class _Walked:
    """What a walk has collected: the matching records in order, everything that was fetched for them, the register and
    the changes as they were then.
    """

    items: list[Record] = field(default_factory=list)
    seen: dict[str, Record | None] = field(default_factory=dict)
    register: Register | None = None
    changed: frozenset[str] = frozenset()
    #: Matching records that do not confirm the rows that led to them.
    elsewhere: list[Record] = field(default_factory=list)
    #: Other records do not confirm theirs: they are gone, or match no more.
    is_stale: bool = False
    #: The walk came to its end.
    is_whole: bool = False


class _PagePlanner:
    """One page query: ``run`` chooses the plan, the other methods execute the plans."""

    def __init__(self, ctx: Context, query: FindMany) -> None:
        self.ctx = ctx
        self.query = query
        self.obj: Object = query.object
        self.filter: Filter | None = ctx.rows.narrow(query.object, query.filter)
        self.order: Order = query.order
        self.backward = query.page.backward
        self.cursor: Cursor | None = query.page.before or query.page.after
        self.offset = query.page.offset
        self.limit = query.page.limit
        # One more than the page has tells whether any follow; none when only the total is wanted.
        self.need = query.page.limit + 1 if query.records else 0
        self.want_total = query.total_count
        self.joined = JoinedRecords.needed_by(ctx, query.filter, query.order)
        #: Records that a look found changed; the next ones look at them from the beginning.
        self.moved = Moved(Watch(ctx))
        self.is_match = compile_filter(self.filter)
        self.sort_key = compile_order(query.order)
        self.is_beyond = compile_keyset(query.order, self.cursor, backward=self.backward) if self.cursor else None

    def run(self) -> RecordPage:
        return until_certain(self.ctx, self._look)

    def _look(self) -> Look[RecordPage]:
        self.joined = JoinedRecords.needed_by(self.ctx, self.filter, self.order)
        conditions = conjuncts(self.filter)
        if self.filter is None or not conditions:
            walk = self._full_walk()
            return self._scan() if walk is None else self._run_walk(walk, None)
        paths = access_paths(self.ctx, self.obj, conditions)
        exact_path = paths[0] if len(conditions) == len(paths) == 1 and paths[0].exact else None
        exact_walk = None if exact_path is None else self._exact_walk(exact_path)
        if exact_walk is not None:
            return self._run_walk(exact_walk, exact_path)
        candidates = candidate_ids(self.ctx, self.obj, conditions, paths)
        if candidates is not None:
            page = self._page_of_ids(candidates) if candidates.exact and not self.order else None
            return page or self._sort_candidates(self.filter, candidates)
        if not self.want_total and (walk := self._full_walk()) is not None:
            try:
                return self._run_walk(walk, None)
            except _WalkAbandoned:
                pass
        return self._scan()

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

    def _run_walk(self, walk: Walk, path: AccessPath | None) -> Look[RecordPage]:
        """The page from a walk: of the rows of an exact ``path``, or of all records. Beside its first batch the matches
        are counted, by their rows or by the counter.

        Raises _WalkAbandoned when the walk costs too much and is not the last resort.
        """
        self.ctx.table.meter.note(f"walk {_describe(walk)}")
        walk.size = min(self.need + self.offset, _MAX_FIRST_BATCH)
        batches = walk.batches()

        def first_batch(table: Table) -> list[RecordRef] | None:
            walk.table = table
            return next(batches, None) if self.need else None

        def count(table: Table) -> Count:
            return Count(count_live(self.ctx, self.obj, table), 1) if path is None else count_rows(table, path)

        counted: Count | None = None
        batch: list[RecordRef] | None
        try:
            if self.want_total and (path is not None or self.filter is None):
                branches: list[Callable[[Table], Any]] = [first_batch, count]
                batch, counted = self.ctx.table.parallel(branches)
            else:
                batch = first_batch(self.ctx.table)
            walk.table = self.ctx.table
            # Rows without a filter, or of an exact condition, are matches: no more of them are fetched than are needed.
            all_match = not walk.needs_sort and (path is not None or self.filter is None)
            row_count = None if path is None else counted
            if batch is None and row_count is not None:  # only the total is wanted
                walked = _Walked()
                self._fetch(walk, walked, [], with_changes=row_count.pages > 1)
            else:
                walked = self._collect(walk, batch, batches, row_count, all_match=all_match)
        except (RunTooLong, _WalkAbandoned):
            if not self.want_total and self.filter is not None:
                raise _WalkAbandoned from None
            return self._scan()
        has_moved = walked.changed or walked.elsewhere
        items, walk_again = self._with_moved(walked) if has_moved else (walked.items, False)
        items = items[self.offset :]
        more = len(items) > self.limit
        items = items[: self.limit]
        page = RecordPage(items[::-1] if self.backward else items, more, None)
        page = self._with_total(page, lambda: self._count(walked, counted, path))
        is_quiet = walked.register is None or walked.register.is_quiet_since(self.ctx.register, self.obj.key)
        # What many pages of rows show is of many moments: a row more or less that has changed meanwhile is no reason to
        # read them all again.
        certain = not walk_again and (walk.pages > 1 or (is_quiet and not walked.is_stale))
        return Look(page, certain, versions(walked.seen), cost=len(walked.seen))

    def _collect(
        self,
        walk: Walk,
        batch: list[RecordRef] | None,
        batches: Iterator[list[RecordRef]],
        row_count: Count | None,
        *,
        all_match: bool,
    ) -> _Walked:
        """Records of the walk that match, until there are enough; with what has changed if the walk has read several
        pages of rows that can move, or ``row_count`` counts such.
        """
        walked = _Walked()
        count_moves = row_count is not None and row_count.pages > 1
        checked = 0
        while batch is not None:
            missing = self.need + self.offset - len(walked.items)
            batch, rest = (batch[:missing], batch[missing:]) if all_match else (batch, [])
            refs = batch if rest else [*batch, *walk.lookahead]
            with_changes = count_moves or (walk.can_move and walk.pages > 1)
            needs_fetch = with_changes or (refs[0].item is None if refs else row_count is not None)
            fetched = (
                self._fetch(walk, walked, refs, with_changes=with_changes)
                if needs_fetch
                else [ref.item for ref in refs]
            )
            confirmed = [
                item if item is not None and ref.confirms(item) else None
                for ref, item in zip(refs, fetched, strict=True)
            ]
            if None in confirmed:
                self._keep_elsewhere(walked, fetched, confirmed)
            walked.items += self._filter_and_sort(confirmed[: len(batch)], needs_sort=walk.needs_sort)
            checked += len(batch)
            if len(walked.items) == self.need + self.offset - 1:
                # Only whether anything follows is open: any match behind the batch tells.
                walked.items += self._filter_and_sort(confirmed[len(batch) :], needs_sort=walk.needs_sort)[:1]
            if len(walked.items) >= self.need + self.offset:
                return walked
            if checked > self.ctx.settings.tuning.walk_records and self.filter is not None:
                raise _WalkAbandoned
            walk.size = min(_MAX_BATCH, max(walk.size, 2 * checked))
            batch = rest or next(batches, None)
        walked.is_whole = True
        return walked

    def _fetch(
        self, walk: Walk, walked: _Walked, refs: Sequence[RecordRef], *, with_changes: bool
    ) -> list[Record | None]:
        """The records behind the rows of a batch, None for those that are gone."""
        watch = self.moved.watch if with_changes else None
        kind = DATED if walk.is_by_creation else None
        fetched = fetch(self.ctx, self.obj, [ref.id for ref in refs], watch, kind=kind)
        walked.register, walked.changed = fetched.register, walked.changed | fetched.changed
        walked.seen.update((ref.id, record) for ref, record in zip(refs, fetched.records, strict=True))
        return fetched.records

    def _keep_elsewhere(
        self,
        walked: _Walked,
        fetched: Sequence[Record | None],
        confirmed: Sequence[Record | None],
    ) -> None:
        """Note the records whose rows they do not confirm: those that match all the same belong to another place of the
        list.
        """
        unconfirmed = [item for item, known in zip(fetched, confirmed, strict=True) if known is None]
        elsewhere = self._filter_and_sort(unconfirmed, needs_sort=False)
        walked.elsewhere += elsewhere
        walked.is_stale |= len(elsewhere) < len(unconfirmed)

    def _with_moved(self, walked: _Walked) -> tuple[list[Record], bool]:
        """The collected records and those that have moved past the walk, in order and each once; and whether to walk
        again: they are too few for the page because some of them have moved ahead of it, or too many have changed.
        """
        newest: dict[str, Record] = {}
        for item in (*walked.items, *walked.elsewhere):
            known = newest.get(item.id)
            if known is None or known.version < item.version:
                newest[item.id] = item
        changed = sorted(walked.changed - newest.keys()) if self.need else []
        if len(changed) > self.ctx.settings.tuning.late_records:
            return walked.items, True
        late = list(read_late(self.ctx, self.obj, changed).values())
        moved = self._filter_and_sort(late, needs_sort=True)
        if not moved and not walked.elsewhere and len(newest) == len(walked.items):
            return walked.items, False

        def position(item: Record) -> Any:
            return self.sort_key(item, self.joined)

        items = sorted([*newest.values(), *moved], key=position, reverse=self.backward)
        if self.is_beyond is not None:
            items = [item for item in items if self.is_beyond(item, self.joined)]
        if walked.is_whole or not walked.items:
            return items, not walked.is_whole
        end = position(walked.items[-1])
        beyond = sum(position(item) < end if self.backward else end < position(item) for item in items)
        reached = len(items) - beyond
        return items, reached < self.need + self.offset - 1

    def _count(self, walked: _Walked, counted: Count | None, path: AccessPath | None) -> int:
        assert counted is not None
        if path is None or self.filter is None:
            return counted.rows
        if walked.register is not None and not walked.register.is_quiet_since(self.ctx.register, self.obj.key):
            # An unfinished batch may have left rows that stand for no match.
            scanned = scan_matches(self.ctx, self.obj, self.filter, leaves=(), joined=self.joined)
            return len(scanned.records)
        if counted.pages > 1 and walked.changed:
            return count_matches(self.ctx, self.obj, self.filter, path)
        return counted.rows

    def _with_total(self, page: RecordPage, count: Callable[[], int]) -> RecordPage:
        """A page with its total, if that is wanted: of a whole list its own number, else what ``count`` says, but no
        less than what the page shows.
        """
        if not self.want_total:
            return page
        total = len(page.items) if is_whole(self.query, page) else max(count(), least_total(self.query, page))
        return replace(page, total=total)

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

    def _page_of_ids(self, candidates: Candidates) -> Look[RecordPage] | None:
        """A page in id order of matches whose ids are known: only its own records are fetched, and those that have
        changed. None when rows turn out stale.
        """
        ids = candidates.ids
        if self.cursor is not None:
            start = self.cursor.id
            beyond = [i for i in ids if i < start][::-1] if self.backward else [i for i in ids if i > start]
        else:
            beyond = ids[::-1] if self.backward else ids
        page_ids = beyond[self.offset : self.offset + self.need]
        fetched = fetch(self.ctx, self.obj, page_ids, self.moved.watch if candidates.pages > 1 else None)
        items = self._filter_and_sort(fetched.records, needs_sort=False)
        is_quiet = fetched.register.is_quiet_since(self.ctx.register, self.obj.key)
        if len(fetched.changed) > self.ctx.settings.tuning.late_records:
            return Look(RecordPage([], False, None), certain=False)
        self.moved.ids |= fetched.changed
        if len(items) < len(page_ids) or not is_quiet:
            return None
        if fetched.changed:
            changed = get_live(self.ctx, self.obj, sorted(fetched.changed))
            matching = {item.id for item in self._filter_and_sort(changed, needs_sort=False)}
            if matching != fetched.changed.intersection(ids):
                return None
        more, items = len(items) > self.limit, items[: self.limit]
        total = len(ids) if self.want_total else None
        return Look(RecordPage(items[::-1] if self.backward else items, more, total))

    # ------------------------------------------------------------------ sorting in memory

    def _sort_candidates(self, filter: Filter, candidates: Candidates) -> Look[RecordPage]:
        """The page of the matches among candidates, sorted and cut in memory."""
        found = read_candidates(self.ctx, self.obj, filter, candidates, self.joined, self.moved)
        return Look(self._sort(found.result), found.certain, found.seen, found.cost)

    def _scan(self) -> Look[RecordPage]:
        """The page of all matches there are, sorted and cut in memory."""
        leaves = [term.leaf for term in self.order if term.relation is None]
        matches = scan_matches(self.ctx, self.obj, self.filter, leaves=leaves, joined=self.joined)
        page = self._sort(matches.records)
        if matches.whole:
            return Look(page)
        # The matches are built from index rows; the page needs whole records.
        fetched = get_live(self.ctx, self.obj, [item.id for item in page.items])
        items = self._filter_and_sort(fetched, needs_sort=False)
        items.sort(key=lambda item: self.sort_key(item, self.joined))
        certain = [item.id for item in items] == [item.id for item in page.items]
        cost = matches.scanned // NARROW + len(fetched)
        page = self._with_total(replace(page, items=items), lambda: len(matches.records))
        return Look(page, certain, cost=cost)

    def _sort(self, matches: list[Record]) -> RecordPage:
        total = len(matches) if self.want_total else None
        if self.order and any(term.relation is not None for term in self.order):
            self.joined.load(matches)
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
