"""Views follow the model, whoever changes it meanwhile (docs/wire/metadata.md#views-follow-the-model)."""

from __future__ import annotations

import threading
from typing import Any

from icosa.provisioning.workspace import Provisioned
from icosa.store.table import Table
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.rest_client import Reply
from tests.support.views import Json, field, made, new_view


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


def test_no_view_names_a_field_that_is_gone(
    call: MetadataClient, own: Json, shared_table: Table, workspace: Provisioned
) -> None:
    """A column is added while its field is deleted, many times: whoever is later sees the other."""
    view = new_view(call, own)
    for number in range(12):
        body = {"objectMetadataId": own["id"], "type": "TEXT", "name": f"text{number}", "label": f"Text {number}"}
        text = made(call("POST", "/rest/metadata/fields", body))["data"]["createOneField"]["id"]
        start = threading.Barrier(2)
        replies: dict[str, Reply] = {}

        def run(
            name: str, *request: Any, start: threading.Barrier = start, replies: dict[str, Reply] = replies
        ) -> None:
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


def test_writers_side_by_side_lose_nothing(
    call: MetadataClient, rocket: Json, shared_table: Table, workspace: Provisioned
) -> None:
    view = new_view(call, rocket)
    names = [item["id"] for item in rocket["fields"]][:8]
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
    rendered = call("GET", f"/rest/metadata/views/{view['id']}").json["viewFields"]
    assert sorted(column["fieldMetadataId"] for column in rendered) == sorted(done)
