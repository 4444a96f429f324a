"""``/rest/metadata/apiKeys`` as API Gateway calls it (docs/wire/access.md#api-keys-over-rest)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import orjson
import pytest

from icosa.access import session
from icosa.access.failures import KeyRevoked
from icosa.access.session import open_context
from icosa.store.table import Table
from tests.support.functions import LambdaContext
from tests.support.rest_client import Reply

MEMBERS = {"id", "name", "expiresAt", "revokedAt", "lastUsedAt", "createdAt", "updatedAt", "workspaceId"}
NEVER = "2199-12-31T00:00:00.000Z"
UNKNOWN = str(uuid.uuid4())


@dataclass(frozen=True)
class Tenant:
    """A workspace and calls with one of its keys."""

    function: ModuleType
    workspace_id: str
    role_id: str
    key_id: str

    @property
    def event(self) -> dict[str, Any]:
        authorized = {"workspaceId": self.workspace_id, "keyId": self.key_id, "type": "API_KEY", "exp": "4102444800"}
        return {"requestContext": {"requestId": "r1", "authorizer": authorized}}

    def call(
        self, method: str, path: str = "", body: Any = None, *, more: Mapping[str, Any] | None = None, **query: Any
    ) -> Reply:
        answer = self.function.handler(
            {
                **self.event,
                "httpMethod": method,
                "path": f"/rest/metadata/apiKeys{path}",
                "headers": {"Content-Type": "application/json", "Host": "api.example"},
                "multiValueQueryStringParameters": {name: [str(value)] for name, value in query.items()} or None,
                "body": None if body is None else orjson.dumps(body).decode(),
                "isBase64Encoded": False,
                **(more or {}),
            },
            LambdaContext(),
        )
        return Reply(answer["statusCode"], orjson.loads(answer["body"]), answer["headers"])

    def make(self, name: str = "Sync", **members: Any) -> Any:
        reply = self.call("POST", "", {"name": name, "expiresAt": NEVER, "roleId": self.role_id, **members})
        assert reply.status == 201, reply.json
        return reply.json

    def admin(self, action: str, **parameters: Any) -> Any:
        return self.function.handler(
            {"action": action, "workspaceId": self.workspace_id, **parameters}, LambdaContext()
        )

    def with_key(self, key_id: str) -> Tenant:
        return Tenant(self.function, self.workspace_id, self.role_id, key_id)


def tenant(keys: ModuleType, name: str = "Acme") -> Tenant:
    made = keys.handler({"action": "provision_workspace", "name": name}, LambdaContext())
    return Tenant(keys, made["workspaceId"], made["apiKey"]["roleId"], made["apiKey"]["id"])


@pytest.fixture
def own(keys: ModuleType) -> Tenant:
    return tenant(keys)


def test_the_life_of_a_key(own: Tenant, table: Table) -> None:
    key = own.make(expiresAt="2199-12-31")
    assert set(key) == MEMBERS
    assert (key["name"], key["expiresAt"], key["revokedAt"], key["workspaceId"]) == (
        "Sync",
        NEVER,
        None,
        own.workspace_id,
    )
    assert own.call("GET", f"/{key['id'].upper()}").json == key
    made = own.with_key(key["id"])
    assert made.call("GET").status == 200
    key = own.call("GET", f"/{key['id']}").json
    assert key["lastUsedAt"] is not None
    renamed = own.call("PATCH", f"/{key['id']}", {"name": "Nightly", "expiresAt": None})
    assert (renamed.status, renamed.json) == (200, {**key, "name": "Nightly", "updatedAt": renamed.json["updatedAt"]})
    assert open_context(made.event, table).principal.name == "Nightly"

    revoked = own.call("DELETE", f"/{key['id']}")
    assert (revoked.status, set(revoked.json)) == (200, MEMBERS)
    assert revoked.json["revokedAt"] is not None
    refused = made.call("GET")
    assert (refused.status, refused.message) == (403, "This API Key is revoked")
    with pytest.raises(KeyRevoked):
        open_context(made.event, table)
    assert own.call("GET", f"/{key['id']}").json == revoked.json
    assert [item["id"] for item in own.call("GET").json["data"]] == [own.key_id]

    back = own.call("PUT", f"/{key['id']}", {"revokedAt": None})
    assert (back.status, back.json["revokedAt"]) == (200, None)
    assert made.call("GET").status == 200
    own.call("PATCH", f"/{key['id']}", {"revokedAt": "2199-01-01T00:00:00Z"})
    assert made.call("GET").status == 403


def test_pages(own: Tenant) -> None:
    ids = sorted([own.key_id, *(own.make(f"K{number}")["id"] for number in range(3))], reverse=True)
    everything = own.call("GET").json
    assert [key["id"] for key in everything["data"]] == ids
    assert everything["pageInfo"] == {"hasNextPage": False, "startCursor": ids[0], "endCursor": ids[-1]}
    assert everything["totalCount"] == 4
    page = own.call("GET", limit=2, starting_after=ids[0]).json
    assert ([key["id"] for key in page["data"]], page["pageInfo"]["hasNextPage"]) == (ids[1:3], True)


@pytest.mark.parametrize(
    ("method", "body"), [("GET", None), ("PATCH", {"name": "X"}), ("PATCH", {"revokedAt": None}), ("DELETE", None)]
)
def test_a_key_that_is_not_there_is_null(own: Tenant, keys: ModuleType, method: str, body: Any) -> None:
    reply = own.call(method, f"/{UNKNOWN}", body)
    assert (reply.status, reply.json) == (200, None)
    other = tenant(keys, "Other")
    assert own.call(method, f"/{other.key_id}", body).json is None
    assert other.call("GET").json["totalCount"] == 1


def test_a_key_of_a_revoked_row(own: Tenant) -> None:
    key = own.make(revokedAt="2026-01-01T00:00:00Z")
    assert key["revokedAt"] == "2026-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("method", "body", "messages"),
    [
        (
            "POST",
            {},
            ["name must be a string", "expiresAt must be a valid ISO 8601 date string", "roleId must be a UUID"],
        ),
        ("POST", {"name": 1, "expiresAt": NEVER, "roleId": UNKNOWN}, ["name must be a string"]),
        (
            "POST",
            {"name": "X", "expiresAt": "soon", "roleId": UNKNOWN},
            ["expiresAt must be a valid ISO 8601 date string"],
        ),
        ("POST", {"name": " ", "expiresAt": NEVER, "roleId": UNKNOWN}, ["name should not be empty"]),
        (
            "POST",
            {"name": "X", "expiresAt": NEVER, "roleId": UNKNOWN, "revokedAt": 5},
            ["revokedAt must be a valid ISO 8601 date string"],
        ),
        (
            "PATCH",
            {"name": [], "revokedAt": ""},
            ["name must be a string", "revokedAt must be a valid ISO 8601 date string"],
        ),
        ("PATCH", {"name": ""}, ["name should not be empty"]),
        ("PATCH", {"name": "\x00"}, ["name must not contain the character U+0000 or unpaired surrogates"]),
        ("PATCH", {"expiresAt": "0001-01-01T00:00+02:00"}, ["expiresAt must be a valid ISO 8601 date string"]),
        ("PATCH", ["X"], ["Request body must be a JSON object"]),
    ],
)
def test_bodies_that_are_refused(own: Tenant, method: str, body: Any, messages: list[str]) -> None:
    reply = own.call(method, "" if method == "POST" else f"/{own.key_id}", body)
    assert (reply.status, reply.json["messages"]) == (400, messages)
    assert own.call("GET").json["totalCount"] == 1


def test_roles_of_new_keys(own: Tenant) -> None:
    reply = own.call("POST", "", {"name": "X", "expiresAt": NEVER, "roleId": UNKNOWN})
    assert (reply.status, reply.message) == (404, f"Role with id {UNKNOWN} not found in workspace")
    role = own.admin("create_role", role={"label": "People only", "canBeAssignedToApiKeys": False})["role"]
    reply = own.call("POST", "", {"name": "X", "expiresAt": NEVER, "roleId": role["id"]})
    assert (reply.status, reply.message) == (400, 'Role "People only" cannot be assigned to API keys')


def test_every_route_needs_the_flag(own: Tenant) -> None:
    role = own.admin("create_role", role={"label": "Reader", "canReadAllObjectRecords": True})["role"]
    reader = own.with_key(own.make(roleId=role["id"])["id"])
    for method, path, body in [
        ("GET", "", None),
        ("GET", f"/{own.key_id}", None),
        ("POST", "", {"name": "X", "expiresAt": NEVER, "roleId": own.role_id}),
        ("PATCH", f"/{own.key_id}", {"name": "X"}),
        ("DELETE", f"/{own.key_id}", None),
    ]:
        reply = reader.call(method, path, body)
        assert (reply.status, reply.json["code"]) == (403, "PERMISSION_DENIED")
    assert own.call("GET", f"/{own.key_id}").json["revokedAt"] is None


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("DELETE", "", 405), ("POST", f"/{UNKNOWN}", 405), ("GET", "/abc", 400), ("GET", f"/{UNKNOWN}/x", 404)],
)
def test_other_addresses(own: Tenant, method: str, path: str, status: int) -> None:
    assert own.call(method, path).status == status


def test_actions_are_out_of_reach_of_the_api(own: Tenant) -> None:
    action = {"action": "mint_token", "workspaceId": own.workspace_id, "apiKeyId": own.key_id}
    for reply in (
        own.call("POST", "", action, more=action),
        own.call("GET", more=action),
        own.call("PATCH", f"/{own.key_id}", action),
    ):
        assert "token" not in orjson.dumps(reply.json).decode()
        assert reply.status in (200, 400)
    anonymous = {"requestContext": {"authorizer": None}}
    assert own.call("GET", more={**action, **anonymous}).message == "Missing authentication token"
    assert own.call("GET", more={**action, "path": "/rest/metadata/objects"}).status == 404


def test_a_fault_of_ours_says_nothing(own: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(session, "_open", fail)
    reply = own.call("GET")
    assert (reply.status, reply.message) == (500, "Internal server error")
