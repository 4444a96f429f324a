"""The Core API does what its document says: nothing else, and nothing that breaks it.

``ICOSA_FUZZ=500`` (`make fuzz`) makes that many requests for each operation of every object, instead of a few for some
objects.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest
import schemathesis

from icosa.access.api_keys import ApiKeys
from icosa.access.audit import ADMINISTRATOR
from icosa.api.keys.app import keys_app
from icosa.api.metadata.service import MetadataApi
from icosa.api.rest.service import RestApi
from icosa.metadata.service import MetadataService
from icosa.runtime.asgi import asgi_proxy
from icosa.runtime.http import proxy
from icosa.webhooks.secret_cipher import SecretCipher
from icosa.webhooks.service import Webhooks
from tests.integration.documents.conftest import World
from tests.support.contract import exercise as exercised
from tests.support.contract import strict
from tests.support.kms import emulated_cipher
from tests.support.minting import tokens_in_process
from tests.support.provisioning import event_of
from tests.support.proxied import Function, Proxied
from tests.support.rest_client import RestClient

_FUZZ = int(os.environ.get("ICOSA_FUZZ", "0"))
_EXAMPLES = _FUZZ or 4
#: With fields of every type, with merging, with relations to several objects.
_CHOSEN = ("rockets", "people", "noteTargets")


@pytest.fixture(scope="module")
def cipher(api_keys: ApiKeys) -> Iterator[SecretCipher]:
    """After the gateway, which begins with an empty moto."""
    with emulated_cipher() as made:
        yield made


@pytest.fixture(scope="module")
def app(world: World, api_keys: ApiKeys, cipher: SecretCipher) -> Proxied:
    rest = proxy(RestApi(world.table).answer)
    metadata = proxy(MetadataApi(world.table).answer)
    keys = asgi_proxy(keys_app(world.table))

    def document(event: dict[str, Any]) -> Mapping[str, Any]:
        answer = world.document(event)
        return {**answer, "body": orjson.dumps(strict(orjson.loads(answer["body"]))).decode()}

    def route(path: str) -> tuple[Function, Mapping[str, str]]:
        if "/open-api/" in path:
            return document, {"schema": path.rpartition("/")[2]}
        if path.startswith("/rest/metadata/apiKeys"):
            return (lambda event: keys(event, None)), {}
        if path == "/rest/metadata/events":
            # The document names another server for it, which Schemathesis does not look at.
            return (lambda event: metadata({**event, "path": "/rest/events"}, None)), {}
        if path.startswith("/rest/metadata"):
            return (lambda event: metadata(event, None)), {}
        return (lambda event: rest(event, None)), {}

    return Proxied(route, event_of(world.made)["requestContext"]["authorizer"])


@pytest.fixture(scope="module")
def call(world: World) -> RestClient:
    return RestClient(world.table, event_of(world.made))


@pytest.fixture(scope="module")
def document(world: World) -> dict[str, Any]:
    answer = world.document(world.event(token=world.made.token))
    result: dict[str, Any] = orjson.loads(answer["body"])
    return result


def test_examples_work_when_pasted(document: dict[str, Any], call: RestClient) -> None:
    schemas, parameters = document["components"]["schemas"], document["components"]["parameters"]
    plurals = [path[1:] for path in document["paths"] if path.count("/") == 1]
    assert "rockets" in plurals
    for plural in plurals:
        operation = document["paths"][f"/{plural}"]["post"]
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        created = call("POST", f"/rest/{plural}", schemas[name]["example"])
        assert created.status == 201, (plural, created.json)
        [record] = created.json["data"].values()
        updated = call("PATCH", f"/rest/{plural}/{record['id']}", schemas[f"{name}ForUpdate"]["example"])
        assert updated.status == 200, (plural, updated.json)
        for parameter in (parameters[key] for key in ("filter", "orderBy", "fields")):
            for example in parameter["examples"].values():
                value = example["value"]
                query: dict[str, Any] = {parameter["name"]: ",".join(value) if isinstance(value, list) else value}
                listed = call("GET", f"/rest/{plural}", **query)
                assert listed.status == 200, (plural, query, listed.json)
        _groups(plural, parameters, call)


def _groups(plural: str, parameters: Mapping[str, Any], call: RestClient) -> None:
    [first, *_] = (example["value"] for example in parameters["groupBy"]["examples"].values())
    for key in ("groupBy", "aggregate", "orderByGroups", "orderByForRecords"):
        parameter = parameters[key]
        for example in parameter["examples"].values():
            query: dict[str, Any] = {
                "group_by": first,
                "include_records_sample": "true",
                parameter["name"]: example["value"],
            }
            grouped = call("GET", f"/rest/{plural}/groupBy", **query)
            assert grouped.status == 200, (plural, query, grouped.json)


@pytest.mark.slow
def test_answers_are_what_the_document_says(
    world: World, app: Proxied, call: RestClient, document: dict[str, Any]
) -> None:
    schema = schemathesis.openapi.from_wsgi(
        "/rest/open-api/core", app, headers={"Authorization": f"Bearer {world.made.token}"}
    )
    plurals = _CHOSEN if not _FUZZ else [path[1:] for path in document["paths"] if path.count("/") == 1]
    known = {
        plural: [record["id"] for record in call("GET", f"/rest/{plural}?limit=20").json["data"][plural]]
        for plural in plurals
    }
    outcome = exercised(
        schema, known=known, examples=_EXAMPLES, wants=lambda path: not known.keys().isdisjoint(path.split("/"))
    )
    assert not outcome.contradictions, "\n\n".join(outcome.contradictions)
    assert {200, 201, 400, 404} <= set(outcome.statuses)
    # Requests that are merely refused say little about answers. About a fifth succeed; how many exactly depends on the
    # cases that are drawn.
    assert outcome.statuses[200] + outcome.statuses[201] > outcome.statuses.total() / 8, outcome.statuses


@pytest.mark.slow
def test_answers_about_metadata_are_what_the_document_says(
    world: World, app: Proxied, api_keys: ApiKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens_in_process(api_keys, monkeypatch)
    schema = schemathesis.openapi.from_wsgi(
        "/rest/open-api/metadata", app, headers={"Authorization": f"Bearer {world.made.token}"}
    )
    model = MetadataService(world.table, world.made.workspace_id).model()
    rocket = model.by_singular["rocket"]
    webhooks = Webhooks(world.table, world.made.workspace_id, now="2026-01-31T12:00:00.000Z", actor=ADMINISTRATOR)
    webhook = webhooks.create({"targetUrl": "https://hooks.example.com", "operations": ["*.*"]})
    known = {"objects": [rocket.id], "fields": [f.id for f in rocket.fields], "webhooks": [webhook.id]}
    outcome = exercised(schema, known=known, examples=_EXAMPLES, wants=lambda path: "/open-api/" not in path)
    assert not outcome.contradictions, "\n\n".join(outcome.contradictions)
    assert {200, 201, 400, 404} <= set(outcome.statuses), outcome.statuses
