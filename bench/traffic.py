"""A stream of requests of one workspace, by the keys of recorded ones.

A recorded request is made again with the same rows of the workspace, key, role and model. Its records are others each
time where requests of its kind go to other records, and the same where they all ask for the same page. Times in keys
become those of the stream, and the shard of a counter is drawn anew, as the writer does it. All draws come from one
seed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.partitions import Load, hashed
from bench.recorded import Access
from icosa.model.model import Model
from icosa.store.keys import END, VALUE
from icosa.store.vacancy import COUNTER_SHARDS

#: Ids with and without hyphens.
_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
#: The leaves whose values rise with time.
_RISING = ("createdAt", "updatedAt")
#: Kinds of partitions whose keys name no record.
_SHARED = {"W": "workspace", "K": "API key", "P": "role", "A": "state of access", "M": "metadata", "B": "open batches"}
_OF_OBJECTS = {"R": "records", "I": "index", "T": "tokens", "C": "counter", "U": "unique guards", "D": "trash"}
#: Seconds since the epoch when a stream begins; older records are from before.
_BEGIN = 1_800_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a mix: the operation, its share of the requests, and whether each of them is about other records."""

    operation: str
    share: float
    fresh: bool


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would be built: what ``title`` says, done to the accesses whose name begins with ``prefix``.

    ``shards`` spreads them over so many partition keys by record, or a counter over so many items; ``cached`` leaves
    one read of so many.
    """

    title: str
    prefix: str
    shards: int = 1
    cached: int = 1


@dataclass(frozen=True, slots=True)
class _Known:
    """An access with what it is called."""

    access: Access
    name: str
    kind: str
    #: Of an index of times: whether the row is that of now.
    rising: bool
    old: bool


class Names:
    """What partitions are called in reports."""

    def __init__(self, model: Model) -> None:
        self._workspace = model.workspace_id
        self._objects = {obj.key: obj for obj in model.by_singular.values()}

    def kind(self, partition: str) -> str:
        """The letter of a kind of partitions."""
        return partition.removeprefix(f"{self._workspace}#").split("#", 1)[0]

    def name(self, partition: str) -> str:
        kind, *rest = partition.removeprefix(f"{self._workspace}#").split("#")
        if kind == "E":
            return "edges"
        if kind not in _OF_OBJECTS:
            return _SHARED.get(kind, kind)
        obj = self._objects[rest[0]]
        name = f"{_OF_OBJECTS[kind]} {obj.name_singular}"
        if kind == "I":
            return f"{name}.{self._leaf(obj.key, rest[1])}"
        return f"{name} {rest[1]}" if kind == "T" else name

    def _leaf(self, object_key: str, leaf: str) -> str:
        key, *member = leaf.split(".")
        by_key = {field.key: field.name for field in self._objects[object_key].by_name.values()}
        return ".".join([by_key.get(key, key), *member])


class Traffic:
    """Requests of a mix, so many a second. ``sampled`` of them are made, and stand for the others."""

    def __init__(
        self,
        recorded: Mapping[str, Sequence[Sequence[Access]]],
        mix: Sequence[Part],
        names: Names,
        *,
        rate: int,
        remedies: Sequence[Remedy] = (),
        sampled: int = 100,
        seed: int = 16,
    ) -> None:
        self._recorded = {operation: [_known(one, names) for one in each] for operation, each in recorded.items()}
        self._mix = mix
        self._remedies = remedies
        self._sampled = min(rate, sampled)
        self._weight = rate / self._sampled
        self._random = random.Random(seed)
        self._due = dict.fromkeys(recorded, 0.0)
        self._turns = dict.fromkeys(recorded, 0)
        self._reads: dict[str, int] = {}
        #: Writes of transactions to each item, by name, and over how many seconds they were counted.
        self.held: dict[tuple[str, str, str], float] = {}
        self.seconds = 0

    def second(self) -> list[Load]:
        """The load of the next second."""
        self.seconds += 1
        return [load for request, fresh in self._requests() for load in self._loads(request, fresh)]

    def _requests(self) -> Iterator[tuple[Sequence[_Known], bool]]:
        for part in self._mix:
            operation = part.operation
            self._due[operation] += part.share * self._sampled
            while self._due[operation] >= 1 - 1e-9:
                self._due[operation] -= 1
                each = self._recorded[operation]
                self._turns[operation] += 1
                yield each[self._turns[operation] % len(each)], part.fresh

    def _loads(self, request: Sequence[_Known], fresh: bool) -> Iterator[Load]:
        ids: dict[str, str] = {}
        for known in request:
            access, remedy = known.access, self._remedy(known.name)
            if remedy is not None and not self._is_left(remedy, access, known.name):
                continue
            partition, sort = self._key(known, ids if fresh else None, 1 if remedy is None else remedy.shards)
            if access.transaction:
                item = (known.name, partition, sort)
                self.held[item] = self.held.get(item, 0.0) + self._weight
            shards = 1 if remedy is None or known.kind == "C" else remedy.shards
            for shard in _shards(access, sort, shards):
                place = (hashed(partition if shards == 1 else f"{partition}.{shard}"), sort)
                # A range is read of each shard, at a unit at the least.
                read = max(1.0, access.read / shards) if access.is_range else access.read
                yield Load(place, known.name, read * self._weight, access.write * self._weight)

    def _key(self, known: _Known, ids: dict[str, str] | None, shards: int) -> tuple[str, str]:
        """The key of an access in this request, whose other ids are in ``ids``."""
        partition, sort = known.access.partition, known.access.sort
        if known.kind == "C":
            return partition, sort if known.access.is_range else self._drawn(max(COUNTER_SHARDS, shards))
        if ids is None or known.kind in _SHARED:
            return partition, sort

        def renamed(found: re.Match[str]) -> str:
            return ids.setdefault(found[0], f"{self._random.getrandbits(128):032x}")

        workspace, rest = partition.split("#", 1)
        return f"{workspace}#{_ID.sub(renamed, rest)}", self._timed(known, _ID.sub(renamed, sort))

    def _drawn(self, number: int) -> str:
        return str(self._random.randrange(number))

    def _timed(self, known: _Known, sort: str) -> str:
        if not known.rising:
            return sort
        record_id = sort.rpartition(END)[2]
        moment = _BEGIN + self.seconds if not known.old else self._random.randrange(_BEGIN - 10**8, _BEGIN)
        return f"{VALUE}{moment}{END}{record_id}"

    def _remedy(self, name: str) -> Remedy | None:
        return next((remedy for remedy in self._remedies if name.startswith(remedy.prefix)), None)

    def _is_left(self, remedy: Remedy, access: Access, name: str) -> bool:
        if remedy.cached == 1 or not access.read:
            return True
        self._reads[name] = self._reads.get(name, 0) + 1
        return self._reads[name] % remedy.cached == 0


def _shards(access: Access, sort: str, number: int) -> Sequence[int]:
    """The shards that an access goes to: that of its record, or all of them for a range."""
    if access.is_range:
        return range(number)
    return [int(hashed(sort.rpartition(END)[2])[:8], 16) % number]


def _known(request: Sequence[Access], names: Names) -> list[_Known]:
    # Reads that run side by side are written down in any order.
    ordered = sorted(request, key=lambda access: (access.partition, access.sort, access.write))
    newest: dict[str, str] = {}
    for access in ordered:
        newest[access.partition] = max(newest.get(access.partition, ""), access.sort)
    made = []
    for access in ordered:
        name = names.name(access.partition)
        kind = names.kind(access.partition)
        rising = kind == "I" and name.endswith(_RISING)
        made.append(_Known(access, name, kind, rising, rising and access.sort != newest[access.partition]))
    return made
