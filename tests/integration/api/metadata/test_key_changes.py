"""Changing API keys over GraphQL and over REST, and what the audit log says of it (docs/wire/access.md#api-keys)."""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from icosa.access import audit, remembered, token
from icosa.access.api_keys import ApiKeys
from icosa.access.session import open_context
from icosa.api.keys.app import keys_app
from icosa.provisioning.workspace import Provisioned, provision
from icosa.runtime.asgi import asgi_proxy
from icosa.store import access_row, keys
from icosa.store.ops import UpdateItem, set_attributes
from icosa.store.table import Table
from tests.support import tokens
from tests.support.metadata_client import MetadataClient
from tests.support.minting import tokens_in_process
from tests.support.provisioning import event_of
from tests.support.rest_client import Reply

NEVER = "2199-12-31T00:00:00.000Z"
UNKNOWN = str(uuid.uuid4())
KEYS = "/rest/metadata/apiKeys"


class Workspace:
    """A workspace of its own: GraphQL and REST with one of its keys."""

    def __init__(self, table: Table, made: Provisioned, key_id: str | None = None) -> None:
        self.table, self.made = table, made
        self.id = made.workspace_id
        self.key_id = key_id or made.api_key.id
        self.admin_role = made.api_key.role_id
        self.metadata = MetadataClient(table, event_of(made, key_id=key_id))
        self.graphql, self.data = self.metadata.graphql, self.metadata.data
        self._keys = asgi_proxy(keys_app(table))

    def rest(self, method: str, path: str, body: Any = None) -> Reply:
        answer = self._keys(
            {
                **event_of(self.made, key_id=self.key_id),
                "httpMethod": method,
                "path": path,
                "headers": {"Content-Type": "application/json", "Host": "api.example"},
                "multiValueQueryStringParameters": None,
                "body": None if body is None else orjson.dumps(body).decode(),
                "isBase64Encoded": False,
            },
            None,
        )
        return Reply(answer["statusCode"], orjson.loads(answer["body"]), answer["headers"])

    def key(self, **members: Any) -> str:
        wanted = {"name": "Sync", "expiresAt": NEVER, "roleId": self.admin_role, **members}
        query = "mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { id } }"
        return str(self.data(query, i=wanted)["createApiKey"]["id"])

    def role(self, *flags: str, **members: Any) -> str:
        role = self.metadata("POST", "/rest/metadata/roles", {"label": uuid.uuid4().hex, **members}).json
        self.metadata("PUT", f"/rest/metadata/roles/{role['id']}/permissionFlags", {"permissionFlagKeys": flags})
        return str(role["id"])

    def with_key(self, key_id: str) -> Workspace:
        return Workspace(self.table, self.made, key_id)

    def stored(self, key_id: str) -> dict[str, Any]:
        item = self.table.get(keys.api_key(self.id, key_id))
        assert item is not None
        return item

    def log(self) -> list[dict[str, Any]]:
        """Of what API keys changed: the workspace was made by an administrator."""
        entries: list[dict[str, Any]] = self.metadata("GET", "/rest/metadata/auditLog", limit=200).json["data"]
        return [entry for entry in entries if entry["actor"]["type"] == "API_KEY"]


@pytest.fixture
def own(shared_table: Table, api_keys: ApiKeys, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    tokens_in_process(api_keys, monkeypatch)
    return Workspace(shared_table, provision(shared_table, api_keys, "Initech"))


def refusal(answer: Any) -> tuple[str, str]:
    """The code and message of the one error of a GraphQL answer."""
    [error] = answer["errors"]
    return error["extensions"]["code"], error["message"]


# ------------------------------------------------------------------ keys


def test_the_life_of_a_key(own: Workspace) -> None:
    key_id = own.key()
    assert own.key_id != key_id
    shown = own.data(
        "query($k: UUID!) { apiKey(input: {id: $k}) { name revokedAt lastUsedAt role { label } } }", k=key_id
    )
    assert shown["apiKey"] == {"name": "Sync", "revokedAt": None, "lastUsedAt": None, "role": {"label": "Admin"}}
    query = (
        'mutation($k: UUID!) { updateApiKey(input: {id: $k, name: "N", expiresAt: "2030-01-01"}) { name expiresAt } }'
    )
    changed = own.data(query, k=key_id)["updateApiKey"]
    assert changed == {"name": "N", "expiresAt": "2030-01-01T00:00:00.000Z"}
    assert own.data("mutation($k: UUID!) { revokeApiKey(input: {id: $k}) { revokedAt } }", k=key_id)["revokeApiKey"]
    assert own.with_key(key_id).graphql("{ currentApiKey { role { id } } }")["errors"]
    query = "mutation($k: UUID!) { updateApiKey(input: {id: $k, revokedAt: null}) { revokedAt } }"
    assert own.data(query, k=key_id)["updateApiKey"] == {"revokedAt": None}
    role = own.role(canReadAllObjectRecords=True)
    assign = "mutation($k: UUID!, $r: UUID!) { assignRoleToApiKey(apiKeyId: $k, roleId: $r) }"
    assert own.data(assign, k=key_id, r=role) == {"assignRoleToApiKey": True}
    me = own.with_key(key_id).data("{ currentApiKey { role { id } principal { name expiresAt } } }")["currentApiKey"]
    assert me == {"role": {"id": role}, "principal": {"name": "N", "expiresAt": "2030-01-01T00:00:00.000Z"}}


@pytest.mark.parametrize("address", [KEYS, "/rest/apiKeys"])
def test_rest_does_the_same(own: Workspace, address: str) -> None:
    made = own.rest("POST", address, {"name": "Sync", "expiresAt": NEVER, "roleId": own.admin_role})
    assert made.status == 201
    key_id = made.json["id"]
    role = own.role()
    moved = own.rest("PUT", f"{address}/{key_id}/role", {"roleId": role})
    assert (moved.status, moved.json["id"], own.stored(key_id)["roleId"]) == (200, key_id, role)
    answer = own.rest("POST", f"{address}/{key_id}/token", {"expiresAt": NEVER})
    assert (answer.status, set(answer.json)) == (201, {"token"})
    assert token.verify(answer.json["token"], keys=tokens.KEYS).key_id == key_id
    assert own.rest("DELETE", f"{address}/{key_id}").json["revokedAt"]


def test_regenerating_with_the_same_id(own: Workspace) -> None:
    key_id = own.key()
    first = own.rest("POST", f"{KEYS}/{key_id}/regenerate", {"keepId": True})
    assert (first.status, first.json["apiKey"]["id"]) == (201, key_id)
    assert token.verify(first.json["token"], keys=tokens.KEYS).key_id == key_id
    assert own.stored(key_id)["tokenGeneration"] == 1
    query = "mutation($i: RegenerateApiKeyInput!) { regenerateApiKey(input: $i) { apiKey { id expiresAt } token } }"
    again = own.data(query, i={"id": key_id, "keepId": True, "expiresAt": "2040-01-01"})["regenerateApiKey"]
    assert again["apiKey"] == {"id": key_id, "expiresAt": "2040-01-01T00:00:00.000Z"}
    assert own.stored(key_id)["tokenGeneration"] == 2


def test_regenerating_makes_a_new_key(own: Workspace) -> None:
    now = datetime.now(UTC)
    role = own.role()
    key_id = own.key(name="Weekly", roleId=role, expiresAt=(now + timedelta(days=7)).isoformat())
    made = own.rest("POST", f"{KEYS}/{key_id}/regenerate", {}).json
    new = own.stored(made["apiKey"]["id"])
    assert new["SK"] != key_id
    assert (new["name"], new["roleId"]) == ("Weekly", role)
    life = datetime.fromisoformat(new["expiresAt"]) - datetime.fromisoformat(new["createdAt"])
    assert abs(life - timedelta(days=7)) < timedelta(minutes=1)
    assert own.stored(key_id)["revokedAt"]
    assert token.verify(made["token"], keys=tokens.KEYS).key_id == new["SK"]
    endless = own.key(expiresAt="9999-12-31T23:00:00Z")
    assert own.rest("POST", f"{KEYS}/{endless}/regenerate", {}).status == 201


def test_a_token_for_the_playground(own: Workspace) -> None:
    made = own.data("mutation { generatePlaygroundToken { token expiresAt } }")["generatePlaygroundToken"]
    claims = token.verify(made["token"], keys=tokens.KEYS)
    assert claims.key_id == own.key_id
    assert claims.expires_at == int(datetime.fromisoformat(made["expiresAt"]).timestamp())
    ahead = datetime.fromisoformat(made["expiresAt"]) - datetime.now(UTC)
    assert timedelta(hours=1, minutes=59) < ahead <= timedelta(hours=2)


def test_what_is_refused(own: Workspace, shared_table: Table, api_keys: ApiKeys) -> None:
    elsewhere = provision(shared_table, api_keys, "Globex")
    key_id = own.key()
    people_only = own.role(canBeAssignedToApiKeys=False)
    create = "mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { id } }"
    update = "mutation($i: UpdateApiKeyInput!) { updateApiKey(input: $i) { id } }"
    assign = "mutation($k: UUID!, $r: UUID!) { assignRoleToApiKey(apiKeyId: $k, roleId: $r) }"
    mint = "mutation($k: UUID!, $e: String!) { generateApiKeyToken(apiKeyId: $k, expiresAt: $e) { token } }"
    new = {"name": "k", "expiresAt": NEVER, "roleId": own.admin_role}
    date = "expiresAt must be a valid ISO 8601 date string"
    cases: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
        (create, {"i": {**new, "name": "  "}}, ("BAD_USER_INPUT", "name should not be empty")),
        (
            create,
            {"i": {**new, "name": "x" * 256}},
            ("BAD_USER_INPUT", "name must be shorter than or equal to 255 characters"),
        ),
        (create, {"i": {**new, "expiresAt": "soon"}}, ("BAD_USER_INPUT", date)),
        (create, {"i": {**new, "expiresAt": ""}}, ("BAD_USER_INPUT", date)),
        (create, {"i": {**new, "roleId": UNKNOWN}}, ("NOT_FOUND", f"Role with id {UNKNOWN} not found in workspace")),
        (
            create,
            {"i": {**new, "roleId": elsewhere.api_key.role_id}},
            ("NOT_FOUND", f"Role with id {elsewhere.api_key.role_id} not found in workspace"),
        ),
        (update, {"i": {"id": key_id, "name": ""}}, ("BAD_USER_INPUT", "name should not be empty")),
        (update, {"i": {"id": key_id, "expiresAt": "2026-13-01"}}, ("BAD_USER_INPUT", date)),
        (
            assign,
            {"k": elsewhere.api_key.id, "r": own.admin_role},
            ("NOT_FOUND", f"API Key with id {elsewhere.api_key.id} not found in workspace"),
        ),
        (assign, {"k": key_id, "r": UNKNOWN}, ("NOT_FOUND", f"Role with id {UNKNOWN} not found in workspace")),
        (mint, {"k": UNKNOWN, "e": NEVER}, ("NOT_FOUND", f"API Key with id {UNKNOWN} not found")),
        (
            mint,
            {"k": key_id, "e": "2020-01-01"},
            ("BAD_USER_INPUT", "expiresAt must be a moment to come: the token would have ended already"),
        ),
    ]
    before = own.table.query_all(keys.api_keys(own.id))
    for query, variables, expected in cases:
        assert refusal(own.graphql(query, **variables)) == expected
    code, message = refusal(own.graphql(assign, k=key_id, r=people_only))
    assert code == "BAD_USER_INPUT"
    assert message.endswith('" cannot be assigned to API keys')
    assert [item for item in own.table.query_all(keys.api_keys(own.id)) if item["SK"] != own.key_id] == [
        item for item in before if item["SK"] != own.key_id
    ]
    for query in (
        "mutation($k: UUID!) { updateApiKey(input: {id: $k}) { id } }",
        "mutation($k: UUID!) { revokeApiKey(input: {id: $k}) { id } }",
    ):
        for missing in (UNKNOWN, elsewhere.api_key.id):
            assert list(own.data(query, k=missing).values()) == [None]


@pytest.mark.parametrize("flag", ["API_KEYS_AND_WEBHOOKS", "ROLES"])
def test_making_keys_and_giving_roles_need_both_flags(own: Workspace, flag: str) -> None:
    key_id, role = own.key(), own.role()
    caller = own.with_key(own.key(roleId=own.role(flag)))
    body = {"name": "k", "expiresAt": NEVER, "roleId": role}
    for reply in (caller.rest("POST", KEYS, body), caller.rest("PUT", f"{KEYS}/{key_id}/role", {"roleId": role})):
        assert (reply.status, reply.json["code"]) == (403, "PERMISSION_DENIED")
    for query in (
        f'mutation {{ createApiKey(input: {{name: "k", expiresAt: "{NEVER}", roleId: "{role}"}}) {{ id }} }}',
        f'mutation {{ assignRoleToApiKey(apiKeyId: "{key_id}", roleId: "{role}") }}',
    ):
        assert refusal(caller.graphql(query))[0] == "FORBIDDEN"


# ------------------------------------------------------------------ lock-out

SOON = (datetime.now(UTC) + timedelta(hours=12)).isoformat()


@pytest.mark.parametrize(
    "attempt",
    [
        lambda own: own.rest("DELETE", f"{KEYS}/{own.key_id}"),
        lambda own: own.rest("PATCH", f"{KEYS}/{own.key_id}", {"revokedAt": NEVER}),
        lambda own: own.rest("PATCH", f"{KEYS}/{own.key_id}", {"expiresAt": "2020-01-01"}),
        lambda own: own.rest("PATCH", f"{KEYS}/{own.key_id}", {"expiresAt": SOON}),
        lambda own: own.rest("PUT", f"{KEYS}/{own.key_id}/role", {"roleId": own.role("ROLES")}),
        lambda own: own.rest("POST", f"{KEYS}/{own.key_id}/regenerate", {"expiresAt": SOON}),
        lambda own: own.rest("POST", f"{KEYS}/{own.key_id}/regenerate", {"keepId": True, "expiresAt": SOON}),
    ],
    ids=["revoke", "born dead", "expire", "expire soon", "other role", "new key for hours", "same key for hours"],
)
@pytest.mark.parametrize("others", [False, True])
def test_the_last_manager_stays(own: Workspace, attempt: Any, others: bool) -> None:
    if others:  # none of which can do it for another day
        own.key(roleId=own.role("ROLES"))
        own.key(expiresAt="2020-01-01")
        own.key(expiresAt=SOON)
        own.key(revokedAt=NEVER)
    reply = attempt(own)
    assert (reply.status, reply.json["code"]) == (403, "CANNOT_UNASSIGN_LAST_ADMIN")
    assert own.rest("GET", KEYS).status == 200
    assert own.stored(own.key_id)["roleId"] == own.admin_role


def test_the_role_of_the_last_manager_stays(own: Workspace) -> None:
    role = own.role("ROLES", "API_KEYS_AND_WEBHOOKS")
    manager = own.with_key(own.key(roleId=role))
    assert own.rest("DELETE", f"{KEYS}/{own.key_id}").status == 200
    default = manager.role()
    manager.data("mutation($r: UUID!) { updateWorkspace(data: {defaultRoleId: $r}) { id } }", r=default)
    for method, path, body in [
        ("PUT", "/permissionFlags", {"permissionFlagKeys": ["ROLES"]}),
        ("PUT", "/permissionFlags", {"permissionFlagKeys": []}),
        ("DELETE", "", None),
    ]:
        reply = manager.metadata(method, f"/rest/metadata/roles/{role}{path}", body)
        assert (reply.status, reply.json["code"]) == (403, "CANNOT_UNASSIGN_LAST_ADMIN")
    assert manager.rest("GET", KEYS).status == 200


def test_a_manager_may_go_when_there_is_another(own: Workspace) -> None:
    own.key()
    assert own.rest("DELETE", f"{KEYS}/{own.key_id}").status == 200


# ------------------------------------------------------------------ last use


def test_the_last_use_is_written_once_an_hour(own: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    key_id = own.key()
    writes: list[UpdateItem] = []
    update = Table.update

    def noted(self: Table, op: UpdateItem) -> bool:
        writes.append(op)
        return update(self, op)

    monkeypatch.setattr(Table, "update", noted)
    caller, event = own.with_key(key_id), event_of(own.made, key_id=key_id)
    for _ in range(3):
        open_context(event, own.table)
    assert len(writes) == 1
    used = own.stored(key_id)[access_row.LAST_USED]
    assert datetime.now(UTC) - datetime.fromisoformat(used) < timedelta(minutes=1)
    query = "query($k: UUID!) { apiKey(input: {id: $k}) { lastUsedAt updatedAt createdAt } }"
    shown = caller.data(query, k=key_id)["apiKey"]
    assert shown["lastUsedAt"] == used
    assert shown["updatedAt"] == shown["createdAt"]
    own.table.transact(
        [set_attributes(keys.api_key(own.id, key_id), {access_row.LAST_USED: "2026-01-01T00:00:00.000Z"})]
    )
    remembered.forget()
    open_context(event, own.table)
    assert len(writes) == 2


# ------------------------------------------------------------------ who am I


def test_who_am_i(own: Workspace) -> None:
    role = own.role("VIEWS", canReadAllObjectRecords=True)
    caller = own.with_key(own.key(name="Reader", roleId=role))
    reply = caller.metadata("GET", "/rest/metadata/me")
    assert reply.status == 200
    assert own.metadata("GET", "/rest/metadata/me", explain=True).headers["X-Icosa-Round-Trips"] == "0"
    me = reply.json
    assert me["workspace"] == {"id": own.id, "displayName": "Initech"}
    assert me["principal"] == {"type": "API_KEY", "id": caller.key_id, "name": "Reader", "expiresAt": NEVER}
    assert me["role"]["id"] == role
    assert me["permissionFlags"] == ["VIEWS"]
    rights = {right["nameSingular"]: right for right in me["objectPermissions"]}
    assert (rights["person"]["canReadObjectRecords"], rights["person"]["canUpdateObjectRecords"]) == (True, False)
    assert rights["attachment"]["canUpdateObjectRecords"] is True
    rate = {"calls": 100, "seconds": 60}
    sizes = {"batch": 60, "pageSize": 200, "bodyBytes": 6_000_000}
    assert me["limits"] == {"rate": rate, "metadataRate": rate, **sizes}
    query = """{ currentApiKey { workspace { id displayName } principal { type id name expiresAt } role { id label }
      permissionFlags
      limits { rate { calls seconds } metadataRate { calls seconds } batch pageSize bodyBytes }
      objectPermissions { objectMetadataId nameSingular canReadObjectRecords canUpdateObjectRecords
        canSoftDeleteObjectRecords canDestroyObjectRecords restrictedFields } } }"""
    assert caller.data(query)["currentApiKey"] == me
    assert caller.metadata("POST", "/rest/metadata/me", {}).status == 405


# ------------------------------------------------------------------ the audit log


def test_every_change_is_an_entry(own: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="icosa"):
        role = own.role("VIEWS", label="Reader")
        key_id = own.key(roleId=role)
        own.rest("PATCH", f"{KEYS}/{key_id}", {"name": "Nightly"})
        made = own.rest("POST", f"{KEYS}/{key_id}/token", {"expiresAt": NEVER}).json["token"]
        regenerated = own.rest("POST", f"{KEYS}/{key_id}/regenerate", {"keepId": True}).json["token"]
        own.rest("PUT", f"{KEYS}/{key_id}/role", {"roleId": own.admin_role})
        own.rest("DELETE", f"{KEYS}/{key_id}")
        own.metadata("PATCH", f"/rest/metadata/roles/{role}", {"icon": "IconUser"})
        own.metadata("DELETE", f"/rest/metadata/roles/{role}")
    log = own.log()
    assert [entry["action"] for entry in log] == [
        "role.deleted",
        "role.updated",
        "apiKey.revoked",
        "apiKey.roleAssigned",
        "apiKey.regenerated",
        "apiKey.tokenGenerated",
        "apiKey.updated",
        "apiKey.created",
        "role.permissionFlagsChanged",
        "role.created",
    ]
    assert {orjson.dumps(entry["actor"]) for entry in log} == {
        orjson.dumps({"type": "API_KEY", "id": own.key_id, "name": "Admin"})
    }
    assert log[6]["target"] == {"type": "apiKey", "id": key_id, "label": "Nightly"}
    assert (log[6]["before"], log[6]["after"]) == ({"name": "Sync"}, {"name": "Nightly"})
    assert (log[3]["before"], log[3]["after"]) == ({"roleId": role}, {"roleId": own.admin_role})
    assert (log[0]["after"], log[-1]["before"]) == (None, None)
    lines = [record for record in caplog.records if record.message == "access changed"]
    assert [record.__dict__["action"] for record in lines] == [entry["action"] for entry in reversed(log)]
    everything = orjson.dumps(log).decode() + repr([record.__dict__ for record in caplog.records])
    for secret in (made, regenerated):
        assert secret not in everything
        assert secret.split(".")[2] not in everything
    *_, row = own.table.query_all(keys.audit_log(own.id))
    kept = datetime.fromtimestamp(int(row["ttl"]), UTC) - datetime.now(UTC)
    assert timedelta(days=399) < kept <= timedelta(days=400)


def test_a_change_that_is_refused_is_none(own: Workspace) -> None:
    own.rest("DELETE", f"{KEYS}/{own.key_id}")
    own.rest("PATCH", f"{KEYS}/{own.key_id}", {"name": " "})
    own.rest("PATCH", f"{KEYS}/{own.key_id}", {"name": "Admin"})
    assert own.log() == []


def test_pages_of_the_log(own: Workspace) -> None:
    for number in range(5):
        own.rest("PATCH", f"{KEYS}/{own.key_id}", {"name": f"Name {number}"})
    path = "/rest/metadata/auditLog"
    first = own.metadata("GET", path, limit=2).json
    assert [entry["after"]["name"] for entry in first["data"]] == ["Name 4", "Name 3"]
    assert first["pageInfo"] == {
        "hasNextPage": True,
        "startCursor": first["data"][0]["id"],
        "endCursor": first["data"][1]["id"],
    }
    rest = own.metadata("GET", path, limit=200, starting_after=first["pageInfo"]["endCursor"]).json
    assert [entry["after"].get("name") for entry in rest["data"]] == ["Name 2", "Name 1", "Name 0", None, "Admin"]
    assert rest["pageInfo"]["hasNextPage"] is False
    query = """query($f: Int!, $a: ConnectionCursor) { auditLog(first: $f, after: $a) { edges { cursor node { id
      createdAt action actor { type id name } target { type id label } before after } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    over_graphql = own.data(query, f=5, a=first["pageInfo"]["endCursor"])["auditLog"]
    assert [edge["node"] for edge in over_graphql["edges"]] == rest["data"]
    assert own.metadata("GET", path, starting_after="nobody").status == 400
    assert own.metadata("GET", path, ending_before=UNKNOWN).status == 400
    reply = own.metadata("GET", path, explain=True)
    assert reply.headers["X-Icosa-Round-Trips"] == "1"


def test_reading_the_log_needs_its_flag(own: Workspace) -> None:
    reader = own.with_key(own.key(roleId=own.role("ROLES", "API_KEYS_AND_WEBHOOKS")))
    assert reader.metadata("GET", "/rest/metadata/auditLog").status == 403
    assert refusal(reader.graphql("{ auditLog { edges { cursor } } }"))[0] == "FORBIDDEN"
    assert own.with_key(own.key(roleId=own.role("SECURITY"))).metadata("GET", "/rest/metadata/auditLog").status == 200


def test_a_huge_change_is_cut(own: Workspace) -> None:
    entry = audit.Entry(action="a", target_type="role", target_id=UNKNOWN, label="r", after={"x": "y" * 200_000})
    item = audit.entry_item(own.id, entry, audit.ADMINISTRATOR, now="2026-01-01T00:00:00.000Z").item
    assert item["after"] == '{"tooLarge":true}'


def test_costs(own: Workspace) -> None:
    """Round trips, and units read and written: the state, the caller and their role, then what the change is about."""
    role, role_query = own.role(), "mutation($i: CreateRoleInput!) { createOneRole(createRoleInput: $i) { id } }"
    key_id = own.key()

    def cost(query: str, **variables: Any) -> tuple[str, str]:
        body = {"query": query, "variables": variables}
        reply = own.metadata("POST", "/metadata", body, explain=True)
        assert "errors" not in reply.json
        return reply.headers["X-Icosa-Round-Trips"], reply.headers["X-Icosa-Capacity"]

    create = "mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { id } }"
    new = {"name": "k", "expiresAt": NEVER, "roleId": own.admin_role}
    assert cost(create, i=new) == ("4", "read=4 write=8")
    assert cost('mutation($k: UUID!) { updateApiKey(input: {id: $k, name: "n"}) { id } }', k=key_id) == (
        "4",
        "read=4 write=8",
    )
    assign = "mutation($k: UUID!, $r: UUID!) { assignRoleToApiKey(apiKeyId: $k, roleId: $r) }"
    assert cost(assign, k=key_id, r=role) == ("5", "read=5 write=8")
    assert cost("mutation($k: UUID!) { revokeApiKey(input: {id: $k}) { id } }", k=key_id) == ("4", "read=4 write=8")
    assert cost(role_query, i={"label": uuid.uuid4().hex}) == ("4", "read=4 write=8")
    widen = "mutation($i: UpdateRoleInput!) { updateOneRole(updateRoleInput: $i) { id } }"
    assert cost(widen, i={"id": role, "update": {"canReadAllObjectRecords": True}}) == ("4", "read=4 write=8")
    assert cost("{ currentApiKey { role { id } permissionFlags } }") == ("0", "read=0 write=0")
