"""Ordered walks: reads an object's records in a requested order, from a cursor on, through rows that have this order.

The planner makes a walk, pulls batches of ``RecordRef`` from it and fetches their records, many at once. There are
three walks: the record partition itself (order by id), one index or edge range whose rows are in id order, and the
index of the leaf of the first order term.

The index walk has three difficulties:

* Nulls stand before all values in an index, so they are a segment of their own, walked before or after the values.
* Rows of equal value (a run) are in id order, and a descending walk meets them backward. Where the wanted id order is
  the other one (``createdAt`` descending, ``id`` ascending), each run is reversed.
* Where more than the first leaf's key decides (further order terms, or text that is cut in the key), batches end only
  between runs: sorting each batch by the full order then gives the right total order.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, ClassVar

from ...model.model import Object
from ...model.record import Record
from ...model.stored_form import StoredForm
from ...model.types.base import Leaf
from ...query.operation import Cursor, Order
from ...store import keys
from ...store.copies import WINDOW_MS
from ...store.derive import CREATED_AT, is_confirmed
from ...store.keys import END, NULL, TOP, VALUE
from ...store.live_rows import LiveRows
from ...store.lookup import Copies, IndexEntry, copied_page, copy_in, edge_range, index_page
from ...store.record import unpack_visible
from ...store.table import Item, QueryPage, Table
from ..context import Context
from .access_paths import AccessPath, RowRange

#: Rows of one page of a walk that looks for some records only: 1 MB.
_MAX_PAGE = 9_000
#: And at least, 5 read units: a round trip is worth more.
_MIN_PAGE = 200
#: Hexadecimal digits of an id that tell how far through all ids it is.
_DIGITS = 8


class RunTooLong(Exception):
    """Too many records share the first ordered value (``Tuning.walk_run_rows``), or too few of the rows lead to records
    that are looked for: another plan is cheaper.
    """


@dataclass(slots=True)
class RecordRef:
    """A record that may be next: its id, and the record itself (``item``), or the row that it must confirm. That is an
    index entry, with the leaf and its encoded value (None for null), or an edge: the key of the field, and the id that
    it holds.
    """

    id: str
    item: Record | None = None
    leaf: Leaf | None = None
    encoded: str | None = None
    points: tuple[str, str] | None = None

    def confirms(self, item: Record | None) -> bool:
        """Whether the record still has the value of this row. If not, it has changed since the row was read, or an
        unfinished batch has left the row.
        """
        if item is None:
            return False
        if self.points is not None:
            field, target = self.points
            return item.get(field) == target
        return self.leaf is None or is_confirmed(item, self.leaf, self.encoded)


@dataclass(slots=True)
class Walk(ABC):
    """Rows in a requested order. ``size`` is how many the next batch should hold; the caller may raise it, and exchange
    ``table``, between batches. ``pages`` counts the pages of rows that have been read.
    """

    #: Whether records can move within the walk: rows sorted by id stay where they are as long as they match.
    can_move: ClassVar[bool] = False

    table: Table
    pages: int = 0
    size: int = 64
    #: Batches are only ordered by the first term: sort each by the full order, and drop what the cursor excludes.
    needs_sort: bool = False
    #: Rows that follow the current batch, though not in their final order: enough to know whether anything follows.
    lookahead: list[RecordRef] = field(default_factory=list)
    #: Records have been read of which only the register, read after them, says whether they are to be believed
    #: (``store.copies``).
    is_doubtful: bool = False

    @property
    def holds_records(self) -> bool:
        """Whether its rows hold their records, or most of them: some six for a read unit."""
        return False

    @property
    def is_by_creation(self) -> bool:
        """Whether only a change of ``createdAt`` moves a record within the walk."""
        return False

    def covers(self, path: AccessPath) -> bool:
        """Whether the rows of a path are rows of the walk."""
        return False

    def is_steady(self) -> bool:
        """Whether nothing has happened meanwhile for which rows may have been passed over. Asked at the end."""
        return True

    @abstractmethod
    def batches(self) -> Iterator[list[RecordRef]]:
        """The rows, batch by batch; a batch may be empty."""

    @abstractmethod
    def describe(self) -> str:
        """The walk as ``X-Icosa-Explain`` names it."""

    def created_at(self, record_id: str) -> int | None:
        """When a record was created, in milliseconds since the epoch, as its rows carry it."""
        return None

    def confirms(self, ref: RecordRef, item: Record | None) -> bool:
        """Whether a record is what the row says that leads to it."""
        return ref.confirms(item)


@dataclass(slots=True)
class RecordWalk(Walk):
    """The live records, in id order."""

    rows: LiveRows = field(kw_only=True)
    form: StoredForm | None = None

    @property
    def holds_records(self) -> bool:
        return True

    def describe(self) -> str:
        return "records by id"

    def batches(self) -> Iterator[list[RecordRef]]:
        while not self.rows.is_over:
            rows = self.rows.read(self.table, self.size)
            self.pages += 1
            records = unpack_visible(rows, self.form)
            yield [RecordRef(record.id, record) for record in records if record is not None]


@dataclass(slots=True)
class IdRangeWalk(Walk):
    """Rows of one range, all of the same value, in id order."""

    range: RowRange = field(default_factory=lambda: RowRange(pk="", low="", high=""))
    after: str | None = None
    forward: bool = True

    def describe(self) -> str:
        return "edges by id" if self.range.leaf is None else f"index {self.range.leaf.dotted} by id"

    def batches(self) -> Iterator[list[RecordRef]]:
        low, high = self.range.low, self.range.high
        if self.after is not None:
            # The cursor's row itself is excluded: END is the smallest character, and no id is the beginning of another.
            base = self.range.prefix or self.range.low
            if self.forward:
                low = max(low, base + self.after + END)
            else:
                high = min(high, base + _before(self.after))
        after = None
        while True:
            page = query_range(
                self.table, self.range, low=low, high=high, after=after, forward=self.forward, limit=self.size
            )
            self.pages += 1
            yield page.items
            if page.last is None:
                return
            after = page.last


def query_range(
    table: Table,
    part: RowRange,
    *,
    low: str | None = None,
    high: str | None = None,
    after: str | None = None,
    forward: bool = True,
    limit: int | None = None,
) -> QueryPage[RecordRef]:
    """Up to ``limit`` rows of a range, or of its part between ``low`` and ``high``, after a sort key."""
    low, high = low or part.low, high or part.high
    if part.leaf is None:
        edges = edge_range(table, part.pk, part.prefix, low=low, high=high, after=after, forward=forward, limit=limit)
        refs = [RecordRef(record_id, points=part.points) for record_id in edges.items]
        return QueryPage(refs, edges.last, edges.scanned)
    entries = index_page(
        table, part.pk, low=low, high=high, after=after, forward=forward, limit=limit, exact=part.exact
    )
    return QueryPage(_refs(entries.items, part.leaf), entries.last, entries.scanned)


def _refs(entries: Sequence[IndexEntry], leaf: Leaf | None) -> list[RecordRef]:
    return [RecordRef(record_id, None, leaf, encoded) for encoded, record_id, _ in entries]


@dataclass(frozen=True, slots=True)
class _Segment:
    """Consecutive index rows to walk: bounds (inclusive sort keys), direction of the values, and of the ids within a
    value.
    """

    low: str
    high: str
    forward: bool
    ids_forward: bool

    @property
    def in_index_order(self) -> bool:
        return self.forward == self.ids_forward


@dataclass(slots=True)
class IndexWalk(Walk):
    """The index of one leaf, in the order of its values, nulls first or last as wanted, equal values by id."""

    can_move: ClassVar[bool] = True

    pk: str = ""
    leaf: Leaf | None = None
    segments: Sequence[_Segment] = ()
    #: The order has further terms.
    has_more_terms: bool = False
    #: ``Tuning.walk_run_rows`` and ``Tuning.walk_read_ahead``.
    max_run: int = 0
    read_ahead: int = 0
    #: The only records that are looked for: one row of about ``spread`` leads to one of them. When all have been met,
    #: the walk ends; when ``max_rows`` rows have not led to enough of them, it is given up.
    members: Set[str] | None = None
    spread: float = 1.0
    max_rows: int = 0
    #: How to read the copies that rows hold; None where they hold none, or it is not certain what they are worth.
    copies: Copies | None = None
    _copied: Mapping[str, Item] = field(default_factory=dict)
    _scanned: int = 0
    _met: set[str] = field(default_factory=set)
    #: Rows of the next batch that there are already.
    _gathered: int = 0

    @property
    def holds_records(self) -> bool:
        return self.copies is not None

    @property
    def is_by_creation(self) -> bool:
        return self.leaf is not None and self.leaf.path == CREATED_AT and self.members is None

    def covers(self, path: AccessPath) -> bool:
        return all(part.leaf is self.leaf for part in path.ranges)

    def describe(self) -> str:
        assert self.leaf is not None
        looking = "" if self.members is None else f" for {len(self.members)} records"
        return f"index {self.leaf.dotted}{looking}"

    def batches(self) -> Iterator[list[RecordRef]]:
        rows: Iterator[list[RecordRef]] = (batch for segment in self.segments for batch in self._segment_rows(segment))
        if self.members is not None:
            rows = self._full_batches(rows)
        return self._whole_runs(rows) if self.needs_sort else rows

    def _full_batches(self, batches: Iterator[list[RecordRef]]) -> Iterator[list[RecordRef]]:
        """The batches joined, so that each has as many rows as are wanted: what lies between leads nowhere."""
        pending: list[RecordRef] = []
        for batch in batches:
            pending += batch
            self._gathered = len(pending)
            if len(pending) >= self.size:
                self._gathered = 0
                yield pending
                pending = []
        yield pending

    def _segment_rows(self, segment: _Segment) -> Iterator[list[RecordRef]]:
        if segment.in_index_order:
            yield from self._rows_in_index_order(segment.low, segment.high, segment.forward)
        else:
            yield from self._rows_with_runs_reversed(segment)

    def _page(
        self, low: str, high: str, forward: bool, *, after: str | None = None, more: int = 0
    ) -> QueryPage[IndexEntry]:
        if self.members is not None and self._scanned >= self.max_rows:
            raise RunTooLong
        limit = self.size + more
        if self.members is not None:
            limit = min(max(math.ceil((limit - self._gathered) * self.spread), _MIN_PAGE), _MAX_PAGE)
        page = self._read(low, high, after, forward, limit)
        self.pages += 1
        self._scanned += page.scanned
        return page

    def _read(self, low: str, high: str, after: str | None, forward: bool, limit: int) -> QueryPage[IndexEntry]:
        if self.copies is None:
            return index_page(self.table, self.pk, low=low, high=high, after=after, forward=forward, limit=limit)
        found = copied_page(
            self.table, self.pk, self.copies, low=low, high=high, after=after, forward=forward, limit=limit
        )
        self._copied = found.rows
        self.is_doubtful |= found.has_young
        return found.page

    def _refs(self, entries: Sequence[IndexEntry]) -> list[RecordRef]:
        if self.copies is None:
            return _refs(entries, self.leaf)
        refs: list[RecordRef] = []
        for encoded, record_id, _ in entries:
            row = self._copied.get(record_id)
            item = None if row is None else copy_in(row, record_id, self.copies)
            refs.append(RecordRef(record_id, item, self.leaf, encoded))
        return refs

    def _wanted(self, entries: Sequence[IndexEntry]) -> list[RecordRef]:
        members = self.members
        if members is not None:
            entries = [entry for entry in entries if entry[1] in members]
            self._met.update(entry[1] for entry in entries)
        return self._refs(entries)

    @property
    def _has_met_all(self) -> bool:
        return self.members is not None and len(self._met) >= len(self.members)

    def _rows_in_index_order(self, low: str, high: str, forward: bool) -> Iterator[list[RecordRef]]:
        after = None
        while not self._has_met_all:
            page = self._page(low, high, forward, after=after, more=self.read_ahead if self.needs_sort else 0)
            yield self._wanted(page.items)
            if page.last is None:
                return
            after = page.last

    def _rows_with_runs_reversed(self, segment: _Segment) -> Iterator[list[RecordRef]]:
        low, high, forward = segment.low, segment.high, segment.forward
        while not self._has_met_all:
            page = self._page(low, high, forward, more=self.read_ahead)
            runs = [(encoded, list(rows)) for encoded, rows in groupby(page.items, key=lambda entry: entry[0])]
            if page.last is None:
                yield self._wanted([row for _, rows in runs for row in reversed(rows)])
                return
            # The last run may go on: read it by itself, in the order of ids, however long it is.
            *whole, (encoded, begun) = runs
            if self.members is None:
                self.lookahead = self._refs(begun[: self.read_ahead])
            yield self._wanted([row for _, rows in whole for row in reversed(rows)])
            self.lookahead = []
            start, end = _run_bounds(encoded)
            yield from self._rows_in_index_order(start, end, segment.ids_forward)
            if forward:
                low = end
            else:
                high = start
            if low > high:
                return

    def _whole_runs(self, batches: Iterator[list[RecordRef]]) -> Iterator[list[RecordRef]]:
        """The batches cut anew, so that each ends with a whole run where the order within runs is still open."""
        assert self.leaf is not None
        is_cut = self.leaf.kind.is_cut
        pending: list[RecordRef] = []
        for batch in batches:
            pending += batch
            if (
                not self.has_more_terms
                and pending
                and not (pending[-1].encoded is not None and is_cut(pending[-1].encoded))
            ):
                yield pending
                pending = []
                continue
            self.lookahead = []
            cut = next((i for i in range(len(pending) - 1, 0, -1) if pending[i].encoded != pending[i - 1].encoded), 0)
            if cut:
                yield pending[:cut]
                pending = pending[cut:]
            elif len(pending) > self.max_run:
                raise RunTooLong
            else:
                self.size = min(_rest_of_run(pending), _MAX_PAGE)
        if len(pending) > self.max_run:
            raise RunTooLong
        yield pending


def _rest_of_run(refs: Sequence[RecordRef]) -> int:
    """How many rows of a run are about to follow some of it: they are in the order of ids, and ids are random."""
    first, last = (share_of_ids(ref.id) for ref in (refs[0], refs[-1])) if refs else (None, None)
    if first is None or last is None or first == last:
        return 4 * len(refs) + 1
    seen, rest = abs(last - first), max(1 - last, 0) if last > first else last
    return min(max(round(1.05 * len(refs) * rest / seen), len(refs) // 4) + 8, 4 * len(refs) + 8)


def share_of_ids(record_id: str) -> float | None:
    """How far an id is through all ids, from 0 to 1; None for one that is no UUID."""
    try:
        return int(record_id[:_DIGITS], 16) / float(16**_DIGITS)
    except ValueError:
        return None


def _run_bounds(encoded: str | None) -> tuple[str, str]:
    """Sort keys just before and just after all rows of one value."""
    start = (NULL if encoded is None else VALUE + encoded) + END
    return start, start + TOP


def record_walk(ctx: Context, obj: Object, *, cursor: Cursor | None, backward: bool) -> RecordWalk:
    """A walk of all live records by id."""
    rows = LiveRows(ctx.model.workspace_id, obj, after=cursor.id if cursor else None, forward=not backward)
    return RecordWalk(ctx.table, rows=rows, form=obj.stored_form)


def id_range_walk(ctx: Context, part: RowRange, *, cursor: Cursor | None, backward: bool) -> IdRangeWalk:
    """A walk of the records behind a range that is sorted by id."""
    return IdRangeWalk(ctx.table, range=part, after=cursor.id if cursor else None, forward=not backward)


def index_walk(
    ctx: Context,
    obj: Object,
    order: Order,
    *,
    cursor: Cursor | None,
    backward: bool,
    within: Sequence[RowRange] = (),
    members: Set[str] | None = None,
    by_copies: bool = False,
) -> IndexWalk:
    """A walk of the records by ``order``, whose first term must be an indexed leaf of the object itself.

    ``within`` restricts it to parts of that leaf's index (a filter on the same leaf), ``members`` to some records.
    ``by_copies``: where its rows hold their records, these are taken.
    """
    term = order[0]
    leaf = term.leaf
    descending, nulls_first, ids_forward = term.descending != backward, term.nulls_first != backward, not backward
    start_value: Any = cursor.values[0] if cursor else None
    encoded = None if start_value is None else leaf.kind.encode(start_value)
    has_more_terms = len(order) > 1
    whole_run = has_more_terms or (encoded is not None and leaf.kind.is_cut(encoded))
    parts = [(part.low, part.high) for part in within] or [(NULL, NULL + TOP), (VALUE, VALUE + TOP)]
    nulls = [part for part in parts if part[0].startswith(NULL)]
    values = sorted((part for part in parts if part[0].startswith(VALUE)), reverse=descending)
    null_segments = [_Segment(low, high, ids_forward, ids_forward) for low, high in nulls]
    value_segments = [_Segment(low, high, not descending, ids_forward) for low, high in values]
    if cursor is not None:
        if start_value is None:
            null_segments = _after_cursor(null_segments, None, cursor.id, has_more_terms)
            value_segments = [] if not nulls_first else value_segments
        else:
            value_segments = _after_cursor(value_segments, encoded, cursor.id, whole_run)
            null_segments = [] if nulls_first else null_segments
    segments = _join_adjacent([*null_segments, *value_segments] if nulls_first else [*value_segments, *null_segments])
    pk = keys.index(ctx.model.workspace_id, obj.key, leaf.key)
    tuning = ctx.settings.tuning
    return IndexWalk(
        ctx.table,
        pk=pk,
        leaf=leaf,
        segments=segments,
        has_more_terms=has_more_terms,
        needs_sort=has_more_terms or leaf.kind.has_detail,
        max_run=tuning.walk_run_rows,
        read_ahead=tuning.walk_read_ahead,
        members=members,
        copies=_copies(ctx, obj) if by_copies and leaf.tells_records else None,
    )


def _copies(ctx: Context, obj: Object) -> Copies:
    return Copies(ctx.model.workspace_id, obj, int(time.time() * 1000) - WINDOW_MS)


def _join_adjacent(segments: Sequence[_Segment]) -> list[_Segment]:
    """Make one segment of neighbours that are walked in index order: nulls stand right before values."""
    joined: list[_Segment] = []
    for segment in segments:
        if joined and segment.in_index_order and joined[-1].in_index_order and segment.forward == joined[-1].forward:
            lower, upper = (joined[-1], segment) if segment.forward else (segment, joined[-1])
            if lower.high == NULL + TOP and upper.low == VALUE:
                joined[-1] = _Segment(lower.low, upper.high, segment.forward, segment.ids_forward)
                continue
        joined.append(segment)
    return joined


def _after_cursor(segments: Sequence[_Segment], encoded: str | None, record_id: str, whole_run: bool) -> list[_Segment]:
    """The parts of the segments that come after a cursor, whose value is ``encoded``. With ``whole_run`` the cursor's
    run is kept whole: which of it comes after the cursor is decided when it is sorted.
    """
    start, end = _run_bounds(encoded)
    beyond: list[_Segment] = []
    for segment in segments:
        low, high = segment.low, segment.high
        if segment.in_index_order and not whole_run:
            at = start + record_id
            low, high = (max(low, at + END), high) if segment.forward else (low, min(high, start + _before(record_id)))
            pieces = [_Segment(low, high, segment.forward, segment.ids_forward)]
        elif whole_run:
            low, high = (max(low, start), high) if segment.forward else (low, min(high, end))
            pieces = [_Segment(low, high, segment.forward, segment.ids_forward)]
        else:
            run_low, run_high = (
                (start + record_id + END, end) if segment.ids_forward else (start, start + _before(record_id))
            )
            run = _Segment(max(low, run_low), min(high, run_high), segment.ids_forward, segment.ids_forward)
            rest = (max(low, end), high) if segment.forward else (low, min(high, start))
            pieces = [run, _Segment(*rest, segment.forward, segment.ids_forward)]
        beyond += [piece for piece in pieces if piece.low <= piece.high]
    return beyond


def _before(record_id: str) -> str:
    """A key just below a record id: nothing that sorts below the id sorts above it."""
    return record_id[:-1] + chr(ord(record_id[-1]) - 1) + TOP
