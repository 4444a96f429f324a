"""The forms of single members: a check gives the value to store, or raises ValueError with the texts of what is wrong.

Texts are those of the validation library that Twenty uses, as in ``metadata.inputs``.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from typing import Any

#: ``(name, value) -> stored value``; raises ValueError whose arguments are messages.
Check = Callable[[str, Any], Any]


def text(name: str, value: Any) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a string")
    return value


def some_text(name: str, value: Any) -> str:
    """Text that is not empty."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a string", f"{name} should not be empty")
    if not value.strip():
        raise ValueError(f"{name} should not be empty")
    return value


def identifier(name: str, value: Any) -> str:
    """A UUID, in lower case."""
    try:
        if isinstance(value, str) and len(value) == 36:
            return str(uuid.UUID(value))
    except ValueError:
        pass
    raise ValueError(f"{name} must be a UUID")


def boolean(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be a boolean value")
    return value


def number(name: str, value: Any) -> float:
    """A finite number; whole ones stay integers in JSON."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} must be a number conforming to the specified constraints")
    return value


def json(name: str, value: Any) -> Any:
    """Any JSON value."""
    return value


def json_object(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be an object")
    return value


def one_of(*values: str) -> Check:
    """One of some names."""

    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in values:
            raise ValueError(f"{name} must be one of the following values: {', '.join(values)}")
        return value

    return check


_GRID = {"row": 0, "column": 0, "rowSpan": 1, "columnSpan": 1}


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
