"""A model of DynamoDB's partitions, to find what a stream of reads and writes wears out first.

The items of a table stand in the order of the hash of their partition key and then of their sort key. Physical
partitions are ranges of that order. Each serves 3,000 read units and 1,000 write units a second, whatever others do
(adaptive capacity), and what it has not used in the last five minutes on top (burst capacity). One that is asked for
more for some time is split where half of its load is on either side. That helps unless the load is on one item, or on
sort keys that only rise: then one side gets all of it.

AWS publishes the limits (Developer Guide, "Best practices for designing and using partition keys effectively"), not
after how long a partition is split: ``HEAT_SECONDS`` is a guess. Demand is averaged over some seconds for that, since a
stream of samples comes in lumps.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

READS: Final = 3_000.0
WRITES: Final = 1_000.0
BURST_SECONDS: Final = 300
HEAT_SECONDS: Final = 120
#: The weight of a second in the average by which a partition is hot, and the seconds by whose load it is split.
_NOW: Final = 0.1
_SEEN: Final = 10
#: Partitions of a new table on demand: 12,000 read units, 4,000 write units.
NEW_TABLE: Final = 4

#: Where an item stands: the hash of its partition key, its sort key.
Place = tuple[str, str]


class Load(NamedTuple):
    """Units that an item is asked for in a second, and what the item is called in reports."""

    place: Place
    name: str
    read: float
    write: float


@lru_cache(maxsize=1 << 17)
def hashed(partition_key: str) -> str:
    """What decides where the items of a partition key stand."""
    return hashlib.md5(partition_key.encode(), usedforsecurity=False).hexdigest()


def partitions_of(read: float, write: float) -> int:
    """How many partitions a table has that is prepared for so many units a second."""
    return max(NEW_TABLE, round(-(-read // READS)), round(-(-write // WRITES)))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Units of a kind (``read`` or ``write``) that a partition refuses in a second, and the name that asks it most."""

    name: str
    kind: str
    demand: float
    refused: float


@dataclass(slots=True)
class _Partition:
    low: Place
    read_burst: float = READS * BURST_SECONDS
    write_burst: float = WRITES * BURST_SECONDS
    #: What it was asked for lately, as parts of what it serves, and for how many seconds in a row that has been more.
    read_demand: float = 0.0
    write_demand: float = 0.0
    hot: int = 0
    #: What it was asked for in this second, and in the last ones before a split.
    loads: list[Load] = field(default_factory=list)
    seen: list[Load] = field(default_factory=list)


class Partitions:
    """The partitions of one table, from its first second on."""

    def __init__(self, number: int = NEW_TABLE, *, heat_seconds: int = HEAT_SECONDS) -> None:
        step = (1 << 128) // number
        self._partitions = [_Partition((f"{index * step:032x}", "")) for index in range(number)]
        self._heat_seconds = heat_seconds
        self._place()

    def __len__(self) -> int:
        return len(self._partitions)

    def second(self, loads: list[Load]) -> tuple[list[Refusal], set[tuple[str, str]]]:
        """Serve a second's load: what is refused, and by name and kind what is beyond the limit of its partition,
        whether burst capacity bears it or not. Then hot partitions are split.
        """
        for load in loads:
            self._partitions[bisect_right(self._lows, load.place) - 1].loads.append(load)
        refusals: list[Refusal] = []
        beyond: set[tuple[str, str]] = set()
        for partition in self._partitions:
            for kind, limit in (("read", READS), ("write", WRITES)):
                refusal = _served(partition, kind, limit)
                if refusal is not None:
                    beyond.add((refusal.name, kind))
                    if refusal.refused:
                        refusals.append(refusal)
        self._split()
        return refusals, beyond

    def _split(self) -> None:
        kept: list[_Partition] = []
        for partition in self._partitions:
            kept.append(partition)
            partition.hot = partition.hot + 1 if max(partition.read_demand, partition.write_demand) > 1.0 else 0
            is_near = partition.hot > self._heat_seconds - _SEEN
            partition.seen = [*partition.seen, *partition.loads] if is_near else []
            partition.loads = []
            if partition.hot >= self._heat_seconds:
                middle = _middle(partition.seen)
                partition.hot, partition.seen = 0, []
                if middle is not None and middle > partition.low:
                    kept.append(_Partition(middle, read_burst=0.0, write_burst=0.0))
                    partition.read_demand = partition.write_demand = 0.0
        if len(kept) != len(self._partitions):
            self._partitions = kept
            self._place()

    def _place(self) -> None:
        self._lows = [partition.low for partition in self._partitions]


def _demand(partition: _Partition, kind: str) -> float:
    return sum(load.read if kind == "read" else load.write for load in partition.loads)


def _served(partition: _Partition, kind: str, limit: float) -> Refusal | None:
    """What is refused of a kind; None where the demand is within the limit. The burst capacity is used, or saved."""
    demand = _demand(partition, kind)
    burst = partition.read_burst if kind == "read" else partition.write_burst
    left = min(limit * BURST_SECONDS, burst + limit - demand)
    if kind == "read":
        partition.read_burst = max(0.0, left)
        partition.read_demand += _NOW * (demand / limit - partition.read_demand)
    else:
        partition.write_burst = max(0.0, left)
        partition.write_demand += _NOW * (demand / limit - partition.write_demand)
    if demand <= limit:
        return None
    by_name: Counter[str] = Counter()
    for load in partition.loads:
        by_name[load.name] += load.read if kind == "read" else load.write  # type: ignore[assignment]
    [(name, _)] = by_name.most_common(1)
    return Refusal(name, kind, demand, max(0.0, -left))


def _middle(loads: list[Load]) -> Place | None:
    """Where half of a load is on either side; None where it is on one item."""
    weights: dict[Place, float] = {}
    for load in loads:
        weights[load.place] = weights.get(load.place, 0.0) + load.read / READS + load.write / WRITES
    half, passed = sum(weights.values()) / 2, 0.0
    places = sorted(weights)
    for place in places:
        passed += weights[place]
        if passed > half:
            # An item that bears more than half stands alone on its side.
            return place if place != places[0] else places[1] if len(places) > 1 else None
    return None
