"""The setting ``indexes`` and index advice through the APIs (docs/wire/metadata.md#index-advice)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from icosa.access.times import stored_time
from icosa.catalog import tuning
from icosa.catalog.jobs import list_jobs
from icosa.metadata.job_runner import run
from icosa.store.index_use import notebook
from icosa.store.table import Table
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient
from tests.support.workspace import EventOfRole, workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")

_SCAN = "/rest/people?filter=avatarUrl[eq]:none"


@pytest.fixture(scope="module")
def rest(shared_table: Table, workspace: Any) -> RestClient:
    notebook.clear()
    tuning.forget()
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def metadata(shared_table: Table, workspace: Any) -> MetadataClient:
    return MetadataClient(shared_table, event_of(workspace))


def _run(table: Table, workspace: Any, job: str) -> None:
    moment = datetime.now(UTC)
    now_ms = int(moment.timestamp() * 1000)
    assert run(table, workspace.workspace_id, job, now=stored_time(moment), now_ms=now_ms).is_done


def _tuning_jobs(table: Table, workspace: Any) -> list[str]:
    return [job.id for job in list_jobs(table, workspace.workspace_id) if job.kind == "tune"]


def test_a_scan_shows_in_advice_and_lets_indexes_be_looked_at(
    rest: RestClient, metadata: MetadataClient, shared_table: Table, workspace: Any
) -> None:
    rest("POST", "/rest/batch/people", [{"jobTitle": "x" * 400} for _ in range(60)])
    reply = rest("GET", _SCAN, headers={"X-Icosa-Explain": "1"})
    assert reply.status == 200, reply.json
    assert "no index of person.avatarUrl: createOneIndex would help" in reply.headers["x-icosa-plan"]
    assert reply.headers["x-icosa-capacity"].endswith("write=0")
    [job] = _tuning_jobs(shared_table, workspace)
    rest("GET", _SCAN)
    assert _tuning_jobs(shared_table, workspace) == [job]
    assert metadata("GET", f"/rest/metadata/jobs/{job}").json["kind"] == "TUNE_INDEXES"
    _run(shared_table, workspace, job)
    person = metadata.data("{ objects(paging: {first: 200}) { edges { node { id nameSingular } } } }")
    ids = {edge["node"]["nameSingular"]: edge["node"]["id"] for edge in person["objects"]["edges"]}
    listed = metadata("GET", "/rest/metadata/indexAdvice", objectMetadataId=ids["person"]).json
    assert {item["objectNameSingular"] for item in listed} == {"person"}
    [avatar] = [item for item in listed if item["path"] == "avatarUrl"]
    assert avatar["scans"] >= 1 and avatar["scanUnits"] > 0 and avatar["madeBy"] is None and avatar["status"] == "NONE"
    fields = " ".join(avatar)
    asked = metadata.data(
        f"query ($id: UUID) {{ indexAdvice(objectMetadataId: $id) {{ {fields} }} }}", id=ids["person"]
    )["indexAdvice"]
    assert asked == listed
    everything = metadata("GET", "/rest/metadata/indexAdvice").json
    assert {item["objectNameSingular"] for item in everything} == set(ids)


def test_an_index_that_nobody_declared_is_dropped(
    metadata: MetadataClient, shared_table: Table, event_of_role: EventOfRole
) -> None:
    [revenue] = [
        item
        for item in metadata("GET", "/rest/metadata/indexAdvice").json
        if (item["objectNameSingular"], item["path"]) == ("company", "annualRevenue.amountMicros")
    ]
    assert revenue["isDroppable"] and revenue["madeBy"] == "SHIPPED"
    drop = "mutation ($i: DropFieldIndexInput!) { dropFieldIndex(input: $i) { path records isDroppable reason } }"
    field = {"fieldMetadataId": revenue["fieldMetadataId"], "subFieldName": "amountMicros"}
    reader = MetadataClient(shared_table, event_of_role(canReadAllObjectRecords=True))
    assert reader.graphql(drop, i=field)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    dropped = metadata.data(drop, i=field)["dropFieldIndex"]
    assert (dropped["path"], dropped["records"], dropped["isDroppable"]) == (revenue["path"], "NONE", False)
    assert dropped["reason"].startswith("Somebody dropped it on ")
    entry = metadata("GET", "/rest/metadata/auditLog").json["data"][0]
    assert (entry["action"], entry["actor"]["type"]) == ("index.dropped", "API_KEY")
    again = metadata("DELETE", "/rest/metadata/indexAdvice", **field)
    assert (again.status, again.json["messages"]) == (404, ["There is no index of company.annualRevenue.amountMicros"])
    assert reader("DELETE", "/rest/metadata/indexAdvice", **field).status == 403
    [error] = metadata.graphql(drop, i=field)["errors"]
    assert error["message"] == "There is no index of company.annualRevenue.amountMicros"
    assert error["extensions"]["code"] == "NOT_FOUND"
    unknown = {"fieldMetadataId": "11111111-1111-4111-8111-111111111111"}
    assert metadata.graphql(drop, i=unknown)["errors"][0]["message"] == "Field metadata not found"


def test_the_setting(rest: RestClient, metadata: MetadataClient, shared_table: Table, workspace: Any) -> None:
    read = "{ currentWorkspace { indexes } }"
    assert metadata.data(read)["currentWorkspace"]["indexes"] == "auto"
    before = _tuning_jobs(shared_table, workspace)
    change = "mutation ($to: IndexSetting!) { updateWorkspace(data: {indexes: $to}) { indexes } }"
    assert metadata.data(change, to="all")["updateWorkspace"]["indexes"] == "all"
    [job] = set(_tuning_jobs(shared_table, workspace)) - set(before)
    entry = metadata("GET", "/rest/metadata/auditLog").json["data"][0]
    assert entry["action"] == "workspace.indexesChanged"
    assert (entry["before"], entry["after"]) == ({"indexes": "auto"}, {"indexes": "all"})
    assert entry["actor"]["type"] == "API_KEY"
    _run(shared_table, workspace, job)
    advice = metadata("GET", "/rest/metadata/indexAdvice").json
    assert {item["records"] for item in advice} == {"ALL"}
    assert metadata.data(change, to="all")["updateWorkspace"]["indexes"] == "all"  # changes nothing
    assert metadata("GET", "/rest/metadata/auditLog").json["data"][0]["action"] == "index.changed"
    wrong = metadata.graphql('mutation { updateWorkspace(data: {indexes: "some"}) { indexes } }')
    assert "errors" in wrong
    assert metadata.data(change, to="auto")["updateWorkspace"]["indexes"] == "auto"


def test_who_may_see_and_change(metadata: MetadataClient, shared_table: Table, event_of_role: EventOfRole) -> None:
    reader = MetadataClient(shared_table, event_of_role(canReadAllObjectRecords=True))
    assert reader("GET", "/rest/metadata/indexAdvice").status == 403
    assert reader.graphql("{ indexAdvice { path } }")["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    refused = reader.graphql("mutation { updateWorkspace(data: {indexes: all}) { indexes } }")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    modeller = MetadataClient(shared_table, event_of_role(canUpdateAllSettings=True))
    assert modeller("GET", "/rest/metadata/indexAdvice").status == 200
    unknown = metadata("GET", "/rest/metadata/indexAdvice", objectMetadataId="11111111-1111-4111-8111-111111111111")
    assert unknown.status == 404 and "Object metadata not found" in str(unknown.json)
    assert metadata("GET", "/rest/metadata/indexAdvice", objectMetadataId="nonsense").status == 400
