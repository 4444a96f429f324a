"""NUMERIC, ``amountMicros``, latitude and longitude: exact decimals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ....errors import InvalidFilter
from ... import operators as ops
from ...inspect import inspect
from ...operators import Operator, Predicate
from .. import graphql_types
from ..base import Stored
from ..decimals import canonical
from .common import OrderedKind

_NEGATIVE, _ZERO, _POSITIVE = "0", "1", "2"
_SHIFT = 1000
_WIDTH = 4
_COMPLEMENT = str.maketrans("0123456789", "9876543210")
#: Sorts above every digit: of two negative numbers the one with more digits is the smaller.
_END = "~"


class Numeric(OrderedKind):
    """Exact decimals, stored as canonical text.

    Encoded: sign, exponent, significant digits; exponent and digits of negative numbers are complemented.
    """

    name = "NUMERIC"
    scalar = graphql_types.BIG_FLOAT
    is_number = True
    is_exact = True

    def value(self, field_name: str, raw: Any) -> str:
        try:
            return canonical(raw)
        except ValueError as error:
            received = "NaN" if isinstance(raw, str) else inspect(raw)
            reason = f" - {error}" if str(error) else ""
            raise InvalidFilter(f'Invalid number value {received} for field "{field_name}"{reason}') from error

    def predicate(self, operator: Operator, operand: Any) -> Predicate:
        if operator not in ops.ORDERS:
            return operator.predicate(operand)
        matches = operator.predicate(Decimal(operand))
        return lambda value: matches(Decimal(value))

    def sort_key(self, value: Stored) -> Decimal:
        return Decimal(value)

    def encode(self, value: Stored) -> str:
        number = Decimal(value)
        if not number:
            return _ZERO
        digits = "".join(map(str, number.as_tuple().digits)).rstrip("0")
        text = f"{number.adjusted() + _SHIFT:0{_WIDTH}d}{digits}"
        return _POSITIVE + text if number > 0 else _NEGATIVE + text.translate(_COMPLEMENT) + _END

    def decode(self, encoded: str, detail: str | None) -> Stored:
        sign, text = encoded[0], encoded[1:]
        if sign == _ZERO:
            return "0"
        if sign == _NEGATIVE:
            text = text.removesuffix(_END).translate(_COMPLEMENT)
        exponent, digits = int(text[:_WIDTH]) - _SHIFT, text[_WIDTH:]
        return canonical(f"{'-' if sign == _NEGATIVE else ''}{digits[0]}.{digits[1:]}e{exponent}")

    def from_cursor(self, raw: Any) -> Stored:
        return canonical(raw)
