"""A function's first requests in a process of its own, as Lambda restores it from a snapshot: what do they import?

The file is also the program that the process runs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Before what a function writes for an event.
_BEGIN = "-- event "


@dataclass(frozen=True, slots=True)
class Answer:
    """``imported`` are the modules that the function loaded for the event, ``logged`` is what it wrote meanwhile."""

    result: Any
    imported: list[str]
    logged: str


def first_requests(
    search_path: Sequence[Path], environment: Mapping[str, str], events: Mapping[str, Any]
) -> dict[str, Answer]:
    """The answers of the function with this search path to ``events``, in their order."""
    done = subprocess.run(
        [sys.executable, __file__, *map(str, search_path)],
        input=json.dumps(events),
        env={**environment, "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr}"
    written, _, answers = done.stdout.rstrip("\n").rpartition("\n")
    logs = dict(part.split("\n", 1) for part in written.split(_BEGIN)[1:])
    return {name: Answer(result, imported, logs[name]) for name, (result, imported) in json.loads(answers).items()}


class LambdaContext:
    """What Powertools reads of the context of an invocation."""

    function_name = "function"
    memory_limit_in_mb = 1769
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:function"
    aws_request_id = "00000000-0000-0000-0000-000000000000"


def _main() -> None:
    sys.path[0:1] = sys.argv[1:]
    events = json.load(sys.stdin)
    from handler import handler  # type: ignore[import-not-found]

    answers = {}
    for name, event in events.items():
        known = set(sys.modules)
        print(f"\n{_BEGIN}{name}", flush=True)
        result = handler(event, LambdaContext())
        answers[name] = (result, sorted(set(sys.modules) - known))
    print("\n" + json.dumps(answers))


if __name__ == "__main__":
    _main()
