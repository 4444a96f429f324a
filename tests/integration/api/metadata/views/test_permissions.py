"""Who may change views (docs/wire/metadata.md#views)."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.metadata_client import MetadataClient
from tests.support.views import Json, field, made, new_view, refused


def test_who_may_change_views(call: MetadataClient, rocket: Json, client_with: Callable[..., MetadataClient]) -> None:
    reader = client_with()
    view = new_view(call, rocket)
    part = made(
        call("POST", "/rest/metadata/viewFields", {"viewId": view["id"], "fieldMetadataId": field(rocket, "name")})
    )
    assert reader("GET", f"/rest/metadata/views/{view['id']}").status == 200
    assert reader("GET", "/rest/metadata/viewFields", viewId=view["id"]).json["totalCount"] == 1
    body = {"name": "V", "icon": "IconList", "objectMetadataId": rocket["id"]}
    create = "You do not have permission to create workspace-level views"
    modify = "You do not have permission to modify this view"
    refused(reader("POST", "/rest/metadata/views", body), 403, create, "VIEW_CREATE_PERMISSION_DENIED")
    refused(
        reader("PATCH", f"/rest/metadata/views/{view['id']}", {"name": "W"}),
        403,
        modify,
        "VIEW_MODIFY_PERMISSION_DENIED",
    )
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
