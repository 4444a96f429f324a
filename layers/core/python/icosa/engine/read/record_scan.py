"""The page of all matches among records that come part by part, in no order: what is held does not grow with their
number. ``planner`` calls it where no index has what a list asks for.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...model.record import Record
from .page_query import PageQuery, RecordPage, sorted_slice


def page_of_records(query: PageQuery, parts: Iterable[list[Record]]) -> RecordPage:
    """The page, and the exact total if it is wanted: the first matches of each part are kept."""
    best: list[Record] = []
    total = 0
    has_relation = any(term.relation is not None for term in query.order)
    for part in parts:
        matches = query.matches(part, needs_sort=False)
        total += len(matches)
        if has_relation:
            query.joined.load(matches)
        best = sorted_slice(
            [*best, *matches],
            query.sort_key,
            query.is_beyond,
            query.joined,
            backward=query.backward,
            start=0,
            stop=query.reach,
        )
    return query.page_of(best[query.offset :], total if query.want_total else None)
