"""Cursors (docs/wire/rest.md#cursors, docs/wire/graphql.md#cursors-in-graphql)."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.errors import BadRequest
from icosa.model.record import Record
from icosa.query.cursors import cursor_of, decode, encode
from icosa.query.operation import Cursor, Node, Order
from icosa.query.orders import resolve_order
from icosa.query.pages import page_of
from tests.support.crm import crm

ID = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"


def _order(*raw: Any, plural: str = "people") -> Order:
    model = crm()
    return resolve_order(model, model.by_plural[plural], list(raw))


def _text(document: Any) -> str:
    return base64.b64encode(json.dumps(document, separators=(",", ":")).encode()).decode()


WORKED: list[tuple[Order, tuple[Any, ...], str]] = [
    ((), (), "eyJpZCI6IjdjMWI2YjZlLTNhM2UtNGY2MS04YjY0LTBhNWEwZDZhMDAwMSJ9"),
    (_order({"position": "AscNullsFirst"}), (2,),
     "eyJwb3NpdGlvbiI6MiwiaWQiOiI3YzFiNmI2ZS0zYTNlLTRmNjEtOGI2NC0wYTVhMGQ2YTAwMDEifQ=="),
    (_order({"name": {"firstName": "AscNullsFirst"}}), ("Ada",), _text({"name": {"firstName": "Ada"}, "id": ID})),
    (_order({"company": {"name": "AscNullsFirst"}}), ("Engines",), _text({"company": {"name": "Engines"}, "id": ID})),
    (_order({"name": {"lastName": "AscNullsLast"}}, {"createdAt": "DescNullsLast"},
     {"name": {"firstName": "AscNullsLast"}}),
     ("Byron", "2026-03-01T09:30:00.000Z", None),
     _text({"name": {"lastName": "Byron", "firstName": None}, "createdAt": "2026-03-01T09:30:00.000Z", "id": ID})),
    (_order({"id": "DescNullsLast"}), (ID,), _text({"id": ID})),
    (_order({"id": "DescNullsLast"}, {"position": "AscNullsLast"}), (ID, 1.5), _text({"position": 1.5, "id": ID})),
]  # fmt: skip


@pytest.mark.parametrize(("order", "values", "text"), WORKED)
def test_worked_examples(order: Order, values: tuple[Any, ...], text: str) -> None:
    assert encode(order, Cursor(values, ID)) == text
    assert decode(order, text) == Cursor(values, ID)


def test_flat_keys_are_accepted() -> None:
    order = _order({"company": {"name": "AscNullsFirst"}})
    assert decode(order, _text({"company.name": "Engines", "id": ID})) == Cursor(("Engines",), ID)


@pytest.mark.parametrize("text", [None, "", _text({}), _text({"foo": 1})])
def test_no_cursor(text: str | None) -> None:
    assert decode(_order({"position": "AscNullsFirst"}), text) is None


@pytest.mark.parametrize(
    "text",
    [
        "invalid-cursor",
        ID,
        "zzz",
        "é",
        _text(1),
        _text([]),
        _text(None),
        _text({"id": "x"}),
        _text({"id": 1}),
        _text({"id": None}),
    ],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadRequest) as caught:
        decode((), text)
    assert (caught.value.message, caught.value.sub_code) == (f"Invalid cursor: {text}", "INVALID_CURSOR")


@pytest.mark.parametrize("value", ["x", True, {}, [1]])
def test_values_of_another_type_are_refused(value: Any) -> None:
    text = _text({"position": value, "id": ID})
    with pytest.raises(BadRequest) as caught:
        decode(_order({"position": "AscNullsFirst"}), text)
    assert caught.value.message == f"Invalid cursor: {text}"


@pytest.mark.parametrize(
    ("document", "missing"),
    [({"id": ID}, "name.firstName"), ({"name": {"firstName": "Ada"}}, "id"),
    ({"name": "x", "id": ID}, "name.firstName"),
     ({"name": {"lastName": "x"}, "id": ID}, "name.firstName")],
)  # fmt: skip
def test_cursors_of_another_order_are_refused(document: Any, missing: str) -> None:
    with pytest.raises(BadRequest) as caught:
        decode(_order({"name": {"firstName": "AscNullsFirst"}}), _text(document))
    assert caught.value.message == (
        f'Cursor is missing the value for orderBy field "{missing}": it was encoded for a different orderBy. '
        "Restart pagination without a cursor."
    )
    assert caught.value.sub_code == "INVALID_CURSOR"


def test_cursor_of_a_record() -> None:
    person = crm().by_plural["people"]
    order = _order({"name": {"firstName": "AscNullsFirst"}}, {"jobTitle": "AscNullsFirst"})
    item = {person.by_name["id"].key: ID, person.by_name["name"].key: {"firstName": "Ada"}}
    assert decode(order, cursor_of(person, order, Node(Record(item)))) == Cursor(("Ada", None), ID)


def test_cursor_of_a_record_ordered_through_a_relation() -> None:
    person = crm().by_plural["people"]
    order = _order({"company": {"name": "AscNullsFirst"}})
    node = Node(Record({person.by_name["id"].key: ID}), ordered=("Engines",))
    assert decode(order, cursor_of(person, order, node)) == Cursor(("Engines",), ID)


def test_page() -> None:
    cursor = encode((), Cursor((), ID))
    assert page_of((), limit=5, after=cursor, before="").after == Cursor((), ID)
    assert page_of((), limit=5, after=None, before=cursor).before == Cursor((), ID)
    with pytest.raises(BadRequest, match="Cannot provide both before and after") as caught:
        page_of((), limit=5, after=cursor, before=cursor)
    assert caught.value.sub_code == "ARGS_CONFLICT"


# ------------------------------------------------------------------ any cursor comes back

NUMBERS = st.integers(-(2**53), 2**53) | st.floats(
    allow_nan=False, allow_infinity=False, min_value=-1e120, max_value=1e120
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": st.text(st.characters(codec="utf-8"), min_size=1),
    "mass": NUMBERS,
    "serial": st.integers(-(2**63), 2**63 - 1),
    "exactMass": st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**20), max_value=10**20)
    .map(lambda number: format(number.normalize(), "f")).map(lambda text: "0" if text in ("0", "-0") else text),
    "reusable": st.booleans(),
    "builtOn": st.dates().map(lambda day: day.isoformat()),
    "launchedAt": st.datetimes(min_value=datetime(1, 1, 2))
    .map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z"),
    "code": st.uuids().map(str),
    "colour": st.sampled_from(["RED", "GREEN", "BLUE"]),
    "colours": st.lists(st.sampled_from(["RED", "GREEN", "BLUE"]), min_size=1, unique=True),
    "tags": st.lists(st.text(st.characters(codec="utf-8")), min_size=1),
}  # fmt: skip


@st.composite
def cursors(draw: st.DrawFn) -> tuple[Order, Cursor]:
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), unique=True, max_size=4))
    values = tuple(draw(st.none() | VALUES[name]) for name in names)
    return _order(*({name: "AscNullsLast"} for name in names), plural="rockets"), Cursor(values, str(draw(st.uuids())))


@given(cursors())
def test_any_cursor_comes_back(pair: tuple[Order, Cursor]) -> None:
    order, cursor = pair
    assert decode(order, encode(order, cursor)) == cursor


@given(cursors())
def test_cursors_survive_careless_urls(pair: tuple[Order, Cursor]) -> None:
    order, cursor = pair
    text = encode(order, cursor)
    assert decode(order, text.replace("+", " ")) == cursor
    assert decode(order, text.replace("+", "-").replace("/", "_").rstrip("=")) == cursor


@given(st.text())
def test_any_text_is_decoded_or_refused(text: str) -> None:
    try:
        decode(_order({"position": "AscNullsFirst"}), text)
    except BadRequest as error:
        assert error.sub_code == "INVALID_CURSOR"
