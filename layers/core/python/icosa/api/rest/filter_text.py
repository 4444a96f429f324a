"""The text form of filters and orders in query strings, parsed into the nested form of ``query/filters`` and
``query/orders``.

    filter      = element *( "," element )                      ; a list means and(...)
    element     = ("and" | "or" | "not") "(" element *( "," element ) ")" | item
    item        = path "[" comparator "]:" value
    order_by    = path [ "[" direction "]" ] *( "," ... )

Quirks that clients see are kept (docs/wire/rest.md#order, docs/wire/rest.md#filter-grammar): no blanks are trimmed,
there are no escapes, values are text, the inside of a list is split at every comma, and an odd apostrophe in an
unquoted value hides later commas. Two are mended: root conjunctions may stand side by side, and an apostrophe inside
double quotes is only text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ...errors import BadRequest
from ...model.operators import OPERATORS, OperandType, named
from ...query.filters import MAX_DEPTH
from ...query.orders import DIRECTIONS

#: Comparators by name, in the order in which messages list them: the operators that REST has.
COMPARATORS = named(*(operator for operator in OPERATORS if operator.in_rest))
_CONJUNCTION = re.compile(r"(and|or|not)\((.+)\)", re.DOTALL)
_ITEM = re.compile(r".+\[.+\]:.+", re.DOTALL)
_QUOTES = "\"'"

Raw = dict[str, Any]


def parse_filter(text: str) -> Raw:
    """``or(city[eq]:Paris,not(stage[is]:NULL))`` as ``{"or": [{"city": {"eq": "Paris"}}, {"not": …}]}``. Raises
    BadRequest.
    """
    _check_brackets(text)
    elements = [_element(part, depth=0) for part in _split(text)]
    return elements[0] if len(elements) == 1 else {"and": elements}


def parse_order(text: str) -> list[Raw]:
    """``name.firstName[DescNullsLast],position`` as ``[{"name": {"firstName": "DescNullsLast"}}, …]``. Raises
    BadRequest.
    """
    return [_criterion(item) for item in text.split(",")]


def _check_brackets(text: str) -> None:
    missing = text.count("(") - text.count(")")
    if missing:
        side = "close" if missing > 0 else "open"
        plural = " is" if abs(missing) == 1 else "s are"
        raise _invalid(f"'filter' invalid. {abs(missing)} {side} bracket{plural} missing in the query")


def _element(text: str, *, depth: int) -> Raw:
    match = _CONJUNCTION.fullmatch(text)
    if match is None:
        return _item(text)
    if depth > MAX_DEPTH:
        raise _invalid(f"'filter' invalid. Conditions cannot be nested deeper than {MAX_DEPTH} levels")
    conjunction, content = match.groups()
    elements = [_element(part, depth=depth + 1) for part in _split(content)]
    if conjunction != "not":
        return {conjunction: elements}
    if len(elements) != 1:
        raise _invalid("'filter' invalid. 'not' conjunction should contain only 1 condition. eg: not(field[eq]:1)")
    return {"not": elements[0]}


def _split(text: str) -> list[str]:
    """Cut at the commas that stand outside parentheses, square brackets and quotes."""
    parts: list[str] = []
    start = nesting = 0
    quote = ""
    in_list = False
    for position, character in enumerate(text):
        if quote:
            if character == quote:
                quote = ""
        elif character in _QUOTES:
            quote = character
        elif character == "[":
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
            parts.append(text[start:position])
            start = position + 1
    parts.append(text[start:])
    return parts


def _item(text: str) -> Raw:
    if _ITEM.fullmatch(text) is None:
        raise _invalid(f"'filter' invalid for '{text}'. eg: price[gte]:10")
    path, rest = text.split("[", 1)
    name, rest = rest.split("]", 1)
    comparator = COMPARATORS.get(name)
    if comparator is None:
        raise _invalid(f"'filter' invalid for '{text}', comparator {name} not in {', '.join(COMPARATORS)}")
    return _nest(path, {name: _OPERANDS[comparator.takes](name, rest.split(":", 1)[1])})


def _text(comparator: str, text: str) -> str:
    return _unquote(text)


def _list(comparator: str, text: str) -> list[str]:
    if not (text.startswith("[") and text.endswith("]") and len(text) > 1):
        raise _invalid(
            f"'filter' invalid for '{comparator}' operator. Received '{text}' but array value expected "
            f"eg: 'field[{comparator}]:[value_1,value_2]'"
        )
    return [_unquote(part) for part in text[1:-1].split(",")]


def _state(comparator: str, text: str) -> str:
    return text


def _boolean(comparator: str, text: str) -> bool | str:
    return {"true": True, "false": False}.get(text, text)


#: From the text behind the colon to the operand that GraphQL would send.
_OPERANDS: Mapping[OperandType, Callable[[str, str], Any]] = {
    "value": _text,
    "list": _list,
    "pattern": _text,
    "state": _state,
    "boolean": _boolean,
}


def _unquote(text: str) -> str:
    return text[1:-1] if text and text[0] in _QUOTES and text[-1] in _QUOTES else text


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
