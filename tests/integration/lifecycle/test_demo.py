"""A demo workspace can go on without its demo records, and nothing else goes with them."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.access.session import open_context
from icosa.lifecycle import demo
from icosa.lifecycle.demo import demo_id, demo_records
from icosa.provisioning.workspace import Provisioned
from icosa.shipped import load
from tests.integration.lifecycle.world import World
from tests.support.provisioning import event_of

#: Of each object's demo records so many, with all that they refer to.
_FEW = ("companies", "people", "notes", "noteTargets")


@pytest.fixture
def made(world: World, monkeypatch: pytest.MonkeyPatch) -> Provisioned:
    """A workspace with a few of the demo's records."""

    def few(name: str) -> Any:
        if name == "demo/index":
            return list(_FEW)
        return _bodies(name.removeprefix("demo/"))

    monkeypatch.setattr(demo, "load", few)
    monkeypatch.setattr("icosa.provisioning.demo.load", few)
    return world.provision("Demo", demo=True)


def _bodies(plural: str) -> list[dict[str, Any]]:
    """The first three, without references to what is not among them."""
    bodies = [dict(body) for body in load(f"demo/{plural}")[:3]]
    for body in bodies:
        for name in [name for name in body if name.endswith("Id") and name != "noteId"]:
            del body[name]
    return bodies


def _left(world: World, made: Provisioned) -> dict[str, int]:
    return {plural: world.rest(made)("GET", f"/rest/{plural}").json["totalCount"] for plural in _FEW}


def test_unchanged_demo_records_go_and_everything_else_stays(world: World, made: Provisioned) -> None:
    rest, metadata, ws = world.rest(made), world.metadata(made), made.workspace_id
    company = demo_id(ws, load("demo/companies")[0]["id"])
    changed, trashed = (demo_id(ws, load("demo/people")[number]["id"]) for number in (0, 1))
    assert rest("PATCH", f"/rest/people/{changed}", {"jobTitle": "Mine", "companyId": company}).status == 200
    assert rest("DELETE", f"/rest/people/{trashed}?soft_delete=true").status == 200
    own = rest("POST", "/rest/companies", {"name": "My own"}).json["data"]["createCompany"]["id"]

    found = metadata("GET", "/rest/metadata/demoRecords").json
    assert found == {
        "unchanged": {"companies": 3, "people": 1, "notes": 3, "noteTargets": 3},
        "changed": {"people": 2},
    }
    gone = metadata("DELETE", "/rest/metadata/demoRecords").json
    assert gone == {"removed": found["unchanged"], "kept": {"people": 2}, "left": {}}
    assert _left(world, made) == {"companies": 1, "people": 1, "notes": 0, "noteTargets": 0}
    assert rest("GET", f"/rest/companies/{own}").status == 200
    assert rest("GET", f"/rest/people/{changed}").json["data"]["person"]["companyId"] is None

    gone = metadata("DELETE", "/rest/metadata/demoRecords", with_changed="true").json
    assert (gone["removed"], gone["kept"]) == ({"people": 2}, {})
    assert _left(world, made) == {"companies": 1, "people": 0, "notes": 0, "noteTargets": 0}
    assert metadata("DELETE", "/rest/metadata/demoRecords", with_changed="perhaps").status == 400


def test_what_is_not_reached_in_time_is_left_for_the_next_request(
    world: World, made: Provisioned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("icosa.api.metadata.demo._SECONDS", -1.0)
    gone = world.metadata(made)("DELETE", "/rest/metadata/demoRecords").json
    assert (gone["removed"], gone["left"]["people"]) == ({}, 3)


def test_an_operator_removes_them_too(world: World, made: Provisioned) -> None:
    operation = world.act("remove_demo", workspaceId=made.workspace_id, by="ann@ops")["operation"]
    world.finish(operation)
    done = world.act("read_operation", workspaceId=made.workspace_id, operationId=operation["id"])["operation"]
    assert done["result"] == {"removed": dict.fromkeys(_FEW, 3), "kept": {}}
    assert set(_left(world, made).values()) == {0}


def test_who_may_not_is_refused(world: World, made: Provisioned) -> None:
    ids = {"workspaceId": made.workspace_id}
    flags = {"canReadAllObjectRecords": True, "canUpdateAllObjectRecords": True}
    for label, more, status in (("Reader", {}, 403), ("Settings", {"canUpdateAllSettings": True}, 403)):
        role = world.act("create_role", **ids, role={"label": label, **flags, **more})["role"]["id"]
        key = world.act("create_api_key", **ids, name=label, roleId=role)["apiKey"]["id"]
        call = world.metadata(made)
        call._event = event_of(made, key_id=key)
        assert call("DELETE", "/rest/metadata/demoRecords").status == status
    assert set(_left(world, made).values()) == {3}


def test_no_demo_record_counts_as_changed_when_it_is_new(world: World, made: Provisioned) -> None:
    found = list(demo_records(open_context(event_of(made), world.table)))
    assert [(each.object.name_plural, len(each.unchanged), each.changed) for each in found] == [
        (plural, 3, []) for plural in reversed(_FEW)
    ]
