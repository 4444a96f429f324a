"""Takes a page from a walk: pulls rows in order, fetches the records behind them, drops what these do not confirm, and
goes on until the page is full. ``planner`` makes the walk, and says how the matches are counted beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...model.record import Record
from ...store.recent import DATED
from ...store.register import Register
from ...store.table import Count, Table
from ..records import count_live, get_live
from .access_paths import AccessPath
from .candidates import Candidates, Moved, read_candidates
from .matches import count_matches, find
from .ordered_walk import RecordRef, RecordWalk, RunTooLong, Walk
from .page_query import PageQuery, RecordPage
from .range_counts import count_range, kept_range
from .row_sets import count_rows
from .row_values import is_from_rows
from .steady import Look, Watch, fetch, read_late, versions

#: Rows of one batch of a walk, at most; and of one that reads the records themselves, about 1 MB.
_MAX_BATCH = 400
_MAX_RECORDS = 1_600
#: Rows of a batch beyond those that are expected to do.
_SPARE = 8
#: Rows of the first batch, at most: those of any page with a usual offset.
_MAX_FIRST_BATCH = 10_000


class WalkAbandoned(Exception):
    """Too many records of a walk did not match, or rows lead nowhere: another plan is cheaper."""


class CopiesDoubted(Exception):
    """Rows hold records of a batch that may not be there, or not yet: to be read without these copies."""


@dataclass(slots=True)
class Walked:
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


class Total:
    """How the matches are counted: here all live records, by their counter."""

    #: Whether ``count`` reads the table, and in several round trips.
    reads = True
    is_long = False

    def __init__(self, query: PageQuery) -> None:
        self.query = query

    def count(self, table: Table) -> Count:
        return Count(count_live(self.query.ctx, self.query.obj, table), 1)

    def settle(self, walked: Walked, counted: Count) -> int:
        """The number, after what the walk has seen."""
        return counted.rows

    def is_disturbed(self, walked: Walked) -> bool:
        """Whether an unfinished batch may have left rows that stand for no match."""
        ctx = self.query.ctx
        return walked.register is not None and not walked.register.is_quiet_since(ctx.register, self.query.obj.key)


class TotalOfPath(Total):
    """The rows of an exact path."""

    def __init__(self, query: PageQuery, path: AccessPath) -> None:
        super().__init__(query)
        self.path = path
        self._kept = kept_range(path)

    @property
    def is_long(self) -> bool:  # type: ignore[override]
        return self._kept is not None

    @property
    def is_by_creation(self) -> bool:
        """Whether only a change of ``createdAt`` moves a record among the rows that are counted."""
        return self._kept is not None

    def count(self, table: Table) -> Count:
        if self._kept is not None:
            return count_range(self.query.ctx, table, self.query.obj, self._kept)
        return count_rows(table, self.path)

    def settle(self, walked: Walked, counted: Count) -> int:
        query = self.query
        assert query.filter is not None
        if self.is_disturbed(walked):
            return len(find(query.ctx, query.obj, query.query.filter).records)
        if counted.pages > 1 and walked.changed:
            return count_matches(query.ctx, query.obj, query.filter, self.path)
        return counted.rows


class TotalOfCandidates(Total):
    """Candidates that are the matches."""

    reads = False

    def __init__(self, query: PageQuery, candidates: Candidates) -> None:
        super().__init__(query)
        self.candidates = candidates

    def count(self, table: Table) -> Count:
        return Count(len(self.candidates.ids), self.candidates.pages)

    def settle(self, walked: Walked, counted: Count) -> int:
        query = self.query
        assert query.filter is not None
        if self.is_disturbed(walked):
            found = read_candidates(query.ctx, query.obj, query.filter, self.candidates, query.joined, query.moved)
            return len(found.result)
        changed = sorted(walked.changed)
        if not changed or len(changed) > query.ctx.settings.tuning.late_records:
            return counted.rows  # with more changes the page is read again
        records = get_live(query.ctx, query.obj, changed)
        others = self.candidates.ids.keys() - walked.changed
        return len(others) + len(query.matches(records, needs_sort=False))


def page_from_walk(
    query: PageQuery,
    walk: Walk,
    total: Total | None,
    *,
    all_match: bool,
    most: int | None = None,
    far: Callable[[], int] | None = None,
    few: Callable[[int], bool] | None = None,
) -> Look[RecordPage]:
    """The page from a walk. Beside its first batch the matches are counted by ``total``. ``all_match``: rows that are
    confirmed are matches, so no more of them are fetched than are needed.

    Raises WalkAbandoned when the walk costs too much: when more than ``most`` records have been checked, and the page
    will not be full after ``far``, as far as these tell; or when the matches have been counted, and are too ``few``.
    """
    try:
        return _WalkPage(query, walk, total, all_match=all_match, most=most, far=far, few=few).look()
    except (RunTooLong, WalkAbandoned, CopiesDoubted) as error:
        # What has changed is news to the next plan, though the walk has seen it.
        query.moved = Moved(Watch(query.ctx))
        if isinstance(error, CopiesDoubted):
            raise
        raise WalkAbandoned from None


class _WalkPage:
    def __init__(
        self,
        query: PageQuery,
        walk: Walk,
        total: Total | None,
        *,
        all_match: bool,
        most: int | None,
        far: Callable[[], int] | None,
        few: Callable[[int], bool] | None,
    ) -> None:
        self.query = query
        self.ctx = query.ctx
        self.walk = walk
        self.total = total if query.want_total else None
        self.all_match = all_match and not walk.needs_sort
        self.most = query.ctx.settings.tuning.walk_records if most is None else most
        self.far = far
        self.few = few
        self.walked = Walked()
        #: How many records were in rows.
        self.from_rows = 0

    def look(self) -> Look[RecordPage]:
        query, walk, walked, total = self.query, self.walk, self.walked, self.total
        self.ctx.table.meter.note(f"walk {walk.describe()}")
        walk.size = min(query.reach, _MAX_FIRST_BATCH)
        batches = walk.batches()

        def first_batch(table: Table) -> list[RecordRef] | None:
            walk.table = table
            return next(batches, None) if query.need else None

        counted: Count | None = None
        batch: list[RecordRef] | None
        if total is not None and total.reads:
            # The first branch may use further threads.
            branches: list[Callable[[Table], Any]] = [first_batch, total.count]
            if total.is_long:
                counted, batch = self.ctx.table.parallel(branches[::-1])
            else:
                batch, counted = self.ctx.table.parallel(branches)
        else:
            batch = first_batch(self.ctx.table)
            counted = None if total is None else total.count(self.ctx.table)
        walk.table = self.ctx.table
        if counted is not None and self.few is not None and self.few(counted.rows):
            raise WalkAbandoned
        row_count = counted if query.filter is not None else None
        if batch is None and row_count is not None:  # only the total is wanted
            self._fetch([], with_changes=row_count.pages > 1)
        else:
            self._collect(batch, batches, row_count)
        if self.from_rows and not isinstance(walk, RecordWalk):
            self.ctx.table.meter.note(f"{self.from_rows} records from its rows")
        has_moved = walked.changed or walked.elsewhere
        items, walk_again = self._with_moved() if has_moved else (walked.items, False)
        page = query.page_of(items[query.offset :])
        page = query.with_total(page, lambda: self._settled(counted))
        is_quiet = walked.register is None or not self._is_disturbed
        # What many pages of rows show is of many moments: a row more or less that has changed meanwhile is no reason to
        # read them all again.
        certain = not walk_again and (walk.pages > 1 or (is_quiet and not walked.is_stale)) and walk.is_steady()
        return Look(page, certain, versions(walked.seen), cost=len(walked.seen))

    def _settled(self, counted: Count | None) -> int:
        assert self.total is not None and counted is not None
        return self.total.settle(self.walked, counted)

    def _collect(
        self, batch: list[RecordRef] | None, batches: Iterator[list[RecordRef]], row_count: Count | None
    ) -> None:
        """Records of the walk that match, until there are enough; with what has changed if the walk has read several
        pages of rows that can move, or ``row_count`` counts such.
        """
        query, walk, walked = self.query, self.walk, self.walked
        count_moves = row_count is not None and row_count.pages > 1
        checked = 0
        while batch is not None:
            missing = query.reach - len(walked.items)
            batch, rest = (batch[:missing], batch[missing:]) if self.all_match else (batch, [])
            refs = batch if rest else [*batch, *walk.lookahead]
            with_changes = count_moves or (walk.can_move and walk.pages > 1)
            self._tell(refs)
            # Whether rows that were counted are of a batch under way is told by the register, which comes with records.
            needs_register = row_count is not None and walked.register is None
            is_doubtful, walk.is_doubtful = walk.is_doubtful, False
            needs_fetch = with_changes or needs_register or is_doubtful or any(ref.item is None for ref in refs)
            fetched = self._fetched(refs, with_changes=with_changes) if needs_fetch else [ref.item for ref in refs]
            if is_doubtful and self._is_disturbed:
                raise CopiesDoubted
            confirmed = [
                item if item is not None and (is_from_rows(item) or walk.confirms(ref, item)) else None
                for ref, item in zip(refs, fetched, strict=True)
            ]
            if None in confirmed:
                self._keep_elsewhere(fetched, confirmed)
            walked.items += query.matches(confirmed[: len(batch)], needs_sort=walk.needs_sort)
            checked += len(batch)
            if len(walked.items) == query.reach - 1:
                # Only whether anything follows is open: any match behind the batch tells.
                walked.items += query.matches(confirmed[len(batch) :], needs_sort=walk.needs_sort)[:1]
            if len(walked.items) >= query.reach:
                return
            if checked > self.most and query.filter is not None and not self._is_worth_it(checked):
                raise WalkAbandoned
            walk.size = min(_MAX_RECORDS if walk.holds_records else _MAX_BATCH, max(walk.size, 2 * checked))
            if walked.items and not walk.needs_sort:
                # As many as will do, by what has matched so far, and a little more.
                missing = query.reach - len(walked.items)
                walk.size = min(walk.size, 5 * missing * checked // (4 * len(walked.items)) + _SPARE)
            batch = rest or next(batches, None)
        walked.is_whole = True

    def _tell(self, refs: Sequence[RecordRef]) -> None:
        """Make records of rows that tell all that is wanted of them; what they say the register has to confirm."""
        walk, told = self.walk, self.query.row_values
        if self.all_match and told is not None and self.query.by_copies:
            for ref in refs:
                if ref.item is None:
                    created = walk.created_at(ref.id)
                    ref.item = told.record(
                        ref.id, leaf=ref.leaf, encoded=ref.encoded, points=ref.points, created=created
                    )
                    walk.is_doubtful |= ref.item is not None

        self.from_rows += sum(ref.item is not None for ref in refs)

    @property
    def _is_disturbed(self) -> bool:
        """Whether a batch may have written to the object since the request began."""
        register = self.walked.register
        return register is None or not register.is_quiet_since(self.ctx.register, self.query.obj.key)

    def _is_worth_it(self, checked: int) -> bool:
        """Whether the page will be full soon enough if the records to come match as often as those before."""
        return self.far is not None and checked * self.query.reach <= len(self.walked.items) * self.far()

    def _fetched(self, refs: Sequence[RecordRef], *, with_changes: bool) -> list[Record | None]:
        """The records of a batch: those that the walk has not read, and those that have changed since."""
        missing = [ref for ref in refs if ref.item is None]
        found = dict(zip((ref.id for ref in missing), self._fetch(missing, with_changes=with_changes), strict=True))
        read: dict[str, Record | None] = {ref.id: ref.item for ref in refs if ref.item is not None}
        changed = sorted(read.keys() & self.walked.changed)
        if changed:
            read.update(zip(changed, get_live(self.ctx, self.query.obj, changed), strict=True))
        self.walked.seen.update(read)
        return [found[ref.id] if ref.item is None else read[ref.id] for ref in refs]

    def _fetch(self, refs: Sequence[RecordRef], *, with_changes: bool) -> list[Record | None]:
        """The records behind the rows of a batch, None for those that are gone."""
        query, walked = self.query, self.walked
        watch = query.moved.watch if with_changes else None
        kind = DATED if self._moves_only_by_creation else None
        fetched = fetch(self.ctx, query.obj, [ref.id for ref in refs], watch, kind=kind)
        walked.register, walked.changed = fetched.register, walked.changed | fetched.changed
        walked.seen.update((ref.id, record) for ref, record in zip(refs, fetched.records, strict=True))
        return fetched.records

    @property
    def _moves_only_by_creation(self) -> bool:
        """Whether nothing but a change of ``createdAt`` moves a record within the walk and among the rows that are
        counted.
        """
        total, walk = self.total, self.walk
        if not isinstance(total, TotalOfPath):
            return walk.is_by_creation
        return total.is_by_creation and (walk.is_by_creation or not walk.can_move)

    def _keep_elsewhere(self, fetched: Sequence[Record | None], confirmed: Sequence[Record | None]) -> None:
        """Note the records whose rows they do not confirm: those that match all the same belong to another place of the
        list.
        """
        unconfirmed = [item for item, known in zip(fetched, confirmed, strict=True) if known is None]
        elsewhere = self.query.matches(unconfirmed, needs_sort=False)
        self.walked.elsewhere += elsewhere
        self.walked.is_stale |= len(elsewhere) < len(unconfirmed)

    def _with_moved(self) -> tuple[list[Record], bool]:
        """The collected records and those that have moved past the walk, in order and each once; and whether to walk
        again: they are too few for the page because some of them have moved ahead of it, or too many have changed.
        """
        query, walked = self.query, self.walked
        newest: dict[str, Record] = {}
        for item in (*walked.items, *walked.elsewhere):
            known = newest.get(item.id)
            if known is None or known.version < item.version:
                newest[item.id] = item
        changed = sorted(walked.changed - newest.keys()) if query.need else []
        if len(changed) > self.ctx.settings.tuning.late_records:
            return walked.items, True
        late = list(read_late(self.ctx, query.obj, changed).values())
        moved = query.matches(late, needs_sort=True)
        if not moved and not walked.elsewhere and len(newest) == len(walked.items):
            return walked.items, False
        items = sorted([*newest.values(), *moved], key=query.position, reverse=query.backward)
        if query.is_beyond is not None:
            items = [item for item in items if query.is_beyond(item, query.joined)]
        if walked.is_whole or not walked.items:
            return items, not walked.is_whole
        end = query.position(walked.items[-1])
        backward = query.backward
        beyond = sum(query.position(item) < end if backward else end < query.position(item) for item in items)
        reached = len(items) - beyond
        return items, reached < query.reach - 1
