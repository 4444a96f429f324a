"""Rendering of results: small functions, put together by ``projections``, from nodes and connections to JSON values.

None of them reads anything or checks anything; all that can fail has been checked when the projection was made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ...model.model import Object
from ...model.types.base import Leaf
from ...model.types.decimals import to_number
from ...query.aggregates import Aggregate
from ...query.buckets import bucket_text
from ...query.cursors import cursor_of
from ...query.operation import Connection, Dimension, Node
from .budget import Budget
from .selections import TYPENAME

#: From a node to the value of one of its fields.
Column = Callable[[Node], Any]


@dataclass(slots=True, kw_only=True)
class GroupConnection(Connection):
    """A group as a connection of its records."""

    dimensions: list[Any]


class RecordRenderer:
    __slots__ = ("_budget", "_columns", "_width")

    def __init__(self, columns: Sequence[tuple[str, Column]], budget: Budget) -> None:
        self._columns = columns
        self._width = len(columns)
        self._budget = budget

    def __call__(self, node: Node) -> dict[str, Any]:
        self._budget.count(self._width)
        return {key: column(node) for key, column in self._columns}


def column(key: str, render: Callable[[Any], Any]) -> Column:
    null = render(None)

    def column(node: Node) -> Any:
        value = node.item.get(key)
        return null if value is None else render(value)

    return column


def constant(value: Any) -> Column:
    return lambda node: value


def ignoring_input(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def null_without(slot: str, column: Column) -> Column:
    return lambda node: None if node.related.get(slot) is None else column(node)


def related(slot: str, render: Callable[[Any], Any]) -> Column:
    def column(node: Node) -> Any:
        related = node.related.get(slot)
        return None if related is None else render(related)

    return column


def projection(parts: Sequence[tuple[str, str, Callable[[Any], Any] | None]]) -> Callable[[Any], Any]:
    """Cuts an object, or each of a list of objects, to some members; what is not there is null."""

    def project(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return None
        return {key: value.get(name) if inner is None else inner(value.get(name)) for key, name, inner in parts}

    return lambda value: [project(member) for member in value] if isinstance(value, list) else project(value)


def each_node(render: Callable[[Connection, Node], Any]) -> Callable[[Connection], Any]:
    return lambda connection: [render(connection, node) for node in connection.nodes]


def node_of(render: Callable[[Node], Any]) -> Callable[[Connection, Node], Any]:
    return lambda connection, node: render(node)


def dimension_values(connection: Connection) -> list[Any]:
    assert isinstance(connection, GroupConnection)
    return connection.dimensions


def total_count_of(connection: Connection) -> int | None:
    return connection.total_count


def aggregate_of(aggregate: Aggregate) -> Callable[[Connection], Any]:
    return lambda connection: number_of(connection.aggregates.get(aggregate.name), aggregate.leaf)


def number_of(value: Any, leaf: Leaf | None) -> Any:
    """The JSON form of an aggregate: numbers, also where REST has text
    (docs/wire/quirks.md#numbers-as-texts-in-groups); dates as records render them.
    """
    if isinstance(value, Decimal):
        whole = int(value)
        return whole if whole == value else float(value)
    if value is None or leaf is None or isinstance(value, int | float):
        return value
    return to_number(value) if leaf.kind.is_exact else leaf.kind.cursor_value(value)


def dimension_value(dimension: Dimension, value: Any) -> Any:
    """Buckets are timestamps of the first moment of their period, or names; other values as records render them
    (docs/wire/graphql.md#groups-in-graphql).
    """
    if isinstance(value, date):
        return bucket_text(value)
    if value is None or dimension.unnest or dimension.granularity != "NONE":
        return value
    return to_number(value) if dimension.leaf.kind.is_exact else dimension.leaf.kind.cursor_value(value)


PAGE_INFO: Mapping[str, Callable[[Object, Connection], Any]] = {
    "hasNextPage": lambda obj, connection: connection.has_next_page,
    "hasPreviousPage": lambda obj, connection: connection.has_previous_page,
    "startCursor": lambda obj, connection: (
        cursor_of(obj, connection.order, connection.nodes[0]) if connection.nodes else None
    ),
    "endCursor": lambda obj, connection: (
        cursor_of(obj, connection.order, connection.nodes[-1]) if connection.nodes else None
    ),
    TYPENAME: lambda obj, connection: "PageInfo",
}
