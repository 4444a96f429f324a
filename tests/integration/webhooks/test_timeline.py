"""Changes as activities on timelines: what is told, on whose timelines, once, and at what price."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from icosa.catalog.models import forget
from icosa.query.operation import Restore
from icosa.store import keys
from icosa.store.meter import Meter
from icosa.store.ops import set_attributes
from icosa.store.table import Table
from icosa.webhooks.timeline.activities import MOST_BYTES
from tests.integration.engine.crashes import CrashingTable, Fuse
from tests.support.streams import Stream, streaming_table
from tests.support.tenant import WORKSPACE, Tenant

from .listeners import Listeners

Row = dict[str, Any]


class Office:
    """A workspace with a timeline, whose stream is handed on by hand."""

    def __init__(self, table: Table, stream: Stream) -> None:
        self.tenant = Tenant(table)
        self.stream = stream
        self.listeners = Listeners(table)
        self.meter = Meter()
        self.turn("on")
        self.stream.take()

    def turn(self, state: str) -> None:
        self.tenant.table.update(set_attributes(keys.workspace(WORKSPACE), {"preferences": {"timeline": state}}))

    def tell(self) -> None:
        """Hand on what has happened, until nothing more follows from it. ``meter`` has the costs."""
        self.meter = Meter()
        while records := self.stream.take():
            assert self.listeners.tell(records) == {}
            self.meter.add_parallel([self.listeners.meter.total()])

    def activities(self, **condition: Any) -> list[Row]:
        found = self.tenant.find("timelineActivity", condition or None)
        return sorted(found, key=lambda row: (row["happensAt"], row["name"]))

    def names(self, **condition: Any) -> list[str]:
        return sorted(row["name"] for row in self.activities(**condition))

    def restore(self, name: str, record_id: str) -> None:
        self.tenant.run(Restore(object=self.tenant.object(name), id=record_id))


@pytest.fixture
def office(dynamodb_endpoint: str) -> Iterator[Office]:
    forget()  # The model of another test's workspace of the same id.
    with streaming_table(dynamodb_endpoint) as (table, stream):
        yield Office(table, stream)
    forget()


def _of(field: str, record_id: str) -> Row:
    return {field: {"eq": record_id}}


def test_the_life_of_a_record(office: Office) -> None:
    tenant = office.tenant
    [person] = tenant.create("person", {"name": {"firstName": "Ann", "lastName": "Lee"}, "jobTitle": "Cook"})
    tenant.update("person", person, {"jobTitle": "Chef"})
    tenant.delete("person", person, destroy=False)
    office.restore("person", person)
    office.tell()
    assert office.names(**_of("targetPersonId", person)) == [
        "person.created",
        "person.deleted",
        "person.restored",
        "person.updated",
    ]
    [updated] = office.activities(name={"eq": "person.updated"})
    obj = tenant.object("person")
    assert updated["properties"] == {
        "diff": {"jobTitle": {"before": "Cook", "after": "Chef"}},
        "fieldMetadataIds": {"jobTitle": obj.by_name["jobTitle"].id},
    }
    assert updated["happensAt"] == updated["createdAt"]
    assert (updated["createdBy"]["source"], updated["createdBy"]["name"]) == ("API", "test")
    assert updated["linkedRecordId"] == person and updated["linkedObjectMetadataId"] == obj.id
    assert updated["linkedRecordCachedName"] == "Ann Lee" and updated["targetCompanyId"] is None
    [created] = office.activities(name={"eq": "person.created"})
    assert created["properties"] is None
    tenant.delete("person", person)
    office.tell()
    # Those on its timeline have gone with it, as the relation says; what is left says so.
    [left] = office.activities()
    assert (left["name"], left["targetPersonId"], left["linkedRecordId"]) == ("person.destroyed", None, person)
    assert left["createdBy"]["source"] == "SYSTEM"


def test_what_keeps_its_activities_when_it_is_destroyed(office: Office) -> None:
    [deal] = office.tenant.create("opportunity", {"name": "Big one"})
    office.tell()
    office.tenant.delete("opportunity", deal)
    office.tell()
    rows = office.activities()
    assert [(row["name"], row["targetOpportunityId"]) for row in rows] == [
        ("opportunity.created", None),
        ("opportunity.destroyed", None),
    ] or [row["name"] for row in rows] == ["opportunity.destroyed", "opportunity.created"]
    assert {row["linkedRecordId"] for row in rows} == {deal}


def test_updates_of_system_fields_alone_are_not_told(office: Office) -> None:
    [person] = office.tenant.create("person", {"jobTitle": "Cook"})
    office.tell()
    office.tenant.update("person", person, {"position": 7})
    office.tenant.update("person", person, {"jobTitle": "Cook"})
    office.tenant.update("person", person, {"createdAt": "2020-01-01T00:00:00.000Z"})
    office.tell()
    assert office.names() == ["person.created"]


def test_notes_and_tasks_are_on_the_timelines_of_their_targets(office: Office) -> None:
    tenant = office.tenant
    [person] = tenant.create("person", {"name": {"firstName": "Ann"}})
    [company] = tenant.create("company", {"name": "Acme"})
    [note] = tenant.create("note", {"title": "Called"})
    [task] = tenant.create("task", {"title": "Call"})
    [first] = tenant.create("noteTarget", {"noteId": note, "targetPersonId": person})
    tenant.create("noteTarget", {"noteId": note, "targetCompanyId": company})
    tenant.create("taskTarget", {"taskId": task, "targetPersonId": person})
    office.tell()
    of_person = {"targetPersonId": {"eq": person}}
    assert office.names(**of_person) == ["linked-note.created", "linked-task.created", "person.created"]
    [linked] = office.activities(**of_person, name={"eq": "linked-note.created"})
    assert linked["linkedRecordId"] == note and linked["linkedRecordCachedName"] == "Called"
    assert linked["linkedObjectMetadataId"] == tenant.object("note").id and linked["properties"] is None

    tenant.update("note", note, {"title": "Called twice"})
    office.tell()
    updated = office.activities(name={"eq": "linked-note.updated"})
    assert sorted((row["targetPersonId"] or "", row["targetCompanyId"] or "") for row in updated) == sorted(
        [(person, ""), ("", company)]
    )
    assert {row["properties"]["diff"]["title"]["after"] for row in updated} == {"Called twice"}
    assert office.names(targetNoteId={"eq": note}) == ["note.created", "note.updated"]

    # A link that leads to somebody else.
    [other] = tenant.create("person", {"name": {"firstName": "Bob"}})
    tenant.update("noteTarget", first, {"targetPersonId": other})
    office.tell()
    assert office.names(targetPersonId={"eq": other}) == ["linked-note.created", "person.created"]

    # The links go to the trash with the note, and tell of it.
    tenant.delete("note", note, destroy=False)
    office.tell()
    assert office.names(targetCompanyId={"eq": company}) == [
        "company.created",
        "linked-note.created",
        "linked-note.deleted",
        "linked-note.updated",
    ]


def test_custom_objects_have_a_timeline(office: Office) -> None:
    obj = office.tenant.new_object("rocket")
    [rocket] = office.tenant.create("rocket", {"name": "Ariane"})
    office.tell()
    [row] = office.activities(targetRocketId={"eq": rocket})
    assert (row["name"], row["linkedObjectMetadataId"]) == ("rocket.created", obj.id)


def test_a_reference_that_is_cleared_is_told_as_the_doing_of_who_destroyed(office: Office) -> None:
    [company] = office.tenant.create("company", {"name": "Acme"})
    [person] = office.tenant.create("person", {"companyId": company})
    office.tell()
    office.tenant.delete("company", company)
    office.tell()
    [row] = office.activities(name={"eq": "person.updated"})
    assert row["properties"]["diff"] == {"companyId": {"before": company, "after": None}}
    assert row["createdBy"]["source"] == "API" and row["targetPersonId"] == person


def test_large_changes_are_told_by_their_names(office: Office) -> None:
    [person] = office.tenant.create("person", {})
    office.tenant.update("person", person, {"jobTitle": "x" * MOST_BYTES})
    office.tell()
    [row] = office.activities(name={"eq": "person.updated"})
    assert row["properties"]["diff"] == {"jobTitle": {"before": None, "after": None}}
    assert row["properties"]["truncated"] is True


def test_timelines_tell_of_themselves_to_nobody(office: Office) -> None:
    """Neither activities nor events follow from activities, whoever writes, changes or removes them."""
    office.listeners.add_webhook("a", "*.*")
    office.listeners.turn_the_feed_on()
    office.tenant.create("person", {"name": {"firstName": "Ann"}})
    office.tell()
    [activity] = office.activities()
    office.tenant.update("timelineActivity", activity["id"], {"name": "other"})
    office.tenant.delete("timelineActivity", activity["id"])
    office.tenant.create("timelineActivity", {"name": "written by hand"})
    office.tell()
    assert office.names() == ["written by hand"]
    assert [event.name for event in office.listeners.events()] == ["person.created"]


def test_webhooks_hear_of_what_they_want_alone(office: Office) -> None:
    office.listeners.add_webhook("a", "company.*")
    office.tenant.create("person", {"name": {"firstName": "Ann"}})
    office.tenant.create("company", {"name": "Acme"})
    office.tell()
    assert [event.name for event in office.listeners.events()] == ["company.created"]
    assert office.names() == ["company.created", "person.created"]


def test_a_crash_at_each_call(office: Office) -> None:
    """Whatever call is the last of a process, its records come again: nothing is lost, nothing is there twice."""
    tenant = office.tenant
    [company] = tenant.create("company", {"name": "Acme"})
    office.tell()
    tenant.update("company", company, {"name": "Acme Inc"})
    [note] = tenant.create("note", {"title": "Called"})
    tenant.create("noteTarget", {"noteId": note, "targetCompanyId": company})
    tenant.create("person", *({"name": {"firstName": str(number)}} for number in range(30)))
    records = office.stream.take()
    expected = Counter({"company.created": 1, "company.updated": 1, "note.created": 1, "person.created": 30})
    expected["linked-note.created"] = 1
    for number in count():
        table = CrashingTable(tenant.table.name, tenant.table._client, fuse=Fuse(number))
        if not Listeners(table).tell(records):
            break
    assert number > 5
    assert office.listeners.tell(records) == {}
    assert Counter(office.names()) == expected
    assert tenant.orphans() == []


def test_activities_of_what_is_gone_meanwhile(office: Office) -> None:
    """The stream is late: what is told of has been destroyed."""
    [person] = office.tenant.create("person", {"name": {"firstName": "Ann"}})
    [deal] = office.tenant.create("opportunity", {"name": "Big one"})
    first = office.stream.take()
    office.tenant.delete("person", person)
    office.tenant.delete("opportunity", deal)
    second = office.stream.take()
    for records in (first, second, first):
        assert office.listeners.tell(records) == {}
    assert office.names() == ["opportunity.created", "opportunity.destroyed", "person.destroyed"]
    assert office.tenant.orphans() == []


# ------------------------------------------------------------------ costs


def test_off_it_costs_nothing(office: Office) -> None:
    office.turn("off")
    office.tenant.create("person", {"name": {"firstName": "Ann"}})
    office.tell()
    meter = office.listeners.meter
    assert (meter.round_trips, meter.read_units, meter.write_units) == (2, 2.0, 0.0)  # As ever: a look at who listens.
    assert office.activities() == []


def test_costs(office: Office) -> None:
    """The figures of docs/wire/timeline.md#cost, without two looks at who listens: activities come back, too."""
    tenant = office.tenant

    def cost() -> tuple[float, float]:
        office.tell()
        return office.meter.read_units - 2, office.meter.write_units

    [company] = tenant.create("company", {"name": "Warm"})
    office.tell()
    [person] = tenant.create("person", {"name": {"firstName": "Ann"}})
    assert cost() == (4.0, 10.0)
    tenant.update("person", person, {"jobTitle": "Chef"})
    assert cost() == (4.0, 10.0)
    tenant.update("person", person, {"position": 3})
    office.tell()
    assert office.meter.write_units == 0.0
    tenant.create("person", *({"name": {"firstName": str(number)}} for number in range(60)))
    assert cost() == (181.0, 60 * 8.0 + 3 * 2.0)
    [note] = tenant.create("note", {"title": "Called"})
    office.tell()
    tenant.create(
        "noteTarget", {"noteId": note, "targetPersonId": person}, {"noteId": note, "targetCompanyId": company}
    )
    assert cost() == (9.0, 18.0)
    tenant.update("note", note, {"title": "Called twice"})
    assert cost() == (13.0, 26.0)
