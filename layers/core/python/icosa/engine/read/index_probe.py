"""Probes: reading a limited number of the index rows that conditions name, to see which conditions select few records.

``candidates`` probes all conditions of a filter side by side and intersects the ids; the planner counts the rows of an
exact path here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...model.record import Record
from ...query.evaluate import Test
from ...store.lookup import count_entries
from ...store.table import Count, Table
from ..context import Context
from .access_paths import AccessPath, RowRange
from .joins import JoinedRecords
from .ordered_walk import RecordRef, query_range


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The rows of a path by the ids of their records, in no order; ``complete`` unless there were more than the limit.
    ``pages`` is how many were read. Ids that the path names have no rows.
    """

    path: AccessPath
    rows: Mapping[str, Sequence[RecordRef]]
    complete: bool
    pages: int

    def is_dropped(self, record_id: str, record: Record | None, is_match: Test, joined: JoinedRecords) -> bool:
        """Whether a record of these rows is no longer what they say. ``is_match`` tests the path's condition."""
        rows = self.rows[record_id]
        if record is None:
            return bool(rows)
        if self.path.exact or self.path.holds:
            return not is_match(record, joined)
        return bool(rows) and not any(row.confirms(record) for row in rows)


def probe_paths(ctx: Context, paths: Sequence[AccessPath], limit: int) -> list[ProbeResult]:
    """Read up to ``limit`` rows of every range of every path, all side by side."""
    ranges = [(i, part) for i, path in enumerate(paths) for part in path.ranges]
    pages = ctx.table.parallel([_prober(part, limit) for _, part in ranges]) if ranges else []
    results: list[ProbeResult] = []
    for i, path in enumerate(paths):
        own = [page for (owner, _), page in zip(ranges, pages, strict=True) if owner == i]
        rows: dict[str, list[RecordRef]] = {record_id: [] for record_id in path.ids or ()}
        for read in own:
            for row in read.rows:
                rows.setdefault(row.id, []).append(row)
        complete = all(read.complete for read in own) and len(rows) <= limit
        results.append(ProbeResult(path, rows, complete, sum(read.pages for read in own)))
        if complete:
            ctx.table.meter.note(f"{path.describe()}: {len(rows)} records")
    return results


@dataclass(frozen=True, slots=True)
class _RangeRows:
    """Rows of a range, whether these are all, and how many pages they took."""

    rows: list[RecordRef]
    complete: bool
    pages: int


def _prober(part: RowRange, limit: int) -> Callable[[Table], _RangeRows]:
    def read(table: Table) -> _RangeRows:
        page = query_range(table, part, limit=limit)
        rows, pages = page.items, 1
        while page.last is not None and page.scanned < limit and len(rows) < limit:
            page = query_range(table, part, after=page.last, limit=limit)  # a page ends at 1 MB
            rows, pages = rows + page.items, pages + 1
        return _RangeRows(rows, page.last is None, pages)

    return read


def all_ids(table: Table, path: AccessPath) -> set[str]:
    """The records of all rows of a path. Costs what counting them costs."""
    return {record_id for ids in table.parallel([_id_reader(part) for part in path.ranges]) for record_id in ids}


def _id_reader(part: RowRange) -> Callable[[Table], list[str]]:
    def read(table: Table) -> list[str]:
        page = query_range(table, part)
        ids = [row.id for row in page.items]
        while page.last is not None:
            page = query_range(table, part, after=page.last)
            ids += [row.id for row in page.items]
        return ids

    return read


def count_rows(table: Table, path: AccessPath) -> Count:
    """How many rows an exact path has, and on how many pages."""
    counts = table.parallel([_counter(part) for part in path.ranges])
    return Count(sum(count.rows for count in counts), sum(count.pages for count in counts))


def _counter(part: RowRange) -> Callable[[Table], Count]:
    return lambda table: count_entries(table, part.pk, low=part.low, high=part.high, exact=part.exact)
