from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.model.folding import fold
from icosa.model.like import ilike, like, literal_prefix

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
