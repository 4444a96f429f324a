"""Moves to the trash and back, and destructions: what the stream does not tell by one row alone.

A row that is gone was moved or destroyed. The log of changes names every move with the version that it has ended
(``store.recent``), in the same transaction; so what it does not name was destroyed, whoever has got the same id since,
and in whatever order the stream's shards are read. One query for the removals of a batch: a read unit for some 30 moves
of the workspace within about a minute.

What a record that was moved to the trash looks like there shows its row there, one read unit for each, as long as
nothing has happened to it since; then it is what it was before, with the time of the move.

The trash is a partition of its own, and may be read ahead of the live records, whose rows tell of the move. What
happens to a record there must stand behind its deletion in the feed. So the deletion is waited for, a little; and if it
does not come it is told by whoever has waited.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ..model.model import Model, Object
from ..store import event_row, keys, recent
from ..store.record import StoredRow, moved_from, with_values
from ..store.stream import RecordChange
from ..store.table import Table

_STAMPS: Final = ("deletedAt", "updatedAt")
#: Seconds between two looks for a deletion.
_PAUSE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Patience:
    """How long (in seconds) what happened in the trash waits for the deletion before it."""

    seconds: float = 5.0
    sleep: Callable[[float], None] = time.sleep


def resolve(table: Table, model: Model, changes: Sequence[RecordChange]) -> list[RecordChange | None]:
    """The changes, each removal as a deletion, a destruction, or None where it tells nothing new. All are of objects of
    ``model``, of its workspace.
    """
    removals = [change for change in changes if change.happening == "removed"]
    hidden = [change for change in changes if change.happening == "deleted"]
    if not removals and not hidden:
        return list(changes)
    times = [change.seconds for change in (*removals, *hidden)]
    moves = recent.moves(table, model.workspace_id, min(times), max(times))
    found = [_resolved(change, moves) for change in changes]
    deleted = [change for change in found if change is not None and change.happening == "deleted"]
    places = [(keys.trash(model.workspace_id, change.object_key), change.record_id) for change in deleted]
    rows = {keys.of(row): row for row in table.batch_get(places) if row is not None}

    def shown(change: RecordChange | None) -> RecordChange | None:
        if change is None or change.happening != "deleted":
            return change
        row = rows.get((keys.trash(model.workspace_id, change.object_key), change.record_id))
        if row is not None and moved_from(row) == change.version:
            return replace(change, row=row)
        return replace(change, row=_as_deleted(model.by_key[change.object_key], change, moves.get(_key(change))))

    return [shown(change) for change in found]


def _resolved(change: RecordChange, moves: dict[tuple[str, str, int], str]) -> RecordChange | None:
    if change.happening != "removed":
        return change
    if _key(change) not in moves:
        return replace(change, happening="destroyed")
    return replace(change, happening="deleted") if change.is_live else None


def _key(change: RecordChange) -> tuple[str, str, int]:
    return change.object_key, change.record_id, change.version


def _as_deleted(obj: Object, change: RecordChange, now: str | None) -> StoredRow:
    """The row before the deletion, with the time of its request where that is known."""
    fields = [obj.by_name[name] for name in _STAMPS if name in obj.by_name]
    return change.row if now is None else with_values(change.row, {field.key: now for field in fields})


# ------------------------------------------------------------------ the order in the feed


def with_deletions(
    table: Table, workspace_id: str, changes: Sequence[RecordChange], patience: Patience
) -> list[list[RecordChange]]:
    """For each change itself, after the deletion that must stand before it in the feed and is not told of yet."""
    before = [_deletion_before(change) for change in changes]
    ids = {deletion_id(workspace_id, deletion): deletion for deletion in before if deletion is not None}
    own = {deletion_id(workspace_id, change) for change in changes if change.happening == "deleted"}
    missing = [event_id for event_id in ids if event_id not in own]
    waited = 0.0
    while missing:
        known = event_row.known_ids(table, workspace_id, missing)
        missing = [event_id for event_id in missing if event_id not in known]
        if not missing or waited >= patience.seconds:
            break
        patience.sleep(_PAUSE)
        waited += _PAUSE
    untold = set(missing)
    return [
        [deletion, change] if deletion is not None and deletion_id(workspace_id, deletion) in untold else [change]
        for deletion, change in zip(before, changes, strict=True)
    ]


def _deletion_before(change: RecordChange) -> RecordChange | None:
    """The deletion that nothing has happened to the record in between, of a change in the trash."""
    row = change.row if change.old is None else change.old
    version = None if change.is_live else moved_from(row)
    return None if version is None else replace(change, happening="deleted", row=row, old=None, version=version)


def deletion_id(workspace_id: str, change: RecordChange) -> str:
    return record_event_id(workspace_id, change.object_key, change.record_id, "deleted", change.version)


def record_event_id(ws: str, object_key: str, record_id: str, action: str, version: int) -> str:
    """The id of an event of a record: an action has one for each version."""
    return event_row.event_id_of(ws, object_key, record_id, action, version)
