"""What older clients send to Core REST: other addresses, lists for batches, parameters that mean nothing
(docs/wire/metadata.md#old-addresses, docs/wire/rest.md#parameters).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from icosa.provisioning.workspace import Provisioned
from icosa.store.table import Table
from tests.support.kms import emulated_cipher
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient
from tests.support.workspace import EventOfRole, unique_tag, workspace_fixtures

URL = "https://hooks.example.com/"
VIEWS = ("views", "viewFields", "viewFilters", "viewFilterGroups", "viewGroups", "viewSorts")

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")


@pytest.fixture(scope="module", autouse=True)
def kms(api_keys: object) -> Iterator[None]:
    """After the gateway, whose emulation empties everything."""
    with emulated_cipher():
        yield


@pytest.fixture(scope="module")
def call(shared_table: Table, workspace: Provisioned) -> RestClient:
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def metadata(shared_table: Table, workspace: Provisioned) -> MetadataClient:
    return MetadataClient(shared_table, event_of(workspace))


def test_the_life_of_a_webhook(call: RestClient, metadata: MetadataClient) -> None:
    made = call("POST", "/rest/webhooks", {"targetUrl": URL, "operation": "create.person", "description": "Old"})
    webhook = made.json
    path = f"/rest/webhooks/{webhook['id']}"

    assert (made.status, webhook["operations"], webhook["secret"]) == (201, ["person.created"], None)
    assert [each["id"] for each in call("GET", "/rest/webhooks").json["data"]] == [webhook["id"]]
    assert call("GET", path).json["targetUrl"] == URL
    assert call("PUT", path, {"operation": "*.*"}).json["operations"] == ["*.*"]
    assert metadata("GET", f"/rest/metadata/webhooks/{webhook['id']}").json["secret"]
    assert (call("DELETE", path).status, call("GET", path).json) == (200, None)
    assert call("POST", "/rest/webhooks", {"targetUrl": URL, "operation": 7}).message == (
        "each value in operations must be a string"
    )
    assert call("PATCH", "/rest/webhooks", {}).status == 405
    assert call("GET", "/rest/webhooks/x").status == 400


def test_a_webhook_is_switched_at_the_present_address_only(call: RestClient, metadata: MetadataClient) -> None:
    """The function of old addresses may not send what has waited. Nothing else of the change is made either."""
    webhook = call("POST", "/rest/webhooks", {"targetUrl": URL, "operations": []}).json["id"]
    refused = call("PATCH", f"/rest/webhooks/{webhook}", {"isEnabled": True, "description": "New"})

    assert (refused.status, refused.json["code"]) == (400, "INVALID_WEBHOOK_INPUT")
    assert "/rest/metadata/webhooks" in refused.message
    assert metadata("GET", f"/rest/metadata/webhooks/{webhook}").json["description"] is None
    call("DELETE", f"/rest/webhooks/{webhook}")


def test_one_operation_at_the_present_address(metadata: MetadataClient) -> None:
    made = metadata("POST", "/rest/metadata/webhooks", {"targetUrl": URL, "operation": "company.deleted"}).json

    assert made["operations"] == ["company.deleted"]
    metadata("DELETE", f"/rest/metadata/webhooks/{made['id']}")


@pytest.mark.parametrize("collection", VIEWS)
def test_views_and_their_parts(call: RestClient, metadata: MetadataClient, collection: str) -> None:
    view = metadata("GET", "/rest/metadata/views", limit=1).json["data"][0]["id"]
    query = {"limit": "2"} if collection == "views" else {"viewId": view}
    old, present = call("GET", f"/rest/{collection}", **query), metadata("GET", f"/rest/metadata/{collection}", **query)

    assert (old.status, old.json) == (200, present.json)


def test_rights_are_those_of_the_present_address(shared_table: Table, event_of_role: EventOfRole) -> None:
    nobody = RestClient(shared_table, event_of_role())

    assert nobody("GET", "/rest/webhooks").status == 403
    assert nobody("POST", "/rest/webhooks", {"targetUrl": URL, "operation": "*.*"}).status == 403


def test_an_object_of_that_name_comes_first(call: RestClient, metadata: MetadataClient) -> None:
    names = {"nameSingular": "viewSort", "namePlural": "viewSorts", "labelSingular": "Sort", "labelPlural": "Sorts"}
    made = metadata("POST", "/rest/metadata/objects", names)
    assert made.status == 201
    try:
        reply = call("POST", "/rest/viewSorts", {"name": "By age"})
        assert (reply.status, reply.json["data"]["createViewSort"]["name"]) == (201, "By age")
    finally:
        [entity] = made.json["data"].values()
        metadata("DELETE", f"/rest/metadata/objects/{entity['id']}")


def test_a_list_is_a_batch(call: RestClient) -> None:
    tag = unique_tag()
    reply = call("POST", "/rest/companies", [{"name": f"{tag} 1"}, {"name": f"{tag} 2"}])

    assert reply.status == 201
    assert [company["name"] for company in reply.json["data"]["createCompanies"]] == [f"{tag} 1", f"{tag} 2"]
    assert call("POST", "/rest/companies", [1]).message == "Request body must be a JSON array of objects"
    assert call("POST", "/rest/companies", [{"name": tag}, {"nope": 1}]).status == 400
    assert call("GET", "/rest/companies", filter=f"name[eq]:{tag}").json["totalCount"] == 0


_IGNORED: list[tuple[str, str, dict[str, Any], str | None]] = [
    ("GET", "/rest/people", {}, None),
    ("GET", "/rest/people", {"limit": "1", "depth": "0", "order_by": "id"}, None),
    ("GET", "/rest/people", {"sort[createdAt]": "desc", "limit": "1"}, "sort[createdAt]"),
    ("GET", "/rest/people", {"include[]": "company", "_": "17"}, "_, include[]"),
    ("GET", "/rest/people", {"page": "2", "Offset": "3"}, "Offset, page"),
    ("GET", "/rest/people", {"soft_delete": "true"}, "soft_delete"),
    ("GET", "/rest/people?order_by=id&order_by=name", {}, "order_by"),
    ("POST", "/rest/companies", {"body": {}, "limit": "1", "upsert": "true"}, "limit"),
    ("GET", "/rest/people/groupBy", {"group_by": '[{"jobTitle": true}]', "having": "x"}, "having"),
    ("GET", "/rest/webhooks", {"sort": "x"}, "sort"),
]


@pytest.mark.parametrize(("method", "path", "options", "names"), _IGNORED)
def test_parameters_without_meaning_are_named(
    call: RestClient, method: str, path: str, options: dict[str, Any], names: str | None
) -> None:
    reply = call(method, path, **options)

    assert reply.status < 300
    assert reply.headers.get("x-icosa-ignored") == names


def _query(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, "1")


def test_filters_of_other_grammars_are_refused(call: RestClient) -> None:
    """Without them everything would match."""
    reply = call("GET", "/rest/people", **_query("filter[emails][primaryEmail][eq]"))

    assert (reply.status, reply.message) == (
        400,
        "Unknown parameter 'filter[emails][primaryEmail][eq]'. It may be the rest of another one's value. "
        "Write a filter as filter=emails.primaryEmail[eq]:value",
    )


def test_names_cannot_break_the_header(call: RestClient) -> None:
    reply = call("GET", "/rest/people", **_query(*(f"a{number}" + "x" * 300 for number in range(60))))
    evil = call("GET", "/rest/people", **_query("_é\r\nX-Evil: 1"))

    assert evil.status == 400 and "x-evil" not in evil.headers
    header = reply.headers["x-icosa-ignored"]
    assert header.isascii() and "\n" not in header and "\r" not in header
    assert len(header) < 2_200
