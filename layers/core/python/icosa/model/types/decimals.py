"""Exact decimals as canonical text: ``1.5``, ``-3``, ``0.001``; no exponent, no trailing zeros, no negative zero."""

from __future__ import annotations

import re
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from .limits import EXACT_INTEGERS, JSON_INTEGERS

#: What an index key can hold (kinds/numeric.py).
MAX_DIGITS = 100
MAX_EXPONENT = 400
_MAX_TEXT = 1000
#: Wide enough to hold every accepted text exactly.
_CONTEXT = Context(prec=_MAX_TEXT, Emax=9_999_999, Emin=-9_999_999)
_NUMERIC = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,6})?\s*", re.ASCII)


def canonical(value: Any) -> str:
    """The canonical text of a number or of numeric text. Raises ValueError, with a text when a limit is exceeded."""
    if isinstance(value, bool):
        raise ValueError
    if isinstance(value, int):
        if -EXACT_INTEGERS <= value <= EXACT_INTEGERS:
            return str(value)
        number = Decimal(value)
    elif isinstance(value, float):
        number = _decimal(repr(value))
    elif isinstance(value, str) and len(value) <= _MAX_TEXT and _NUMERIC.fullmatch(value):
        number = _decimal(value.strip())
    else:
        raise ValueError
    if not number.is_finite():
        raise ValueError
    if not number:
        return "0"
    if abs(number.adjusted()) > MAX_EXPONENT:
        raise ValueError(f"Its magnitude must be between 1e-{MAX_EXPONENT} and 1e+{MAX_EXPONENT}.")
    number = number.normalize(_CONTEXT)
    if len(number.as_tuple().digits) > MAX_DIGITS:
        raise ValueError(f"It must not have more than {MAX_DIGITS} significant digits.")
    return format(number, "f")


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError from error


def to_number(text: str) -> int | float:
    """The JSON number of a canonical decimal: digits for integers of up to 64 bits, which typed clients need, else a
    double.

    >>> to_number("1500000000"), to_number("9007199254740993"), to_number("1.5")
    (1500000000, 9007199254740993, 1.5)
    """
    if "." not in text:
        whole = int(text)
        if -JSON_INTEGERS <= whole <= JSON_INTEGERS:
            return whole
    return float(text)
