"""SQL's LIKE: ``%`` stands for any text, ``_`` for one character, a backslash makes the next character literal.

Patterns are cut at ``%`` into segments that are searched from left to right, so the time is bounded by text × pattern
(a regular expression with many ``.*`` would not be).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from .folding import fold

#: Stands for ``_`` in a segment; a lone surrogate can be in no stored text.
_ANY = "\udc80"


@lru_cache(maxsize=1024)
def like(pattern: str) -> Callable[[str], bool]:
    """A predicate for ``LIKE pattern``."""
    return _matcher(_segments(pattern))


@lru_cache(maxsize=1024)
def ilike(pattern: str) -> Callable[[str], bool]:
    """A predicate for ``ILIKE pattern``: both sides in lower case."""
    matches = _matcher([fold(segment) for segment in _segments(pattern)])
    return lambda text: matches(fold(text))


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
    if _ANY not in segment:
        length = len(segment)

        def find(text: str, start: int, stop: int) -> int:
            position = text.find(segment, start, stop)
            return position if position < 0 else position + length

        return find
    pattern = _compile(segment)

    def search(text: str, start: int, stop: int) -> int:
        match = pattern.search(text, start, stop)
        return match.end() if match else -1

    return search


def _compile(segment: str) -> re.Pattern[str]:
    return re.compile("".join("." if char == _ANY else re.escape(char) for char in segment), re.DOTALL)
