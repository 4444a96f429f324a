"""RELATION and MORPH_RELATION: the many-to-one side holds the id of the record it points at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import InvalidData
from . import json_schema, values
from .base import Field, Kind, Leaf, Mode, Stored
from .common import ScalarType
from .graphql_types import TypeNames
from .kinds import Uuid
from .rules import FieldTypeRules


class RelationType(ScalarType):
    """Relations. A morph relation is one such field for each target (docs/wire/metadata.md#morph-relations)."""

    rules = FieldTypeRules(is_relation=True, has_default=False)
    _KIND = Uuid()

    def __init__(self, name: str, *, is_counted: bool) -> None:
        self.name = name
        self._is_counted = is_counted

    def kind(self, field: Field) -> Kind:
        return self._KIND

    def leaves(self, field: Field) -> tuple[Leaf, ...]:
        return super().leaves(field) if field.is_many_to_one else ()

    def parse(self, field: Field, value: Any, *, old: Stored = None, mode: Mode = "create") -> Stored:
        if not field.is_many_to_one:
            raise InvalidData(f"One-to-many relation {field.name} field does not support write operations.")
        return super().parse(field, value, old=old, mode=mode)

    def read(self, field: Field, value: Any) -> Stored:
        return values.uuid(field.input_name, value)

    def default(self, field: Field, *, now: str) -> Stored:
        return None

    def unique_subfields(self) -> Sequence[str | None]:
        return (None,)

    def graphql(self, field: Field, enum: str) -> TypeNames:
        """Of the join column."""
        return TypeNames(output="ID", create="ID", update="ID", filter=self._KIND.scalar.filter)

    def openapi(self, field: Field, *, response: bool) -> Mapping[str, Any]:
        return json_schema.UUID

    def aggregates(self, field: Field) -> Mapping[str, tuple[str, Leaf | None]]:
        return super().aggregates(field) if self._is_counted and field.is_many_to_one else {}
