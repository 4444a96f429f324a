"""Changes of keys and roles at the same time: two that are each fine alone cannot be too much together
(docs/wire/access.md#changes-at-the-same-time).

A rival's change is carried out at the last moment: when the first one has read and decided all and is about to write.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from icosa.access.access_changes import KEY_LIMIT
from icosa.access.api_keys import ApiKeys
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import access_row, keys
from icosa.store.ops import set_attributes
from icosa.store.table import Table
from tests.support.metadata_client import MetadataClient
from tests.support.minting import tokens_in_process
from tests.support.provisioning import event_of

NEVER = "2199-12-31T00:00:00.000Z"
MANAGER = ("API_KEYS_AND_WEBHOOKS", "ROLES")


class Workspace:
    """A workspace of its own, with calls of its Admin key and of others."""

    def __init__(self, table: Table, made: Provisioned) -> None:
        self.table = table
        self.made = made
        self.id = made.workspace_id
        self.admin = MetadataClient(table, event_of(made))

    def role(self, *flags: str, **rights: bool) -> str:
        query = "mutation($i: CreateRoleInput!) { createOneRole(createRoleInput: $i) { id } }"
        role_id = self.admin.data(query, i={"label": uuid.uuid4().hex, **rights})["createOneRole"]["id"]
        query = (
            "mutation($i: UpsertPermissionFlagsInput!) { upsertPermissionFlags(upsertPermissionFlagsInput: $i) { id } }"
        )
        self.admin.data(query, i={"roleId": role_id, "permissionFlagKeys": list(flags)})
        return str(role_id)

    def key(self, role_id: str, *, expires_at: str = NEVER, by: MetadataClient | None = None) -> Any:
        query = "mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { id } }"
        answer = (by or self.admin).graphql(query, i={"name": "k", "expiresAt": expires_at, "roleId": role_id})
        return answer["data"]["createApiKey"]["id"] if "errors" not in answer else answer

    def client(self, key_id: str) -> MetadataClient:
        return MetadataClient(self.table, event_of(self.made, key_id=key_id))

    def stored_role(self, role_id: str) -> dict[str, Any]:
        item = self.table.get(keys.role(self.id, role_id))
        assert item is not None
        return item

    def stored_keys(self) -> list[dict[str, Any]]:
        return self.table.query_all(keys.api_keys(self.id))


@pytest.fixture
def own(shared_table: Table, api_keys: ApiKeys, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    tokens_in_process(api_keys, monkeypatch)
    return Workspace(shared_table, provision(shared_table, api_keys, "Initech"))


@pytest.fixture
def at_last_moment(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Let something happen when the next transaction is about to be written."""

    def schedule(rival: Callable[[], Any]) -> None:
        waiting = [rival]
        transact = Table.transact

        def interrupted(self: Table, ops: Any) -> None:
            if waiting:
                waiting.pop()()
            transact(self, ops)

        monkeypatch.setattr(Table, "transact", interrupted)

    return schedule


def codes(answer: Any) -> list[str]:
    return [error["extensions"]["subCode"] for error in answer.get("errors", ())]


UPDATE = "mutation($i: UpdateRoleInput!) { updateOneRole(updateRoleInput: $i) { id } }"
REVOKE = "mutation($k: UUID!) { revokeApiKey(input: {id: $k}) { revokedAt } }"
ASSIGN = "mutation($k: UUID!, $r: UUID!) { assignRoleToApiKey(apiKeyId: $k, roleId: $r) }"
DELETE = "mutation($r: UUID!) { deleteOneRole(roleId: $r) }"


def test_a_role_is_widened_while_it_is_given(own: Workspace, at_last_moment: Any) -> None:
    giver = own.client(own.key(own.role(*MANAGER, canReadAllObjectRecords=True)))
    given = own.role(canReadAllObjectRecords=True)
    more = {"canUpdateAllObjectRecords": True}
    at_last_moment(lambda: own.admin.data(UPDATE, i={"id": given, "update": more}))
    assert codes(own.key(given, by=giver)) == ["PERMISSION_DENIED"]
    assert given not in {key["roleId"] for key in own.stored_keys()}


def test_the_givers_role_is_narrowed_meanwhile(own: Workspace, at_last_moment: Any) -> None:
    role = own.role(*MANAGER, canReadAllObjectRecords=True)
    giver = own.client(own.key(role))
    given = own.role(canReadAllObjectRecords=True)
    at_last_moment(lambda: own.admin.data(UPDATE, i={"id": role, "update": {"canReadAllObjectRecords": False}}))
    assert codes(own.key(given, by=giver)) == ["PERMISSION_DENIED"]


def test_the_giver_is_revoked_meanwhile(own: Workspace, at_last_moment: Any) -> None:
    key_id = own.key(own.role(*MANAGER))
    at_last_moment(lambda: own.admin.data(REVOKE, k=key_id))
    [error] = own.key(own.role(), by=own.client(key_id))["errors"]
    assert error["message"] == "This API Key is revoked"


def test_two_managers_revoke_each_other(own: Workspace, at_last_moment: Any) -> None:
    other_id = own.key(own.role(*MANAGER))
    other = own.client(other_id)
    at_last_moment(lambda: own.admin.data(REVOKE, k=other_id))
    assert "errors" in other.graphql(REVOKE, k=own.made.api_key.id)
    assert [key["SK"] for key in own.stored_keys() if key.get("revokedAt") is None] == [own.made.api_key.id]


@pytest.mark.parametrize("last", ["revoked", "weakened", "assigned"])
def test_the_last_two_managers_go_together(own: Workspace, at_last_moment: Any, last: str) -> None:
    """Each is asked by a third key, which may revoke but is no manager."""
    role = own.role(*MANAGER)
    one, two = own.key(role), own.made.api_key.id
    plain = own.role()
    outside = own.client(own.key(own.role("API_KEYS_AND_WEBHOOKS")))
    assert outside.graphql(REVOKE, k=one)["data"]["revokeApiKey"]["revokedAt"]
    one = own.key(role)
    flags = "mutation($i: UpsertPermissionFlagsInput!) { upsertPermissionFlags(upsertPermissionFlagsInput: $i) { id } }"
    rivals: dict[str, Callable[[], Any]] = {
        "revoked": lambda: own.admin.data(REVOKE, k=one),
        "weakened": lambda: own.admin.data(flags, i={"roleId": role, "permissionFlagKeys": []}),
        "assigned": lambda: own.admin.data(ASSIGN, k=one, r=plain),
    }
    at_last_moment(rivals[last])
    assert codes(outside.graphql(REVOKE, k=two)) == ["CANNOT_UNASSIGN_LAST_ADMIN"]
    assert own.admin.data("{ apiKeys { id } }")


@pytest.mark.parametrize("is_deleted_first", [False, True])
def test_a_role_is_given_while_it_is_deleted(own: Workspace, at_last_moment: Any, is_deleted_first: bool) -> None:
    """The default role is none for keys, so whichever comes second is refused; never is there a key without a role."""
    role, key_id = own.role(), own.key(own.role())
    answers: list[Any] = []

    def delete() -> None:
        answers.append(own.admin.graphql(DELETE, r=role))

    def assign() -> None:
        answers.append(own.admin.graphql(ASSIGN, k=key_id, r=role))

    first, rival = (delete, assign) if is_deleted_first else (assign, delete)
    at_last_moment(rival)
    first()
    assert sorted("errors" in answer for answer in answers) == [False, True]
    [key] = [item for item in own.stored_keys() if item["SK"] == key_id]
    assert own.stored_role(key["roleId"])


def test_the_default_role_is_strengthened_while_keys_fall_to_it(own: Workspace, at_last_moment: Any) -> None:
    default = own.role()
    own.admin.data("mutation($r: UUID!) { updateWorkspace(data: {defaultRoleId: $r}) { id } }", r=default)
    deleter = own.client(own.key(own.role("ROLES")))
    role = own.role()
    own.key(role)
    strong = {"canReadAllObjectRecords": True}
    at_last_moment(lambda: own.admin.data(UPDATE, i={"id": default, "update": strong}))
    assert codes(deleter.graphql(DELETE, r=role)) == ["PERMISSION_DENIED"]
    assert own.stored_role(role)


@pytest.mark.parametrize("first", ["label", "right"])
def test_both_changes_of_a_role_stay(own: Workspace, at_last_moment: Any, first: str) -> None:
    role = own.role()
    changes: list[dict[str, Any]] = [{"label": uuid.uuid4().hex}, {"canReadAllObjectRecords": True}]
    if first == "right":
        changes.reverse()
    at_last_moment(lambda: own.admin.data(UPDATE, i={"id": role, "update": changes[1]}))
    own.admin.data(UPDATE, i={"id": role, "update": changes[0]})
    stored = own.stored_role(role)
    assert {name: stored[name] for name in changes[0] | changes[1]} == changes[0] | changes[1]


def test_two_roles_do_not_get_one_label(own: Workspace, at_last_moment: Any) -> None:
    query = 'mutation { createOneRole(createRoleInput: {label: "Twin"}) { id } }'
    at_last_moment(lambda: own.admin.data(query))
    [error] = own.admin.graphql(query)["errors"]
    assert error["extensions"]["errors"]["role"][0]["errors"][0]["code"] == "ROLE_LABEL_ALREADY_EXISTS"


def test_many_clients_do_not_exceed_the_number_of_keys(own: Workspace) -> None:
    role = own.role()
    own.table.transact([set_attributes(keys.access(own.id), {access_row.LIVE_KEYS: KEY_LIMIT - 3})])
    start = threading.Barrier(6)

    def attempt(_number: int) -> Any:
        start.wait()
        return own.key(role, by=MetadataClient(own.table, event_of(own.made)))

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(attempt, range(6)))
    made = [answer for answer in answers if isinstance(answer, str)]
    refused = [answer for answer in answers if not isinstance(answer, str)]
    assert len(made) == 3
    assert {code for answer in refused for code in codes(answer)} == {"API_KEY_LIMIT_REACHED"}
    [message] = {error["message"] for answer in refused for error in answer["errors"]}
    assert message == "API key limit of 500 reached for the workspace: revoke keys that nobody uses"
    own.admin.data(REVOKE, k=made[0])
    assert isinstance(own.key(role), str)
    revive = "mutation($k: UUID!) { updateApiKey(input: {id: $k, revokedAt: null}) { id } }"
    assert codes(own.admin.graphql(revive, k=made[0])) == ["API_KEY_LIMIT_REACHED"]


def test_the_keys_of_a_role_move_in_steps(own: Workspace) -> None:
    """More of them than one transaction takes."""
    default, role = own.role(), own.role()
    own.admin.data("mutation($r: UUID!) { updateWorkspace(data: {defaultRoleId: $r}) { id } }", r=default)
    made = [own.key(role) for _ in range(47)]
    own.admin.data(REVOKE, k=made[0])
    own.admin.data(DELETE, r=role)
    assert {key["roleId"] for key in own.stored_keys() if key["SK"] in made} == {default}
    assert own.table.get(keys.role(own.id, role)) is None
