"""Pages of metadata collections against plain slices."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.api.metadata.pages import PAGE_LIMIT, connection, rest_page
from icosa.api.rest.params import Params
from icosa.errors import BadRequest

IDS = st.lists(st.uuids().map(str), max_size=12, unique=True)


def _same(value: str) -> str:
    return value


def _ids(number: int) -> list[str]:
    return [str(uuid.UUID(int=value)) for value in range(1, number + 1)]


# ------------------------------------------------------------------ REST


@given(ids=IDS, limit=st.integers(1, 5))
def test_forward_pages_are_the_whole_list_descending(ids: list[str], limit: int) -> None:
    seen: list[str] = []
    after = ""
    while True:
        page = rest_page(ids, Params(f"limit={limit}&starting_after={after}"), _same)
        assert page.total_count == len(ids)
        seen += page.items
        assert page.has_next_page == (len(seen) < len(ids))
        if not page.has_next_page:
            break
        after = page.envelope([])["pageInfo"]["endCursor"]

    assert seen == sorted(ids, reverse=True)


@given(ids=IDS, limit=st.integers(1, 5))
def test_backward_pages_are_descending_too(ids: list[str], limit: int) -> None:
    seen: list[str] = []
    before = "00000000-0000-0000-0000-000000000000"
    while True:
        page = rest_page(ids, Params(f"limit={limit}&ending_before={before}"), _same)
        assert page.items == sorted(page.items, reverse=True)
        seen = [*page.items, *seen]
        if not page.has_next_page:
            break
        before = page.items[0]

    assert seen == sorted((item for item in ids if item > "00000000-0000-0000-0000-000000000000"), reverse=True)


def test_a_cursor_needs_no_entity() -> None:
    low, high = _ids(2)

    assert rest_page([low], Params(f"starting_after={high}"), _same).items == [low]
    assert rest_page([high], Params(f"ending_before={low.upper()}"), _same).items == [high]


def test_an_empty_page_has_no_cursors() -> None:
    assert rest_page([], Params(""), _same).envelope([]) == {
        "data": [],
        "pageInfo": {"hasNextPage": False, "startCursor": None, "endCursor": None},
        "totalCount": 0,
    }


def test_pages_are_cut_at_the_limit_without_a_word() -> None:
    ids = _ids(PAGE_LIMIT + 1)

    assert len(rest_page(ids, Params(""), _same).items) == PAGE_LIMIT
    assert len(rest_page(ids, Params("limit=5000"), _same).items) == PAGE_LIMIT


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=abc", "limit 'abc' is invalid. Should be an integer"),
        ("limit=-1", "limit '-1' is invalid. Should be an integer"),
        ("starting_after=xyz", "Invalid cursor: xyz"),
        (
            "starting_after=00000000-0000-0000-0000-000000000001&ending_before=00000000-0000-0000-0000-000000000002",
            "'starting_after' and 'ending_before' cannot be used together.",
        ),
    ],
)
def test_refusals(query: str, message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        rest_page(_ids(3), Params(query), _same)

    assert caught.value.message == message


# ------------------------------------------------------------------ GraphQL


def _connection(number: int, **paging: Any) -> dict[str, Any]:
    return connection(list(range(number)), paging, _same)  # type: ignore[arg-type]


def _nodes(result: dict[str, Any]) -> list[int]:
    return [edge["node"] for edge in result["edges"]]


@given(number=st.integers(0, 12), first=st.integers(1, 5))
def test_after_goes_on_where_the_page_before_ended(number: int, first: int) -> None:
    seen: list[int] = []
    cursor: str | None = None
    while True:
        result = _connection(number, first=first, **({} if cursor is None else {"after": cursor}))
        assert result["pageInfo"]["hasPreviousPage"] == bool(seen)
        seen += _nodes(result)
        if not result["pageInfo"]["hasNextPage"]:
            break
        cursor = result["pageInfo"]["endCursor"]

    assert seen == list(range(number))


@given(number=st.integers(0, 12), last=st.integers(1, 5))
def test_before_goes_back(number: int, last: int) -> None:
    seen: list[int] = []
    cursor: str | None = None
    while True:
        result = _connection(number, last=last, **({} if cursor is None else {"before": cursor}))
        seen = [*_nodes(result), *seen]
        if not result["pageInfo"]["hasPreviousPage"]:
            break
        cursor = result["pageInfo"]["startCursor"]

    assert seen == list(range(number))


def test_last_takes_the_end_of_the_first() -> None:
    assert _nodes(_connection(10, first=5, last=2)) == [3, 4]
    assert _nodes(_connection(10, last=2)) == [8, 9]
    assert _nodes(_connection(3, first=0)) == []


@pytest.mark.parametrize("cursor", ["", "x", "YWJj", "YXJyYXljb25uZWN0aW9uOng="])
def test_malformed_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(BadRequest) as caught:
        _connection(3, after=cursor)

    assert caught.value.message == f"Invalid cursor: {cursor}"


@pytest.mark.parametrize("name", ["first", "last"])
def test_negative_sizes_are_refused(name: str) -> None:
    with pytest.raises(BadRequest):
        _connection(3, **{name: -1})
