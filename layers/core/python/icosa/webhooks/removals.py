"""What the removal of a record's row means: that the record has been destroyed, or that it has moved.

The stream does not tell, so both places of the record are read: one unit each (for 4 KB), together for all removals of
a batch, and one for the events of those records that are in neither place. A record that went to the trash and was
destroyed there leaves two removals. The first is a move if the event that it was deleted is known. The two rows are in
different shards of the stream, though: should the removal from the trash be told of first, the other one is left out by
the event that it made. Only where two processes look at the same moment a receiver hears of the destruction twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from ..model.model import Model, Object
from ..store import event_row, keys
from ..store.record import StoredRow, is_reservation, unpack, version_of
from ..store.stream import RecordChange
from ..store.table import Table

_CREATED_AT: Final = ("createdAt",)


def destroyed(
    table: Table, model: Model, removals: Sequence[RecordChange], *, told: Collection[str] = ()
) -> list[RecordChange]:
    """Those of ``removals``, which are all of ``model``'s workspace, that are destructions. ``told`` are ids of events
    that are about to be written.
    """
    ws = model.workspace_id
    places = [(place(ws, each.object_key), each.record_id) for each in removals for place in (keys.records, keys.trash)]
    rows = table.batch_get(places)
    gone = [
        change
        for change, live, trashed in zip(removals, rows[::2], rows[1::2], strict=True)
        if (obj := model.by_key.get(change.object_key)) is not None
        and not any(_is_same(obj, change.row, row) for row in (live, trashed))
    ]
    doubts = [_doubt(ws, change) for change in gone]
    known = {*told, *event_row.known_ids(table, ws, [event_id for event_id in doubts if event_id not in told])}
    return [change for change, event_id in zip(gone, doubts, strict=True) if event_id not in known]


def record_event_id(ws: str, object_key: str, record_id: str, action: str, version: int) -> str:
    """The id of an event of a record: an action has one for each version of its row."""
    return event_row.event_id_of(ws, object_key, record_id, action, version)


def _doubt(ws: str, change: RecordChange) -> str:
    """The id of the event that says that a removal was no destruction, or one that has been told of already."""
    version = version_of(change.row)
    if change.is_live:
        return record_event_id(ws, change.object_key, change.record_id, "deleted", version + 1)
    return record_event_id(ws, change.object_key, change.record_id, "destroyed", version - 1)


def _is_same(obj: Object, old: StoredRow, row: StoredRow | None) -> bool:
    """Whether a row that is there now is of the record whose row was removed: another may have been made under its
    id.
    """
    if row is None or is_reservation(row):
        return False
    created_at = obj.leaves.get(_CREATED_AT)
    if created_at is None:
        return True
    return bool(created_at.get(unpack(old, obj.stored_form)) == created_at.get(unpack(row, obj.stored_form)))
