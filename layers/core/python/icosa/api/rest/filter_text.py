"""The text form of filters and orders in query strings, parsed into the nested form of ``query/filters`` and
``query/orders``.

    filter      = element *( "," element )                      ; a list means and(...)
    element     = ("and" | "or" | "not") "(" element *( "," element ) ")" | item
    item        = path "[" comparator "]:" value
    order_by    = path [ "[" direction "]" ] *( "," ... )

Quirks that clients see are kept (docs/wire/rest.md#order, docs/wire/rest.md#filter-grammar): no blanks are trimmed, and
values are text. Mended: root conjunctions may stand side by side, and what is in quotes is text (``quotes``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ...errors import BadRequest
from ...model.operators import OPERATORS, OperandType, named
from ...query.filters import MAX_DEPTH
from ...query.orders import DIRECTIONS
from .quotes import mask, unquote

#: Comparators by name, in the order in which messages list them: the operators that REST has.
COMPARATORS = named(*(operator for operator in OPERATORS if operator.in_rest))
_CONJUNCTION = re.compile(r"(and|or|not)\((.+)\)", re.DOTALL)
_ITEM = re.compile(r".+\[.+\]:.+", re.DOTALL)

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Source:
    """A part of the filter. ``mask`` is as long as ``text`` and has the same grammar, but nothing inside quotes."""

    text: str
    mask: str

    def part(self, start: int, end: int | None = None) -> _Source:
        return _Source(self.text[start:end], self.mask[start:end])


def parse_filter(text: str) -> Raw:
    """``or(city[eq]:Paris,not(stage[is]:NULL))`` as ``{"or": [{"city": {"eq": "Paris"}}, {"not": …}]}``. Raises
    BadRequest.
    """
    source = _Source(text, mask(text))
    _check_brackets(source.mask)
    elements = [_element(part, depth=0) for part in _split(source)]
    return elements[0] if len(elements) == 1 else {"and": elements}


def parse_order(text: str) -> list[Raw]:
    """``name.firstName[DescNullsLast],position`` as ``[{"name": {"firstName": "DescNullsLast"}}, …]``. Raises
    BadRequest.
    """
    return [_criterion(item) for item in text.split(",")]


def _check_brackets(mask: str) -> None:
    missing = mask.count("(") - mask.count(")")
    if missing:
        side = "close" if missing > 0 else "open"
        plural = " is" if abs(missing) == 1 else "s are"
        raise _invalid(f"'filter' invalid. {abs(missing)} {side} bracket{plural} missing in the query")


def _element(source: _Source, *, depth: int) -> Raw:
    match = _CONJUNCTION.fullmatch(source.mask)
    if match is None:
        return _item(source)
    if depth > MAX_DEPTH:
        raise _invalid(f"'filter' invalid. Conditions cannot be nested deeper than {MAX_DEPTH} levels")
    conjunction = match[1]
    elements = [_element(part, depth=depth + 1) for part in _split(source.part(*match.span(2)))]
    if conjunction != "not":
        return {conjunction: elements}
    if len(elements) != 1:
        raise _invalid("'filter' invalid. 'not' conjunction should contain only 1 condition. eg: not(field[eq]:1)")
    return {"not": elements[0]}


def _split(source: _Source) -> Iterator[_Source]:
    """Cut at the commas that stand outside parentheses and square brackets."""
    start = nesting = 0
    in_list = False
    for position, character in enumerate(source.mask):
        if character == "[":
            in_list = True
        elif character == "]":
            in_list = False
        elif in_list:
            continue
        elif character == "(":
            nesting += 1
        elif character == ")":
            nesting -= 1
        elif character == "," and nesting == 0:
            yield source.part(start, position)
            start = position + 1
    yield source.part(start)


def _item(source: _Source) -> Raw:
    text = source.text
    if _ITEM.fullmatch(source.mask) is None:
        raise _invalid(f"'filter' invalid for '{text}'. eg: price[gte]:10")
    start = source.mask.index("[") + 1
    end = source.mask.index("]", start)
    path, name = text[: start - 1], text[start:end]
    comparator = COMPARATORS.get(name)
    if comparator is None:
        raise _invalid(f"'filter' invalid for '{text}', comparator {name} not in {', '.join(COMPARATORS)}")
    value = source.part(source.mask.index(":", end) + 1)
    return _nest(path, {name: _OPERANDS[comparator.takes](name, value)})


def _text(comparator: str, source: _Source) -> str:
    return unquote(source.text)


def _list(comparator: str, source: _Source) -> list[str]:
    text, mask = source.text, source.mask
    if not (mask.startswith("[") and mask.endswith("]") and len(mask) > 1):
        raise _invalid(
            f"'filter' invalid for '{comparator}' operator. Received '{text}' but array value expected "
            f"eg: 'field[{comparator}]:[value_1,value_2]'"
        )
    commas = [position for position, character in enumerate(mask) if character == ","]
    bounds = [0, *commas, len(text) - 1]
    return [unquote(text[start + 1 : end]) for start, end in pairwise(bounds)]


def _state(comparator: str, source: _Source) -> str:
    return source.text


def _boolean(comparator: str, source: _Source) -> bool | str:
    return {"true": True, "false": False}.get(source.text, source.text)


#: From the text behind the colon to the operand that GraphQL would send.
_OPERANDS: Mapping[OperandType, Callable[[str, _Source], Any]] = {
    "value": _text,
    "list": _list,
    "pattern": _text,
    "state": _state,
    "boolean": _boolean,
}


def _criterion(item: str) -> Raw:
    path, bracket, rest = item.partition("[")
    direction = rest.removesuffix("]") if bracket else DIRECTIONS[0]
    if direction not in DIRECTIONS:
        allowed = ", ".join(f"'{name}'" for name in DIRECTIONS)
        raise _invalid(
            f"'order_by' direction '{direction}' invalid. Allowed values are {allowed}. "
            "eg: ?order_by=field_1[AscNullsFirst],field_2[DescNullsLast],field_3"
        )
    return _nest(path, direction)


def _nest(path: str, value: Any) -> Raw:
    for name in reversed(path.split(".")):
        value = {name: value}
    return value  # type: ignore[no-any-return]


def _invalid(message: str) -> BadRequest:
    return BadRequest(message, sub_code="INVALID_QUERY_INPUT")
