"""Actions on whole workspaces: which there are, and what their operator does with them (docs/operating.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import Field

from ..access.plans import plan_of
from ..access.times import stored_time
from ..catalog.commit import read
from ..errors import BadRequest, NotFound
from ..lifecycle.operations import begin
from ..lifecycle.sharding import required_object
from ..lifecycle.suspension import suspend
from ..model.dates import instant_of
from ..store import keys, operation_row, workspace_registry
from ..store.lookup import count_live
from ..store.operation_row import Operation, OperationKind
from ..store.places import MOST_SHARDS
from ..store.table import Item, Table
from ..store.workspace_row import OPERATION, STATUS_SINCE, status_of
from ..validation.body import UNNAMED, RequestBody
from ..validation.types import Flag, Identifier, Integer, NonBlankText
from .actions import Action, OfWorkspace, Result, Services

#: Workspaces of a page; fewer where records are counted, which takes a read for each object.
PAGE: Final = 100
COUNTED_PAGE: Final = 20


# ------------------------------------------------------------------ parameters


class ListWorkspaces(RequestBody):
    limit: Annotated[Integer, Field(ge=1, le=PAGE)] = PAGE
    #: The ``next`` of the page before.
    after: Identifier = UNNAMED
    #: Also how many records each has.
    counts: Flag = False


class ListReceipts(RequestBody):
    limit: Annotated[Integer, Field(ge=1, le=PAGE)] = PAGE
    after: Identifier = UNNAMED


class RegisterWorkspaces(RequestBody):
    workspace_ids: Annotated[list[Identifier], Field(max_length=PAGE)]


class ByOperator(OfWorkspace):
    """``by`` is who asks, for the audit log, as they call themselves: a function is not told who invokes it."""

    by: NonBlankText = UNNAMED


class Suspend(ByOperator):
    reason: NonBlankText = UNNAMED


class Confirmed(ByOperator):
    """``confirm`` is the workspace's name, typed by somebody who means this one."""

    confirm: NonBlankText


class RemoveDemo(ByOperator):
    with_changed: Flag = False


class ShardRecords(ByOperator):
    object: NonBlankText
    shards: Annotated[Integer, Field(ge=2, le=MOST_SHARDS)]


class OfOperation(OfWorkspace):
    operation_id: Identifier


# ------------------------------------------------------------------ actions


def _list(services: Services, parameters: ListWorkspaces) -> Result:
    """``{workspaces, next}``, by id. Two round trips: two read units for 100 names, and one for each workspace; with
    ``counts`` one more for each object.
    """
    limit = min(parameters.limit, COUNTED_PAGE) if parameters.counts else parameters.limit
    page = workspace_registry.page(services.table, after=parameters.after, limit=limit)
    rows = services.table.batch_get([keys.workspace(workspace_id) for workspace_id in page.ids])
    return {
        "workspaces": [
            _shown(services.table, workspace_id, row, counts=parameters.counts)
            for workspace_id, row in zip(page.ids, rows, strict=True)
            if row is not None
        ],
        "next": page.last,
    }


def _read(services: Services, parameters: OfWorkspace) -> Result:
    """``{workspace, operations}``, or ``{receipt}`` of one that was deleted."""
    table, workspace_id = services.table, parameters.workspace_id
    row = table.get(keys.workspace(workspace_id))
    if row is None:
        return {"receipt": operation_row.find_receipt(table, workspace_id)}
    operations = [_operation(each) for each in operation_row.of_workspace(table, workspace_id)]
    return {"workspace": _shown(table, workspace_id, row, counts=True), "operations": operations}


def _shown(table: Table, workspace_id: str, row: Item, *, counts: bool) -> Result:
    members = {
        "id": workspace_id,
        "name": row["name"],
        "status": status_of(row),
        "statusSince": row.get(STATUS_SINCE),
        "plan": plan_of(row).name,
        "createdAt": row.get("createdAt"),
        "operation": row.get(OPERATION),
    }
    return {**members, "records": _counts(table, workspace_id, row)} if counts else members


def _counts(table: Table, workspace_id: str, row: Item) -> int:
    """Live records of all objects, those of deleted ones that have not gone yet too: one read unit for each object."""
    numbers = range(1, int(row["nextObjectKey"]))
    return sum(table.parallel([_counter(workspace_id, f"o{number}") for number in numbers]))


def _counter(workspace_id: str, object_key: str) -> Any:
    return lambda table: int(count_live(table, workspace_id, object_key))


def _register(services: Services, parameters: RegisterWorkspaces) -> Result:
    """``{registered, unknown}``: lets workspaces that are older than the registry enter it."""
    rows = services.table.batch_get([keys.workspace(workspace_id) for workspace_id in parameters.workspace_ids])
    found = dict(zip(parameters.workspace_ids, rows, strict=True))
    registered = [
        workspace_id
        for workspace_id, row in found.items()
        if row is not None and workspace_registry.enter(services.table, workspace_id, row)
    ]
    return {"registered": registered, "unknown": [each for each, row in found.items() if row is None]}


def _receipts(services: Services, parameters: ListReceipts) -> Result:
    """``{receipts, next}``: of the workspaces that were deleted, by id."""
    receipts, last = operation_row.receipts(services.table, after=parameters.after, limit=parameters.limit)
    return {"receipts": receipts, "next": last}


def _suspend(services: Services, parameters: Suspend) -> Result:
    """``{workspace}``."""
    table, workspace_id = services.table, parameters.workspace_id
    suspend(
        table,
        workspace_id,
        _row(table, workspace_id),
        by=parameters.by,
        reason=parameters.reason,
        now=stored_time(datetime.now(UTC)),
    )
    return {"workspace": _shown(table, workspace_id, _row(table, workspace_id), counts=False)}


def _resume(services: Services, parameters: ByOperator) -> Result:
    """``{operation}``: the workspace answers at once, what was held goes on by and by."""
    return _begun(services, parameters, "resume")


def _export(services: Services, parameters: ByOperator) -> Result:
    """``{operation}``."""
    return _begun(services, parameters, "export")


def _delete(services: Services, parameters: Confirmed) -> Result:
    """``{operation}``."""
    _confirm(services, parameters)
    return _begun(services, parameters, "delete")


def _restore(services: Services, parameters: Confirmed) -> Result:
    """``{operation}``."""
    _confirm(services, parameters)
    return _begun(services, parameters, "restore")


def _remove_demo(services: Services, parameters: RemoveDemo) -> Result:
    """``{operation}``."""
    return _begun(services, parameters, "removeDemo", withChanged=parameters.with_changed)


def _shard_records(services: Services, parameters: ShardRecords) -> Result:
    """``{operation}``: lets the live records of an object be in so many partitions; the workspace is suspended."""
    table, workspace_id = services.table, parameters.workspace_id
    _row(table, workspace_id)
    required_object(read(table, workspace_id).model, parameters.object, parameters.shards)
    return _begun(services, parameters, "shardRecords", object=parameters.object, shards=parameters.shards)


def _read_operation(services: Services, parameters: OfOperation) -> Result:
    """``{operation}``, or ``{receipt}`` when that is what is left."""
    operation = operation_row.find(services.table, parameters.workspace_id, parameters.operation_id)
    if operation is not None:
        return {"operation": _operation(operation)}
    receipt = operation_row.find_receipt(services.table, parameters.workspace_id)
    if receipt is None or receipt["operationId"] != parameters.operation_id:
        raise NotFound("There is no such operation. They are kept for 30 days after their end")
    return {"receipt": receipt}


# ------------------------------------------------------------------ what they share


def _row(table: Table, workspace_id: str) -> Item:
    row = table.get(keys.workspace(workspace_id))
    if row is None:
        raise BadRequest("There is no such workspace")
    return row


def _confirm(services: Services, parameters: Confirmed) -> None:
    name = _row(services.table, parameters.workspace_id)["name"]
    if parameters.confirm != name:
        raise BadRequest("confirm must be the name of the workspace, as list_workspaces shows it")


def _begun(services: Services, parameters: ByOperator, kind: OperationKind, **asked: object) -> Result:
    now = datetime.now(UTC)
    operation = begin(
        services.table,
        parameters.workspace_id,
        _row(services.table, parameters.workspace_id),
        kind,
        now=stored_time(now),
        now_ms=int(now.timestamp() * 1000),
        by=parameters.by,
        **asked,
    )
    return {"operation": _operation(operation)}


def _operation(operation: Operation) -> Result:
    return {
        "id": operation.id,
        "workspaceId": operation.workspace_id,
        "kind": operation.kind,
        "state": "DONE" if operation.finished_ms is not None else "RUNNING" if operation.state else "WAITING",
        "by": operation.by,
        "createdAt": instant_of(operation.created_ms),
        "notBefore": instant_of(operation.not_before_ms),
        "finishedAt": None if operation.finished_ms is None else instant_of(operation.finished_ms),
        "counts": dict(operation.counts),
        "result": operation.result,
        "failure": operation.failure,
    }


WORKSPACE_ACTIONS: Mapping[str, Action[Any]] = {
    "list_workspaces": Action(ListWorkspaces, _list),
    "read_workspace": Action(OfWorkspace, _read, of_all=True),
    "register_workspaces": Action(RegisterWorkspaces, _register),
    "list_receipts": Action(ListReceipts, _receipts),
    "suspend_workspace": Action(Suspend, _suspend),
    "resume_workspace": Action(ByOperator, _resume),
    "export_workspace": Action(ByOperator, _export),
    "delete_workspace": Action(Confirmed, _delete),
    "restore_workspace": Action(Confirmed, _restore),
    "remove_demo": Action(RemoveDemo, _remove_demo),
    "shard_records": Action(ShardRecords, _shard_records),
    "read_operation": Action(OfOperation, _read_operation, of_all=True),
}
