"""What kinds have in common: checks of operands (docs/wire/rest.md#operands, docs/wire/graphql.md#filters-in-graphql),
ranges of exact encodings.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ....errors import InvalidData, InvalidFilter
from ... import operators as ops
from ...operators import OperandType, Operator, Predicate
from ..base import KeyRange, Kind, Ranges, Stored

_JS_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "boolean"),
    ((int, float), "number"),
    (str, "string"),
)


class ScalarKind(Kind):
    """A kind whose operands are what the operator says (``Operator.takes``), and whose operators mean what they say."""

    def operand(self, field_name: str, operator: Operator, raw: Any) -> Any:
        return _OPERANDS[operator.takes](self, field_name, operator, raw)

    def predicate(self, operator: Operator, operand: Any) -> Predicate:
        return operator.predicate(operand)

    def checked(self, field_name: str, raw: Any) -> Any:
        """``value``, whose errors are those of filters."""
        try:
            return self.value(field_name, raw)
        except InvalidData as error:
            raise InvalidFilter(error.message) from error

    @abstractmethod
    def value(self, field_name: str, raw: Any) -> Any:
        """One operand in the form of stored values. Raises InvalidData or InvalidFilter."""


def _value(kind: ScalarKind, field_name: str, operator: Operator, raw: Any) -> Any:
    return kind.checked(field_name, raw)


def _list(kind: ScalarKind, field_name: str, operator: Operator, raw: Any) -> tuple[Any, ...]:
    if raw is None:
        raise InvalidFilter(f'Filter operator "{operator.name}" requires an array value for field {field_name}')
    if not isinstance(raw, list | tuple):  # GraphQL takes one value where a list is expected
        raw = (raw,)
    if not raw:
        raise InvalidFilter(f"Invalid filter value for field {field_name}. Expected non-empty array")
    return tuple(kind.checked(field_name, item) for item in raw)


def _pattern(kind: ScalarKind, field_name: str, operator: Operator, raw: Any) -> str:
    if not isinstance(raw, str):
        raise InvalidFilter(
            f'Filter operator "{operator.name}" requires a string value for field "{field_name}", got {_js_type(raw)}'
        )
    return raw


def _state(kind: ScalarKind, field_name: str, operator: Operator, raw: Any) -> Any:
    if raw not in ("NULL", "NOT_NULL"):
        raise InvalidFilter(f'Invalid filter value for "{operator.name}" operator. Expected "NULL" or "NOT_NULL"')
    return raw


def _boolean(kind: ScalarKind, field_name: str, operator: Operator, raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise InvalidFilter(f'Filter operator "{operator.name}" requires a boolean value for field {field_name}')
    return raw


_OPERANDS: Mapping[OperandType, Callable[[ScalarKind, str, Operator, Any], Any]] = {
    "value": _value,
    "list": _list,
    "pattern": _pattern,
    "state": _state,
    "boolean": _boolean,
}


class OrderedKind(ScalarKind):
    """A kind whose encoding is exact: comparing values is comparing encodings."""

    operators = ops.named(*ops.COMPARISONS)

    def sort_key(self, value: Stored) -> Any:
        return value

    def ranges(self, operator: Operator, operand: Any) -> Ranges | None:
        match operator:
            case ops.EQ:
                return equal_ranges((self.encode(operand),))
            case ops.IN:
                return equal_ranges(map(self.encode, operand))
            case ops.NEQ:
                encoded = self.encode(operand)
                return Ranges(
                    (KeyRange(high=encoded, include_high=False), KeyRange(low=encoded, include_low=False)), True
                )
            case ops.GT | ops.GTE:
                return Ranges((KeyRange(low=self.encode(operand), include_low=operator is ops.GTE),), True)
            case ops.LT | ops.LTE:
                return Ranges((KeyRange(high=self.encode(operand), include_high=operator is ops.LTE),), True)
        return None


def equal_ranges(encoded: Iterable[str], *, exact: bool = True) -> Ranges:
    """One range for each distinct encoded value."""
    return Ranges(tuple(KeyRange(low=part, high=part) for part in sorted(set(encoded))), exact)


def _js_type(value: Any) -> str:
    return next((name for kinds, name in _JS_TYPES if isinstance(value, kinds)), "object")
