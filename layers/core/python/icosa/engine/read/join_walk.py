"""A walk in the order of a value of related records (people by the name of their company): along the index of that
value, and from each related record along the edges of those that point at it. A related record in the trash counts as
well; the trash has no indexes, so its records are read and merged in.

Records without a value point at nothing, which the index of the relation tells; at a record without a value; or, while
what a destruction leaves is being cleared, at one that is gone: the log names those (``store.recent``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar

from ...model.model import Object
from ...model.types.base import Leaf
from ...query.operation import Cursor, Order, OrderTerm
from ...store import keys
from ...store.keys import END, NULL, TOP, VALUE
from ...store.recent import gone_readers
from ...store.record import is_hidden, unpack
from ...store.table import Table
from ..context import Context
from ..records import get_any
from .access_paths import RowRange, edge_ranges
from .ordered_walk import IndexWalk, RecordRef, RunTooLong, Walk, id_range_walk, index_walk, query_range
from .steady import Watch

#: Related records whose edges are read at first, and at most, side by side.
_FIRST, _TOGETHER = 8, 48
#: Records of one group that are read to sort them, and records in the trash, at most.
_MOST = 2_000
#: Related records without a value, or destroyed lately, whose edges are read, and rows of the log of destructions.
_MOST_NULLS, _MOST_GONE = 200, 1_000


@dataclass(frozen=True, slots=True)
class _Group:
    """Related records whose values are equal as far as their rows tell."""

    encoded: str | None
    ids: list[str]


@dataclass(slots=True, kw_only=True)
class JoinWalk(Walk):
    """``targets`` walks the related records that have a value, in whole runs. ``pointing_nowhere`` are the records
    without a related one, None where no index tells them; ``without_value`` the related records without a value.
    """

    can_move: ClassVar[bool] = True

    ctx: Context
    target: Object
    order: Order
    cursor: Cursor | None
    backward: bool
    targets: IndexWalk
    watch: Watch
    prefix: Callable[[Sequence[str]], Sequence[RowRange]]
    pointing_nowhere: RowRange | None
    without_value: RowRange
    _gone: frozenset[str] = frozenset()
    _together: int = _FIRST
    _has_begun: bool = False

    def describe(self) -> str:
        return f"{self.targets.describe()} of {self.target.name_plural}, then edges"

    def is_steady(self) -> bool:
        """Whether no related record has changed since the walk began: its records may have been passed over."""
        if not self._has_begun:
            return True
        known = self._gone
        return not self._look() and self._gone <= known

    def _look(self) -> frozenset[str]:
        """Read which related records have changed since the last look, and which were destroyed lately."""
        ws, watching = self.ctx.model.workspace_id, self.watch.readers([self.target])
        readers: list[Callable[[Table], Any]] = [*watching, *gone_readers(ws, self.target.key, limit=_MOST_GONE)]
        results = self.table.parallel(readers)
        gone = results[len(watching) :]
        if None in gone:
            raise RunTooLong
        self._gone = frozenset[str]().union(*gone)
        return self.watch.take(results[: len(watching)])[self.target.key]

    @property
    def _is_simple(self) -> bool:
        """Whether equal values are in the order of ids."""
        return len(self.order) == 1

    def batches(self) -> Iterator[list[RecordRef]]:
        self._look()
        self._has_begun = True
        term = self.order[0]
        trashed = self._trashed()
        nulls_first = term.nulls_first != self.backward
        start = None if self.cursor is None else self.cursor.values[0]
        is_among_nulls = self.cursor is not None and start is None
        if nulls_first and (self.cursor is None or is_among_nulls):
            yield from self._nulls([record_id for record_id, encoded in trashed if encoded is None])
        if nulls_first or not is_among_nulls:
            valued = [(record_id, encoded) for record_id, encoded in trashed if encoded is not None]
            groups = self._groups(valued, start, descending=term.descending != self.backward)
            yield from self._of_groups(groups)
        if not nulls_first:
            yield from self._nulls([record_id for record_id, encoded in trashed if encoded is None])

    # ------------------------------------------------------------------ without a value

    def _nulls(self, trashed: Sequence[str]) -> Iterator[list[RecordRef]]:
        """The records without a value, by id if that is their order."""
        if self.pointing_nowhere is None:
            raise RunTooLong
        rows = query_range(self.table, self.without_value, limit=_MOST_NULLS + 1)
        if len(rows.items) + len(trashed) + len(self._gone) > _MOST_NULLS:
            raise RunTooLong
        destroyed = sorted(self._gone)
        states = get_any(self.ctx, self.target, destroyed)
        gone = [i for i, state in zip(destroyed, states, strict=True) if state is None]  # others were made again
        targets = sorted({*(ref.id for ref in rows.items), *trashed, *gone})
        self.pages += 1
        children = self._read(targets)
        refs = [ref for target in targets for ref in children[target]]
        rows_of_none = self._pointing_nowhere()
        if not self._is_simple:
            for batch in rows_of_none:
                refs += batch
                if len(refs) > _MOST:
                    raise RunTooLong
            yield refs
            return
        if self.cursor is not None and self.cursor.values[0] is None:
            last = self.cursor.id
            refs = [ref for ref in refs if (ref.id < last if self.backward else ref.id > last)]
        refs.sort(key=lambda ref: ref.id, reverse=not self.backward)  # the next one is the last
        for batch in rows_of_none:
            merged: list[RecordRef] = []
            for ref in batch:
                while refs and (refs[-1].id > ref.id if self.backward else refs[-1].id < ref.id):
                    merged.append(refs.pop())
                merged.append(ref)
            yield merged
        refs.reverse()
        yield from (refs[at : at + self.size] for at in range(0, len(refs), self.size))

    def _pointing_nowhere(self) -> Iterator[list[RecordRef]]:
        """The records that point at nothing, by id: from the cursor on, where all that follow are in this order."""
        assert self.pointing_nowhere is not None
        is_among_nulls = self.cursor is not None and self.cursor.values[0] is None
        cursor = self.cursor if is_among_nulls and self._is_simple else None
        walk = id_range_walk(self.ctx, self.pointing_nowhere, cursor=cursor, backward=self.backward)
        batches = walk.batches()
        while True:
            walk.table, walk.size = self.table, self.size if self._is_simple else _MOST
            batch = next(batches, None)
            self.pages += 1
            if batch is None:
                return
            yield batch

    # ------------------------------------------------------------------ with a value

    def _groups(self, trashed: Sequence[tuple[str, str]], start: object, *, descending: bool) -> Iterator[_Group]:
        """The related records with a value from the cursor's on, in order, those in the trash merged in."""
        kind = self.order[0].leaf.kind
        waiting = [(encoded, record_id) for record_id, encoded in trashed]
        if start is not None:
            first = kind.encode(start)
            waiting = [entry for entry in waiting if (entry[0] <= first if descending else entry[0] >= first)]
        waiting.sort(reverse=not descending)  # the next one is the last
        rows = self.targets.batches()
        while True:
            self.targets.table = self.table
            batch = next(rows, None)
            self.pages = max(self.pages, self.targets.pages)
            if batch is None:
                break
            for encoded, refs in groupby(batch, key=lambda ref: ref.encoded):
                assert encoded is not None
                while waiting and (waiting[-1][0] > encoded if descending else waiting[-1][0] < encoded):
                    yield _next_group(waiting)
                ids = [ref.id for ref in refs]
                while waiting and waiting[-1][0] == encoded:
                    ids.append(waiting.pop()[1])
                yield _Group(encoded, ids)
        while waiting:
            yield _next_group(waiting)

    def _of_groups(self, groups: Iterator[_Group]) -> Iterator[list[RecordRef]]:
        """The records of groups, several groups at a time."""
        kind = self.order[0].leaf.kind
        pending: list[RecordRef] = []
        while True:
            some: list[_Group] = []
            while sum(len(group.ids) for group in some) < self._together:
                group = next(groups, None)
                if group is None:
                    break
                some.append(group)
            if not some:
                yield pending
                return
            number = sum(len(group.ids) for group in some)
            children = self._read([i for group in some for i in group.ids])
            met = 0
            for group in some:
                refs = [ref for target in group.ids for ref in children[target]]
                refs.sort(key=lambda ref: ref.id, reverse=self.backward)
                met += len(refs)
                assert group.encoded is not None
                whole = not self._is_simple or kind.is_cut(group.encoded) or len(refs) <= self.size
                if whole and len(refs) > _MOST:
                    raise RunTooLong
                if whole:
                    pending += refs
                    if len(pending) >= self.size:
                        yield pending
                        pending = []
                    continue
                yield pending
                pending = []
                yield from (refs[at : at + self.size] for at in range(0, len(refs), self.size))
            missing = max(self.size - len(pending), 1)
            self._together = min(math.ceil(missing * number / max(met, 1)) + 1, _TOGETHER)

    def _read(self, ids: Sequence[str]) -> dict[str, list[RecordRef]]:
        """The records that point at each of some related records."""
        ranges = self.prefix(ids)
        self.pages += 1
        found = self.table.parallel([_reader(part) for part in ranges])
        return dict(zip(ids, found, strict=True))

    # ------------------------------------------------------------------ the trash

    def _trashed(self) -> list[tuple[str, str | None]]:
        """The related records in the trash, with their value encoded."""
        leaf = self.order[0].leaf
        page = self.table.query(keys.trash(self.ctx.model.workspace_id, self.target.key), limit=_MOST)
        if page.last is not None or any(map(is_hidden, page.items)):
            raise RunTooLong
        records = [unpack(row, self.target.stored_form) for row in page.items]
        values = ((record.id, leaf.get(record)) for record in records)
        return [(record_id, None if value is None else leaf.kind.encode(value)) for record_id, value in values]


def _next_group(waiting: list[tuple[str, str]]) -> _Group:
    """The last of some related records, with those that have the same value."""
    encoded, record_id = waiting.pop()
    ids = [record_id]
    while waiting and waiting[-1][0] == encoded:
        ids.append(waiting.pop()[1])
    return _Group(encoded, ids)


def _reader(part: RowRange) -> Callable[[Table], list[RecordRef]]:
    def read(table: Table) -> list[RecordRef]:
        page = query_range(table, part)
        refs = page.items
        while page.last is not None:
            page = query_range(table, part, after=page.last)
            refs += page.items
        return refs

    return read


def _nulls_of(ctx: Context, obj: Object, leaf: Leaf) -> RowRange | None:
    """The records without a related one; None where no index tells them."""
    if not leaf.tells_nulls:
        return None
    pk = keys.index(ctx.model.workspace_id, obj.key, leaf.key)
    return RowRange(pk=pk, low=NULL + END, high=NULL + END + TOP, leaf=leaf, by_id=True)


def join_walk(ctx: Context, obj: Object, order: Order, *, cursor: Cursor | None, backward: bool) -> JoinWalk | None:
    """A walk by an order whose first term is an indexed leaf of related records; None where indexes do not tell it, or
    the caller may not see all related records.
    """
    term = order[0]
    if term.relation is None:
        return None
    target = ctx.model.target_of(term.relation)
    if not term.leaf.has_index or ctx.rows.limits(target):
        return None
    ws, relation = ctx.model.workspace_id, term.relation
    value_pk = keys.index(ws, target.key, term.leaf.key)
    values = RowRange(pk=value_pk, low=VALUE, high=VALUE + TOP, leaf=term.leaf)
    by_value = (OrderTerm(term.leaf, term.direction), OrderTerm(target.leaves["id",], "AscNullsFirst"))
    targets = index_walk(ctx, target, by_value, cursor=cursor, backward=backward, within=(values,))
    return JoinWalk(
        ctx.table,
        needs_sort=True,
        ctx=ctx,
        target=target,
        order=order,
        cursor=cursor,
        backward=backward,
        targets=targets,
        watch=Watch(ctx),
        pointing_nowhere=_nulls_of(ctx, obj, relation.leaves[0]),
        without_value=RowRange(pk=value_pk, low=NULL + END, high=NULL + END + TOP, leaf=term.leaf, by_id=True),
        prefix=lambda ids: edge_ranges(ctx.model, obj, relation, ids),
    )
