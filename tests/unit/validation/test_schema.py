"""Schemas of bodies in OpenAPI documents."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from icosa.validation.body import FIXED, Body, RequestBody, ResponseBody, update_of
from icosa.validation.schema import components_of
from icosa.validation.types import Identifier, Json, JsonObject, NonBlankText


class Place(RequestBody):
    row: int


class Create(RequestBody):
    model_config = ConfigDict(json_schema_extra={"example": {"title": "x"}})

    title: Annotated[NonBlankText, Field(description="What it is called")]
    owner_id: Identifier | None = None
    kind: Literal["A"] = "A"
    place: Place | None = None
    value: Annotated[Json | None, FIXED] = None


class Response(ResponseBody):
    id: Identifier
    settings: JsonObject
    deleted_at: str | None


def test_components() -> None:
    title = {"type": "string", "pattern": r"\S", "description": "What it is called"}
    place = {"anyOf": [{"$ref": "#/components/schemas/Place"}, {"type": "null"}]}
    owner = {"type": ["string", "null"], "format": "uuid"}
    kind = {"type": ["string", "null"], "enum": ["A", None]}
    models: dict[str, type[Body]] = {
        "New": Create,
        "Changed": update_of(Create, "Changed"),
        "Shown": Response,
    }
    assert components_of(models) == {
        "Place": {"type": "object", "properties": {"row": {"type": "integer"}}, "required": ["row"]},
        "New": {
            "type": "object",
            "properties": {
                "title": title,
                "ownerId": owner,
                "kind": {**kind, "default": "A"},
                "place": place,
                "value": {},
            },
            "required": ["title"],
            "example": {"title": "x"},
        },
        "Changed": {
            "type": "object",
            "properties": {
                "title": {**title, "type": ["string", "null"]},
                "ownerId": owner,
                "kind": kind,
                "place": place,
            },
        },
        "Shown": {
            "type": "object",
            "properties": {
                "id": {"type": "string", "format": "uuid"},
                "settings": {"type": "object"},
                "deletedAt": {"type": ["string", "null"]},
            },
            "required": ["id"],
        },
    }
