"""What has changed in the trash since a moment, without reading it as a whole.

Its index tells what was deleted since then; what has changed there later than it was deleted the log of changes tells,
for 30 days (``store.tombstones``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from ...model.model import Object
from ...model.operators import GT, GTE
from ...query.operation import Compare, Filter
from ...store import tombstones
from ...store.derive import UPDATED_AT, trash_index
from ...store.keys import TOP, VALUE
from ...store.lookup import index_page
from ..context import Context
from .access_paths import conjuncts, range_of

#: Records that are fetched one by one, and commits that are looked at: beyond that the trash is read as a whole.
_MOST_RECORDS: Final = 500
_MOST_ROWS: Final = 1_000


def changed_in_trash(ctx: Context, obj: Object, filter: Filter | None) -> list[str] | None:
    """The ids of all records in the trash whose ``updatedAt`` may be in the range that a filter demands, and some
    others; None where it demands none, or there may be too many. Costs a read unit for some thirty of them.
    """
    condition = _condition(filter)
    if condition is None or not obj.has_trash_index or ctx.register.touches(obj.key):
        return None
    bounds = range_of(trash_index(ctx.model.workspace_id, obj), condition)
    if bounds is None:
        return None
    bounds = replace(bounds, high=VALUE + TOP)
    readers: list[Callable[[Any], Any]] = [
        partial(index_page, pk=bounds.pk, low=bounds.low, high=bounds.high, limit=_MOST_RECORDS),
        partial(
            tombstones.changed_in_trash,
            ws=ctx.model.workspace_id,
            object_key=obj.key,
            since=datetime.fromisoformat(condition.operand),
            most_rows=_MOST_ROWS,
        ),
    ]
    deleted, changed = ctx.table.parallel(readers)
    if deleted.last is not None or changed is None:
        return None
    return sorted({row[1] for row in deleted.items} | changed)


def _condition(filter: Filter | None) -> Compare | None:
    """The condition that asks for what has changed since a moment."""
    for condition in conjuncts(filter):
        if isinstance(condition, Compare) and condition.leaf.path == UPDATED_AT and condition.operator in (GT, GTE):
            return condition
    return None
