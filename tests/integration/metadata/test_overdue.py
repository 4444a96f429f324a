"""Jobs that the stream does not bring to their queue: requests do them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from icosa.catalog.jobs import FENCE_MS, OVERDUE_MS, list_jobs
from icosa.engine.write import follow_up
from icosa.errors import Unavailable
from icosa.metadata import job_runner
from icosa.metadata.overdue import do_overdue
from icosa.runtime.observation import OverdueJobs
from icosa.store import keys
from icosa.store.meter import Meter
from icosa.store.workspace_row import JOBS_DUE, new_settings, put_off_jobs
from tests.support.tenant import WORKSPACE, Tenant


def due_of(tenant: Tenant) -> int | None:
    """From when on requests do the workspace's jobs, as they read it."""
    workspace = tenant.table.get(keys.workspace(WORKSPACE))
    assert workspace is not None
    return int(workspace[JOBS_DUE]) if JOBS_DUE in workspace else None


def request(tenant: Tenant, now_ms: int, *, seconds: float = 1.0, meter: Meter | None = None) -> None:
    """What a request at a moment does beside its own work."""
    due = due_of(tenant)
    if due is not None and due <= now_ms:
        jobs = OverdueJobs(tenant.table.metered(meter or Meter()), WORKSPACE, due)
        do_overdue(jobs, now_ms=now_ms, seconds=seconds)


def requests_until_done(tenant: Tenant) -> int:
    """How many requests it took until nothing was left, one after the other; each comes when the last one may be
    followed.
    """
    number = 0
    while (due := due_of(tenant)) is not None:
        request(tenant, due)
        number += 1
        assert number < 50
    return number


def with_records(tenant: Tenant, records: int = 3) -> Any:
    rocket = tenant.new_object()
    tenant.create("rocket", *({"name": f"r{i}"} for i in range(records)))
    return rocket


def new_field(tenant: Tenant) -> None:
    tenant.new_field(with_records(tenant), "NUMBER", "mass", defaultValue=3)


def deleted_field(tenant: Tenant) -> None:
    field = tenant.new_field(with_records(tenant), "TEXT", "motto")
    tenant.create("rocket", {"name": "x", "motto": "up"})
    tenant.service().delete_field(field.id)


def deleted_object(tenant: Tenant) -> None:
    tenant.service().delete_object(with_records(tenant).id)


def renamed_object(tenant: Tenant) -> None:
    rocket = with_records(tenant)
    tenant.new_field(rocket, "TEXT", "motto")
    tenant.service().update_object(rocket.id, {"nameSingular": "ship", "namePlural": "ships"})


def new_label(tenant: Tenant) -> None:
    rocket = with_records(tenant)
    motto = tenant.new_field(rocket, "TEXT", "motto")
    tenant.service().update_object(rocket.id, {"labelIdentifierFieldMetadataId": motto.id})


def new_relation(tenant: Tenant) -> None:
    relation = {
        "targetObjectMetadataId": tenant.object("person").id,
        "targetFieldLabel": "Rockets",
        "targetFieldIcon": "IconX",
        "type": "MANY_TO_ONE",
    }
    tenant.new_field(with_records(tenant), "RELATION", "pilot", relationCreationPayload=relation)


@pytest.mark.parametrize("change", [new_field, deleted_field, deleted_object, renamed_object, new_label, new_relation])
def test_requests_complete_what_follows_from_a_change(tenant: Tenant, change: Callable[[Tenant], None]) -> None:
    change(tenant)
    [*jobs] = list_jobs(tenant.table, WORKSPACE)
    assert jobs and due_of(tenant) == min(job.created_ms for job in jobs) + FENCE_MS + OVERDUE_MS

    assert requests_until_done(tenant) >= 1

    assert list_jobs(tenant.table, WORKSPACE) == [] and tenant.orphans() == []
    assert {field.status for obj in tenant.model().objects for field in obj.fields} == {"READY"}


def test_a_request_before_the_time_does_nothing(tenant: Tenant) -> None:
    new_field(tenant)
    due = due_of(tenant)
    assert due is not None
    before = tenant.rows()
    request(tenant, due - 1)
    assert tenant.rows() == before


def test_a_request_pays_for_what_it_takes_over(tenant: Tenant) -> None:
    """A lease, the workspace before and after, the jobs before and after, and the end; beside the job's own work."""
    new_field(tenant)
    due = due_of(tenant)
    assert due is not None
    [job] = list_jobs(tenant.table, WORKSPACE)
    job_runner.run(tenant.table, WORKSPACE, job.id, now="2026-05-04T09:12:44.120Z", now_ms=due)
    meter = Meter()
    request(tenant, due, meter=meter)  # which finds that somebody else has done it
    assert due_of(tenant) is None
    assert (meter.read_units, meter.write_units) == (4, 2)
    meter = Meter()
    request(tenant, due, meter=meter)
    assert (meter.read_units, meter.write_units) == (0, 0)


def test_one_request_at_a_time_has_the_jobs(tenant: Tenant) -> None:
    new_field(tenant)
    due = due_of(tenant)
    assert due is not None
    first = OverdueJobs(tenant.table, WORKSPACE, due)
    do_overdue(first, now_ms=due, seconds=0)  # has no time, and leaves all of it to the next
    assert due_of(tenant) == due
    assert tenant.table.update(put_off_jobs(WORKSPACE, seen=due, jobs_due=due + 90_000))
    before = tenant.rows()
    do_overdue(first, now_ms=due)
    request(tenant, due + 89_999)
    assert tenant.rows() == before
    request(tenant, due + 90_000)  # the one that had them has died
    assert list_jobs(tenant.table, WORKSPACE) == []


def test_a_change_meanwhile_is_not_forgotten(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    rocket = with_records(tenant)
    tenant.new_field(rocket, "NUMBER", "mass")
    due = due_of(tenant)
    assert due is not None
    listed: list[Any] = []

    def list_then_change(*arguments: Any) -> Any:
        jobs = list_jobs(*arguments)
        listed.append(jobs)
        if not jobs:  # and now, before the request says so
            tenant.new_field(rocket, "NUMBER", "height")
        return jobs

    monkeypatch.setattr("icosa.metadata.overdue.list_jobs", list_then_change)
    request(tenant, due)
    assert listed[-1] == []
    monkeypatch.undo()
    assert len(list_jobs(tenant.table, WORKSPACE)) == 1 and due_of(tenant) is not None
    requests_until_done(tenant)
    assert list_jobs(tenant.table, WORKSPACE) == [] and tenant.orphans() == []


@pytest.mark.parametrize("error", [Unavailable("The table is busy"), RuntimeError("a mistake")])
def test_what_fails_waits_for_the_end_of_the_lease(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    new_field(tenant)
    due = due_of(tenant)
    assert due is not None

    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(job_runner, "run", fail)
    request(tenant, due)
    monkeypatch.undo()
    assert due_of(tenant) == due + 90_000
    requests_until_done(tenant)
    assert list_jobs(tenant.table, WORKSPACE) == []


def test_a_suspended_workspace_waits(tenant: Tenant) -> None:
    new_field(tenant)
    due = due_of(tenant)
    assert due is not None
    tenant.table.update(new_settings(WORKSPACE, {"status": "suspended"}, {}))
    request(tenant, due)
    assert len(list_jobs(tenant.table, WORKSPACE)) == 1


def test_many_dependents_of_a_destroyed_record(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a request treats itself: a job of records, which starts at once."""
    monkeypatch.setattr(follow_up, "REQUEST_RECORDS", 90)
    [company] = tenant.create("company", {"name": "Acme"})
    tenant.create("person", *({"companyId": company} for _ in range(100)))
    tenant.delete("company", company)
    [job] = list_jobs(tenant.table, WORKSPACE)
    assert due_of(tenant) == job.not_before_ms + OVERDUE_MS
    requests_until_done(tenant)
    assert list_jobs(tenant.table, WORKSPACE) == [] and tenant.orphans() == []
    assert {row["companyId"] for row in tenant.find("person", {"companyId": {"is": "NOT_NULL"}})} == set()
