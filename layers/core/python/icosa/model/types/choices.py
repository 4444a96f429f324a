"""SELECT, RATING and MULTI_SELECT: values from the field's options; and ARRAY, whose members are free."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import InvalidData
from ..inspect import inspect
from . import json_schema, values
from .base import Field, Kind, Stored
from .common import ScalarType
from .kinds import Array, MultiSelect, Select


def option_values(field: Field) -> tuple[str, ...]:
    """The values of a field's options in the order of their positions."""
    return tuple(option.value for option in sorted(field.options, key=lambda option: option.position))


class ChoiceType(ScalarType):
    """SELECT and RATING."""

    def __init__(self, name: str) -> None:
        self.name = name  # type: ignore[misc]

    def kind(self, field: Field) -> Kind:
        return Select(option_values(field), self.name)

    def read(self, field: Field, value: Any) -> Stored:
        if isinstance(value, str) and value in field.option_values:
            return value
        return values.option(field.name, value, option_values(field))

    def openapi(self, field: Field, *, response: bool) -> Mapping[str, Any]:
        return json_schema.enum(option_values(field))

    def example(self, field: Field) -> Any:
        return next(iter(option_values(field)), None)


class ListType(ScalarType):
    """A list of texts; empty lists are null, one bare text is a list of one."""

    def read(self, field: Field, value: Any) -> Stored:
        members = value if isinstance(value, list) else [value] if value != "" else []
        return [self.member(field, member) for member in members] or None

    @abstractmethod
    def member(self, field: Field, value: Any) -> str:
        """A member of the list. Raises InvalidData."""

    def render(self, field: Field, value: Stored) -> Any:
        return [] if value is None else value

    def merge(self, field: Field, values: Sequence[Stored], priority: Stored) -> Stored:
        """The members of all lists, each once (spec/rest-core.md §1.12)."""
        return list(dict.fromkeys(member for value in values for member in value or ())) or None

    def unique_subs(self) -> Sequence[str | None]:
        return ()


class MultiSelectType(ListType):
    name = "MULTI_SELECT"

    def kind(self, field: Field) -> Kind:
        return MultiSelect(option_values(field))

    def member(self, field: Field, value: Any) -> str:
        if isinstance(value, str) and value in field.option_values:
            return value
        raise InvalidData(f'Invalid value {inspect(value)} for multi select field "{field.name}"')

    def openapi(self, field: Field, *, response: bool) -> Mapping[str, Any]:
        return json_schema.array(json_schema.enum(option_values(field)))

    def example(self, field: Field) -> Any:
        return list(option_values(field)[:2]) or None


class ArrayType(ListType):
    name = "ARRAY"
    _KIND = Array()

    def kind(self, field: Field) -> Kind:
        return self._KIND

    def member(self, field: Field, value: Any) -> str:
        if not isinstance(value, str):
            # The quote stands where Twenty has it (spec/graphql-core.md §5.2).
            raise InvalidData(
                f'Invalid value {inspect(value)} for field "{field.name} - Array values need to be string"'
            )
        values.check_characters(field.name, value)
        return value

    def openapi(self, field: Field, *, response: bool) -> Mapping[str, Any]:
        return json_schema.array(json_schema.STRING)

    def example(self, field: Field) -> Any:
        return ["first", "second"]
