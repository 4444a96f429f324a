from __future__ import annotations

import re
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.model import like as like_module
from icosa.model.folding import fold
from icosa.model.like import ilike, like, literal_prefix
from icosa.model.recent import Recent

LETTERS = "aAbB%_\\\n ıİσΣς"


def naive(pattern: str, text: str) -> bool:
    """LIKE by its definition."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(naive(pattern[1:], text[i:]) for i in range(len(text) + 1))
    if pattern[0] == "_":
        return bool(text) and naive(pattern[1:], text[1:])
    if pattern[0] == "\\" and len(pattern) > 1:
        pattern = pattern[1:]
    return text[:1] == pattern[0] and naive(pattern[1:], text[1:])


def expression(pattern: str, text: str) -> bool:
    """LIKE as a regular expression, for patterns without backslashes."""
    parts = [".*" if char == "%" else "." if char == "_" else re.escape(char) for char in re.sub("%+", "%", pattern)]
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("abc", "abc", True),
        ("abc", "ABC", False),
        ("a%", "abc", True),
        ("%c", "abc", True),
        ("%b%", "abc", True),
        ("a_c", "abc", True),
        ("a_c", "ac", False),
        ("a\\%", "a%", True),
        ("a\\%", "ab", False),
        ("100\\_", "100_", True),
        ("a%b%c", "a\nbb\nc", True),
        ("a%a", "a", False),
        ("%", "", True),
        ("_%_", "x", False),
        (".*", "abc", False),
    ],
)
def test_like(pattern: str, text: str, matches: bool) -> None:
    assert like(pattern)(text) is matches


@given(st.text(LETTERS, max_size=6), st.text(LETTERS, max_size=8))
def test_like_is_what_it_is_defined_to_be(pattern: str, text: str) -> None:
    assert like(pattern)(text) is naive(pattern, text)
    assert ilike(pattern)(text) is naive(fold(pattern), fold(text))


#: Characters that differ in one byte only, from every plane.
ALIKE = "ab\u0161\u6100\U00010061\U00016161"


@pytest.mark.parametrize("rare", [0, 1, 64])
@given(st.text(ALIKE + "%_", max_size=8), st.text(ALIKE, max_size=40))
def test_long_searches_find_the_same(rare: int, pattern: str, text: str) -> None:
    """With a bit for each character, as for long texts."""
    with mock.patch.multiple(like_module, _MOST_COMPARISONS=-1, _RARE=rare, _MOST_BITS=2 * len(text)):
        assert like.__wrapped__(pattern)(text) is expression(pattern, text)


@given(st.text("ab_", min_size=1, max_size=8), st.text("ab", max_size=300), st.text("ab", max_size=100))
def test_long_texts(segment: str, before: str, after: str) -> None:
    text = (before + segment.replace("_", "a") + after) * 200
    for pattern in (f"%{segment}%", f"{segment}%{segment}%b", f"%b{segment}%{segment}a%"):
        assert like(pattern)(text) is expression(pattern, text)


@given(st.text(LETTERS, max_size=6), st.text(LETTERS, max_size=8))
def test_literal_prefix(pattern: str, text: str) -> None:
    prefix, rest = literal_prefix(pattern)
    if rest == "":
        assert like(pattern)(text) is (text == prefix)
    elif rest == "%":
        assert like(pattern)(text) is text.startswith(prefix)
    elif like(pattern)(text):
        assert text.startswith(prefix)


def test_many_wildcards_take_no_time() -> None:
    assert not like("%a" * 50 + "b")("a" * 5000)


@given(st.text(), st.text())
def test_folding_goes_character_by_character(left: str, right: str) -> None:
    assert fold(left + right) == fold(left) + fold(right)


def test_many_single_wildcards_take_a_time_in_proportion_to_the_text() -> None:
    pattern = "%" + "a_" * 4000 + "b%"
    assert not like(pattern)("a" * 300_000)
    assert like(pattern)("a" * 300_000 + "b")


@given(st.lists(st.integers(0, 40), max_size=200))
def test_recent_results(numbers: list[int]) -> None:
    texts = [f"text {number}" for number in range(41)]
    calls: list[str] = []

    def upper(text: str) -> str:
        calls.append(text)
        return text.upper()

    recent = Recent(upper)
    assert [recent(texts[number]) for number in numbers] == [texts[number].upper() for number in numbers]
    assert len(set(calls)) <= len(calls) <= len(numbers)
    assert all(recent(texts[0]) == "TEXT 0" for _ in range(3)) and len(calls) <= len(numbers) + 1
