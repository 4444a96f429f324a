"""The forms of single members: each reads a value, or raises ValueError with the texts of what is wrong, and has a JSON
Schema.

Texts are those of the validation library that Twenty uses, as in ``metadata.inputs``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..identifiers import parse_uuid

Schema = Mapping[str, Any]
Read = Callable[[str, Any], Any]
"""``(name, value) -> stored value``; raises ValueError whose arguments are messages."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a member may be. ``schema`` is the JSON Schema of values that ``read`` accepts."""

    read: Read
    schema: Schema


def _form(**schema: Any) -> Callable[[Read], Form]:
    return lambda read: Form(read, schema)


@_form(type="string")
def text(name: str, value: Any) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a string")
    return value


@_form(type="string", pattern=r"\S")
def some_text(name: str, value: Any) -> str:
    """Text that is not empty."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a string", f"{name} should not be empty")
    if not value.strip():
        raise ValueError(f"{name} should not be empty")
    return value


@_form(type="string", format="uuid")
def identifier(name: str, value: Any) -> str:
    """A UUID, in lower case."""
    found = parse_uuid(value)
    if found is None:
        raise ValueError(f"{name} must be a UUID")
    return found


@_form(type="boolean")
def boolean(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be a boolean value")
    return value


@_form(type="number")
def number(name: str, value: Any) -> float:
    """A finite number; whole ones stay integers in JSON."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} must be a number conforming to the specified constraints")
    return value


@_form()
def json(name: str, value: Any) -> Any:
    """Any JSON value."""
    return value


@_form(type="object")
def json_object(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be an object")
    return value


def one_of(*values: str) -> Form:
    """One of some names."""

    @_form(type="string", enum=list(values))
    def form(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in values:
            raise ValueError(f"{name} must be one of the following values: {', '.join(values)}")
        return value

    return form


_GRID = {"row": 0, "column": 0, "rowSpan": 1, "columnSpan": 1}


@_form(
    type="object",
    properties={name: {"type": "number", "minimum": least} for name, least in _GRID.items()},
    required=list(_GRID),
)
def grid_position(name: str, value: Any) -> dict[str, Any]:
    """``{"row", "column", "rowSpan", "columnSpan"}``: places count from 0, spans from 1."""
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be an object")
    messages = []
    for member, least in _GRID.items():
        given = value.get(member)
        if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
            messages.append(f"{name}.{member} must be a number conforming to the specified constraints")
        elif given < least:
            messages.append(f"{name}.{member} must not be less than {least}")
    if messages:
        raise ValueError(*messages)
    return {member: value[member] for member in _GRID}
