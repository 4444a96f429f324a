"""Changes of the model that the product makes itself, by what it has seen or what an operator asks for: no rule of the
data model can refuse them, and the audit log may tell of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ..access.audit import SYSTEM, Actor, Entry, entry_item, log
from ..catalog.commit import Snapshot, VersionConflict, commit, read
from ..catalog.jobs import Job, put_job
from ..model.model import Model
from ..store.retry import Attempts
from ..store.table import Table, TransactionConflict
from .draft import Draft

_ATTEMPTS: Final = Attempts(20, longest_pause=0.2)


def change_model(
    table: Table, workspace_id: str, edit: Callable[[Draft], Sequence[Entry]], actor: Actor = SYSTEM, *, now: str
) -> Model:
    """Apply ``edit``, which gives what the audit log is to tell, to the model as it is; the model after it. Where it
    changes nothing, nothing is written.

    Raises WorkspaceGone, and TransactionConflict while the model keeps changing.
    """
    for _ in _ATTEMPTS:
        try:
            snapshot = read(table, workspace_id)
            draft = Draft(snapshot.model, next_object_key=snapshot.next_object_key, now=now)
            return commit_told(table, snapshot, draft, edit(draft), actor)
        except VersionConflict:
            continue
    raise TransactionConflict


def commit_told(
    table: Table, snapshot: Snapshot, draft: Draft, entries: Sequence[Entry], actor: Actor, jobs: Sequence[Job] = ()
) -> Model:
    """Write a draft in one transaction with its jobs and its entries of the audit log; the model after it. Raises
    VersionConflict, and WorkspaceGone.
    """
    ws = snapshot.model.workspace_id
    rows = draft.row_changes()
    if not rows.put:
        return snapshot.model
    model = draft.model()
    told = [entry_item(ws, entry, actor, now=draft.now) for entry in entries]
    commit(
        table,
        snapshot,
        model,
        rows.put,
        rows.removed,
        next_object_key=draft.next_object_key,
        extra=[*(put_job(ws, job) for job in jobs), *told],
    )
    for entry in entries:
        log(ws, entry, actor)
    return model
