"""JSON that survives JavaScript: what ``JSON.stringify(JSON.parse(text))`` gives back unchanged.

Receivers of Twenty's webhooks compute the signature from the body that they have parsed, so a text that JavaScript
would write in another way fails its check. It differs from what Python writes in three things: numbers (``1`` for
``1.0``, ``1e+21`` for ``1e21``, and everything rounded to a double), the order of members (those whose names are array
indexes come first, by number), and the smallest of them: ``-0`` is ``0``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import orjson

#: Integers up to here are doubles, and written with all their digits.
_EXACT: Final = 2**53
#: From here on JavaScript writes exponents, and below ``10 ** -_SMALL_DIGITS``.
_LARGE_DIGITS: Final = 21
_SMALL_DIGITS: Final = 6
#: The first number that is no array index.
_NO_INDEX: Final = 2**32 - 1


def js_text(value: Any) -> str:
    """The text of a JSON value (of dictionaries, lists, texts, numbers, booleans, None)."""
    return orjson.dumps(_stable(value)).decode()


def _stable(value: Any) -> Any:
    match value:
        case bool() | str() | None:
            return value
        case int() | float():
            return _number(value)
        case Mapping():
            return {name: _stable(member) for name, member in _in_order(value)}
        case list() | tuple():
            return [_stable(member) for member in value]
        case _:
            raise TypeError(f"no JSON value: {type(value).__name__}")


def _in_order(members: Mapping[str, Any]) -> Any:
    if not any(name[:1].isdigit() for name in members):
        return members.items()
    indexes = sorted((name for name in members if _is_index(name)), key=int)
    rest = [name for name in members if not _is_index(name)]
    return ((name, members[name]) for name in (*indexes, *rest))


def _is_index(name: str) -> bool:
    """Whether a name is that of an array's place.

    >>> [_is_index(name) for name in ("0", "12", "01", "4294967295", "1e3", "\\u0661")]
    [True, True, False, False, False, False]
    """
    return name.isascii() and name.isdigit() and len(name) <= 10 and str(int(name)) == name and int(name) < _NO_INDEX


def _number(value: float) -> Any:
    if isinstance(value, int) and -_EXACT <= value <= _EXACT:
        return value
    try:
        double = float(value)
    except OverflowError:
        return None  # As JSON.stringify writes what JavaScript takes for infinite.
    return orjson.Fragment(number_text(double)) if math.isfinite(double) else None


def number_text(value: float) -> str:
    """A finite double as JavaScript writes it (ECMA-262, Number::toString).

    >>> [number_text(number) for number in (1.0, -0.0, 1e16, 1.5e21, 1e-6, 1.5e-7, 2.0**60)]
    ['1', '0', '10000000000000000', '1.5e+21', '0.000001', '1.5e-7', '1152921504606847000']
    """
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    # The value is 0.digits · 10^point.
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) <= point <= _LARGE_DIGITS:
        return f"{sign}{digits}{'0' * (point - len(digits))}"
    if 0 < point <= _LARGE_DIGITS:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -_SMALL_DIGITS < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}e{point - 1:+d}"
