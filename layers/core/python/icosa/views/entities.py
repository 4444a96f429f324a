"""Entities from what a client sends: form, defaults, time stamps."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from ..validation.errors import InvalidInput
from .errors import InvalidPart
from .shapes import Entity, Shape
from .values import Form, identifier

Input = Mapping[str, Any]


def read_create(shape: Shape, raw: Input) -> dict[str, Any]:
    """The members of a new entity. Members of no meaning are ignored.

    Raises InvalidInput with all messages, InvalidPart for a missing member that has a message of its own.
    """
    for member in shape.members:
        if member.required is not None and raw.get(member.name) in (None, ""):
            raise InvalidPart(shape, member.required)
    found: dict[str, Any] = {}
    messages: list[str] = []
    if raw.get("id") is not None:
        _read("id", identifier, raw["id"], found, messages)
    for member in shape.members:
        value = raw.get(member.name)
        if value is None and not member.is_required:
            found[member.name] = member.default
        else:
            _read(member.name, member.form, value, found, messages)
    return _valid(found, messages)


def read_update(shape: Shape, raw: Input) -> dict[str, Any]:
    """The members that an update changes. Raises InvalidInput with all messages."""
    found: dict[str, Any] = {}
    messages: list[str] = []
    for member in shape.members:
        if member.fixed or member.name not in raw:
            continue
        value = raw[member.name]
        if value is not None:
            _read(member.name, member.form, value, found, messages)
        elif member.nullable:
            found[member.name] = None
    return _valid(found, messages)


def make(shape: Shape, raw: Input, *, now: str, **more: Any) -> Entity:
    """A new entity. ``more`` are members that no client sets. Raises as ``read_create``."""
    found = read_create(shape, raw)
    entity_id = found.pop("id", None) or str(uuid.uuid4())
    return {"id": entity_id, **found, **more, "createdAt": now, "updatedAt": now, "deletedAt": None}


def changed(shape: Shape, entity: Entity, raw: Input, *, now: str) -> Entity:
    """The entity as an update leaves it. Raises InvalidInput."""
    return {**entity, **read_update(shape, raw), "updatedAt": now}


def _read(name: str, form: Form, value: Any, found: dict[str, Any], messages: list[str]) -> None:
    try:
        found[name] = form.read(name, value)
    except ValueError as error:
        messages += error.args


def _valid(found: dict[str, Any], messages: list[str]) -> dict[str, Any]:
    if messages:
        raise InvalidInput(messages)
    return found
