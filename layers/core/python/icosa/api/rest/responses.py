"""The envelopes of docs/wire/rest.md#routes: from an operation's result to a JSON-ready value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ...identifiers import capitalised
from ...model.model import Model, Object
from ...query.aggregates import Aggregate, aggregates_of
from ...query.buckets import bucket_text
from ...query.cursors import cursor_of
from ...query.operation import (
    Connection,
    Create,
    Delete,
    DestroyedPage,
    Dimension,
    FindDestroyed,
    FindDuplicates,
    FindMany,
    FindOne,
    Group,
    GroupBy,
    Merge,
    Node,
    Order,
    Restore,
    Update,
)
from ...query.partial import Outcome, Refused
from .render import Renderer

#: What is answered with records.
_Records = FindOne | FindMany | FindDuplicates | Create | Update | Delete | Restore | Merge
#: Makes the answer of an operation that is known to have produced the result.
Render = Callable[[Model, Any, Any], Any]


def record(verb: str = "") -> Render:
    """``{"data": {"createPerson": {…}}}``; without a verb ``{"data": {"person": {…}}}``."""

    def render(model: Model, operation: _Records, result: Node | Sequence[Node]) -> Any:
        node = result if isinstance(result, Node) else result[0]
        return {"data": {_key(verb, operation.object.name_singular): _renderer(model, operation)(node)}}

    return render


def records(verb: str) -> Render:
    """``{"data": {"createPeople": […]}}``."""

    def render(model: Model, operation: _Records, result: Sequence[Node]) -> Any:
        render = _renderer(model, operation)
        return {"data": {_key(verb, operation.object.name_plural): [render(node) for node in result]}}

    return render


def batch(model: Model, operation: Create, result: Sequence[Outcome]) -> Any:
    """``{"data": {"createPeople": […]}}``; of a partial one with an outcome for each record of the data."""
    if not operation.is_partial:
        return records("create")(model, operation, result)
    render = _renderer(model, operation)
    return {
        "data": {
            _key("create", operation.object.name_plural): [
                _outcome(index, outcome, render) for index, outcome in enumerate(result)
            ]
        }
    }


def _outcome(index: int, outcome: Outcome, render: Renderer) -> dict[str, Any]:
    if isinstance(outcome, Refused):
        return {"index": index, "status": outcome.status, "errors": outcome.problems}
    return {"index": index, "status": 201, "record": None if outcome is None else render(outcome)}


def page(model: Model, operation: FindMany, result: Connection) -> Any:
    """``{"data": {"people": […]}, "totalCount": 17, "pageInfo": {…}}``."""
    obj = operation.object
    return {"data": {obj.name_plural: _nodes(model, operation, result)}, **_page_members(obj, result)}


def destroyed(_: Model, operation: FindDestroyed, result: DestroyedPage) -> Any:
    """``{"data": {"people": [{"id": "…", "destroyedAt": "…"}]}, "pageInfo": {…}}``."""
    records = [{"id": record.id, "destroyedAt": record.destroyed_at} for record in result.records]
    page_info = {
        "hasNextPage": result.has_next_page,
        "hasPreviousPage": result.has_previous_page,
        "startCursor": result.records[0].cursor if result.records else None,
        "endCursor": result.end_cursor,
    }
    return {"data": {operation.object.name_plural: records}, "pageInfo": page_info}


def duplicates(model: Model, operation: FindDuplicates, result: Sequence[Connection]) -> Any:
    """``{"data": [{"personDuplicates": […], "totalCount": 1, "pageInfo": {…}}, …]}``."""
    obj = operation.object
    key = f"{obj.name_singular}Duplicates"
    return {"data": [{key: _nodes(model, operation, part), **_page_members(obj, part)} for part in result]}


def groups(model: Model, operation: GroupBy, result: Sequence[Group]) -> Any:
    """A bare array: ``[{"totalCount": "4", "groupByDimensionValues": ["NEW"], "records": […]}, …]``."""
    aggregates = aggregates_of(operation.object)
    render = None if operation.records is None else Renderer.of(model, operation.object, operation.records)
    entries = []
    for group in result:
        entry: dict[str, Any] = {
            name: _aggregate_value(aggregates[name], group.aggregates[name]) for name in operation.aggregates
        }
        entry["groupByDimensionValues"] = [
            _dimension_value(dimension, value)
            for dimension, value in zip(operation.dimensions, group.dimensions, strict=True)
        ]
        if render is not None:
            entry["records"] = [render(node) for node in group.records]
        entries.append(entry)
    return entries


def _renderer(model: Model, operation: _Records) -> Renderer:
    return Renderer.of(model, operation.object, operation.selection)


def _nodes(model: Model, operation: _Records, connection: Connection) -> list[Any]:
    render = _renderer(model, operation)
    return [render(node) for node in connection.nodes]


def _page_members(obj: Object, connection: Connection) -> dict[str, Any]:
    nodes = connection.nodes
    order: Order = connection.order
    return {
        "totalCount": connection.total_count,
        "pageInfo": {
            "hasNextPage": connection.has_next_page,
            "hasPreviousPage": connection.has_previous_page,
            "startCursor": cursor_of(obj, order, nodes[0]) if nodes else None,
            "endCursor": cursor_of(obj, order, nodes[-1]) if nodes else None,
        },
    }


def _key(verb: str, name: str) -> str:
    """Only the first letter changes: ``create`` + ``noteTargets`` is ``createNoteTargets``."""
    return verb + capitalised(name) if verb else name


def _aggregate_value(aggregate: Aggregate, value: Any) -> Any:
    """Counts and decimals are text, as PostgreSQL's driver gives bigint and numeric
    (docs/wire/quirks.md#numbers-as-texts-in-groups).
    """
    if value is None:
        return None
    if aggregate.is_exact:
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    return value if aggregate.leaf is None else aggregate.leaf.kind.cursor_value(value)


def _dimension_value(dimension: Dimension, value: Any) -> Any:
    """Buckets are timestamps of their first moment, or names."""
    if isinstance(value, date):
        return bucket_text(value)
    is_plain = value is None or dimension.unnest or dimension.granularity != "NONE"
    return value if is_plain else dimension.leaf.kind.cursor_value(value)
