"""The Metadata API's document."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from icosa.access.api_key_changes import NAME_LENGTH
from icosa.api.keys.app import ROUTERS
from icosa.api.metadata.collections import COLLECTIONS
from icosa.api.metadata.events import EVENTS
from icosa.documents.openapi import collection
from icosa.documents.openapi.metadata import metadata_document
from icosa.metadata.render import field_members, object_members
from icosa.webhooks.bodies import read_changes
from icosa.webhooks.entity import Webhook
from tests.support.crm import crm

BASE = "https://api.example/dev"
_WEBHOOK_PATHS = ("/webhooks", "/webhooks/{id}")
_WEBHOOK = Webhook(
    id="h",
    target_url="https://hooks.example.com/",
    operations=(),
    description=None,
    ciphertext=None,
    created_at="2026-01-31T12:00:00.000Z",
    updated_at="2026-01-31T12:00:00.000Z",
)
_KEY_PATHS = ("/apiKeys", "/apiKeys/{id}")


def document(*, is_direct: bool = False) -> Any:
    return orjson.loads(metadata_document(BASE, is_direct=is_direct))


def answer(result: Any, path: str, method: str, status: str = "200") -> Any:
    schema = result["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
    is_page = schema.get("$ref", "").endswith("Page")
    return result["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if is_page else schema


@pytest.mark.parametrize("is_direct", [False, True])
def test_it_is_valid(is_direct: bool) -> None:
    OpenAPIV31SpecValidator(document(is_direct=is_direct)).validate()


def test_it_describes_what_is_served() -> None:
    routed = {tag for router in ROUTERS for tag in router.tags}
    assert {described.plural for described in collection.COLLECTIONS} == {*COLLECTIONS, *routed}


def test_servers() -> None:
    result = document()
    assert [server["url"] for server in result["servers"]] == [f"{BASE}/rest/metadata"]
    for path in ("/open-api/metadata", "/events"):
        assert [server["url"] for server in result["paths"][path]["servers"]] == [f"{BASE}/rest"]
    assert result["openapi"] == "3.1.1"


def test_names_of_operations() -> None:
    paths = document()["paths"]
    result = {
        (path, method): operation.get("operationId")
        for path in ("/objects", "/fields/{id}")
        for method, operation in paths[path].items()
    }
    assert result == {
        ("/objects", "get"): "findManyObjects",
        ("/objects", "post"): "createOneObject",
        ("/fields/{id}", "get"): "findOneField",
        ("/fields/{id}", "delete"): "deleteOneField",
        ("/fields/{id}", "patch"): "updateOneField",
    }


def test_envelopes() -> None:
    legacy, direct = document(), document(is_direct=True)
    assert list(answer(legacy, "/objects/{id}", "patch")["properties"]["data"]["properties"]) == ["updateOneObject"]
    assert answer(direct, "/objects/{id}", "patch") == {"$ref": "#/components/schemas/ObjectForResponse"}
    assert list(answer(legacy, "/fields", "get")["properties"]["data"]["properties"]) == ["fields"]
    assert answer(direct, "/fields", "get")["properties"]["data"]["type"] == "array"
    assert answer(legacy, "/objects", "post", "201")["required"] == ["data"]


def test_every_member_of_an_answer_is_described() -> None:
    schemas = document()["components"]["schemas"]
    obj = crm().by_plural["people"]
    assert set(object_members(crm(), obj)) <= set(schemas["ObjectForResponse"]["properties"])
    assert set(field_members(crm(), obj, obj.fields[0])) == set(schemas["FieldForResponse"]["properties"])


def test_api_keys() -> None:
    result = document()
    operations = {
        method: operation["operationId"]
        for path in _KEY_PATHS
        for method, operation in result["paths"][path].items()
        if method != "get"
    }
    assert operations == {
        "post": "createOneApiKey",
        "delete": "deleteOneApiKey",
        "patch": "updateOneApiKey",
    }
    assert [result["paths"][path]["get"]["operationId"] for path in _KEY_PATHS] == ["findManyApiKeys", "findOneApiKey"]
    schemas = result["components"]["schemas"]
    assert schemas["ApiKey"]["properties"]["name"]["maxLength"] == NAME_LENGTH
    assert "token" not in schemas["ApiKeyForResponse"]["properties"]
    for method in ("get", "patch", "delete"):
        assert {"type": "null"} in answer(result, "/apiKeys/{id}", method)["anyOf"]


def test_webhooks() -> None:
    result = document()
    operations = {
        (path, method): operation["operationId"]
        for path in _WEBHOOK_PATHS
        for method, operation in result["paths"][path].items()
    }
    assert operations == {
        ("/webhooks", "get"): "findManyWebhooks",
        ("/webhooks", "post"): "createOneWebhook",
        ("/webhooks/{id}", "get"): "findOneWebhook",
        ("/webhooks/{id}", "delete"): "deleteOneWebhook",
        ("/webhooks/{id}", "patch"): "updateOneWebhook",
    }
    schemas = result["components"]["schemas"]
    assert schemas["Webhook"]["required"] == ["targetUrl", "operations"]
    assert set(schemas["WebhookForUpdate"]["properties"]) == set(schemas["Webhook"]["properties"]) - {"id"}
    assert set(schemas["WebhookForResponse"]["properties"]) == {
        *_WEBHOOK.members(str(uuid.uuid4()), ""),
        "secret",
        "workspaceId",
    }
    assert {"type": "null"} in answer(result, "/webhooks/{id}", "get")["anyOf"]
    assert answer(result, "/webhooks/{id}", "patch") == {"$ref": "#/components/schemas/WebhookForResponse"}
    assert answer(result, "/webhooks/{id}", "delete") == {"const": True}
    assert "404" in result["paths"]["/webhooks/{id}"]["delete"]["responses"]
    for name in ("Webhook", "WebhookForUpdate"):
        example = schemas[name]["example"]
        assert read_changes("w", example) == example


def test_the_feed_of_events() -> None:
    result = document()
    [described] = [member for name, member in result["paths"]["/events"].items() if name == "get"]
    assert {parameter["name"] for parameter in described["parameters"]} == {
        *EVENTS.parameters,
        "limit",
        "starting_after",
    }
    assert set(answer(result, "/events", "get")["properties"]) == {"data", "pageInfo", "since"}
    assert set(result["components"]["schemas"]["EventForResponse"]["properties"]) == {
        *("id", "name", "at", "sequence", "body")
    }
