"""SELECT, RATING and the source of ACTOR: one of a list of options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....errors import InvalidFilter
from ...inspect import inspect
from ..base import Ranges, Stored
from .common import ScalarKind, equal_ranges

#: Between the folded and the exact text of a value that is not all upper case.
_EXACT = "\x02"


class Select(ScalarKind):
    """An option's value. Orders are alphabetical (spec/graphql-core.md §4.4); ``gt`` … ``lte`` go by position in the
    list.

    Encoded: the value in lower case, followed by the value itself where lower case loses something.
    """

    operators = ("eq", "neq", "gt", "gte", "lt", "lte", "in", "containsAny", "is", "isEmptyArray")

    def __init__(self, options: Sequence[str], name: str = "SELECT") -> None:
        self.name = name
        self.options = tuple(options)
        self._positions = {value: position for position, value in enumerate(self.options)}

    def value(self, field_name: str, raw: Any) -> str:
        if not isinstance(raw, str) or raw not in self._positions:
            raise InvalidFilter(f'Invalid value {inspect(raw)} for field "{field_name}"')
        return raw

    def test(self, operator: str, value: Stored, operand: Any) -> bool:
        match operator:
            case "eq":
                return bool(value == operand)
            case "neq":
                return bool(value != operand)
            case "in" | "containsAny":
                return value in operand
            case "isEmptyArray":
                return False
        return value in self._beyond(operator, operand)

    def _beyond(self, operator: str, operand: str) -> tuple[str, ...]:
        """The options for which ``option operator operand`` holds."""
        position = self._positions[operand]
        match operator:
            case "gt":
                return self.options[position + 1 :]
            case "gte":
                return self.options[position:]
            case "lt":
                return self.options[:position]
            case "lte":
                return self.options[: position + 1]
        raise AssertionError(operator)

    def encode(self, value: Stored) -> str:
        folded: str = value.lower()
        return folded if folded.upper() == value else f"{folded}{_EXACT}{value}"

    def decode(self, encoded: str, detail: str | None) -> Stored:
        folded, mark, exact = encoded.partition(_EXACT)
        return exact if mark else folded.upper()

    def sort_key(self, value: Stored) -> str:
        return self.encode(value)

    def ranges(self, operator: str, operand: Any) -> Ranges | None:
        match operator:
            case "eq":
                chosen: Sequence[str] = (operand,)
            case "in" | "containsAny":
                chosen = operand
            case "gt" | "gte" | "lt" | "lte":
                chosen = self._beyond(operator, operand)
            case "neq":
                chosen = [option for option in self.options if option != operand]
            case _:
                return None
        return equal_ranges(map(self.encode, chosen))

    def from_cursor(self, raw: Any) -> Stored:
        if not isinstance(raw, str):
            raise ValueError("not an option")
        return raw
