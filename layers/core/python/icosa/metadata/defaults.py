"""Default values of fields in metadata grammar: checked, and brought into the one form in which they are kept.

Texts carry their own quotes, functions do not (docs/wire/metadata.md#default-values). Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidData
from ..limits import DEFAULT_CHARACTERS
from ..model.model import Field
from ..model.types.defaults import evaluate
from ..validation.errors import Problem

_CODE = "INVALID_FIELD_INPUT"
_QUOTES = "'\""
#: A time for trying ``now``.
_SOME_TIME = "2026-01-01T00:00:00.000Z"


def normalised(field: Field, default: Any) -> Any:
    """The default as it is kept: for composites empty members are null, absent ones too, and nothing but
    nulls is None.
    """
    if not field.type.rules.has_default:
        return None
    if not field.type.is_composite or not isinstance(default, Mapping):
        return default
    members = dict.fromkeys(_members(field)) | {name: _nullified(value) for name, value in default.items()}
    return members if any(value is not None for value in members.values()) else None


def problems(field: Field) -> list[Problem]:
    """What is wrong with the default of a field whose values do not come from options."""
    default = field.default_value
    if default is None or field.type.rules.is_choice:
        return []
    characters = len(as_message_text(default))
    if characters > DEFAULT_CHARACTERS:
        message = f"Default value has {characters} characters, at most {DEFAULT_CHARACTERS} are allowed"
        return [Problem(code=_CODE, message=message, value=None)]
    if not _is_grammatical(default, field.type.rules.default_functions) or not _is_accepted(field):
        return [Problem(code=_CODE, message=f'Invalid default value "{as_message_text(default)}"', value=default)]
    return []


def as_message_text(default: Any) -> str:
    """A default in a message."""
    return default if isinstance(default, str) else json.dumps(default, separators=(",", ":"), default=str)


def is_quoted(text: Any) -> bool:
    """Whether a value is a text literal."""
    return isinstance(text, str) and len(text) >= 2 and text[0] == text[-1] and text[0] in _QUOTES


def _members(field: Field) -> list[str]:
    rendered = field.type.render(field, None)
    return list(rendered) if isinstance(rendered, Mapping) else []


def _nullified(value: Any) -> Any:
    return None if value in ("", "''", '""') or (isinstance(value, list | Mapping) and not value) else value


def _is_grammatical(default: Any, functions: frozenset[str]) -> bool:
    """Every text is a literal, or the default as a whole a function that the type knows."""
    if isinstance(default, str):
        return is_quoted(default) or default in functions
    if isinstance(default, Mapping):
        return all(
            _is_grammatical(member, frozenset())
            for member in default.values()
            if not isinstance(member, list | Mapping)
        )
    if isinstance(default, list):
        return all(_is_grammatical(member, frozenset()) for member in default)
    return True


def _is_accepted(field: Field) -> bool:
    """Whether a record could hold it."""
    try:
        field.type.default(field, now=_SOME_TIME)
        if field.type.is_composite:
            field.type.parse(field, evaluate(field.default_value, now=_SOME_TIME))
    except InvalidData:
        return False
    return True
