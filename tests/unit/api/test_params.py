"""Query parameters (docs/wire/rest.md#parameters)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from icosa.api.rest.params import Params
from icosa.errors import BadRequest

GROUP_BY = (
    "Invalid group_by query parameter - should be a valid array of objects - ex: "
    '[{"firstField": true}, {"secondField": {"subField": true}}, {"dateField": {"granularity": \'DAY\'}}]'
)
AGGREGATE = (
    'Invalid aggregate query parameter - should be a valid array of string - ex: ["countNotEmptyId", "countEmptyField"]'
)
GROUP_ORDER = (
    "Invalid order_by query parameter - should be a valid array of objects - ex: "
    '[{"firstField": "AscNullsFirst"}, {"secondField": {"subField": "DescNullsLast"}}, '
    '{"aggregate": {"aggregateField": "DescNullsLast"}}, {dateField: {"orderBy": "AscNullsFirst", "granularity": '
    '"DAY"}}]'
)


def _params(*pairs: tuple[str, str]) -> Params:
    return Params(urlencode(pairs))


def _limit(params: Params) -> int:
    return params.limit(default=60, maximum=200)


LIMITS = [("", 60), ("0", 0), ("7", 7), ("200", 200), ("201", 200), ("9" * 5000, 200), (" 5", 5), ("+5", 5)]
LIMITS += [("1.5", 2), ("2.0", 2), ("0.1", 1), ("199.9", 200), ("200.1", 200)]


@pytest.mark.parametrize(("text", "limit"), LIMITS)
def test_limit(text: str, limit: int) -> None:
    assert _limit(_params(("limit", text))) == limit


def test_limit_absent() -> None:
    assert _limit(Params("")) == 60


@pytest.mark.parametrize("text", ["abc", "-1", "-1.5", "1e3", "1,5", ".", "٣"])
def test_wrong_limit(text: str) -> None:
    _refused(lambda: _limit(_params(("limit", text))), f"limit '{text}' is invalid. Should be an integer")


@pytest.mark.parametrize(("query", "depth"), [("", 0), ("depth=", 0), ("depth=0", 0), ("depth=1", 1)])
def test_depth(query: str, depth: int) -> None:
    assert Params(query).depth == depth


@pytest.mark.parametrize("text", ["2", "abc", "-1", "01"])
def test_wrong_depth(text: str) -> None:
    _refused(lambda: _params(("depth", text)).depth, f"'depth={text}' parameter invalid. Allowed values are 0, 1")


def test_filter_and_order_given_twice_are_ignored() -> None:
    params = Params("filter=a[eq]:1&filter=b[eq]:2&order_by=a&order_by=b")
    assert params.filter is None
    assert params.order == []


def test_empty_filter_and_order_are_absent() -> None:
    params = Params("filter=&order_by=&starting_after=&ending_before=")
    assert (params.filter, params.order, params.after, params.before) == (None, [], "", "")


def test_filter_is_decoded() -> None:
    assert Params("filter=a%5Beq%5D%3Ax%2By").filter == {"a": {"eq": "x+y"}}


@pytest.mark.parametrize(("text", "flag"), [("true", True), ("TRUE", False), ("1", False), ("", False)])
def test_flags_are_the_exact_word(text: str, flag: bool) -> None:
    params = _params(("upsert", text), ("soft_delete", text), ("include_records_sample", text))
    assert (params.upsert, params.soft_delete, params.include_records_sample) == (flag, flag, flag)


@pytest.mark.parametrize(
    ("query", "fields"),
    [("", None), ("fields=id,name", ("id", "name")), ("fields=%20a%20,,b&fields=a,c", ("a", "b", "c"))],
)
def test_fields(query: str, fields: tuple[str, ...] | None) -> None:
    assert Params(query).fields == fields


HINT = "Expected a comma-separated list of field names, e.g. fields=id,name"


@pytest.mark.parametrize(
    ("query", "message"),
    [("fields=", f"'fields' parameter is empty. {HINT}"), ("fields=,%20", f"'fields' parameter is empty. {HINT}"),
     ("fields[a]=b", f"'fields' parameter invalid. {HINT}")],
)  # fmt: skip
def test_wrong_fields(query: str, message: str) -> None:
    _refused(lambda: Params(query).fields, message)


def test_group_parameters() -> None:
    params = _params(
        ("group_by", '[{"stage": true}]'),
        ("aggregate", '["totalCount"]'),
        ("order_by", "[]"),
        ("order_by_for_records", "a.b"),
    )
    assert params.group_by == [{"stage": True}]
    assert params.aggregates == ["totalCount"]
    assert params.group_order == []
    assert params.records_order == [{"a": {"b": "AscNullsFirst"}}]


def test_group_parameters_absent() -> None:
    params = Params("")
    assert (params.aggregates, params.group_order, params.records_order, params.view_id) == ([], [], [], "")


@pytest.mark.parametrize("text", [None, "", "[]", "{}", "[1]", "x", '[{"a": true}, null]'])
def test_wrong_group_by(text: str | None) -> None:
    params = Params("") if text is None else _params(("group_by", text))
    _refused(lambda: params.group_by, GROUP_BY)


@pytest.mark.parametrize("text", ["", "{}", "[1]", "totalCount", "null"])
def test_wrong_aggregate(text: str) -> None:
    _refused(lambda: _params(("aggregate", text)).aggregates, AGGREGATE)


@pytest.mark.parametrize("text", ["", "stage[AscNullsFirst]", '["a"]', "1"])
def test_wrong_group_order(text: str) -> None:
    _refused(lambda: _params(("order_by", text)).group_order, GROUP_ORDER)


@pytest.mark.parametrize("name", ["view_id", "viewId"])
def test_view_id_has_two_names(name: str) -> None:
    assert _params((name, "x")).view_id == "x"


def _refused(read: Callable[[], Any], message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        read()
    assert caught.value.message == message
