from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.streams.pattern import PatternError, compile_filters, compile_pattern

RECORD = {
    "eventName": "INSERT",
    "size": 12,
    "flag": True,
    "none": None,
    "tags": ["a", "b"],
    "items": [{"n": 1}, {"n": 2}],
    "dynamodb": {"Keys": {"PK": {"S": "ws#R#1"}, "SK": {"S": "x"}}, "NewImage": {"v": {"N": "1"}}},
}


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ({"eventName": ["INSERT"]}, True),
        ({"eventName": ["MODIFY", "INSERT"]}, True),
        ({"eventName": ["insert"]}, False),
        ({"eventName": [{"equals-ignore-case": "insert"}]}, True),
        ({"eventName": ["INSERT"], "size": [13]}, False),
        ({"size": [12.0]}, True),
        ({"flag": [1]}, False),
        ({"flag": [True]}, True),
        ({"none": [None]}, True),
        ({"absent": [None]}, False),
        ({"tags": ["b"]}, True),
        ({"tags": [{"prefix": "c"}]}, False),
        ({"items": {"n": [2]}}, True),
        ({"items": {"n": [3]}}, False),
        ({"dynamodb": {"Keys": {"PK": {"S": [{"prefix": "ws#R"}]}}}}, True),
        ({"dynamodb": {"Keys": {"PK": {"S": [{"prefix": "ws#D"}]}}}}, False),
        ({"dynamodb": {"Keys": {"PK": {"S": [{"suffix": "#1"}]}}}}, True),
        ({"dynamodb": {"NewImage": {"v": {"N": [{"exists": True}]}}}}, True),
        ({"dynamodb": {"NewImage": {"w": {"N": [{"exists": True}]}}}}, False),
        ({"dynamodb": {"OldImage": {"v": {"N": [{"exists": False}]}}}}, True),
        ({"dynamodb": {"NewImage": {"v": [{"exists": True}]}}}, False),
        ({"size": [{"numeric": [">", 10, "<=", 12]}]}, True),
        ({"size": [{"numeric": ["<", 12]}]}, False),
        ({"dynamodb": {"NewImage": {"v": {"N": [{"numeric": ["=", 1]}]}}}}, False),
        ({"eventName": [{"anything-but": ["MODIFY", "REMOVE"]}]}, True),
        ({"eventName": [{"anything-but": "INSERT"}]}, False),
        ({"eventName": [{"anything-but": {"prefix": "INS"}}]}, False),
        ({"absent": [{"anything-but": "x"}]}, False),
        ({"$or": [{"size": [1]}, {"flag": [True]}]}, True),
        ({"eventName": ["INSERT"], "$or": [{"size": [1]}, {"flag": [False]}]}, False),
    ],
)
def test_patterns(pattern: dict[str, Any], matches: bool) -> None:
    assert compile_pattern(pattern)(RECORD) is matches


def test_one_of_several_filters_is_enough() -> None:
    filters = ['{"eventName":["MODIFY"]}', '{"size":[12]}']
    assert compile_filters(filters)(RECORD)
    assert not compile_filters(filters[:1])(RECORD)
    assert compile_filters([])(RECORD)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "[]",
        "{}",
        '{"a":"b"}',
        '{"a":[]}',
        '{"a":[{"unknown":1}]}',
        '{"a":[{"prefix":"x","suffix":"y"}]}',
        '{"a":[{"prefix":1}]}',
        '{"a":[{"exists":1}]}',
        '{"a":[{"numeric":[">"]}]}',
        '{"a":[{"numeric":["~",1]}]}',
        '{"$or":[{"a":[1]}]}',
    ],
)
def test_no_patterns(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_filters([pattern])


KEYS = st.sampled_from("ab")
LEAVES = st.one_of(st.sampled_from(["", "x", "xy"]), st.integers(0, 2), st.booleans(), st.none())
RECORDS = st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=2), max_leaves=6)
PATTERNS = st.recursive(
    st.lists(LEAVES, min_size=1, max_size=3),
    lambda inner: st.dictionaries(KEYS, inner, min_size=1, max_size=2),
    max_leaves=6,
)


def _model(pattern: Any, value: Any) -> bool:
    """Exact values only: a list of leaves is 'one of', an object is 'all of its keys'."""
    if isinstance(pattern, list):
        return json.dumps(value) in {json.dumps(item) for item in pattern}
    return isinstance(value, dict) and all(key in value and _model(item, value[key]) for key, item in pattern.items())


@given(st.dictionaries(KEYS, PATTERNS, min_size=1, max_size=2), st.dictionaries(KEYS, RECORDS, max_size=2))
def test_exact_values_against_a_model(pattern: dict[str, Any], record: dict[str, Any]) -> None:
    assert compile_pattern(pattern)(record) is _model(pattern, record)
