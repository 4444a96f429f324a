"""``python -m bench hot``: what of a workspace's rows saturates first, and with which remedy it would not.

The mix is that of a CRM's API: 45 % single records, 30 % lists (half by a filter, half newest first), 10 % people with
their companies by GraphQL, 8 % creates, 7 % updates. Requests are recorded once, against the emulator; the stream that
is made of them runs over a model of DynamoDB's partitions, not over DynamoDB.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from bench import dataset
from bench.client import Call, Client
from bench.operations import OPERATIONS, Facts
from bench.partitions import NEW_TABLE, Partitions, partitions_of
from bench.recorded import Access, Recording
from bench.traffic import Names, Part, Remedy, Traffic

#: All newest pages show others as records are created; a filter or the first page finds the same each time.
MIX: Final = (
    Part("get one", 0.45, fresh=True),
    Part("list 60 by an equality filter, with total", 0.15, fresh=False),
    Part("list 60 by createdAt desc, with total", 0.15, fresh=True),
    Part("GraphQL 60 people with company, with total", 0.10, fresh=False),
    Part("create one", 0.08, fresh=True),
    Part("update one", 0.07, fresh=True),
)
_WHO_ASKS: Final = "read of who asks only for each 50th request"
#: What would help whose name begins so.
REMEDIES: Final = (
    *(
        Remedy(f"{shards} shards", name, shards=shards)
        for name, shards in (("records ", 64), ("index ", 64), ("tokens ", 64))
    ),
    Remedy("128 counters", "counter ", shards=128),
    *(Remedy(_WHO_ASKS, name, cached=50) for name in ("workspace", "API key", "role", "open batches")),
)
#: Seconds for which a transaction holds its items: another one that comes in between is sent again. A guess.
HELD_SECONDS: Final = 0.01
#: Requests of each operation. Filters take as many different titles.
_RECORDED = 50
#: Collisions that are worth a line.
_NOTABLE = 0.05


@dataclass(slots=True)
class Saturated:
    """Rows that are asked for more than their partitions serve. ``first`` is the second when that begins, ``refused``
    that of the first refusal (None: burst capacity bears it), ``over`` the last one with any.

    ``share`` is the part that was refused in the last minute, of all units of these rows' partitions.
    """

    name: str
    kind: str
    first: int
    refused: int | None = None
    over: int | None = None
    share: float = 0.0


@dataclass(slots=True)
class Outcome:
    """What a stream did. ``collisions`` are the parts of attempts that meet another transaction at the dearest item of
    a name.
    """

    rate: int
    reads: float = 0.0
    writes: float = 0.0
    partitions: int = 0
    saturated: list[Saturated] = field(default_factory=list)
    collisions: dict[str, float] = field(default_factory=dict)


def recorded(client: Client, facts: Facts, recordings: Sequence[Recording]) -> dict[str, list[tuple[Access, ...]]]:
    """Accesses of some requests of each operation of the mix. The first ones warm caches and are not kept."""
    by_name = {operation.name: operation for operation in OPERATIONS}
    found: dict[str, list[tuple[Access, ...]]] = {}
    for part in MIX:
        name, kept = part.operation, []
        for number in range(-2, _RECORDED):
            for recording in recordings:
                recording.take()
            client.call(_titled(number) if "equality" in name else by_name[name].call(facts, number % 1_000))
            if number >= 0:
                kept.append(tuple(access for recording in recordings for access in recording.take()))
        found[name] = kept
    return found


def _titled(number: int) -> Call:
    """A list by one of the fifty titles."""
    title = dataset.person(number % _RECORDED, [])["jobTitle"]
    return Call(method="GET", path="/rest/people", query={"filter": f'jobTitle[eq]:"{title}"'})


def remedies(result: Outcome) -> list[Remedy]:
    """What helps the rows that a stream saturates, and the items whose transactions collide."""
    names = [*(one.name for one in result.saturated), *(name for name, _ in collisions(result))]
    return [remedy for remedy in REMEDIES if any(name.startswith(remedy.prefix) for name in names)]


def outcome(
    requests: Mapping[str, Sequence[Sequence[Access]]],
    names: Names,
    *,
    rate: int,
    seconds: int,
    partitions: int,
    helped: Sequence[Remedy] = (),
    mix: Sequence[Part] = MIX,
) -> Outcome:
    """Run a stream over a table of so many partitions."""
    traffic = Traffic(requests, mix, names, rate=rate, remedies=helped)
    table = Partitions(partitions)
    result = Outcome(rate)
    found: dict[tuple[str, str], Saturated] = {}
    demands: dict[tuple[str, str], float] = {}
    refusals: dict[tuple[str, str], float] = {}
    for second in range(1, seconds + 1):
        loads = traffic.second()
        result.reads += sum(load.read for load in loads) / seconds
        result.writes += sum(load.write for load in loads) / seconds
        refused, beyond = table.second(loads)
        for name, kind in sorted(beyond):
            found.setdefault((name, kind), Saturated(name, kind, second))
        for refusal in refused:
            one = found[refusal.name, refusal.kind]
            one.refused = one.refused or second
            one.over = second
            if second > seconds - 60:
                key = refusal.name, refusal.kind
                demands[key] = demands.get(key, 0.0) + refusal.demand
                refusals[key] = refusals.get(key, 0.0) + refusal.refused
    for key, one in found.items():
        one.share = refusals[key] / demands[key] if key in refusals else 0.0
    result.saturated = sorted(found.values(), key=lambda one: (one.refused or math.inf, one.first, one.name, one.kind))
    result.partitions = len(table)
    for (name, _, _), count in traffic.held.items():
        part = 1 - math.exp(-(count / traffic.seconds) * HELD_SECONDS)
        result.collisions[name] = max(part, result.collisions.get(name, 0.0))
    return result


def collisions(result: Outcome) -> list[tuple[str, float]]:
    """The names whose items are worth a line, the worst first."""
    notable = [(name, part) for name, part in result.collisions.items() if part >= _NOTABLE]
    return sorted(notable, key=lambda one: (-one[1], one[0]))


@dataclass(frozen=True, slots=True)
class Runs:
    """The same stream three times: on a new table; on one that is prepared for half as much again as the stream asks;
    and on that one with what would help.
    """

    new: Outcome
    prepared: Outcome
    helped: Outcome


def runs(
    requests: Mapping[str, Sequence[Sequence[Access]]],
    names: Names,
    *,
    rate: int,
    seconds: int,
    mix: Sequence[Part] = MIX,
) -> Runs:
    """Run a stream on the three tables."""
    run = partial(outcome, requests, names, rate=rate, seconds=seconds, mix=mix)
    new = run(partitions=NEW_TABLE)
    enough = partitions_of(1.5 * new.reads, 1.5 * new.writes)
    prepared = run(partitions=enough)
    return Runs(new, prepared, run(partitions=enough, helped=remedies(prepared)))


def lines(three: Runs) -> list[list[object]]:
    """Rows of a table: what is refused, from which second on, how many per cent of it in the last minute; then the
    collisions.
    """
    every = [{(one.name, one.kind): one for one in result.saturated} for result in (three.new, three.prepared)]
    left = {(one.name, one.kind): one for one in three.helped.saturated}
    rows: list[list[object]] = []
    for key in dict.fromkeys((*every[0], *every[1], *left)):
        found = [each.get(key) for each in (*every, left)]
        if not any(one and one.refused for one in found):
            continue
        new, prepared, helped = (
            (one.refused, round(100 * one.share)) if one and one.refused else (None, None) for one in found
        )
        remedy = _remedy(key[0]) if prepared[0] else ""
        rows.append([three.new.rate, f"{key[0]}, {key[1]}s", *new, *prepared, remedy, *helped])
    for name, part in collisions(three.new):
        after = three.helped.collisions.get(name, 0.0)
        parts = [None, round(100 * part), None, round(100 * three.prepared.collisions[name])]
        rows.append([three.new.rate, f"{name}, collisions", *parts, _remedy(name), None, round(100 * after)])
    return rows


def _remedy(name: str) -> str:
    return next((remedy.title for remedy in REMEDIES if name.startswith(remedy.prefix)), "")
