"""Chooses and runs the plan for a page of live records: which rows to read, in what order, how to count the matches.

``connections`` calls it for every list, ``search`` and ``duplicates`` for theirs. The first rows of every condition are
read side by side; they say how many records each selects (``row_sets``), and so what each plan would cost:

* ``walk``: along the records or an index, in the wanted order, checking each record. Without a filter, or where the
  range of the only condition has the wanted order, every record on the way is shown;
* ``rows``: all rows of the narrowest conditions tell the order themselves, so only the page's records are fetched;
* ``set``: the index of the order is walked, for the records of these rows only;
* ``records``: all records behind these rows are fetched, filtered and sorted;
* ``scan``: every record's values are read, from indexes where they hold them all (``matches``).

So no plan reads much more than the rows of the narrowest condition and what it shows. ``X-Icosa-Explain`` names the
plan that ran and what the others would have cost. Every plan gives the same page: ``Tuning.plan`` forces each, and
tests compare them with a plain in-memory model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from functools import partial

from ...limits import OFFSET
from ...query.operation import Filter, FindMany
from ...store.table import MAX_BATCH_GET
from ..context import Context
from ..records import count_live, get_live
from .access_paths import AccessPath, RowRange, conjuncts
from .candidates import ROWS_PER_UNIT, Candidates, RowSets, read_candidates
from .composite_walk import CompositeWalk, composite_walk
from .join_walk import join_walk
from .joins import leaves_of
from .matches import NARROW, RECORDS_PER_UNIT, access_paths, scan_records, scan_units, scan_values
from .missing_index import noting_misses
from .ordered_walk import IndexWalk, Walk, id_range_walk, index_walk, record_walk
from .page_query import PageQuery, RecordPage
from .record_scan import page_of_records
from .rows_walk import rows_walk
from .run_walk import run_walk
from .steady import Look, until_certain
from .walk_page import CopiesDoubted, Total, TotalOfCandidates, TotalOfPath, WalkAbandoned, page_from_walk

#: From this offset on the number of live records is read first: usually the page lies behind all of them.
_FAR_OFFSET = 1_000
#: So many candidates more than the page has are fetched rather than looked for in an order.
_SPARE = 32
#: From so many rows on they are counted rather than read, where a walk costs little more.
_MANY_ROWS = 20_000

type _Page = Callable[[], Look[RecordPage]]


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
    planner = _Planner(PageQuery(ctx, query))
    return until_certain(ctx, planner.look)


class _Planner:
    """The plans of one page query."""

    def __init__(self, query: PageQuery) -> None:
        self.query = query
        self.ctx = query.ctx
        self.obj = query.obj
        self.forced = query.ctx.settings.tuning.plan

    def look(self) -> Look[RecordPage]:
        try:
            return self._look()
        except CopiesDoubted:
            self.query.by_copies = False
            self.ctx.table.meter.note("a batch began meanwhile")
            return self._look()

    def _look(self) -> Look[RecordPage]:
        query = self.query
        query.begin_look()
        conditions = conjuncts(query.filter)
        if query.filter is None or not conditions:
            if self.forced == "scan" and query.order:
                return self._scan()
            if (composite := self._composite_walk(conditions)) is not None:
                return self._or_scan(composite.walk, Total(query))
            walk = self._run_walk() or self._full_walk()
            return self._scan() if walk is None else self._or_scan(walk, Total(query))
        paths = access_paths(self.ctx, self.obj, conditions)
        exact_path = paths[0] if len(conditions) == len(paths) == 1 and paths[0].exact else None
        exact_walk = None
        if exact_path is not None:
            # Where only the total is wanted, it does not matter along what the walk would go.
            only_total = not query.need and exact_path.ids is None and bool(exact_path.ranges)
            exact_walk = self._any_walk() if only_total else self._exact_walk(exact_path)
        if exact_path is not None and exact_walk is not None:
            try:
                return page_from_walk(query, exact_walk, TotalOfPath(query, exact_path), all_match=True)
            except WalkAbandoned:
                pass
        if (composite := self._composite_walk(conditions)) is not None:
            counted = exact_path or (composite.path if composite.exact else None)
            if counted is not None or not query.want_total:
                total = None if counted is None else TotalOfPath(query, counted)
                try:
                    return page_from_walk(query, composite.walk, total, all_match=composite.exact)
                except WalkAbandoned:
                    pass
        if self.forced == "scan":
            return self._scan()
        sets = RowSets(self.ctx, self.obj, conditions, paths, query.query.filter)
        sets.probe()
        if (page := self._filtering_walk(sets, exact_path)) is not None:
            return page
        candidates = self._candidates(sets)
        if candidates is None:
            return self._scan()
        return self._page_of(sets, candidates)

    def _or_scan(self, walk: Walk, total: Total) -> Look[RecordPage]:
        try:
            return page_from_walk(self.query, walk, total, all_match=True)
        except WalkAbandoned:
            return self._scan()

    # ------------------------------------------------------------------ ordered walks

    def _full_walk(self) -> Walk | None:
        """A walk of all records in the wanted order, or None when no rows have it."""
        query = self.query
        if not query.order:
            return record_walk(self.ctx, self.obj, cursor=query.cursor, backward=query.backward)
        first = query.order[0]
        if first.relation is not None:
            return join_walk(self.ctx, self.obj, query.order, cursor=query.cursor, backward=query.backward)
        if first.leaf.path == ("id",):
            return record_walk(self.ctx, self.obj, cursor=query.cursor, backward=query.backward != first.descending)
        if not first.leaf.has_index:
            return None
        return self._index_walk()

    def _composite_walk(self, conditions: Sequence[Filter]) -> CompositeWalk | None:
        query = self.query
        if self.forced != "cheapest" or not query.need:
            return None
        return composite_walk(self.ctx, self.obj, conditions, query.order, cursor=query.cursor, backward=query.backward)

    def _any_walk(self) -> Walk:
        return record_walk(self.ctx, self.obj, cursor=None, backward=False)

    def _run_walk(self) -> Walk | None:
        """A walk of all records in an order of several terms."""
        query = self.query
        return run_walk(
            self.ctx,
            self.obj,
            query.order,
            lambda: count_live(self.ctx, self.obj),
            cursor=query.cursor,
            backward=query.backward,
        )

    def _exact_walk(self, path: AccessPath) -> Walk | None:
        """A walk of the rows of an exact path in the wanted order, or None when they are in another."""
        query, ranges = self.query, path.ranges
        if not ranges or path.ids is not None:
            return None
        if not query.order:
            if len(ranges) == 1 and ranges[0].by_id:
                return id_range_walk(self.ctx, ranges[0], cursor=query.cursor, backward=query.backward)
            return None
        first = query.order[0]
        same_leaf = first.relation is None and all(part.leaf is first.leaf and part.exact is None for part in ranges)
        if not same_leaf:
            return None
        return self._index_walk(within=ranges)

    def _index_walk(self, within: Sequence[RowRange] = (), members: Set[str] | None = None) -> IndexWalk:
        query = self.query
        return index_walk(
            self.ctx,
            self.obj,
            query.order,
            cursor=query.cursor,
            backward=query.backward,
            within=within,
            members=members,
            by_copies=query.by_copies,
        )

    def _filtering_walk(self, sets: RowSets, exact_path: AccessPath | None) -> Look[RecordPage] | None:
        """A walk of all records that checks each, where many match: None if another plan is cheaper. Exact totals must
        be had from rows then.
        """
        query = self.query
        if self.forced not in ("cheapest", "walk") or (sets.is_bounded and self.forced != "walk") or not query.need:
            return None
        if query.want_total and exact_path is None:
            return None
        walk = self._full_walk()
        if walk is None:
            return None
        most, far, few = self.ctx.settings.tuning.walk_records, None, None
        if not sets.sets:
            per_unit = RECORDS_PER_UNIT if walk.holds_records else 1
            far = partial(self._units_of_scan, sets, per_unit)
        if sets.sets and self.forced == "cheapest":
            matches = sets.narrowest
            records = query.reach * max(1, sets.live) // max(1, matches)
            units = records // RECORDS_PER_UNIT if walk.holds_records else records
            # The rows have to be counted where the total is wanted, whatever the plan.
            others = query.reach + (0 if query.want_total and matches < _MANY_ROWS else matches // ROWS_PER_UNIT)
            if units >= others:
                return None
            self._explain("walk", walk=units, rows=others)
            most = min(most, 3 * records + query.reach)
            # How many match may have been a guess, and is known when they have been counted.
            few = partial(self._are_few, sets, most)
        total = None if exact_path is None else TotalOfPath(query, exact_path)
        wanted = () if sets.sets else leaves_of(query.filter)
        try:
            with noting_misses(self.ctx, self.obj, wanted) as missed:
                look = page_from_walk(query, walk, total, all_match=False, most=most, far=far, few=few)
                missed.needed = len(look.result.items) + 1
                return look
        except WalkAbandoned:
            return None

    def _are_few(self, sets: RowSets, most: int, matches: int) -> bool:
        """Whether more than ``most`` records must be checked for a page of so many matches."""
        return self.query.reach * sets.live // max(1, matches) > most

    # ------------------------------------------------------------------ candidates

    def _candidates(self, sets: RowSets) -> Candidates | None:
        """The candidates, None if there are none but all records."""
        if sets.sets:
            sets.read_narrowest()
            return sets.candidates(reach=self.query.reach)
        return sets.candidates_by_values()

    def _page_of(self, sets: RowSets, candidates: Candidates) -> Look[RecordPage]:
        """The page of the matches among candidates, by the cheapest plan."""
        query = self.query
        number = len(candidates.ids)
        is_told = candidates.exact and query.row_values is not None and query.by_copies
        if number <= query.reach + _SPARE and self.forced == "cheapest" and not is_told:
            return self._sort_records(candidates)
        if not candidates.exact and (query.want_total or not query.need):
            # All matches must be known: by the values of whole indexes, if that is cheaper than by the records.
            values = sets.value_units(candidates)
            if values and (values < number // 2 or self.forced in ("rows", "set")):
                candidates = sets.narrowed_by_values(candidates)
                number = len(candidates.ids)
        units: dict[str, int] = {"records": number}
        plans: dict[str, _Page] = {"records": lambda: self._sort_records(candidates)}
        if candidates.exact or not query.want_total:
            if (walk := self._rows_walk(candidates)) is not None:
                units["rows"] = min(query.reach, number)
                plans["rows"] = self._walker(walk, candidates)
            elif query.need and (number > MAX_BATCH_GET or self.forced == "set"):
                walk = self._set_walk(sets, candidates)
                if walk is not None:
                    rows = query.reach * sets.live // max(1, number) * query.order[0].leaf.row_weight
                    units["set"] = rows // ROWS_PER_UNIT + (0 if walk.holds_records else query.reach)
                    plans["set"] = self._walker(walk, candidates)
        if not candidates.exact and number > _MANY_ROWS // ROWS_PER_UNIT:
            units["scan"] = self._units_of_scan(sets)
            plans["scan"] = self._scan
        name = self.forced if self.forced in plans else min(units, key=lambda plan: units[plan])
        self._explain(name, **units)
        try:
            return plans[name]()
        except WalkAbandoned:
            return self._sort_records(candidates)

    def _rows_walk(self, candidates: Candidates) -> Walk | None:
        query = self.query
        order = query.order if query.need else ()
        return rows_walk(
            self.ctx,
            self.obj,
            order,
            candidates.ids,
            pages=candidates.pages,
            cursor=query.cursor if query.need else None,
            backward=query.backward,
        )

    def _set_walk(self, sets: RowSets, candidates: Candidates) -> Walk | None:
        query = self.query
        if not query.order:
            return None
        first = query.order[0]
        if first.relation is not None or not first.leaf.has_index:
            return None
        members = candidates.ids.keys()
        walk = self._index_walk(members=members)
        walk.pages = candidates.pages
        walk.spread = max(1.0, sets.live / max(1, len(members)))
        walk.max_rows = max(ROWS_PER_UNIT * len(members) // first.leaf.row_weight, _MANY_ROWS // ROWS_PER_UNIT)
        return walk

    def _walker(self, walk: Walk, candidates: Candidates) -> _Page:
        total = TotalOfCandidates(self.query, candidates)
        exact = candidates.exact
        return lambda: page_from_walk(self.query, walk, total, all_match=exact, most=len(candidates.ids))

    def _explain(self, name: str, **units: int) -> None:
        """Note the plan with its estimated read units, and those of the others."""
        others = ", ".join(f"{plan} {cost}" for plan, cost in units.items() if plan != name)
        self.ctx.table.meter.note(f"plan {name}: about {units[name]} units" + (f" ({others})" if others else ""))

    def _sort_records(self, candidates: Candidates) -> Look[RecordPage]:
        """The page of the matches among candidates, whose records are all fetched."""
        query = self.query
        assert query.filter is not None
        found = read_candidates(self.ctx, self.obj, query.filter, candidates, query.joined, query.moved)
        return Look(query.page_of_all(found.result), found.certain, found.seen, found.cost)

    # ------------------------------------------------------------------ scan

    def _units_of_scan(self, sets: RowSets, times: int = 1) -> int:
        leaves = [term.leaf for term in self.query.order if term.relation is None]
        return times * scan_units(self.ctx, self.obj, sets.live, [*leaves, *leaves_of(self.query.filter)])

    def _scan(self) -> Look[RecordPage]:
        """The page of all matches there are, sorted and cut in memory."""
        query = self.query
        leaves = [term.leaf for term in query.order if term.relation is None]
        asked = query.query.filter
        matches = scan_values(self.ctx, self.obj, query.filter, leaves=leaves, joined=query.joined, asked=asked)
        if matches is None:
            with noting_misses(self.ctx, self.obj, [*leaves, *leaves_of(query.filter)]) as missed:
                page = page_of_records(query, scan_records(self.ctx, self.obj, asked))
                missed.needed = len(page.items) + 1
            return Look(page)
        page = query.page_of_all(matches.records)
        # The matches are built from index rows; the page needs whole records.
        fetched = get_live(self.ctx, self.obj, [item.id for item in page.items])
        items = query.matches(fetched, needs_sort=False)
        items.sort(key=query.position)
        certain = [item.id for item in items] == [item.id for item in page.items]
        cost = matches.scanned // NARROW + len(fetched)
        page = query.with_total(replace(page, items=items), lambda: len(matches.records))
        return Look(page, certain, cost=cost)
