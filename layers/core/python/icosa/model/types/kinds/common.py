"""What kinds have in common: checks of operands (spec/rest-core.md §2.7.5, spec/graphql-core.md §4.5), ranges of exact
encodings.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any

from ....errors import InvalidData, InvalidFilter
from ..base import KeyRange, Kind, Ranges, Stored

COMPARISONS = ("eq", "neq", "gt", "gte", "lt", "lte", "in", "is")
_LISTS = frozenset({"in", "containsAny"})
_PATTERNS = frozenset({"like", "ilike", "startsWith", "endsWith", "containsIlike"})
_JS_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "boolean"),
    ((int, float), "number"),
    (str, "string"),
)


class ScalarKind(Kind):
    """A kind whose operands are a value, a list of values, or a pattern, as the operator says."""

    def operand(self, field_name: str, operator: str, raw: Any) -> Any:
        if operator == "is":
            if raw not in ("NULL", "NOT_NULL"):
                raise InvalidFilter('Invalid filter value for "is" operator. Expected "NULL" or "NOT_NULL"')
            return raw
        if operator == "isEmptyArray":
            if not isinstance(raw, bool):
                raise InvalidFilter(f'Filter operator "isEmptyArray" requires a boolean value for field {field_name}')
            return raw
        if operator in _LISTS:
            return self._several(field_name, operator, raw)
        if operator in _PATTERNS:
            if not isinstance(raw, str):
                raise InvalidFilter(
                    f'Filter operator "{operator}" requires a string value for field "{field_name}", got '
                    f"{_js_type(raw)}"
                )
            return raw
        return self._checked(field_name, raw)

    def _several(self, field_name: str, operator: str, raw: Any) -> tuple[Any, ...]:
        if not isinstance(raw, list | tuple):
            raise InvalidFilter(f'Filter operator "{operator}" requires an array value for field {field_name}')
        if not raw:
            raise InvalidFilter(f"Invalid filter value for field {field_name}. Expected non-empty array")
        return tuple(self._checked(field_name, item) for item in raw)

    def _checked(self, field_name: str, raw: Any) -> Any:
        try:
            return self.value(field_name, raw)
        except InvalidData as error:
            raise InvalidFilter(error.message) from error

    @abstractmethod
    def value(self, field_name: str, raw: Any) -> Any:
        """One operand in the form of stored values. Raises InvalidData or InvalidFilter."""


class OrderedKind(ScalarKind):
    """A kind whose encoding is exact: comparing values is comparing encodings."""

    operators: tuple[str, ...] = COMPARISONS

    def test(self, operator: str, value: Stored, operand: Any) -> bool:
        match operator:
            case "eq":
                return bool(value == operand)
            case "neq":
                return bool(value != operand)
            case "in":
                return value in operand
        left, right = self.sort_key(value), self.sort_key(operand)
        match operator:
            case "gt":
                return bool(left > right)
            case "gte":
                return bool(left >= right)
            case "lt":
                return bool(left < right)
            case "lte":
                return bool(left <= right)
        raise AssertionError(operator)

    def sort_key(self, value: Stored) -> Any:
        return value

    def ranges(self, operator: str, operand: Any) -> Ranges | None:
        if operator == "in":
            return equal_ranges(self.encode(value) for value in operand)
        encoded = self.encode(operand)
        match operator:
            case "eq":
                return equal_ranges((encoded,))
            case "neq":
                return Ranges(
                    (KeyRange(high=encoded, include_high=False), KeyRange(low=encoded, include_low=False)), True
                )
            case "gt" | "gte":
                return Ranges((KeyRange(low=encoded, include_low=operator == "gte"),), True)
            case "lt" | "lte":
                return Ranges((KeyRange(high=encoded, include_high=operator == "lte"),), True)
        return None


def equal_ranges(encoded: Iterable[str], *, exact: bool = True) -> Ranges:
    """One range for each distinct encoded value."""
    return Ranges(tuple(KeyRange(low=part, high=part) for part in sorted(set(encoded))), exact)


def _js_type(value: Any) -> str:
    return next((name for kinds, name in _JS_TYPES if isinstance(value, kinds)), "object")
