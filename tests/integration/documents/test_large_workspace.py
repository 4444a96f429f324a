"""A workspace with 200 objects and 5,000 fields: everything works, in containers and answers of bounded size."""

from __future__ import annotations

import orjson
import pytest

from icosa.access.api_keys import ApiKeys
from icosa.access.gateway_keys import GatewayKeys
from icosa.catalog import bundles, models
from icosa.catalog.loader import MetadataState
from icosa.catalog.rows import model_items
from icosa.documents import core_document as documents
from icosa.documents.builder import build
from icosa.documents.sections import SECTIONS
from icosa.provisioning.workspace import provision
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
def large(control_table: Table, gateway: GatewayKeys) -> World:
    """A new workspace whose model was replaced by a generated one."""
    forget()
    documents.forget()
    made = provision(control_table, ApiKeys(TokensHere(control_table, gateway)), "Acme")
    model = generated_model(made.workspace_id, objects=200, fields=5_000)
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


def test_it_works(large: World) -> None:
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


def _state(table: Table, workspace_id: str) -> MetadataState:
    row = table.get(keys.workspace(workspace_id))
    assert row is not None
    return MetadataState.parse(row)
