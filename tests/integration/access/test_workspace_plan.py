"""One key of the usage plan for each workspace, also for those that had one for each API key."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from icosa.access.counting import usage_key
from icosa.access.gateway_keys import GatewayKeys
from icosa.access.plans import PLAN, plans
from icosa.access.workspace_plan import SETTLED_SECONDS, WorkspacePlan
from icosa.store import keys
from icosa.store.meter import Meter
from icosa.store.ops import PutItem, set_attributes
from icosa.store.table import Table
from tests.support import gateway as gateways

START = 1_700_000_000.0


class World:
    """A workspace, as version 0.2 left it, with API keys of which each has a gateway key."""

    def __init__(self, table: Table, gateway: GatewayKeys, old: int) -> None:
        self.table, self.gateway, self.now = table, gateway, START
        self.id = str(uuid.uuid4())
        self.key_ids = [str(uuid.uuid4()) for _ in range(old)]
        table.transact([PutItem(keys.item_at(keys.workspace(self.id), name="Acme"))])
        for key_id in self.key_ids:
            gateway_id = gateway.add(key_id, "standard")
            table.transact([PutItem(keys.item_at(keys.api_key(self.id, key_id), name="k", gatewayKeyId=gateway_id))])

    @property
    def row(self) -> dict[str, Any]:
        row = self.table.get(keys.workspace(self.id))
        assert row is not None
        return row

    def ensure(self) -> int:
        return WorkspacePlan(self.table, self.gateway, lambda: self.now).ensure(self.id, self.row)

    def counted_by(self) -> set[str]:
        return {usage_key(self.id, self.row, key_id) for key_id in self.key_ids or ["any"]}


@pytest.fixture
def new(table: Table, gateway: GatewayKeys) -> World:
    return World(table, gateway, old=0)


@pytest.fixture
def old(table: Table, gateway: GatewayKeys) -> World:
    return World(table, gateway, old=12)


def test_a_new_workspace_gets_one_and_that_is_all(new: World) -> None:
    assert new.ensure() == 0
    assert gateways.values_in_plan(new.gateway) == {new.id}
    assert "gatewayKeySince" not in new.row
    meter = Meter()
    assert WorkspacePlan(new.table.metered(meter), new.gateway).ensure(new.id, new.row) == 0
    assert meter.calls == 0


def test_an_old_workspace_moves_and_is_never_without(old: World) -> None:
    def is_served() -> bool:
        return old.counted_by() <= gateways.values_in_plan(old.gateway)

    assert old.counted_by() == set(old.key_ids)
    assert old.ensure() == 12
    assert old.counted_by() == {old.id}
    for _ in range(3):
        old.now += SETTLED_SECONDS / 4
        # What the gateway remembers of the authorizer still names the old keys.
        assert old.ensure() == 12
        assert gateways.values_in_plan(old.gateway) == {old.id, *old.key_ids}
    old.now += SETTLED_SECONDS
    left: list[int] = []
    while not left or left[-1]:
        left.append(old.ensure())
        assert is_served()
    assert left == [7, 2, 0]
    assert gateways.values(old.gateway) == {old.id}
    assert "gatewayKeySince" not in old.row
    assert all("gatewayKeyId" not in (old.table.get(keys.api_key(old.id, key_id)) or {}) for key_id in old.key_ids)


def test_calls_at_once_and_calls_that_were_cut_off(old: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = old.row
    old.ensure()
    # Somebody who read the row before: the key is found, and nothing is made twice.
    assert WorkspacePlan(old.table, old.gateway, lambda: old.now).ensure(old.id, before) == 12
    assert gateways.values(old.gateway) == {old.id, *old.key_ids}

    old.now += SETTLED_SECONDS
    remove, removed = old.gateway.remove, []

    def fail_at_the_third(gateway_id: str) -> None:
        removed.append(gateway_id)
        remove(gateway_id)
        if len(removed) == 3:
            raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(old.gateway, "remove", fail_at_the_third)
        with pytest.raises(ConnectionError):
            old.ensure()
    while old.ensure():
        pass
    assert gateways.values(old.gateway) == {old.id}


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_workspace_of_another_stack_joins_the_plan_when_it_is_asked_to(new: World, is_gone: bool) -> None:
    new.ensure()
    client: Any = new.gateway._client
    before = new.row["gatewayKeyId"]
    if is_gone:
        client.delete_api_key(apiKey=before)
    plan = client.create_usage_plan(name="of the new stack")["id"]
    moved = GatewayKeys(lambda: client, lambda: {"standard": plan})

    assert WorkspacePlan(new.table, moved).ensure(new.id, new.row) == 0
    assert gateways.values_in_plan(moved) == set()
    for _ in range(2):
        assert WorkspacePlan(new.table, moved).rejoin(new.id, new.row) == 0
        assert gateways.values_in_plan(moved) == {new.id}
    assert (new.row["gatewayKeyId"] == before) is not is_gone


def test_a_workspace_takes_its_key_to_another_plan(new: World) -> None:
    """With the next token at the latest, whoever dies in between."""
    assert new.ensure() == 0
    for plan in ("free", "scale", "standard", "free"):
        new.table.transact([set_attributes(keys.workspace(new.id), {PLAN: plan})])
        for _ in range(2):
            assert new.ensure() == 0
            inside = [name for name in plans() if gateways.values_in_plan(new.gateway, name)]
            assert inside == [plan]
    client: Any = new.gateway._client
    key = new.row["gatewayKeyId"]
    client.delete_usage_plan_key(usagePlanId=new.gateway._usage_plans["free"], keyId=key)
    new.table.transact([set_attributes(keys.workspace(new.id), {PLAN: "scale"})])
    assert new.ensure() == 0
    assert gateways.values_in_plan(new.gateway, "scale") == {new.id}


def test_a_key_that_is_in_no_plan_is_put_into_it(new: World) -> None:
    client: Any = new.gateway._client
    client.create_api_key(name=new.id, value=new.id, enabled=True)
    assert new.ensure() == 0
    assert gateways.values_in_plan(new.gateway) == gateways.values(new.gateway) == {new.id}


def test_nothing_is_written_when_the_usage_plan_refuses(new: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client: Any = new.gateway._client

    def refuse(**_: Any) -> None:
        raise client.exceptions.NotFoundException({"Error": {"Code": "NotFoundException"}}, "CreateUsagePlanKey")

    with monkeypatch.context() as patch:
        patch.setattr(client, "create_usage_plan_key", refuse)
        with pytest.raises(client.exceptions.NotFoundException):
            new.ensure()
    assert "gatewayKeyId" not in new.row
    assert new.ensure() == 0
    assert gateways.values_in_plan(new.gateway) == {new.id}


def test_keys_bear_the_tag_of_their_stack(new: World) -> None:
    new.ensure()
    client: Any = new.gateway._client
    [key] = client.get_api_keys()["items"]
    assert key["tags"] == {"icosa:stack": "icosa"}
