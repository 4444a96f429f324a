"""Bringing one workspace back to what another table has of it: a table that DynamoDB has restored to an earlier moment.

The workspace is suspended, its rows of today go, and those of the other table come (``partitions.Restored``). Records
come by themselves; what is derived from them is derived anew, counters are counted anew, so batches that were under way
at that moment and formats of that time leave no trace. Then the workspace is suspended as before, for somebody to look
at the outcome, and to resume it.

| What | Is that of |
|---|---|
| records, metadata, views, page layouts, roles, jobs that were under way; name and settings | the other table |
| API keys, the audit log, webhooks with their deliveries, events; the subdomain | today |

So no key that was revoked since works again, and none that was made since is lost. But a role is what it was: a key has
the rights that its role had, and none if there was no such role. The result names them (``rolesThatDiffer``,
``rolesThatWentAgain``, ``keysWithoutRole``), before anybody can use them.

Nobody is fooled by what they remember: the version of the model and of the views, and that of every record, are higher
than any that there was, so no cache of a warm function fits, and no event is taken for an earlier one. Nobody is told
of what the operation writes either: readers of the feed must read again what they keep.

Costs: what ``clearing`` says for the rows that go; a read unit for each 4 KB of records that come, and a write unit for
each of their rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import orjson

from ..access.audit import entry_item
from ..catalog.commit import read
from ..catalog.loader import MetadataState, load_items
from ..catalog.rows import build_model
from ..errors import BadRequest
from ..model.model import Model, Object
from ..model.record import Record
from ..store import keys
from ..store.access_row import REVISION
from ..store.derive import Rows
from ..store.operation_row import Operation
from ..store.partitions import KINDS, fixed
from ..store.record import pack
from ..store.register import new_register
from ..store.table import Item, Table, TransactionFailed
from ..store.workspace_row import OPERATION, VIEWS_VERSION, restored
from .clearing import Clearing, Extent
from .records import page
from .steps import Budget, Step, Surroundings
from .suspension import administrator, noted

_GOING: Final = frozenset(kind for kind, what in KINDS.items() if what.restored != "kept" and kind != "W")
#: Rows that come as they are; those of records are made again.
_COPIED: Final = ("P", "V", "J")
_PAGE: Final = 100
#: What the state calls how far the work is, in this order.
_PHASES: Final = ("records", "others", "copy", "records again", "end")


def require_source(table: Table, workspace_id: str) -> Item:
    """The workspace's row in the other table. Raises BadRequest where it has no such workspace."""
    workspace = table.get(keys.workspace(workspace_id))
    if workspace is None:
        raise BadRequest("The table to restore from has no such workspace")
    return workspace


def restore(around: Surroundings, operation: Operation, budget: Budget) -> Step:
    """The next step."""
    table, ws = around.table, operation.workspace_id
    workspace = table.get(keys.workspace(ws))
    if workspace is None or workspace.get(OPERATION) != operation.id:
        return Step(operation, is_done=True)  # Another process was faster.
    side = around.side_table()
    source = require_source(side, ws)
    if "phase" not in operation.state:
        operation = _begin(around, operation, workspace, source)
    while not budget.is_over:
        match operation.state["phase"]:
            case "records":
                operation = _clear(table, operation, budget, of_records=True)
            case "others":
                operation = _clear(table, operation, budget, of_records=False)
            case "copy":
                _copy_others(table, side, ws)
                operation = _next_phase(operation)
            case "records again":
                model = build_model(ws, *_metadata(side, ws))
                operation = _copy_records(table, side, operation, model, budget)
            case _:
                return Step(_finish(around, operation, source), is_done=True)
    table.update(operation.saved())
    return Step(operation, is_done=False)


def _begin(around: Surroundings, operation: Operation, workspace: Item, source: Item) -> Operation:
    """Decide, once, what must not be decided twice: versions above all that there were."""
    return replace(
        operation,
        state={
            "phase": "records",
            "began": around.now_ms() // 1000,
            "version": max(int(workspace["metadataVersion"]), int(source["metadataVersion"])) + 1,
            "views": max(int(workspace.get(VIEWS_VERSION, 0)), int(source.get(VIEWS_VERSION, 0))) + 1,
            "nextObjectKey": max(int(workspace["nextObjectKey"]), int(source["nextObjectKey"])),
            # As that of a new record, which is higher than any that there was.
            "recordVersion": around.now_ms(),
            "roles": _roles(around.table, operation.workspace_id),
        },
    )


def _roles(table: Table, workspace_id: str) -> dict[str, list[str]]:
    """The roles by id, each as its label and a digest of what it may."""
    return {keys.sort_of(item): [item["label"], _digest(item)] for item in table.query_all(keys.roles(workspace_id))}


def _digest(role: Item) -> str:
    """Of all that a role is but the number of its last change."""
    members = {name: value for name, value in keys.without_partition(role).items() if name != REVISION}
    return hashlib.sha256(orjson.dumps(members, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


def _next_phase(operation: Operation) -> Operation:
    phase = _PHASES[_PHASES.index(operation.state["phase"]) + 1]
    return replace(operation, state={**operation.state, "phase": phase, "stage": 0})


def _clear(table: Table, operation: Operation, budget: Budget, *, of_records: bool) -> Operation:
    extent: Extent | None = None
    if of_records:
        snapshot = read(table, operation.workspace_id)
        extent = Extent(snapshot.model, snapshot.next_object_key, ())
    clearing = Clearing(operation.workspace_id, extent, _GOING)
    stages = clearing.record_stages if of_records else clearing.other_stages
    stage, counts = clearing.run(stages, table, operation.state.get("stage", 0), budget)
    operation = replace(
        operation.with_counts({f"-{kind}": number for kind, number in counts.items()}),
        state={**operation.state, "stage": stage},
    )
    if stage < len(stages):
        return operation
    operation = _next_phase(operation)
    table.update(operation.saved())
    return operation


def _metadata(side: Table, workspace_id: str) -> tuple[int, list[Item]]:
    """The version of the model in the other table, and its rows; a change that was being carried out is in them."""
    return load_items(side, workspace_id, MetadataState.parse(require_source(side, workspace_id)))


def _copy_others(table: Table, side: Table, workspace_id: str) -> None:
    """What is no record, in one go: some hundred rows."""
    _, metadata = _metadata(side, workspace_id)
    table.write_batch(puts=[keys.placed(item, keys.metadata(workspace_id)) for item in metadata])
    for kind in _COPIED:
        table.write_batch(puts=side.query_all(fixed(workspace_id, kind)))
    table.write_batch(puts=[new_register(workspace_id)])


def _copy_records(table: Table, side: Table, operation: Operation, model: Model, budget: Budget) -> Operation:
    places = [(obj, live) for obj in model.objects for live in (True, False)]
    state = operation.state
    place, after = state.get("stage", 0), state.get("after")
    while place < len(places) and not budget.is_over:
        obj, live = places[place]
        records, last = page(side, model.workspace_id, obj, live=live, after=after, limit=_PAGE)
        rows = [item for record in records for item in _rows(model, obj, record, state["recordVersion"], live=live)]
        if rows:
            table.write_batch(puts=rows)
        budget.spend(len(rows))
        counts = state.get("live", {})
        if live:
            counts = {**counts, obj.key: counts.get(obj.key, 0) + len(records)}
        if last is None and live and counts.get(obj.key):
            counter = (keys.counter(model.workspace_id, obj.key), "0")
            table.write_batch(puts=[keys.item_at(counter, n=counts[obj.key])])
        after, place = last, place + (last is None)
        state = {**state, "stage": place, "after": after, "live": counts}
        operation = replace(operation.with_counts({"records" if live else "trash": len(records)}), state=state)
        table.update(operation.saved())
    return operation if place < len(places) else _next_phase(operation)


def _rows(model: Model, obj: Object, record: Record, version: int, *, live: bool) -> Iterable[Item]:
    """A record with all its rows."""
    copy = Record.of(record, id=record.id, partition=record.partition, version=version)
    yield pack(copy, obj.stored_form)
    rows = Rows.of(model, obj)
    for key, attributes in {**rows.derive(record, live=live), **rows.guards(record)}.items():
        yield keys.item_at(key, **attributes)


def _finish(around: Surroundings, operation: Operation, source: Item) -> Operation:
    """One transaction: the workspace's row has the model and the settings that came, and is suspended again."""
    table, ws, state = around.table, operation.workspace_id, operation.state
    metadata = MetadataState.of(state["version"], table.query_all(keys.metadata(ws)))
    roles = _roles(table, ws)
    live_keys = [item for item in table.query_all(keys.api_keys(ws)) if item.get("revokedAt") is None]
    result: dict[str, Any] = {
        "records": operation.counts.get("records", 0),
        "trash": operation.counts.get("trash", 0),
        "rolesThatWentAgain": sorted(label for role, (label, _) in state["roles"].items() if role not in roles),
        "rolesThatDiffer": sorted(
            label for role, (label, digest) in roles.items() if state["roles"].get(role, ["", ""])[1] != digest
        ),
        "keysWithoutRole": sorted(item["name"] for item in live_keys if item.get("roleId") not in roles),
    }
    operation = replace(operation, result=result, state={})
    entry = noted(ws, "restored", source["name"], **result)
    try:
        table.transact(
            [
                restored(
                    ws,
                    operation.id,
                    source,
                    version=metadata.version,
                    rows=metadata.rows,
                    revisions=metadata.revisions,
                    views=state["views"],
                    next_object_key=state["nextObjectKey"],
                    quiet=(state["began"], around.now_ms() // 1000 + 1),
                    now=around.now,
                ),
                operation.over(around.now_ms()),
                entry_item(ws, entry, administrator(operation.by), now=around.now),
            ]
        )
    except TransactionFailed:
        return operation  # Another process was faster.
    return operation
