"""What the removal of a record's row means: that the record has been destroyed, or that it has moved.

The stream does not tell, so both places of the record are read: one unit each (for 4 KB), together for all removals of
a batch, and two more for the events of those records that are in neither place. A record that went to the trash and was
destroyed there leaves two removals. The first was a move if the event is known that the record was deleted. The two
rows are in different shards of the stream, though. Should that event not be known yet, the first removal is taken for
the destruction, and the second is left out, as one is told of already. Only where two processes look at the same
moment, or the record was changed in the trash, a receiver hears of a destruction twice.
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


def are_destructions(
    table: Table, model: Model, removals: Sequence[RecordChange], *, told: Collection[str] = ()
) -> list[bool]:
    """For each removal, all of ``model``'s workspace and of objects that it has, whether the record was destroyed.
    ``told`` are ids of events that are about to be written.
    """
    ws = model.workspace_id
    places = [(place(ws, each.object_key), each.record_id) for each in removals for place in (keys.records, keys.trash)]
    rows = table.batch_get(places)
    doubts = [
        ()
        if any(_is_same(model.by_key[change.object_key], change.row, row) for row in (live, trashed))
        else _doubts(ws, change)
        for change, live, trashed in zip(removals, rows[::2], rows[1::2], strict=True)
    ]
    unknown = [event_id for ids in doubts for event_id in ids if event_id not in told]
    known = {*told, *event_row.known_ids(table, ws, unknown)}
    return [bool(ids) and known.isdisjoint(ids) for ids in doubts]


def record_event_id(ws: str, object_key: str, record_id: str, action: str, version: int) -> str:
    """The id of an event of a record: an action has one for each version of its row."""
    return event_row.event_id_of(ws, object_key, record_id, action, version)


def _doubts(ws: str, change: RecordChange) -> tuple[str, str]:
    """Ids of the events that say that a removal was a move, or a destruction that has been told of already."""
    version, move = version_of(change.row), "deleted" if change.is_live else "restored"
    of_record = ws, change.object_key, change.record_id
    return record_event_id(*of_record, move, version + 1), record_event_id(*of_record, "destroyed", version - 1)


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
