"""Minimum, maximum and number of all records of an object, from the ends of indexes and the counter: a few read units
whatever the number of records. ``aggregates`` asks here before it reads every value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...model.model import Object
from ...model.record import Record
from ...model.types.base import Leaf
from ...query.aggregates import TOTAL_COUNT, aggregates_of
from ...store import keys
from ...store.derive import is_confirmed
from ...store.keys import TOP, VALUE
from ...store.lookup import index_page
from ...store.table import Table
from ..context import Context
from ..records import count_live, get_live
from .steady import Look, until_certain, versions

#: Rows of an end that are read: first one, then more than a few batches under way can have staged before it.
_ROWS = (1, 400)
_LAST = {"min": False, "max": True}


@dataclass(frozen=True, slots=True)
class _End:
    """The first or the last value of an index."""

    leaf: Leaf
    last: bool


def read_ends(ctx: Context, obj: Object, names: Iterable[str]) -> Mapping[str, Any] | None:
    """The aggregates ``names`` of all live records; None when ends and counter do not tell all of them."""
    known = aggregates_of(obj)
    ends: dict[str, _End] = {}
    wanted = list(names)
    for name in wanted:
        aggregate = known[name]
        if name == TOTAL_COUNT:
            continue
        if aggregate.function not in _LAST or aggregate.leaf is None or not aggregate.leaf.has_index:
            return None
        ends[name] = _End(aggregate.leaf, _LAST[aggregate.function])
    if not ends:
        return None
    ctx.table.meter.note("ends of indexes " + " + ".join(sorted({end.leaf.dotted for end in ends.values()})))
    for rows in _ROWS:
        values = until_certain(ctx, lambda rows=rows: _look(ctx, obj, ends, TOTAL_COUNT in wanted, rows))  # type: ignore[misc]
        if values is not None:
            return values
    return None


def _look(
    ctx: Context, obj: Object, ends: Mapping[str, _End], count: bool, rows: int
) -> Look[Mapping[str, Any] | None]:
    readers: list[Callable[[Table], Any]] = [_reader(ctx, obj, end, rows) for end in ends.values()]
    if count:
        readers.append(lambda table: count_live(ctx, obj, table))
    *read, last = ctx.table.parallel(readers)
    found: list[list[tuple[str, str]]] = read if count else [*read, last]
    ids = sorted({record_id for entries in found for _, record_id in entries})
    records = dict(zip(ids, get_live(ctx, obj, ids), strict=True))
    values: dict[str, Any] = {TOTAL_COUNT: last} if count else {}
    certain = True
    for (name, end), entries in zip(ends.items(), found, strict=True):
        true = [(encoded, i) for encoded, i in entries if _confirms(records[i], end.leaf, encoded)]
        certain = certain and true == entries
        if entries and not true:
            return Look(None, seen=versions(records), cost=len(ids))
        values[name] = end.leaf.get(records[true[0][1]] or {}) if true else None
    # Beyond the first row unconfirmed ones are those of batches under way: the next that is confirmed is the end.
    return Look(values, certain or rows > 1, versions(records), len(ids))


def _confirms(record: Record | None, leaf: Leaf, encoded: str) -> bool:
    return record is not None and is_confirmed(record, leaf, encoded)


def _reader(ctx: Context, obj: Object, end: _End, rows: int) -> Callable[[Table], list[tuple[str, str]]]:
    pk = keys.index(ctx.model.workspace_id, obj.key, end.leaf.key)

    def read(table: Table) -> list[tuple[str, str]]:
        page = index_page(table, pk, low=VALUE, high=VALUE + TOP, forward=not end.last, limit=rows)
        return [(encoded, record_id) for encoded, record_id, _ in page.items if encoded is not None]

    return read
