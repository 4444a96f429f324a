"""SELECT, RATING and the source of ACTOR: one of a list of options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....errors import InvalidFilter
from ... import operators as ops
from ...inspect import inspect
from ...operators import Operator, Predicate
from .. import graphql_types
from ..base import Ranges, Stored
from .common import ScalarKind, equal_ranges

#: Between the folded and the exact text of a value that is not all upper case.
_EXACT = "\x02"


class Select(ScalarKind):
    """An option's value. Orders are alphabetical (docs/wire/quirks.md#options-have-no-order-of-their-own); ``gt`` …
    ``lte`` go by position in the list.

    Encoded: the value in lower case, followed by the value itself where lower case loses something.
    """

    scalar = graphql_types.OPTION
    operators = ops.named(*ops.OPTION)
    is_choice = True
    contains = ops.CONTAINS_ANY

    def __init__(self, options: Sequence[str], name: str = "SELECT") -> None:
        self.name = name
        self.options = tuple(options)
        self._positions = {value: position for position, value in enumerate(self.options)}

    def value(self, field_name: str, raw: Any) -> str:
        if not isinstance(raw, str) or raw not in self._positions:
            raise InvalidFilter(f'Invalid value {inspect(raw)} for field "{field_name}"')
        return raw

    def predicate(self, operator: Operator, operand: Any) -> Predicate:
        if operator is ops.CONTAINS_ANY:
            return ops.IN.predicate(operand)
        if operator in ops.ORDERS:
            return ops.IN.predicate(self._matching(operator, operand))
        return operator.predicate(operand)

    def _matching(self, operator: Operator, operand: str) -> list[str]:
        """The options whose position compares to that of ``operand`` as ``operator`` says."""
        matches = operator.predicate(self._positions[operand])
        return [option for option, position in self._positions.items() if matches(position)]

    def encode(self, value: Stored) -> str:
        folded: str = value.lower()
        return folded if folded.upper() == value else f"{folded}{_EXACT}{value}"

    def decode(self, encoded: str, detail: str | None) -> Stored:
        folded, mark, exact = encoded.partition(_EXACT)
        return exact if mark else folded.upper()

    def sort_key(self, value: Stored) -> str:
        return self.encode(value)

    def ranges(self, operator: Operator, operand: Any) -> Ranges | None:
        match operator:
            case ops.EQ:
                chosen: Sequence[str] = (operand,)
            case ops.IN | ops.CONTAINS_ANY:
                chosen = operand
            case ops.GT | ops.GTE | ops.LT | ops.LTE:
                chosen = self._matching(operator, operand)
            case ops.NEQ:
                chosen = [option for option in self.options if option != operand]
            case _:
                return None
        return equal_ranges(map(self.encode, chosen))

    def from_cursor(self, raw: Any) -> Stored:
        if not isinstance(raw, str):
            raise ValueError("not an option")
        return raw
