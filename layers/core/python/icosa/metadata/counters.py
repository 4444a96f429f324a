"""More counters for an object whose creates meet in the ones that it has (``store.vacancy``, ``store.contention``)."""

from __future__ import annotations

from collections.abc import Sequence

from ..access.audit import ADMINISTRATOR, SYSTEM, Entry
from ..catalog.commit import WorkspaceGone
from ..errors import BadRequest
from ..model.model import Object
from ..store.table import Table
from ..store.vacancy import MOST_COUNTERS
from .draft import Draft
from .own_changes import change_model


def spread_counters(table: Table, workspace_id: str, object_name: str, *, now: str) -> int:
    """Let an object have as many counters as one can have, by a change of its model; how many it has then. For an
    administrator.

    Raises BadRequest for an object that there is not, and TransactionConflict while the model keeps changing.
    """

    def edit(draft: Draft) -> Sequence[Entry]:
        obj = draft.base.by_singular.get(object_name)
        if obj is None:
            raise BadRequest(f"The workspace has no object {object_name}")
        return _spread(draft, obj)

    return change_model(table, workspace_id, edit, ADMINISTRATOR, now=now).by_singular[object_name].counters


def spread_by_conflicts(table: Table, workspace_id: str, object_key: str, *, now: str) -> None:
    """The same because of the conflicts that were noted, for a job; nothing where the object is gone.

    Raises TransactionConflict while the model keeps changing.
    """

    def edit(draft: Draft) -> Sequence[Entry]:
        obj = draft.base.by_key.get(object_key)
        return () if obj is None else _spread(draft, obj)

    try:
        change_model(table, workspace_id, edit, SYSTEM, now=now)
    except WorkspaceGone:
        return


def _spread(draft: Draft, obj: Object) -> Sequence[Entry]:
    if obj.counters >= MOST_COUNTERS:
        return ()
    draft.set_object(obj.id, counters=MOST_COUNTERS)
    return [
        Entry(
            action="counters.spread",
            target_type="object",
            target_id=obj.id,
            label=obj.name_singular,
            before={"counters": obj.counters},
            after={"counters": MOST_COUNTERS},
        )
    ]
