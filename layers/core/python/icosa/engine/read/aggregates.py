"""Aggregates of lists (the connection fields of GraphQL), over the narrowest rows that hold every value in question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...model.model import Object
from ...model.types.base import Leaf
from ...query.aggregates import Tally, aggregates_of
from ...query.operation import Filter
from ..context import Context
from .ends import read_ends
from .matches import find
from .trash_scan import scan_beyond_live


def compute_aggregates(
    ctx: Context, obj: Object, filter: Filter | None, names: Iterable[str], *, live_only: bool = False
) -> Mapping[str, Any]:
    """The aggregates ``names`` of all matches; with ``live_only`` never of records in the trash."""
    names = list(names)
    tally = Tally(obj, names)
    items = None if live_only else scan_beyond_live(ctx, obj, filter)
    if items is None:
        if ctx.rows.narrow(obj, filter) is None and (ends := read_ends(ctx, obj, names)) is not None:
            return ends
        items = find(ctx, obj, filter, leaves=aggregated_leaves(obj, names), from_rows=True).records
    for item in items:
        tally.add(item)
    return tally.results()


def aggregated_leaves(obj: Object, names: Iterable[str]) -> list[Leaf]:
    """The leaves that aggregates look at: a single one, or all of a field."""
    by_name = aggregates_of(obj)
    leaves: list[Leaf] = []
    for name in names:
        aggregate = by_name[name]
        if aggregate.leaf is not None:
            leaves.append(aggregate.leaf)
        elif aggregate.field is not None:
            leaves += aggregate.field.leaves
    return leaves
