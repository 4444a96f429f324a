"""Work that goes on after its request, as clients see it (docs/wire/metadata.md#jobs)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from icosa.api.rest.service import RestApi
from icosa.catalog.jobs import list_jobs, new_job
from icosa.engine.write import cascade, follow_up, merge
from icosa.metadata.job_runner import run
from icosa.metadata.overdue import do_overdue
from icosa.runtime.handlers import api_handler
from icosa.store import keys
from icosa.store.ops import DeleteItem, PutItem, set_attributes
from icosa.store.table import Table
from icosa.store.workspace_row import JOBS_DUE, mark_jobs
from tests.support.functions import LambdaContext
from tests.support.graphql_client import GraphqlClient
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient
from tests.support.workspace import EventOfRole, unique_tag, workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")

PEOPLE = 5
NOW, NOW_MS = "2099-01-01T00:00:00.000Z", 4_070_908_800_000


@pytest.fixture(autouse=True)
def small() -> Iterator[None]:
    with (
        patch.object(cascade, "MAX_COMMIT", 2),
        patch.object(merge, "MAX_COMMIT", 2),
        patch.object(cascade, "REQUEST_RECORDS", 0),
        patch.object(follow_up, "REQUEST_RECORDS", 0),
    ):
        yield


@pytest.fixture(scope="module")
def rest(shared_table: Table, workspace: Any) -> RestClient:
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def metadata(shared_table: Table, workspace: Any) -> MetadataClient:
    return MetadataClient(shared_table, event_of(workspace))


def _company(rest: RestClient) -> str:
    company = rest("POST", "/rest/companies", {"name": unique_tag()}).json["data"]["createCompany"]
    people = [{"companyId": company["id"]} for _ in range(PEOPLE)]
    assert rest("POST", "/rest/batch/people", people).status == 201
    return str(company["id"])


def _do(table: Table, workspace_id: str) -> None:
    for job in list_jobs(table, workspace_id):
        run(table, workspace_id, job.id, now=NOW, now_ms=NOW_MS)


def test_a_destruction_names_its_job(
    rest: RestClient, metadata: MetadataClient, shared_table: Table, workspace: Any
) -> None:
    company = _company(rest)
    reply = rest("DELETE", f"/rest/companies/{company}")
    assert reply.status == 200
    job_id = reply.headers["x-icosa-job"]
    assert rest("GET", f"/rest/companies/{company}").status == 404, "it is gone at once"

    job = metadata("GET", f"/rest/metadata/jobs/{job_id}").json
    assert {name: job[name] for name in ("id", "kind", "objectNameSingular", "state", "done", "total", "skipped")} == {
        "id": job_id,
        "kind": "DESTROY_RECORDS",
        "objectNameSingular": "company",
        "state": "WAITING",
        "done": 0,
        "total": PEOPLE,
        "skipped": 0,
    }
    assert job["createdAt"] is not None and job["startedAt"] is None and job["finishedAt"] is None
    _do(shared_table, workspace.workspace_id)
    job = metadata("GET", f"/rest/metadata/jobs/{job_id}").json
    assert (job["state"], job["done"], job["total"]) == ("DONE", PEOPLE, PEOPLE)
    assert job["finishedAt"] >= job["startedAt"] >= job["createdAt"]
    assert metadata("GET", "/rest/metadata/jobs").json[0] == job, "it is shown for a week"
    assert rest("GET", "/rest/people", filter=f"companyId[eq]:{company}").json["totalCount"] == 0


def test_graphql_names_the_job_of_each_field(
    rest: RestClient, metadata: MetadataClient, shared_table: Table, workspace: Any
) -> None:
    ids = [_company(rest), _company(rest)]
    core = GraphqlClient(shared_table, event_of(workspace))
    text = "mutation { merged: mergeCompanies(ids: %s, conflictPriorityIndex: 0) { id } }"
    reply = core(text % str(ids).replace("'", '"'))
    assert reply["data"]["merged"]["id"] == ids[0]
    job_id = reply["extensions"]["job"]
    assert reply["extensions"]["jobs"] == {"merged": job_id}
    asked = "query($id: UUID!) { job(id: $id) { kind state done total objectNameSingular } jobs { id } }"
    answer = metadata.graphql(asked, id=job_id)["data"]
    assert answer["job"] == {
        "kind": "MERGE_RECORDS",
        "state": "WAITING",
        "done": 0,
        "total": PEOPLE,
        "objectNameSingular": "company",
    }
    assert answer["jobs"][0]["id"] == job_id
    _do(shared_table, workspace.workspace_id)
    assert metadata.graphql(asked, id=job_id)["data"]["job"]["state"] == "DONE"
    assert rest("GET", "/rest/people", filter=f"companyId[eq]:{ids[0]}").json["totalCount"] == 2 * PEOPLE


def test_small_work_names_no_job(rest: RestClient) -> None:
    company = rest("POST", "/rest/companies", {"name": unique_tag()}).json["data"]["createCompany"]["id"]
    assert "x-icosa-job" not in rest("DELETE", f"/rest/companies/{company}").headers


def test_jobs_of_what_a_role_may_not_read(rest: RestClient, shared_table: Table, event_of_role: EventOfRole) -> None:
    """No job of an object that it may not read, and no numbers where some record is kept from it."""
    job_id = rest("DELETE", f"/rest/companies/{_company(rest)}").headers["x-icosa-job"]
    blind = MetadataClient(shared_table, event_of_role(label=unique_tag()))
    assert job_id not in [job["id"] for job in blind("GET", "/rest/metadata/jobs").json]
    assert blind("GET", f"/rest/metadata/jobs/{job_id}").status == 404


def test_unknown_and_malformed_ids(metadata: MetadataClient) -> None:
    assert metadata("GET", "/rest/metadata/jobs/00000000-0000-4000-8000-000000000000").status == 404
    assert metadata("GET", "/rest/metadata/jobs/what").status == 400
    assert metadata("DELETE", "/rest/metadata/jobs/00000000-0000-4000-8000-000000000000").status == 405


def test_a_request_does_what_the_stream_has_not_begun(shared_table: Table, workspace: Any) -> None:
    """After its answer, with the handler that functions have; nothing of that is in the answer, or its cost."""
    workspace_id = workspace.workspace_id
    job = new_job("purge", object_key="o1", object_id=unique_tag(), now_ms=1, not_before_ms=1)
    for waiting in list_jobs(shared_table, workspace_id):
        shared_table.delete(DeleteItem(keys.job(workspace_id, waiting.id)))
    shared_table.update(set_attributes(keys.workspace(workspace_id), {JOBS_DUE: None}))
    shared_table.transact([PutItem(job.row(workspace_id)), mark_jobs(workspace_id, 1)])
    event = {**event_of(workspace), "resource": "/rest/{proxy+}", "path": "/rest/people", "httpMethod": "GET"}
    event |= {"headers": {"X-Icosa-Explain": "1"}, "multiValueHeaders": None, "body": None}
    handler = api_handler(RestApi(shared_table).answer, do_overdue=do_overdue)
    calm = api_handler(RestApi(shared_table).answer)
    costs = [handle(event, LambdaContext())["headers"]["X-Icosa-Capacity"] for handle in (calm, handler)]
    assert list_jobs(shared_table, workspace_id) == [] and costs[0] == costs[1]
