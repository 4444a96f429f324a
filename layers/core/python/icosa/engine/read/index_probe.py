"""Probes: reading a limited number of the index rows that conditions name, to see which conditions select few records.

``matches`` probes all conditions of a filter side by side and intersects the ids; the planner counts the rows of an
exact path here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...store.lookup import count_entries
from ...store.table import Table
from ..context import Context
from .access_paths import AccessPath, RowRange
from .ordered_walk import query_range


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The record ids behind the rows of a path, in no order; ``complete`` unless there were more than the limit."""

    ids: frozenset[str]
    complete: bool


def probe_paths(ctx: Context, paths: Sequence[AccessPath], limit: int) -> list[ProbeResult]:
    """Read up to ``limit`` rows of every range of every path, all side by side."""
    ranges = [(i, part) for i, path in enumerate(paths) for part in path.ranges]
    pages = ctx.table.parallel([_prober(part, limit) for _, part in ranges]) if ranges else []
    results: list[ProbeResult] = []
    for i, path in enumerate(paths):
        own = [page for (owner, _), page in zip(ranges, pages, strict=True) if owner == i]
        ids = frozenset(record_id for ids, _ in own for record_id in ids) | frozenset(path.ids or ())
        results.append(ProbeResult(ids, all(complete for _, complete in own) and len(ids) <= limit))
        if results[-1].complete:
            ctx.table.meter.note(f"{path.describe()}: {len(ids)} records")
    return results


def _prober(part: RowRange, limit: int) -> Callable[[Table], tuple[list[str], bool]]:
    """Reads the ids of a range, and whether these are all."""

    def read(table: Table) -> tuple[list[str], bool]:
        page = query_range(table, part, limit=limit)
        ids = [row.id for row in page.items]
        while page.last is not None and page.scanned < limit and len(ids) < limit:
            page = query_range(table, part, after=page.last, limit=limit)  # a page ends at 1 MB
            ids += [row.id for row in page.items]
        return ids, page.last is None

    return read


def intersect(results: Sequence[ProbeResult]) -> list[str] | None:
    """Ids, sorted, that contain every match of conditions that must all hold; None when no probe was complete."""
    complete = sorted((result.ids for result in results if result.complete), key=len)
    if not complete:
        return None
    return sorted(frozenset.intersection(*complete))


def count_rows(table: Table, path: AccessPath) -> int:
    """How many rows an exact path has."""
    return sum(table.parallel([_counter(part) for part in path.ranges]))


def _counter(part: RowRange) -> Callable[[Table], int]:
    return lambda table: count_entries(table, part.pk, low=part.low, high=part.high, exact=part.exact)
