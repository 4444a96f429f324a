"""SELECT, RATING and MULTI_SELECT: values from the field's options; and ARRAY, whose members are free."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...errors import InvalidData
from ..inspect import inspect
from . import json_schema, values
from .base import Field, Kind, Option, Stored
from .common import ScalarType
from .kinds import Array, MultiSelect, Select
from .rules import FieldTypeRules


def option_values(field: Field) -> tuple[str, ...]:
    """The values of a field's options in the order of their positions."""
    return tuple(option.value for option in sorted(field.options, key=lambda option: option.position))


class SelectType(ScalarType):
    """One of the options that users make."""

    name = "SELECT"
    rules = FieldTypeRules(is_choice=True, takes_options=True, keeps_settings=False)

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


class RatingType(SelectType):
    """One of five options that are the same for all fields."""

    name = "RATING"
    rules = FieldTypeRules(is_choice=True, keeps_settings=False)
    _HIGHEST = 5

    def own_options(self, new_id: Callable[[], str]) -> tuple[Option, ...]:
        return tuple(
            Option(id=new_id(), value=f"RATING_{number}", label=str(number), position=number - 1)
            for number in range(1, self._HIGHEST + 1)
        )


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
        """The members of all lists, each once (docs/wire/rest.md#merge)."""
        return list(dict.fromkeys(member for value in values for member in value or ())) or None

    def unique_subfields(self) -> Sequence[str | None]:
        return ()


class MultiSelectType(ListType):
    name = "MULTI_SELECT"
    rules = FieldTypeRules(is_choice=True, takes_options=True, keeps_settings=False, supports_gin=True)

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
    rules = FieldTypeRules(supports_gin=True)
    _KIND = Array()

    def kind(self, field: Field) -> Kind:
        return self._KIND

    def member(self, field: Field, value: Any) -> str:
        if not isinstance(value, str):
            # The quote stands where Twenty has it (docs/wire/quirks.md#a-misplaced-quote).
            raise InvalidData(
                f'Invalid value {inspect(value)} for field "{field.name} - Array values need to be string"'
            )
        values.check_characters(field.name, value)
        return value

    def openapi(self, field: Field, *, response: bool) -> Mapping[str, Any]:
        return json_schema.array(json_schema.STRING)

    def example(self, field: Field) -> Any:
        return ["first", "second"]
