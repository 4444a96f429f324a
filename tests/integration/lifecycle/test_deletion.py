"""A workspace that is deleted is gone: no row remains, whatever dies in the middle, and nothing writes it again."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import orjson
import pytest

from icosa.access.session import current_model
from icosa.engine.janitor import tidy
from icosa.errors import BadRequest, Conflict
from icosa.lifecycle.operations import advance
from icosa.lifecycle.steps import Budget
from icosa.provisioning.workspace import Provisioned
from icosa.settings import settings
from icosa.store import keys, workspace_registry
from icosa.store.operation_row import CLAIM_MS
from icosa.store.partitions import KINDS, kind_of
from icosa.store.table import Table
from tests.integration.engine.crashes import Crash, CrashingTable, Fuse
from tests.integration.lifecycle.filling import fill
from tests.integration.lifecycle.world import World, as_texts, everything


def _full(world: World) -> Provisioned:
    made = world.provision("Acme")
    fill(world, made)
    return made


def _ask(world: World, made: Provisioned) -> dict[str, Any]:
    world.act("suspend_workspace", workspaceId=made.workspace_id, by="ann@ops", reason="left us")
    asked = world.act("delete_workspace", workspaceId=made.workspace_id, confirm="Acme", by="ann@ops")
    operation: dict[str, Any] = asked["operation"]
    return operation


def _left(world: World, workspace_id: str) -> list[str]:
    """What still speaks of a workspace, but its receipt."""
    rows = [item for item in everything(world.table) if item["PK"] != keys.receipts()]
    return [f"{item['PK']} {item['SK']}" for item in rows if workspace_id in str(item)]


def test_no_row_remains(world: World) -> None:
    other = world.provision("Other")
    world.rest(other)("POST", "/rest/companies", {"name": "Stays"})
    untouched = as_texts(world.table, other.workspace_id)
    made = _full(world)
    ws = made.workspace_id
    before = Counter(kind_of(item["PK"]) for item in everything(world.table) if item["PK"].startswith(ws))
    assert set(before) == set(KINDS), "the workspace has every kind of row, or the test proves too little"

    operation = _ask(world, made)
    steps = world.finish(operation, rows=50)

    assert steps > 5
    assert _left(world, ws) == []
    assert not [item for item in everything(world.table) if item["PK"].startswith(("@C#", "@S#"))]
    assert as_texts(world.table, other.workspace_id) == untouched
    assert list(workspace_registry.all_ids(world.table)) == [other.workspace_id]
    assert world.gateway.values == {f"key-{other.workspace_id}": other.workspace_id}
    _check_receipt(world, ws, operation["id"])


def _check_receipt(world: World, workspace_id: str, operation_id: str) -> None:
    receipt = world.act("read_operation", workspaceId=workspace_id, operationId=operation_id)["receipt"]
    assert receipt == world.act("read_workspace", workspaceId=workspace_id)["receipt"]
    assert world.act("list_receipts")["receipts"] == [receipt]
    assert receipt["by"] == "ann@ops"
    assert receipt["counts"]["records"] == 2 + 4 + 1 + 1 + 3
    assert receipt["counts"]["records in the trash"] == 1
    assert receipt["counts"]["webhooks"] == receipt["counts"]["workspace"] == 1
    digest = receipt.pop("digest")
    assert digest == hashlib.sha256(orjson.dumps(receipt, option=orjson.OPT_SORT_KEYS)).hexdigest()


def test_a_crash_before_any_call_loses_nothing(world: World) -> None:
    made = world.provision("Acme")
    rest = world.rest(made)
    company = rest("POST", "/rest/companies", {"name": "Acme"}).json["data"]["createCompany"]["id"]
    person = {"name": {"firstName": "Ann"}, "emails": {"primaryEmail": "a@acme.example"}, "companyId": company}
    assert rest("POST", "/rest/people", person).status == 201
    operation = _ask(world, made)
    crashes = 0
    while True:
        # Each process dies after some more calls than the one before it; the last one lives.
        table = CrashingTable(world.table.name, world.table._client, fuse=Fuse(int(11 * 1.5**crashes)))
        try:
            step = advance(world.around(table), made.workspace_id, operation["id"], Budget(rows=60, seconds=1e9))
        except Crash:
            crashes += 1
            world.later_ms += CLAIM_MS
            continue
        if step is None or step.is_done:
            break
    assert crashes > 5
    assert _left(world, made.workspace_id) == []
    assert world.act("read_workspace", workspaceId=made.workspace_id)["receipt"]["counts"]["workspace"] == 1


def test_what_comes_late_writes_nothing(world: World) -> None:
    """A record of the stream, a message of a queue, a request with a token that is still remembered."""
    made = world.provision("Acme")
    world.rest(made)("POST", "/rest/companies", {"name": "Early"})
    world.act("carry_values", workspaceId=made.workspace_id)
    ws = made.workspace_id
    removed = next(item for item in everything(world.table) if item["PK"].startswith(f"{ws}#R#"))
    operation = _ask(world, made)
    jobs = [keys.sort_of(item) for item in world.table.query_all(keys.jobs(ws))]

    def late(table: Table) -> None:
        tidy(
            table,
            lambda workspace_id: current_model(table, workspace_id),
            removed,
            now="2026-11-28T00:00:00.000Z",
            settings=settings,
        )
        for job_id in jobs:
            world.work().message({"workspaceId": ws, "jobId": job_id})

    before = as_texts(world.table)
    late(world.table)
    assert as_texts(world.table) == before, "nothing works on it while it is being deleted"
    world.finish(operation)
    after = as_texts(world.table)
    late(world.table)
    world.work().message({"workspaceId": ws, "operationId": operation["id"]})
    assert world.rest(made)("POST", "/rest/companies", {"name": "Late"}).status == 401
    assert as_texts(world.table) == after


def test_one_process_at_a_time_does_a_step(world: World) -> None:
    """A queue may give out a message twice; and nothing goes before all that ran has ended."""
    made = world.provision("Acme")
    operation = _ask(world, made)
    asked = made.workspace_id, operation["id"]
    whole = as_texts(world.table)
    world.later_ms = 80_000
    step = advance(world.around(), *asked)
    assert step is not None
    assert (step.is_done, as_texts(world.table) == whole) == (False, True)
    world.later_ms = 100_000
    with pytest.raises(Crash):
        advance(world.around(CrashingTable(world.table.name, world.table._client, fuse=Fuse(12))), *asked)
    before = as_texts(world.table)
    step = advance(world.around(), *asked)
    assert step is not None
    assert (step.is_busy, as_texts(world.table) == before) == (True, True)
    world.work().message({"workspaceId": asked[0], "operationId": asked[1]})
    assert world.jobs.sent == [], "whoever is at it goes on"
    world.later_ms += CLAIM_MS
    world.finish(operation)
    assert _left(world, made.workspace_id) == []


def test_nobody_deletes_by_mistake(world: World) -> None:
    made = world.provision("Acme")
    ids = {"workspaceId": made.workspace_id}
    with pytest.raises(BadRequest, match="active, and must be suspended"):
        world.act("delete_workspace", **ids, confirm="Acme")
    world.act("suspend_workspace", **ids)
    with pytest.raises(BadRequest, match="confirm must be the name"):
        world.act("delete_workspace", **ids, confirm="acme")
    world.act("delete_workspace", **ids, confirm="Acme")
    for action in ("resume_workspace", "suspend_workspace", "export_workspace", "list_api_keys"):
        with pytest.raises(Conflict, match="deleting"):
            world.act(action, **ids)
    assert world.act("read_workspace", **ids)["workspace"]["status"] == "deleting"
