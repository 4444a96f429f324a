"""Until when a record can be brought back from the trash (docs/wire/rest.md#the-trash)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from ..access.context import RequestContext
from ..access.times import stored_time
from ..model.record import Record
from ..query.operation import Operation, Search

#: When a record in the trash is going to be destroyed.
TRASH_UNTIL: Final = "x-icosa-trash-until"


def trash_header(context: RequestContext, operation: Operation, record: Record | None) -> Mapping[str, str]:
    """The header of an answer about one record; none for live ones, where the workspace keeps its trash for ever, and
    where the role does not see when records were deleted.
    """
    if record is None or isinstance(operation, Search):
        return {}
    obj = operation.object
    field = obj.by_name["deletedAt"]
    moment = record.get(field.key)
    if moment is None or field.id in context.permissions.unreadable_fields(obj):
        return {}
    from ..access.workspace_settings import trash_days  # which few requests need

    days = trash_days(context.workspace.preferences)
    if days is None:
        return {}
    try:
        return {TRASH_UNTIL: stored_time(datetime.fromisoformat(moment) + timedelta(days=days))}
    except OverflowError:
        return {}  # a day that no calendar has
