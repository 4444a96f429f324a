"""The trash is emptied after the workspace's days, as if somebody destroyed what is in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from icosa.access.workspace_settings import trash_days
from icosa.lifecycle.job_steps import Work
from icosa.lifecycle.steps import Budget
from icosa.lifecycle.trash import TrashStep, ask_for_all, empty_trash
from icosa.provisioning.workspace import Provisioned
from icosa.store import keys
from icosa.store.meter import Meter
from tests.integration.lifecycle.world import World
from tests.support.rest_client import RestClient

DAY_MS = 86_400_000


@pytest.fixture
def made(world: World) -> Provisioned:
    return world.provision()


@pytest.fixture
def rest(world: World, made: Provisioned) -> RestClient:
    return world.rest(made)


def created(rest: RestClient, plural: str, body: Any) -> str:
    [record] = rest("POST", f"/rest/{plural}", body).json["data"].values()
    return str(record["id"])


def trash(rest: RestClient, plural: str, record_id: str) -> None:
    assert rest("DELETE", f"/rest/{plural}/{record_id}?soft_delete=true").status == 200


def in_trash(rest: RestClient, plural: str) -> list[str]:
    return [each["id"] for each in rest("GET", f"/rest/{plural}?filter=deletedAt[is]:NOT_NULL").json["data"][plural]]


def empty(world: World, made: Provisioned, days: float, **more: Any) -> TrashStep:
    """A step, so many days from now."""
    world.later_ms = int(days * DAY_MS)
    return empty_trash(world.around(), made.workspace_id, **more)


def settings(world: World, made: Provisioned, **data: Any) -> None:
    answer = world.metadata(made).graphql(
        "mutation ($data: UpdateWorkspaceInput!) { updateWorkspace(data: $data) { id } }", data=data
    )
    assert "errors" not in answer, answer


def test_what_is_due_goes_with_all_that_belongs_to_it(world: World, made: Provisioned, rest: RestClient) -> None:
    old = created(rest, "companies", {"name": "Old", "domainName": {"primaryLinkUrl": "https://old.example"}})
    person = created(rest, "people", {"companyId": old, "emails": {"primaryEmail": "a@old.example"}})
    gone = created(rest, "people", {"companyId": old, "emails": {"primaryEmail": "b@old.example"}})
    trash(rest, "companies", old)
    trash(rest, "people", gone)

    assert empty(world, made, 13.9) == TrashStep()
    assert in_trash(rest, "companies") == [old] and in_trash(rest, "people") == [gone]

    assert empty(world, made, 14.1) == TrashStep(destroyed=2)
    assert in_trash(rest, "companies") == in_trash(rest, "people") == []
    shown = rest("GET", f"/rest/people/{person}").json["data"]["person"]
    assert shown["companyId"] is None, "as after a destruction"
    # Their unique values are free again, and no row of theirs is left.
    created(rest, "companies", {"name": "New", "domainName": {"primaryLinkUrl": "https://old.example"}})
    created(rest, "people", {"emails": {"primaryEmail": "b@old.example"}})
    ids = {sk.rpartition("#")[2].rpartition("\x01")[2] for _, sk in rows(world)}
    assert not ids & {old, gone}
    assert rest("GET", "/rest/people").json["totalCount"] == 2


def rows(world: World) -> list[tuple[str, str]]:
    """The keys of all rows but those of the log, which is what tells of deletions."""
    found: list[tuple[str, str]] = []
    start = None
    while True:
        page, start, _ = world.table._client.sync_scan_page(world.table.name, exclusive_start_key=start)
        found += [(row["PK"], row["SK"]) for row in page if row["PK"].split("#")[1:2] != ["L"]]
        if start is None:
            return found


def test_the_workspace_says_after_how_many_days_if_at_all(world: World, made: Provisioned, rest: RestClient) -> None:
    note = created(rest, "notes", {"title": "n"})
    trash(rest, "notes", note)
    settings(world, made, trashEmptying="off")
    assert empty(world, made, 40_000) == TrashStep()
    settings(world, made, trashEmptying="on", trashRetentionDays=999_999)
    assert empty(world, made, 1) == TrashStep(), "a time before all times"
    settings(world, made, trashRetentionDays=30)
    assert empty(world, made, 29.9) == TrashStep()
    assert in_trash(rest, "notes") == [note]
    settings(world, made, trashRetentionDays=0)
    assert empty(world, made, 0.001) == TrashStep(destroyed=1)


def test_the_answer_says_until_when_a_record_can_be_restored(world: World, made: Provisioned, rest: RestClient) -> None:
    note = created(rest, "notes", {"title": "n"})
    known = "x-icosa-trash-until"
    assert known not in rest("GET", f"/rest/notes/{note}").headers
    deleted = rest("DELETE", f"/rest/notes/{note}?soft_delete=true").headers
    [record] = rest("GET", "/rest/notes?filter=deletedAt[is]:NOT_NULL").json["data"]["notes"]
    until = datetime.fromisoformat(record["deletedAt"]) + timedelta(days=14)
    assert datetime.fromisoformat(deleted[known]) == until
    assert rest("PATCH", f"/rest/notes/{note}", {"title": "m"}).headers[known] == deleted[known]
    assert known not in rest("PATCH", f"/rest/restore/notes/{note}").headers
    for data in ({"trashRetentionDays": 99_999_999}, {"trashEmptying": "off"}):
        settings(world, made, **data)
        assert known not in rest("DELETE", f"/rest/notes/{note}?soft_delete=true").headers


def test_what_comes_back_in_time_stays(world: World, made: Provisioned, rest: RestClient) -> None:
    note = created(rest, "notes", {"title": "n"})
    trash(rest, "notes", note)
    assert rest("PATCH", f"/rest/restore/notes/{note}").status == 200
    assert empty(world, made, 20) == TrashStep()
    assert rest("GET", f"/rest/notes/{note}").status == 200


def test_steps_go_on_where_the_last_one_ended(world: World, made: Provisioned, rest: RestClient) -> None:
    for plural in ("notes", "tasks", "companies"):
        for number in range(2):
            trash(rest, plural, created(rest, plural, {"name" if plural == "companies" else "title": str(number)}))
    ticks = iter([0.0, *[0.1] * 5, *[99.0] * 100])
    first = empty(world, made, 15, budget=Budget(seconds=1, clock=lambda: next(ticks)))
    assert first.next_object is not None and first.destroyed < 6
    second = empty(world, made, 15, first=first.next_object)
    assert second.next_object is None and first.destroyed + second.destroyed == 6


def test_what_others_forbid_to_destroy_stays(world: World, made: Provisioned, rest: RestClient) -> None:
    relation = {"type": "MANY_TO_ONE", "targetFieldLabel": "Held by", "targetFieldIcon": "IconX"}
    metadata = world.metadata(made)
    ids = {each["namePlural"]: each["id"] for each in metadata("GET", "/rest/metadata/objects").json["data"]["objects"]}
    relation["targetObjectMetadataId"] = ids["companies"]
    field = {"objectMetadataId": ids["notes"], "type": "RELATION", "name": "held", "label": "Held"}
    made_field = metadata("POST", "/rest/metadata/fields", {**field, "relationCreationPayload": relation})
    address = f"/rest/metadata/fields/{made_field.json['data']['createOneField']['id']}"
    assert metadata("PATCH", address, {"settings": {"onDelete": "RESTRICT"}}).status == 200
    held, free = (created(rest, "companies", {"name": name}) for name in "ab")
    created(rest, "notes", {"title": "n", "heldId": held})
    trash(rest, "companies", held)
    trash(rest, "companies", free)
    assert empty(world, made, 15) == TrashStep(destroyed=1)
    assert in_trash(rest, "companies") == [held]


def test_a_workspace_that_is_held_is_left_alone(world: World, made: Provisioned, rest: RestClient) -> None:
    note = created(rest, "notes", {"title": "n"})
    trash(rest, "notes", note)
    row = world.table.get(keys.workspace(made.workspace_id))
    assert row is not None
    for status in ("suspended", "deleting"):
        world.table.write_batch([{**row, "status": status}])
        assert empty(world, made, 15) == TrashStep()


def test_an_empty_trash_costs_half_a_unit_an_object(world: World, made: Provisioned) -> None:
    objects = len(world.metadata(made)("GET", "/rest/metadata/objects").json["data"]["objects"])
    meter = Meter()
    world.later_ms = 15 * DAY_MS
    empty_trash(world.around(world.table.metered(meter)), made.workspace_id)
    assert meter.write_units == 0 and meter.read_units <= objects + 4


def test_a_round_asks_for_every_workspace(world: World, made: Provisioned, rest: RestClient) -> None:
    note = created(rest, "notes", {"title": "n"})
    trash(rest, "notes", note)
    world.later_ms = 15 * DAY_MS
    other = world.provision("Other")
    assert ask_for_all(world.around()) == 2
    assert sorted(world.jobs.trash) == sorted([(made.workspace_id, None), (other.workspace_id, None)])
    work = Work(world.around())
    for workspace_id, _ in world.jobs.trash:
        work.message({"workspaceId": workspace_id, "task": "trash"})
    assert in_trash(rest, "notes") == []


@pytest.mark.parametrize(
    ("preferences", "days"),
    [({}, 14), ({"trashRetentionDays": 3}, 3), ({"trashEmptying": "off"}, None), ({"trashEmptying": "on"}, 14)],
)
def test_days_of_a_workspace(preferences: dict[str, Any], days: int | None) -> None:
    assert trash_days(preferences) == days
