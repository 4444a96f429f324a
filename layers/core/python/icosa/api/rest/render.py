"""Records as JSON-ready values, by a plan that is made once for each object and selection.

Rendering is a large part of the CPU of a list, so a plan is flat: (name, key, wire value of null, render function) by
column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...model.model import Field, Model, Object
from ...query.operation import Connection, Node, RelationSelection, Selection

#: Plans kept per object. Selections come from clients (``fields``), so their number has no bound of its own.
_MAX_PLANS = 200

_Render = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Child:
    """A relation that the answer shows. ``join_column`` is set for many-to-one fields."""

    name: str
    join_column: str | None
    record: Renderer


class Renderer:
    """Turns the nodes of one object into dictionaries."""

    __slots__ = ("_children", "_columns")

    def __init__(self, model: Model, obj: Object, selection: Selection) -> None:
        fields = obj.stored_fields if selection.fields is None else [obj.by_name[name] for name in selection.fields]
        self._columns = [_column(field) for field in fields]
        self._children = [_child(model, obj.by_name[name], part) for name, part in selection.relations.items()]

    @classmethod
    def of(cls, model: Model, obj: Object, selection: Selection) -> Renderer:
        """The renderer of a selection, from the object's cache if it was needed before."""
        plans = obj.cached(renderers)
        key = _key(selection)
        renderer = plans.get(key)
        if renderer is None:
            if len(plans) >= _MAX_PLANS:
                plans.clear()
            renderer = plans[key] = cls(model, obj, selection)
        return renderer

    def __call__(self, node: Node) -> dict[str, Any]:
        get = node.item.get
        record: dict[str, Any] = {}
        for name, key, null, render in self._columns:
            value = get(key)
            record[name] = null if value is None else render(value)
        for child in self._children:
            related = node.related[child.name]
            if isinstance(related, Connection):
                record[child.name] = [child.record(part) for part in related.nodes]
            elif related is not None:
                record[child.name] = child.record(related)
            else:
                record[child.name] = None
                # A record that points at one in the trash shows neither it nor its id
                # (docs/wire/quirks.md#a-relation-to-the-trash).
                if child.join_column in record:
                    record[child.join_column] = None
        return record


def renderers(_: Object) -> dict[Any, Renderer]:
    """By selection, as they are needed."""
    return {}


def _column(field: Field) -> tuple[str, str, Any, _Render]:
    render = partial(field.type.render, field)
    return field.input_name, field.key, render(None), render


def _child(model: Model, field: Field, part: RelationSelection) -> _Child:
    join_column = field.input_name if field.is_many_to_one else None
    return _Child(field.name, join_column, Renderer.of(model, model.target_of(field), part.selection))


def _key(selection: Selection) -> Any:
    """A hashable stand-in for a selection: what it shows, not how many of it."""
    relations: Mapping[str, RelationSelection] = selection.relations
    return selection.fields, tuple((name, _key(part.selection)) for name, part in relations.items())
