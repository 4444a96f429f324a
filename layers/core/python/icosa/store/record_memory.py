"""What a process remembers of records that it has read (docs/storage.md#records-that-are-remembered);
``store.remembered_reads`` reads with it.

For each object the memory knows one moment, ``Shelf.looked``: whatever it has of the object was true then, or later.
So who looks at all that has changed since that moment knows which of it still is true. Rows are remembered as they are
stored, by the version of the model: what a role may see of them, and what another model makes of them, is decided each
time.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ..lru import LRUCache
from ..model.model import Model, Object
from .record import StoredRow, is_hidden, stored_bytes

#: How long after its stamp a change may become visible: a function runs for 50 seconds at most, its last call may be
#: under way for another 10, and the clocks of two functions may differ by 10.
MARGIN_SECONDS: Final = 70.0
#: No record is believed for longer than that without having been read, and no look goes further back.
KEPT_SECONDS: Final = 3_600.0
#: So long an object is left alone in which more has changed than is looked at.
REST_SECONDS: Final = 60.0
#: Objects of which something is remembered, and about what an entry takes besides its values.
_OBJECTS: Final = 4_096
_ENTRY_BYTES: Final = 700

#: Where an object's shelf is: table, workspace, version of the model, object.
type _Place = tuple[str, str, int, str]


class Entry(NamedTuple):
    """``at`` is the time before the row was read."""

    row: StoredRow
    at: float


class Shelf:
    """What is remembered of one object is true since ``looked``. ``rate`` is how many traces of changes a second there
    were at the last look.
    """

    __slots__ = ("lock", "looked", "rate", "rests_until")

    def __init__(self, looked: float, *, rate: float = 0.0, rests_until: float = 0.0) -> None:
        self.looked = looked
        self.rate = rate
        self.rests_until = rests_until
        self.lock = threading.Lock()

    def expected(self, now: float) -> float:
        """How many traces a look would meet."""
        return self.rate * (now - self.looked + MARGIN_SECONDS)


@dataclass(slots=True)
class Part:
    """The wanted records of one object: those that are remembered, and since when all of them are true. ``stale`` are
    those that have changed since, as a look has told.
    """

    obj: Object
    place: _Place
    shelf: Shelf
    ids: Sequence[str]
    since: float
    known: Mapping[str, Entry]
    stale: set[str] = field(default_factory=set)


#: A record that a trace names, and whether an entry is what the record was after that change, or later.
type Trace = tuple[str, Callable[[Entry], bool]]


class RecordMemory:
    """The memory of a process: as many rows as weigh ``size`` bytes, those that were used last. Safe for threads."""

    def __init__(self, size: int, clock: Callable[[], float] = time.time) -> None:
        self._rows: LRUCache[tuple[Shelf, str], Entry] = LRUCache(size=size, weigh=_weight)
        self._shelves: LRUCache[_Place, Shelf] = LRUCache(size=_OBJECTS)
        self.clock = clock

    @property
    def weight(self) -> int:
        """About how many bytes are remembered."""
        return self._rows.weight

    def forget(self) -> None:
        """As if the process were new."""
        self._rows.clear()
        self._shelves.clear()

    def part(self, table: str, model: Model, obj: Object, ids: Sequence[str], *, most: int, now: float) -> Part:
        """What is remembered of some records of an object. A look reads ``most`` traces of changes at most."""
        place = (table, model.workspace_id, model.version, obj.key)
        shelf = self._shelves.get(place)
        if shelf is None or now - shelf.looked > KEPT_SECONDS or shelf.expected(now) > most:
            # A look since then would be too long: begin anew, and trust what was seen of how often records change.
            rate = 0.0 if shelf is None or shelf.rate * MARGIN_SECONDS > most else shelf.rate
            shelf = Shelf(now, rate=rate, rests_until=0.0 if shelf is None else shelf.rests_until)
            self._shelves.put(place, shelf)
        # In this order: an entry that is taken after a later look is true since that one.
        since = shelf.looked
        known: dict[str, Entry] = {}
        for record_id in ids if shelf.rests_until <= now else ():
            entry = self._rows.get((shelf, record_id))
            if entry is not None and now - entry.at <= KEPT_SECONDS:
                known[record_id] = entry
        return Part(obj, place, shelf, ids, since, known)

    def keep(self, part: Part, rows: Mapping[str, StoredRow | None], at: float) -> None:
        """Remember rows, by the ids of their records, that were read at a time or later. Hidden ones are of records
        that a batch is moving, and not remembered.
        """
        with part.shelf.lock:
            if at < part.shelf.looked:
                return  # Another look has ended meanwhile, and knew nothing of these.
            for record_id, row in rows.items():
                if row is not None and not is_hidden(row):
                    self._rows.put((part.shelf, record_id), Entry(row, at))

    def rest(self, part: Part) -> None:
        """Forget an object in which too much has changed to look at."""
        now = self.clock()
        part.stale.update(part.known)
        self._shelves.put(part.place, Shelf(now, rests_until=now + REST_SECONDS))

    def learn(self, part: Part, traces: Sequence[Trace], began: float) -> None:
        """Take over what a look that began at a time has seen of an object: the traces since ``part.since``."""
        shelf = part.shelf
        with shelf.lock:
            for record_id, is_later in traces:
                entry, kept = part.known.get(record_id), self._rows.get((shelf, record_id))
                if entry is not None and not is_later(entry):
                    part.stale.add(record_id)
                if kept is not None and not is_later(kept):
                    self._rows.drop((shelf, record_id))
            shelf.rate = len(traces) / (began - part.since + MARGIN_SECONDS)
            shelf.looked = max(shelf.looked, began)


def _weight(entry: Entry) -> int:
    return _ENTRY_BYTES + stored_bytes(entry.row)


#: Bytes of records that a process remembers; 0 remembers none (docs/deploying.md, ``RecordMemory``).
BYTES: Final = int(os.environ.get("RECORD_MEMORY") or 64) * 1_000_000
#: What this process remembers of what it has read for requests. Benchmarks exchange it, as if they were several.
memory = RecordMemory(BYTES)


def of_process() -> RecordMemory | None:
    """The memory of this process; None where it is turned off."""
    return memory if BYTES else None
