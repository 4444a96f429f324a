"""What a request cost DynamoDB: sequential round trips, calls, capacity units.

Tests assert these numbers and ``X-Icosa-Explain`` shows them, so they are exact: capacity that DynamoDB's answers do
not carry through our client (BatchGetItem, TransactWriteItems) is computed by DynamoDB's published rules from item
sizes.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from ..prices import prices

if TYPE_CHECKING:  # the console's function counts, and has no table
    from .keys import Key

#: Megabytes of this function, whose time is paid by them; outside Lambda those of the functions of the APIs.
_MEMORY = int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769"))


class IndexReads(Protocol):
    """Is told what is read of indexes, and missed (``store.index_use``)."""

    def read(self, pk: str) -> None: ...
    def missed(self, object_key: str, leaf: str, units: float) -> None: ...
    def settle(self) -> None: ...


class ConflictNotes(Protocol):
    """Is told which items of a transaction were in others, so that it was cancelled (``store.contention``)."""

    def met(self, items: Iterable[Key]) -> None: ...
    def settle(self) -> None: ...


#: Whether reads see everything that was written before them, or perhaps not the last moment, for half the price.
Consistency = Literal["strong", "eventual"]


@dataclass(slots=True)
class Meter:
    """Counters of one request. ``detailed`` keeps the plan as well, for clients that ask for it.

    ``retries`` are calls that were sent again, because of ``throttles`` (DynamoDB's), of ``conflicts`` (with other
    writers; then what was read may have been read again, too), or of connections that were lost.
    """

    detailed: bool = False
    round_trips: int = 0
    calls: int = 0
    read_units: float = 0.0
    write_units: float = 0.0
    #: How the request itself reads.
    consistency: Consistency = "strong"
    retries: int = 0
    throttles: int = 0
    conflicts: int = 0
    scans: int = 0
    plan: list[str] = field(default_factory=list)
    #: What was counted before the request itself: who asks, and by which data model.
    authentication: Meter | None = None
    #: When the request began, on the clock of ``seconds``.
    began: float = field(default_factory=time.monotonic)
    #: The ids of jobs that the request has left work to.
    jobs: list[str] = field(default_factory=list)
    #: Of work with a clock of its own, which ``total`` adds.
    children: list[Meter] = field(default_factory=list)
    #: None where nobody notes which indexes are used.
    indexes: IndexReads | None = None
    #: None where nobody notes what transactions meet in.
    contention: ConflictNotes | None = None

    @property
    def seconds(self) -> float:
        """The time since the request began."""
        return time.monotonic() - self.began

    def note(self, step: str) -> None:
        """Add a step to the explained plan."""
        if self.detailed:
            self.plan.append(step)

    def scan(self, what: str) -> None:
        """Count a scan, and add it to the explained plan."""
        self.scans += 1
        self.note(f"scan of {what}")

    def branch(self) -> Meter:
        """A meter for work beside other work of the request, for ``add_parallel``."""
        return Meter(detailed=self.detailed, indexes=self.indexes, contention=self.contention)

    def settle(self) -> None:
        """Wait for the notes that are being written beside the request."""
        for notes in (self.indexes, self.contention):
            if notes is not None:
                notes.settle()

    def child(self) -> Meter:
        """A meter whose clock begins now, and whose counts are part of this one's ``total``."""
        meter = Meter(detailed=self.detailed)
        self.children.append(meter)
        return meter

    def total(self) -> Meter:
        """These counts with those of the authentication and of all children."""
        total = Meter()
        before = [] if self.authentication is None else [self.authentication]
        for part in (self, *(other.total() for other in (*self.children, *before))):
            total.round_trips += part.round_trips
            total._add(part)
        return total

    def numbers(self) -> dict[str, float]:
        """The counts by the names of their metrics (``runtime.emf``)."""
        return {
            "ReadUnits": self.read_units,
            "WriteUnits": self.write_units,
            "RoundTrips": self.round_trips,
            "Retries": self.retries,
            "Throttles": self.throttles,
            "Conflicts": self.conflicts,
            "Scans": self.scans,
        }

    def _add(self, other: Meter) -> None:
        self.calls += other.calls
        self.read_units += other.read_units
        self.write_units += other.write_units
        self.retries += other.retries
        self.throttles += other.throttles
        self.conflicts += other.conflicts
        self.scans += other.scans

    def add_parallel(self, branches: Iterable[Meter]) -> None:
        """Branches ran side by side: their calls and units add up, the longest decides the round trips."""
        longest = 0
        for branch in branches:
            longest = max(longest, branch.round_trips)
            self._add(branch)
            self.plan += branch.plan
            self.children += branch.children
        self.round_trips += longest

    def headers(self) -> dict[str, str]:
        """Response headers of ``X-Icosa-Explain: 1``."""
        before = self.authentication or Meter()
        cost = prices.of_call(
            reads=self.read_units + before.read_units,
            writes=self.write_units + before.write_units,
            seconds=self.seconds,
            megabytes=_MEMORY,
        )
        return {
            "X-Icosa-Plan": "; ".join(self.plan) or "none",
            "X-Icosa-Round-Trips": str(self.round_trips),
            "X-Icosa-Calls": str(self.calls),
            "X-Icosa-Capacity": self._capacity,
            "X-Icosa-Consistency": self.consistency,
            "X-Icosa-Authentication": f"round-trips={before.round_trips} calls={before.calls} {before._capacity}",
            "X-Icosa-Cost": str(cost),
        }

    @property
    def _capacity(self) -> str:
        return f"read={self.read_units:g} write={self.write_units:g}"


def read_units(items: Iterable[Mapping[str, Any] | None]) -> float:
    """Units of strongly consistent single-item reads: one per item and 4 KB begun; a missing item costs one too."""
    return float(sum(max(1, math.ceil(item_size(item) / 4096)) if item else 1 for item in items))


def write_units(sizes: Iterable[int]) -> float:
    """Units of transactional writes: two per item and KB begun."""
    return float(sum(2 * max(1, math.ceil(size / 1024)) for size in sizes))


def item_size(item: Mapping[str, Any]) -> int:
    """Size of an item in bytes by DynamoDB's rules (Developer Guide, "DynamoDB item sizes and formats")."""
    size = 0
    for name, value in item.items():
        # Most values are texts of ASCII characters, of which no copy is made.
        size += len(name) if name.isascii() else len(name.encode())
        size += len(value) if type(value) is str and value.isascii() else _value_size(value)
    return size


def _value_size(value: Any) -> int:
    match value:
        case None | bool():
            return 1
        case str():
            return len(value.encode())
        case bytes():
            return len(value)
        case int() | float():
            digits = len(str(abs(value)).replace(".", "").strip("0"))
            return 1 + math.ceil(digits / 2) + (1 if value < 0 else 0)
        case list() | tuple():
            return 3 + sum(1 + _value_size(member) for member in value)
        case Mapping():
            return 3 + sum(1 + len(name.encode()) + _value_size(member) for name, member in value.items())
        case _:
            raise TypeError(f"not a DynamoDB value: {type(value).__name__}")
