"""Counts the rows of a range of ``createdAt`` by the blocks of its ledger (``ledgers``): whole blocks are known, and of
those that the range cuts the smaller piece is counted. ``walk_page`` calls it for totals.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...model.dates import epoch_ms, instant_of
from ...model.model import Object
from ...store import ledger
from ...store.derive import CREATED_AT
from ...store.keys import END, VALUE
from ...store.ledger import Ledger
from ...store.lookup import count_block, count_entries, count_run, end_of_run
from ...store.table import Count, Table
from ..context import Context
from .access_paths import AccessPath, RowRange
from .ledgers import Keeper, State, changes_since, united

#: Blocks of a ledger before neighbours are joined; after so many blocks they get twice as large.
_MOST_BLOCKS, _GROWING = 256, 64

type _Blocks = list[tuple[str, int]]


def kept_range(path: AccessPath) -> RowRange | None:
    """The range of values of ``createdAt`` that is all that a path leads through; None if it leads through others."""
    if len(path.ranges) != 1 or path.ids is not None:
        return None
    [part] = path.ranges
    is_time = part.leaf is not None and part.leaf.path == CREATED_AT
    return part if is_time and not part.by_id and part.low.startswith(VALUE) else None


def count_range(ctx: Context, table: Table, obj: Object, part: RowRange) -> Count:
    """How many rows a range of the index of ``createdAt`` has, and on how many pages they were counted.

    By a ledger this costs some 6 read units, and those of half a block at each end.
    """
    assert part.leaf is not None
    keeper = Keeper(ctx, table, obj, part.leaf)
    state = None
    if keeper.is_kept:
        keeper.ask()
        state = keeper.state()
    if state is not None:
        return _RangeCount(keeper, part, state).count()
    count = count_entries(table, part.pk, low=part.low, high=part.high)
    if count.rows * part.leaf.row_weight >= keeper.tuning.ledger_rows:
        keeper.ask()
    return count


class _RangeCount:
    def __init__(self, keeper: Keeper, part: RowRange, state: State) -> None:
        self.keeper = keeper
        self.table = keeper.table
        self.pk, self.low, self.high = part.pk, part.low, part.high
        self.state = state
        assert part.leaf is not None
        # Dearer rows are counted in smaller blocks.
        self.weight = part.leaf.row_weight
        self.block_rows = max(1, keeper.tuning.ledger_block // self.weight)
        # Behind it new records may come without a delta.
        end = instant_of(epoch_ms(keeper.ctx.now) - ledger.WINDOW_MS)
        self.end = min(part.high, f"{VALUE}{part.leaf.kind.encode(end)}{END}")

    def count(self) -> Count:
        known = self.state.known
        if known is None or not known.blocks:
            return self._first()
        if self.high < known.low or known.high < self.low:
            return self._plain()
        # Before and behind the ledger are what may become its next blocks, and at the very end what may not.
        middle = min(max(known.high, self.end), self.high)
        inner = _Inner(known, max(self.low, known.low), min(self.high, known.high))
        readers: list[Callable[[Table], Any]] = [
            self._walker(self.low, known.low),
            self._walker(known.high, middle),
            self._counter(middle, self.high),
            *self.keeper.readers_since(known),
            *(self._counter(*piece) for piece in inner.pieces),
        ]
        before, behind, rest, *others = self.table.parallel(readers)
        number = len(inner.pieces)
        deltas, pieces = united(others[: len(others) - number]), others[len(others) - number :]
        if deltas is None:
            return self._plain()
        changes = changes_since(deltas, known)
        self.table.meter.note(f"ledger of createdAt: {inner.number} of {len(known.blocks)} blocks")
        new = sum(n for _, n in (*before, *behind))
        if new >= self.block_rows or len(deltas) >= self.keeper.tuning.ledger_deltas:
            blocks = _joined([*before, *_changed(known, changes), *behind])
            low = self.low if before else known.low
            self.keeper.remember(self.keeper.made(deltas, low=low, blocks=blocks), self.state)
        # The parts were not counted in one moment.
        return Count(new + rest + inner.rows(changes, pieces), 2)

    def _plain(self) -> Count:
        return count_entries(self.table, self.pk, low=self.low, high=self.high)

    def _first(self) -> Count:
        """Count all rows, in blocks that are kept if they are many."""
        blocks = self._walker(self.low, self.end)(self.table)
        rest = count_entries(self.table, self.pk, low=max(self.low, self.end), high=self.high)
        rows = sum(n for _, n in blocks)
        if rows * self.weight >= self.keeper.tuning.ledger_rows:
            made = self.keeper.made(self.state.tail, low=self.low, blocks=_joined(blocks))
            self.keeper.remember(made, self.state)
        return Count(rows + rest.rows, len(blocks) + rest.pages)

    def _walker(self, low: str, high: str) -> Callable[[Table], _Blocks]:
        """Counts a range block by block."""

        def walk(table: Table) -> _Blocks:
            blocks: _Blocks = []
            if low >= high:
                return blocks
            number, last = self._block(low, high, 0)(table)
            while last is not None:
                # The block ends behind all rows of its last value: these are counted beside the next block.
                end = min(end_of_run(last), high)
                branches: list[Callable[[Table], Any]] = [self._run(last), self._block(end, high, len(blocks))]
                rest, following = table.parallel(branches)
                blocks.append((end, number + rest))
                number, last = following
            blocks.append((high, number))
            return blocks

        return walk

    def _block(self, low: str, high: str, blocks: int) -> Callable[[Table], tuple[int, str | None]]:
        limit = self.block_rows << (blocks // _GROWING)
        return lambda table: count_block(table, self.pk, low=low, high=high, limit=limit) if low < high else (0, None)

    def _run(self, last: str) -> Callable[[Table], int]:
        return lambda table: count_run(table, self.pk, after=last)

    def _counter(self, low: str, high: str) -> Callable[[Table], int]:
        return lambda table: count_entries(table, self.pk, low=low, high=high).rows if low < high else 0


class _Inner:
    """The part of a range that lies within a ledger: whole blocks, and at its ends pieces of blocks, of which the rows
    are counted inside or outside of the range, whichever seem to be fewer.
    """

    def __init__(self, known: Ledger, low: str, high: str) -> None:
        self._known = known
        self._bounds = bounds = [known.low, *(end for end, _ in known.blocks)]
        self.pieces: list[tuple[str, str]] = []
        self._signs: list[int] = []
        first, last = bisect_left(bounds, low), bisect_right(bounds, high) - 1
        if first > last:  # within one block
            self._first = self._last = first
            self._add(low, high, 1)
            return
        if low < bounds[first]:
            begin, end = bounds[first - 1], bounds[first]
            if _is_nearer_to_end(low, begin, end):
                self._add(low, end, 1)
            else:
                self._add(begin, low, -1)
                first -= 1
        if bounds[last] < high:
            begin, end = bounds[last], bounds[last + 1]
            if _is_nearer_to_end(high, begin, end):
                self._add(high, end, -1)
                last += 1
            else:
                self._add(begin, high, 1)
        self._first, self._last = first, last

    @property
    def number(self) -> int:
        """How many blocks count as a whole."""
        return self._last - self._first

    def _add(self, low: str, high: str, sign: int) -> None:
        self.pieces.append((low, high))
        self._signs.append(sign)

    def rows(self, changes: Mapping[str, int], pieces: Sequence[int]) -> int:
        """The number of rows: of whole blocks as they are now, and of the pieces."""
        blocks = _changed(self._known, changes)[self._first : self._last]
        return sum(n for _, n in blocks) + sum(sign * n for sign, n in zip(self._signs, pieces, strict=True))


def _is_nearer_to_end(at: str, begin: str, end: str) -> bool:
    """Whether a sort key is nearer in time to the end of a block than to its beginning."""
    first, middle, last = map(_time_of, (begin, at, end))
    return None not in (first, middle, last) and last - middle < middle - first  # type: ignore[operator]


def _time_of(sort: str) -> int | None:
    try:
        return epoch_ms(sort.partition(END)[0].removeprefix(VALUE))
    except ValueError:  # the beginning or the end of the index
        return None


def _changed(known: Ledger, changes: Mapping[str, int]) -> _Blocks:
    """The blocks of a ledger with the numbers that they have now."""
    ends = [end for end, _ in known.blocks]
    numbers = [n for _, n in known.blocks]
    for head, difference in changes.items():
        position = head + END
        if known.low <= position < known.high:
            numbers[bisect_right(ends, position)] += difference
    return list(zip(ends, numbers, strict=True))


def _joined(blocks: _Blocks) -> _Blocks:
    """Blocks, neighbours as one where they are too many."""
    while len(blocks) > _MOST_BLOCKS:
        pairs = [blocks[i : i + 2] for i in range(0, len(blocks), 2)]
        blocks = [(pair[-1][0], sum(n for _, n in pair)) for pair in pairs]
    return blocks
