"""Bodies with names of older versions, in present ones (``model.older_names``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import InvalidData
from ..model.model import Model, Object
from .operation import Create, FindDuplicates, Operation, Update

Body = Mapping[str, Any]


def in_present_names(operation: Operation, model: Model) -> Operation:
    """The operation with the fields of its data by their present names. Raises InvalidData for a field that has two
    values under two names.
    """
    match operation:
        case Create(object=obj, data=bodies):
            changed = tuple(_present(model, obj, body) for body in bodies)
            return operation if _is_same(changed, bodies) else replace(operation, data=changed)
        case Update(object=obj, data=body):
            present = _present(model, obj, body)
            return operation if present is body else replace(operation, data=present)
        case FindDuplicates(object=obj, data=candidates) if candidates is not None:
            changed = tuple(_present(model, obj, body) for body in candidates)
            return operation if _is_same(changed, candidates) else replace(operation, data=changed)
    return operation


def _is_same(changed: tuple[Body, ...], bodies: tuple[Body, ...]) -> bool:
    return all(after is before for after, before in zip(changed, bodies, strict=True))


def _present(model: Model, obj: Object, body: Body) -> Body:
    """The same body where nothing in it has an older name."""
    values: dict[str, Any] = {}
    is_same = True
    for name, value in body.items():
        present = obj.present_name(name)
        inner = _inside(model, obj, present, value) if isinstance(value, Mapping) else value
        is_same = is_same and present is name and inner is value
        if present is not name and present in body and not _agree(inner, _value(model, obj, present, body)):
            raise InvalidData(f'"{name}" is an older name of "{present}": they cannot have different values.')
        values[present] = inner
    return body if is_same else values


def _value(model: Model, obj: Object, name: str, body: Body) -> Any:
    value = body[name]
    return _inside(model, obj, name, value) if isinstance(value, Mapping) else value


def _agree(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()  # ids
    return type(one) is type(other) and bool(one == other)


def _inside(model: Model, obj: Object, name: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a relation creates or connects, in present names."""
    relation = obj.by_name.get(name)
    if relation is None or not relation.is_many_to_one:
        return value
    target = model.target_of(relation)
    created, connect = value.get("create"), value.get("connect")
    if isinstance(created, Mapping) and (present := _present(model, target, created)) is not created:
        return {**value, "create": present}
    if isinstance(connect, Mapping) and isinstance(where := connect.get("where"), Mapping):
        present = _present(model, target, where)
        return value if present is where else {**value, "connect": {**connect, "where": present}}
    return value
