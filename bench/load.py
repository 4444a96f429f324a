"""Several clients at once, over HTTP, against the local stack: gateway, authorizer, usage plan, function, store."""

from __future__ import annotations

import re
import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import urllib3

from bench.client import Call, Failed
from bench.folder import Workspace
from bench.measure import quantile
from bench.operations import Facts, Operation

CLIENTS = 8
_CPU = re.compile(r"\tCPU: ([0-9.]+) ms\t")
_TIMEOUT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Times in ms as the clients see them; ``cpu`` is the function's per request, the median of what its runtime
    reports.
    """

    name: str
    clients: int
    requests: int
    per_second: float
    p50: float
    p95: float
    cpu: float


class Load:
    """``logs`` gives the log file of a function by its name."""

    def __init__(self, url: str, workspace: Workspace, logs: Callable[[str], Path]) -> None:
        self._pool = urllib3.PoolManager(maxsize=CLIENTS, timeout=urllib3.Timeout(_TIMEOUT), retries=False)
        self._url = url
        self._headers = {"Authorization": f"Bearer {workspace.token}"}
        self._logs = logs

    def run(self, operation: Operation, facts: Facts, *, seconds: float) -> Loaded:
        """Call an operation with all clients for some seconds."""
        log = self._logs(operation.function)
        start = log.stat().st_size if log.exists() else 0
        walls: list[float] = []
        bodies: list[bytes] = []
        errors: list[Exception] = []
        began = time.perf_counter()

        def client(number: int) -> None:
            while time.perf_counter() - began < seconds and not errors:
                begun = time.perf_counter()
                try:
                    body = self._send(operation.call(facts, number))
                except (Failed, urllib3.exceptions.HTTPError) as error:
                    errors.append(error)
                    return
                walls.append(time.perf_counter() - begun)
                if operation.undo is not None:
                    bodies.append(body)
                number += CLIENTS

        threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        elapsed = time.perf_counter() - began
        if errors:
            raise errors[0]
        cpu = _reported(log, start)
        for body in bodies:
            assert operation.undo is not None
            self._send(operation.undo(orjson.loads(body)["data"]))
        return Loaded(
            name=operation.name,
            clients=CLIENTS,
            requests=len(walls),
            per_second=len(walls) / elapsed,
            p50=statistics.median(walls) * 1000,
            p95=quantile(walls, 0.95) * 1000,
            cpu=statistics.median(cpu),
        )

    def _send(self, call: Call) -> bytes:
        headers: Mapping[str, str] = (
            self._headers if call.body is None else {**self._headers, "Content-Type": "application/json"}
        )
        response = self._pool.request(call.method, self._url + call.target, body=call.content or None, headers=headers)
        if response.status >= 300:
            raise Failed(f"{call.method} {call.path}: {response.status} {response.data[:500]!r}")
        return response.data


def _reported(log: Path, start: int) -> Sequence[float]:
    with log.open("rb") as lines:
        lines.seek(start)
        return [float(milliseconds) for milliseconds in _CPU.findall(lines.read().decode("utf-8", "replace"))]
