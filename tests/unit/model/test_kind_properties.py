"""What an index relies on: encodings sort as values do, ranges hold every match, rows give values back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from icosa.model.types.base import KeyRange, Kind
from icosa.model.types.decimals import canonical
from icosa.model.types.graphql_types import BIG_INT
from icosa.model.types.kinds import (
    Array,
    Boolean,
    Date,
    DateTime,
    EmailText,
    MultiSelect,
    Number,
    Numeric,
    RawJson,
    Select,
    Text,
    Uuid,
)
from icosa.model.types.values import double

OPTIONS = ("RED", "GREEN", "BLUE", "RED_2", "Red", "red")
TEXTS = st.one_of(
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1),
    st.text("aAbBσΣςİıß\x01\x02\x03éE😀", min_size=1, max_size=8),
    # Around the length at which encodings are cut, and where details end.
    st.builds(
        lambda head, n, tail: head * n + tail,
        st.sampled_from(["a", "A", "é", "😀", "\x01"]),
        st.integers(25, 130),
        st.text("aAé", max_size=3),
    ),
    st.builds(lambda n, tail: "x" * n + tail, st.integers(124, 129), st.text("aé€😀\x7f\x02", max_size=2)),
    st.builds(lambda n: "x" * n, st.integers(1020, 1030)),
)
DOUBLES = st.one_of(
    st.integers(-(2**53), 2**53),
    st.floats(-1e125, 1e125).filter(lambda x: x == 0 or abs(x) >= 1e-130),
    st.sampled_from([0.5, -0.5, 2**53, -(2**53)]),
).map(double)
BIGINTS = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.integers(2**53 - 3, 2**53 + 3), st.integers(-(2**53) - 3, -(2**53) + 3)
)
DECIMALS = st.one_of(
    st.integers(-(10**60), 10**60),
    st.floats(-1e300, 1e300).filter(lambda x: x == 0 or abs(x) > 1e-300),
    st.decimals(-1000, 1000, places=3).map(str),
    st.integers(-20, 20),
).map(canonical)
INSTANTS = st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z")

INDEXED: dict[str, tuple[Kind, st.SearchStrategy[Any]]] = {
    "text": (Text(), TEXTS),
    "email": (EmailText(), TEXTS.map(str.lower)),
    "number": (Number(), DOUBLES),
    "bigint": (Number(scalar=BIG_INT), BIGINTS),
    "numeric": (Numeric(), DECIMALS),
    "boolean": (Boolean(), st.booleans()),
    "date": (Date(), st.dates().map(str)),
    "instant": (DateTime(), INSTANTS),
    "uuid": (Uuid(), st.uuids().map(str)),
    "select": (Select(OPTIONS), st.sampled_from(OPTIONS)),
}
OTHERS: dict[str, tuple[Kind, st.SearchStrategy[Any]]] = {
    "multi": (MultiSelect(OPTIONS), st.lists(st.sampled_from(OPTIONS), min_size=1)),
    "array": (Array(), st.lists(TEXTS, min_size=1, max_size=3)),
    "json": (RawJson(), st.sampled_from(['{"a":1}', "[]", '{"b":[null,true]}', "[1.5]"])),
}
EVERY = INDEXED | OTHERS


indexed = pytest.mark.parametrize("name", INDEXED)


@pytest.mark.parametrize("name", EVERY)
@given(data=st.data())
def test_encodings_sort_as_values_do(name: str, data: st.DataObject) -> None:
    kind, values = EVERY[name]
    left, right = data.draw(values), data.draw(values)
    a, b = kind.encode(left), kind.encode(right)
    for encoded in (a, b):
        assert "\x01" not in encoded
        assert len(encoded.encode()) <= 128
    before, after = kind.sort_key(left), kind.sort_key(right)
    if a.encode() < b.encode():
        assert before < after
    if a == b and not kind.is_cut(a):
        assert before == after
    if before == after:
        assert a == b


@indexed
@given(data=st.data())
def test_rows_give_values_back(name: str, data: st.DataObject) -> None:
    kind, values = INDEXED[name]
    value = data.draw(values)
    detail = kind.detail(value)
    assert detail is None or kind.has_detail
    try:
        result = kind.decode(kind.encode(value), detail)
    except ValueError:
        assert kind.is_cut(kind.encode(value))
        assert len(value.encode()) > 1024
    else:
        assert result == value


@indexed
@given(data=st.data())
def test_a_row_without_detail_is_exactly_its_value(name: str, data: st.DataObject) -> None:
    kind, values = INDEXED[name]
    left, right = data.draw(values), data.draw(values)
    if (
        kind.encode(left) == kind.encode(right)
        and not kind.is_cut(kind.encode(left))
        and kind.detail(left) == kind.detail(right)
    ):
        assert left == right


@indexed
@given(data=st.data())
def test_cursors_give_values_back(name: str, data: st.DataObject) -> None:
    kind, values = INDEXED[name]
    value = data.draw(values)
    assert kind.from_cursor(kind.cursor_value(value)) == value


@indexed
@given(data=st.data())
def test_ranges_hold_every_match(name: str, data: st.DataObject) -> None:
    kind, values = INDEXED[name]
    value, other = data.draw(values), data.draw(values)
    operator = data.draw(
        st.sampled_from([op for op in kind.operators.values() if op.takes in ("value", "list", "pattern")])
    )
    operand = _operand(operator.name, data.draw(st.sampled_from([value, other])), values, data)
    ranges = kind.ranges(operator, operand)
    assume(ranges is not None)
    assert ranges is not None
    inside = sum(_holds(part, kind.encode(value)) for part in ranges.ranges)
    assert inside <= 1, "a row must not be counted twice"
    matches = kind.predicate(operator, operand)(value)
    if matches:
        assert inside
    if ranges.exact:
        assert matches == bool(inside)


def _operand(operator: str, value: Any, values: st.SearchStrategy[Any], data: st.DataObject) -> Any:
    match operator:
        case "in" | "containsAny":
            return (value, *data.draw(st.lists(values, max_size=2)))
        case "startsWith":
            return value[: data.draw(st.integers(0, len(value)))].swapcase() if data.draw(st.booleans()) else value[:3]
        case "endsWith":
            return value[-2:]
        case "like" | "ilike":
            shape = data.draw(st.sampled_from(["{}", "{}%", "%{}", "{}%x", "_{}"]))
            text = data.draw(st.sampled_from([value, value[:3], value.swapcase()]))
            return shape.format(text)
    return value


def _holds(part: KeyRange, encoded: str) -> bool:
    if part.prefix:
        assert part.low is not None
        return encoded.startswith(part.low)
    above = part.low is None or part.low < encoded or (part.include_low and part.low == encoded)
    below = part.high is None or encoded < part.high or (part.include_high and part.high == encoded)
    return above and below


@pytest.mark.parametrize(
    ("kind", "operator", "operand", "exact"),
    [
        (Text(), "startsWith", "2024-", True),
        (Text(), "startsWith", "ab", False),
        (Text(), "ilike", "Ab%", True),
        (Text(), "ilike", "Ab", True),
        (Text(), "like", "ab%", False),
        (Text(), "ilike", "a%b", False),
        (Text(), "eq", "abc", False),
        (Text(), "eq", "123", True),
        (Text(), "gt", "Ab", True),
        (Text(), "lte", "a" * 200, False),
        (Number(), "neq", 1, True),
        (Select(OPTIONS), "gt", "RED", True),
    ],
)
def test_exactness(kind: Kind, operator: str, operand: Any, exact: bool) -> None:
    ranges = kind.ranges(kind.operators[operator], operand)
    assert ranges is not None
    assert ranges.exact is exact


@pytest.mark.parametrize(
    ("kind", "operator", "operand"),
    [
        (Text(), "neq", "a"),
        (Text(), "like", "%a"),
        (Text(), "endsWith", "a"),
        (RawJson(), "like", "a%"),
    ],
)
def test_no_ranges(kind: Kind, operator: str, operand: Any) -> None:
    assert kind.ranges(kind.operators[operator], operand) is None


def test_text_of_any_length_has_a_row_that_can_be_told_from_others() -> None:
    kind = Text()
    assert kind.detail("abc") is None
    assert kind.detail("Abc") == "Abc"
    assert kind.detail("a" * 130) == "a" * 130
    assert kind.detail("a" * 1025) is None
    with pytest.raises(ValueError, match="longer"):
        kind.decode(kind.encode("a" * 1025), None)
