"""``python -m local.migrations``: bring workspaces to the present versions, and show how far they are.

Of a data folder, whether or not a stack runs on it (the jobs are done by one that runs), or of one that is deployed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import urllib3

from local.deployed import invoke_deployed
from local.functions.invoker import Outcome
from local.invocation import InvocationFailed, invoke_marked
from local.options import Options
from local.provisioning import PROVISIONING
from local.run import EXPECTED

Invoke = Callable[[bytes], Outcome]


def main(arguments: list[str]) -> int:
    """Begin what is to be done, and print a line for each workspace; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.migrations", description="Migrate workspaces.")
    parser.add_argument("--list", action="store_true", help="only show how far workspaces are")
    parser.add_argument("--workspace", help="the id of one workspace (default: all)")
    parser.add_argument("--again", action="store_true", help="try once more what was left out of that workspace")
    parser.add_argument("--env", help="an environment of samconfig.toml that is deployed, in place of a data folder")
    parser.add_argument("--data", type=Path, default=Path(".icosa"), help="data folder (default .icosa)")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="folder of template.yaml (default: this one)")
    chosen = parser.parse_args(arguments)
    os.umask(0o077)
    root = chosen.root.absolute()
    invoke: Invoke
    if chosen.env:
        invoke = partial(invoke_deployed, chosen.env, root=root)
    else:
        options = Options(root=root, data=chosen.data)
        invoke = partial(invoke_marked, PROVISIONING, options=options)
    try:
        for line in report(invoke, only_list=chosen.list, workspace_id=chosen.workspace, again=chosen.again):
            print(line)
    except (*EXPECTED, InvocationFailed, urllib3.exceptions.HTTPError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def report(
    invoke: Invoke, *, only_list: bool = False, workspace_id: str | None = None, again: bool = False
) -> Iterator[str]:
    """Begin the migrations, unless ``only_list``, and tell how far the workspaces are."""
    if not only_list:
        more = {"again": True} if again else {}
        begun = sum(len(page["begun"]) for page in _pages(invoke, "migrate", workspace_id, **more))
        yield f"Migrations begin in {begun} workspace{'' if begun == 1 else 's'}."
    for page in _pages(invoke, "list_migrations", workspace_id):
        for workspace in page["workspaces"]:
            yield from _lines(workspace)


def _lines(workspace: dict[str, Any]) -> Iterator[str]:
    """How far a workspace is, and what its job has left out."""
    job, pending = workspace["job"], workspace["pending"]
    state = f"to do: {', '.join(pending)}" if pending else "up to date"
    if job is not None and pending:
        state += f" ({job['state'].lower()}, {job['done']} records)"
    versions = f"format {workspace['formatVersion']}, standard {workspace['standardVersion']}"
    yield f"{workspace['id']}  {versions}  {state}  {workspace['name']}"
    for line in job["report"] if job is not None else ():
        yield f"  {line}"


def _pages(invoke: Invoke, action: str, workspace_id: str | None, **more: Any) -> Iterator[dict[str, Any]]:
    event = {"action": action, **more} | ({} if workspace_id is None else {"workspaceId": workspace_id})
    after: str | None = None
    while True:
        outcome = invoke(orjson.dumps(event if after is None else {**event, "after": after}))
        if outcome.error:
            raise InvocationFailed(f"{action} failed: {outcome}")
        page: dict[str, Any] = orjson.loads(outcome.payload)
        yield page
        after = page["next"]
        if after is None:
            return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
