"""The condition that a stored view puts on groups of records (``view_id`` of groupBy), in one read."""

from __future__ import annotations

from ..errors import BadRequest
from ..identifiers import parse_uuid
from ..model.model import Model, Object
from ..query.field_filters import Raw
from ..store import keys
from ..store.table import Table
from .entity_types import VIEW
from .filters import view_filter
from .rows import unpack


def view_condition(table: Table, model: Model, obj: Object, view_id: str, *, now: str) -> Raw | None:
    """What records of ``obj`` must fulfil to be in a view, in the form of ``query.filters``; None when there is no
    condition.

    ``now`` is a stored DATE_TIME. Raises BadRequest for an id of no view, a view of another object, a filter that
    cannot be applied.
    """
    row_id = parse_uuid(view_id)
    if row_id is None:
        raise BadRequest(f"'{view_id}' is not a valid UUID", sub_code="INVALID_QUERY_INPUT")
    item = table.get(keys.view_row(model.workspace_id, VIEW.collection, row_id))
    view = None if item is None else unpack(item)
    if view is None or not view.is_live:
        # 400, not 404: what the path names is there.
        raise BadRequest(VIEW.missing.format(id=view_id), sub_code="VIEW_NOT_FOUND")
    if view.entity["objectMetadataId"] != obj.id:
        raise BadRequest(f"View (id: {view_id}) does not show {obj.name_plural}", sub_code="INVALID_QUERY_INPUT")
    return view_filter(obj, view, now=now)


def combined(raw: Raw | None, condition: Raw | None) -> Raw | None:
    """A filter of a request and the condition of a view together."""
    return {"and": [raw, condition]} if raw and condition else raw or condition
