"""Quotes in the text of a filter: which characters stand in them and so do not belong to its grammar.

A value or a member of a list that begins with a quote is quoted: it ends at the next quote of that kind, and a doubled
quote inside stands for one. Any other quote is text. Twenty's parser lets it hide what follows up to the next one, so
that conditions disappear; a filter in which that would make a difference, or whose last quote is not closed, was cut or
is not what its author means, and is refused (docs/wire/rest.md#filter-grammar).
"""

from __future__ import annotations

from ...errors import BadRequest
from ...model.inspect import inspect

_QUOTES = "\"'"
#: Stands for every character inside quotes.
_HIDDEN = "_"
_HINT = 'Put the whole value in quotes and double the quotes in it that are of the same kind, eg: name[eq]:"O\'Neil"'

#: API Gateway ends a value there.
CUT_HINT = "In an address ';' is written as %3B and '&' as %26"


def mask(text: str) -> str:
    """The text with every character inside quotes replaced. Raises BadRequest."""
    parts: list[str] = []
    kept = position = 0
    in_list = False
    while position < len(text):
        character = text[position]
        if character in _QUOTES:
            if _begins_value(text, position, in_list):
                end = _end(text, position)
                parts += (text[kept : position + 1], _HIDDEN * (end - position - 1))
                kept = end
            else:
                end = _partner(text, position, in_list)
            position = end
        elif character == "[":
            in_list = True
        elif character == "]":
            in_list = False
        position += 1
    return "".join((*parts, text[kept:]))


def unquote(text: str) -> str:
    """The value that a text stands for."""
    if len(text) < 2 or text[0] not in _QUOTES or text[-1] != text[0]:
        return text
    quote, inner = text[0], text[1:-1]
    # Twenty takes what is between the outer quotes as it is; so do we if it cannot be meant otherwise.
    return inner.replace(quote * 2, quote) if quote not in inner.replace(quote * 2, "") else inner


def _begins_value(text: str, position: int, in_list: bool) -> bool:
    return text.endswith("]:", 0, position) or (in_list and text.endswith(("[", ","), 0, position))


def _end(text: str, start: int) -> int:
    """The position of the quote that closes the one at ``start``."""
    quote = text[start]
    end = text.find(quote, start + 1)
    while end >= 0 and text[end + 1 : end + 2] == quote:
        end = text.find(quote, end + 2)
    return _closed(text, start, end)


def _partner(text: str, start: int, in_list: bool) -> int:
    """The position of the quote that Twenty would take for the partner of the one at ``start``, inside a value."""
    end = _closed(text, start, text.find(text[start], start + 1))
    between = text[start:end]
    if "," in between and not (in_list and "]" not in between):
        raise _invalid(f"The quotes around {inspect(between[1:])} hide a comma. {_HINT}")
    return end


def _closed(text: str, start: int, end: int) -> int:
    if end < 0:
        raise _invalid(f"The quote before {inspect(text[start + 1 :])} is not closed. {_HINT}. {CUT_HINT}")
    return end


def _invalid(message: str) -> BadRequest:
    return BadRequest(f"'filter' invalid. {message}", sub_code="INVALID_QUERY_INPUT")
