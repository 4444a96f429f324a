"""What requests do about the versions of a workspace's data (docs/deploying.md#upgrades)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from icosa.access.session import current_model, open_context
from icosa.catalog import migrating
from icosa.catalog.commit import read
from icosa.catalog.jobs import Job, all_jobs
from icosa.catalog.migrating import job_id
from icosa.errors import BadRequest, Unavailable
from icosa.provisioning.admin import Administration
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import access_version, keys
from icosa.store.meter import Meter
from icosa.store.ops import DeleteItem, set_attributes
from icosa.store.places import home
from icosa.store.table import Table
from icosa.store.versions import CURRENT, FORMAT, READABLE_FORMAT, STANDARD, FormatTooNew, Versions
from tests.support.graphql_client import GraphqlClient
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient
from tests.support.workspace import workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")


def set_versions(table: Table, workspace: Provisioned, format_: int | None, standard: int | None) -> None:
    values = {FORMAT: format_, STANDARD: standard}
    table.update(set_attributes(keys.workspace(workspace.workspace_id), values))


@pytest.fixture(autouse=True)
def _present(shared_table: Table, workspace: Provisioned) -> Iterator[None]:
    migrating.forget()
    yield
    set_versions(shared_table, workspace, CURRENT.format, CURRENT.standard)
    for job in jobs(shared_table, workspace):
        shared_table.delete(DeleteItem(keys.job(workspace.workspace_id, job.id)))


def jobs(table: Table, workspace: Provisioned) -> list[Job]:
    return all_jobs(table, workspace.workspace_id)


def test_a_new_workspace_has_the_present_versions(shared_table: Table, workspace: Provisioned) -> None:
    row = shared_table.get(keys.workspace(workspace.workspace_id))
    assert row is not None and (row[FORMAT], row[STANDARD]) == (CURRENT.format, CURRENT.standard)
    open_context(event_of(workspace), shared_table)
    assert jobs(shared_table, workspace) == []


@pytest.mark.parametrize("found", [(None, None), (CURRENT.format, CURRENT.standard - 1), (CURRENT.format - 1, None)])
def test_the_first_request_that_sees_an_older_version_announces_the_job(
    shared_table: Table, workspace: Provisioned, found: tuple[int | None, int | None]
) -> None:
    """Once for each process, beside the request, which costs what it always costs."""
    open_context(event_of(workspace), shared_table)
    set_versions(shared_table, workspace, *found)
    for _ in range(3):
        meter = Meter(detailed=True)
        open_context(event_of(workspace), shared_table.metered(meter))
        assert (meter.round_trips, meter.calls, meter.write_units) == (1, 1, 0)
        [job] = jobs(shared_table, workspace)
        assert (job.id, job.kind, job.state) == (job_id(workspace.workspace_id), "migrate", "WAITING")
    migrating.forget()
    open_context(event_of(workspace), shared_table)
    assert jobs(shared_table, workspace) == [job]


def test_a_request_does_not_fail_with_the_announcement(
    shared_table: Table, workspace: Provisioned, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(*_: Any, **__: Any) -> None:
        raise Unavailable("throttled")

    monkeypatch.setattr("icosa.access.session.announce", throttled)
    set_versions(shared_table, workspace, None, None)
    assert RestClient(shared_table, event_of(workspace))("GET", "/rest/people").status == 200


def test_a_workspace_of_a_later_format_is_refused_by_everything(shared_table: Table, workspace: Provisioned) -> None:
    event = event_of(workspace)
    before = RestClient(shared_table, event)("POST", "/rest/people", {"jobTitle": "CEO"})
    assert before.status == 201
    set_versions(shared_table, workspace, READABLE_FORMAT + 1, CURRENT.standard)
    text = f"This workspace's data has format {READABLE_FORMAT + 1}, and this server reads formats up to"
    for method, path, body in (
        ("GET", "/rest/people", None),
        ("POST", "/rest/people", {"jobTitle": "CTO"}),
        ("DELETE", "/rest/people?filter=id[is]:NOT_NULL", None),
    ):
        reply = RestClient(shared_table, event)(method, path, body)
        assert (reply.status, reply.json["code"]) == (503, "DATA_FORMAT_TOO_NEW")
        assert reply.headers["retry-after"] == "30" and reply.message.startswith(text)
    metadata = MetadataClient(shared_table, event)
    assert metadata("GET", "/rest/metadata/objects").status == 503
    document = {"query": "{__typename}"}
    for reply in (
        GraphqlClient(shared_table, event).send("POST", document),
        metadata("POST", "/metadata", document),
    ):
        assert (reply.status, reply.headers["retry-after"]) == (503, "30")
        [error] = reply.json["errors"]
        assert error["message"].startswith(text) and error["extensions"]["subCode"] == "DATA_FORMAT_TOO_NEW"
    for reads in (current_model, read):
        with pytest.raises(FormatTooNew):
            reads(shared_table, workspace.workspace_id)
    set_versions(shared_table, workspace, READABLE_FORMAT, CURRENT.standard + 5)
    assert RestClient(shared_table, event)("GET", "/rest/people").json["totalCount"] == 1
    assert jobs(shared_table, workspace) == []


def test_a_job_of_a_later_release_is_not_shown(shared_table: Table, workspace: Provisioned) -> None:
    set_versions(shared_table, workspace, None, None)
    metadata = MetadataClient(shared_table, event_of(workspace))
    [shown] = metadata("GET", "/rest/metadata/jobs").json
    assert (shown["kind"], shown["state"], shown["report"]) == ("MIGRATE", "WAITING", [])
    key = keys.job(workspace.workspace_id, shown["id"])
    shared_table.update(set_attributes(key, {"job": "transmogrify"}))
    assert metadata("GET", "/rest/metadata/jobs").json == []
    assert metadata("GET", f"/rest/metadata/jobs/{shown['id']}").status == 404


def test_operators_see_and_begin_migrations(shared_table: Table, workspace: Provisioned, api_keys: Any) -> None:
    administration = Administration(shared_table, api_keys, str)
    other = provision(shared_table, api_keys, "Other")
    listed = administration.run({"action": "list_migrations"})
    names = {kind: [m["name"] for m in listed["migrations"] if m["kind"] == kind] for kind in ("format", "standard")}
    assert names["format"][0] == "carry-values" and names["standard"][0] == "standard-1"
    assert (listed["formatVersion"], listed["standardVersion"]) == (CURRENT.format, CURRENT.standard)
    assert {entry["id"]: entry["pending"] for entry in listed["workspaces"]} == {
        workspace.workspace_id: [],
        other.workspace_id: [],
    }
    assert administration.run({"action": "migrate"}) == {"begun": [], "next": None}

    set_versions(shared_table, workspace, None, None)
    open_context(event_of(workspace), shared_table)
    assert administration.run({"action": "migrate"}) == {"begun": [workspace.workspace_id], "next": None}
    [job] = jobs(shared_table, workspace)
    assert migrating.wait_ms(job, now_ms=job.created_ms) == 0
    one = {"action": "list_migrations", "workspaceId": workspace.workspace_id}
    [entry] = administration.run(one)["workspaces"]
    assert entry["pending"] == [migration["name"] for migration in listed["migrations"]]
    assert (entry["job"]["id"], entry["job"]["state"], entry["job"]["report"]) == (job.id, "WAITING", [])
    with pytest.raises(BadRequest, match="again needs a workspaceId"):
        administration.run({"action": "migrate", "again": True})
    again = {"action": "migrate", "workspaceId": other.workspace_id, "again": True}
    assert administration.run(again) == {"begun": [other.workspace_id], "next": None}
    [entry] = administration.run({**again, "action": "list_migrations"})["workspaces"]
    assert entry["pending"] == names["standard"]
    with pytest.raises(BadRequest, match="There is no such workspace"):
        administration.run({"action": "migrate", "workspaceId": str(uuid.uuid4())})


def test_versions_are_those_of_the_first_releases_where_a_row_has_none() -> None:
    assert Versions.parse({}) == Versions(format=1, standard=0)


def test_records_are_remembered_when_no_earlier_release_can_run_any_more(
    shared_table: Table, workspace: Provisioned
) -> None:
    """Release 0.2 leaves no trace of what it destroys, and may still write while a deployment shifts its traffic."""
    rest, row = RestClient(shared_table, event_of(workspace)), keys.workspace(workspace.workspace_id)
    company = read(shared_table, workspace.workspace_id).model.by_singular["company"]
    ids = [rest("POST", "/rest/companies", {"name": f"c{i}"}).json["data"]["createCompany"]["id"] for i in range(8)]
    people = rest("POST", "/rest/batch/people", [{"jobTitle": "remembered", "companyId": i} for i in ids])
    assert people.status == 201

    def companies() -> tuple[int, bool]:
        page = rest("GET", "/rest/people?filter=jobTitle[eq]:remembered&depth=1", headers={"X-Icosa-Explain": "1"})
        of = [person["company"] for person in page.json["data"]["people"]]
        return len([company for company in of if company]), "from memory" in page.headers["x-icosa-plan"]

    shared_table.transact([set_attributes(row, {access_version.VERSION: None, "accessFrom": None})])
    try:
        assert [companies() for _ in range(2)] == [(8, False)] * 2
        shared_table.delete(DeleteItem(home(workspace.workspace_id, company, ids[0])))
        assert companies() == (7, False)
    finally:
        shared_table.transact([set_attributes(row, access_version.new())])
    assert [companies() for _ in range(2)] == [(7, False), (7, True)]
