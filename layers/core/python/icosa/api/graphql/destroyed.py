"""The root fields ``destroyedPeople`` (docs/wire/graphql.md#destroyed-records-in-graphql)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from ...query.operation import DestroyedPage, DestroyedRecord
from .leniency import unknown_field
from .projections import Projector
from .selections import TYPENAME, Selected

CONNECTION, EDGE, NODE, PAGE_INFO = "DestroyedRecordConnection", "DestroyedRecordEdge", "DestroyedRecord", "PageInfo"
_NODE: Final[Mapping[str, Callable[[DestroyedRecord], Any]]] = {
    "id": lambda record: record.id,
    "destroyedAt": lambda record: record.destroyed_at,
    TYPENAME: lambda record: NODE,
}
_PAGE_INFO: Final[Mapping[str, Callable[[DestroyedPage], Any]]] = {
    "hasNextPage": lambda page: page.has_next_page,
    "hasPreviousPage": lambda page: page.has_previous_page,
    "startCursor": lambda page: page.records[0].cursor if page.records else None,
    "endCursor": lambda page: page.end_cursor,
    TYPENAME: lambda page: PAGE_INFO,
}


def connection(selected: Selected, projector: Projector) -> Callable[[DestroyedPage], dict[str, Any]]:
    """How a page becomes the value of the root field. Raises Invalid for unknown fields."""
    parts: list[tuple[str, Callable[[DestroyedPage], Any]]] = []
    for part in _members(CONNECTION, selected, projector, ("edges", "pageInfo"), inner=("edges", "pageInfo")):
        match part.name:
            case "edges":
                parts.append((part.key, _edges(part, projector)))
            case "pageInfo":
                columns = _columns(PAGE_INFO, part, projector, _PAGE_INFO)
                parts.append((part.key, _object(columns)))
            case _:
                parts.append((part.key, lambda page: CONNECTION))
    return lambda page: {key: render(page) for key, render in parts}


def _edges(selected: Selected, projector: Projector) -> Callable[[DestroyedPage], Any]:
    parts: list[tuple[str, Callable[[DestroyedRecord], Any]]] = []
    for part in _members(EDGE, selected, projector, ("node", "cursor"), inner=("node",)):
        match part.name:
            case "node":
                columns = _columns(NODE, part, projector, _NODE)
                parts.append((part.key, _object(columns)))
            case "cursor":
                parts.append((part.key, lambda record: record.cursor))
            case _:
                parts.append((part.key, lambda record: EDGE))
    return lambda page: [{key: render(record) for key, render in parts} for record in page.records]


def _object[T](columns: Sequence[tuple[str, Callable[[T], Any]]]) -> Callable[[T], dict[str, Any]]:
    return lambda value: {key: render(value) for key, render in columns}


def _columns[T](
    type_name: str, selected: Selected, projector: Projector, known: Mapping[str, Callable[[T], Any]]
) -> list[tuple[str, Callable[[T], Any]]]:
    return [(part.key, known[part.name]) for part in _members(type_name, selected, projector, known)]


def _members(
    type_name: str, selected: Selected, projector: Projector, known: Iterable[str], *, inner: Iterable[str] = ()
) -> list[Selected]:
    """The fields selected inside a field of this type."""
    selected.require_selection(type_name)
    fields = projector.collector.fields(type_name, selected.sets)
    for part in fields:
        part.require_no_arguments(type_name)
        if part.name not in (*known, TYPENAME):
            raise unknown_field(part, type_name, tuple(known))
        if part.name not in inner:
            part.require_leaf("String")
    return fields
