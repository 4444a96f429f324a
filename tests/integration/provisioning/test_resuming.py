"""Jobs of a table that was restored: the stream has told of them elsewhere, and no queue knows them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from icosa.catalog.jobs import FENCE_MS, find_job, list_jobs, new_job, put_job
from icosa.metadata.job_runner import run_all
from icosa.provisioning.resuming import resume_jobs
from icosa.store.table import Table
from tests.support.streams import streaming_table
from tests.support.tenant import WORKSPACE, Tenant

_LATER = "2026-11-28T12:00:00.000Z"


def test_a_job_is_told_of_again_and_goes_on_where_it_was(dynamodb_endpoint: str) -> None:
    with streaming_table(dynamodb_endpoint) as (table, stream):
        tenant = Tenant(table)
        rocket = tenant.new_object()
        tenant.create("rocket", {"name": "r"})
        tenant.new_field(rocket, "NUMBER", "mass", defaultValue=3)
        [before] = list_jobs(table, WORKSPACE)
        stream.take()

        assert resume_jobs(table, WORKSPACE, now_ms=before.created_ms + 1000) == 1

        [after] = list_jobs(table, WORKSPACE)
        assert after == replace(before, id=after.id) and after.id > before.id
        told = [record for record in stream.take() if "job" in record["dynamodb"].get("NewImage", {})]
        assert [(record["eventName"], record["dynamodb"]["Keys"]["SK"]) for record in told] == [
            ("INSERT", {"S": after.id})
        ]
        run_all(table, WORKSPACE, now=_LATER, now_ms=before.created_ms + FENCE_MS + 1)
        assert list_jobs(table, WORKSPACE) == []
        assert resume_jobs(table, WORKSPACE, now_ms=0) == 0


@pytest.mark.parametrize("moves", [0, 3])
def test_a_job_of_records_that_moves_on_is_left_to_whoever_moves_it(
    table: Table, moves: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = Tenant(table)
    job = new_job("trash", object_key="o", object_id="o", now_ms=1_700_000_000_000, work={"frames": []}, moves=moves)
    table.transact([put_job(WORKSPACE, job)])
    moved = replace(job, moves=moves + 1)
    monkeypatch.setattr("icosa.provisioning.resuming.list_jobs", lambda *_: [job])
    table.transact([put_job(WORKSPACE, moved)])

    assert resume_jobs(tenant.table, WORKSPACE, now_ms=1_700_000_100_000) == 0
    assert find_job(table, WORKSPACE, job.id) == moved
