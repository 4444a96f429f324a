"""Scan for filters that speak of ``deletedAt``: only they reach the trash, which has no indexes and is read as a whole.

Every read by filter asks here first; where the answer is None it goes on with the planner, which sees live records
only.
"""

from __future__ import annotations

from ...model.model import Object
from ...model.record import Record
from ...query.evaluate import deleted_scope
from ...query.operation import Filter
from ..context import Context
from .matches import find_states


def scan_beyond_live(ctx: Context, obj: Object, filter: Filter | None) -> list[Record] | None:
    """Every match as a whole record, in no order; None when only live records can match
    (docs/wire/rest.md#deleted-records-in-filters).
    """
    scope = deleted_scope(filter)
    if scope == "live":
        return None
    return [state.item for state in find_states(ctx, obj, filter, scope, notes_scan=True)]
