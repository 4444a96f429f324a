"""The grammar of default values in metadata (docs/wire/metadata.md#default-values).

Texts carry their own quotes (``"'NEW'"``), ``uuid`` and ``now`` are functions, everything else stands for itself;
lists and objects hold such values.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

_FUNCTIONS = frozenset({"uuid", "now"})
_QUOTES = "'\""


def is_volatile(default_value: Any) -> bool:
    """Whether the default is another for each record."""
    return isinstance(default_value, str) and default_value in _FUNCTIONS


def evaluate(default_value: Any, *, now: str) -> Any:
    """The value, as a request body would hold it.

    >>> evaluate({"amountMicros": 5, "currencyCode": "'USD'"}, now="2026-05-04T09:12:44.120Z")
    {'amountMicros': 5, 'currencyCode': 'USD'}
    """
    if isinstance(default_value, str):
        if default_value == "now":
            return now
        if default_value == "uuid":
            return str(uuid.uuid4())
        return _unquoted(default_value)
    if isinstance(default_value, Mapping):
        return {key: evaluate(value, now=now) for key, value in default_value.items()}
    if isinstance(default_value, list | tuple):
        return [evaluate(value, now=now) for value in default_value]
    return default_value


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] and text[0] in _QUOTES:
        return text[1:-1]
    return text
