"""Phone numbers as people type them when they search: ``06 10 20 30 40``, ``(415) 555-2671``, ``+33 (0)6 10 20 30 40``.

Records have tokens of the national significant number (``610203040``), and of that behind its calling code
(``search_texts`` of PHONES). Pure text: the library of phone numbers takes long to load, and needs a country.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

#: Digits of a number at least; fewer say too little. The most that ITU-T E.164 allows, and a prefix.
_LEAST, _MOST = 7, 18
_DIGITS = re.compile(r"[0-9()./+-]*[0-9][0-9()./+-]*")
_BLANK = " "
#: A trunk prefix that is left out behind a calling code.
_OPTIONAL_TRUNK = "(0)"
_INTERNATIONAL = ("+", "00")
#: Where a trunk prefix is 8 (Russia and its neighbours), it makes a number of eleven digits.
_LONG_TRUNK, _LONG = "8", 11
#: Calling codes of one and of two digits; all others have three, and none is the beginning of another (ITU-T E.164).
_ONE_DIGIT = frozenset("17")
_UNITS_BY_TENS = {2: "07", 3: "0123469", 4: "013456789", 5: "12345678", 6: "0123456", 8: "1246", 9: "0123458"}
_TWO_DIGITS = frozenset(f"{tens}{digit}" for tens, digits in _UNITS_BY_TENS.items() for digit in digits)


def joined(chunks: Iterable[str]) -> Iterator[str]:
    """The chunks of an input, and before those that may make up one number all of them with blanks between."""
    for is_digits, group in groupby(chunks, key=lambda chunk: _DIGITS.fullmatch(chunk) is not None):
        run = list(group)
        if is_digits and len(run) > 1 and _is_number(run):
            yield _BLANK.join(run)
        yield from run


def is_joined(chunk: str) -> bool:
    """Whether a chunk was several."""
    return _BLANK in chunk


def numbers(chunk: str) -> Iterator[str]:
    """The tokens of phone numbers that a chunk may stand for.

    >>> list(numbers("+33 (0)6 10 20 30 40")), list(numbers("0610203040"))
    (['33610203040'], ['0610203040', '610203040'])
    """
    text = chunk.replace(_BLANK, "")
    if not _DIGITS.fullmatch(text):
        return
    is_international = text.startswith(_INTERNATIONAL)
    digits = _only_digits(text.replace(_OPTIONAL_TRUNK, "") if is_international else text)
    if not _LEAST <= len(digits) <= _MOST:
        return
    yield digits
    if digits.startswith("00"):
        yield digits[2:]
    elif digits.startswith("0") or (digits.startswith(_LONG_TRUNK) and len(digits) == _LONG):
        yield digits[1:]


def calling_code(digits: str) -> str:
    """The calling code that a number as dialled from abroad begins with; all digits where they end before it does.

    >>> calling_code("15552671"), calling_code("442079460000"), calling_code("351"), calling_code("3")
    ('1', '44', '351', '3')
    """
    if digits[:1] in _ONE_DIGIT:
        return digits[:1]
    return digits[:2] if digits[:2] in _TWO_DIGITS else digits[:3]


def _is_number(run: list[str]) -> bool:
    """Whether chunks of digits are parts of one number rather than several, such as years."""
    return (len(run) > 2 or run[0][0] in "+(0") and _LEAST <= sum(len(_only_digits(part)) for part in run) <= _MOST


def _only_digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())
