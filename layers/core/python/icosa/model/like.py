"""SQL's LIKE: ``%`` stands for any text, ``_`` for one character, a backslash makes the next character literal.

Patterns are cut at ``%`` into segments that are searched from left to right. Segments without ``_`` take a time in
proportion to the text. All places of the others are found at once, with one bit for each character of the text
(Shift-And): a step of the processor compares a character of the pattern with 64 of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

from .folding import fold
from .recent import Recent

#: Comparisons up to which a segment with ``_`` is searched by a regular expression.
_MOST_COMPARISONS = 200
#: Texts from this length on are folded once for several conditions.
_LONG = 200
_folded = Recent(fold)
#: Characters that are at most so seldom in a text are found one by one.
_RARE = 64
#: Bits of places that are kept for a text.
_MOST_BITS = 2**27

#: Stands for ``_`` in a segment; a lone surrogate can be in no stored text.
_ANY = "\udc80"


@lru_cache(maxsize=1024)
def like(pattern: str) -> Callable[[str], bool]:
    """A predicate for ``LIKE pattern``."""
    return _matcher(_segments(pattern))


@lru_cache(maxsize=1024)
def ilike(pattern: str) -> Callable[[str], bool]:
    """A predicate for ``ILIKE pattern``: both sides in lower case."""
    segments = [fold(segment) for segment in _segments(pattern)]
    matches = _matcher(segments)
    # Places are kept with the text itself, so it must be the same one for the next condition.
    shortest = 0 if any(_ANY in segment for segment in segments) else _LONG
    return lambda text: matches(fold(text) if len(text) < shortest else _folded(text))


def literal_prefix(pattern: str) -> tuple[str, str]:
    """The text with which every match begins, and what the rest is: ``""`` nothing, ``"%"`` anything, ``"?"`` something
    else.
    """
    segments = _segments(pattern)
    first, wildcard, _ = segments[0].partition(_ANY)
    if wildcard or len(segments) > 2:
        return first, "?"
    if len(segments) == 1:
        return first, ""
    return first, "?" if segments[1] else "%"


def longest_literal(pattern: str) -> tuple[str, bool, bool]:
    """The longest text that every match has in one piece, whether matches end with it, and whether the pattern asks for
    nothing else.

    >>> longest_literal("%an%quant%"), longest_literal("%or"), longest_literal("a_bc")
    (('quant', False, False), ('or', True, True), ('bc', True, False))
    """
    segments = _segments(pattern)
    pieces = [piece for segment in segments for piece in segment.split(_ANY)]
    place = max(range(len(pieces)), key=lambda i: len(pieces[i]))
    is_all = not segments[0] and len(pieces) == len(segments) and sum(map(bool, pieces)) == 1
    return pieces[place], place == len(pieces) - 1, is_all


def _segments(pattern: str) -> list[str]:
    segments = [""]
    characters = iter(pattern)
    for char in characters:
        if char == "%":
            segments.append("")
        elif char == "_":
            segments[-1] += _ANY
        else:
            segments[-1] += next(characters, char) if char == "\\" else char
    return segments


def _matcher(segments: list[str]) -> Callable[[str], bool]:
    first, *rest = segments
    if not rest:
        return _whole(first)
    *middle, last = rest
    starts, ends = _at_start(first), _at_end(last)
    finders = [_finder(segment) for segment in middle if segment]
    shortest = len(first) + len(last)

    def matches(text: str) -> bool:
        stop = len(text) - len(last)
        if len(text) < shortest or not starts(text) or not ends(text):
            return False
        position = len(first)
        for find in finders:
            position = find(text, position, stop)
            if position < 0:
                return False
        return True

    return matches


def _whole(segment: str) -> Callable[[str], bool]:
    if _ANY not in segment:
        return lambda text: text == segment
    pattern = _compile(segment)
    return lambda text: pattern.fullmatch(text) is not None


def _at_start(segment: str) -> Callable[[str], bool]:
    if _ANY not in segment:
        return lambda text: text.startswith(segment)
    pattern = _compile(segment)
    return lambda text: pattern.match(text) is not None


def _at_end(segment: str) -> Callable[[str], bool]:
    if _ANY not in segment:
        return lambda text: text.endswith(segment)
    pattern, length = _compile(segment), len(segment)
    return lambda text: pattern.fullmatch(text, len(text) - length) is not None


def _finder(segment: str) -> Callable[[str, int, int], int]:
    """Where the first occurrence between two positions ends, or -1."""
    length = len(segment)
    if _ANY not in segment:

        def find(text: str, start: int, stop: int) -> int:
            position = text.find(segment, start, stop)
            return position if position < 0 else position + length

        return find
    pattern = _compile(segment)
    known = [(offset, char) for offset, char in enumerate(segment) if char != _ANY]

    def search(text: str, start: int, stop: int) -> int:
        if stop - start < length:
            return -1
        if (stop - start) * length <= _MOST_COMPARISONS or not known:
            match = pattern.search(text, start, stop)
            return match.end() if match else -1
        characters = _characters(text)
        places = (1 << (stop - length + 1)) - 1  # where the segment may begin
        for offset, char in known:
            places &= characters.places(char) >> offset
            if not places:
                return -1
        places >>= start
        return start + (places & -places).bit_length() - 1 + length if places else -1

    return search


class _Characters:
    """Where each character of a text is: an integer with a bit for every place."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._places: dict[str, int] = {}
        # One byte of all characters after the other, the lowest first: bytes are compared faster than characters.
        encoded = text.encode("utf-32-le", "surrogatepass")
        self._planes = [encoded[byte::4][::-1] for byte in range(3)]

    def places(self, char: str) -> int:
        places = self._places.get(char)
        if places is None:
            if (len(self._places) + 1) * len(self._text) > _MOST_BITS:
                self._places = {}
            places = self._places[char] = self._find(char)
        return places

    def _find(self, char: str) -> int:
        text = self._text
        count = text.count(char)
        if count * _RARE < len(text):
            bits = bytearray(len(text) // 8 + 1)
            place = -1
            for _ in range(count):
                place = text.find(char, place + 1)
                bits[place >> 3] |= 1 << (place & 7)
            return int.from_bytes(bits, "little")
        places = -1
        for plane, byte in zip(self._planes, char.encode("utf-32-le", "surrogatepass"), strict=False):
            if byte or plane.count(0) < len(plane):
                places &= int(plane.translate(_ones(byte)), 2)
        return places


_characters = Recent(_Characters)


@cache
def _ones(byte: int) -> bytes:
    """A table that turns this byte into the digit 1, all others into 0."""
    return bytes(ord("1") if value == byte else ord("0") for value in range(256))


def _compile(segment: str) -> re.Pattern[str]:
    return re.compile("".join("." if char == _ANY else re.escape(char) for char in segment), re.DOTALL)
