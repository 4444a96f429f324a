"""Looking at the rows that conditions name: which records they stand for, and how many they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...store.lookup import count_entries
from ...store.table import Table
from ..context import Context
from .access_paths import Candidates, RowRange
from .ordered_walk import query_range


@dataclass(frozen=True, slots=True)
class Probed:
    """The record ids behind a condition's rows, in no order; ``complete`` unless there were more than were
    looked for.
    """

    ids: frozenset[str]
    complete: bool


def probe(ctx: Context, options: Sequence[Candidates], limit: int) -> list[Probed]:
    """Read up to ``limit`` rows of every range of every option, all side by side."""
    flat = [(i, part) for i, option in enumerate(options) for part in option.ranges]
    read = ctx.table.parallel([_prober(part, limit) for _, part in flat]) if flat else []
    found: list[Probed] = []
    for i, option in enumerate(options):
        parts = [result for (owner, _), result in zip(flat, read, strict=True) if owner == i]
        ids = frozenset(record_id for ids, _ in parts for record_id in ids) | frozenset(option.ids or ())
        found.append(Probed(ids, all(complete for _, complete in parts) and len(ids) <= limit))
        if found[-1].complete:
            ctx.table.meter.note(f"{option.describe()}: {len(ids)} records")
    return found


def _prober(part: RowRange, limit: int) -> Callable[[Table], tuple[list[str], bool]]:
    def read(table: Table) -> tuple[list[str], bool]:
        page = query_range(table, part, limit=limit)
        ids = [row.id for row in page.items]
        while page.last is not None and page.scanned < limit and len(ids) < limit:
            page = query_range(table, part, after=page.last, limit=limit)  # a page ends at 1 MB
            ids += [row.id for row in page.items]
        return ids, page.last is None

    return read


def candidate_ids(ctx: Context, probed: Sequence[Probed]) -> list[str] | None:
    """Ids that contain every match, or None when every condition has too many rows."""
    complete = sorted((result.ids for result in probed if result.complete), key=len)
    if not complete:
        return None
    # Every conjunct must hold, so the intersection still contains all matches.
    return sorted(frozenset.intersection(*complete))


def count_rows(table: Table, option: Candidates) -> int:
    """How many rows an exact option has."""
    return sum(table.parallel([_counter(part) for part in option.ranges]))


def _counter(part: RowRange) -> Callable[[Table], int]:
    return lambda table: count_entries(table, part.pk, low=part.low, high=part.high, exact=part.exact)
