"""One workspace goes back to what another table has of it, and everybody notices; no key comes back to life."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from icosa.access.session import open_context
from icosa.lifecycle.operations import advance
from icosa.lifecycle.steps import Budget
from icosa.metadata.entity_changes import entity_changes
from icosa.provisioning.workspace import Provisioned
from icosa.store import keys
from icosa.store.operation_row import CLAIM_MS
from icosa.store.ops import set_attributes
from icosa.store.partitions import kind_of
from icosa.store.stream import record_change
from icosa.store.table import Table, chunked
from icosa.store.versions import CURRENT, STANDARD
from icosa.webhooks.fan_out import FanOut
from icosa.webhooks.matching import Audiences
from tests.integration.engine.crashes import Crash, CrashingTable, Fuse
from tests.integration.lifecycle.filling import fill
from tests.integration.lifecycle.world import World, everything
from tests.support import dynoxide
from tests.support.provisioning import event_of


@pytest.fixture
def side(dynamodb_endpoint: str) -> Iterator[Table]:
    with dynoxide.fresh_table(dynamodb_endpoint) as fresh:
        yield fresh


def _yesterday(world: World, side: Table) -> None:
    """Copy the table as it is now, as DynamoDB restores it to a moment."""
    for part in chunked(everything(world.table), 100):
        side.write_batch(puts=list(part))
    world.side = side


def _restore(world: World, made: Provisioned) -> dict[str, Any]:
    ids = {"workspaceId": made.workspace_id}
    world.act("suspend_workspace", **ids)
    operation = world.act("restore_workspace", **ids, confirm="Acme", by="ann@ops")["operation"]
    world.finish(operation, rows=40)
    done: dict[str, Any] = world.act("read_operation", **ids, operationId=operation["id"])["operation"]
    return done


def _answers(world: World, made: Provisioned) -> list[Any]:
    """What a workspace answers to questions that go by records, indexes, edges, tokens, counters and metadata."""
    rest, metadata = world.rest(made), world.metadata(made)
    model = open_context(event_of(made), world.table).model
    plurals = sorted(obj.name_plural for obj in model.objects)
    asked: list[Any] = [rest("GET", f"/rest/{plural}", order_by="createdAt[AscNullsFirst]").json for plural in plurals]
    asked.append(rest("GET", "/rest/people", filter='emails.primaryEmail[eq]:"ann2@acme.example"').json)
    asked.append(rest("GET", "/rest/people", filter='name.lastName[startsWith]:"Number"').json)
    asked.append(rest("GET", "/rest/people", filter="deletedAt[is]:NOT_NULL").json)
    asked.append(rest("GET", "/rest/companies", depth=1).json)
    asked.append(metadata("GET", "/rest/metadata/objects").json)
    asked.append(metadata("GET", "/rest/metadata/views").json)
    asked.append(metadata("GET", "/rest/metadata/roles").json)
    return asked


def _damage(world: World, made: Provisioned) -> None:
    """A bad day: records deleted, changed and made, the model changed, a role widened."""
    rest, metadata = world.rest(made), world.metadata(made)
    people = rest("GET", "/rest/people").json["data"]["people"]
    assert rest("DELETE", f"/rest/people/{people[0]['id']}").status == 200
    assert rest("PATCH", f"/rest/people/{people[1]['id']}", {"jobTitle": "Changed"}).status == 200
    again = {"name": {"firstName": "New"}, "emails": {"primaryEmail": "new@acme.example"}}
    assert rest("POST", "/rest/people", again).status == 201
    objects = {obj["nameSingular"]: obj for obj in metadata("GET", "/rest/metadata/objects").json["data"]["objects"]}
    person = objects["person"]["id"]
    body = {"objectMetadataId": person, "type": "TEXT", "name": "added", "label": "Added"}
    assert metadata("POST", "/rest/metadata/fields", body).status == 201
    body = {"nameSingular": "extra", "namePlural": "extras", "labelSingular": "Extra", "labelPlural": "Extras"}
    assert metadata("POST", "/rest/metadata/objects", body).status == 201
    assert rest("POST", "/rest/extras", {"name": "x"}).status == 201


def test_everything_answers_as_it_did(world: World, side: Table) -> None:
    made = world.provision("Acme")
    fill(world, made)
    before = _answers(world, made)
    other = world.provision("Other")
    row = keys.workspace(made.workspace_id)
    world.table.update(set_attributes(row, {STANDARD: 0}))
    _yesterday(world, side)
    world.table.update(set_attributes(row, {STANDARD: CURRENT.standard}))
    _damage(world, made)
    assert _answers(world, made) != before
    version = open_context(event_of(made), world.table).model.version
    untouched = [item for item in everything(world.table) if item["PK"].startswith(other.workspace_id)]

    done = _restore(world, made)

    assert done["failure"] is None
    assert world.rest(made)("GET", "/rest/people").status == 403, "somebody looks at it first"
    world.finish(world.act("resume_workspace", workspaceId=made.workspace_id)["operation"])
    assert _answers(world, made) == before
    assert open_context(event_of(made), world.table).model.version > version
    restored = world.table.get(row)
    assert restored is not None
    assert restored[STANDARD] == 0, "what has come since is migrated to again"
    assert [item for item in everything(world.table) if item["PK"].startswith(other.workspace_id)] == untouched
    # It goes on: writes, guards and totals work as ever.
    taken = {"name": {"firstName": "Ann"}, "emails": {"primaryEmail": "ann2@acme.example"}}
    assert world.rest(made)("POST", "/rest/people", taken).status == 400
    total = world.rest(made)("GET", "/rest/people").json["totalCount"]
    assert world.rest(made)("POST", "/rest/people", {"name": {"firstName": "Bob"}}).status == 201
    assert world.rest(made)("GET", "/rest/people").json["totalCount"] == total + 1


def test_keys_stay_what_they_are_today(world: World, side: Table) -> None:
    made = world.provision("Acme")
    ids = {"workspaceId": made.workspace_id}
    roles = {role["label"]: role["id"] for role in world.act("list_roles", **ids)["roles"]}
    old = world.act("create_api_key", **ids, name="Leaked", roleId=roles["Admin"])["apiKey"]["id"]
    _yesterday(world, side)
    world.act("revoke_api_key", **ids, apiKeyId=old)
    role = world.act("create_role", **ids, role={"label": "Today", "canReadAllObjectRecords": True})["role"]["id"]
    new = world.act("create_api_key", **ids, name="Today's", roleId=role)["apiKey"]["id"]

    result = _restore(world, made)["result"]

    assert result["keysWithoutRole"] == ["Today's"]
    assert result["rolesThatWentAgain"] == ["Today"]
    world.finish(world.act("resume_workspace", **ids)["operation"])
    rest = world.rest(made)
    assert rest("GET", "/rest/people").status == 200
    rest.event = event_of(made, key_id=old)
    assert rest("GET", "/rest/people").message == "This API Key is revoked"
    rest.event = event_of(made, key_id=new)
    assert rest("GET", "/rest/people").message == f"API key {new} has no role assigned"
    log = world.metadata(made)("GET", "/rest/metadata/auditLog").json["data"]
    told = next(entry for entry in log if entry["action"] == "workspace.restored")
    assert (told["actor"]["name"], told["after"]["keysWithoutRole"]) == ("ann@ops", ["Today's"])
    # An administrator gives the key a role again.
    world.act("assign_role", **ids, apiKeyId=new, roleId=roles["Admin"])
    assert rest("GET", "/rest/people").status == 200


def test_a_crash_before_any_call_ends_the_same(world: World, side: Table) -> None:
    made = world.provision("Acme")
    people = [
        {"name": {"firstName": f"P{number}"}, "emails": {"primaryEmail": f"{number}@a.example"}} for number in "123"
    ]
    assert world.rest(made)("POST", "/rest/batch/people", people).status == 201
    before = world.rest(made)("GET", "/rest/people").json
    _yesterday(world, side)
    assert world.rest(made)("POST", "/rest/people", {"name": {"firstName": "New"}}).status == 201
    world.act("suspend_workspace", workspaceId=made.workspace_id)
    operation = world.act("restore_workspace", workspaceId=made.workspace_id, confirm="Acme")["operation"]
    crashes = 0
    while True:
        table = CrashingTable(world.table.name, world.table._client, fuse=Fuse(int(11 * 1.5**crashes)))
        try:
            step = advance(world.around(table), made.workspace_id, operation["id"], Budget(rows=60, seconds=1e9))
        except Crash:
            crashes += 1
            world.later_ms += CLAIM_MS
            continue
        if step is None or step.is_done:
            break
    assert crashes > 3
    world.finish(world.act("resume_workspace", workspaceId=made.workspace_id)["operation"])
    assert world.rest(made)("GET", "/rest/people").json == before


def test_nobody_is_told_of_what_it_writes(world: World, side: Table) -> None:
    made = world.provision("Acme")
    world.rest(made)("POST", "/rest/companies", {"name": "Acme"})
    assert world.metadata(made)("GET", "/rest/events").status == 200
    _yesterday(world, side)
    done = _restore(world, made)
    row = world.table.get(keys.workspace(made.workspace_id))
    assert row is not None
    assert row["quietFrom"] < row["quietUntil"]
    assert done["state"] == "DONE"
    events = _told(world, made, int(row["quietFrom"]) + 1)
    later = _told(world, made, int(row["quietUntil"]) + 60)
    assert (events, later) == (0, 1)


def _told(world: World, made: Provisioned, seconds: int) -> int:
    """How many events follow from a company that is written at a moment."""
    item = next(item for item in everything(world.table) if kind_of_record(item, made.workspace_id))
    image = {"PK": {"S": item["PK"]}, "SK": {"S": item["SK"]}, "v": {"N": str(item["v"])}, "d": {"S": item["d"]}}
    change = record_change({"dynamodb": {"NewImage": image, "ApproximateCreationDateTime": seconds}})
    assert change is not None
    before = len(world.table.query_all(f"{made.workspace_id}#Q"))
    fan_out = FanOut(Audiences(), lambda: world.deliveries, entity_changes)  # type: ignore[arg-type,return-value]
    assert fan_out.publish(world.table, [("1", change)]) == {}
    return len(world.table.query_all(f"{made.workspace_id}#Q")) - before


def kind_of_record(item: dict[str, Any], workspace_id: str) -> bool:
    return item["PK"].startswith(f"{workspace_id}#") and kind_of(item["PK"]) == "R"


def test_there_must_be_something_to_restore(world: World, side: Table) -> None:
    made = world.provision("Acme")
    ids = {"workspaceId": made.workspace_id}
    before = _answers(world, made)
    for table, message in (
        (None, "This test has no such table"),
        (side, "The table to restore from has no such workspace"),
    ):
        world.side = table
        done = _restore(world, made)
        assert (done["failure"], done["result"]) == (message, None)
        assert world.act("read_workspace", **ids)["workspace"]["status"] == "suspended"
    world.finish(world.act("resume_workspace", **ids)["operation"])
    assert _answers(world, made) == before
