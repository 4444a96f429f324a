"""UUID, and the ids that relations hold."""

from __future__ import annotations

from typing import Any

from ....identifiers import parse_uuid
from .. import graphql_types, values
from ..base import Stored
from .common import OrderedKind


class Uuid(OrderedKind):
    """UUIDs in lower case, in the order of their texts."""

    scalar = graphql_types.UUID
    name = "UUID"

    def value(self, field_name: str, raw: Any) -> str:
        return values.uuid(field_name, raw)

    def encode(self, value: Stored) -> str:
        return str(value)

    def decode(self, encoded: str, detail: str | None) -> Stored:
        return encoded

    def from_cursor(self, raw: Any) -> Stored:
        value = parse_uuid(raw)
        if value is None:
            raise ValueError("not a UUID")
        return value
