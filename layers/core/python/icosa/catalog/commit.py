"""Reading a workspace's metadata for a change, and writing the change: all of it or nothing.

Every change requires the version that was read, so changes have one order. A change that fits into one transaction is
one; another is staged (``catalog.staging``), and its commit is the update of the workspace's row.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from ..errors import NotFound, Unavailable
from ..model.model import Model
from ..model.tunable import UNCHOSEN, IndexSetting
from ..store import keys
from ..store.ops import DeleteItem, Op, PutItem, UpdateItem
from ..store.register import ABANDONED_AFTER_MS
from ..store.table import MAX_TRANSACTION, Table, TransactionConflict, TransactionFailed, chunked
from ..store.workspace_row import VIEWS_VERSION, carried_out, index_setting, is_staged, next_model
from .jobs import Job, new_job, put_job
from .loader import MetadataState, load_items
from .memory import KnownVersion, known_version, remember
from .rows import build_model, in_rows_of_their_own
from .staging import Item, StagedOp, abandoned, by_sort_key, is_log, log_of, log_rows, logged, overlaid


class VersionConflict(Exception):
    """Another change has replaced the version that was read: read again."""


class WorkspaceGone(NotFound):
    """The workspace was deleted while the request ran."""

    def __init__(self) -> None:
        super().__init__("Workspace not found", sub_code="WORKSPACE_NOT_FOUND")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One version of a workspace's metadata. ``items`` are its rows by sort key; ``views_version`` was read with it."""

    model: Model
    items: dict[str, Item]
    next_object_key: int
    views_version: int
    indexes: IndexSetting = UNCHOSEN


def read(table: Table, workspace_id: str) -> Snapshot:
    """The metadata as it is now. Raises WorkspaceGone, Unavailable, and VersionConflict during a change.

    One round trip: of 1.5 read units when this process knows the version (``memory``), else of all metadata rows.
    """
    return _remembered(table, workspace_id) or _read_all(table, workspace_id)


def _remembered(table: Table, workspace_id: str) -> Snapshot | None:
    """The metadata as this process knows it, None when it does not know the present version."""
    known = known_version(table, workspace_id)
    if known is None:
        return None
    workspace, logs = table.parallel(
        [
            lambda part: part.get(keys.workspace(workspace_id)),
            lambda part: part.query_all(keys.metadata(workspace_id), prefix=keys.STAGED_ROWS),
        ]
    )
    if workspace is None:
        raise WorkspaceGone
    assert isinstance(workspace, dict)
    # A log is of a change that goes on, or one that must be finished or removed.
    return None if logs or MetadataState.parse(workspace) != known.state else _snapshot(workspace, known)


def _snapshot(workspace: Item, known: KnownVersion) -> Snapshot:
    return Snapshot(
        model=known.model,
        items=known.items,
        next_object_key=int(workspace["nextObjectKey"]),
        views_version=int(workspace.get(VIEWS_VERSION, 0)),
        indexes=index_setting(workspace),
    )


def _read_all(table: Table, workspace_id: str) -> Snapshot:
    pk = keys.metadata(workspace_id)
    workspace, items = table.parallel(
        [lambda part: part.get(keys.workspace(workspace_id)), lambda part: part.query_all(pk)]
    )
    if workspace is None:
        raise WorkspaceGone
    assert isinstance(workspace, dict) and isinstance(items, list)
    state = MetadataState.parse(workspace)
    if any(is_log(item) for item in items):
        try:
            finish_abandoned(table, workspace_id, state, items)
        except TransactionConflict:
            raise VersionConflict from None  # Others are at the same.
    if state.staged is not None:
        raise VersionConflict
    rows = overlaid(items, None)
    version = state.version
    if MetadataState.of(version, rows) != state:
        version, rows = load_items(table, workspace_id, state)
        if version != state.version:
            raise VersionConflict
    known = KnownVersion(
        state=MetadataState.of(version, rows),
        model=build_model(workspace_id, version, rows),
        items=by_sort_key(rows),
    )
    remember(table, workspace_id, known)
    return _snapshot(workspace, known)


def commit(
    table: Table,
    snapshot: Snapshot,
    model: Model,
    put: Sequence[Item],
    removed: Sequence[keys.Key],
    *,
    next_object_key: int,
    extra: Sequence[StagedOp] = (),
    jobs: Sequence[Job] = (),
    views: Sequence[StagedOp] | None = None,
    demands: Sequence[UpdateItem] = (),
    is_required: bool = False,
) -> None:
    """Write ``model``, the next version. ``put`` are metadata rows with its number as ``rev``; ``extra`` goes with
    them, and so do ``jobs``.

    ``views`` are changes of views and page layouts that go with them, made from those of ``snapshot.views_version``;
    None for a change that concerns no views. ``demands`` are what must hold beside it, of a change that
    ``is_one_transaction``. ``is_required``: whoever writes records must know this version
    (``store.lease``). Raises VersionConflict when the version is not the latest any more, or the
    views are not; nothing is written then.
    """
    workspace_id = model.workspace_id
    put, removed = in_rows_of_their_own(snapshot.items, model, put, removed)
    rows = {**snapshot.items, **by_sort_key(put)}
    for _, sk in removed:
        del rows[sk]
    state = MetadataState.of(model.version, rows.values())
    ops: list[StagedOp] = [*map(PutItem, put), *map(DeleteItem, removed), *(views or ()), *extra]
    ops += [put_job(workspace_id, job) for job in jobs]
    advance = partial(
        next_model,
        workspace_id,
        seen=snapshot.model.version,
        version=state.version,
        rows=state.rows,
        revisions=state.revisions,
        next_object_key=next_object_key,
        seen_views=None if views is None else snapshot.views_version,
        is_required=is_required,
    )
    try:
        if is_one_transaction(len(ops) + len(demands)):
            due = min((job.overdue_ms for job in jobs), default=None)
            table.transact([advance(staged=None, jobs_due=due), *demands, *ops])
        else:
            assert not demands, "a staged change cannot demand anything"
            _commit_staged(table, workspace_id, advance, ops)
    except (TransactionFailed, TransactionConflict):
        raise VersionConflict from None
    remember(table, workspace_id, KnownVersion(state=state, model=model, items=rows))


def is_one_transaction(operations: int) -> bool:
    """Whether a change of so many operations, beside that of the workspace's row, is one transaction."""
    return operations < MAX_TRANSACTION


def _commit_staged(
    table: Table, workspace_id: str, advance: Callable[..., UpdateItem], ops: Sequence[StagedOp]
) -> None:
    staged, now_ms = uuid.uuid4().hex, int(time.time() * 1000)
    log = log_rows(workspace_id, staged, ops, now_ms=now_ms)
    table.transact([PutItem(row) for row in log])
    finish = new_job("finish", object_key="", object_id="", now_ms=now_ms)
    try:
        table.transact([advance(staged=staged, jobs_due=finish.overdue_ms), put_job(workspace_id, finish)])
    except (TransactionFailed, TransactionConflict):
        table.transact([DeleteItem(keys.of(row)) for row in log])
        raise
    # It is committed: what fails from here on is done by the next change, or by the job.
    with suppress(TransactionConflict, Unavailable):
        carry_out(table, workspace_id, staged, log)


def carry_out(table: Table, workspace_id: str, staged: str, log: Sequence[Item]) -> None:
    """Put the rows of a committed change in their places, by its log. Safe to repeat, and for two at once."""
    ops: list[Op] = [DeleteItem(key) if item is None else PutItem(item) for key, item in logged(log, staged)]
    try:
        for part in chunked(ops, MAX_TRANSACTION - 1):
            table.transact([is_staged(workspace_id, staged), *part])
        table.transact([carried_out(workspace_id, staged), *(DeleteItem(keys.of(row)) for row in log_of(log, staged))])
    except TransactionFailed:
        return  # somebody else has carried it out


def finish_abandoned(table: Table, workspace_id: str, state: MetadataState, items: Sequence[Item]) -> None:
    """Carry out a committed change whose writer died, and remove the logs of changes that were never committed."""
    if state.staged is not None:
        carry_out(table, workspace_id, state.staged, [item for item in items if is_log(item)])
    old = abandoned(items, state.staged, before_ms=int(time.time() * 1000) - ABANDONED_AFTER_MS)
    for part in chunked(old, MAX_TRANSACTION):
        table.transact([DeleteItem(key) for key in part])
