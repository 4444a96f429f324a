"""RAW_JSON, FILES and the JSON members of composites."""

from __future__ import annotations

import re
from typing import Any

import orjson

from ... import operators as ops
from ...operators import Operator, Predicate
from ...recent import Recent
from .. import graphql_types
from ..base import Stored
from .common import ScalarKind
from .text import Text

_TEXT = Text()
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_TO_ESCAPE = re.compile(r'["\\\x00-\x1f]')


class RawJson(ScalarKind):
    """JSON. ``like`` looks at the text that PostgreSQL's jsonb has. Stored as JSON text, or as a list (FILES, list
    members).
    """

    scalar = graphql_types.JSON
    operators = ops.named(*ops.JSON)
    contains = ops.LIKE
    is_indexed = False
    is_groupable = False

    def __init__(self, name: str = "RAW_JSON") -> None:
        self.name = name

    def value(self, field_name: str, raw: Any) -> Any:
        raise AssertionError("no operator takes a value")

    def predicate(self, operator: Operator, operand: Any) -> Predicate:
        matches = operator.predicate(operand)
        return lambda value: matches(_recent_text(value))

    def encode(self, value: Stored) -> str:
        return _TEXT.encode(_stored_text(value))

    def is_cut(self, encoded: str) -> bool:
        return _TEXT.is_cut(encoded)

    def sort_key(self, value: Stored) -> str:
        return _TEXT.sort_key(_stored_text(value))


def _stored_text(value: Stored) -> str:
    return jsonb_text(orjson.loads(value) if isinstance(value, str) else value)


_recent_text = Recent(_stored_text)


def jsonb_text(value: Any) -> str:
    """``value`` as PostgreSQL writes jsonb: ``{"k": "v1", "list": [1, 2]}``, shorter keys first."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return f"{{{', '.join(f'{_quoted(key)}: {jsonb_text(value[key])}' for key in keys)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(jsonb_text, value))}]"
    if isinstance(value, str):
        return _quoted(value)
    return orjson.dumps(value).decode()


def _quoted(text: str) -> str:
    return f'"{_TO_ESCAPE.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    return _ESCAPES.get(char) or f"\\u{ord(char):04x}"
