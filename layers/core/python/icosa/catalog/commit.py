"""Reading a workspace's metadata for a change, and writing the change: all of it or nothing.

Every change is conditional on the version that was read, so changes come one after the other. What fits into one
transaction is one; what does not is staged (``staging``), with the workspace's row as the commit point.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ..errors import NotFound
from ..model.model import Model
from ..store import keys
from ..store.ops import Check, Delete, Op, Put, Update
from ..store.register import ABANDONED_AFTER_MS
from ..store.table import MAX_TRANSACTION, Table, TransactionConflict, TransactionFailed, chunked
from ..store.workspace_row import BUMP_VIEWS, BUMP_VIEWS_VALUES, VIEWS_VERSION, views_unchanged
from .jobs import new_job, put_job
from .loader import MetadataState, load_items
from .rows import build_model
from .staging import Item, StagedOp, abandoned, is_log, log_rows, logged, overlaid


class Overtaken(Exception):
    """Another change was faster: read again."""


class WorkspaceGone(NotFound):
    def __init__(self) -> None:
        super().__init__("Workspace not found", sub_code="WORKSPACE_NOT_FOUND")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One version of a workspace's metadata. ``items`` are its rows by sort key. ``views_version`` is as old as the
    version.
    """

    model: Model
    items: dict[str, Item]
    next_object_key: int
    views_version: int


def read(table: Table, workspace_id: str) -> Snapshot:
    """The metadata as it is now: one round trip, unless a change is under way. Raises WorkspaceGone, Unavailable."""
    pk = keys.metadata(workspace_id)
    workspace, items = table.parallel(
        [lambda part: part.get(keys.workspace(workspace_id)), lambda part: part.query_all(pk)]
    )
    if workspace is None:
        raise WorkspaceGone
    assert isinstance(workspace, dict) and isinstance(items, list)
    state = MetadataState.parse(workspace)
    if any(is_log(item) for item in items):
        settle(table, workspace_id, state, items)
    if state.staged is not None:
        raise Overtaken
    found = overlaid(items, None)
    version = state.version
    if MetadataState.of(version, found) != state:
        version, found = load_items(table, workspace_id, state)
        if version != state.version:
            raise Overtaken
    return Snapshot(
        model=build_model(workspace_id, version, found),
        items={item["SK"]: item for item in found},
        next_object_key=int(workspace["nextObjectKey"]),
        views_version=int(workspace.get(VIEWS_VERSION, 0)),
    )


def commit(
    table: Table,
    snapshot: Snapshot,
    model: Model,
    put: Sequence[Item],
    removed: Sequence[keys.Key],
    *,
    next_object_key: int,
    extra: Sequence[StagedOp] = (),
    views: Sequence[StagedOp] | None = None,
) -> None:
    """Write ``model``, the next version. ``put`` are metadata rows with its number as ``rev``; ``extra`` goes with
    them.

    ``views`` are rows of views and page layouts that go with them, made from those of ``snapshot.views_version``; None
    when those do not matter. Raises Overtaken when the version is not the latest any more, or the views are not;
    nothing is written then.
    """
    workspace_id = model.workspace_id
    rows = {**snapshot.items, **{item["SK"]: item for item in put}}
    for _, sk in removed:
        del rows[sk]
    state = MetadataState.of(model.version, rows.values())
    ops: list[StagedOp] = [*map(Put, put), *map(Delete, removed), *(views or ()), *extra]
    advance = partial(_advance, workspace_id, state, snapshot, next_object_key, with_views=views is not None)
    try:
        if len(ops) < MAX_TRANSACTION:
            table.transact([advance(staged=None), *ops])
        else:
            _commit_staged(table, workspace_id, advance, ops)
    except (TransactionFailed, TransactionConflict):
        raise Overtaken from None


def _commit_staged(table: Table, workspace_id: str, advance: Callable[..., Update], ops: Sequence[StagedOp]) -> None:
    staged, now_ms = uuid.uuid4().hex, int(time.time() * 1000)
    log = log_rows(workspace_id, staged, ops, now_ms=now_ms)
    table.transact([Put(row) for row in log])
    settling = put_job(workspace_id, new_job("settle", object_key="", object_id="", now_ms=now_ms))
    try:
        table.transact([advance(staged=staged), settling])
    except (TransactionFailed, TransactionConflict):
        table.transact([Delete((row["PK"], row["SK"])) for row in log])
        raise
    carry_out(table, workspace_id, staged, log)


def _advance(
    workspace_id: str,
    state: MetadataState,
    seen: Snapshot,
    next_object_key: int,
    *,
    with_views: bool,
    staged: str | None,
) -> Update:
    expression = (
        "SET metadataVersion = :new, metadataRows = :rows, metadataRevisions = :revisions, nextObjectKey = :key"
    )
    condition = "metadataVersion = :old AND attribute_not_exists(metadataStaged)"
    values = {
        ":new": state.version,
        ":rows": state.rows,
        ":revisions": state.revisions,
        ":key": next_object_key,
        ":old": seen.model.version,
    }
    if with_views:
        expression += f", {BUMP_VIEWS}"
        condition += f" AND {views_unchanged(seen.views_version)}"
        values |= {**BUMP_VIEWS_VALUES, ":views": seen.views_version}
    if staged is not None:
        expression += ", metadataStaged = :staged"
    return Update(
        keys.workspace(workspace_id),
        expression,
        condition,
        values={**values, **({":staged": staged} if staged is not None else {})},
    )


def carry_out(table: Table, workspace_id: str, staged: str, log: Sequence[Item]) -> None:
    """Do what the log of a committed change says. Safe to repeat and to do twice at once."""
    mine = {"values": {":staged": staged}}
    ops: list[Op] = [Delete(key) if item is None else Put(item) for key, item in logged(log, staged)]
    try:
        for part in chunked(ops, MAX_TRANSACTION - 1):
            table.transact([Check(keys.workspace(workspace_id), "metadataStaged = :staged", **mine), *part])
        done = Update(keys.workspace(workspace_id), "REMOVE metadataStaged", "metadataStaged = :staged", **mine)
        table.transact([done, *(Delete((row["PK"], row["SK"])) for row in log if row["SK"].split("#")[1] == staged)])
    except TransactionFailed:
        return  # somebody else has finished it


def settle(table: Table, workspace_id: str, state: MetadataState, items: Sequence[Item]) -> None:
    """Finish a committed change whose writer died, and clear the logs of those that were never committed."""
    if state.staged is not None:
        carry_out(table, workspace_id, state.staged, [item for item in items if is_log(item)])
    old = abandoned(items, state.staged, before_ms=int(time.time() * 1000) - ABANDONED_AFTER_MS)
    for part in chunked(old, MAX_TRANSACTION):
        table.transact([Delete(key) for key in part])
