"""``python -m bench hostile``: what the dearest requests cost that pass all limits."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bench.client import Call, Client
from bench.hostile_requests import HOSTILE, WRITTEN, Hostile


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
    for query in ("{people(first: 1) {totalCount}}", '{search(searchInput: "a", limit: 1) {edges {cursor}}}'):
        client.call(Call(method="POST", path="/graphql", body={"query": query}))
    costs = [_cost(client, hostile) for hostile in HOSTILE if wanted in hostile.what]
    for plural, field in (("people", "name.lastName"), ("notes", "title")):
        _destroy(client, plural, f'{field}[startsWith]:"{WRITTEN}"')
    return sorted(costs, key=lambda cost: -cost.cpu)


def _destroy(client: Client, plural: str, filter: str) -> None:
    """Remove what the requests have written, so that the next run has the same records."""
    path = f"/rest/{plural}"
    while True:
        page = client.call(Call(method="GET", path=path, query={"filter": filter, "limit": "60", "fields": "id"}))
        ids = [record["id"] for record in page.json()["data"][plural]]
        if not ids:
            return
        client.call(Call(method="DELETE", path=path, query={"filter": f"id[in]:[{','.join(ids)}]"}))


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
