"""NUMBER and POSITION: double precision, and exact 64-bit integers."""

from __future__ import annotations

import struct
from typing import Any

from ....errors import InvalidFilter
from ...inspect import inspect
from ..base import Stored
from ..graphql_types import BIG_INT, FLOAT, Scalar
from ..limits import EXACT_INTEGERS, is_finite
from ..values import double, integer
from .common import OrderedKind

_DOUBLE = struct.Struct(">d")
_BITS = struct.Struct(">Q")
_SIGN = 1 << 63
_ALL = (1 << 64) - 1
#: Middle of the range that four hexadecimal digits have.
_CENTRE = 0x8000


class Number(OrderedKind):
    """Numbers.

    Encoded: the bits of the nearest double as hexadecimal text, mapped so that text order is numeric order; from
    2**53 on, where several integers share a double, followed by the difference from it.
    """

    is_number = True

    def __init__(self, name: str = "NUMBER", *, scalar: Scalar = FLOAT) -> None:
        self.name = name
        self.scalar = scalar
        self._is_bigint = scalar is BIG_INT

    def value(self, field_name: str, raw: Any) -> int | float:
        number = _read(raw)
        if number is None or not is_finite(number):
            # Text is what has been read, so it is received as JavaScript shows the number that it is not.
            received = "NaN" if isinstance(raw, str) else inspect(raw)
            raise InvalidFilter(f'Invalid number value {received} for field "{field_name}"')
        try:
            return integer(number, 64) if self._is_bigint and number == int(number) else double(number)
        except ValueError as error:
            raise InvalidFilter(f'Invalid number value {inspect(number)} for field "{field_name}" - {error}') from error

    def encode(self, value: Stored) -> str:
        nearest = float(value)
        (bits,) = _BITS.unpack(_DOUBLE.pack(nearest + 0.0))  # + 0.0: no negative zero
        text = f"{bits ^ _ALL if bits & _SIGN else bits | _SIGN:016x}"
        if -EXACT_INTEGERS < value < EXACT_INTEGERS:
            return text
        return f"{text}{int(value) - int(nearest) + _CENTRE:04x}"

    def decode(self, encoded: str, detail: str | None) -> Stored:
        bits = int(encoded[:16], 16)
        (nearest,) = _DOUBLE.unpack(_BITS.pack(bits ^ _SIGN if bits & _SIGN else bits ^ _ALL))
        if len(encoded) == 16:
            return int(nearest) if nearest.is_integer() else nearest
        return int(nearest) + int(encoded[16:], 16) - _CENTRE

    def cursor_value(self, value: Stored) -> Any:
        """JSON libraries stop at 64 bits, and the store gives doubles without a fraction as integers, however large."""
        return value if self._is_bigint or -EXACT_INTEGERS <= value <= EXACT_INTEGERS else float(value)

    def from_cursor(self, raw: Any) -> Stored:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not is_finite(raw):
            raise ValueError("not a number")
        return raw


def _read(raw: Any) -> int | float | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float):
        return raw
    if not isinstance(raw, str) or not raw.isascii() or "_" in raw:
        return None
    try:
        return int(raw)
    except ValueError:
        pass
    try:
        return float(raw)
    except ValueError:
        return None
