"""Deleting a workspace: a resumable operation over every kind of row, at the end of which a receipt is what is left.

The workspace is suspended first, and its name has to be said. From the moment at which it is *being deleted* nothing
works on it any more: requests are refused, the functions behind the stream and the queues leave it alone, and what they
had begun before has ended when the first row goes (``steps.FENCE_MS``). The workspace's own row says so to the last: it
goes in the transaction that writes the receipt, and for those who come even later, a late record of the stream or a
message of a queue, there is no workspace, so nothing is written again.

Jobs that purge deleted fields and objects are done first, because they know rows that the model does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import orjson

from ..catalog.commit import read
from ..catalog.jobs import list_jobs
from ..metadata.job_runner import run as run_job
from ..store import keys, operation_row
from ..store.operation_row import Operation
from ..store.ops import DeleteItem
from ..store.partitions import KINDS
from ..store.table import Table
from ..store.workspace_row import OPERATION, is_gone
from .clearing import Clearing, Extent, webhook_ids
from .steps import Budget, Step, Surroundings

#: Jobs without which rows would be left; what others would build goes anyway.
_REMOVING: Final = frozenset(("purge", "destroy", "finish"))
#: What the state calls how far the work is, in this order.
_PHASES: Final = ("jobs", "records", "others", "end")


def delete(around: Surroundings, operation: Operation, budget: Budget) -> Step:
    """The next step. Costs what ``clearing`` says."""
    table, ws = around.table, operation.workspace_id
    workspace = table.get(keys.workspace(ws))
    if workspace is None or workspace.get(OPERATION) != operation.id:
        return Step(operation, is_done=True)  # Another process was faster.
    if "phase" not in operation.state:
        operation = replace(operation, state={"phase": "jobs", "webhooks": webhook_ids(table, ws)})
    while not budget.is_over:
        match operation.state["phase"]:
            case "jobs":
                operation = _finish_jobs(around, operation, budget)
            case "records":
                operation = _clear_records(table, operation, budget)
            case "others":
                operation = _clear_others(table, operation, workspace, budget)
            case _:
                around.remove_gateway_key(ws)
                _leave_receipt(around, operation)
                return Step(operation, is_done=True)
    table.update(operation.saved())
    return Step(operation, is_done=False)


def _next_phase(operation: Operation) -> Operation:
    phase = _PHASES[_PHASES.index(operation.state["phase"]) + 1]
    return replace(operation, state={**operation.state, "phase": phase, "stage": 0})


def _finish_jobs(around: Surroundings, operation: Operation, budget: Budget) -> Operation:
    table, ws = around.table, operation.workspace_id
    for job in list_jobs(table, ws):
        if job.kind not in _REMOVING:
            continue
        now_ms = max(around.now_ms(), job.not_before_ms)
        run_job(table, ws, job.id, now=around.now, now_ms=now_ms)
        if budget.is_over:
            return operation
    return operation if any(job.kind in _REMOVING for job in list_jobs(table, ws)) else _next_phase(operation)


def _clear_records(table: Table, operation: Operation, budget: Budget) -> Operation:
    snapshot = read(table, operation.workspace_id)
    extent = Extent(snapshot.model, snapshot.next_object_key, operation.state["webhooks"])
    clearing = Clearing(operation.workspace_id, extent, KINDS)
    stage, counts = clearing.run(clearing.record_stages, table, operation.state.get("stage", 0), budget)
    operation = replace(operation.with_counts(counts), state={**operation.state, "stage": stage})
    if stage < len(clearing.record_stages):
        return operation
    # Before any row goes that tells where others are, it must be known that these have gone.
    operation = _next_phase(operation)
    table.update(operation.saved())
    return operation


def _clear_others(table: Table, operation: Operation, workspace: Mapping[str, Any], budget: Budget) -> Operation:
    clearing = Clearing(operation.workspace_id, None, KINDS)
    stage, counts = clearing.run(clearing.other_stages, table, operation.state.get("stage", 0), budget)
    operation = replace(operation.with_counts(counts), state={**operation.state, "stage": stage})
    if stage < len(clearing.other_stages):
        return operation
    subdomain = workspace.get("preferences", {}).get("subdomain")
    if subdomain is not None:
        table.write_batch(deletes=[keys.subdomain(subdomain)])
    return _next_phase(operation)


def _leave_receipt(around: Surroundings, operation: Operation) -> None:
    """One transaction: the workspace's row, its entry in the registry and the operation go, the receipt comes."""
    ws, deleted_at = operation.workspace_id, around.now
    counts = {KINDS[kind].name: number for kind, number in operation.with_counts({"W": 1}).counts.items()}
    told = {
        "workspaceId": ws,
        "operationId": operation.id,
        "deletedAt": deleted_at,
        "by": operation.by,
        "counts": counts,
    }
    others = operation_row.of_workspace(around.table, ws)
    around.table.write_batch(deletes=[each.removed().key for each in others if each.id != operation.id])
    around.table.transact(
        [
            is_gone(ws, operation.id),
            DeleteItem(keys.registered(ws)),
            operation_row.receipt(
                ws,
                deleted_at=deleted_at,
                by=operation.by,
                counts=counts,
                digest=digest_of(told),
                operation_id=operation.id,
            ),
            operation.removed(),
        ]
    )


def digest_of(told: Mapping[str, Any]) -> str:
    """The hash of what a receipt says: SHA-256 of its members as JSON with sorted names."""
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
