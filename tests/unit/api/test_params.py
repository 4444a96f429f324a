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


FLAGS = ("upsert", "soft_delete", "include_records_sample")


@pytest.mark.parametrize("name", FLAGS)
def test_flags(name: str) -> None:
    assert (getattr(Params(""), name), getattr(Params(f"{name}=false"), name)) == (False, False)
    assert getattr(Params(f"{name}=true"), name)
    for text in ("TRUE", "True", "1", "yes", "", " true", "true,false", "null", "0", "FALSE"):
        _refused(
            lambda text=text: getattr(_params((name, text)), name),  # type: ignore[misc]
            f"'{name}={text}' parameter invalid. Allowed values are true, false",
        )
    _refused(
        lambda: getattr(Params(f"{name}=true&{name}=true"), name),
        f"'{name}=true,true' parameter invalid. Allowed values are true, false",
    )


#: query string, whether a list takes it, and a bulk change
STRAYS = [
    ("", True, True),
    ("filter=a[eq]:b&depth=0", True, True),
    ("_t=123", True, False),
    ("source=app", True, False),
    ("filter=a[eq]:b&_t=123", True, False),
    ('filter=a[eq]:"b"&source=app', True, False),
    ("filter=and(a[eq]:b)&source=app", True, False),
    ("filter=a[in]:[b]&source=app", True, False),
    ("fields[a]=b", True, True),
    ("viewId=&filter=", True, True),
    ("filter=a[eq]:b&c=d", False, False),
    ("filter=a[eq]:b&c=", False, False),
    ("filter=a[eq]:b&%20c=d", False, False),
    ("filter=a[eq]:b&c[eq]:d=e", False, False),
    ("filter=a[eq]:b&=d", False, False),
    ("order_by=a&b=", False, False),
    ("depth=1&_=", False, False),
    ("filter[a][eq]=b", False, False),
]


@pytest.mark.parametrize(("query", "in_list", "in_bulk"), STRAYS)
def test_what_may_be_the_rest_of_a_value_is_refused(query: str, in_list: bool, in_bulk: bool) -> None:
    for is_bulk, taken in ((False, in_list), (True, in_bulk)):
        if taken:
            Params(query).refuse_strays(is_bulk_change=is_bulk)
        else:
            with pytest.raises(BadRequest, match=r"^Unknown parameter '.*'\. It may be the rest of"):
                Params(query).refuse_strays(is_bulk_change=is_bulk)


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


@pytest.mark.parametrize("name", ["limit", "order_by", "starting_after", "ending_before"])
def test_parameters_of_lists_are_refused_beside_the_filter_of_a_change(name: str) -> None:
    """``filter=name[eq]:AT;limit=5`` is what is left of a value that was cut."""
    params = Params(f"filter=name[eq]:AT&{name}=5")
    params.refuse_strays()
    with pytest.raises(BadRequest, match="%3B"):
        params.refuse_strays(is_bulk_change=True)
