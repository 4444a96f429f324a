"""CURRENCY."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from ...errors import InvalidData
from .. import currencies
from ..inspect import inspect
from . import values
from .base import Field, Stored
from .composite import CompositeType, decimal_member, text_member
from .defaults import evaluate

AMOUNT, CODE = "amountMicros", "currencyCode"


def _amount(name: str, value: Any) -> str | None:
    """Millionths have no fractions."""
    amount = values.decimal(name, value)
    if amount is not None and "." in amount:
        raise InvalidData(f'Invalid number value {inspect(value)} for field "{name}" - It must be an integer.')
    return amount


def _code(name: str, value: Any) -> str | None:
    """The code in upper case."""
    text = values.text(name, value)
    code = None if text is None else text.strip().upper() or None
    if code is not None and code not in currencies.CODES:
        raise InvalidData(
            f'Invalid currency code {inspect(value)} for field "{name}" - It must be one of ISO 4217, such as EUR.'
        )
    return code


class Currency(CompositeType):
    """An amount in millionths, and the code of its currency, which reads as null when there is none."""

    name = "CURRENCY"
    words = "currency"
    members = (
        replace(decimal_member(AMOUNT), read=_amount, is_essential=True, scale=1_000_000),
        replace(text_member(CODE, empty=None), read=_code),
    )
    sample: ClassVar[Mapping[str, Any]] = {AMOUNT: 1500000000, CODE: "EUR"}

    def default(self, field: Field, *, now: str) -> Stored:
        """A default that was set when every text was a code stays what it was."""
        value = evaluate(field.default_value, now=now)
        if not isinstance(value, Mapping):
            return None
        amount, code = value.get(AMOUNT), value.get(CODE)
        members = {AMOUNT: None if amount is None else values.decimal(AMOUNT, amount), CODE: code or None}
        return {name: member for name, member in members.items() if member is not None} or None

    def leaf_functions(self, field: Field) -> tuple[tuple[str, str | None], ...]:
        return tuple((function, AMOUNT) for function in ("min", "max", "avg", "sum"))
