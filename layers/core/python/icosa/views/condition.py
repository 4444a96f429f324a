"""The condition that a stored view puts on groups of records (``view_id`` of groupBy), in one read."""

from __future__ import annotations

from ..errors import BadRequest
from ..model.model import Model, Object
from ..store import keys
from ..store.table import Table
from .filters import Raw, view_filter
from .rows import unpack
from .shapes import VIEW
from .values import identifier


def view_condition(table: Table, model: Model, obj: Object, view_id: str, *, now: str) -> Raw | None:
    """What records of ``obj`` must fulfil to be in a view, in the form of ``query.filters``; None when there is no
    condition.

    ``now`` is a stored DATE_TIME. Raises BadRequest for an id of no view, a view of another object, a filter that
    cannot be applied.
    """
    try:
        key = keys.view_row(model.workspace_id, VIEW.collection, identifier.read("viewId", view_id))
    except ValueError:
        raise BadRequest(f"'{view_id}' is not a valid UUID", sub_code="INVALID_QUERY_INPUT") from None
    item = table.get(key)
    view = None if item is None else unpack(item)
    if view is None or not view.is_live:
        # 400, not 404: what the path names is there.
        raise BadRequest(VIEW.missing.format(id=view_id), sub_code="VIEW_NOT_FOUND")
    if view.entity["objectMetadataId"] != obj.id:
        raise BadRequest(f"View (id: {view_id}) does not show {obj.name_plural}", sub_code="INVALID_QUERY_INPUT")
    return view_filter(obj, view, now=now)


def both(raw: Raw | None, condition: Raw | None) -> Raw | None:
    """A filter of a request and the condition of a view together."""
    return {"and": [raw, condition]} if raw and condition else raw or condition
