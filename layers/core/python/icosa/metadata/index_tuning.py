"""Bringing a workspace's indexes to what its setting ``indexes`` says, or under ``auto`` to what their use says: the
job that ``catalog.tuning`` announces (docs/storage.md#indexes-by-use).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from ..access.audit import SYSTEM
from ..catalog.commit import VersionConflict, WorkspaceGone, read
from ..model.dates import format_instant
from ..store.retry import Attempts
from ..store.table import Table, TransactionConflict
from .draft import Draft
from .index_advice import LeafAdvice, advise
from .index_changes import commit_indexes
from .index_targets import left_records, set_wanted
from .leaf_indexes import set_leaf_index

#: Indexes that one look at a workspace builds, and drops; at most one of them is built for an object, since what it
#: makes of the scans is seen before the next.
MOST_BUILT: Final = 3
MOST_DROPPED: Final = 10
#: Indexes of an object that use has made.
MOST_OF_OBJECT: Final = 20

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
    commit_indexes(table, snapshot, draft, SYSTEM, now_ms=now_ms)


def _follow_use(table: Table, draft: Draft, now: datetime) -> None:
    objects = [obj for obj in draft.objects.values() if obj.is_active]
    advice = advise(table, draft.base, objects, now=now)
    made = Counter(item.obj.key for item in advice if item.made_by == "TUNER")
    for item in due_builds(advice, made):
        set_leaf_index(draft, item.leaf.field.id, item.leaf.subfield, "ALL")
    due = [item for item in advice if item.advice == "DROP" and item.made_by != "DECLARED"]
    for item in sorted(due, key=lambda item: item.usd_per_month)[:MOST_DROPPED]:
        set_leaf_index(draft, item.leaf.field.id, item.leaf.subfield, left_records(item.leaf))


def due_builds(advice: Sequence[LeafAdvice], made: Counter[str]) -> list[LeafAdvice]:
    """What is built now: what saves most, one of an object, of objects where use has not made too many yet (by keys:
    ``made``).
    """
    chosen: dict[str, LeafAdvice] = {}
    for item in sorted(advice, key=lambda item: item.usd_per_month):
        if item.advice == "BUILD" and made[item.obj.key] < MOST_OF_OBJECT:
            chosen.setdefault(item.obj.key, item)
    return list(chosen.values())[:MOST_BUILT]
