"""Fragments of texts, and the parts that patterns ask for: a look-up by fragments misses no match, and where it is said
to be sure, it finds nothing else.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.model import operators as ops
from icosa.model.fragments import LONGEST, MOST_CHARACTERS, SHORTEST, Part, fragments
from icosa.model.operators import Operator

_TEXT = st.text(alphabet="abAB%_\\ 1İΣ\x01\x02", max_size=40)
_PATTERNS = st.one_of(
    _TEXT, st.builds("%{}%".format, _TEXT), st.builds("%{}".format, _TEXT), st.builds("a%{}_{}".format, _TEXT, _TEXT)
)


def finds(part: Part, texts: list[str]) -> bool:
    """Whether the rows of a part have one of these texts."""
    known = fragments(texts)
    if known is None:
        return True
    if part.is_whole_fragment:
        return part.encoded in known
    return any(fragment.startswith(part.encoded) for fragment in known)


@pytest.mark.parametrize("operator", [ops.LIKE, ops.ILIKE, ops.ENDS_WITH])
@given(texts=st.lists(_TEXT, min_size=1, max_size=3), operand=_PATTERNS, cut=st.integers(0, 40))
def test_parts_are_found_by_fragments(operator: Operator, texts: list[str], operand: str, cut: int) -> None:
    for pattern in (operand, texts[0][cut:], f"%{texts[0][cut : cut + 5]}%", f"%{texts[0][cut:]}"):
        part = Part.of(operator, pattern)
        if part is None:
            continue
        assert len(part.text) >= SHORTEST
        test = operator.predicate(pattern)
        matches = any(map(test, texts))
        assert finds(part, texts) or not matches
        if part.is_sure and fragments(texts) is not None:
            assert matches == finds(part, texts)


@pytest.mark.parametrize(
    ("operator", "operand", "expected"),
    [
        (ops.ILIKE, "%Quant%", ("quant", False, True)),
        (ops.LIKE, "%Quant%", ("quant", False, False)),
        (ops.LIKE, "%2026%", ("2026", False, True)),
        (ops.ILIKE, "%Quant", ("quant", True, True)),
        (ops.ENDS_WITH, "quant%", ("quant%", True, False)),
        (ops.CONTAINS_ILIKE, "%a%quant%", ("quant", False, False)),
        (ops.ILIKE, r"%100\%%", ("100%", False, True)),
        (ops.ILIKE, "%ab_cde%", ("cde", False, False)),
        (ops.ILIKE, f"%{'x' * (LONGEST + 1)}%", ("x" * (LONGEST + 1), False, False)),
        (ops.ILIKE, f"%{'x' * LONGEST}", ("x" * LONGEST, True, False)),
    ],
)
def test_parts(operator: Operator, operand: str, expected: tuple[str, bool, bool]) -> None:
    part = Part.of(operator, operand)
    assert part is not None
    assert (part.text, part.is_end, part.is_sure) == expected


@pytest.mark.parametrize("operand", ["%ab%", "%", "", "%a_b_c%", "%ab"])
def test_short_parts_have_no_rows(operand: str) -> None:
    assert Part.of(ops.ILIKE, operand) is None


def test_a_long_text_has_no_fragments() -> None:
    longest = fragments("abcd" * (MOST_CHARACTERS // 4))
    assert longest is not None and len(longest) <= MOST_CHARACTERS - SHORTEST + 1
    assert max(map(len, longest)) == LONGEST
    assert fragments("x" * (MOST_CHARACTERS + 1)) is None
    assert fragments(["x" * MOST_CHARACTERS, "y"]) is None
    assert fragments(["ab", "bcd"]) == frozenset({"bcd"})
