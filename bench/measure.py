"""One client, no waiting for others: what a request costs the function and DynamoDB, and how long it takes."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import orjson

from bench.client import Client, Failed, Reply
from bench.operations import Facts, Operation

_MOST_CALLS = 300
_LEAST_CALLS = 3
_WARM_UP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What ``X-Icosa-Explain`` says of one call, without authentication."""

    plan: str
    round_trips: int
    calls: int
    read_units: float
    write_units: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Times in ms. ``cpu`` is of this process, all threads, per request: the median of the rounds.

    ``best`` is the lowest of the ``cpu_rounds``: other work on the machine only ever adds to CPU times (through caches
    and shared cores).
    """

    name: str
    target: float | None
    cpu: float
    best: float
    cpu_rounds: Sequence[float]
    p50: float
    p95: float
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured(Timed):
    """Times, and what one call costs DynamoDB."""

    cost: Cost


def explained(client: Client, operation: Operation, facts: Facts) -> Cost:
    """What one call of the operation costs DynamoDB."""
    reply = client.call(operation.call(facts, 0), explain=True)
    undo(client, operation, [reply.body])
    return cost_of(reply)


def cost_of(reply: Reply) -> Cost:
    """What the explanation of an answer says."""
    headers = {name.lower(): value for name, value in reply.headers.items()}
    units = dict(part.split("=") for part in headers["x-icosa-capacity"].split())
    return Cost(
        plan=headers["x-icosa-plan"],
        round_trips=int(headers["x-icosa-round-trips"]),
        calls=int(headers["x-icosa-calls"]),
        read_units=float(units["read"]),
        write_units=float(units["write"]),
    )


def measured(client: Client, operation: Operation, facts: Facts, *, rounds: int, seconds: float) -> Measured:
    """Call an operation over and over: quick ones often, slow ones not for much longer than ``seconds`` a round."""
    cost = explained(client, operation, facts)
    times = timed(client, operation, facts, rounds=rounds, seconds=seconds)
    return Measured(**asdict(times), cost=cost)


def timed(client: Client, operation: Operation, facts: Facts, *, rounds: int, seconds: float) -> Timed:
    """``measured`` without the cost, which not every key is told."""
    warm, _ = _round(client, operation, facts, _WARM_UP, 0)
    calls = max(_LEAST_CALLS, min(_MOST_CALLS, math.ceil(seconds / statistics.median(warm))))
    cpu, walls = [], []
    for number in range(rounds):
        taken, used = _round(client, operation, facts, calls, _WARM_UP + number * calls)
        walls += taken
        cpu.append(used / calls * 1000)
    return Timed(
        name=operation.name,
        target=operation.target,
        cpu=statistics.median(cpu),
        best=min(cpu),
        cpu_rounds=cpu,
        p50=statistics.median(walls) * 1000,
        p95=quantile(walls, 0.95) * 1000,
        requests=len(walls),
    )


def quantile(values: Sequence[float], part: float) -> float:
    """The smallest value that is not smaller than ``part`` of all."""
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]


def _round(client: Client, operation: Operation, facts: Facts, calls: int, start: int) -> tuple[list[float], float]:
    """Seconds of each call, and CPU seconds of all."""
    events = [client.event(operation.call(facts, start + number)) for number in range(calls)]
    walls, answers = [], []
    cpu = time.process_time()
    for event in events:
        begun = time.perf_counter()
        answers.append(client.send(event))
        walls.append(time.perf_counter() - begun)
    used = time.process_time() - cpu
    for answer in answers:
        if answer["statusCode"] >= 300:
            raise Failed(f"{operation.name}: {answer['statusCode']} {answer['body'][:500]}")
    undo(client, operation, [answer["body"] for answer in answers])
    return walls, used


def undo(client: Client, operation: Operation, bodies: Sequence[str]) -> None:
    """Remove what answers say was made."""
    if operation.undo is not None:
        for body in bodies:
            client.call(operation.undo(orjson.loads(body)["data"]))
