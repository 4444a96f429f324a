"""More counters for an object whose creates meet in the ones that it has (``store.vacancy``, ``store.contention``)."""

from __future__ import annotations

from collections.abc import Callable

from ..access.audit import ADMINISTRATOR, SYSTEM, Actor, Entry, entry_item, log
from ..catalog.commit import VersionConflict, WorkspaceGone, commit, read
from ..errors import BadRequest
from ..model.model import Model, Object
from ..store.table import Table, TransactionConflict
from ..store.vacancy import MOST_COUNTERS
from .draft import Draft
from .job_worker import ATTEMPTS


def spread_counters(table: Table, workspace_id: str, object_name: str, *, now: str) -> int:
    """Let an object have as many counters as one can have, by a change of its model; how many it has then. For an
    administrator.

    Raises BadRequest for an object that there is not, and TransactionConflict while the model keeps changing.
    """
    counters = _spread(table, workspace_id, lambda model: model.by_singular.get(object_name), ADMINISTRATOR, now)
    if counters is None:
        raise BadRequest(f"The workspace has no object {object_name}")
    return counters


def spread_by_conflicts(table: Table, workspace_id: str, object_key: str, *, now: str) -> None:
    """The same because of the conflicts that were noted, for a job; nothing where the object is gone.

    Raises TransactionConflict while the model keeps changing.
    """
    try:
        _spread(table, workspace_id, lambda model: model.by_key.get(object_key), SYSTEM, now)
    except WorkspaceGone:
        return


def _spread(
    table: Table, workspace_id: str, find: Callable[[Model], Object | None], actor: Actor, now: str
) -> int | None:
    for _ in ATTEMPTS:
        try:
            snapshot = read(table, workspace_id)
            obj = find(snapshot.model)
            if obj is None or obj.counters >= MOST_COUNTERS:
                return None if obj is None else obj.counters
            draft = Draft(snapshot.model, next_object_key=snapshot.next_object_key, now=now)
            draft.set_object(obj.id, counters=MOST_COUNTERS)
            rows = draft.row_changes()
            entry = _entry(obj)
            commit(
                table,
                snapshot,
                draft.model(),
                rows.put,
                rows.removed,
                next_object_key=draft.next_object_key,
                extra=[entry_item(workspace_id, entry, actor, now=now)],
            )
        except VersionConflict:
            continue
        log(workspace_id, entry, actor)
        return MOST_COUNTERS
    raise TransactionConflict


def _entry(obj: Object) -> Entry:
    return Entry(
        action="counters.spread",
        target_type="object",
        target_id=obj.id,
        label=obj.name_singular,
        before={"counters": obj.counters},
        after={"counters": MOST_COUNTERS},
    )
