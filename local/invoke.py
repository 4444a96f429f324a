"""``python -m local.invoke --event events/core_rest/list.json``: run one function with an event, on a data folder.

Needs neither Docker nor a running stack; one that runs on the folder is used. Names of the sample events stand for what
the folder has (``samples/names.py``). The answer is on standard output, what the function logged on standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

import orjson
import urllib3

from local.folder import DataFolder
from local.functions.invoker import Outcome
from local.invocation import Choice, InvocationFailed, invoke, invoke_marked, named
from local.options import Options
from local.provisioning import PROVISIONING
from local.run import EXPECTED
from local.samples.filling import NoEvent, NoOwner, Owner, wants_role
from local.template.application import Function
from local.template.names import Deployment
from local.template.reader import read_application


def main(arguments: list[str]) -> int:
    """Run the function and print its answer; the exit status is 1 when it failed."""
    parser = argparse.ArgumentParser(prog="python -m local.invoke", description="Run one function with an event.")
    parser.add_argument("--event", type=Path, required=True, help="file with the event as JSON; - for standard input")
    parser.add_argument("--function", help="logical id or folder (default: the name of the event's folder)")
    parser.add_argument("--data", type=Path, default=Path(".icosa"), help="data folder (default .icosa)")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="folder of template.yaml (default: this one)")
    parsed = parser.parse_args(arguments)
    os.umask(0o077)
    options = Options(root=parsed.root.absolute(), data=parsed.data)
    try:
        event = filled(read_event(parsed.event), options)
        outcome, log = _run(named(parsed.function or parsed.event.absolute().parent.name), event, options)
    except (*EXPECTED, InvocationFailed, NoEvent, NoOwner, urllib3.exceptions.HTTPError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(log, file=sys.stderr, end="")
    print(outcome.payload.decode())
    return 1 if outcome.error else 0


def read_event(path: Path) -> bytes:
    """The event of a file. Raises NoEvent for what is no JSON."""
    try:
        event = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        orjson.loads(event)
    except (OSError, orjson.JSONDecodeError) as error:
        raise NoEvent(f"{path} holds no event: {error}") from error
    return event


def filled(event: bytes, options: Options) -> bytes:
    """The event with what the data folder has in place of the samples' names.

    Raises NoEvent, NoOwner and InvocationFailed.
    """
    owner = Owner.of(DataFolder(options.data))
    if wants_role(event):
        asked = orjson.dumps({"action": "list_roles", "workspaceId": owner.workspace})
        outcome = invoke_marked(PROVISIONING, asked, options)
        if outcome.error:
            raise InvocationFailed(f"the workspace's roles are not told: {outcome}")
        owner = replace(owner, role=orjson.loads(outcome.payload)["roles"][0]["id"])
    return owner.fill(event)


def _run(choose: Choice, event: bytes, options: Options) -> tuple[Outcome, str]:
    """The outcome, and what the function's log got meanwhile."""
    functions = read_application(options.root / "template.yaml", Deployment(endpoint="http://127.0.0.1:1")).functions
    log = _log(choose(functions), options)
    before = log.stat().st_size if log.is_file() else 0
    outcome = invoke(choose, event, options)
    with log.open("rb") as file:
        file.seek(before)
        return outcome, file.read().decode(errors="replace")


def _log(function: Function, options: Options) -> Path:
    return DataFolder(options.data).log(function.logical_id)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
