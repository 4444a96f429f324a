"""API keys (docs/wire/access.md#api-keys): rows of the table, whose changes touch nothing else."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from icosa.access import token
from icosa.access.api_keys import ApiKeys
from icosa.access.gateway_keys import GatewayKeys
from icosa.access.role_admin import create_role, list_roles
from icosa.errors import BadRequest, Forbidden, IcosaError, NotFound
from icosa.store import keys
from icosa.store.ops import PutItem
from icosa.store.table import Table
from tests.support import gateway as gateways
from tests.support.provisioning import set_role
from tests.support.tokens import KEYS, SECRET, TokensHere


@pytest.fixture
def workspace(control_table: Table) -> str:
    return a_workspace(control_table)


def a_workspace(table: Table) -> str:
    workspace_id = str(uuid.uuid4())
    table.transact([PutItem(keys.item_at(keys.workspace(workspace_id), name="Acme"))])
    return workspace_id


@pytest.fixture
def role(workspace: str) -> str:
    return str(create_role(workspace, {"label": "Integration", "canReadAllObjectRecords": True})["id"])


@pytest.fixture
def api_keys(control_table: Table, gateway: GatewayKeys) -> ApiKeys:
    return ApiKeys(TokensHere(control_table, gateway))


def test_only_a_token_makes_a_gateway_key(api_keys: ApiKeys, gateway: GatewayKeys, workspace: str, role: str) -> None:
    key = api_keys.create(workspace, name="Sync", role_id=role, expires_at="2199-12-31T00:00:00Z")
    assert (key.name, key.role_id, key.expires_at, key.revoked_at) == ("Sync", role, "2199-12-31T00:00:00.000Z", None)
    assert api_keys.list(workspace) == [key]
    assert gateways.values(gateway) == set()
    for _ in range(3):
        api_keys.mint(workspace, key.id)
    assert gateways.values_in_plan(gateway) == gateways.values(gateway) == {workspace}


def test_a_token_is_minted_and_never_stored(api_keys: ApiKeys, control_table: Table, workspace: str, role: str) -> None:
    key = api_keys.create(workspace, name="Sync", role_id=role)
    text = api_keys.mint(workspace, key.id, expires_at="2100-01-01T00:00:00Z")
    claims = token.verify(text, keys=KEYS)
    assert (claims.workspace_id, claims.key_id, claims.type, claims.expires_at) == (
        workspace,
        key.id,
        "API_KEY",
        4102444800,
    )
    stored = repr(control_table.query_all(keys.api_key(workspace, "")[0]))
    assert key.id in stored
    assert not any(part in stored for part in (text, text.split(".")[2], SECRET))


def test_revoking_and_restoring(api_keys: ApiKeys, workspace: str, role: str) -> None:
    key = api_keys.create(workspace, name="Sync", role_id=role)
    assert api_keys.revoke(workspace, key.id).revoked_at is not None
    assert api_keys.list(workspace) == []
    with pytest.raises(Forbidden, match="This API Key is revoked"):
        api_keys.mint(workspace, key.id)
    api_keys.revoke(workspace, key.id)
    assert api_keys.restore(workspace, key.id).revoked_at is None
    assert api_keys.restore(workspace, key.id).revoked_at is None
    assert api_keys.mint(workspace, key.id)


def test_an_expired_key_mints_nothing_but_is_listed(api_keys: ApiKeys, workspace: str, role: str) -> None:
    key = api_keys.create(workspace, name="Old", role_id=role, expires_at="2020-01-01")
    with pytest.raises(BadRequest, match="This API Key has expired"):
        api_keys.mint(workspace, key.id)
    assert [listed.id for listed in api_keys.list(workspace)] == [key.id]


def test_roles_of_keys(api_keys: ApiKeys, gateway: GatewayKeys, workspace: str, role: str) -> None:
    members_only = create_role(workspace, {"label": "Members only", "canBeAssignedToApiKeys": False})["id"]
    other = create_role(workspace, {"label": "Other"})["id"]
    with pytest.raises(BadRequest, match=r'^Role "Members only" cannot be assigned to API keys$'):
        api_keys.create(workspace, name="Sync", role_id=members_only)
    with pytest.raises(NotFound, match=r"^Role with id nobody not found in workspace$"):
        api_keys.create(workspace, name="Sync", role_id="nobody")
    key = api_keys.create(workspace, name="Sync", role_id=role)
    api_keys.assign_role(workspace, key.id, other)
    assert api_keys.list(workspace)[0].role_id == other
    with pytest.raises(BadRequest):
        api_keys.assign_role(workspace, key.id, members_only)
    with pytest.raises(NotFound, match=r"^API Key with id nobody not found in workspace$"):
        api_keys.assign_role(workspace, "nobody", role)


def test_changes_of_a_key_are_one_write(api_keys: ApiKeys, gateway: GatewayKeys, workspace: str, role: str) -> None:
    key = api_keys.create(workspace, name="Sync", role_id=role)
    assert api_keys.find(workspace, key.id) == key
    changed = api_keys.update(workspace, key.id, name="Nightly", expires_at="2199-12-31T01:00:00+01:00")
    assert (changed.name, changed.expires_at, changed.revoked_at) == ("Nightly", "2199-12-31T00:00:00.000Z", None)
    ended = api_keys.update(workspace, key.id, name="Old", revoked_at="2030-01-01")
    assert (ended.name, ended.revoked_at) == ("Old", "2030-01-01T00:00:00.000Z")
    still = api_keys.update(workspace, key.id, name="Older")
    assert (still.name, still.revoked_at) == ("Older", ended.revoked_at)
    assert api_keys.find(workspace, key.id) == still
    back = api_keys.update(workspace, key.id, name="New", revoked_at=None)
    assert (back.name, back.revoked_at, back.expires_at) == ("New", None, changed.expires_at)
    assert api_keys.update(workspace, key.id, revoked_at=None).name == "New"
    assert api_keys.list(workspace) == [api_keys.find(workspace, key.id)]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": " "},
        {"name": "x" * 256},
        {"name": "New", "expires_at": "soon"},
        {"name": "New", "revoked_at": "0001-01-01T00:00+01:00"},
    ],
)
def test_changes_that_cannot_be(
    api_keys: ApiKeys, gateway: GatewayKeys, workspace: str, role: str, changes: dict[str, str]
) -> None:
    key = api_keys.create(workspace, name="Sync", role_id=role)
    with pytest.raises(BadRequest):
        api_keys.update(workspace, key.id, **changes)
    assert api_keys.list(workspace) == [key]


def test_a_key_that_is_born_revoked(api_keys: ApiKeys, gateway: GatewayKeys, workspace: str, role: str) -> None:
    key = api_keys.create(workspace, name="Later", role_id=role, revoked_at="2026-01-01")
    assert key.revoked_at == "2026-01-01T00:00:00.000Z"
    assert api_keys.restore(workspace, key.id).revoked_at is None


@pytest.mark.parametrize("name", ["", "   ", "x" * 256])
def test_a_key_needs_a_name(api_keys: ApiKeys, workspace: str, role: str, name: str) -> None:
    with pytest.raises(BadRequest):
        api_keys.create(workspace, name=name, role_id=role)


def test_no_workspace_reaches_anothers_keys_or_roles(
    api_keys: ApiKeys, table: Table, workspace: str, role: str
) -> None:
    stranger = a_workspace(table)
    key = api_keys.create(workspace, name="Sync", role_id=role)
    attempts: list[Callable[[], object]] = [
        lambda: api_keys.revoke(stranger, key.id),
        lambda: api_keys.restore(stranger, key.id),
        lambda: api_keys.update(stranger, key.id, name="Mine"),
        lambda: api_keys.mint(stranger, key.id),
        lambda: api_keys.assign_role(stranger, key.id, role),
        lambda: api_keys.create(stranger, name="Sync", role_id=role),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert api_keys.list(stranger) == []
    assert api_keys.find(stranger, key.id) is None
    assert list_roles(stranger) == []
    assert api_keys.list(workspace) == [key]


def test_a_new_role_may_do_nothing_unless_told(workspace: str) -> None:
    role = create_role(workspace, {"label": "  Reader "})
    assert role["label"] == "Reader"
    assert {name for name, value in role.items() if value is True} == {
        "isEditable",
        "canBeAssignedToUsers",
        "canBeAssignedToAgents",
        "canBeAssignedToApiKeys",
    }
    assert list_roles(workspace) == [role]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"label": " "}, BadRequest, "label should not be empty"),
        ({"label": "Reader"}, Forbidden, "A role with this label already exists"),
        (
            {"label": "X", "canDestroyAllObjectRecords": True},
            BadRequest,
            "Cannot give writing permission without reading permission",
        ),
        (
            {
                "label": "X",
                "canBeAssignedToUsers": False,
                "canBeAssignedToAgents": False,
                "canBeAssignedToApiKeys": False,
            },
            BadRequest,
            "Role must be assignable to at least one target type",
        ),
    ],
)
def test_roles_that_cannot_be(workspace: str, given: dict[str, Any], error: type[IcosaError], message: str) -> None:
    create_role(workspace, {"label": "Reader"})
    with pytest.raises(error, match=f"^{message}$"):
        create_role(workspace, given)
    assert len(list_roles(workspace)) == 1


def test_role_rows_read_as_roles(control_table: Table, workspace: str, role: str) -> None:
    from icosa.access.roles import Role

    set_role(
        control_table,
        workspace,
        role,
        permissionFlags=["ROLES"],
        objectPermissions={"o": {"canReadObjectRecords": False, "canUpdateObjectRecords": None}},
        fieldPermissions={"o": {"f": {"canReadFieldValue": False, "canUpdateFieldValue": None}}},
    )
    item = control_table.get(keys.role(workspace, role))
    assert item is not None
    assert Role.parse(item) == Role(
        id=role,
        label="Integration",
        rights=frozenset({"read"}),
        flags=frozenset({"ROLES"}),
        object_rights={"o": {"read": False}},
        hidden_fields={"o": frozenset({"f"})},
        locked_fields={"o": frozenset()},
    )
