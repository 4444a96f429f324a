"""A walk of rows that have been read already, in an order that they tell themselves: by id, or by when their records
were created (docs/storage.md#what-rows-carry).

The planner makes it from ``Candidates``. As the walks of ``ordered_walk`` it only says where the next records of a list
are; they are fetched, checked and, where further terms decide, sorted by ``walk_page``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ...model.dates import epoch_ms
from ...model.model import Object
from ...model.record import Record
from ...model.types.base import Leaf
from ...query.operation import Cursor, Order
from ...store.derive import CREATED_AT
from ..context import Context
from .ordered_walk import RecordRef, Walk
from .row_sets import Row, ref_of, time_of, times_of

_ID = ("id",)
#: Below and above every time: the places of nulls, which no row that tells its time has.
_FIRST, _LAST = float("-inf"), float("inf")


@dataclass(slots=True)
class RowsWalk(Walk):
    """Rows in order, beginning behind the cursor. ``times`` are what they say about the creation of their records,
    empty where they are in the order of ids.
    """

    can_move: ClassVar[bool] = True

    ids: Sequence[str] = ()
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    times: Mapping[str, int] = field(default_factory=dict)
    created: Leaf | None = None

    def describe(self) -> str:
        return f"{len(self.ids)} rows by {'createdAt' if self.times else 'id'}"

    def batches(self) -> Iterator[list[RecordRef]]:
        start, end = 0, len(self.ids)
        while start < end:
            stop = min(start + self.size, end)
            if self.needs_sort:  # further terms decide between records of the same time
                while stop < end and self.times[self.ids[stop]] == self.times[self.ids[stop - 1]]:
                    stop += 1
            yield [self._ref(record_id) for record_id in self.ids[start:stop]]
            start = stop

    def _ref(self, record_id: str) -> RecordRef:
        rows = self.rows[record_id]
        return ref_of(record_id, rows[0]) if rows else RecordRef(record_id)

    def created_at(self, record_id: str) -> int | None:
        return self.times.get(record_id) or time_of(self.rows[record_id])

    def confirms(self, ref: RecordRef, item: Record | None) -> bool:
        """Of several rows of a record one is enough, if the record was created when they say."""
        if item is None:
            return False
        rows = self.rows[ref.id]
        if rows and not any(ref_of(ref.id, row).confirms(item) for row in rows):
            return False
        if not self.times:
            return True
        assert self.created is not None
        moment = self.created.get(item)
        return moment is not None and epoch_ms(moment) == self.times[ref.id]


def rows_walk(
    ctx: Context,
    obj: Object,
    order: Order,
    rows: Mapping[str, tuple[Row, ...]],
    *,
    pages: int,
    cursor: Cursor | None,
    backward: bool,
) -> RowsWalk | None:
    """A walk of rows, by the ids of their records, in an order; None when the rows do not tell it. ``pages`` is how
    many were read.
    """
    if not order:
        ids = sorted(rows, reverse=backward)
        if cursor is not None:
            ids = [i for i in ids if (i < cursor.id if backward else i > cursor.id)]
        return RowsWalk(ctx.table, pages=pages, ids=ids, rows=rows)
    first = order[0]
    if first.relation is not None:
        return None
    if first.leaf.path == _ID:
        if cursor is not None and cursor.values[0] is None:
            return None
        start = None if cursor is None else Cursor((), cursor.id)
        descending = backward != first.descending
        return rows_walk(ctx, obj, (), rows, pages=pages, cursor=start, backward=descending)
    if first.leaf.path != CREATED_AT:
        return None
    times = times_of(rows)
    if times is None:
        return None
    sign = -1 if first.descending else 1
    key = _key(times, sign)
    has_more_terms = len(order) > 1
    ids = sorted(rows, key=key, reverse=backward)
    if cursor is not None:
        value = cursor.values[0]
        place: float = (_FIRST if first.nulls_first else _LAST) if value is None else sign * epoch_ms(value)
        begin: tuple[Any, ...] = (place, cursor.id)
        if has_more_terms:  # of the records of the cursor's time those behind it are found when they are sorted
            ids = [i for i in ids if (key(i)[0] <= place if backward else key(i)[0] >= place)]
        else:
            ids = [i for i in ids if (key(i) < begin if backward else key(i) > begin)]
    return RowsWalk(
        ctx.table, pages=pages, needs_sort=has_more_terms, ids=ids, rows=rows, times=times, created=first.leaf
    )


def _key(times: Mapping[str, int], sign: int) -> Callable[[str], tuple[float, str]]:
    return lambda record_id: (sign * times[record_id], record_id)
