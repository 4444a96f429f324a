"""Views over REST (docs/wire/metadata.md#views)."""

from __future__ import annotations

import uuid

import pytest

from icosa.provisioning.workspace import Provisioned
from tests.support.metadata_client import MetadataClient
from tests.support.views import SOMETHING, Json, field, made, new_view, refused


def test_every_object_has_its_index_view(call: MetadataClient) -> None:
    objects = {obj["id"]: obj for obj in call("GET", "/rest/metadata/objects").json["data"]["objects"]}
    page = call("GET", "/rest/metadata/views").json
    index = {view["objectMetadataId"]: view for view in page["data"] if view["key"] == "INDEX"}
    assert index.keys() == objects.keys()
    for object_id, view in index.items():
        assert view["name"] == f"All {objects[object_id]['labelPlural']}"
        assert (view["type"], view["icon"], view["position"], view["visibility"]) == (
            "TABLE",
            "IconList",
            0,
            "WORKSPACE",
        )
        first = view["viewFields"][0]["fieldMetadataId"]
        assert first == objects[object_id]["labelIdentifierFieldMetadataId"]


def test_the_name_follows_the_label_of_its_object(call: MetadataClient, own: Json) -> None:
    [view] = call("GET", "/rest/metadata/views", objectMetadataId=own["id"]).json["data"]
    assert view["name"] == f"All {own['labelPlural']}"
    assert view["isCustom"] is True
    rendered = [
        next(f["name"] for f in own["fields"] if f["id"] == column["fieldMetadataId"]) for column in view["viewFields"]
    ]
    assert rendered == ["name", "createdAt", "updatedAt", "createdBy", "updatedBy"]
    call("PATCH", f"/rest/metadata/objects/{own['id']}", {"labelPlural": "Ships"})
    assert call("GET", f"/rest/metadata/views/{view['id']}").json["name"] == "All Ships"


def test_a_view_has_every_member(call: MetadataClient, rocket: Json, workspace: Provisioned) -> None:
    view_id = str(uuid.uuid4())
    view = new_view(call, rocket, id=view_id.upper(), position=1.5, unknown=1)
    assert {name: value for name, value in view.items() if name not in ("createdAt", "updatedAt")} == {
        "id": view_id,
        "name": "Mine",
        "objectMetadataId": rocket["id"],
        "type": "TABLE",
        "key": None,
        "icon": "IconList",
        "position": 1.5,
        "isCompact": False,
        "isCustom": True,
        "isActive": True,
        "openRecordIn": "SIDE_PANEL",
        "kanbanAggregateOperation": None,
        "kanbanAggregateOperationFieldMetadataId": None,
        "kanbanColumnWidth": None,
        "mainGroupByFieldMetadataId": None,
        "groupLoadLimit": None,
        "shouldHideEmptyGroups": False,
        "calendarFieldMetadataId": None,
        "calendarEndFieldMetadataId": None,
        "calendarLayout": None,
        "anyFieldFilterValue": None,
        "visibility": "WORKSPACE",
        "createdByUserWorkspaceId": None,
        "workspaceId": workspace.workspace_id,
        "deletedAt": None,
        **{
            name: []
            for name in ("viewFields", "viewFilters", "viewFilterGroups", "viewSorts", "viewGroups", "viewFieldGroups")
        },
    }
    assert call("GET", f"/rest/metadata/views/{view_id}").json == view
    refused(
        call("POST", "/rest/metadata/views", view),
        409,
        f"View with id {view_id} already exists",
        "ENTITY_ALREADY_EXISTS",
    )


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_updates_change_what_they_name(call: MetadataClient, rocket: Json, method: str) -> None:
    view = new_view(call, rocket, anyFieldFilterValue="x")
    update = {
        "name": "Yours",
        "anyFieldFilterValue": None,
        "isCompact": None,
        "objectMetadataId": SOMETHING,
        "key": "INDEX",
    }
    reply = call(method, f"/rest/metadata/views/{view['id']}", update)
    assert reply.status == 200
    changed = {**view, "name": "Yours", "anyFieldFilterValue": None, "updatedAt": reply.json["updatedAt"]}
    assert reply.json == changed == call("GET", f"/rest/metadata/views/{view['id']}").json


def test_bodies_of_the_wrong_form(call: MetadataClient, rocket: Json) -> None:
    reply = call(
        "POST", "/rest/metadata/views", {"type": "PIE", "position": "1", "isCompact": 1, "objectMetadataId": "x"}
    )
    assert reply.status == 400
    assert reply.json["message"] == [
        "name must be a string",
        "name should not be empty",
        "objectMetadataId must be a UUID",
        "icon must be a string",
        "icon should not be empty",
        "type must be one of the following values: "
        "TABLE, KANBAN, CALENDAR, LIST, FIELDS_WIDGET, TABLE_WIDGET, KANBAN_WIDGET, LIST_WIDGET, CALENDAR_WIDGET",
        "position must be a number conforming to the specified constraints",
        "isCompact must be a boolean value",
    ]
    view = new_view(call, rocket)
    assert call("PATCH", f"/rest/metadata/views/{view['id']}", {"name": " "}).json["message"] == [
        "name should not be empty"
    ]
    assert call("POST", "/rest/metadata/views", []).status == 400


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"objectMetadataId": SOMETHING}, "Object metadata not found"),
        ({"mainGroupByFieldMetadataId": SOMETHING}, "Field metadata not found"),
        ({"type": "KANBAN"}, "Kanban view must have a main group by field"),
        ({"type": "KANBAN", "mainGroupByFieldMetadataId": "name"}, "Main group by field must be a select field"),
        ({"type": "CALENDAR"}, "Calendar view must have a calendar field and a calendar layout"),
        ({"calendarFieldMetadataId": "name"}, "Calendar field must be a date or date-time field"),
    ],
)
def test_views_that_do_not_fit_their_object(call: MetadataClient, rocket: Json, members: Json, message: str) -> None:
    named = {name: field(rocket, value) if value == "name" else value for name, value in members.items()}
    body = {"name": "V", "icon": "IconList", "objectMetadataId": rocket["id"], **named}
    refused(call("POST", "/rest/metadata/views", body), 400, message, "INVALID_VIEW_DATA")


def test_deleted_views_are_gone_with_their_parts(call: MetadataClient, rocket: Json) -> None:
    view = new_view(call, rocket)
    part = made(
        call("POST", "/rest/metadata/viewFields", {"viewId": view["id"], "fieldMetadataId": field(rocket, "name")})
    )
    reply = call("DELETE", f"/rest/metadata/views/{view['id']}")
    assert (reply.status, reply.json) == (200, {"success": True})
    for method in ("GET", "PATCH", "DELETE"):
        refused(
            call(method, f"/rest/metadata/views/{view['id']}", {}),
            404,
            f"View (id: {view['id']}) not found",
            "VIEW_NOT_FOUND",
        )
    refused(
        call("GET", f"/rest/metadata/viewFields/{part['id']}"),
        404,
        f"View field (id: {part['id']}) not found",
        "VIEW_FIELD_NOT_FOUND",
    )
    assert view["id"] not in [
        item["id"] for item in call("GET", "/rest/metadata/views", objectMetadataId=rocket["id"]).json["data"]
    ]
    assert call.data("mutation($id: String!) { destroyView(id: $id) }", id=view["id"]) == {"destroyView": True}
    assert (
        call.graphql("mutation($id: String!) { destroyView(id: $id) }", id=view["id"])["errors"][0]["extensions"][
            "code"
        ]
        == "NOT_FOUND"
    )


def test_lists_come_in_pages(call: MetadataClient, own: Json) -> None:
    ids = sorted((new_view(call, own)["id"] for _ in range(3)), reverse=True)
    [index] = [
        v["id"] for v in call("GET", "/rest/metadata/views", objectMetadataId=own["id"]).json["data"] if v["key"]
    ]
    expected = sorted([*ids, index], reverse=True)
    first = call("GET", "/rest/metadata/views", objectMetadataId=own["id"], limit=3).json
    assert [view["id"] for view in first["data"]] == expected[:3]
    assert first["totalCount"] == 4
    assert first["pageInfo"] == {"hasNextPage": True, "startCursor": expected[0], "endCursor": expected[2]}
    rest = call("GET", "/rest/metadata/views", objectMetadataId=own["id"], starting_after=expected[2]).json
    assert [view["id"] for view in rest["data"]] == expected[3:]
    assert call("GET", "/rest/metadata/views", objectMetadataId="nothing").json["data"] == []
