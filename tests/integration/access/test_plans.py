"""What a plan allows is all that a workspace may add; what it has it keeps (docs/limits.md#plans)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from icosa.access import plans, record_quota
from icosa.access.api_keys import ApiKeys
from icosa.access.plans import PLAN, Plan
from icosa.lru import LRUCache
from icosa.provisioning.admin import Administration
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import keys
from icosa.store.meter import Meter
from icosa.store.ops import set_attributes
from icosa.store.table import Table
from tests.support.kms import emulated_cipher
from tests.support.restricted import Caller, full_caller, model_of, restricted_caller
from tests.support.workspace import workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")

_TINY = Plan(name="free", calls=60, records=5, objects=1, webhooks=2, api_keys=2)


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan free allows very little."""
    known = {**plans.plans(), "free": _TINY}
    monkeypatch.setattr(plans, "plans", lambda: known)
    monkeypatch.setattr(record_quota.RecordQuota, "_seen", LRUCache[str, tuple[float, int]](size=8))


@pytest.fixture(scope="module", autouse=True)
def _cipher(api_keys: ApiKeys) -> Iterator[None]:
    with emulated_cipher():
        yield


@pytest.fixture
def made(shared_table: Table, api_keys: ApiKeys) -> Provisioned:
    return provision(shared_table, api_keys, "Free", plan="free")


@pytest.fixture
def caller(shared_table: Table, made: Provisioned) -> Caller:
    return full_caller(shared_table, made)


def _move(table: Table, made: Provisioned, plan: str) -> None:
    table.transact([set_attributes(keys.workspace(made.workspace_id), {PLAN: plan})])


def _refused(reply: Any, message: str) -> None:
    assert (reply.status, reply.json["code"], reply.message) == (403, "PLAN_LIMIT_REACHED", message)


def test_records(caller: Caller, shared_table: Table, made: Provisioned) -> None:
    """Of all objects together, over both APIs; a batch that would cross the limit is refused as a whole."""
    ids = [caller.create("people"), caller.create("companies"), caller.create("notes")]
    _refused(
        caller.rest("POST", "/rest/batch/people", [{}, {}, {}]),
        'Plan "free" allows 5 records. The workspace has 3, and this request adds 3.',
    )
    assert caller.rest("GET", "/rest/people").json["totalCount"] == 1
    assert caller.rest("POST", "/rest/batch/people", [{}, {}]).status == 201
    full = 'Plan "free" allows 5 records. The workspace has 5, and this request adds 1.'
    _refused(caller.rest("POST", "/rest/tasks", {}), full)
    [error] = caller.gql.send("POST", {"query": "mutation { createTask(data: {}) { id } }"}).json["errors"]
    assert (error["message"], error["extensions"]["subCode"]) == (full, "PLAN_LIMIT_REACHED")
    # What is there can be changed, upserted and thrown away; then there is room again, until something comes back.
    assert caller.rest("PATCH", f"/rest/people/{ids[0]}", {"jobTitle": "Cook"}).status == 200
    assert caller.rest("DELETE", f"/rest/people/{ids[0]}?soft_delete=true").status == 200
    caller.create("tasks")
    _refused(caller.rest("PATCH", f"/rest/restore/people/{ids[0]}"), full)
    _move(shared_table, made, "standard")
    assert caller.rest("PATCH", f"/rest/restore/people/{ids[0]}").status == 200
    # Back in the smaller plan it keeps six.
    _move(shared_table, made, "free")
    _refused(
        caller.rest("POST", "/rest/tasks", {}),
        'Plan "free" allows 5 records. The workspace has 6, and this request adds 1.',
    )
    assert caller.rest("PATCH", f"/rest/people/{ids[0]}", {"jobTitle": "Chef"}).status == 200


def test_costs(caller: Caller, made: Provisioned, shared_table: Table) -> None:
    """A workspace of a plan with a limit pays a round trip and a read unit for each object, the default one nothing."""

    def cost() -> tuple[int, float]:
        reply = caller.rest("POST", "/rest/tasks", {}, headers={"X-Icosa-Explain": "1"})
        assert reply.status == 201
        units = re.search(r"read=([\d.]+)", reply.headers["x-icosa-capacity"])
        assert units is not None
        return int(reply.headers["x-icosa-round-trips"]), float(units[1])

    _move(shared_table, made, "standard")
    trips, units = cost()
    _move(shared_table, made, "free")
    limited = cost()
    objects = len(caller.metadata("GET", "/rest/metadata/objects").json["data"]["objects"])
    assert limited == (trips + 1, units + objects)


def test_a_number_far_from_the_limit_is_believed(shared_table: Table, workspace: Provisioned) -> None:
    """For a minute, and as far as nothing that a workspace may call could reach the limit meanwhile."""
    now = [100.0]
    plan = Plan(name="free", calls=10, records=10_000, webhooks=1, api_keys=1)
    far = record_quota.RecordQuota(plan, 10_000, clock=lambda: now[0])
    near = record_quota.RecordQuota(plan, 1_800, clock=lambda: now[0])
    model = model_of(shared_table, workspace)

    def calls(asked: record_quota.RecordQuota) -> int:
        meter = Meter()
        asked.check(shared_table.metered(meter), model, 1)
        return meter.calls

    assert [calls(far) for _ in range(3)] == [len(model.objects), 0, 0]
    assert [calls(near) for _ in range(2)] == [len(model.objects)] * 2
    now[0] += 60
    assert calls(far) == len(model.objects)


def test_webhooks(caller: Caller, shared_table: Table, made: Provisioned) -> None:
    body = {"targetUrl": "https://hooks.example.com", "operations": ["*.*"]}
    made_ids = [caller.metadata("POST", "/rest/metadata/webhooks", body).json["id"] for _ in range(2)]
    _refused(
        caller.metadata("POST", "/rest/metadata/webhooks", body),
        'Plan "free" allows 2 webhooks. The workspace has 2, and this request adds 1.',
    )
    _move(shared_table, made, "standard")
    for _ in range(3):
        made_ids.append(caller.metadata("POST", "/rest/metadata/webhooks", body).json["id"])
    _move(shared_table, made, "free")
    # More than it may have now can be deleted, one by one.
    assert caller.metadata("DELETE", f"/rest/metadata/webhooks/{made_ids[0]}").status == 200
    _refused(
        caller.metadata("POST", "/rest/metadata/webhooks", body),
        'Plan "free" allows 2 webhooks. The workspace has 4, and this request adds 1.',
    )


def test_keys(caller: Caller) -> None:
    role = caller.metadata.data("{ currentApiKey { role { id } } }")["currentApiKey"]["role"]["id"]
    create = """mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { id } }"""
    body = {"name": "k", "expiresAt": "2100-01-01", "roleId": role}
    assert caller.metadata.data(create, i=body)["createApiKey"]["id"]
    [error] = caller.metadata.graphql(create, i=body)["errors"]
    assert error["message"] == 'Plan "free" allows 2 API keys. The workspace has 2, and this request adds 1.'
    assert error["extensions"]["subCode"] == "PLAN_LIMIT_REACHED"


def test_objects(caller: Caller) -> None:
    def create(name: str) -> Any:
        labels = {"labelSingular": name, "labelPlural": f"{name}s"}
        body = {"nameSingular": name, "namePlural": f"{name}s", **labels}
        return caller.metadata("POST", "/rest/metadata/objects", body)

    assert create("rocket").status == 201
    _refused(create("probe"), 'Plan "free" allows 1 custom objects. The workspace has 1, and this request adds 1.')


# ------------------------------------------------------------------ who is told


def test_how_much_there_is(caller: Caller, made: Provisioned, shared_table: Table, api_keys: ApiKeys) -> None:
    caller.create("people")
    shown = {
        "name": "free",
        "limits": {"calls": 60, "records": 5, "objects": 1, "webhooks": 2, "apiKeys": 2},
        "usage": {"records": 1, "objects": 0, "webhooks": 0, "apiKeys": 1},
    }
    assert caller.metadata("GET", "/rest/metadata/plan").json == shown
    query = """{ currentWorkspace { plan { name limits { calls records objects webhooks apiKeys }
      usage { records objects webhooks apiKeys } } } }"""
    assert caller.metadata.data(query)["currentWorkspace"]["plan"] == shown
    assert caller.metadata("GET", "/rest/metadata/me").json["limits"]["rate"] == {"calls": 60, "seconds": 60}
    other = restricted_caller(shared_table, made, api_keys)
    assert other.metadata("GET", "/rest/metadata/plan").status == 403
    assert other.metadata.data("{ currentWorkspace { plan { name } } }")["currentWorkspace"]["plan"]["name"] == "free"
    [error] = other.metadata.graphql("{ currentWorkspace { plan { usage { records } } } }")["errors"]
    assert error["extensions"]["subCode"] == "PERMISSION_DENIED"


# ------------------------------------------------------------------ operators


@pytest.fixture
def administration(shared_table: Table, api_keys: ApiKeys) -> Iterator[Administration]:
    yield Administration(shared_table, api_keys, lambda: "https://api.example/")


def test_an_operator_moves_workspaces(administration: Administration, made: Provisioned) -> None:
    of = {"workspaceId": made.workspace_id}
    moved = administration.run({"action": "set_plan", **of, "plan": "scale"})
    assert (moved["plan"], moved["limits"]["calls"], moved["usage"]["apiKeys"]) == ("scale", 1000, 1)
    assert administration.run({"action": "read_plan", **of}) == moved
    with pytest.raises(Exception, match=r"^plan 'gold' is not known\. There are: free, standard, scale$"):
        administration.run({"action": "set_plan", **of, "plan": "gold"})
    assert administration.run({"action": "read_workspace", **of})["workspace"]["plan"] == "scale"


def test_an_operator_turns_the_timeline_on(administration: Administration, caller: Caller, made: Provisioned) -> None:
    of = {"workspaceId": made.workspace_id}
    assert administration.run({"action": "set_timeline", **of, "timeline": "on"}) == {"timeline": "on"}
    assert caller.metadata.data("{ currentWorkspace { timeline } }")["currentWorkspace"] == {"timeline": "on"}
