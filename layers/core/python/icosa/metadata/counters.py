"""More counters for an object whose creates meet in the ones that it has (``store.vacancy``)."""

from __future__ import annotations

from ..catalog.commit import VersionConflict, commit, read
from ..errors import BadRequest
from ..store.table import Table, TransactionConflict
from ..store.vacancy import MOST_COUNTERS
from .draft import Draft
from .job_worker import ATTEMPTS


def spread_counters(table: Table, workspace_id: str, object_name: str, *, now: str) -> int:
    """Let an object have as many counters as one can have, by a change of its model; how many it has then.

    Raises BadRequest for an object that there is not, and TransactionConflict while the model keeps changing.
    """
    for _ in ATTEMPTS:
        snapshot = read(table, workspace_id)
        obj = snapshot.model.by_singular.get(object_name)
        if obj is None:
            raise BadRequest(f"The workspace has no object {object_name}")
        if obj.counters >= MOST_COUNTERS:
            return obj.counters
        draft = Draft(snapshot.model, next_object_key=snapshot.next_object_key, now=now)
        draft.set_object(obj.id, counters=MOST_COUNTERS)
        rows = draft.row_changes()
        try:
            commit(table, snapshot, draft.model(), rows.put, rows.removed, next_object_key=draft.next_object_key)
        except VersionConflict:
            continue
        return MOST_COUNTERS
    raise TransactionConflict
