"""Records into groups: the pure part of groupBy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any

from ..limits import GROUP_MEMBERSHIPS
from ..model.record import Record
from .aggregates import Tally
from .buckets import bucket, sort_key
from .operation import Dimension, Direction, GroupBy

_NO_RELATED: Mapping[str, Record | None] = {}


@dataclass(slots=True)
class GroupedItems:
    """A group: its dimension values (buckets as dates or names, other values as stored), aggregates and records."""

    dimensions: tuple[Any, ...]
    tally: Tally
    items: list[Record] = field(default_factory=list)
    aggregates: dict[str, Any] = field(default_factory=dict)


class Grouper:
    """Takes records one by one and gives the groups of a GroupBy, in its order, those of its page.

    Members are kept only when the operation shows records.
    """

    def __init__(self, operation: GroupBy) -> None:
        self._operation = operation
        ordered = (order.aggregate for order in operation.order if order.aggregate is not None)
        self._names = tuple(dict.fromkeys((*operation.aggregates, *ordered)))
        self._groups: dict[tuple[Any, ...], GroupedItems] = {}
        self._memberships = 0

    def add(self, item: Record, related: Mapping[str, Record | None] = _NO_RELATED, *, times: int = 1) -> None:
        """``related`` has the target record of every relation that a dimension goes through, by the relation's name.
        ``times``: the item stands for so many records, of which only the number is wanted.
        """
        operation = self._operation
        columns = [_values(dimension, item, related) for dimension in operation.dimensions]
        self._memberships += prod(map(len, columns)) - 1
        GROUP_MEMBERSHIPS.check(self._memberships)
        for values in product(*columns):
            key = tuple(tuple(value) if isinstance(value, list) else value for value in values)
            group = self._groups.get(key)
            if group is None:
                group = self._groups[key] = GroupedItems(values, Tally(operation.object, self._names))
            group.tally.add(item, times)
            if operation.records is not None:
                group.items.append(item)

    @property
    def total(self) -> int:
        """How many groups there are on all pages."""
        return len(self._groups)

    def groups(self) -> list[GroupedItems]:
        """Groups in the order asked for; groups that it does not tell apart, in the order of their dimensions, nulls
        last.
        """
        operation = self._operation
        groups = list(self._groups.values())
        for group in groups:
            group.aggregates = group.tally.results()
        for position in reversed(range(len(operation.dimensions))):
            groups = _sorted(groups, *_dimension_key(operation.dimensions, position), "AscNullsLast")
        for order in reversed(operation.order):
            if order.aggregate is not None:
                groups = _sorted(groups, *_aggregate_key(order.aggregate), order.direction)
            elif order.dimension is not None:
                groups = _sorted(groups, *_dimension_key(operation.dimensions, order.dimension), order.direction)
        return groups[operation.offset : operation.offset + operation.limit]


def _values(dimension: Dimension, item: Record, related: Mapping[str, Record | None]) -> list[Any]:
    """The value of a record in one dimension; several when it is unnested."""
    source = item if dimension.relation is None else related.get(dimension.relation.name)
    value = None if source is None else dimension.leaf.get(source)
    if dimension.unnest:
        return list(dict.fromkeys(value)) if value else [None]
    return [bucket(dimension, value)]


_Value = Callable[[GroupedItems], Any]


def _dimension_key(dimensions: tuple[Dimension, ...], position: int) -> tuple[_Value, Callable[[Any], Any]]:
    dimension = dimensions[position]
    comparable = (lambda value: value) if dimension.unnest else (lambda value: sort_key(dimension, value))
    return (lambda group: group.dimensions[position]), comparable


def _aggregate_key(name: str) -> tuple[_Value, Callable[[Any], Any]]:
    return (lambda group: group.aggregates[name]), (lambda value: value)


def _sorted(
    groups: list[GroupedItems], value: _Value, comparable: Callable[[Any], Any], direction: Direction
) -> list[GroupedItems]:
    """Stable sort by one criterion."""
    nulls = [group for group in groups if value(group) is None]
    rest = [group for group in groups if value(group) is not None]
    rest.sort(key=lambda group: comparable(value(group)), reverse=direction.startswith("Desc"))
    return nulls + rest if direction.endswith("First") else rest + nulls
