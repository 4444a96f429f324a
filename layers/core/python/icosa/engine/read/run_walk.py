"""A walk in an order of several terms: along the index of the first one, and within a long run of equal values along
the index of the second, for the records of the run only.

Short runs are yielded as they are, and sorted by whoever fetches them (``walk_page``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import ClassVar

from ...model.model import Object
from ...model.record import Record
from ...query.operation import Cursor, Order
from ...store.derive import is_confirmed
from ..context import Context
from .candidates import ROWS_PER_UNIT
from .ordered_walk import IndexWalk, RecordRef, RunTooLong, Walk, index_walk


@dataclass(slots=True, kw_only=True)
class RunWalk(Walk):
    """``first`` walks the first term's index in whole runs; ``within`` makes the walk of some records by the other
    terms.
    """

    can_move: ClassVar[bool] = True

    first: IndexWalk
    within: Callable[[str | None, Sequence[str]], IndexWalk]
    #: ``Tuning.walk_short_run``.
    short_run: int
    #: The encoded first values of the records of long runs.
    _values: dict[str, str | None] = field(default_factory=dict)

    def describe(self) -> str:
        return f"{self.first.describe()}, then by runs"

    def batches(self) -> Iterator[list[RecordRef]]:
        self.first.size = self.size
        rows = self.first.batches()
        while True:
            self.first.table = self.table
            batch = next(rows, None)
            self.pages = self.first.pages
            if batch is None:
                return
            pending: list[RecordRef] = []
            for encoded, run in groupby(batch, key=lambda ref: ref.encoded):
                refs = list(run)
                if len(refs) <= self.short_run or self._is_cut(encoded):
                    pending += refs
                    continue
                if pending:
                    yield pending
                    pending = []
                yield from self._long_run(encoded, refs)
            yield pending
            self.first.size = self.size

    def _is_cut(self, encoded: str | None) -> bool:
        assert self.first.leaf is not None
        return encoded is not None and self.first.leaf.kind.is_cut(encoded)

    def _long_run(self, encoded: str | None, refs: Sequence[RecordRef]) -> Iterator[list[RecordRef]]:
        left = {ref.id: ref for ref in refs}
        walk = self.within(encoded, list(left))
        self._values.update(dict.fromkeys(left, encoded))
        walk.size = self.size
        rows = walk.batches()
        pages = self.pages
        try:
            while True:
                walk.table = self.table
                batch = next(rows, None)
                self.pages = pages + walk.pages
                if batch is None:
                    return
                for ref in batch:
                    left.pop(ref.id, None)
                yield batch
                walk.size = self.size
        except RunTooLong:
            # What has not been met comes behind what has.
            yield list(left.values())

    def confirms(self, ref: RecordRef, item: Record | None) -> bool:
        if item is None or not ref.confirms(item):
            return False
        leaf = self.first.leaf
        assert leaf is not None
        return ref.id not in self._values or is_confirmed(item, leaf, self._values[ref.id])


def run_walk(
    ctx: Context, obj: Object, order: Order, live: Callable[[], int], *, cursor: Cursor | None, backward: bool
) -> RunWalk | None:
    """A walk by an order whose first two terms are indexed leaves of the object itself; None for other orders. ``live``
    says how many live records there are.
    """
    if len(order) < 2 or any(term.relation is not None or not term.leaf.has_index for term in order[:2]):
        return None
    first = index_walk(ctx, obj, order, cursor=cursor, backward=backward)
    tuning = ctx.settings.tuning
    first.max_run = live_rows = ROWS_PER_UNIT * tuning.walk_run_rows
    leaf = order[0].leaf

    def within(encoded: str | None, ids: Sequence[str]) -> IndexWalk:
        start = None
        if cursor is not None:
            value = cursor.values[0]
            if (None if value is None else leaf.kind.encode(value)) == encoded:
                start = Cursor(cursor.values[1:], cursor.id)
        walk = index_walk(ctx, obj, order[1:], cursor=start, backward=backward, members=frozenset(ids))
        walk.spread = max(1.0, live() / len(ids))
        walk.max_rows = min(live_rows, ROWS_PER_UNIT * len(ids))
        return walk

    return RunWalk(ctx.table, needs_sort=True, first=first, within=within, short_run=tuning.walk_short_run)
