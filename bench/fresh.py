"""One question in a process of its own: what it costs the function in memory, which a process that has answered others
does not show. ``python -m bench.fresh`` reads the question from its input and writes the answer as JSON.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from bench.client import Client, Failed
from bench.folder import ROOT, Workspace
from bench.measure import Cost, explained
from bench.operations import facts_of
from bench.queries import questions

_PATIENCE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """``cpu`` and ``milliseconds`` are of the second answer; ``megabytes`` by which the process has grown since it has
    answered something small. ``refused`` is what the API says instead of an answer.
    """

    name: str
    cost: Cost | None = None
    cpu: float = 0.0
    milliseconds: float = 0.0
    megabytes: float = 0.0
    refused: str = ""


def fresh(environment: Mapping[str, str], workspace: Workspace, name: str) -> Fresh:
    """Ask a question of ``queries.questions`` in a new process. Raises Failed."""
    asked = {"environment": dict(environment), "workspace": asdict(workspace), "name": name}
    command = [sys.executable, "-m", "bench.fresh"]
    done = subprocess.run(command, input=orjson.dumps(asked), capture_output=True, cwd=ROOT, timeout=_PATIENCE)
    if done.returncode:
        raise Failed(f"{name}: {done.stderr.decode()[-500:]}")
    answer = orjson.loads(done.stdout)
    cost = answer.pop("cost")
    return Fresh(**answer, cost=None if cost is None else Cost(**cost))


def _answer(environment: Mapping[str, str], workspace: Workspace, name: str) -> Fresh:
    client = Client(environment, workspace)
    facts = facts_of(client)
    operation = next(each for each in questions(workspace.people) if each.name == name)
    before = _peak()
    try:
        cost = explained(client, operation, facts)
        begun, used = time.perf_counter(), time.process_time()
        client.call(operation.call(facts, 0))
    except Failed as failed:
        return Fresh(name=name, refused=str(failed), megabytes=_peak() - before)
    return Fresh(
        name=name,
        cost=cost,
        cpu=(time.process_time() - used) * 1000,
        milliseconds=(time.perf_counter() - begun) * 1000,
        megabytes=_peak() - before,
    )


def _peak() -> float:
    """The most memory that this process has had, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Answer the question on the standard input."""
    asked: Mapping[str, Any] = orjson.loads(sys.stdin.buffer.read())
    found = _answer(asked["environment"], Workspace(**asked["workspace"]), asked["name"])
    sys.stdout.buffer.write(orjson.dumps(asdict(found)))


if __name__ == "__main__":
    main()
