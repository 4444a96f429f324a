"""A workspace with 200 objects and 5,000 fields: everything works, in containers and answers of bounded size."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from graphql import get_introspection_query

from icosa.access.api_keys import ApiKeys
from icosa.access.gateway_keys import GatewayKeys
from icosa.api.graphql.service import GraphqlApi
from icosa.catalog import bundles, models
from icosa.catalog.loader import MetadataState
from icosa.catalog.rows import model_items
from icosa.documents import core_document as documents
from icosa.documents.builder import build
from icosa.documents.sections import SECTIONS
from icosa.provisioning.workspace import provision
from icosa.runtime.http import proxy
from icosa.store import keys
from icosa.store.meter import Meter
from icosa.store.ops import DeleteItem, Op, PutItem, UpdateItem
from icosa.store.table import MAX_TRANSACTION, Table, chunked
from tests.integration.documents.conftest import World
from tests.support.generated import generated_model
from tests.support.provisioning import event_of, forget
from tests.support.rest_client import RestClient
from tests.support.tokens import TokensHere


@pytest.fixture
def workspace_of(control_table: Table, gateway: GatewayKeys) -> Callable[..., World]:
    """A new workspace whose model was replaced by a generated one."""

    def make(*, objects: int, fields: int) -> World:
        forget()
        documents.forget()
        made = provision(control_table, ApiKeys(TokensHere(control_table, gateway)), "Acme")
        model = generated_model(made.workspace_id, objects=objects, fields=fields)
        items = model_items(model)
        old = [DeleteItem((row["PK"], row["SK"])) for row in control_table.query_all(keys.metadata(made.workspace_id))]
        ops: list[Op] = [*old, *(PutItem(item) for item in items)]
        for chunk in chunked(ops, MAX_TRANSACTION):
            control_table.transact(chunk)
        state = MetadataState.of(2, items)
        values = {":v": state.version, ":n": state.rows, ":r": state.revisions}
        change = "SET metadataVersion = :v, metadataRows = :n, metadataRevisions = :r"
        control_table.transact([UpdateItem(keys.workspace(made.workspace_id), change, values=values)])
        return World(control_table, made)

    return make


def test_it_works(workspace_of: Callable[..., World]) -> None:
    large = workspace_of(objects=200, fields=5_000)
    table, workspace_id = large.table, large.made.workspace_id
    assert build(table, workspace_id, 2) == 2
    call = RestClient(table, event_of(large.made))
    name = "thing99s"

    created = call("POST", f"/rest/{name}", {"field0": "Ada", "field2": "NEW"})
    assert created.status == 201
    result = call("GET", f"/rest/{name}", filter="field0[eq]:Ada", depth="1")
    assert result.status == 200
    assert [record["field2"] for record in result.json["data"][name]] == ["NEW"]

    state = _state(table, workspace_id)
    models.forget()
    meter = Meter()
    model = models.current_model(table.metered(meter), workspace_id, state)
    assert meter.round_trips == 1
    assert len(model.objects) == 200
    assert 4_800 <= sum(len(obj.fields) for obj in model.objects) <= 5_000

    answer = large.document(large.event(token=large.made.token))
    assert answer["statusCode"] == 200
    assert len(orjson.dumps(answer)) < 6_000_000  # Lambda's limit.
    assert len(orjson.loads(answer["body"])["tags"]) == 201

    rows = table.query_all(keys.bundles(workspace_id))
    assert len(rows) > len(SECTIONS)
    assert all(len(row["data"]) <= bundles.PART_BYTES for row in rows)


@pytest.mark.slow
def test_introspection_of_a_thousand_objects(workspace_of: Callable[..., World]) -> None:
    large = workspace_of(objects=1_000, fields=18_000)
    handler = proxy(GraphqlApi(large.table).answer)
    query = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True, one_of=True
    )

    def ask(query: str, **headers: str) -> dict[str, Any]:
        event = {**event_of(large.made), "httpMethod": "POST", "path": "/graphql", "headers": headers}
        return handler({**event, "body": orjson.dumps({"query": query}).decode()}, None)

    answer = ask(query, **{"Accept-Encoding": "gzip, deflate, br"})
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, True)
    assert (answer["headers"]["content-encoding"], answer["headers"]["vary"]) == ("gzip", "accept-encoding")
    assert len(orjson.dumps(answer)) < 3_000_000  # half of Lambda's limit
    text = gzip.decompress(base64.b64decode(answer["body"]))
    assert text.count(b'"kind":"OBJECT","name":"Thing') > 4 * 900
    assert text.endswith(b"]}}}")

    again = ask(query, **{"Accept-Encoding": "gzip"})
    assert again["body"] == answer["body"]
    [error] = orjson.loads(ask(query)["body"])["errors"]
    assert error["message"] == (
        "The answer is larger than 6000000 bytes. Send Accept-Encoding: gzip, or ask for fewer records or fewer fields"
    )
    small = orjson.loads(ask('{ __type(name: "Thing7") { name description fields { name } } }')["body"])["data"]
    assert small["__type"]["description"]
    assert {"name": "field0"} in small["__type"]["fields"]


def _state(table: Table, workspace_id: str) -> MetadataState:
    row = table.get(keys.workspace(workspace_id))
    assert row is not None
    return MetadataState.parse(row)
