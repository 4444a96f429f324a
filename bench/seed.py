"""Filling a workspace through the API: batches of 60, some clients side by side, each a process of its own."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing.pool import Pool
from typing import Any

from bench import dataset
from bench.client import Call, Client
from bench.folder import Folder, Workspace
from local.report import report

BATCH = 60
CLIENTS = 3
#: Starting a client takes as long as creating so many people, about.
_WORTH_A_CLIENT = 1_000
_REPORT_EVERY = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    path: str
    bodies: Sequence[Mapping[str, Any]]


def seeded(folder: Folder, *, people: int, companies: int | None = None) -> Workspace:
    """The workspace with so many people, made and filled if it is not there; five people to a company unless told
    otherwise.

    One that was left unfinished is made anew.
    """
    known = folder.workspaces().get(people)
    if known is not None and known.seconds is not None:
        return known
    workspace = folder.make(people=people, companies=companies or max(1, people // 5))
    with folder.store(streams=False) as environment:
        workspace = replace(workspace, seconds=_fill(environment, workspace))
    folder.keep(workspace)
    return workspace


def _fill(environment: Mapping[str, str], workspace: Workspace) -> float:
    """Create all records; the seconds that took."""
    started = time.monotonic()
    context = multiprocessing.get_context("spawn")
    clients = min(CLIENTS, 1 + workspace.people // _WORTH_A_CLIENT)
    with context.Pool(clients, _start_client, (environment, workspace)) as pool:
        numbers = range(workspace.companies)
        bodies = [dataset.company(number) for number in numbers]
        ids = [record_id for part in _create(pool, "/rest/batch/companies", bodies) for record_id in part]
        people = [dataset.person(number, ids) for number in range(workspace.people)]
        for _ in _create(pool, "/rest/batch/people", people):
            pass
    seconds = time.monotonic() - started
    total = workspace.people + workspace.companies
    report(f"{total} records in {seconds:.0f} s: {total / seconds:.0f} a second")
    return seconds


def _create(pool: Pool, path: str, bodies: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    """Ids in the order of the bodies, batch by batch."""
    batches = [_Batch(path=path, bodies=bodies[i : i + BATCH]) for i in range(0, len(bodies), BATCH)]
    started = told = time.monotonic()
    done = 0
    for ids in pool.imap(_send, batches):
        done += len(ids)
        if (now := time.monotonic()) - told > _REPORT_EVERY:
            told = now
            report(f"{path}: {done} of {len(bodies)}, {done / (now - started):.0f} a second")
        yield ids


_client: Client


def _start_client(environment: Mapping[str, str], workspace: Workspace) -> None:
    global _client
    _client = Client(environment, workspace)


def _send(batch: _Batch) -> list[str]:
    [records] = _client.call(Call(method="POST", path=batch.path, body=list(batch.bodies))).json()["data"].values()
    return [record["id"] for record in records]
