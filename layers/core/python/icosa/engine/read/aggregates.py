"""Aggregates of lists: over the narrowest rows that hold every value in question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...model.model import Object
from ...model.types.base import Leaf
from ...query.aggregates import Tally, aggregates_of
from ...query.operation import Filter
from ..context import Context
from .matches import matching
from .trash_scan import beyond_live


def aggregates(
    ctx: Context, obj: Object, filter: Filter | None, names: Iterable[str], *, live_only: bool = False
) -> Mapping[str, Any]:
    """Aggregates of all matches (the connection fields of GraphQL); with ``live_only`` never of records in
    the trash.
    """
    names = list(names)
    tally = Tally(obj, names)
    whole = None if live_only else beyond_live(ctx, obj, filter)
    for item in matching(ctx, obj, filter, leaves=leaves_of_aggregates(obj, names)) if whole is None else whole:
        tally.add(item)
    return tally.results()


def leaves_of_aggregates(obj: Object, names: Iterable[str]) -> list[Leaf]:
    """What aggregates look at: a leaf, or all leaves of a field."""
    known = aggregates_of(obj)
    found: list[Leaf] = []
    for name in names:
        aggregate = known[name]
        if aggregate.leaf is not None:
            found.append(aggregate.leaf)
        elif aggregate.field is not None:
            found += aggregate.field.leaves
    return found
