"""Views, page layouts and their parts over REST and GraphQL (spec/metadata.md §2.2, §3.3)."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from icosa.provisioning.workspace import Provisioned
from icosa.schema.openapi.metadata import metadata_document
from icosa.store.table import Table
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.rest_client import Reply, RestClient

Json = Mapping[str, Any]
SOMETHING = "20202020-0000-4000-8000-00000000dead"


def new_object(call: MetadataClient) -> Json:
    """An object with a stage to group by."""
    name = f"z{uuid.uuid4().hex[:10]}"
    body = {"nameSingular": name, "namePlural": f"{name}s", "labelSingular": name, "labelPlural": f"{name}s"}
    object_id = made(call("POST", "/rest/metadata/objects", body))["data"]["createOneObject"]["id"]
    options = [{"value": value, "label": value.title(), "position": i, "color": "red"} for i, value in enumerate(("NEW", "OLD"))]
    made(
        call(
            "POST",
            "/rest/metadata/fields",
            {"objectMetadataId": object_id, "type": "SELECT", "name": "stage", "label": "S", "options": options},
        )
    )
    found: Json = call("GET", f"/rest/metadata/objects/{object_id}").json["data"]["object"]
    return found


@pytest.fixture(scope="module")
def rocket(call: MetadataClient) -> Json:
    """One object for all tests that do not change it."""
    return new_object(call)


@pytest.fixture
def own(call: MetadataClient) -> Json:
    """An object that the test may change."""
    return new_object(call)


def field(obj: Json, name: str) -> str:
    found: str = next(one["id"] for one in obj["fields"] if one["name"] == name)
    return found


def made(reply: Reply) -> Any:
    assert reply.status == 201, reply.json
    return reply.json


def new_view(call: MetadataClient, obj: Json, **members: Any) -> Any:
    return made(call("POST", "/rest/metadata/views", {"name": "Mine", "icon": "IconList", "objectMetadataId": obj["id"], **members}))


def refused(reply: Reply, status: int, message: str, code: str | None = None) -> None:
    assert (reply.status, reply.message) == (status, message), reply.json
    assert reply.json.get("code") == code


# ------------------------------------------------------------------ the default view


def test_every_object_has_its_index_view(call: MetadataClient) -> None:
    objects = {obj["id"]: obj for obj in call("GET", "/rest/metadata/objects").json["data"]["objects"]}
    page = call("GET", "/rest/metadata/views").json
    index = {view["objectMetadataId"]: view for view in page["data"] if view["key"] == "INDEX"}
    assert index.keys() == objects.keys()
    for object_id, view in index.items():
        assert view["name"] == f"All {objects[object_id]['labelPlural']}"
        assert (view["type"], view["icon"], view["position"], view["visibility"]) == ("TABLE", "IconList", 0, "WORKSPACE")
        first = view["viewFields"][0]["fieldMetadataId"]
        assert first == objects[object_id]["labelIdentifierFieldMetadataId"]


def test_the_name_follows_the_label_of_its_object(call: MetadataClient, own: Json) -> None:
    [view] = call("GET", "/rest/metadata/views", objectMetadataId=own["id"]).json["data"]
    assert view["name"] == f"All {own['labelPlural']}"
    assert view["isCustom"] is True
    shown = [next(f["name"] for f in own["fields"] if f["id"] == column["fieldMetadataId"]) for column in view["viewFields"]]
    assert shown == ["name", "createdAt", "updatedAt", "createdBy", "updatedBy"]
    call("PATCH", f"/rest/metadata/objects/{own['id']}", {"labelPlural": "Ships"})
    assert call("GET", f"/rest/metadata/views/{view['id']}").json["name"] == "All Ships"


# ------------------------------------------------------------------ REST


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
        **{name: [] for name in ("viewFields", "viewFilters", "viewFilterGroups", "viewSorts", "viewGroups", "viewFieldGroups")},
    }
    assert call("GET", f"/rest/metadata/views/{view_id}").json == view
    refused(call("POST", "/rest/metadata/views", view), 409, f"View with id {view_id} already exists", "ENTITY_ALREADY_EXISTS")


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_updates_change_what_they_name(call: MetadataClient, rocket: Json, method: str) -> None:
    view = new_view(call, rocket, anyFieldFilterValue="x")
    update = {"name": "Yours", "anyFieldFilterValue": None, "isCompact": None, "objectMetadataId": SOMETHING, "key": "INDEX"}
    reply = call(method, f"/rest/metadata/views/{view['id']}", update)
    assert reply.status == 200
    changed = {**view, "name": "Yours", "anyFieldFilterValue": None, "updatedAt": reply.json["updatedAt"]}
    assert reply.json == changed == call("GET", f"/rest/metadata/views/{view['id']}").json


def test_bodies_of_the_wrong_form(call: MetadataClient, rocket: Json) -> None:
    reply = call("POST", "/rest/metadata/views", {"type": "PIE", "position": "1", "isCompact": 1, "objectMetadataId": "x"})
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
    assert call("PATCH", f"/rest/metadata/views/{view['id']}", {"name": " "}).json["message"] == ["name should not be empty"]
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
    part = made(call("POST", "/rest/metadata/viewFields", {"viewId": view["id"], "fieldMetadataId": field(rocket, "name")}))
    reply = call("DELETE", f"/rest/metadata/views/{view['id']}")
    assert (reply.status, reply.json) == (200, {"success": True})
    for method in ("GET", "PATCH", "DELETE"):
        refused(call(method, f"/rest/metadata/views/{view['id']}", {}), 404, f"View (id: {view['id']}) not found", "VIEW_NOT_FOUND")
    refused(call("GET", f"/rest/metadata/viewFields/{part['id']}"), 404, f"View field (id: {part['id']}) not found", "VIEW_FIELD_NOT_FOUND")
    assert view["id"] not in [one["id"] for one in call("GET", "/rest/metadata/views", objectMetadataId=rocket["id"]).json["data"]]
    assert call.data("mutation($id: String!) { destroyView(id: $id) }", id=view["id"]) == {"destroyView": True}
    assert call.graphql("mutation($id: String!) { destroyView(id: $id) }", id=view["id"])["errors"][0]["extensions"]["code"] == "NOT_FOUND"


def test_lists_come_in_pages(call: MetadataClient, own: Json) -> None:
    ids = sorted((new_view(call, own)["id"] for _ in range(3)), reverse=True)
    [index] = [v["id"] for v in call("GET", "/rest/metadata/views", objectMetadataId=own["id"]).json["data"] if v["key"]]
    expected = sorted([*ids, index], reverse=True)
    first = call("GET", "/rest/metadata/views", objectMetadataId=own["id"], limit=3).json
    assert [view["id"] for view in first["data"]] == expected[:3]
    assert first["totalCount"] == 4
    assert first["pageInfo"] == {"hasNextPage": True, "startCursor": expected[0], "endCursor": expected[2]}
    rest = call("GET", "/rest/metadata/views", objectMetadataId=own["id"], starting_after=expected[2]).json
    assert [view["id"] for view in rest["data"]] == expected[3:]
    assert call("GET", "/rest/metadata/views", objectMetadataId="nothing").json["data"] == []


PARTS: dict[str, tuple[Json, Json]] = {
    "viewFields": (
        {"isVisible": False, "size": 80, "position": 2, "aggregateOperation": "COUNT"},
        {"position": 0.5, "aggregateOperation": None},
    ),
    "viewFilters": ({"operand": "IS", "value": ["NEW"], "positionInViewFilterGroup": 1}, {"value": '["OLD"]', "operand": "IS_NOT"}),
    "viewSorts": ({"direction": "DESC"}, {"direction": "ASC"}),
    "viewGroups": ({"fieldValue": "NEW", "isVisible": False, "position": 3}, {"fieldValue": "OLD", "isVisible": True}),
    "viewFilterGroups": ({"logicalOperator": "OR", "positionInViewFilterGroup": 2}, {"logicalOperator": "NOT"}),
}
ON_FIELDS = ("viewFields", "viewFilters", "viewSorts")


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
    refused(call("POST", path, {"viewId": SOMETHING, **own, **given}), 404, f"View (id: {SOMETHING}) not found", "VIEW_NOT_FOUND")
    if collection in ON_FIELDS:
        code = {"viewFields": "VIEW_FIELD", "viewFilters": "VIEW_FILTER", "viewSorts": "VIEW_SORT"}[collection]
        strange = {"viewId": view["id"], **given, "fieldMetadataId": SOMETHING}
        refused(call("POST", path, strange), 400, "Field metadata not found", f"INVALID_{code}_DATA")
    assert call("GET", f"{path}/no-uuid").json["message"] == "Validation failed (uuid is expected)"


def test_a_field_is_shown_once(call: MetadataClient, rocket: Json) -> None:
    view = new_view(call, rocket)
    body = {"viewId": view["id"], "fieldMetadataId": field(rocket, "name")}
    part = made(call("POST", "/rest/metadata/viewFields", body))
    refused(call("POST", "/rest/metadata/viewFields", body), 400, "View field already exists", "INVALID_VIEW_FIELD_DATA")
    call("DELETE", f"/rest/metadata/viewFields/{part['id']}")
    made(call("POST", "/rest/metadata/viewFields", body))


def test_filter_groups_hang_together(call: MetadataClient, rocket: Json) -> None:
    view = new_view(call, rocket)
    path = "/rest/metadata/viewFilterGroups"
    outer = made(call("POST", path, {"viewId": view["id"]}))
    inner = made(call("POST", path, {"viewId": view["id"], "parentViewFilterGroupId": outer["id"]}))
    body = {"viewId": view["id"], "fieldMetadataId": field(rocket, "name"), "value": "x", "viewFilterGroupId": inner["id"]}
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
        call("POST", "/rest/metadata/viewFilters", wrong), 400, 'Sub field "size" not found for field "name"', "INVALID_VIEW_FILTER_DATA"
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
    grouped = call("PATCH", f"/rest/metadata/views/{plain['id']}", {"mainGroupByFieldMetadataId": field(rocket, "stage")}).json
    assert [group["fieldValue"] for group in grouped["viewGroups"]] == ["NEW", "OLD", ""]
    call("PATCH", f"/rest/metadata/views/{plain['id']}", {"mainGroupByFieldMetadataId": None})
    assert values(plain["id"]) == []


# ------------------------------------------------------------------ following the model


def test_views_follow_their_fields_and_objects(call: MetadataClient, own: Json) -> None:
    board = new_view(call, own, type="KANBAN", mainGroupByFieldMetadataId=field(own, "stage"))
    plain = new_view(call, own)
    for name in ("name", "stage"):
        made(call("POST", "/rest/metadata/viewFields", {"viewId": plain["id"], "fieldMetadataId": field(own, name)}))
    body = {"viewId": plain["id"], "fieldMetadataId": field(own, "stage"), "operand": "IS", "value": ["NEW", "OLD"]}
    made(call("POST", "/rest/metadata/viewFilters", body))
    new, old = call("GET", f"/rest/metadata/fields/{field(own, 'stage')}").json["data"]["field"]["options"]
    options = [{**new, "value": "FRESH"}, {"value": "SOLD", "label": "Sold", "position": 2, "color": "red"}]
    assert call("PATCH", f"/rest/metadata/fields/{field(own, 'stage')}", {"options": options}).status == 200
    groups = call("GET", f"/rest/metadata/views/{board['id']}").json["viewGroups"]
    assert [group["fieldValue"] for group in groups] == ["FRESH", "", "SOLD"]
    [filter] = call("GET", f"/rest/metadata/views/{plain['id']}").json["viewFilters"]
    assert filter["value"] == ["FRESH"]
    assert old["value"] == "OLD"

    assert call("PATCH", f"/rest/metadata/fields/{field(own, 'stage')}", {"isActive": False}).status == 200
    assert call("GET", f"/rest/metadata/views/{board['id']}").status == 404
    left = call("GET", f"/rest/metadata/views/{plain['id']}").json
    assert [column["fieldMetadataId"] for column in left["viewFields"]] == [field(own, "name")]
    assert left["viewFilters"] == []

    assert call("DELETE", f"/rest/metadata/objects/{own['id']}").status == 200
    assert call("GET", "/rest/metadata/views", objectMetadataId=own["id"]).json["totalCount"] == 0


def test_no_view_names_a_field_that_is_gone(call: MetadataClient, own: Json, shared_table: Table, workspace: Provisioned) -> None:
    """A column is added while its field is deleted, many times: whoever is later sees the other."""
    view = new_view(call, own)
    for number in range(12):
        body = {"objectMetadataId": own["id"], "type": "TEXT", "name": f"text{number}", "label": f"Text {number}"}
        text = made(call("POST", "/rest/metadata/fields", body))["data"]["createOneField"]["id"]
        start = threading.Barrier(2)
        replies: dict[str, Reply] = {}

        def run(name: str, *request: Any, start: threading.Barrier = start, replies: dict[str, Reply] = replies) -> None:
            client = MetadataClient(shared_table, event_of(workspace))
            start.wait()
            replies[name] = client(*request)

        column = ("POST", "/rest/metadata/viewFields", {"viewId": view["id"], "fieldMetadataId": text})
        threads = [
            threading.Thread(target=run, args=("column", *column)),
            threading.Thread(target=run, args=("field", "DELETE", f"/rest/metadata/fields/{text}")),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert replies["field"].status == 200
        assert replies["column"].status in (201, 400)
        assert call("GET", f"/rest/metadata/views/{view['id']}").json["viewFields"] == []


def test_writers_side_by_side_lose_nothing(call: MetadataClient, rocket: Json, shared_table: Table, workspace: Provisioned) -> None:
    view = new_view(call, rocket)
    names = [one["id"] for one in rocket["fields"]][:8]
    start = threading.Barrier(len(names))
    replies: list[Reply] = []

    def run(field_id: str) -> None:
        client = MetadataClient(shared_table, event_of(workspace))
        start.wait()
        replies.append(client("POST", "/rest/metadata/viewFields", {"viewId": view["id"], "fieldMetadataId": field_id}))

    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [reply.json["fieldMetadataId"] for reply in replies if reply.status == 201]
    assert all(reply.status in (201, 409) for reply in replies)
    assert len(done) >= 1
    shown = call("GET", f"/rest/metadata/views/{view['id']}").json["viewFields"]
    assert sorted(column["fieldMetadataId"] for column in shown) == sorted(done)


# ------------------------------------------------------------------ permissions


def test_who_may_change_views(call: MetadataClient, rocket: Json, client_with: Callable[..., MetadataClient]) -> None:
    reader = client_with()
    view = new_view(call, rocket)
    part = made(call("POST", "/rest/metadata/viewFields", {"viewId": view["id"], "fieldMetadataId": field(rocket, "name")}))
    assert reader("GET", f"/rest/metadata/views/{view['id']}").status == 200
    assert reader("GET", "/rest/metadata/viewFields", viewId=view["id"]).json["totalCount"] == 1
    body = {"name": "V", "icon": "IconList", "objectMetadataId": rocket["id"]}
    create = "You do not have permission to create workspace-level views"
    modify = "You do not have permission to modify this view"
    refused(reader("POST", "/rest/metadata/views", body), 403, create, "VIEW_CREATE_PERMISSION_DENIED")
    refused(reader("PATCH", f"/rest/metadata/views/{view['id']}", {"name": "W"}), 403, modify, "VIEW_MODIFY_PERMISSION_DENIED")
    refused(reader("DELETE", f"/rest/metadata/viewFields/{part['id']}"), 403, modify, "VIEW_MODIFY_PERMISSION_DENIED")
    errors = reader.graphql("mutation($id: String!) { deleteView(id: $id) }", id=view["id"])["errors"]
    assert (errors[0]["message"], errors[0]["extensions"]["code"]) == (modify, "FORBIDDEN")
    writer = client_with(canAccessAllTools=True)
    assert new_view(writer, rocket)["name"] == "Mine"
    for request in (("POST", "/rest/metadata/views"), ("PATCH", f"/rest/metadata/views/{view['id']}")):
        refused(
            writer(*request, {**body, "visibility": "UNLISTED"}),
            403,
            "API keys cannot create unlisted views",
            "VIEW_CREATE_PERMISSION_DENIED",
        )
    layout = {"name": "L"}
    denied = "Entity performing the request does not have permission"
    refused(writer("POST", "/rest/metadata/pageLayouts", layout), 403, denied, "PERMISSION_DENIED")
    assert made(client_with(canUpdateAllSettings=True)("POST", "/rest/metadata/pageLayouts", layout))["name"] == "L"


# ------------------------------------------------------------------ page layouts


def test_page_layouts(call: MetadataClient, own: Json) -> None:
    layouts, tabs, widgets = (f"/rest/metadata/{name}" for name in ("pageLayouts", "pageLayoutTabs", "pageLayoutWidgets"))
    layout = made(call("POST", layouts, {"name": "Page", "objectMetadataId": own["id"]}))
    assert (layout["type"], layout["tabs"]) == ("RECORD_PAGE", [])
    second = made(call("POST", tabs, {"title": "Second", "position": 2, "pageLayoutId": layout["id"]}))
    first = made(call("POST", tabs, {"title": "First", "position": 1, "pageLayoutId": layout["id"]}))
    grid = {"row": 0, "column": 0, "rowSpan": 2, "columnSpan": 3}
    body = {
        "title": "W",
        "type": "IFRAME",
        "pageLayoutTabId": first["id"],
        "gridPosition": grid,
        "configuration": {"url": "https://a.example"},
    }
    widget = made(call("POST", widgets, body))
    assert widget.items() >= body.items()
    shown = call("GET", f"{layouts}/{layout['id']}").json
    assert [tab["title"] for tab in shown["tabs"]] == ["First", "Second"]
    assert shown["tabs"][0]["widgets"] == [widget]
    assert [one["id"] for one in call("GET", layouts, objectMetadataId=own["id"]).json["data"]] == [layout["id"]]
    assert call("GET", layouts, objectMetadataId=own["id"], pageLayoutType="DASHBOARD").json["data"] == []
    assert [one["id"] for one in call("GET", widgets, pageLayoutTabId=first["id"]).json["data"]] == [widget["id"]]
    changed = call("PATCH", f"{widgets}/{widget['id']}", {"gridPosition": {**grid, "row": 4}, "title": None}).json
    assert (changed["gridPosition"]["row"], changed["title"]) == (4, "W")

    refused(call("GET", tabs), 400, "Page layout ID is required", "INVALID_PAGE_LAYOUT_TAB_DATA")
    refused(call("GET", widgets), 400, "Page layout tab ID is required", "INVALID_PAGE_LAYOUT_WIDGET_DATA")
    refused(call("POST", layouts, {}), 400, "Page layout name is required", "INVALID_PAGE_LAYOUT_DATA")
    refused(call("POST", widgets, {**body, "title": ""}), 400, "Page layout widget title is required", "INVALID_PAGE_LAYOUT_WIDGET_DATA")
    missing = {**body, "pageLayoutTabId": SOMETHING}
    refused(call("POST", widgets, missing), 400, "Page layout tab not found", "INVALID_PAGE_LAYOUT_WIDGET_DATA")
    bad = call("POST", widgets, {**body, "gridPosition": {**grid, "rowSpan": 0, "column": "a"}})
    assert bad.json["message"] == [
        "gridPosition.column must be a number conforming to the specified constraints",
        "gridPosition.rowSpan must not be less than 1",
    ]
    unknown = call("GET", f"{widgets}/{SOMETHING}")
    refused(unknown, 404, f'Page layout widget with ID "{SOMETHING}" not found', "PAGE_LAYOUT_WIDGET_NOT_FOUND")
    assert call("GET", f"{layouts}/{SOMETHING}").json is None

    assert call("DELETE", f"{tabs}/{first['id']}").json is True
    assert call("GET", f"{widgets}/{widget['id']}").status == 404
    assert [tab["id"] for tab in call("GET", f"{layouts}/{layout['id']}").json["tabs"]] == [second["id"]]
    assert call("DELETE", f"{layouts}/{layout['id']}").json is True
    assert call("DELETE", f"{layouts}/{layout['id']}").status == 404


def test_answers_are_as_documented(call: MetadataClient, rocket: Json) -> None:
    document = orjson.loads(metadata_document("https://api.example", is_direct=False))
    view = new_view(call, rocket, type="KANBAN", mainGroupByFieldMetadataId=field(rocket, "stage"))
    for collection, (given, _) in PARTS.items():
        own = {"fieldMetadataId": field(rocket, "stage")} if collection in ON_FIELDS else {}
        made(call("POST", f"/rest/metadata/{collection}", {"viewId": view["id"], **own, **given}))
    call.data('mutation($v: UUID!) { createViewFieldGroup(input: {name: "G", viewId: $v}) { id } }', v=view["id"])
    layout = made(call("POST", "/rest/metadata/pageLayouts", {"name": "P"}))
    tab = made(call("POST", "/rest/metadata/pageLayoutTabs", {"title": "T", "pageLayoutId": layout["id"]}))
    grid = {"row": 0, "column": 0, "rowSpan": 1, "columnSpan": 1}
    made(call("POST", "/rest/metadata/pageLayoutWidgets", {"title": "W", "pageLayoutTabId": tab["id"], "gridPosition": grid}))
    filters = {"pageLayoutTabs": {"pageLayoutId": layout["id"]}, "pageLayoutWidgets": {"pageLayoutTabId": tab["id"]}}
    for collection in ("views", *PARTS, "pageLayouts", "pageLayoutTabs", "pageLayoutWidgets"):
        answer = call("GET", f"/rest/metadata/{collection}", **filters.get(collection, {})).json
        assert answer["data"]
        schema = document["paths"][f"/{collection}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        validator = Draft202012Validator({**schema, "components": document["components"]}, format_checker=FormatChecker())
        assert [error.message for error in validator.iter_errors(answer)] == []
        [entity, *_] = answer["data"]
        properties = document["components"]["schemas"][f"{collection[0].upper()}{collection[1:-1]}ForResponse"]["properties"]
        assert entity.keys() == properties.keys()


# ------------------------------------------------------------------ GraphQL


def test_graphql_twins(call: MetadataClient, own: Json) -> None:
    view = call.data(
        "mutation($i: CreateViewInput!) { createView(input: $i) { id name type visibility viewGroups { fieldValue } } }",
        i={
            "name": "All {objectLabelPlural}!",
            "icon": "IconList",
            "objectMetadataId": own["id"],
            "type": "KANBAN",
            "mainGroupByFieldMetadataId": field(own, "stage"),
        },
    )["createView"]
    assert view["name"] == f"All {own['labelPlural']}!"
    assert [group["fieldValue"] for group in view["viewGroups"]] == ["NEW", "OLD", ""]
    stage, name = field(own, "stage"), field(own, "name")
    answer = call.data(
        """mutation($v: UUID!, $stage: UUID!, $name: UUID!) {
          createManyViewFields(
            inputs: [{viewId: $v, fieldMetadataId: $stage}, {viewId: $v, fieldMetadataId: $name, position: 1}]
          ) { id position }
          createViewFieldGroup(input: {viewId: $v, name: "G"}) { id viewFields { id } }
          createViewFilterGroup(input: {viewId: $v, logicalOperator: OR}) { id }
          createViewFilter(input: {viewId: $v, fieldMetadataId: $stage, operand: IS, value: ["NEW"]}) { id value operand }
          createViewSort(input: {viewId: $v, fieldMetadataId: $name, direction: DESC}) { id direction }
        }""",
        v=view["id"],
        stage=stage,
        name=name,
    )
    assert answer["createViewFilter"]["value"] == ["NEW"]
    columns = [column["id"] for column in answer["createManyViewFields"]]
    ids = {
        "f": columns[0],
        "fg": answer["createViewFieldGroup"]["id"],
        "g": answer["createViewFilterGroup"]["id"],
        "gs": answer["createViewFilterGroup"]["id"],
        "fi": answer["createViewFilter"]["id"],
        "s": answer["createViewSort"]["id"],
        "v": view["id"],
    }
    updated = call.data(
        """mutation($f: UUID!, $fg: UUID!, $g: UUID!, $gs: String!, $fi: UUID!, $s: UUID!, $v: String!) {
          updateViewField(input: {id: $f, update: {isVisible: false, viewFieldGroupId: $fg}}) { isVisible viewFieldGroupId }
          updateViewFilter(input: {id: $fi, update: {viewFilterGroupId: $g, value: "x"}}) { value viewFilterGroupId }
          updateViewFilterGroup(id: $gs, input: {logicalOperator: AND}) { logicalOperator }
          updateViewSort(input: {id: $s, update: {direction: ASC}}) { direction }
          updateViewFieldGroup(input: {id: $fg, update: {name: "H"}}) { name viewFields { id } }
          updateView(id: $v, input: {name: "Board", isCompact: true}) { name isCompact viewFields { id isVisible } viewSorts { direction } }
        }""",
        **ids,
    )
    assert updated["updateViewFilter"] == {"value": "x", "viewFilterGroupId": ids["g"]}
    assert updated["updateViewFieldGroup"] == {"name": "H", "viewFields": [{"id": ids["f"]}]}
    assert updated["updateView"]["viewFields"][0] == {"id": ids["f"], "isVisible": False}
    assert updated["updateView"]["viewSorts"] == [{"direction": "ASC"}]
    read = call.data(
        """query($v: String!, $o: String, $f: String!) {
          getViews(objectMetadataId: $o, viewTypes: [KANBAN]) { id key }
          getView(id: $v) { name viewFilterGroups { logicalOperator } viewFieldGroups { name } }
          getViewFields(viewId: $v) { id }  getViewField(id: $f) { viewFieldGroupId }
          getViewFilters(viewId: $v) { id }  getViewSorts(viewId: $v) { id }  getViewGroups(viewId: $v) { fieldValue }
          getViewFilterGroups(viewId: $v) { id }  getViewFieldGroups(viewId: $v) { id }
        }""",
        v=view["id"],
        o=own["id"],
        f=ids["f"],
    )
    assert read["getViews"] == [{"id": view["id"], "key": None}]
    assert read["getView"] == {"name": "Board", "viewFilterGroups": [{"logicalOperator": "AND"}], "viewFieldGroups": [{"name": "H"}]}
    assert [one["id"] for one in read["getViewFields"]] == columns
    assert call.data("query($id: String!) { getView(id: $id) { id } }", id=SOMETHING) == {"getView": None}
    gone = call.data(
        """mutation($f: UUID!, $fg: UUID!, $gs: String!, $fi: UUID!, $s: UUID!) {
          deleteViewFieldGroup(input: {id: $fg}) { id deletedAt }
          deleteViewField(input: {id: $f}) { id deletedAt viewFieldGroupId }
          destroyViewField(input: {id: $f}) { id }
          deleteViewFilter(input: {id: $fi}) { deletedAt }
          deleteViewSort(input: {id: $s})
          destroyViewSort(input: {id: $s})
          deleteViewFilterGroup(id: $gs)
        }""",
        **{name: ids[name] for name in ("f", "fg", "gs", "fi", "s")},
    )
    assert gone["deleteViewField"]["deletedAt"] is not None
    assert gone["deleteViewField"]["viewFieldGroupId"] is None
    assert gone["deleteViewSort"] is gone["destroyViewSort"] is gone["deleteViewFilterGroup"] is True
    groups = call.data("query($v: String) { getViewGroups(viewId: $v) { id } }", v=view["id"])["getViewGroups"]
    many = [{"id": group["id"], "update": {"isVisible": False}} for group in groups]
    hidden = call.data("mutation($i: [UpdateViewGroupInput!]!) { updateManyViewGroups(inputs: $i) { isVisible } }", i=many)
    assert hidden["updateManyViewGroups"] == [{"isVisible": False}] * 3
    assert call.data("mutation($v: String!) { deleteView(id: $v) }", v=view["id"]) == {"deleteView": True}
    assert view["id"] not in [one["id"] for one in call.data("{ minimalMetadata { views { id key } } }")["minimalMetadata"]["views"]]


def test_graphql_page_layouts_and_errors(call: MetadataClient, rocket: Json) -> None:
    layout = call.data('mutation { createPageLayout(input: {name: "P"}) { id type } }')["createPageLayout"]
    assert layout["type"] == "RECORD_PAGE"
    tab = call.data('mutation($l: UUID!) { createPageLayoutTab(input: {title: "T", pageLayoutId: $l}) { id layoutMode } }', l=layout["id"])[
        "createPageLayoutTab"
    ]
    widget = call.data(
        """mutation($t: UUID!) { createPageLayoutWidget(input: {title: "W", type: IFRAME, pageLayoutTabId: $t,
          gridPosition: {row: 0, column: 0, rowSpan: 1, columnSpan: 1}, configuration: {url: "https://a.example"}}) {
            id configuration } }""",
        t=tab["id"],
    )["createPageLayoutWidget"]
    assert widget["configuration"] == {"url": "https://a.example"}
    ids = {"l": layout["id"], "t": tab["id"], "w": widget["id"]}
    shown = call.data(
        """mutation($l: String!, $t: String!, $w: String!) {
          updatePageLayoutWidget(id: $w, input: {title: "X"}) { title }
          updatePageLayoutTab(id: $t, input: {position: 3}) { position widgets { title } }
          updatePageLayout(id: $l, input: {type: DASHBOARD}) { type tabs { widgets { gridPosition { rowSpan } } } }
        }""",
        **ids,
    )
    assert shown["updatePageLayoutTab"] == {"position": 3, "widgets": [{"title": "X"}]}
    assert shown["updatePageLayout"] == {"type": "DASHBOARD", "tabs": [{"widgets": [{"gridPosition": {"rowSpan": 1}}]}]}
    assert call.data("{ getPageLayouts(pageLayoutType: DASHBOARD) { id } }")["getPageLayouts"] == [{"id": layout["id"]}]
    removed = """mutation($l: String!, $t: String!, $w: String!) {
      destroyPageLayoutWidget(id: $w)
      destroyPageLayoutTab(id: $t)
      destroyPageLayout(id: $l)
    }"""
    assert set(call.data(removed, **ids).values()) == {True}
    [error] = call.graphql("query($t: String!) { getPageLayoutTab(id: $t) { id } }", t=tab["id"])["errors"]
    assert (error["message"], error["extensions"]["subCode"]) == (
        f'Page layout tab with ID "{tab["id"]}" not found',
        "PAGE_LAYOUT_TAB_NOT_FOUND",
    )
    blank = call.graphql('mutation($o: UUID!) { createView(input: {name: "", icon: "", objectMetadataId: $o}) { id } }', o=rocket["id"])[
        "errors"
    ][0]
    assert (blank["message"], blank["extensions"]["code"]) == ("name should not be empty, icon should not be empty", "BAD_USER_INPUT")


# ------------------------------------------------------------------ groupBy


def test_group_by_adds_the_filters_of_a_view(call: MetadataClient, records: RestClient, rocket: Json) -> None:
    plural = rocket["namePlural"]
    for name, stage in (("Ariane", "NEW"), ("Atlas", "NEW"), ("Vega", "OLD")):
        assert records("POST", f"/rest/{plural}", {"name": name, "stage": stage}).status == 201
    view = new_view(call, rocket)
    body = {"viewId": view["id"], "fieldMetadataId": field(rocket, "name"), "operand": "CONTAINS", "value": "a"}
    part = made(call("POST", "/rest/metadata/viewFilters", body))
    grouping: dict[str, Any] = {"group_by": [{"stage": True}], "aggregate": ["totalCount"], "order_by": [{"stage": "AscNullsLast"}]}

    def counts(**params: Any) -> list[tuple[str, str]]:
        reply = records("GET", f"/rest/{plural}/groupBy", **grouping, **params)
        assert reply.status == 200, reply.json
        return [(group["groupByDimensionValues"][0], str(group["totalCount"])) for group in reply.json]

    everything = [("NEW", "2"), ("OLD", "1")]
    assert counts() == counts(view_id=view["id"]) == everything
    call("PATCH", f"/rest/metadata/viewFilters/{part['id']}", {"value": "At"})
    assert counts(viewId=view["id"]) == [("NEW", "1")]
    assert counts(view_id=view["id"], filter="name[eq]:Ariane") == []
    plain, filtered = (
        records("GET", f"/rest/{plural}/groupBy", headers={"X-Icosa-Explain": "1"}, **grouping, **more).headers
        for more in ({"filter": "name[ilike]:%At%"}, {"view_id": view["id"]})
    )
    trips = next(name for name in plain if "trips" in name.lower())
    assert int(filtered[trips]) == int(plain[trips]) + 1

    missing = records("GET", f"/rest/{plural}/groupBy", **grouping, view_id=SOMETHING)
    refused(missing, 400, f"View (id: {SOMETHING}) not found", "VIEW_NOT_FOUND")
    assert records("GET", f"/rest/{plural}/groupBy", **grouping, view_id="x").message == "'x' is not a valid UUID"
    other = records("GET", "/rest/companies/groupBy", group_by=[{"name": True}], view_id=view["id"])
    refused(other, 400, f"View (id: {view['id']}) does not show companies", "INVALID_QUERY_INPUT")
