"""Records that are spread over more partitions, while their workspace is suspended (docs/storage.md#shards)."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.access.session import open_context
from icosa.errors import BadRequest
from icosa.lifecycle.operations import advance
from icosa.lifecycle.steps import Budget
from icosa.model.model import Object
from icosa.provisioning.workspace import Provisioned
from icosa.store import keys
from icosa.store.places import home, partitions
from tests.integration.engine.crashes import Crash, CrashingTable, Fuse
from tests.integration.lifecycle.filling import fill
from tests.integration.lifecycle.world import World
from tests.support.provisioning import event_of


def _person(world: World, made: Provisioned) -> Object:
    return open_context(event_of(made), world.table).model.by_singular["person"]


def _asked(world: World, made: Provisioned, shards: int) -> dict[str, Any]:
    operation: dict[str, Any] = world.act(
        "shard_records", workspaceId=made.workspace_id, object="person", shards=shards, by="ann@ops"
    )["operation"]
    return operation


def _answers(world: World, made: Provisioned) -> list[Any]:
    """What goes by records, by indexes, by edges, by tokens, by counters, and by the trash."""
    rest = world.rest(made)
    everybody = rest("GET", "/rest/people").json
    ids = [person["id"] for person in everybody["data"]["people"]]
    return [
        everybody,
        [rest("GET", f"/rest/people/{record_id}").json for record_id in ids[:3]],
        rest("GET", "/rest/people", limit=2).json,
        rest("GET", "/rest/people", limit=2, ending_before=everybody["pageInfo"]["endCursor"]).json,
        rest("GET", "/rest/people", order_by="createdAt[DescNullsLast]").json,
        rest("GET", "/rest/people", filter='name.lastName[startsWith]:"Number"').json,
        rest("GET", "/rest/people", filter='jobTitle[ilike]:"%e%"').json,
        rest("GET", "/rest/people", filter="deletedAt[is]:NOT_NULL").json,
        rest("GET", "/rest/companies", depth=1).json,
        rest("GET", "/rest/people/groupBy", group_by='[{"name":{"lastName":true}}]').json,
    ]


def _places(world: World, made: Provisioned) -> set[tuple[str, str]]:
    """Where the people are."""
    found = set()
    for pk in [*keys_of(made), keys.records(made.workspace_id, _person(world, made).key)]:
        found |= {(pk, keys.sort_of(row)) for row in world.table.query_all(pk)}
    return found


def keys_of(made: Provisioned) -> list[str]:
    return [keys.records(made.workspace_id, "o2", shard) for shard in range(8)]


def test_everything_answers_as_before_and_writes_go_on(world: World) -> None:
    made = world.provision("Acme")
    fill(world, made)
    ids = {"workspaceId": made.workspace_id}
    before = _answers(world, made)
    assert _person(world, made).key == "o2"
    for shards in (2, 8):
        world.act("suspend_workspace", **ids)
        operation = _asked(world, made, shards)
        world.finish(operation, rows=3)
        done = world.act("read_operation", **ids, operationId=operation["id"])["operation"]
        assert (done["failure"], done["result"]["shards"]) == (None, shards)
        assert world.rest(made)("GET", "/rest/people").status == 403, "suspended, as before"
        world.finish(world.act("resume_workspace", **ids)["operation"])
        assert _answers(world, made) == before
        person = _person(world, made)
        assert person.shards == shards
        places = _places(world, made)
        assert places == {home(made.workspace_id, person, record_id) for _, record_id in places}
    rest = world.rest(made)
    new = rest("POST", "/rest/people", {"name": {"firstName": "New"}}).json["data"]["createPerson"]["id"]
    assert rest("PATCH", f"/rest/people/{new}", {"jobTitle": "Changed"}).status == 200
    assert rest("DELETE", f"/rest/people/{new}?soft_delete=true").status == 200
    assert rest("GET", f"/rest/people/{new}").status == 404
    assert rest("PATCH", f"/rest/restore/people/{new}").status == 200
    assert rest("GET", f"/rest/people/{new}").json["data"]["person"]["jobTitle"] == "Changed"
    assert rest("DELETE", f"/rest/people/{new}").status == 200
    assert _answers(world, made) == before


def test_an_operator_who_dies_anywhere_goes_on(world: World) -> None:
    made = world.provision("Acme")
    fill(world, made)
    before = _answers(world, made)
    ids = {"workspaceId": made.workspace_id}
    world.act("suspend_workspace", **ids)
    operation = _asked(world, made, 4)
    for at in range(200):
        table = CrashingTable(world.table.name, world.table._client, None, Fuse(at % 7))
        try:
            step = advance(world.around(table), made.workspace_id, operation["id"], Budget(rows=2, seconds=1e9))
        except Crash:
            # Another process may go on when the claim of the one that died has run out.
            world.later_ms += 120_000
            continue
        if step is None or step.is_done:
            break
    world.finish(operation)
    world.finish(world.act("resume_workspace", **ids)["operation"])
    assert at > 5
    assert _answers(world, made) == before
    assert len(partitions(made.workspace_id, _person(world, made))) == 4


def test_a_workspace_with_shards_is_deleted_as_a_whole(world: World) -> None:
    made = world.provision("Acme")
    fill(world, made)
    ids = {"workspaceId": made.workspace_id}
    world.act("suspend_workspace", **ids)
    world.finish(_asked(world, made, 4))
    world.finish(world.act("delete_workspace", **ids, confirm="Acme")["operation"])
    assert not any(world.table.query_all(pk) for pk in keys_of(made))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"object": "person", "shards": 3}, "shards must be one of 2, 4, 8, 16, 32, 64: person has 1"),
        ({"object": "people", "shards": 2}, "The workspace has no object people"),
        ({"object": "person", "shards": 2}, "The workspace is active, and must be suspended for this"),
    ],
)
def test_refusals(world: World, asked: dict[str, Any], message: str) -> None:
    made = world.provision("Acme")
    with pytest.raises(BadRequest, match=message):
        world.act("shard_records", workspaceId=made.workspace_id, **asked)
