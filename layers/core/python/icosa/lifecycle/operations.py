"""Beginning an operation and going on with it (``store.operation_row``): what each kind needs, and what does its steps.

The table's stream tells of a new row, the queue of jobs gives its steps to the function ``jobs``, as with other jobs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ..access.audit import entry_item
from ..errors import BadRequest, Conflict, IcosaError
from ..store import operation_row
from ..store.operation_row import Operation, OperationKind
from ..store.ops import Op
from ..store.table import Item, Table, TransactionFailed
from ..store.workspace_row import next_status, status_of, take
from .deletion import delete
from .demo import remove_demo
from .export import export
from .restoration import restore
from .sharding import shard_records
from .steps import FENCE_MS, Budget, Runner, Step, Surroundings
from .suspension import administrator, finish, noted, resume

RUNNERS: Final[Mapping[OperationKind, Runner]] = {
    "resume": resume,
    "export": export,
    "delete": delete,
    "restore": restore,
    "removeDemo": remove_demo,
    "shardRecords": shard_records,
}
#: What the status of a workspace becomes with an operation; others leave it as it is.
_STATUS: Final = {"resume": "active", "delete": "deleting", "restore": "restoring", "shardRecords": "moving"}
#: Of those, such as may only begin when whatever was begun before has ended.
_FENCED: Final = ("delete", "restore", "shardRecords")
_NAMES: Final = {
    "resume": "resumed",
    "export": "exportAsked",
    "delete": "deletionAsked",
    "restore": "restorationAsked",
    "removeDemo": "demoRemovalAsked",
    "shardRecords": "shardingAsked",
}
_BUSY: Final = "Another operation has the workspace: read_workspace shows it. Wait for its end"


def begin(
    table: Table,
    workspace_id: str,
    workspace: Item,
    kind: OperationKind,
    *,
    now: str,
    now_ms: int,
    by: str | None = None,
    **asked: object,
) -> Operation:
    """Let an operation begin. One transaction of some 8 write units: the workspace's row, the operation's, and the
    audit log.

    Raises BadRequest where the status of the workspace does not allow it, Conflict while another operation has it.
    """
    status = status_of(workspace)
    becomes = _STATUS.get(kind)
    if becomes is not None and status != "suspended":
        raise BadRequest(f"The workspace is {status}, and must be suspended for this")
    if status not in ("active", "suspended"):
        raise Conflict(_BUSY)
    wait = FENCE_MS if kind in _FENCED else 0
    operation = Operation.new(workspace_id, kind, now_ms=now_ms, not_before_ms=now_ms + wait, by=by, asked=asked)
    change: Op
    if becomes is None:
        change = take(workspace_id, operation.id)
    else:
        change = next_status(workspace_id, becomes, seen="suspended", now=now, operation=operation.id)  # type: ignore[arg-type]
    entry = noted(workspace_id, _NAMES[kind], workspace["name"], operationId=operation.id)
    try:
        table.transact([change, operation.row(), entry_item(workspace_id, entry, administrator(by), now=now)])
    except TransactionFailed:
        raise Conflict(_BUSY) from None
    return operation


def advance(around: Surroundings, workspace_id: str, operation_id: str, budget: Budget | None = None) -> Step | None:
    """Do the next step of an operation; None where there is none, or it is over. Two write units beside the step's own.

    Raises what a step raises that passes by itself; what does not is kept as the operation's failure, if nothing has
    been changed yet.
    """
    operation = operation_row.find(around.table, workspace_id, operation_id)
    if operation is None or operation.finished_ms is not None:
        return None
    if around.now_ms() < operation.not_before_ms:
        return Step(operation, is_done=False)
    if not around.table.update(operation.claimed(around.now_ms())):
        return Step(operation, is_done=False, is_busy=True)
    try:
        step = RUNNERS[operation.kind](around, operation, budget or Budget())
        if not step.is_done:
            around.table.update(step.operation.released())
        return step
    except IcosaError as error:
        if error.status >= 500 or operation.kind == "delete" or (operation.kind in _FENCED and operation.state):
            raise
        failed = replace(operation, failure=error.message)
        finish(around, failed)
        return Step(failed, is_done=True)
