"""Steady reads: what makes a read of several calls show what was true, while others write.

An index is read first and the records after it, and several ranges are read one beside the other: in between records
may change. Two things would then go wrong.

* **A record is missed** that matches all the time, because it moved from a range that had not been read yet to one that
  had. Therefore a read of more than one page of rows that can move asks, after the last of them, which records have
  changed since it began (``Watch``, ``store.recent``), and looks at these, too. A record that has
  not changed in between was in the same place for all ranges; one that has is looked at itself.
* **Half of a transaction is seen**: rows of a state, and records of the next. Then rows are there whose records do not
  confirm them, or a batch was writing. Such a ``Look`` is not certain, and ``until_certain`` looks again: until nothing
  of this kind is met, or two looks find the same records in the same versions. Nothing changed between these two, so
  what the second one read is a state that was.

For a certain look at one page of rows the result lies between the true lists of two moments: it has whatever matched
from the first to the second, and nothing that did not match at the second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...model.model import Object
from ...model.record import Record
from ...store.recent import MOVED, Trace, beginning_of, log_reader, updated_reader
from ...store.register import Register
from ...store.table import Table
from ..context import Context
from ..records import get_live, get_live_and_register


@dataclass(frozen=True, slots=True)
class Look[T]:
    """What a read found when it looked once.

    ``seen`` are the versions of all records that it looked at, None for those that are gone; None itself when they are
    not known. ``cost`` is about how many records were read.
    """

    result: T
    certain: bool = True
    seen: Mapping[str, int | None] | None = None
    cost: int = 0


def until_certain[T](ctx: Context, look: Callable[[], Look[T]]) -> T:
    """The result of the first look that is certain, or sees what the one before saw. ``Tuning.looks`` and
    ``Tuning.look_records`` bound the attempts; then the last result stands: no record is missing from it or shows
    twice, but it may be between two states.
    """
    tuning = ctx.settings.tuning
    cost = repeats = 0
    current = look()
    for _ in range(tuning.looks - 1):
        cost += current.cost
        if current.certain or cost > tuning.look_records:
            break
        repeats += 1
        previous, current = current.seen, look()
        if previous is not None and previous == current.seen:
            break
    if repeats:
        ctx.table.meter.note(f"read again {repeats} times")
    return current.result


class Watch:
    """Tells which records have changed while a read goes on.

    Each ``read`` gives the changes since the one before, for the same object; the first gives all since a little before
    the request began, so some of them may be older than the read. Where there is an earlier round trip to read beside,
    ``readers`` and ``take`` there spare looking at these.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._known: set[Trace] = set()

    def readers(self, objects: Iterable[Object]) -> list[Callable[[Table], list[Trace]]]:
        """Readers of all traces of changes, for ``take``: one for each object, and one for the log."""
        ws, since = self._ctx.model.workspace_id, beginning_of(self._ctx.now)
        limit = self._ctx.settings.tuning.tail_rows
        readers = [updated_reader(ws, obj, since, limit=limit) for obj in objects]
        return [*readers, log_reader(ws, since, limit=limit)]

    def take(self, tails: Iterable[Sequence[Trace]], kind: str | None = None) -> defaultdict[str, frozenset[str]]:
        """The ids of the records whose traces are new, by the keys of their objects; with ``kind`` only of such."""
        new = {trace for tail in tails for trace in tail if kind in (None, trace.kind)} - self._known
        self._known |= new
        changes: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
        for trace in new:
            changes[trace.object_key] |= {trace.record_id}
        return changes

    def read(self, obj: Object) -> frozenset[str]:
        """The records of an object that have changed."""
        return self.take(self._ctx.table.parallel(self.readers([obj])))[obj.key]

    def read_moves(self, obj: Object) -> frozenset[str]:
        """The records of an object that have moved between live records and trash."""
        [read] = self.readers([])
        return self.take([read(self._ctx.table)], MOVED)[obj.key]


@dataclass(frozen=True, slots=True)
class Fetched:
    """Records in the order of their ids, None for those that are gone, the register as it was when they were read, and
    the ids of the records that have changed since the last look at the changes.
    """

    records: list[Record | None]
    register: Register
    changed: frozenset[str] = frozenset()


def fetch(
    ctx: Context, obj: Object, ids: Sequence[str], watch: Watch | None = None, *, kind: str | None = None
) -> Fetched:
    """Live records by id, and beside them what ``watch`` sees, or finds of one ``kind`` in the log: all in one round
    trip.
    """

    def records(table: Table) -> tuple[list[Record | None], Register]:
        return get_live_and_register(ctx, obj, ids, table)

    if watch is None:
        return Fetched(*records(ctx.table))
    # The records come first: this thread reads them, and may use others for more than a hundred.
    branches: list[Callable[[Table], Any]] = [records, *watch.readers([obj] if kind is None else [])]
    (found, register), *tails = ctx.table.parallel(branches)
    return Fetched(found, register, watch.take(tails, kind)[obj.key])


def read_late(ctx: Context, obj: Object, ids: Sequence[str]) -> dict[str, Record | None]:
    """Records that have changed meanwhile, by id."""
    if not ids:
        return {}
    ctx.table.meter.note(f"{len(ids)} changed meanwhile")
    return dict(zip(ids, get_live(ctx, obj, ids), strict=True))


def versions(records: Mapping[str, Record | None]) -> dict[str, int | None]:
    """The versions of records by id, for ``Look.seen``."""
    return {record_id: None if record is None else record.version for record_id, record in records.items()}
