"""BOOLEAN."""

from __future__ import annotations

from typing import Any

from ....errors import InvalidFilter
from ... import operators as ops
from ...inspect import inspect
from .. import graphql_types
from ..base import Stored
from .common import OrderedKind

_TEXTS = {"true": True, "false": False}


class Boolean(OrderedKind):
    """Truth values; false sorts before true."""

    name = "BOOLEAN"
    scalar = graphql_types.BOOLEAN
    operators = ops.named(*ops.TRUTH)

    def value(self, field_name: str, raw: Any) -> bool:
        value = raw if isinstance(raw, bool) else _TEXTS.get(raw) if isinstance(raw, str) else None
        if value is None:
            raise InvalidFilter(f'Invalid boolean value {inspect(raw)} for field "{field_name}"')
        return value

    def encode(self, value: Stored) -> str:
        return "1" if value else "0"

    def decode(self, encoded: str, detail: str | None) -> Stored:
        return encoded == "1"

    def from_cursor(self, raw: Any) -> Stored:
        if not isinstance(raw, bool):
            raise ValueError("not a boolean")
        return raw
