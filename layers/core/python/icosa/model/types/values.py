"""Checks and normal forms of scalar input values, shared by scalar types and the members of composites.

Every function takes the dotted field name for messages and a value of any JSON type, and returns the stored form.
Texts: docs/wire/rest.md#scalars, docs/wire/graphql.md#data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from ...errors import InvalidData
from ...identifiers import parse_uuid
from ..dates import parse_day, parse_instant
from ..inspect import inspect
from .decimals import canonical
from .limits import EXACT_INTEGERS, MAX_NUMBER, MIN_NUMBER, is_finite


def text(name: str, value: Any) -> str | None:
    """Text; ``""`` is null."""
    if not isinstance(value, str):
        raise InvalidData(f'Invalid string value {inspect(value)} for text field "{name}"')
    if not value:
        return None
    check_characters(name, value)
    return value


def check_characters(name: str, value: str) -> None:
    """Refuse what PostgreSQL's text refuses, too: the NUL character, and halves of surrogate pairs."""
    if "\x00" in value:
        raise InvalidData(f'Invalid string value for text field "{name}" - It must not contain the character U+0000.')
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise InvalidData(
                f'Invalid string value for text field "{name}" - It must not contain unpaired surrogates.'
            ) from error


def uuid(name: str, value: Any) -> str:
    """A UUID in lower case."""
    parsed = parse_uuid(value)
    if parsed is None:
        raise InvalidData(f'Invalid UUID value {inspect(value)} for field "{name}"')
    return parsed


def boolean(name: str, value: Any) -> bool:
    if value is not True and value is not False:
        raise InvalidData(f'Invalid boolean value {inspect(value)} for field "{name}"')
    return bool(value)


def day(name: str, value: Any) -> str:
    parsed = parse_day(value) if isinstance(value, str) else None
    if parsed is None:
        raise InvalidData(f"Invalid value {inspect(value)} for date field \"{name}\". Expected format: 'YYYY-MM-DD'")
    return parsed


def instant(name: str, value: Any) -> str:
    parsed = parse_instant(value) if isinstance(value, str) else None
    if parsed is None:
        raise InvalidData(
            f"Invalid value {inspect(value)} for date-time field \"{name}\". Expected format: 'YYYY-MM-DDTHH:mm:ssZ'"
        )
    return parsed


def number(name: str, value: Any, *, bits: int | None = None) -> int | float:
    """A JSON number as an int when it is integral and exact as a double, else a float. Numeric text is refused.

    ``bits``: integers of so many bits, exact.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not is_finite(value):
        raise InvalidData(f'Invalid number value {inspect(value)} for field "{name}"')
    try:
        return integer(value, bits) if bits else double(value)
    except ValueError as error:
        raise InvalidData(f'Invalid number value {inspect(value)} for field "{name}" - {error}') from error


def double(value: float) -> int | float:
    """The stored form of a double. Raises ValueError, which names the limit."""
    if -EXACT_INTEGERS <= value <= EXACT_INTEGERS:
        if isinstance(value, int):
            return value
        if value.is_integer():
            return int(value)
        if abs(value) < MIN_NUMBER:
            raise ValueError("The smallest number other than 0 is 1e-130.")
        return value
    if not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise ValueError("The largest number is 9.99e+125.")
    return float(value)


def integer(value: float, bits: int) -> int:
    """The stored form of an integer of so many bits. Raises ValueError, which names the limit."""
    whole, limit = int(value), 2 ** (bits - 1)
    if whole != value:
        raise ValueError("It must be an integer.")
    if not -limit <= whole < limit:
        raise ValueError(f"It must be between {-limit} and {limit - 1}.")
    return whole


def decimal(name: str, value: Any) -> str | None:
    """Number or numeric text as canonical decimal text; ``""`` is null."""
    if value == "":
        return None
    try:
        return canonical(value)
    except ValueError as error:
        received = inspect(value) if isinstance(value, bool | int | float) else "NaN"
        raise InvalidData(f'Invalid number value {received} for field "{name}"{_reason(error)}') from error


def _reason(error: ValueError) -> str:
    return f" - {error}" if str(error) else ""


def json_text(name: str, value: Any) -> str | None:
    """An object, a list or JSON text of one as compact JSON text; ``{}`` is null."""
    value = json(name, value)
    if value == {}:
        return None
    try:
        return orjson.dumps(value).decode()
    except TypeError as error:  # nested too deeply, unpaired surrogates, integers beyond 64 bits
        raise InvalidData(f'Invalid object value for field "{name}" - {error}') from error


def json(name: str, value: Any) -> Any:
    """An object or a list, given as such or as JSON text."""
    if isinstance(value, Mapping | list):
        return value
    try:
        parsed = orjson.loads(value) if isinstance(value, str) else None
    except orjson.JSONDecodeError:
        parsed = None
    if not isinstance(parsed, dict | list):
        raise InvalidData(f'Invalid object value {inspect(value)} for field "{name}"')
    return parsed


def json_list(name: str, value: Any) -> list[Any]:
    """A list, given as such or as JSON text."""
    parsed = json(name, value)
    if not isinstance(parsed, list):
        raise InvalidData(f'Invalid object value {inspect(value)} for field "{name}"')
    return parsed


def option(name: str, value: Any, options: frozenset[str] | tuple[str, ...]) -> str | None:
    """The value of a choice; ``""`` is null."""
    if not isinstance(value, str):
        raise InvalidData(f'Invalid string value {inspect(value)} for text field "{name}"')
    if not value:
        return None
    if value not in options:
        raise InvalidData(f'Invalid value "{value[:1000]}" for field "{name}". Valid values are: {", ".join(options)}')
    return value
