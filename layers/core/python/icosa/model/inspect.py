"""Values as they are printed in error messages: the style of Node's ``util.inspect``
(docs/wire/rest.md#values-in-messages).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

_WIDTH = 72
_MAX_DEPTH = 2
_MAX_ITEMS = 100
#: JavaScript writes larger numbers with an exponent.
_MAX_DIGITS = 1e21
#: Far below Node's 10,000, because messages are sent back and logged.
_MAX_TEXT = 1000
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_NAMED_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f", "\v": "\\v", "\\": "\\\\"}
_TO_ESCAPE = re.compile(r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")


def inspect(value: Any) -> str:
    """``value`` (anything that JSON can hold) as one line, or several when it is long.

    >>> inspect("it's"), inspect({"a": [1, None]}), inspect(float("nan"))
    ('"it\\'s"', '{ a: [ 1, null ] }', 'NaN')
    """
    return _inspect(value, 0)


def as_text(value: Any) -> str:
    """``value`` inside quotes of a message: texts as they are, everything else as JSON has it.

    >>> as_text("x"), as_text(None), as_text([True])
    ('x', 'null', '[ true ]')
    """
    return value[:_MAX_TEXT] if isinstance(value, str) else inspect(value)


def _inspect(value: Any, depth: int) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return _group("{", "}", "[Object]", list(value.items()), _entry, depth)
    if isinstance(value, list | tuple):
        return _group("[", "]", "[Array]", list(value), _inspect, depth)
    return _text(str(value))


def _number(value: float) -> str:
    if isinstance(value, int):
        if abs(value) < _MAX_DIGITS:
            return str(value)
        try:
            value = float(value)
        except OverflowError:
            return "Infinity" if value > 0 else "-Infinity"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value.is_integer() and abs(value) < _MAX_DIGITS:
        return "-0" if value == 0 and math.copysign(1, value) < 0 else str(int(value))
    return re.sub(r"e([+-])0", r"e\1", repr(value))


def _text(value: str) -> str:
    rest = len(value) - _MAX_TEXT
    if rest > 0:
        value = value[:_MAX_TEXT]
    quote = next((q for q in "'\"`" if q not in value), "'")
    escaped = _TO_ESCAPE.sub(_escape, value)
    if quote in escaped:
        escaped = escaped.replace(quote, "\\" + quote)
    more = f"... {rest} more character{'s' if rest > 1 else ''}" if rest > 0 else ""
    return f"{quote}{escaped}{quote}{more}"


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    code = ord(char)
    return _NAMED_ESCAPES.get(char) or (f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}")


def _entry(pair: tuple[str, Any], depth: int) -> str:
    key, value = pair
    name = key if _IDENTIFIER.fullmatch(key) else _text(key)
    return f"{name}: {_inspect(value, depth)}"


def _group(opening: str, closing: str, name: str, items: list[Any], show: Callable[[Any, int], str], depth: int) -> str:
    if not items:
        return opening + closing
    if depth > _MAX_DEPTH:
        return name
    texts = [show(item, depth + 1) for item in items[:_MAX_ITEMS]]
    rest = len(items) - _MAX_ITEMS
    if rest > 0:
        texts.append(f"... {rest} more item{'s' if rest > 1 else ''}")
    line = f"{opening} {', '.join(texts)} {closing}"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    indent = "  " * (depth + 1)
    return opening + "\n" + ",\n".join(indent + part for part in texts) + "\n" + "  " * depth + closing
