"""Which index rows can answer a condition.

A ``Candidates`` names rows that contain every match of a condition: a key look-up, a part of an index, an edge
partition, a union of these. It may contain more than the matches (``exact`` tells), since records are checked against
the whole filter anyway; what matters is that it is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..model.model import Model, Object
from ..model.operators import EQ, IN
from ..model.types.base import KeyRange, Kind, Leaf
from ..query.operation import And, Compare, Filter, Or
from ..store import keys
from ..store.keys import END, NULL, TOP, VALUE

#: A union of more ranges than this is answered by a scan.
MAX_RANGES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRange:
    """A contiguous part of one index or edge partition.

    ``wanted`` and ``unwanted`` are complementary filter expressions for rows whose keys stand for several values (text
    of another case), with their ``values``. ``leaf`` is None for edges, whose sort keys are ``prefix + id``.
    """

    pk: str
    low: str
    high: str
    leaf: Leaf | None = None
    #: Rows are in the order of record ids: all have the same encoded value.
    by_id: bool = False
    prefix: str = ""
    wanted: str | None = None
    unwanted: str | None = None
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Rows that contain every match of ``condition``. ``ids`` are given where no row is needed (``id[eq]``)."""

    condition: Filter
    ranges: tuple[RowRange, ...] = ()
    ids: tuple[str, ...] | None = None
    #: Every row stands for a match, and no match has two rows: counting rows counts matches.
    exact: bool = False

    def describe(self) -> str:
        if self.ids is not None:
            return f"key look-up of {len(self.ids)}"
        names = sorted({"edges" if r.leaf is None else f"index {r.leaf.dotted}" for r in self.ranges})
        return f"{' + '.join(names)} ({len(self.ranges)} ranges)"


def conjuncts(filter: Filter | None) -> tuple[Filter, ...]:
    """The conditions that must all hold."""
    if filter is None:
        return ()
    if isinstance(filter, And):
        return tuple(part for item in filter.items for part in conjuncts(item))
    return (filter,)


def candidates(model: Model, obj: Object, condition: Filter) -> Candidates | None:
    """The rows for one condition, None when only a scan finds its matches."""
    match condition:
        case Compare():
            return _for_compare(model, obj, condition)
        case And(items=items):
            options = [found for item in items if (found := candidates(model, obj, item)) is not None]
            if not options:
                return None
            best = min(options, key=lambda option: len(option.ranges))
            return Candidates(
                condition=condition, ranges=best.ranges, ids=best.ids, exact=best.exact and len(items) == 1
            )
        case Or(items=items):
            return _union(model, obj, condition, items)
        case _:
            return None


def _union(model: Model, obj: Object, condition: Filter, items: Sequence[Filter]) -> Candidates | None:
    ranges: list[RowRange] = []
    ids: list[str] = []
    for item in items:
        found = candidates(model, obj, item)
        if found is None:
            return None
        ranges += found.ranges
        ids += found.ids or ()
    if not items or len(ranges) > MAX_RANGES:
        return None
    # Ids beside ranges: both are read and united by the reader.
    return Candidates(condition=condition, ranges=tuple(ranges), ids=tuple(ids) if ids else None)


def _for_compare(model: Model, obj: Object, condition: Compare) -> Candidates | None:
    leaf, operator, operand = condition.leaf, condition.operator, condition.operand
    if leaf.path == ("id",):
        if operator not in (EQ, IN):
            return None
        ids = dict.fromkeys(operand if operator is IN else (operand,))
        return Candidates(condition=condition, ids=tuple(ids), exact=True)
    if leaf.field.relation is not None and operator in (EQ, IN):
        return _pointing(model, obj, condition)
    if not leaf.has_index:
        return None
    pk = keys.index(model.workspace_id, obj.key, leaf.key)
    if (state := condition.state) is not None:
        rows = _nulls(pk, leaf) if state == "NULL" else _values(pk, leaf)
        return Candidates(condition=condition, ranges=(rows,), exact=True)
    if operator in (EQ, IN):
        operands = dict.fromkeys(operand if operator is IN else (operand,))
        empty = leaf.kind.null_equivalent
        if len(operands) > MAX_RANGES or (empty is not None and empty in operands):
            return None
        ranges = tuple(_equal(pk, leaf, value) for value in operands)
        return Candidates(
            condition=condition, ranges=ranges, exact=all(_is_exact(leaf.kind, value) for value in operands)
        )
    found = leaf.kind.ranges(operator, operand)
    if found is None or len(found.ranges) > MAX_RANGES:
        return None
    return Candidates(
        condition=condition, ranges=tuple(_between(pk, leaf, part) for part in found.ranges), exact=found.exact
    )


def _pointing(model: Model, obj: Object, condition: Compare) -> Candidates | None:
    """Records that point at given ones: edges, which are complete whatever becomes of the field's index."""
    targets = dict.fromkeys(condition.operand if condition.operator is IN else (condition.operand,))
    if len(targets) > MAX_RANGES:
        return None
    prefix = keys.edge_prefix(obj.key, condition.leaf.field.key, live=True)
    edges = (keys.edges(model.workspace_id, target) for target in targets)
    ranges = tuple(RowRange(pk=pk, low=prefix, high=prefix + TOP, by_id=True, prefix=prefix) for pk in edges)
    return Candidates(condition=condition, ranges=ranges, exact=True)


def _nulls(pk: str, leaf: Leaf) -> RowRange:
    return RowRange(pk=pk, low=NULL + END, high=NULL + END + TOP, leaf=leaf, by_id=True)


def _values(pk: str, leaf: Leaf) -> RowRange:
    return RowRange(pk=pk, low=VALUE, high=VALUE + TOP, leaf=leaf)


def _is_exact(kind: Kind, value: object) -> bool:
    return not kind.is_cut(kind.encode(value)) or kind.detail(value) is not None


def _equal(pk: str, leaf: Leaf, value: object) -> RowRange:
    encoded = leaf.kind.encode(value)
    low = f"{VALUE}{encoded}{END}"
    row = {"pk": pk, "low": low, "high": low + TOP, "leaf": leaf, "by_id": True}
    if not leaf.kind.has_detail or not _is_exact(leaf.kind, value):
        return RowRange(**row)  # type: ignore[arg-type]
    detail = leaf.kind.detail(value)
    # Rows that stand for two values (b) are wanted whatever they hold: their records tell.
    if detail is None:
        return RowRange(
            **row,  # type: ignore[arg-type]
            wanted="attribute_not_exists(e) OR attribute_exists(b)",
            unwanted="attribute_exists(e) AND attribute_not_exists(b)",
        )
    return RowRange(
        **row,  # type: ignore[arg-type]
        wanted="e = :exact OR attribute_exists(b)",
        unwanted="(attribute_not_exists(e) OR e <> :exact) AND attribute_not_exists(b)",
        values=((":exact", detail),),
    )


def _between(pk: str, leaf: Leaf, part: KeyRange) -> RowRange:
    """Sort-key bounds of a range of encoded values.

    ``END`` sorts below whatever may follow a value, so ``value END`` is just before and ``value END TOP`` just after
    all rows of exactly this value.
    """
    if part.prefix:
        assert part.low is not None
        return RowRange(pk=pk, low=VALUE + part.low, high=VALUE + part.low + TOP, leaf=leaf)
    low = VALUE if part.low is None else f"{VALUE}{part.low}{END}" + ("" if part.include_low else TOP)
    high = VALUE + TOP if part.high is None else f"{VALUE}{part.high}{END}" + (TOP if part.include_high else "")
    by_id = part.low is not None and part.low == part.high
    return RowRange(pk=pk, low=low, high=high, leaf=leaf, by_id=by_id)
