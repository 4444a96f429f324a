"""Columns, filters, sorts and groups of views over REST (docs/wire/metadata.md#rules-of-views)."""

from __future__ import annotations

import pytest

from tests.support.metadata_client import MetadataClient
from tests.support.views import ON_FIELDS, PARTS, SOMETHING, Json, field, made, new_view, refused


@pytest.mark.parametrize("collection", PARTS)
def test_parts_of_views(call: MetadataClient, rocket: Json, collection: str) -> None:
    given, update = PARTS[collection]
    path = f"/rest/metadata/{collection}"
    view = new_view(call, rocket)
    own = {"fieldMetadataId": field(rocket, "stage")} if collection in ON_FIELDS else {}
    part = made(call("POST", path, {"viewId": view["id"], **own, **given}))
    assert part.items() >= {"viewId": view["id"], "deletedAt": None, **own, **given}.items()
    assert call("GET", f"{path}/{part['id']}").json == part
    assert call("GET", path, viewId=view["id"]).json["data"] == [part]
    assert part in call("GET", path).json["data"]
    assert call("GET", f"/rest/metadata/views/{view['id']}").json[collection] == [part]
    reply = call("PATCH", f"{path}/{part['id']}", {**update, "viewId": SOMETHING})
    assert reply.json == {**part, **update, "updatedAt": reply.json["updatedAt"]}
    assert call("DELETE", f"{path}/{part['id']}").json == {"success": True}
    assert call("GET", path, viewId=view["id"]).json == {
        "data": [],
        "pageInfo": {"hasNextPage": False, "startCursor": None, "endCursor": None},
        "totalCount": 0,
    }
    assert call("PATCH", f"{path}/{part['id']}", update).status == 404
    refused(
        call("POST", path, {"viewId": SOMETHING, **own, **given}),
        404,
        f"View (id: {SOMETHING}) not found",
        "VIEW_NOT_FOUND",
    )
    if collection in ON_FIELDS:
        code = {"viewFields": "VIEW_FIELD", "viewFilters": "VIEW_FILTER", "viewSorts": "VIEW_SORT"}[collection]
        strange = {"viewId": view["id"], **given, "fieldMetadataId": SOMETHING}
        refused(call("POST", path, strange), 400, "Field metadata not found", f"INVALID_{code}_DATA")
    assert call("GET", f"{path}/no-uuid").json["message"] == "Validation failed (uuid is expected)"


def test_a_field_is_shown_once(call: MetadataClient, rocket: Json) -> None:
    view = new_view(call, rocket)
    body = {"viewId": view["id"], "fieldMetadataId": field(rocket, "name")}
    part = made(call("POST", "/rest/metadata/viewFields", body))
    refused(
        call("POST", "/rest/metadata/viewFields", body), 400, "View field already exists", "INVALID_VIEW_FIELD_DATA"
    )
    call("DELETE", f"/rest/metadata/viewFields/{part['id']}")
    made(call("POST", "/rest/metadata/viewFields", body))


def test_filter_groups_hang_together(call: MetadataClient, rocket: Json) -> None:
    view = new_view(call, rocket)
    path = "/rest/metadata/viewFilterGroups"
    outer = made(call("POST", path, {"viewId": view["id"]}))
    inner = made(call("POST", path, {"viewId": view["id"], "parentViewFilterGroupId": outer["id"]}))
    body = {
        "viewId": view["id"],
        "fieldMetadataId": field(rocket, "name"),
        "value": "x",
        "viewFilterGroupId": inner["id"],
    }
    inside = made(call("POST", "/rest/metadata/viewFilters", body))
    assert outer["logicalOperator"] == "AND"
    code = "INVALID_VIEW_FILTER_GROUP_DATA"
    circle = call("PATCH", f"{path}/{outer['id']}", {"parentViewFilterGroupId": inner["id"]})
    refused(circle, 400, "View filter groups cannot contain themselves", code)
    unknown = call("POST", path, {"viewId": view["id"], "parentViewFilterGroupId": SOMETHING})
    refused(unknown, 400, f"View filter group (id: {SOMETHING}) not found", code)
    elsewhere = new_view(call, rocket)
    body = {**body, "viewId": elsewhere["id"]}
    assert call("POST", "/rest/metadata/viewFilters", body).status == 400
    wrong = {**body, "viewId": view["id"], "subFieldName": "size"}
    refused(
        call("POST", "/rest/metadata/viewFilters", wrong),
        400,
        'Sub field "size" not found for field "name"',
        "INVALID_VIEW_FILTER_DATA",
    )
    call("DELETE", f"{path}/{outer['id']}")
    left = call("GET", f"/rest/metadata/views/{view['id']}").json
    assert left["viewFilterGroups"] == left["viewFilters"] == []
    assert call("GET", f"/rest/metadata/viewFilters/{inside['id']}").status == 404


def test_boards_have_a_group_for_each_option(call: MetadataClient, rocket: Json) -> None:
    def values(view_id: str) -> list[str]:
        return [group["fieldValue"] for group in call("GET", f"/rest/metadata/views/{view_id}").json["viewGroups"]]

    board = new_view(call, rocket, type="KANBAN", mainGroupByFieldMetadataId=field(rocket, "stage"))
    assert [group["fieldValue"] for group in board["viewGroups"]] == values(board["id"]) == ["NEW", "OLD", ""]
    again = made(call("POST", "/rest/metadata/viewGroups", {"viewId": board["id"], "fieldValue": "NEW", "position": 9}))
    assert values(board["id"]) == ["OLD", "", "NEW"]
    assert again["position"] == 9
    plain = new_view(call, rocket)
    grouped = call(
        "PATCH", f"/rest/metadata/views/{plain['id']}", {"mainGroupByFieldMetadataId": field(rocket, "stage")}
    ).json
    assert [group["fieldValue"] for group in grouped["viewGroups"]] == ["NEW", "OLD", ""]
    call("PATCH", f"/rest/metadata/views/{plain['id']}", {"mainGroupByFieldMetadataId": None})
    assert values(plain["id"]) == []
