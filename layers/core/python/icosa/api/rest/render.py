"""Records as JSON-ready values, by a plan that is made once for each object and selection.

Rendering is a large part of the CPU of a list, so a plan is flat: (name, key, wire value of null, render function) by
column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...identifiers import join_column_of
from ...model.model import Field, Model, Object
from ...query.operation import Connection, Node, RelationSelection, Selection

#: Plans kept per object. Selections come from clients (``fields``), so their number has no bound of its own.
_MAX_PLANS = 200

_Render = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Child:
    """A relation that the answer shows: ``slot`` is where the node has it. ``join_columns`` are names under which the
    answer shows the id of a many-to-one field.
    """

    slot: str
    name: str
    join_columns: tuple[str, ...]
    record: Renderer


class Renderer:
    """Turns the nodes of one object into dictionaries."""

    __slots__ = ("_children", "_columns")

    def __init__(self, model: Model, obj: Object, selection: Selection) -> None:
        names = obj.stored_names_shown if selection.fields is None else selection.fields
        self._columns = [_column(obj.field_called(name), name) for name in names]
        self._children = [
            child for slot, part in selection.relations.items() for child in _children(model, obj, slot, part, names)
        ]

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
            related = node.related[child.slot]
            if isinstance(related, Connection):
                record[child.name] = [child.record(part) for part in related.nodes]
            elif related is not None:
                record[child.name] = child.record(related)
            else:
                record[child.name] = None
                # A record that points at one in the trash shows neither it nor its id
                # (docs/wire/quirks.md#a-relation-to-the-trash).
                for join_column in child.join_columns:
                    record[join_column] = None
        return record


def renderers(_: Object) -> dict[Any, Renderer]:
    """By selection, as they are needed."""
    return {}


def _column(field: Field, name: str) -> tuple[str, str, Any, _Render]:
    render = partial(field.type.render, field)
    return _shown(field, name), field.key, render(None), render


def _shown(field: Field, name: str) -> str:
    """How the value of a field is called where the field is called ``name``, which may be an older name."""
    return field.input_name if name == field.name else join_column_of(name)


def _children(model: Model, obj: Object, slot: str, part: RelationSelection, names: Sequence[str]) -> Iterator[_Child]:
    """A relation, also by its older name where everything is shown by both."""
    field = obj.field_called(slot)
    record = Renderer.of(model, model.target_of(field), part.selection)
    join_columns = tuple(_shown(field, name) for name in names if obj.present_name(name) == field.name)
    others = [name for name in obj.names_shown(field) if name != slot and name in names] if slot == field.name else []
    for name in (slot, *others):
        yield _Child(slot, name, join_columns if field.is_many_to_one else (), record)


def _key(selection: Selection) -> Any:
    """A hashable stand-in for a selection: what it shows, not how many of it."""
    relations: Mapping[str, RelationSelection] = selection.relations
    return selection.fields, tuple((name, _key(part.selection)) for name, part in relations.items())
