"""The documents over a table: who gets which, where they come from, and what they cost."""

from __future__ import annotations

import time
import uuid
from typing import Any

import orjson
import pytest

from icosa.access import token
from icosa.access.api_keys import ApiKeys
from icosa.access.secret import SigningKey
from icosa.access.token import Claims
from icosa.catalog import bundles, models
from icosa.documents import core_document as documents
from icosa.documents.builder import build
from icosa.documents.sections import OPENAPI_CORE
from icosa.metadata.service import MetadataService
from icosa.store import keys
from icosa.store.ops import DeleteItem, PutItem, UpdateItem
from tests.integration.documents.conftest import World
from tests.support.tokens import SECRET


def response(world: World, **call: Any) -> Any:
    answer = world.document(world.event(**call))
    assert answer["statusCode"] == 200
    assert answer["headers"]["access-control-allow-origin"] == "*"
    return orjson.loads(answer["body"])


def cost(world: World, **call: Any) -> int:
    """Round trips."""
    event = world.event(**call)
    answer = world.document({**event, "headers": {**event["headers"], "X-Icosa-Explain": "1"}})
    return int(answer["headers"]["X-Icosa-Round-Trips"])


def is_skeleton(document: Any) -> bool:
    return "tags" not in document and len(document["paths"]) == 1


def minted(world: World, *, secret: str = SECRET, **changes: Any) -> str:
    claims = {
        "workspace_id": world.made.workspace_id,
        "key_id": world.made.api_key.id,
        "type": "API_KEY",
        "expires_at": int(time.time()) + 86_400,
    }
    return token.sign(Claims(**{**claims, **changes}), key=SigningKey(secret), issued_at=0)


@pytest.mark.parametrize("schema", ["core", "metadata"])
@pytest.mark.parametrize("prefix", ["/rest", ""])
def test_with_a_token(world: World, schema: str, prefix: str) -> None:
    assert not is_skeleton(response(world, schema=schema, prefix=prefix, token=world.made.token))


@pytest.mark.parametrize("schema", ["core", "metadata"])
def test_without_a_valid_token(world: World, schema: str) -> None:
    past = int(time.time()) - 1
    tokens = {
        "none": None,
        "no JWT": "abc",
        "bad signature": minted(world, secret="another secret, which is as long"),
        "expired": minted(world, expires_at=past),
        "wrong type": minted(world, type="REFRESH"),
        "unknown key": minted(world, key_id=str(uuid.uuid4())),
        "unknown workspace": minted(world, workspace_id=str(uuid.uuid4())),
    }
    for case, text in tokens.items():
        assert is_skeleton(response(world, schema=schema, token=text)), case


def test_a_token_in_the_query_counts_for_nothing(world: World) -> None:
    event = {**world.event(), "queryStringParameters": {"token": world.made.token}}
    assert is_skeleton(orjson.loads(world.document(event)["body"]))


def test_a_revoked_key_sees_the_skeleton_at_once(world: World, api_keys: ApiKeys) -> None:
    workspace, key = world.made.workspace_id, world.made.api_key.id
    api_keys.revoke(workspace, key)
    assert is_skeleton(response(world, token=world.made.token))
    api_keys.restore(workspace, key)
    assert not is_skeleton(response(world, token=world.made.token))


def test_nobody_reads_for_a_caller_without_a_good_signature(world: World) -> None:
    assert cost(world, token=minted(world, secret="another secret, which is as long")) == 0


def test_an_unknown_document(world: World) -> None:
    answer = world.document(world.event(schema="nothing", token=world.made.token))
    assert answer["statusCode"] == 404
    assert orjson.loads(answer["body"])["messages"] == ["Cannot GET /rest/open-api/nothing"]


@pytest.mark.parametrize(
    ("domain", "path", "proto", "expected"),
    [
        (
            "a1.execute-api.eu-central-1.amazonaws.com",
            "/rest/open-api/core",
            "https",
            "https://a1.execute-api.eu-central-1.amazonaws.com/dev",
        ),
        (
            "a1.execute-api.eu-central-1.amazonaws.com",
            "/open-api/core",
            "https",
            "https://a1.execute-api.eu-central-1.amazonaws.com/dev",
        ),
        ("api.example", "/rest/open-api/core", "https", "https://api.example"),
        ("api.example", "/v1/rest/open-api/metadata", "https", "https://api.example/v1"),
        ("localhost:8000", "/open-api/core", "http", "http://localhost:8000"),
    ],
)
def test_where_the_api_is(world: World, domain: str, path: str, proto: str, expected: str) -> None:
    schema = path.rpartition("/")[2]
    prefix = "/rest" if "/rest/" in path else ""
    event = world.event(schema, prefix=prefix, domainName=domain)
    event |= {"path": path, "headers": {"X-Forwarded-Proto": proto}}
    [server] = orjson.loads(world.document(event)["body"])["servers"]
    assert server["url"] == f"{expected}/rest{'/metadata' if schema == 'metadata' else ''}"


def test_a_change_is_documented_at_once(world: World) -> None:
    """Without a bundle of the new version: the stream has told nobody yet."""
    service = MetadataService(world.table, world.made.workspace_id)
    name = f"a{uuid.uuid4().hex[:8]}"
    service.create_object(
        {"nameSingular": name, "namePlural": f"{name}s", "labelSingular": name, "labelPlural": f"{name}s"}
    )
    assert f"/{name}s" in response(world, token=world.made.token)["paths"]


def part(world: World, objects: Any, *, token: str | None = None, schema: str = "core") -> Any:
    """The answer to a request for a part. ``objects`` is the parameter's value, or several."""
    values = objects if isinstance(objects, list) else [objects]
    event = world.event(schema, token=token or world.made.token)
    return world.document({**event, "multiValueQueryStringParameters": {"objects": values}})


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ("people", ["people"]),
        ("person", ["people"]),
        ("rocket,people", ["people", "rockets"]),
        (" people , , rockets ", ["people", "rockets"]),
        (["people", "rockets,company"], ["companies", "people", "rockets"]),
        ("people,person,people", ["people"]),
    ],
)
def test_a_part_of_the_document(world: World, objects: Any, expected: list[str]) -> None:
    answer = part(world, objects)
    assert answer["statusCode"] == 200
    document = orjson.loads(answer["body"])
    assert [tag["name"] for tag in document["tags"]] == ["General", *expected]
    plurals = {path.split("/")[2 if path.startswith("/batch/") else 1] for path in document["paths"]}
    assert plurals == {"open-api", *expected}
    everything = response(world, token=world.made.token)
    assert document["info"] == everything["info"] and document["servers"] == everything["servers"]
    assert document["components"]["schemas"].items() <= everything["components"]["schemas"].items()
    assert len(answer["body"]) < len(orjson.dumps(everything)) / 2


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        ("peoples", "object 'peoples' not found. eg: companies"),
        ("people,nope,People", "objects 'nope', 'People' not found. eg: companies"),
        ("", "It names no object. eg: companies,people"),
        (" , ", "It names no object. eg: companies,people"),
    ],
)
def test_a_part_with_names_of_nothing(world: World, objects: str, message: str) -> None:
    answer = part(world, objects)
    assert answer["statusCode"] == 400
    body = orjson.loads(answer["body"])
    assert body["messages"] == [f"objects parameter invalid. {message}"]
    assert (body["error"], body["code"]) == ("BadRequestException", "INVALID_QUERY_INPUT")


def test_a_part_needs_a_token_as_the_whole_does(world: World) -> None:
    for objects in ("people", "nope"):
        answer = part(world, objects, token="none")
        assert answer["statusCode"] == 200 and is_skeleton(orjson.loads(answer["body"]))


def test_the_metadata_document_has_no_parts(world: World) -> None:
    assert len(orjson.loads(part(world, "nope", schema="metadata")["body"])["tags"]) > 2


def test_what_a_part_costs(world: World) -> None:
    """The model; the whole document is neither read nor made."""
    build(world.table, world.made.workspace_id)
    documents.forget()
    models.forget()

    def trips() -> int:
        event = world.event(token=world.made.token)
        headers = {**event["headers"], "X-Icosa-Explain": "1"}
        query = {"objects": ["people"]}
        answer = world.document({**event, "headers": headers, "multiValueQueryStringParameters": query})
        return int(answer["headers"]["X-Icosa-Round-Trips"])

    assert [trips(), trips()] == [2, 1]


def test_a_part_follows_the_model(world: World) -> None:
    service = MetadataService(world.table, world.made.workspace_id)
    company = service.model().by_singular["company"]
    assert "stars" not in str(part(world, "companies")["body"])
    service.create_field({"objectMetadataId": company.id, "type": "NUMBER", "name": "stars", "label": "Stars"})
    assert "stars" in str(part(world, "companies")["body"])


def test_what_a_document_costs(world: World) -> None:
    build(world.table, world.made.workspace_id)
    documents.forget()
    models.forget()
    assert cost(world, token=world.made.token) == 2  # Workspace and key, the bundle.
    assert cost(world, token=world.made.token) == 1


def test_a_document_of_another_release_is_made_anew(world: World) -> None:
    workspace = world.table.get(keys.workspace(world.made.workspace_id))
    assert workspace is not None
    version = workspace["metadataVersion"]
    bundles.save(world.table, world.made.workspace_id, OPENAPI_CORE, version, b'{"paths":{}}', maker="another release")
    documents.forget()
    assert "/people" in response(world, token=world.made.token)["paths"]
    assert build(world.table, world.made.workspace_id) == version
    assert bundles.load(world.table, world.made.workspace_id, OPENAPI_CORE, version, maker="another release") is None


def test_the_metadata_document_has_the_envelope_of_the_workspace(world: World) -> None:
    def created() -> Any:
        document = response(world, schema="metadata", token=world.made.token)
        return document["paths"]["/objects"]["post"]["responses"]["201"]["content"]["application/json"]["schema"]

    assert created()["required"] == ["data"]
    key = keys.workspace(world.made.workspace_id)
    world.table.transact([UpdateItem(key, "SET preferences = :p", values={":p": {"metadataEnvelope": "direct"}})])
    assert created() == {"$ref": "#/components/schemas/ObjectForResponse"}
    world.table.transact([UpdateItem(key, "SET preferences = :p", values={":p": {}})])


def test_a_workspace_that_is_gone(world: World) -> None:
    key = keys.workspace(world.made.workspace_id)
    row = world.table.get(key)
    assert row is not None
    world.table.transact([DeleteItem(key)])
    try:
        assert is_skeleton(response(world, token=world.made.token))
    finally:
        world.table.transact([PutItem(row)])


def test_examples_of_the_metadata_document_work_here(world: World) -> None:
    """Also where what they create is there already."""
    service = MetadataService(world.table, world.made.workspace_id)

    def example(name: str) -> Any:
        document = response(world, schema="metadata", token=world.made.token)
        return document["components"]["schemas"][name]["example"]

    names = []
    for _ in range(2):
        names.append((example("Field")["name"], example("Object")["nameSingular"]))
        service.create_field(example("Field"))
        service.create_object(example("Object"))
    # There is a rocket in this workspace.
    assert names == [("payload", "rocket2"), ("payload2", "rocket3")]
    assert example("View")["objectMetadataId"] in service.model().by_id
    assert example("ApiKey")["roleId"] == world.made.api_key.role_id


def test_what_the_metadata_document_costs(world: World) -> None:
    build(world.table, world.made.workspace_id)
    models.forget()
    assert [cost(world, schema="metadata", token=world.made.token) for _ in range(2)] == [2, 1]
