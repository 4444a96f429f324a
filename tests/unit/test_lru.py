"""The bounded memory."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from icosa.lru import LRUCache


@given(size=st.integers(1, 4), steps=st.lists(st.tuples(st.booleans(), st.integers(0, 6)), max_size=40))
def test_keeps_what_was_used_last(size: int, steps: Sequence[tuple[bool, int]]) -> None:
    recent = LRUCache[int, int](size=size)
    used: list[int] = []
    for write, key in steps:
        if write:
            recent.put(key, key * 10)
        kept = key in used
        assert recent.get(key) == (key * 10 if write or kept else None)
        if write or kept:
            used = [other for other in used if other != key] + [key]
            used = used[-size:]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 5)), min_size=1, max_size=40))
def test_keeps_no_more_than_the_weight_allows(steps: Sequence[tuple[int, int]]) -> None:
    recent = LRUCache[int, int](size=6, weigh=lambda value: value)
    kept: list[tuple[int, int]] = []
    for key, weight in steps:
        recent.put(key, weight)
        kept = [entry for entry in kept if entry[0] != key] + [(key, weight)]
        while sum(size for _, size in kept) > 6:
            kept.pop(0)
    assert {key: recent.get(key) for key in range(7)} == {key: dict(kept).get(key) for key in range(7)}


def test_keeps_what_is_too_heavy_until_something_else_comes() -> None:
    recent = LRUCache[str, int](size=10, weigh=lambda value: value)
    recent.put("small", 1)
    recent.put("huge", 100)
    assert (recent.get("small"), recent.get("huge")) == (None, 100)
    recent.put("small", 1)
    assert (recent.get("small"), recent.get("huge")) == (1, None)
