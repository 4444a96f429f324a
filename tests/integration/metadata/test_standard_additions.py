"""Workspaces from before mail, calendars and favorites receive these objects (docs/deploying.md#upgrades)."""

from __future__ import annotations

from icosa.metadata.standard import standard_model
from icosa.shipped import load
from icosa.store import keys
from icosa.store.ops import set_attributes
from icosa.store.table import Table
from icosa.store.versions import CURRENT, STANDARD
from tests.integration.metadata.test_migrations import described, migrate, older_model, versions
from tests.support.tenant import NOW, WORKSPACE, Tenant

#: All standard objects from this one on came with version 2.
_NEW = load("standard-objects/index")[load("standard-objects/index").index("favorite") :]


def workspace_of_version_1(table: Table) -> Tenant:
    tenant = Tenant(table, older_model(_NEW, ()))
    table.update(set_attributes(keys.workspace(WORKSPACE), {STANDARD: 1}))
    return tenant


def test_they_come_with_their_relations(table: Table) -> None:
    tenant = workspace_of_version_1(table)
    [person] = tenant.create("person", {"jobTitle": "CEO"})
    job = migrate(table)
    tenant.finish_jobs()

    assert (job.state, job.work and job.work["report"], versions(table)) == ("DONE", [], CURRENT)
    assert described(tenant.model()) == described(standard_model(WORKSPACE, now=NOW))
    assert tenant.object("message").rights_by_role
    [message] = tenant.create("message", {"subject": "Hello"})
    tenant.create("messageParticipant", {"messageId": message, "personId": person, "handle": "ada@example.com"})
    tenant.create("favorite", {"personId": person})
    assert tenant.values("messageParticipant", "handle", {"person": {"jobTitle": {"eq": "CEO"}}}) == ["ada@example.com"]
    assert tenant.orphans() == []


def test_what_a_workspace_has_made_under_these_names_stays_and_is_reported(table: Table) -> None:
    tenant = workspace_of_version_1(table)
    tenant.new_object("message", namePlural="messages")
    tenant.new_object("meeting", namePlural="calendarEvents")
    tenant.new_field(tenant.object("person"), "TEXT", "favorites")
    tenant.create("message", {"name": "Mine"})
    job = migrate(table)
    tenant.finish_jobs()

    model = tenant.model()
    assert versions(table) == CURRENT
    assert (model.by_singular["message"].is_custom, model.by_plural["calendarEvents"].name_singular) == (
        True,
        "meeting",
    )
    assert tenant.values("message", "name", {}) == ["Mine"]
    assert model.by_singular["person"].by_name["favorites"].type.name == "TEXT"
    assert "person" not in model.by_singular["favorite"].by_name
    assert model.by_singular["favorite"].by_name["company"].relation is not None
    assert {"person", "workspaceMember"} <= model.by_singular["messageParticipant"].by_name.keys()
    assert "message" not in model.by_singular["messageParticipant"].by_name
    assert job.work is not None
    depends = "was not added: it depends on what was not added"
    assert sorted(job.work["report"]) == sorted(
        [
            "message was not added: Object already exists",
            "calendarEvent was not added: Object already exists",
            'person.favorites was not added: Name "favorites" is not available as it is already used by another field',
            f"favorite.person {depends}",
            *(
                f"{name} {depends}"
                for name in (
                    "messageThread.messages",
                    "messageParticipant.message",
                    "messageChannelMessageAssociation.message",
                    "calendarEventParticipant.calendarEvent",
                    "calendarChannelEventAssociation.calendarEvent",
                )
            ),
        ]
    )
    tenant.create("messageParticipant", {"handle": "ada@example.com"})
    assert tenant.orphans() == []
