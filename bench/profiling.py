"""Where the CPU of an operation goes."""

from __future__ import annotations

import cProfile
import io
import pstats

from bench.client import Client
from bench.measure import undo
from bench.operations import Facts, Operation


def profiled(client: Client, operation: Operation, facts: Facts, *, calls: int, lines: int, sort: str) -> str:
    """The functions that take most of many calls. Branches that ``Table.parallel`` gives to other threads
    are not seen.
    """
    numbers = iter(range(1_000_000))
    for _ in range(5):
        undo(client, operation, [client.call(operation.call(facts, next(numbers))).body])
    profile = cProfile.Profile()
    for _ in range(calls):
        event = client.event(operation.call(facts, next(numbers)))
        profile.enable()
        answer = client.send(event)
        profile.disable()
        undo(client, operation, [answer["body"]])
    out = io.StringIO()
    pstats.Stats(profile, stream=out).sort_stats(sort).print_stats(lines)
    return out.getvalue()
