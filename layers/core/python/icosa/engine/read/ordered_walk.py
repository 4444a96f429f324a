"""Walking an object's records in a requested order, from a cursor on, in whatever rows give that order for free.

A walk yields batches of ``Row``; records are fetched by the caller, many at once. Three walks exist: the record
partition itself (order by id), one index or edge range whose rows are in id order, and the index of the first ordered
leaf.

The index walk has three subtleties. Nulls stand before all values in an index, so null placement means walking two
segments. Rows of equal value are in id order, while a descending walk meets them backward: where the wanted id order is
not the index's (``createdAt`` descending, ``id`` ascending), each run of equal values is turned round. And where more
than the first leaf decides (further criteria, or text cut in the key), batches end only between runs, so that sorting
each batch by the full order gives the right total order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ...model.model import Model, Object
from ...model.record import Record
from ...model.stored_form import StoredForm
from ...model.types.base import Leaf
from ...query.operation import Cursor, Order
from ...store import keys
from ...store.derive import is_confirmed
from ...store.keys import END, NULL, TOP, VALUE
from ...store.lookup import IndexEntry, edge_range, index_page
from ...store.record import unpack_visible
from ...store.table import QueryPage, Table
from .access_paths import RowRange

#: A run of equal first values longer than this is not sorted record by record.
MAX_RUN = 2_000
#: Rows read beyond the wanted number, so that a run of equal values at the end is usually complete.
_SLACK = 8


class RunTooLong(Exception):
    """Too many records share the first ordered value: another way of sorting is cheaper."""


@dataclass(slots=True)
class Row:
    """A record that may be next: its id, and either the record itself or the index entry that it must confirm."""

    id: str
    item: Record | None = None
    leaf: Leaf | None = None
    encoded: str | None = None

    def confirms(self, item: Record | None) -> bool:
        """Whether the record still stands behind this row."""
        return item is not None and (self.leaf is None or is_confirmed(item, self.leaf, self.encoded))


@dataclass(slots=True)
class Walk(ABC):
    """``size`` is how many rows the next batch should hold; the caller may raise it between batches."""

    table: Table
    size: int = 64
    #: Batches are only ordered by the first criterion: sort each by the full order, and drop what the cursor excludes.
    refine: bool = False
    #: Rows that follow the current batch, though not in their final order: enough to know whether more follows.
    peeked: list[Row] = field(default_factory=list)

    @abstractmethod
    def batches(self) -> Iterator[list[Row]]:
        """The rows, batch by batch."""


@dataclass(slots=True)
class RecordWalk(Walk):
    """The record partition, in id order."""

    pk: str = ""
    form: StoredForm | None = None
    after: str | None = None
    forward: bool = True

    def batches(self) -> Iterator[list[Row]]:
        after = self.after
        while True:
            page = self.table.query(self.pk, after=after, forward=self.forward, limit=self.size)
            records = unpack_visible(page.items, self.form)
            yield [Row(record.id, record) for record in records if record is not None]
            if page.last is None:
                return
            after = page.last


@dataclass(slots=True)
class IdRangeWalk(Walk):
    """Rows of one range, all of the same value, in id order."""

    range: RowRange = field(default_factory=lambda: RowRange(pk="", low="", high=""))
    after: str | None = None
    forward: bool = True

    def batches(self) -> Iterator[list[Row]]:
        low, high = self.range.low, self.range.high
        if self.after is not None:
            # The cursor's row itself is excluded; END is the smallest step up, and ids are longer than any prefix of
            # theirs.
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
    limit: int,
) -> QueryPage[Row]:
    """One page of a range, or of a part of it."""
    low, high = low or part.low, high or part.high
    if part.leaf is None:
        edges = edge_range(table, part.pk, part.prefix, low=low, high=high, after=after, forward=forward, limit=limit)
        return QueryPage([Row(record_id) for record_id in edges.items], edges.last, edges.scanned)
    entries = index_page(
        table, part.pk, low=low, high=high, after=after, forward=forward, limit=limit, exact=part.exact
    )
    return QueryPage(_rows(entries.items, part.leaf), entries.last, entries.scanned)


def _rows(entries: Sequence[IndexEntry], leaf: Leaf | None) -> list[Row]:
    return [Row(record_id, None, leaf, encoded) for encoded, record_id, _ in entries]


@dataclass(frozen=True, slots=True)
class _Segment:
    """Consecutive index rows to walk: bounds (inclusive sort keys) and direction of values and of ids
    within a value.
    """

    low: str
    high: str
    forward: bool
    ids_forward: bool

    @property
    def natural(self) -> bool:
        return self.forward == self.ids_forward


@dataclass(slots=True)
class IndexWalk(Walk):
    """The index of one leaf, in the order of values, nulls placed as wanted, equal values by id."""

    pk: str = ""
    leaf: Leaf | None = None
    segments: Sequence[_Segment] = ()
    #: The order has further criteria.
    several: bool = False

    def batches(self) -> Iterator[list[Row]]:
        rows = (batch for segment in self.segments for batch in self._segment(segment))
        return self._whole_runs(rows) if self.refine else rows

    def _segment(self, segment: _Segment) -> Iterator[list[Row]]:
        if segment.natural:
            yield from self._natural(segment.low, segment.high, segment.forward)
        else:
            yield from self._turned(segment)

    def _natural(self, low: str, high: str, forward: bool) -> Iterator[list[Row]]:
        after = None
        while True:
            limit = self.size + (_SLACK if self.refine else 0)
            page = index_page(self.table, self.pk, low=low, high=high, after=after, forward=forward, limit=limit)
            yield _rows(page.items, self.leaf)
            if page.last is None:
                return
            after = page.last

    def _turned(self, segment: _Segment) -> Iterator[list[Row]]:
        low, high, forward = segment.low, segment.high, segment.forward
        while True:
            page = index_page(self.table, self.pk, low=low, high=high, forward=forward, limit=self.size + _SLACK)
            runs = [
                (encoded, list(rows))
                for encoded, rows in groupby(_rows(page.items, self.leaf), key=lambda row: row.encoded)
            ]
            if page.last is None:
                yield [row for _, rows in runs for row in reversed(rows)]
                return
            # The last run may go on: read it by itself, in the order of ids, however long it is.
            *whole, (encoded, begun) = runs
            self.peeked = begun[:_SLACK]
            yield [row for _, rows in whole for row in reversed(rows)]
            self.peeked = []
            start, end = _run_bounds(encoded)
            yield from self._natural(start, end, segment.ids_forward)
            if forward:
                low = end
            else:
                high = start
            if low > high:
                return

    def _whole_runs(self, batches: Iterator[list[Row]]) -> Iterator[list[Row]]:
        """Cut batches between runs whose order is not yet decided."""
        assert self.leaf is not None
        is_cut = self.leaf.kind.is_cut
        held: list[Row] = []
        for batch in batches:
            held += batch
            if not self.several and held and not (held[-1].encoded is not None and is_cut(held[-1].encoded)):
                yield held
                held = []
                continue
            self.peeked = []
            cut = next((i for i in range(len(held) - 1, 0, -1) if held[i].encoded != held[i - 1].encoded), 0)
            if cut:
                yield held[:cut]
                held = held[cut:]
            elif len(held) > MAX_RUN:
                raise RunTooLong
        if len(held) > MAX_RUN:
            raise RunTooLong
        yield held


def _run_bounds(encoded: str | None) -> tuple[str, str]:
    """Sort keys just before and just after all rows of one value."""
    start = (NULL if encoded is None else VALUE + encoded) + END
    return start, start + TOP


def record_walk(table: Table, model: Model, obj: Object, *, cursor: Cursor | None, backward: bool) -> RecordWalk:
    """All live records by id."""
    pk = keys.records(model.workspace_id, obj.key)
    return RecordWalk(table, pk=pk, form=obj.stored_form, after=cursor.id if cursor else None, forward=not backward)


def id_range_walk(table: Table, part: RowRange, *, cursor: Cursor | None, backward: bool) -> IdRangeWalk:
    """The records behind a range that is sorted by id."""
    return IdRangeWalk(table, range=part, after=cursor.id if cursor else None, forward=not backward)


def index_walk(
    table: Table,
    model: Model,
    obj: Object,
    order: Order,
    *,
    cursor: Cursor | None,
    backward: bool,
    within: Sequence[RowRange] = (),
) -> IndexWalk:
    """Records by ``order``, whose first criterion must be an indexed leaf of the object itself.

    ``within`` restricts the walk to parts of that leaf's index (a filter on the same leaf).
    """
    term = order[0]
    leaf = term.leaf
    descending, nulls_first, ids_forward = term.descending != backward, term.nulls_first != backward, not backward
    start_value: Any = cursor.values[0] if cursor else None
    encoded = None if start_value is None else leaf.kind.encode(start_value)
    several = len(order) > 1
    whole_run = several or (encoded is not None and leaf.kind.is_cut(encoded))
    parts = [(part.low, part.high) for part in within] or [(NULL, NULL + TOP), (VALUE, VALUE + TOP)]
    nulls = [part for part in parts if part[0].startswith(NULL)]
    values = sorted((part for part in parts if part[0].startswith(VALUE)), reverse=descending)
    null_segments = [_Segment(low, high, ids_forward, ids_forward) for low, high in nulls]
    value_segments = [_Segment(low, high, not descending, ids_forward) for low, high in values]
    if cursor is not None:
        if start_value is None:
            null_segments = _beyond(null_segments, None, cursor.id, several)
            value_segments = [] if not nulls_first else value_segments
        else:
            value_segments = _beyond(value_segments, encoded, cursor.id, whole_run)
            null_segments = [] if nulls_first else null_segments
    segments = _joined([*null_segments, *value_segments] if nulls_first else [*value_segments, *null_segments])
    pk = keys.index(model.workspace_id, obj.key, leaf.key)
    return IndexWalk(
        table, pk=pk, leaf=leaf, segments=segments, several=several, refine=several or leaf.kind.has_detail
    )


def _joined(segments: Sequence[_Segment]) -> list[_Segment]:
    """Nulls stand right before values, so where both are walked in the order of the index, one range holds them."""
    joined: list[_Segment] = []
    for segment in segments:
        if joined and segment.natural and joined[-1].natural and segment.forward == joined[-1].forward:
            lower, upper = (joined[-1], segment) if segment.forward else (segment, joined[-1])
            if lower.high == NULL + TOP and upper.low == VALUE:
                joined[-1] = _Segment(lower.low, upper.high, segment.forward, segment.ids_forward)
                continue
        joined.append(segment)
    return joined


def _beyond(segments: Sequence[_Segment], encoded: str | None, record_id: str, whole_run: bool) -> list[_Segment]:
    """What of the segments comes after a cursor. With ``whole_run`` the cursor's run is kept: its order is decided
    later.
    """
    start, end = _run_bounds(encoded)
    beyond: list[_Segment] = []
    for segment in segments:
        low, high = segment.low, segment.high
        if segment.natural and not whole_run:
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
