"""Reading bodies: what is named, what null means, and every text of what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from icosa.validation.body import FIXED, UNNAMED, RequestBody, update_of, validate
from icosa.validation.errors import InvalidInput
from icosa.validation.types import (
    SINGLE_SPACED,
    STRIPPED,
    FilledText,
    Flag,
    Identifier,
    Integer,
    Json,
    JsonObject,
    JsonObjects,
    Moment,
    Name,
    NonBlankText,
    Number,
    Text,
)

ID = "0A3D7F5E-9A44-4AD5-8A7A-5D8B6C1F0001"


class Place(RequestBody):
    row: Annotated[Number, Field(ge=0)]
    row_span: Annotated[Number, Field(ge=1)]


class Entity(RequestBody):
    name: Name
    label: Annotated[FilledText, SINGLE_SPACED]
    title: NonBlankText = "-"
    kind: Annotated[Literal["A", "B"], FIXED] = "A"
    icon: Annotated[Text, STRIPPED] | None = None
    owner: Identifier | None = None
    is_ui_read_only: Flag = Field(default=UNNAMED, alias="isUIReadOnly")
    size: Number = 150
    days: Annotated[Integer, Field(ge=1, le=9)] = 5
    due: Moment | None = None
    place: Place | None = None
    value: Json | None = None
    settings: Annotated[JsonObject, STRIPPED] = Field(default_factory=dict)
    options: JsonObjects = Field(default_factory=list)
    tags: list[Annotated[Text, Field(max_length=3)]] = Field(default_factory=list, max_length=2)


EntityForUpdate = update_of(Entity, "EntityForUpdate")
NEW = {"name": "rocket", "label": "Rocket"}


def texts(model: type[RequestBody], raw: Mapping[str, Any]) -> tuple[str, ...]:
    with pytest.raises(InvalidInput) as refused:
        validate(model, raw)
    return refused.value.messages


def test_members_are_read_tidied_and_completed() -> None:
    body = validate(Entity, {**NEW, "label": "  My   rocket ", "owner": ID, "due": "2026-01-31", "colour": "red"})
    assert isinstance(body, Entity)
    assert (body.label, body.owner, body.due) == ("My rocket", ID.lower(), "2026-01-31T00:00:00.000Z")
    assert body.named() == {
        "name": "rocket",
        "label": "My rocket",
        "owner": ID.lower(),
        "due": "2026-01-31T00:00:00.000Z",
    }
    assert body.complete()["kind"] == "A"
    assert body.complete()["isUIReadOnly"] is None


def test_whole_numbers_stay_whole() -> None:
    body = validate(Entity, {**NEW, "size": 3, "days": 3.0, "place": {"row": 0, "rowSpan": 1.5}}).named()
    assert [type(body[name]) for name in ("size", "days")] == [int, int]
    assert body["place"] == {"row": 0, "rowSpan": 1.5}


def test_null_clears_what_can_be_none_and_is_nothing_elsewhere() -> None:
    nulls = dict.fromkeys(Entity.wire_names())
    cleared = validate(EntityForUpdate, nulls).named()
    assert cleared == {"icon": None, "owner": None, "due": None, "place": None, "value": None}
    assert validate(Entity, {**nulls, **NEW}).complete()["size"] == 150


def test_updates_require_nothing_and_leave_fixed_members_alone() -> None:
    assert validate(EntityForUpdate, {}).named() == {}
    assert validate(EntityForUpdate, {"kind": "C", "isUIReadOnly": True}).named() == {"isUIReadOnly": True}
    assert texts(EntityForUpdate, {"name": "and"}) == ("name has failed the name validation check",)


def test_missing_members_are_told_their_type_in_the_order_of_the_model() -> None:
    assert texts(Entity, {}) == (
        "name has failed the name validation check",
        "name must be a string",
        "name should not be empty",
        "label must be a string",
        "label should not be empty",
    )


@pytest.mark.parametrize(
    ("member", "value", "expected"),
    [
        ("name", 5, ["name has failed the name validation check", "name must be a string"]),
        ("name", "", ["name has failed the name validation check", "name should not be empty"]),
        ("label", 5, ["label must be a string"]),
        ("label", "", ["label should not be empty"]),
        ("title", " ", ["title should not be empty"]),
        ("title", 5, ["title must be a string", "title should not be empty"]),
        ("kind", "C", ["kind must be one of the following values: A, B"]),
        ("kind", ["A"], ["kind must be one of the following values: A, B"]),
        ("icon", 5, ["icon must be a string"]),
        ("owner", "x", ["owner must be a UUID"]),
        ("isUIReadOnly", 1, ["isUIReadOnly must be a boolean value"]),
        ("size", True, ["size must be a number conforming to the specified constraints"]),
        ("size", float("nan"), ["size must be a number conforming to the specified constraints"]),
        ("days", 1.5, ["days must be an integer number"]),
        ("days", float("inf"), ["days must be an integer number"]),
        ("days", 0, ["days must not be less than 1"]),
        ("days", 10, ["days must not be greater than 9"]),
        ("due", "soon", ["due must be a valid ISO 8601 date string"]),
        ("place", 1, ["place must be an object"]),
        (
            "place",
            {"rowSpan": 0},
            [
                "place.row must be a number conforming to the specified constraints",
                "place.rowSpan must not be less than 1",
            ],
        ),
        ("settings", [], ["settings must be an object"]),
        ("options", {}, ["options must be an array", "each value in options must be an object"]),
        ("options", [1, {}, 2], ["each value in options must be an object"]),
        ("tags", "a", ["tags must be an array"]),
        ("tags", ["a", "b", "c"], ["tags must contain no more than 2 elements"]),
        (
            "tags",
            ["abcd", 1],
            [
                "each value in tags must be shorter than or equal to 3 characters",
                "each value in tags must be a string",
            ],
        ),
    ],
)
def test_texts(member: str, value: Any, expected: list[str]) -> None:
    assert list(texts(Entity, {**NEW, member: value})) == expected


@pytest.mark.parametrize(
    ("raw", "member"),
    [
        ({"text": "a\x00"}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"extra": {"a": ["b", {"c": "\x00"}]}}, "extra.a.c"),
        ({"extra": {"a": {"b\x00": 1}}}, "extra.a"),
    ],
)
def test_no_text_holds_what_cannot_be_stored(raw: dict[str, Any], member: str) -> None:
    class Anything(RequestBody):
        text: Text = UNNAMED
        extra: Json = UNNAMED

    with pytest.raises(InvalidInput) as caught:
        validate(Anything, raw)
    assert caught.value.messages == (f"{member} must not contain the character U+0000 or unpaired surrogates",)
    assert validate(Anything, {"text": "\ufffd\x01", "unknown": "\x00"}).named() == {"text": "\ufffd\x01"}
