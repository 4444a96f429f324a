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
        "expires_at": int(time.time()) + 3600,
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
