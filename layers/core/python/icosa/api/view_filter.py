"""Filters of requests that also name a view (``view_id`` of groupBy), for both APIs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..access.context import RequestContext
from ..model.model import Object

#: The filter of a request together with the condition of the view that it names, if any: ``(object, filter, view id)``.
ViewFilter = Callable[[Object, dict[str, Any] | None, str | None], dict[str, Any] | None]


def view_filter_of(context: RequestContext) -> ViewFilter:
    """For one request. Filters are in the form of ``query.filters``. Raises BadRequest for a view that has no condition
    for the object.
    """

    def joined(obj: Object, raw: dict[str, Any] | None, view_id: str | None) -> dict[str, Any] | None:
        if view_id is None:
            return raw
        # Few requests speak of views, and every import is paid for at each cold start.
        from ..views.condition import combined, view_condition

        return combined(raw, view_condition(context.table, context.model, obj, view_id, now=context.now))

    return joined
