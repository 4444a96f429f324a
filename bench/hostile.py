"""``python -m bench hostile``: what the dearest requests cost that pass all limits."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bench.client import Client
from bench.hostile_requests import HOSTILE, Hostile


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileCost:
    """CPU of the process in seconds, DynamoDB excluded; ``kilobytes`` is the size of the body."""

    what: str
    kilobytes: float
    status: int
    cpu: float
    message: str


def hostile_costs(client: Client, wanted: str = "") -> list[HostileCost]:
    """Each request once, after a small one that loads what is loaded lazily; the dearest first."""
    costs = [_cost(client, hostile) for hostile in HOSTILE if wanted in hostile.what]
    return sorted(costs, key=lambda cost: -cost.cpu)


def _cost(client: Client, hostile: Hostile) -> HostileCost:
    call = hostile.call()
    event = client.event(call)
    started = time.process_time()
    answer = client.send(event)
    cpu = time.process_time() - started
    body = answer["body"]
    is_refused = answer["statusCode"] >= 300 or '"errors":' in body[:200]
    return HostileCost(
        what=hostile.what,
        kilobytes=len(call.content) / 1000,
        status=answer["statusCode"],
        cpu=cpu,
        message=body[:160] if is_refused else "",
    )
