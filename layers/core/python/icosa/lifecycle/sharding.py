"""Spreading the live records of an object over more partitions (``store.places``), while their workspace is suspended.

Records are copied to their new places; then one change of the model says where they are from now on; then they are
removed from the old ones. Nobody writes meanwhile: callers are refused as before, and jobs, webhooks and the janitor
wait until the operation is over. It may begin again anywhere: to copy and to remove twice changes nothing. Nobody is
told of it either, because no record has changed.

Costs: a read unit for each 8 KB of records, twice; a write unit for each KB of a record that moves, and one more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from ..access.audit import Entry, entry_item
from ..catalog.commit import read
from ..errors import BadRequest
from ..metadata.draft import Draft
from ..metadata.own_changes import change_model
from ..model.model import Model, Object
from ..store import keys
from ..store.operation_row import Operation
from ..store.places import MOST_SHARDS, home, partitions
from ..store.table import Table, TransactionFailed
from ..store.workspace_row import OPERATION, moved
from .steps import Budget, Step, Surroundings
from .suspension import administrator, noted

_PAGE: Final = 200
_COPY, _REMOVE = "copy", "remove"


def required_object(model: Model, name: str, shards: int) -> Object:
    """The object that is to have so many shards. Raises BadRequest where there is none, and for numbers that it cannot
    have.
    """
    obj = model.by_singular.get(name)
    if obj is None:
        raise BadRequest(f"The workspace has no object {name}")
    if shards not in (numbers := _numbers(obj)):
        raise BadRequest(
            f"shards must be one of {', '.join(map(str, numbers))}: {name} has {obj.shards}"
            if numbers
            else f"{name} has {obj.shards} shards, which is the most"
        )
    return obj


def _numbers(obj: Object) -> list[int]:
    """How many shards the object may get: powers of two."""
    return [number for number in (2**power for power in range(1, 7)) if obj.shards < number <= MOST_SHARDS]


def shard_records(around: Surroundings, operation: Operation, budget: Budget) -> Step:
    """The next step."""
    table, ws = around.table, operation.workspace_id
    workspace = table.get(keys.workspace(ws))
    if workspace is None or workspace.get(OPERATION) != operation.id:
        return Step(operation, is_done=True)  # Another process was faster.
    name, shards = str(operation.asked["object"]), int(operation.asked["shards"])
    if not operation.state:
        obj = required_object(read(table, ws).model, name, shards)
        state = {"phase": _COPY, "object": obj.id, "from": obj.shards, "began": around.now_ms() // 1000}
        operation = replace(operation, state={**state, "partition": 0, "after": None})
        table.update(operation.saved())
    obj = read(table, ws).model.by_id[operation.state["object"]]
    before, after = replace(obj, shards=operation.state["from"]), replace(obj, shards=shards)
    while not budget.is_over:
        if operation.state["partition"] < len(partitions(ws, before)):
            operation = _page(table, operation, before, after, budget)
        elif operation.state["phase"] == _COPY:
            _declare(table, ws, obj.id, shards, now=around.now)
            operation = replace(operation, state={**operation.state, "phase": _REMOVE, "partition": 0, "after": None})
            table.update(operation.saved())
        else:
            return Step(_finish(around, operation, workspace["name"]), is_done=True)
    table.update(operation.saved())
    return Step(operation, is_done=False)


def _page(table: Table, operation: Operation, before: Object, after: Object, budget: Budget) -> Operation:
    """Copy, or remove, the records of a page that move. Hidden rows are rows like others here."""
    ws, state = operation.workspace_id, operation.state
    pk = partitions(ws, before)[state["partition"]]
    rows = table.query(pk, after=state["after"], limit=_PAGE)
    moving = [row for row in rows.items if home(ws, after, keys.sort_of(row))[0] != pk]
    if state["phase"] == _COPY:
        table.write_batch(puts=[keys.placed(row, home(ws, after, keys.sort_of(row))[0]) for row in moving])
        operation = operation.with_counts({"records": len(rows.items), "moved": len(moving)})
    else:
        table.write_batch(deletes=[keys.of(row) for row in moving])
    budget.spend(len(rows.items))
    partition = state["partition"] + (rows.last is None)
    operation = replace(operation, state={**state, "partition": partition, "after": rows.last})
    table.update(operation.saved())
    return operation


def _declare(table: Table, ws: str, object_id: str, shards: int, *, now: str) -> None:
    """Let the model say where the records are from now on."""

    def edit(draft: Draft) -> Sequence[Entry]:
        draft.set_object(object_id, shards=shards)
        return ()

    change_model(table, ws, edit, now=now)


def _finish(around: Surroundings, operation: Operation, name: str) -> Operation:
    """One transaction: the workspace is suspended again."""
    ws = operation.workspace_id
    result: dict[str, Any] = {
        "object": operation.asked["object"],
        "shards": operation.asked["shards"],
        **operation.counts,
    }
    quiet = (int(operation.state["began"]), around.now_ms() // 1000 + 1)
    operation = replace(operation, result=result, state={})
    entry = noted(ws, "recordsSharded", name, **result)
    try:
        around.table.transact(
            [
                moved(ws, operation.id, quiet=quiet, now=around.now),
                operation.over(around.now_ms()),
                entry_item(ws, entry, administrator(operation.by), now=around.now),
            ]
        )
    except TransactionFailed:
        return operation  # Another process was faster.
    return operation
