"""Candidates: the records among which all matches of a filter are, found through the rows of its conditions.

``RowSets`` reads these rows, first a few of every condition, then as many as the narrowest condition has, and others
only as far as that can be worth it. ``read_candidates`` reads the records, and with them whatever has changed in
between (``steady``). ``matches`` and the planner call both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from ...model.dates import instant_of
from ...model.model import Object
from ...model.record import Record
from ...query.evaluate import compile_filter
from ...query.operation import Compare, Filter
from ...store.derive import CREATED_AT
from ...store.table import MAX_BATCH_GET
from ..context import Context
from ..records import count_live, get_live
from .access_paths import AccessPath, whole_index_path
from .index_scan import read_whole
from .joins import JoinedRecords
from .row_sets import Row, RowSet, read_on, time_of
from .steady import Look, Watch, fetch, read_late, versions

#: So many records more may be fetched to spare looking at what has changed.
_SPARE = 32
#: Rows of indexes that cost one read unit, about: rows are some 110 bytes.
ROWS_PER_UNIT = 36
#: How many times more rows are read at each step until a condition's rows are all known.
_STEP = 3


@dataclass(slots=True)
class Moved:
    """What the looks of one read have found changed: the next look reads these records together with its candidates."""

    watch: Watch
    ids: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Records that contain all matches of a filter: their ids with rows that led to them.

    ``exact``: they are the matches, provided that no row is stale. ``pages``: how many pages of rows were read.
    ``timed`` are conditions that their rows fulfil by what they carry.
    """

    ids: Mapping[str, tuple[Row, ...]]
    exact: bool
    pages: int
    sets: Sequence[RowSet]
    timed: Sequence[Filter] = ()

    def dropped(self, records: Mapping[str, Record | None], joined: JoinedRecords) -> bool:
        """Whether one of these records, which do not match the filter, did so when its rows were read."""
        tests = [compile_filter(rows.path.condition) for rows in self.sets]
        times = [compile_filter(condition) for condition in self.timed]
        return any(
            any(rows.is_dropped(record_id, record, test, joined) for rows, test in zip(self.sets, tests, strict=True))
            or any(record is None or not test(record, joined) for test in times)
            for record_id, record in records.items()
        )


class RowSets:
    """The rows of all conditions that must hold, as far as they have been read."""

    def __init__(
        self,
        ctx: Context,
        obj: Object,
        conditions: Sequence[Filter],
        paths: Sequence[AccessPath],
        asked: Filter | None = None,
    ) -> None:
        self._ctx = ctx
        self._obj = obj
        #: The filter in the words of the client, for what is refused.
        self._asked = asked
        self._conditions = conditions
        self._live: int | None = None
        self.sets = [RowSet.of(path) for path in paths]

    @property
    def live(self) -> int:
        """How many live records there are. Read once, when somebody asks."""
        if self._live is None:
            self._live = count_live(self._ctx, self._obj)
        return self._live

    def probe(self) -> None:
        """Read the first rows of every condition."""
        most = self._ctx.settings.tuning.probe_rows
        readers = [reader for rows in self.sets for reader in rows.readers(max(1, most // rows.weight))]
        if readers:
            self._ctx.table.parallel(readers)

    @property
    def is_bounded(self) -> bool:
        """Whether all rows of some condition are known."""
        return any(rows.complete for rows in self.sets)

    def estimate(self, rows: RowSet) -> int:
        """About how many rows a condition has. Where only reading can tell, a third of all is as good as any guess."""
        known = rows.estimate
        return max(rows.size + 1, self.live // 3) if known is None else min(known, max(self.live, rows.size))

    @property
    def narrowest(self) -> int:
        """About how many rows the narrowest condition has; all live records where no condition has a path."""
        sizes = [rows.size if rows.complete else self.estimate(rows) for rows in self.sets]
        return min(sizes, default=self.live)

    def read_narrowest(self) -> None:
        """Read on until all rows of some condition are known: of the one that seems to have the fewest left, and of
        those about which nothing is known some more, so that no more are read in vain than are needed.
        """
        while self.sets and not self.is_bounded:
            sizes = {id(rows): rows.estimate or _STEP * rows.size + 1 for rows in self.sets}
            rows = min(self.sets, key=lambda rows: sizes[id(rows)] * rows.weight)
            read_on(self._ctx, [rows], max(sizes[id(rows)] * 9 // 8, _STEP * rows.size) + 1)

    def candidates(self, *, reach: int) -> Candidates | None:
        """The candidates: the rows that all known conditions have in common. None when no condition is known.

        Others are read as well where that costs less than half of fetching what is left without them, unless so few
        are left that a page of ``reach`` records needs them anyway.
        """
        complete = sorted((rows for rows in self.sets if rows.complete), key=lambda rows: len(rows.rows))
        if not complete:
            return None
        for rows in complete:
            if not rows.exact and rows.path.sure:
                rows.tell(self._ctx, self._obj, max(MAX_BATCH_GET, self.live // ROWS_PER_UNIT))
        ids = _common(complete)
        first = complete[0]
        if len(complete) > 1 and first.pages == 1 and len(first.rows) <= min(len(ids) + _SPARE, MAX_BATCH_GET):
            # One page of rows was read in one moment: to fetch a few records more is cheaper than to ask what has
            # changed.
            return self._made(first.rows, complete[:1])
        for rows in sorted((rows for rows in self.sets if not rows.complete), key=self.estimate):
            most = (len(ids) - reach) * ROWS_PER_UNIT // (2 * rows.weight)
            if self._tellstime_of(rows.path.condition, ids, first) or self.estimate(rows) > most:
                continue
            read_on(self._ctx, [rows], most)
            if rows.complete:
                rows.tell(self._ctx, self._obj, most)
                complete.append(rows)
                ids &= rows.rows.keys()
        return self._made({i: first.rows[i] for i in ids}, complete)

    def candidates_by_values(self) -> Candidates | None:
        """The matches by the values of whole indexes, where no condition has a range; None where some condition looks
        at what no index has.
        """
        paths = self._whole_paths(self._conditions)
        if paths is None:
            return None
        sets = self._read_whole(paths)
        ids = _common(sets)
        return self._made({i: sets[0].rows[i] for i in ids}, sets)

    def _whole_paths(self, conditions: Sequence[Filter]) -> list[AccessPath] | None:
        if self._ctx.register.touches(self._obj.key):
            return None
        found = [whole_index_path(self._ctx.model, self._obj, condition) for condition in conditions]
        paths = [path for path in found if path is not None]
        few = sum(len(path.ranges) for path in paths) <= self._ctx.settings.tuning.index_only_scan_indexes
        return paths if few and len(paths) == len(found) else None

    def _read_whole(self, paths: Sequence[AccessPath]) -> list[RowSet]:
        sets = [RowSet.of(path) for path in paths]
        read_whole(self._ctx, self._obj, [of for rows in sets for of in rows.ranges], lambda: self.live, self._asked)
        for rows in sets:
            rows.tell(self._ctx, self._obj, max(MAX_BATCH_GET, rows.size // 2))
        return sets

    def narrowed_by_values(self, candidates: Candidates) -> Candidates:
        """The candidates less those that the values of whole indexes exclude: for conditions without a range, such as
        substrings. Costs a read unit for ``ROWS_PER_UNIT`` live records and condition.
        """
        paths = self._value_paths(candidates)
        if not paths:
            return candidates
        sets = self._read_whole(paths)
        complete = [*candidates.sets, *sets]
        ids = candidates.ids.keys() & _common(sets)
        return self._made({i: candidates.ids[i] for i in ids}, complete)

    def value_units(self, candidates: Candidates) -> int:
        """What ``narrowed_by_values`` costs about; 0 where it gains nothing."""
        indexes = sum(len(path.ranges) for path in self._value_paths(candidates))
        return indexes * max(1, self.live // ROWS_PER_UNIT)

    def _value_paths(self, candidates: Candidates) -> list[AccessPath]:
        known = {id(rows.path.condition) for rows in candidates.sets if rows.exact}
        conditions = [
            condition
            for condition in self._conditions
            if id(condition) not in known
            and not self._tellstime_of(condition, candidates.ids.keys(), candidates.sets[0])
        ]
        return self._whole_paths(conditions) or []

    def _made(self, ids: Mapping[str, tuple[Row, ...]], complete: Sequence[RowSet]) -> Candidates:
        for rows in complete:
            self._ctx.table.meter.note(f"{rows.path.describe()}: {len(rows.rows)} records")
        known = {id(rows.path.condition) for rows in complete if rows.exact}
        exact, timed = True, []
        for condition in self._conditions:
            if id(condition) in known:
                continue
            if self._tellstime_of(condition, ids.keys(), complete[0]):
                ids = self._within(condition, ids)
                timed.append(condition)
            else:
                exact = False
        return Candidates(ids, exact, sum(rows.pages for rows in complete), complete, timed)

    def _tellstime_of(self, condition: Filter, ids: Set[str], rows: RowSet) -> bool:
        """Whether rows decide about a condition on ``createdAt``, because they carry it."""
        if not isinstance(condition, Compare) or condition.leaf.path != CREATED_AT or condition.state is not None:
            return False
        return all(time_of(rows.rows[i]) is not None for i in ids)

    def _within(self, condition: Filter, ids: Mapping[str, tuple[Row, ...]]) -> dict[str, tuple[Row, ...]]:
        assert isinstance(condition, Compare)
        test = condition.leaf.kind.predicate(condition.operator, condition.operand)
        return {i: rows for i, rows in ids.items() if (at := time_of(rows)) is not None and test(instant_of(at))}


def _common(sets: Sequence[RowSet]) -> set[str]:
    """The records that all sets have rows of."""
    return set(sets[0].rows).intersection(*(rows.rows for rows in sets[1:]))


def read_candidates(
    ctx: Context, obj: Object, filter: Filter, candidates: Candidates, joined: JoinedRecords, moved: Moved
) -> Look[list[Record]]:
    """The matches among the candidates."""
    ids = sorted({*candidates.ids, *moved.ids})
    late: list[str] = []
    is_known = True
    if candidates.pages or moved.ids:
        fetched = fetch(ctx, obj, ids, moved.watch if candidates.pages > 1 else None)
        found = dict(zip(ids, fetched.records, strict=True))
        is_known = fetched.register.is_quiet_since(ctx.register, obj.key)
        late = sorted(fetched.changed - found.keys())
        if len(late) <= ctx.settings.tuning.late_records:
            found.update(read_late(ctx, obj, late))
            moved.ids |= fetched.changed
        else:
            is_known = False
    else:
        found = dict(zip(ids, get_live(ctx, obj, ids), strict=True))
    matches = _matches(filter, found, joined)
    matching = {record.id for record in matches}
    others = {i: found[i] for i in candidates.ids if i not in matching}
    certain = is_known and matching.isdisjoint(late) and not candidates.dropped(others, joined)
    # Where records of other objects decide, the versions of these say too little.
    seen = None if joined.is_needed or late else versions(found)
    return Look(matches, certain, seen, cost=len(found))


def _matches(filter: Filter, found: Mapping[str, Record | None], joined: JoinedRecords) -> list[Record]:
    records = [record for record in found.values() if record is not None]
    if joined.is_needed:
        joined.load(records)
    is_match = compile_filter(filter)
    return [record for record in records if is_match(record, joined)]
