"""Bringing a workspace's indexes to what its setting ``indexes`` says, or under ``auto`` to what their use says: the
job that ``catalog.tuning`` announces (docs/storage.md#indexes-by-use).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from ..access.audit import SYSTEM, Entry, entry_item, log
from ..catalog.commit import VersionConflict, WorkspaceGone, commit, read
from ..catalog.jobs import put_job
from ..model.dates import format_instant
from ..model.model import Model, Object
from ..model.types.base import FULL_INDEX, Leaf
from ..store.retry import Attempts
from ..store.table import Table, TransactionConflict
from .draft import Draft
from .index_advice import LeafAdvice, advise
from .index_targets import leaves_of, set_wanted
from .leaf_indexes import set_leaf_index
from .record_jobs import plan_jobs

#: Indexes that one look at a workspace builds, and drops; at most one of them is built for an object, since what it
#: makes of the scans is seen before the next.
MOST_BUILT: Final = 3
MOST_DROPPED: Final = 10
#: Indexes of an object that use has made.
MOST_OF_OBJECT: Final = 20
#: Changes that the audit log has one by one; of more it has their number.
_MOST_ENTRIES: Final = 20

_ATTEMPTS = Attempts(16)


def tune(table: Table, workspace_id: str, *, now_ms: int) -> None:
    """Build and drop what is due. Nothing that reads answer depends on it."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    for _ in _ATTEMPTS:
        try:
            _tune(table, workspace_id, now, now_ms)
        except VersionConflict:
            continue
        except WorkspaceGone:
            pass
        return
    raise TransactionConflict


def _tune(table: Table, workspace_id: str, now: datetime, now_ms: int) -> None:
    snapshot = read(table, workspace_id)
    draft = Draft(snapshot.model, next_object_key=snapshot.next_object_key, now=format_instant(now))
    if snapshot.indexes == "auto":
        _follow_use(table, draft, now)
    elif snapshot.indexes in ("all", "declared"):
        set_wanted(draft, snapshot.indexes)
    entries = _entries(snapshot.model, draft)
    jobs = plan_jobs(draft, now_ms=now_ms)
    rows = draft.row_changes()
    if not rows.put:
        return
    told = [entry_item(workspace_id, entry, SYSTEM, now=draft.now) for entry in entries]
    commit(
        table,
        snapshot,
        draft.model(),
        rows.put,
        rows.removed,
        next_object_key=draft.next_object_key,
        extra=[*(put_job(workspace_id, job) for job in jobs), *told],
    )
    for entry in entries:
        log(workspace_id, entry, SYSTEM)


def _follow_use(table: Table, draft: Draft, now: datetime) -> None:
    objects = [obj for obj in draft.objects.values() if obj.is_active]
    advice = advise(table, draft.base, objects, now=now)
    made = Counter(item.obj.key for item in advice if item.made_by == "TUNER")
    for item in due_builds(advice, made):
        set_leaf_index(draft, item.leaf.field.id, item.leaf.subfield, "ALL")
    due = [item for item in advice if item.advice == "DROP" and item.made_by != "DECLARED"]
    for item in sorted(due, key=lambda item: item.usd_per_month)[:MOST_DROPPED]:
        set_leaf_index(draft, item.leaf.field.id, item.leaf.subfield, "NONE")


def due_builds(advice: Sequence[LeafAdvice], made: Counter[str]) -> list[LeafAdvice]:
    """What is built now: what saves most, one of an object, of objects where use has not made too many yet (by keys:
    ``made``).
    """
    chosen: dict[str, LeafAdvice] = {}
    for item in sorted(advice, key=lambda item: item.usd_per_month):
        if item.advice == "BUILD" and made[item.obj.key] < MOST_OF_OBJECT:
            chosen.setdefault(item.obj.key, item)
    return list(chosen.values())[:MOST_BUILT]


def _entries(before: Model, draft: Draft) -> list[Entry]:
    entries = []
    for change in draft.field_changes():
        if change.before is None or change.after is None:
            continue
        for leaf in change.after.leaves:
            old = change.before.leaf_indexes.get(leaf.subfield or "", FULL_INDEX).records
            if old != leaf.index.records:
                entries.append(_entry(change.obj, leaf, old))
    if len(entries) <= _MOST_ENTRIES:
        return entries
    ws = before.workspace_id
    return [
        Entry(
            action="index.changed",
            target_type="workspace",
            target_id=ws,
            label=f"{len(entries)} indexes",
            before={"indexes": sum(leaf.has_rows for obj in before.objects for leaf in leaves_of(obj))},
            after={"indexes": sum(leaf.has_rows for obj in draft.objects.values() for leaf in leaves_of(obj))},
        )
    ]


def _entry(obj: Object, leaf: Leaf, old: str) -> Entry:
    return Entry(
        action="index.dropped" if leaf.index.records == "NONE" else "index.built",
        target_type="field",
        target_id=leaf.field.id,
        label=f"{obj.name_singular}.{leaf.dotted}",
        before={"records": old},
        after={"records": leaf.index.records},
    )
