"""Characters that no text may hold: U+0000, which PostgreSQL refuses, and halves of surrogate pairs, which UTF-8 has no
form for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def unstorable(members: Mapping[str, Any]) -> str | None:
    """The dotted path of a text, or of a name, that has such characters, wherever it stands; None if there is none."""
    waiting: list[tuple[str, Any]] = list(members.items())
    while waiting:
        path, value = waiting.pop()
        match value:
            case str():
                if not _is_storable(value):
                    return path
            case list():
                waiting += ((path, member) for member in value)
            case Mapping():
                if not all(_is_storable(name) for name in value if isinstance(name, str)):
                    return path
                waiting += ((f"{path}.{name}", member) for name, member in value.items())
    return None


def _is_storable(text: str) -> bool:
    if "\x00" in text:
        return False
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        return False
    return True
