"""Who gets a token for which key: what the function that makes tokens finds out itself."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest

from icosa.access import minting, token
from icosa.access.api_keys import ApiKeys
from icosa.access.failures import KeyWithoutRole
from icosa.access.gateway_keys import GatewayKeys
from icosa.access.issuer import Issuer
from icosa.access.permissions import Permissions
from icosa.access.role_admin import create_role
from icosa.access.roles import Role
from icosa.access.workspace_plan import WorkspacePlan
from icosa.errors import BadRequest, Forbidden, IcosaError, NotFound, Unauthenticated, Unavailable
from icosa.store import keys
from icosa.store.meter import Meter
from icosa.store.ops import DeleteItem, PutItem, set_attributes
from icosa.store.table import Table
from tests.support import gateway as gateways
from tests.support.tokens import KEYS, TokensHere

#: By name: what roles may do.
ROLES: Mapping[str, Mapping[str, Any]] = {
    "all": {
        "canUpdateAllSettings": True,
        "canAccessAllTools": True,
        "canReadAllObjectRecords": True,
        "canUpdateAllObjectRecords": True,
        "canSoftDeleteAllObjectRecords": True,
        "canDestroyAllObjectRecords": True,
    },
    "settings": {"canUpdateAllSettings": True},
    "reader": {"canReadAllObjectRecords": True},
    "writer": {"canReadAllObjectRecords": True, "canUpdateAllObjectRecords": True},
    "tools": {"canAccessAllTools": True},
    "nothing": {},
}
#: Who may get a token for whom, beside everybody for themselves.
MAY = {("all", name) for name in ROLES} | {("settings", "nothing")}


class World:
    """A workspace with a key of each role."""

    def __init__(self, table: Table, gateway: GatewayKeys) -> None:
        self.table, self.gateway = table, gateway
        self.tokens = TokensHere(table, gateway)
        self.id = str(uuid.uuid4())
        table.transact([PutItem(keys.item_at(keys.workspace(self.id), name="Acme"))])
        api_keys = ApiKeys(self.tokens)
        self.keys = {
            name: api_keys.create(self.id, name=name, role_id=str(create_role(self.id, {"label": name, **role})["id"]))
            for name, role in ROLES.items()
        }

    def ask(self, caller: str, key: str, **changes: Any) -> str:
        return self.tokens.request_token(
            **{
                "workspace_id": self.id,
                "caller_key_id": self.keys[caller].id,
                "key_id": self.keys[key].id,
                "expires_at": None,
                **changes,
            }
        )

    def change(self, name: str, **attributes: Any) -> None:
        self.table.transact([set_attributes(keys.api_key(self.id, self.keys[name].id), attributes)])


@pytest.fixture
def world(control_table: Table, gateway: GatewayKeys) -> World:
    return World(control_table, gateway)


def test_nobody_gets_a_token_that_may_more_than_they(world: World) -> None:
    for caller, key in product(ROLES, repeat=2):
        if caller == key or (caller, key) in MAY:
            claims = token.verify(world.ask(caller, key), keys=KEYS)
            assert (claims.workspace_id, claims.key_id, claims.kid) == (world.id, world.keys[key].id, KEYS.current.kid)
        else:
            with pytest.raises(Forbidden) as caught:
                world.ask(caller, key)
            assert caught.value.sub_code == "PERMISSION_DENIED", (caller, key)


def test_a_role_of_a_moment_ago_counts_for_nothing(world: World) -> None:
    world.change("nothing", roleId=world.keys["writer"].role_id)
    with pytest.raises(Forbidden):
        world.ask("settings", "nothing")
    world.change("all", roleId=world.keys["settings"].role_id)
    with pytest.raises(Forbidden):
        world.ask("all", "reader")


PAST = "2020-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("key", "attributes", "error"),
    [
        ("all", {"revokedAt": PAST}, "This API Key is revoked"),
        ("all", {"expiresAt": PAST}, "This API Key is expired"),
        ("reader", {"revokedAt": PAST}, "This API Key is revoked"),
        ("reader", {"expiresAt": PAST}, "This API Key has expired"),
    ],
)
def test_both_keys_must_live(world: World, key: str, attributes: dict[str, Any], error: str) -> None:
    world.change(key, **attributes)
    with pytest.raises(IcosaError, match=error):
        world.ask("all", "reader")


@pytest.mark.parametrize("key", ["all", "reader"])
def test_both_keys_must_have_a_role(world: World, key: str) -> None:
    world.table.transact([DeleteItem(keys.role(world.id, world.keys[key].role_id))])
    with pytest.raises(Forbidden) as caught:
        world.ask("all", "reader")
    assert caught.value.message == KeyWithoutRole(world.keys[key].id).message


def test_keys_of_other_workspaces_are_out_of_reach(world: World, control_table: Table, gateway: GatewayKeys) -> None:
    other = World(control_table, gateway)
    with pytest.raises(NotFound):
        world.ask("all", "reader", key_id=other.keys["reader"].id)
    with pytest.raises(Forbidden):
        world.ask("all", "reader", caller_key_id=other.keys["all"].id)
    with pytest.raises(Unauthenticated):
        world.ask("all", "reader", workspace_id=str(uuid.uuid4()))


@pytest.mark.parametrize("name", ["workspace_id", "caller_key_id", "key_id"])
@pytest.mark.parametrize("value", ["", "x", f"{uuid.uuid4()}#K", str(uuid.uuid4()).upper(), 5, [], {"S": "x"}])
def test_ids_are_ids(world: World, name: str, value: Any) -> None:
    with pytest.raises(BadRequest, match="must be a UUID"):
        world.ask("all", "reader", **{name: value})


def test_a_date_that_is_none(world: World) -> None:
    with pytest.raises(BadRequest):
        world.ask("all", "reader", expires_at="soon")
    assert token.verify(world.ask("all", "all", expires_at="2100-01-01"), keys=KEYS).expires_at == 4102444800


def test_the_generation_is_that_of_the_key(world: World) -> None:
    world.change("reader", tokenGeneration=3)
    assert token.verify(world.ask("all", "reader"), keys=KEYS).generation == 3


def test_what_it_costs(world: World) -> None:
    world.ask("all", "all")

    def cost(caller: str, key: str) -> tuple[int, float, float]:
        meter = Meter(detailed=True)
        table = world.table.metered(meter)
        issuer = Issuer(table, WorkspacePlan(table, world.gateway), lambda: KEYS, lambda: KEYS)
        asked = {"workspaceId": world.id, "callerKeyId": world.keys[caller].id, "keyId": world.keys[key].id}
        minting.granted(issuer.answer(asked))
        return meter.round_trips, meter.read_units, meter.write_units

    assert cost("all", "all") == (1, 2, 0)
    assert cost("all", "reader") == (2, 5, 0)


def test_every_token_of_a_workspace_is_counted_by_one_gateway_key(world: World) -> None:
    for name in ROLES:
        world.ask("all", name)
    assert gateways.values_in_plan(world.gateway) == gateways.values(world.gateway) == {world.id}


def test_no_token_while_the_gateway_takes_no_changes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client: Any = world.gateway._client

    def refuse(**_: Any) -> None:
        raise client.exceptions.TooManyRequestsException(
            {"Error": {"Code": "TooManyRequestsException"}}, "CreateApiKey"
        )

    with monkeypatch.context() as patch:
        patch.setattr(client, "create_api_key", refuse)
        with pytest.raises(Unavailable):
            world.ask("all", "all")
    assert world.ask("all", "all")


def test_the_rights_of_roles_are_what_the_names_say() -> None:
    """The table above is about these."""
    role = Role(id="r", all_settings=True)
    assert Permissions(role).holds("API_KEYS_AND_WEBHOOKS")
