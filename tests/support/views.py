"""Views in tests: an object to look at, what is made of it, and what refusals say."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from tests.support.metadata_client import MetadataClient
from tests.support.rest_client import Reply

Json = Mapping[str, Any]
#: An id that nothing has.
SOMETHING = "20202020-0000-4000-8000-00000000dead"
#: Parts of views by collection: members of one, and a change.
PARTS: dict[str, tuple[Json, Json]] = {
    "viewFields": (
        {"isVisible": False, "size": 80, "position": 2, "aggregateOperation": "COUNT"},
        {"position": 0.5, "aggregateOperation": None},
    ),
    "viewFilters": (
        {"operand": "IS", "value": ["NEW"], "positionInViewFilterGroup": 1},
        {"value": '["OLD"]', "operand": "IS_NOT"},
    ),
    "viewSorts": ({"direction": "DESC"}, {"direction": "ASC"}),
    "viewGroups": ({"fieldValue": "NEW", "isVisible": False, "position": 3}, {"fieldValue": "OLD", "isVisible": True}),
    "viewFilterGroups": ({"logicalOperator": "OR", "positionInViewFilterGroup": 2}, {"logicalOperator": "NOT"}),
}
#: Those that name a field.
ON_FIELDS = ("viewFields", "viewFilters", "viewSorts")


def new_object(call: MetadataClient) -> Json:
    """An object with a stage to group by."""
    name = f"z{uuid.uuid4().hex[:10]}"
    body = {"nameSingular": name, "namePlural": f"{name}s", "labelSingular": name, "labelPlural": f"{name}s"}
    object_id = made(call("POST", "/rest/metadata/objects", body))["data"]["createOneObject"]["id"]
    options = [
        {"value": value, "label": value.title(), "position": i, "color": "red"}
        for i, value in enumerate(("NEW", "OLD"))
    ]
    made(
        call(
            "POST",
            "/rest/metadata/fields",
            {"objectMetadataId": object_id, "type": "SELECT", "name": "stage", "label": "S", "options": options},
        )
    )
    obj: Json = call("GET", f"/rest/metadata/objects/{object_id}").json["data"]["object"]
    return obj


def field(obj: Json, name: str) -> str:
    field_id: str = next(field["id"] for field in obj["fields"] if field["name"] == name)
    return field_id


def made(reply: Reply) -> Any:
    assert reply.status == 201, reply.json
    return reply.json


def new_view(call: MetadataClient, obj: Json, **members: Any) -> Any:
    return made(
        call(
            "POST",
            "/rest/metadata/views",
            {"name": "Mine", "icon": "IconList", "objectMetadataId": obj["id"], **members},
        )
    )


def refused(reply: Reply, status: int, message: str, code: str | None = None) -> None:
    assert (reply.status, reply.message) == (status, message), reply.json
    assert reply.json.get("code") == code
