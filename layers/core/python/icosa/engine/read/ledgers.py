"""Exact numbers of many rows without reading them: from ledgers, where somebody has counted before (``store.ledger``,
docs/storage.md#ledgers).

``range_counts`` counts the rows of a range of ``createdAt`` by it, ``group_by`` the records of each value of a leaf.
Without a ledger both read the rows, as they do elsewhere; when these were many, the leaf is kept from then on, and
whoever counts a little later makes the ledger, or brings it up to date, in passing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...model.model import Object
from ...model.types.base import Leaf
from ...store import keys, ledger
from ...store.ledger import Ledger, Numbers
from ...store.lookup import whole_index
from ...store.recent import delta_readers, is_in_window
from ...store.register import Kept, Register, keep_leaf
from ...store.table import Table
from ..context import Context

#: Different values that a ledger may have.
_MOST_VALUES = 300
#: Rows of each part of the log that are read, at most; beyond, to count rows is as good.
_MOST_ROWS = 1_000

type DeltasByRow = Mapping[str, Numbers]


@dataclass(frozen=True, slots=True)
class State:
    """The ledger of a leaf, None if there is none, and the deltas of the last minute."""

    known: Ledger | None
    tail: DeltasByRow


class Keeper:
    """Reads and keeps the ledger of one leaf."""

    def __init__(self, ctx: Context, table: Table, obj: Object, leaf: Leaf) -> None:
        self.ctx = ctx
        self.table = table
        self.obj = obj
        self.leaf = leaf
        self.tuning = ctx.settings.tuning
        self._ws = ctx.model.workspace_id
        self._at = int(time.time() * 1000)
        self._kept: Kept | None = ctx.register.kept.get(obj.key, {}).get(leaf.key)
        self._place = ledger.place(self._ws, obj.key, leaf.key)

    @property
    def is_kept(self) -> bool:
        """Whether every writer has written deltas for so long that a ledger can be made."""
        kept = self._kept
        is_settled = kept is not None and kept.since + ledger.WAIT_MS <= self._at < kept.until
        return is_settled and not self.ctx.register.touches(self.obj.key)

    def ask(self) -> None:
        """Let the leaf be kept from now on, or longer: at most once a day, for one write unit."""
        kept = self._kept
        if kept is not None and self._at < kept.until - ledger.KEPT_MS + ledger.RENEWED_MS:
            return
        register = self.ctx.register
        ended = {leaf: of for leaf, of in register.kept_leaves() if of.until + 2 * ledger.WINDOW_MS < self._at}
        if kept is None and sum(map(len, register.kept.values())) - len(ended) >= ledger.MOST_KEPT:
            return
        since = kept.since if kept is not None and self._at < kept.until else self._at
        wanted = Kept(since, self._at + ledger.KEPT_MS)
        own = self.obj.key, self.leaf.key
        self.table.update(keep_leaf(self._ws, *own, wanted, seen=kept, ended=ended.keys() - {own}))

    def state(self) -> State | None:
        """The ledger and the latest deltas, in one round trip of 3 read units; None while too much is being written."""

        def known(table: Table) -> Ledger | None:
            return ledger.parse(table.get(self._place))

        readers: list[Callable[[Table], Any]] = [known, *self._readers(self._at)]
        found, *tails = self.table.parallel(readers)
        tail = united(tails)
        if tail is None:
            return None
        assert self._kept is not None
        if found is not None and (
            found.at < self._kept.since + ledger.WAIT_MS or found.at + ledger.KEPT_MS <= self._at
        ):
            # Deltas are missing since it was made: an empty one in its place, to be replaced.
            found = Ledger(at=found.at, seen=frozenset())
        return State(found, tail)

    def readers_since(self, known: Ledger) -> list[Callable[[Table], Any]]:
        """Readers of the deltas that a ledger may not contain."""
        return self._readers(known.at)

    def _readers(self, at: int) -> list[Callable[[Table], Any]]:
        since = at - ledger.WINDOW_MS
        return [*delta_readers(self._ws, self.obj.key, self.leaf.key, since, limit=_MOST_ROWS)]

    def made(self, deltas: DeltasByRow, **content: Any) -> Ledger:
        """A ledger as of now that contains these deltas."""
        return Ledger(at=self._at, seen=frozenset(sort for sort in deltas if is_in_window(sort, self._at)), **content)

    def remember(self, made: Ledger, state: State) -> bool:
        """Keep a ledger made of what has been read since ``state``, if that was all of one state: whether it was."""

        def register(table: Table) -> Register:
            return Register.parse(table.get(keys.open_batches(self._ws)))

        readers: list[Callable[[Table], Any]] = [register, *self._readers(self._at)]
        latest, *tails = self.table.parallel(readers)
        tail = united(tails)
        is_quiet = latest.is_quiet_since(self.ctx.register, self.obj.key)
        if tail is None or tail.keys() != state.tail.keys() or not is_quiet:
            return False
        ledger.keep(self.table, self._place, made, instead_of=state.known)
        self.table.meter.note(f"ledger of {self.leaf.dotted} written")
        return True


def united(parts: Iterable[DeltasByRow | None]) -> dict[str, Numbers] | None:
    """The deltas of several readers; None where one has found too many."""
    all_parts = list(parts)
    known = [part for part in all_parts if part is not None]
    return {sort: numbers for part in known for sort, numbers in part.items()} if len(known) == len(all_parts) else None


def changes_since(deltas: DeltasByRow, known: Ledger) -> Counter[str]:
    """By how much the numbers of heads have changed since a ledger was made."""
    changes: Counter[str] = Counter()
    for sort, numbers in deltas.items():
        if sort not in known.seen:
            changes.update(numbers)
    return changes


def count_values(ctx: Context, obj: Object, leaf: Leaf) -> Mapping[Any, int] | None:
    """How many live records have each value of a leaf, None for null; None if there is no ledger, and none is made."""
    keeper = Keeper(ctx, ctx.table, obj, leaf)
    if not keeper.is_kept:
        return None
    keeper.ask()
    state = keeper.state()
    if state is None:
        return None
    known = state.known
    if known is None or known.numbers is None:
        numbers = _read_numbers(keeper)
        is_true = numbers is not None and keeper.remember(keeper.made(state.tail, numbers=numbers), state)
        return _by_value(leaf, numbers) if numbers is not None and is_true else None
    deltas = united(ctx.table.parallel(keeper.readers_since(known)))
    if deltas is None:
        return None
    current = Counter(known.numbers)
    current.update(changes_since(deltas, known))
    numbers = {head: number for head, number in current.items() if number}
    ctx.table.meter.note(f"ledger of {leaf.dotted}: {len(numbers)} values")
    if len(deltas) >= keeper.tuning.ledger_deltas and len(numbers) <= _MOST_VALUES:
        keeper.remember(keeper.made(deltas, numbers=numbers), state)
    return _by_value(leaf, numbers)


def ask_for_values(ctx: Context, obj: Object, leaf: Leaf, *, rows: int, values: int) -> None:
    """Let the numbers of a leaf's values be kept, after so many rows were read to find so many values."""
    if rows >= ctx.settings.tuning.ledger_rows and values <= _MOST_VALUES:
        Keeper(ctx, ctx.table, obj, leaf).ask()


def _read_numbers(keeper: Keeper) -> dict[str, int] | None:
    """The numbers of all heads, by the rows of the whole index; None where it is not worth a ledger."""
    pk = keys.index(keeper.ctx.model.workspace_id, keeper.obj.key, keeper.leaf.key)
    limit = keeper.ctx.settings.tuning.scan_page_rows
    index = whole_index(keeper.table, pk, limit=limit, before_more=lambda _: None)
    numbers = Counter(ledger.head_of_row(encoded, exact) for encoded, _, exact in index.entries)
    is_worth_it = len(numbers) <= _MOST_VALUES and len(index.entries) >= keeper.tuning.ledger_rows
    return dict(numbers) if is_worth_it else None


def _by_value(leaf: Leaf, numbers: Numbers) -> dict[Any, int] | None:
    values: dict[Any, int] = {}
    for head, number in numbers.items():
        encoded, exact = ledger.split_head(head)
        try:
            values[None if encoded is None else leaf.kind.decode(encoded, exact)] = number
        except ValueError:  # cut: only the record tells
            return None
    return values
