"""Notes of transactions that were cancelled because their counter was in one of others: one row for each object and
hour (UTC), ``ws#CN``, ``object#hour``, that expires after a day (docs/storage.md#counters).

A process counts in memory and adds to the row: at once when an object's counters are met for the first time, then at
most once a minute. What it has counted and not written when it ends is missing. A note is a write unit and, to see what
all processes have counted, a read unit, beside the transaction that is sent again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from ..lru import LRUCache
from ..model.model import Model, Object
from . import keys
from .beside import Beside
from .keys import Key
from .ops import UpdateItem
from .table import Table
from .vacancy import MOST_COUNTERS

#: So many cancelled transactions within an hour let an object have more counters. Each is sent again, up to 32 write
#: units, and makes somebody wait; most counters spare seven of eight. What they cost is one or two read units for each
#: total without a filter: USD 0.017 an hour is what 90,000 such totals cost more.
CONFLICTS_THAT_PAY: Final = 1_000

_NOTED_SECONDS: Final = 60.0
_KEPT: Final = timedelta(days=1)
#: When more counters were asked for because of an hour's conflicts.
_ASKED: Final = "asked"


@dataclass(slots=True)
class _Count:
    """Conflicts of an object that are not written yet, and from when on they are, on the process's clock."""

    conflicts: int = 0
    due: float | None = None


class Conflicts:
    """What a process has counted, by workspace and object. Safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._counts: LRUCache[tuple[str, str], _Count] = LRUCache(size=1_000)
        self._lock = threading.Lock()
        self._clock = clock

    def add(self, place: tuple[str, str]) -> int:
        """Count one more conflict of an object. How many are to be written now, 0 if that can wait."""
        with self._lock:
            count = self._of(place)
            count.conflicts += 1
            now = self._clock()
            if count.due is not None and now < count.due:
                return 0
            written, count.conflicts, count.due = count.conflicts, 0, now + _NOTED_SECONDS
            return written

    def give_back(self, place: tuple[str, str], conflicts: int) -> None:
        """Count again what could not be written."""
        with self._lock:
            self._of(place).conflicts += conflicts

    def clear(self) -> None:
        """Forget everything, for tests."""
        self._counts.clear()

    def _of(self, place: tuple[str, str]) -> _Count:
        count = self._counts.get(place)
        if count is None:
            count = _Count()
            self._counts.put(place, count)
        return count


#: Those of this process.
counted = Conflicts()


class Contention:
    """Notes of one request by ``model``, made at ``now``. ``ask`` is called for an object for which more counters pay,
    with the workspace's id and that moment.
    """

    def __init__(
        self,
        table: Table,
        model: Model,
        *,
        now: str,
        ask: Callable[[Table, str, Object, str], None],
        conflicts: Conflicts = counted,
    ) -> None:
        self._model = model
        self._now = now
        self._ask = ask
        self._conflicts = conflicts
        self._beside = Beside(table, model.workspace_id, "conflicts on counters were")

    def met(self, items: Iterable[Key]) -> None:
        """Note that a transaction was cancelled because these items were in others."""
        for pk, _ in items:
            obj = self._model.by_key.get(keys.counted_object(pk) or "")
            if obj is not None and obj.counters < MOST_COUNTERS:
                self._count(obj)

    def settle(self) -> None:
        """Wait for what is being written."""
        self._beside.settle()

    def _count(self, obj: Object) -> None:
        place = (self._model.workspace_id, obj.key)
        if conflicts := self._conflicts.add(place):
            self._beside.write(
                partial(self._write, obj=obj, conflicts=conflicts),
                partial(self._conflicts.give_back, place, conflicts),
            )

    def _write(self, table: Table, obj: Object, conflicts: int) -> None:
        ws = self._model.workspace_id
        key = _key(ws, obj.key, self._now)
        values = {":ttl": int((datetime.fromisoformat(self._now) + _KEPT).timestamp()), ":n": conflicts}
        table.update(UpdateItem(key, "SET #ttl = :ttl ADD n :n", names={"#ttl": "ttl"}, values=values))
        row = table.get(key) or {}
        if row.get("n", 0) >= CONFLICTS_THAT_PAY and _ASKED not in row:
            self._ask(table, ws, obj, self._now)


def asked(ws: str, object_key: str, now: str) -> UpdateItem:
    """Note that more counters are asked for, on the condition that nobody has done so in this hour."""
    return UpdateItem(
        _key(ws, object_key, now),
        f"SET {_ASKED} = :now",
        f"attribute_not_exists({_ASKED})",
        values={":now": now},
    )


def _key(ws: str, object_key: str, now: str) -> Key:
    return keys.conflicts(ws, object_key, now[:13])
