"""The way of a job: stream, queue, steps."""

from __future__ import annotations

import importlib.util
import json
from types import ModuleType
from typing import Any

import pytest

from icosa.catalog.jobs import FENCE_MS, list_jobs
from icosa.metadata.job_queue import JobQueue
from icosa.store import keys, stream
from icosa.store.ops import PutItem
from icosa.store.table import Table
from tests.support.checkout import ROOT
from tests.support.functions import LambdaContext
from tests.support.tenant import WORKSPACE, Tenant


class Sqs:
    """Remembers what was sent: ``(message, delay in seconds)``."""

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, str], int]] = []

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int) -> None:
        assert QueueUrl == "the queue"
        self.sent.append((json.loads(MessageBody), DelaySeconds))


def load(name: str, table: Table, sqs: Sqs) -> ModuleType:
    """A function's handler on a test's table and queue."""
    spec = importlib.util.spec_from_file_location(f"{name}_handler", ROOT / "functions" / name / "handler.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module._table = lambda: table  # type: ignore[attr-defined]
    module._queue = lambda: JobQueue(sqs, "the queue")  # type: ignore[attr-defined]
    return module


@pytest.fixture
def tenant(table: Table) -> Tenant:
    tenant = Tenant(table)
    rocket = tenant.new_object()
    tenant.create("rocket", {"name": "r"})
    tenant.new_field(rocket, "NUMBER", "mass", defaultValue=3)
    return tenant


def inserted(tenant: Tenant) -> dict[str, Any]:
    """The stream's record of the job."""
    [job] = list_jobs(tenant.table, WORKSPACE)
    pk, sk = keys.job(WORKSPACE, job.id)
    image = {"PK": {"S": pk}, "SK": {"S": sk}, "notBefore": {"N": str(job.not_before_ms)}, "job": {"S": job.kind}}
    return {
        "eventID": "1",
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"SequenceNumber": "1", "NewImage": image},
    }


def message(body: dict[str, str]) -> dict[str, Any]:
    return {"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": json.dumps(body)}]}


def test_a_new_job_goes_to_the_queue_and_waits_for_the_fence(tenant: Tenant) -> None:
    sqs = Sqs()
    answer = load("events", tenant.table, sqs).handler({"Records": [inserted(tenant)]}, LambdaContext())
    assert answer == {"batchItemFailures": []}
    [(body, delay)] = sqs.sent
    [job] = list_jobs(tenant.table, WORKSPACE)
    assert body == {"workspaceId": WORKSPACE, "jobId": job.id}
    assert FENCE_MS / 1000 - 30 < delay <= FENCE_MS / 1000


def test_a_job_that_comes_too_early_is_sent_on(tenant: Tenant) -> None:
    sqs = Sqs()
    [job] = list_jobs(tenant.table, WORKSPACE)
    body = {"workspaceId": WORKSPACE, "jobId": job.id}
    assert load("jobs", tenant.table, sqs).handler(message(body), LambdaContext()) == {"batchItemFailures": []}
    [(again, delay)] = sqs.sent
    assert again == body and 0 < delay <= FENCE_MS / 1000
    assert tenant.object("rocket").by_name["mass"].status == "BUILDING"


def test_an_operation_is_work_for_its_workspace() -> None:
    assert stream.workspace_of(keys.item_at(keys.operation(WORKSPACE, "o1"))) == WORKSPACE


def test_a_step_of_a_job(tenant: Tenant, capsys: pytest.CaptureFixture[str]) -> None:
    sqs = Sqs()
    [job] = list_jobs(tenant.table, WORKSPACE)
    item = tenant.table.get(keys.job(WORKSPACE, job.id))
    assert item is not None
    tenant.table.transact([PutItem({**item, "notBefore": 0})])
    handler = load("jobs", tenant.table, sqs).handler
    body = {"workspaceId": WORKSPACE, "jobId": job.id}
    assert handler(message(body), LambdaContext()) == {"batchItemFailures": []}
    assert sqs.sent == [] and list_jobs(tenant.table, WORKSPACE) == []
    [call] = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"message":"call"' in line]
    assert (call["workspace_id"], call["Records"]) == (WORKSPACE, 1)
    assert call["ReadUnits"] > 0
    assert call["WriteUnits"] > 0
    assert tenant.object("rocket").by_name["mass"].status == "READY"
    assert handler(message(body), LambdaContext()) == {"batchItemFailures": []}, "messages may come twice"
    assert tenant.orphans() == []


def test_delays_end_where_the_queue_ends_them() -> None:
    sqs = Sqs()
    queue = JobQueue(sqs, "the queue")
    for delay_ms in (-5, 1, 10_000_000):
        queue.send("w", "j", delay_ms=delay_ms)
    assert [delay for _, delay in sqs.sent] == [0, 1, 900]
