"""Scan for filters that speak of ``deletedAt``: only they reach the trash, which has no indexes and is read as a whole.

Every read by filter asks here first; where the answer is None it goes on with the planner, which sees live records
only.
"""

from __future__ import annotations

from ...model.model import Object
from ...model.record import Record
from ...query.evaluate import compile_filter, deleted_scope
from ...query.operation import Filter
from ..context import Context
from ..records import scan_live, scan_trash
from .joins import JoinedRecords


def scan_beyond_live(ctx: Context, obj: Object, filter: Filter | None) -> list[Record] | None:
    """Every match that the caller may see as a whole record, in no order; None when only live records can match
    (docs/wire/rest.md#deleted-records-in-filters).
    """
    scope = deleted_scope(filter)
    if scope == "live":
        return None
    items: list[Record] = scan_trash(ctx, obj)
    ctx.table.meter.note("scan of the trash")
    if scope == "all":
        items += [item for part in scan_live(ctx, obj) for item in part]
        ctx.table.meter.note("scan of records")
    filter = ctx.rows.narrow(obj, filter)
    joined, is_match = JoinedRecords.needed_by(ctx, filter), compile_filter(filter)
    if joined.is_needed:
        joined.load(items)
    return [item for item in items if is_match(item, joined)]
