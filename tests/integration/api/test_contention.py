"""Counters that become more by themselves where transactions meet in them (docs/storage.md#counters)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from icosa.access.times import stored_time
from icosa.catalog.commit import read
from icosa.catalog.jobs import Job, list_jobs, new_job
from icosa.catalog.spreading import ask_for_counters
from icosa.errors import Unavailable
from icosa.metadata.job_runner import run
from icosa.model.model import Model, Object
from icosa.store import keys
from icosa.store.contention import CONFLICTS_THAT_PAY, Conflicts, Contention, counted
from icosa.store.meter import Meter
from icosa.store.ops import PutItem, UpdateItem
from icosa.store.table import Table
from tests.support.crowded import CrowdedClient, crowded
from tests.support.graphql_client import GraphqlClient
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient
from tests.support.workspace import workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")

NOW = "2099-05-04T09:12:44.120Z"


class World:
    """A workspace whose writers meet in counters when a test says so."""

    def __init__(self, table: Table, workspace: Any) -> None:
        self.table, self.ws = table, workspace.workspace_id
        busy, self.client = crowded(table)
        self.rest = RestClient(busy, event_of(workspace))
        self.graphql = GraphqlClient(busy, event_of(workspace))
        self.metadata = MetadataClient(busy, event_of(workspace))

    @property
    def model(self) -> Model:
        return read(self.table, self.ws).model

    def object(self, name: str) -> Object:
        return self.model.by_singular[name]

    def noted(self, obj: Object) -> int:
        return sum(row["n"] for row in self.rows(obj))

    def rows(self, obj: Object) -> list[dict[str, Any]]:
        return self.table.query_all(keys.conflicts(self.ws, obj.key, "")[0], prefix=f"{obj.key}#")

    def jobs(self, obj: Object) -> list[Job]:
        return [job for job in list_jobs(self.table, self.ws) if job.kind == "spread" and job.object_key == obj.key]

    def were(self, obj: Object, conflicts: int) -> None:
        """Let so many conflicts be noted in this hour, and in the next, should it begin meanwhile."""
        moment = datetime.now(UTC)
        for hour in (moment, moment + timedelta(hours=1)):
            key = keys.conflicts(self.ws, obj.key, f"{hour:%Y-%m-%dT%H}")
            self.table.transact([PutItem(keys.item_at(key, n=conflicts))])

    def do(self, job: Job) -> None:
        moment = datetime.now(UTC)
        now_ms = int(moment.timestamp() * 1000)
        assert run(self.table, self.ws, job.id, now=stored_time(moment), now_ms=now_ms).is_done


@pytest.fixture(scope="module")
def shared_world(shared_table: Table, workspace: Any) -> World:
    return World(shared_table, workspace)


@pytest.fixture
def world(shared_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    counted.clear()
    yield shared_world
    shared_world.client.conflicts = 0


@pytest.fixture
def client(world: World) -> CrowdedClient:
    return world.client


def test_what_meets_in_a_counter_is_noted(world: World, client: CrowdedClient) -> None:
    """Whatever writes, in a transaction or a batch; each process at once, then once a minute."""
    note, ids = world.object("note"), []

    def conflict(times: int = 1) -> int:
        before = world.noted(note)
        counted.clear()
        client.conflicts = times
        return before

    before = conflict()
    ids.append(world.rest("POST", "/rest/notes", {"title": "one"}).json["data"]["createNote"]["id"])
    assert world.noted(note) - before == 1
    before = conflict()
    assert world.rest("POST", "/rest/batch/notes", [{"title": str(number)} for number in range(60)]).status == 201
    assert world.noted(note) - before == 1
    before = conflict()
    created = world.graphql.send("POST", {"query": 'mutation { createNote(data: {title: "x"}) { id } }'}).json
    ids.append(created["data"]["createNote"]["id"])
    assert world.noted(note) - before == 1
    before = conflict()
    assert world.rest("DELETE", f"/rest/notes/{ids[0]}", soft_delete=True).status == 200
    assert world.noted(note) - before == 1
    before = conflict(times=3)
    assert world.rest("PATCH", f"/rest/restore/notes/{ids[0]}").status == 200
    assert world.noted(note) - before == 1, "two of three wait for a minute to be over"
    assert world.rest("GET", "/rest/notes", limit=1).json["totalCount"] == 62
    assert world.jobs(note) == []
    assert all(row["ttl"] > 0 for row in world.rows(note))


def test_a_note_is_not_the_requests_business(world: World, client: CrowdedClient) -> None:
    explain = {"X-Icosa-Explain": "1"}
    alone = world.rest("POST", "/rest/tasks", {"title": "one"}, headers=explain).headers
    client.conflicts = 2
    crowded = world.rest("POST", "/rest/tasks", {"title": "two"}, headers=explain).headers
    for name in ("x-icosa-capacity", "x-icosa-authentication"):
        assert alone[name] == crowded[name]
    assert world.noted(world.object("task")) == 1


def test_conflicts_of_other_rows_are_not_noted(world: World) -> None:
    meter = Meter()
    contention = Contention(world.table.metered(meter), world.model, now=NOW, ask=ask_for_counters)
    person = world.object("person")
    contention.met([(keys.records(world.ws, person.key), "x"), keys.workspace(world.ws), ("@W", "x")])
    contention.met([(keys.counter(world.ws, "o999"), "0")])
    contention.settle()
    assert meter.total().calls == 0 and world.rows(person) == []


def test_enough_conflicts_give_an_object_more_counters(world: World, client: CrowdedClient) -> None:
    company = world.object("company")
    world.were(company, CONFLICTS_THAT_PAY - 2)
    client.conflicts = 1
    assert world.rest("POST", "/rest/companies", {"name": "one"}).status == 201
    assert world.jobs(company) == []
    counted.clear()
    client.conflicts = 1
    world.were(company, CONFLICTS_THAT_PAY - 1)
    assert world.rest("POST", "/rest/companies", {"name": "two"}).status == 201
    [job] = world.jobs(company)
    shown = world.metadata("GET", f"/rest/metadata/jobs/{job.id}").json
    assert (shown["kind"], shown["objectNameSingular"], shown["state"]) == ("SPREAD_COUNTERS", "company", "WAITING")
    asked = world.metadata.data("query ($id: UUID!) { job(id: $id) { kind } }", id=job.id)
    assert asked["job"]["kind"] == "SPREAD_COUNTERS"

    world.do(job)
    assert world.object("company").counters == 128
    entry = world.metadata("GET", "/rest/metadata/auditLog").json["data"][0]
    assert entry["action"] == "counters.spread" and entry["actor"]["type"] == "SYSTEM"
    assert entry["target"] == {"type": "object", "id": company.id, "label": "company"}
    assert (entry["before"], entry["after"]) == ({"counters": 16}, {"counters": 128})

    # The next request knows, and what still meets is noted no more.
    counted.clear()
    noted, client.conflicts = world.noted(company), 1
    assert world.rest("POST", "/rest/companies", {"name": "three"}).status == 201
    assert world.noted(company) == noted and world.jobs(company) == []
    assert world.rest("GET", "/rest/companies", limit=1).json["totalCount"] == 3
    # A second job, of a process that did not know yet, changes nothing.
    version = world.model.version
    ask_for_counters(world.table, world.ws, company, stored_time(datetime.now(UTC) - timedelta(hours=2)))
    world.do(*world.jobs(company))
    assert world.model.version == version


def test_counters_are_asked_for_once_an_hour(world: World) -> None:
    """Each note costs a write unit and a read unit, and the one that asks 4 write units more."""
    obj, book = world.object("opportunity"), Conflicts(clock=iter(range(0, 600, 60)).__next__)
    counter = (keys.counter(world.ws, obj.key), "3")

    def conflict(now: str) -> tuple[float, float]:
        meter = Meter()
        table = world.table.metered(meter)
        contention = Contention(table, world.model, now=now, ask=ask_for_counters, conflicts=book)
        contention.met([counter])
        contention.settle()
        assert meter.calls == 0
        return meter.total().write_units, meter.total().read_units

    def let_there_be(now: str) -> None:
        key = keys.conflicts(world.ws, obj.key, now[:13])
        world.table.update(UpdateItem(key, "ADD n :n", values={":n": CONFLICTS_THAT_PAY - 2}))

    let_there_be(NOW)
    assert conflict(NOW) == (1, 1)
    assert conflict(NOW) == (1 + 4, 1)
    assert conflict(NOW) == (1, 1)
    assert len(world.jobs(obj)) == 1
    ask_for_counters(world.table, world.ws, obj, NOW)  # another process, at the same moment
    assert len(world.jobs(obj)) == 1
    later = "2099-05-04T10:00:00.000Z"
    assert conflict(later) == (1, 1), "an hour begins with no conflicts"
    let_there_be(later)
    assert conflict(later) == (1 + 4, 1)
    assert len(world.jobs(obj)) == 2


def test_what_could_not_be_noted_is_noted_later(world: World) -> None:
    class Silent(Table):
        def update(self, op: UpdateItem) -> bool:
            raise Unavailable("The record store does not answer. Please try again.")

    obj, book = world.object("workflow"), Conflicts(clock=iter(range(0, 600, 60)).__next__)
    for table in (Silent(world.table.name, world.table._client), world.table):
        contention = Contention(table, world.model, now=NOW, ask=ask_for_counters, conflicts=book)
        contention.met([(keys.counter(world.ws, obj.key), "0")])
        contention.settle()
    assert world.noted(obj) == 2


def test_an_object_that_is_gone(world: World) -> None:
    job = new_job("spread", object_key="o999", object_id="", now_ms=0, not_before_ms=0)
    world.table.transact([PutItem(job.row(world.ws))])
    version = world.model.version
    world.do(job)
    assert world.model.version == version
    assert job.id not in {each.id for each in list_jobs(world.table, world.ws)}


def test_a_workspace_that_is_gone(table: Table) -> None:
    job = new_job("spread", object_key="o1", object_id="", now_ms=0, not_before_ms=0)
    table.transact([PutItem(job.row("gone"))])
    assert run(table, "gone", job.id, now=NOW, now_ms=1).is_done
    assert list_jobs(table, "gone") == []


def test_conflicts_of_a_minute_add_up() -> None:
    seconds = 0.0
    book = Conflicts(clock=lambda: seconds)
    place, other = ("w", "o1"), ("w", "o2")
    assert [book.add(place) for _ in range(3)] == [1, 0, 0]
    assert book.add(other) == 1
    seconds = 59.9
    assert book.add(place) == 0
    seconds = 60
    assert book.add(place) == 4
    book.give_back(place, 4)
    seconds = 120
    assert book.add(place) == 5
