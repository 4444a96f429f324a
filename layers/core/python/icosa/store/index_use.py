"""Notes of which indexes are used, and which are missed: one row for each leaf and day (UTC), ``ws#IU``,
``day#object#leaf``, that expires after ``KEPT_DAYS`` (docs/storage.md#indexes-by-use).

A process counts in memory, and writes a row by adding to it: at once when a leaf is missed or used for the first time,
then what was missed at most once a minute, and what was used at most once an hour. Writing is one write unit, beside
what the request still reads (``beside``). What could not be written is counted with the next note of the same leaf;
what a process has counted and not written when it ends is missing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from ..lru import LRUCache
from . import keys
from .beside import Beside
from .ops import UpdateItem
from .table import Table

KEPT_DAYS: Final = 40
_MISS_SECONDS: Final = 60.0
_USE_SECONDS: Final = 3600.0


@dataclass(slots=True)
class _Counts:
    """What a process has counted of a leaf and not written yet."""

    scans: int = 0
    units: float = 0.0
    uses: int = 0

    def add(self, other: _Counts) -> None:
        self.scans += other.scans
        self.units += other.units
        self.uses += other.uses


@dataclass(slots=True)
class _Note:
    counts: _Counts = field(default_factory=_Counts)
    #: On the process's clock: from when on what was missed, and what was used, is written.
    misses_due: float = 0.0
    uses_due: float = 0.0


class Notebook:
    """What a process has counted, by workspace, object and leaf. Safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._notes: LRUCache[tuple[str, str, str], _Note] = LRUCache(size=10_000)
        self._lock = threading.Lock()
        self._clock = clock

    def count(self, place: tuple[str, str, str], counts: _Counts) -> _Counts | None:
        """Add to the counts of a leaf. What is to be written now, None if that can wait."""
        with self._lock:
            note = self._notes.get(place)
            if note is None:
                note = _Note(misses_due=-1.0, uses_due=-1.0)
                self._notes.put(place, note)
            note.counts.add(counts)
            now = self._clock()
            due = (note.counts.scans and _is_due(note.misses_due, now)) or (
                note.counts.uses and _is_due(note.uses_due, now)
            )
            if not due:
                return None
            written, note.counts = note.counts, _Counts()
            note.misses_due, note.uses_due = now + _MISS_SECONDS, now + _USE_SECONDS
            return written

    def give_back(self, place: tuple[str, str, str], counts: _Counts) -> None:
        """Count again what could not be written; the next note of the leaf writes it."""
        with self._lock:
            note = self._notes.get(place) or _Note()
            note.counts.add(counts)
            note.misses_due = note.uses_due = -1.0
            self._notes.put(place, note)

    def clear(self) -> None:
        """Forget everything, for tests."""
        self._notes.clear()


def _is_due(due: float, now: float) -> bool:
    return due < 0 or now >= due


#: That of this process.
notebook = Notebook()


class IndexUse:
    """Notes of one request. ``noted`` are the indexes whose use is noted, with their names, by the keys of object and
    leaf (``model.tunable``). ``announce`` is called after each note, which is rare.
    """

    def __init__(
        self,
        table: Table,
        ws: str,
        noted: Mapping[tuple[str, str], str],
        *,
        now: str,
        book: Notebook = notebook,
        announce: Callable[[Table, str], None] | None = None,
    ) -> None:
        self._ws = ws
        self._noted = noted
        self._now = now
        self._book = book
        self._announce = announce
        self._seen: set[str] = set()
        self._beside = Beside(table, ws, "the use of an index was")

    def read(self, pk: str) -> None:
        """Note that rows of a partition are read, if they are those of an index; once in a request."""
        if pk in self._seen:
            return
        self._seen.add(pk)
        index = keys.index_of(pk)
        if index is not None and (name := self._noted.get(index)) is not None:
            self._count(index[0], name, _Counts(uses=1))

    def missed(self, object_key: str, leaf: str, units: float) -> None:
        """Note that a read cost so many units for want of an index."""
        self._count(object_key, leaf, _Counts(scans=1, units=units))

    def settle(self) -> None:
        """Wait for what is being written."""
        self._beside.settle()

    def _count(self, object_key: str, leaf: str, counts: _Counts) -> None:
        place = (self._ws, object_key, leaf)
        due = self._book.count(place, counts)
        if due is None:
            return
        update = _note(self._ws, object_key, leaf, due, now=self._now)
        self._beside.write(partial(self._write, update=update), partial(self._book.give_back, place, due))

    def _write(self, table: Table, update: UpdateItem) -> None:
        table.update(update)
        if self._announce is not None:
            self._announce(table, self._ws)


def _note(ws: str, object_key: str, leaf: str, counts: _Counts, *, now: str) -> UpdateItem:
    """Add to the row of a leaf's day: one write unit."""
    day = now[:10]
    expires = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=KEPT_DAYS)
    values: dict[str, Any] = {
        ":scans": counts.scans,
        ":units": counts.units,
        ":uses": counts.uses,
        ":ttl": int(expires.timestamp()),
    }
    names = {"#scans": "scans", "#units": "units", "#uses": "uses", "#ttl": "ttl"}
    sets = ["#ttl = :ttl"]
    for name, counted in (("lastScan", counts.scans), ("lastUse", counts.uses)):
        if counted:
            sets.append(f"#{name} = :now")
            names[f"#{name}"] = name
            values[":now"] = now
    return UpdateItem(
        keys.index_use(ws, day, object_key, leaf),
        f"SET {', '.join(sets)} ADD #scans :scans, #units :units, #uses :uses",
        None,
        names,
        values,
    )


def looked_at(ws: str, *, now_ms: int, unless_since: int) -> UpdateItem:
    """Note that a workspace's indexes are looked at now, on the condition that they were not since a moment."""
    return UpdateItem(
        keys.index_tuning(ws),
        "SET began = :now",
        "attribute_not_exists(began) OR began < :limit",
        values={":now": now_ms, ":limit": unless_since},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfUse:
    """What was noted of a leaf on a day, ``2026-11-29``. ``units`` are read units of ``scans``; ``last_use`` is a
    stored DATE_TIME.
    """

    day: str
    object_key: str
    leaf: str
    scans: int
    units: float
    uses: int
    last_use: str | None


def read_days(table: Table, ws: str) -> list[DayOfUse]:
    """All notes of a workspace, the oldest day first: a read unit for some 35 of them."""
    days = []
    for item in table.query_all(keys.index_uses(ws)):
        day, object_key, leaf = keys.sort_of(item).split("#", 2)
        if "uses" in item:
            days.append(
                DayOfUse(
                    day=day,
                    object_key=object_key,
                    leaf=leaf,
                    scans=int(item["scans"]),
                    units=float(item["units"]),
                    uses=int(item["uses"]),
                    last_use=item.get("lastUse"),
                )
            )
    return days
