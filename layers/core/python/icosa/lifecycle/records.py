"""Pages of an object's records as they count, for those who go through all of them."""

from __future__ import annotations

from ..model.model import Object
from ..model.record import Record
from ..store import keys
from ..store.live_rows import page_after
from ..store.places import home
from ..store.record import current_state, is_hidden, is_reservation, unpack, unpack_or_none
from ..store.table import Table


def page(
    table: Table, workspace_id: str, obj: Object, *, live: bool, after: str | None, limit: int
) -> tuple[list[Record], str | None]:
    """The next records of an object that are live, or in the trash, and the id to go on after, None at the end.

    Rows that a batch is moving stand in both partitions: the one that counts is in one of the pages. A read unit for
    each 4 KB, and one for each record that is being moved.
    """
    if live:
        items, last = page_after(table, workspace_id, obj, after=after, limit=limit)
    else:
        found = table.query(keys.trash(workspace_id, obj.key), after=after, limit=limit)
        items, last = found.items, found.last
    form = obj.stored_form
    records = [unpack(item, form) for item in items if not is_hidden(item)]
    moving = [] if live else [item for item in items if is_hidden(item) and not is_reservation(item)]
    if moving:
        twins = table.batch_get([home(workspace_id, obj, keys.sort_of(item)) for item in moving])
        for item, twin in zip(moving, twins, strict=True):
            trashed = unpack(item, form)
            if current_state(unpack_or_none(twin, form), trashed) == (trashed, False):
                records.append(trashed)
    return records, last
