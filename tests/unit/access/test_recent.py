from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from icosa.access.recent import Recent


@given(size=st.integers(1, 4), steps=st.lists(st.tuples(st.booleans(), st.integers(0, 6)), max_size=40))
def test_keeps_what_was_used_last(size: int, steps: Sequence[tuple[bool, int]]) -> None:
    recent = Recent[int, int](size=size)
    used: list[int] = []
    for write, key in steps:
        if write:
            recent.remember(key, key * 10)
        kept = key in used
        assert recent.recall(key) == (key * 10 if write or kept else None)
        if write or kept:
            used = [other for other in used if other != key] + [key]
            used = used[-size:]
