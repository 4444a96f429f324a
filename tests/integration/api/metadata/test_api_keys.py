"""API keys over GraphQL (docs/wire/access.md#api-keys-over-graphql)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from icosa.access.api_keys import ApiKeys
from icosa.access.role_admin import create_role
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import keys
from icosa.store.ops import DeleteItem
from icosa.store.table import Table
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of

SHOWN = "id name expiresAt revokedAt createdAt updatedAt role { id label }"
ALL = f"{{ apiKeys {{ {SHOWN} }} }}"
ONE = f"query($id: UUID!) {{ apiKey(input: {{ id: $id }}) {{ {SHOWN} }} }}"


@pytest.fixture
def made(shared_table: Table, api_keys: ApiKeys) -> Provisioned:
    return provision(shared_table, api_keys, "Initech")


@pytest.fixture
def own(shared_table: Table, made: Provisioned) -> MetadataClient:
    return MetadataClient(shared_table, event_of(made))


def test_keys_with_their_roles(own: MetadataClient, made: Provisioned, api_keys: ApiKeys) -> None:
    admin = {"id": made.api_key.role_id, "label": "Admin"}
    expired = api_keys.create(made.workspace_id, name="Old", role_id=admin["id"], expires_at="2020-01-01")
    revoked = api_keys.create(made.workspace_id, name="Gone", role_id=admin["id"])
    ended = api_keys.revoke(made.workspace_id, revoked.id).revoked_at

    listed = own.data(ALL)["apiKeys"]
    assert [key["id"] for key in listed] == [made.api_key.id, expired.id]
    assert listed[1] == {
        "id": expired.id,
        "name": "Old",
        "expiresAt": "2020-01-01T00:00:00.000Z",
        "revokedAt": None,
        "createdAt": expired.created_at,
        "updatedAt": expired.updated_at,
        "role": admin,
    }
    assert own.data(ONE, id=expired.id.upper())["apiKey"] == listed[1]
    assert own.data(ONE, id=revoked.id)["apiKey"]["revokedAt"] == ended


def test_keys_that_are_not_there(own: MetadataClient, call: MetadataClient) -> None:
    [elsewhere, *_] = call.data(ALL)["apiKeys"]
    for key_id in (str(uuid.uuid4()), elsewhere["id"]):
        assert own.data(ONE, id=key_id) == {"apiKey": None}
    assert elsewhere["id"] not in [key["id"] for key in own.data(ALL)["apiKeys"]]


def test_a_key_whose_role_is_gone(
    own: MetadataClient, made: Provisioned, api_keys: ApiKeys, shared_table: Table
) -> None:
    role = create_role(made.workspace_id, {"label": "Brief"})
    key = api_keys.create(made.workspace_id, name="k", role_id=role["id"])
    shared_table.transact([DeleteItem(keys.role(made.workspace_id, role["id"]))])
    assert own.data(ONE, id=key.id)["apiKey"]["role"] is None
    assert len(own.data(ALL)["apiKeys"]) == 2


def test_no_member_tells_of_the_gateway_or_of_a_token(own: MetadataClient) -> None:
    fields = own.data('{ __type(name: "ApiKey") { fields { name } } }')["__type"]["fields"]
    assert {field["name"] for field in fields} == {
        "id",
        "name",
        "expiresAt",
        "revokedAt",
        "lastUsedAt",
        "createdAt",
        "updatedAt",
        "role",
    }


def test_reading_needs_the_flag(call: MetadataClient, client_with: Callable[..., MetadataClient]) -> None:
    [key, *_] = call.data(ALL)["apiKeys"]
    without = client_with(canReadAllObjectRecords=True)
    for answer in (without.graphql(ALL), without.graphql(ONE, id=key["id"])):
        [error] = answer["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert key["name"] not in orjson.dumps(answer).decode()


def test_costs(call: MetadataClient) -> None:
    def trips(selection: str) -> Any:
        body = {"query": f"{{ apiKeys {{ {selection} }} }}"}
        return call("POST", "/metadata", body, explain=True).headers["X-Icosa-Round-Trips"]

    assert (trips("id name"), trips("id role { label }")) == ("1", "2")
