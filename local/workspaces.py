"""``python -m local.workspaces COMMAND``: what operators do with whole workspaces (docs/operating.md).

In a data folder, whether or not a stack runs on it, or with ``--env`` in a deployed stack, by this shell's credentials.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import urllib3

from local.folder import DataFolder
from local.functions.invoker import Outcome
from local.invocation import InvocationFailed, invoke_marked, required_function
from local.options import Options
from local.provisioning import PROVISIONING
from local.run import EXPECTED, run_loop
from local.services import running_services
from local.workspaces_deployed import Deployed

#: The mark of the function that does the steps of operations.
_JOBS: Final = "Jobs"
_POLL_SECONDS: Final = 2.0
#: By command: its action, and the parameters that it takes beside the workspace's id.
_ACTIONS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "list": ("list_workspaces", ()),
    "receipts": ("list_receipts", ()),
    "show": ("read_workspace", ()),
    "register": ("register_workspaces", ()),
    "plan": ("read_plan", ()),
    "set-plan": ("set_plan", ("plan",)),
    "set-timeline": ("set_timeline", ("timeline",)),
    "set-indexes": ("set_indexes", ("indexes",)),
    "suspend": ("suspend_workspace", ("reason", "by")),
    "resume": ("resume_workspace", ("by",)),
    "export": ("export_workspace", ("by",)),
    "remove-demo": ("remove_demo", ("withChanged", "by")),
    "shard-records": ("shard_records", ("object", "shards", "by")),
    "restore": ("restore_workspace", ("confirm", "by")),
    "delete": ("delete_workspace", ("confirm", "by")),
}
#: Commands about all workspaces.
_OF_ALL: Final = frozenset(("list", "receipts", "register"))

Json = dict[str, Any]
#: Invokes the function with a mark of ``template.yaml``. Raises InvocationFailed.
Call = Callable[[str, Json], Awaitable[Json]]


def main(arguments: list[str]) -> int:
    """Do what is asked for, and print what came of it; the exit status."""
    options = _parse(arguments)
    os.umask(0o077)
    try:
        if options.env:
            deployed = Deployed(options.root / "samconfig.toml", options.env)
            options.by = options.by or deployed.caller()
            return asyncio.run(_run(options, _blocking(deployed.invoke), follows=True))
        options.by = options.by or getpass.getuser()
        return _run_locally(options)
    except (*EXPECTED, InvocationFailed, urllib3.exceptions.HTTPError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.workspaces", description="Look after workspaces.")
    parser.add_argument("command", choices=_ACTIONS)
    parser.add_argument("workspace", nargs="*", help="the workspace's id; several for register")
    parser.add_argument("--confirm", help="the workspace's name, for what cannot be undone")
    parser.add_argument("--plan", help="free, standard or scale")
    parser.add_argument("--timeline", help="on or off")
    parser.add_argument("--indexes", help="auto, advise, all or declared")
    parser.add_argument("--reason", help="why, for the audit log")
    parser.add_argument("--by", help="who asks, for the audit log (default: the shell's user, or AWS's caller)")
    parser.add_argument("--object", help="the object whose records are spread, by its singular name")
    parser.add_argument("--shards", type=int, help="over how many partitions: a power of two up to 64")
    parser.add_argument("--with-changed", action="store_true", help="demo records that somebody has changed, too")
    parser.add_argument("--counts", action="store_true", help="how many records each workspace has")
    parser.add_argument("--env", help="an environment of samconfig.toml; without it the data folder's stack")
    parser.add_argument("--data", type=Path, default=Path(".icosa"), help="data folder (default .icosa)")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="folder of template.yaml (default: this one)")
    options = parser.parse_args(arguments)
    options.root = options.root.absolute()
    if options.command not in _OF_ALL and len(options.workspace) != 1:
        parser.error("name one workspace by its id, as list shows it (make: WORKSPACE=…)")
    return options


def _run_locally(options: argparse.Namespace) -> int:
    stack = Options(root=options.root, data=options.data)
    if DataFolder(options.data).running() is not None:

        def invoke(mark: str, event: Json) -> Json:
            return _result(invoke_marked(mark, orjson.dumps(event), stack))

        return asyncio.run(_run(options, _blocking(invoke), follows=True))
    statuses: list[int] = []

    async def alone() -> None:
        async with running_services(stack) as services:

            async def call(mark: str, event: Json) -> Json:
                function = required_function(services.application.functions, mark)
                return _result(await services.pool.invoke(function.logical_id, orjson.dumps(event)))

            # Nothing follows the stream: the steps are done from here.
            statuses.append(await _run(options, call, follows=False))

    run_loop(alone())
    return statuses[0]


def _blocking(invoke: Callable[[str, Json], Json]) -> Call:
    async def call(mark: str, event: Json) -> Json:
        return invoke(mark, event)

    return call


def _result(outcome: Outcome) -> Json:
    if outcome.error:
        raise InvocationFailed(str(outcome))
    result: Json = orjson.loads(outcome.payload)
    return result


# ------------------------------------------------------------------ commands


async def _run(options: argparse.Namespace, call: Call, *, follows: bool) -> int:
    """``follows``: something does the steps of operations that are begun here."""
    action, names = _ACTIONS[options.command]
    if options.command in ("list", "receipts"):
        return await _list(options, call, action)
    if options.command == "register":
        _print(await call(PROVISIONING, {"action": action, "workspaceIds": options.workspace}))
        return 0
    [workspace_id] = options.workspace
    given = {
        "reason": options.reason,
        "by": options.by,
        "confirm": options.confirm,
        "plan": options.plan,
        "timeline": options.timeline,
        "indexes": options.indexes,
        "withChanged": options.with_changed,
        "object": options.object,
        "shards": options.shards,
    }
    more = {name: given[name] for name in names if given[name] is not None}
    answer = await call(PROVISIONING, {"action": action, "workspaceId": workspace_id, **more})
    if "operation" in answer:
        answer = await _follow(call, answer["operation"], follows=follows)
    _print(answer)
    return 1 if (answer.get("operation") or {}).get("failure") else 0


async def _list(options: argparse.Namespace, call: Call, action: str) -> int:
    event: Json = {"action": action}
    if options.command == "list" and options.counts:
        event["counts"] = True
    while True:
        page = await call(PROVISIONING, event)
        for shown in page["workspaces" if options.command == "list" else "receipts"]:
            if options.command == "receipts":
                _print(shown)
                continue
            columns = [shown["id"], shown["status"], shown["createdAt"] or "", shown["plan"] or ""]
            columns += [str(shown["records"])] if options.counts else []
            print("\t".join([*columns, shown["name"]]))
        if page["next"] is None:
            return 0
        event["after"] = page["next"]


async def _follow(call: Call, operation: Json, *, follows: bool) -> Json:
    """Wait for the end of an operation, which goes on without this; what came of it."""
    ids = {"workspaceId": operation["workspaceId"], "operationId": operation["id"]}
    wait = (datetime.fromisoformat(operation["notBefore"]) - datetime.now(UTC)).total_seconds()
    if wait > 1:
        _say(f"{operation['kind']} begins in {wait:.0f} seconds, when everything else that works on it has ended")
        await asyncio.sleep(wait)
    said: Json | None = None
    while True:
        is_waiting = follows or (await call(_JOBS, ids))["isBusy"]
        answer = await call(PROVISIONING, {"action": "read_operation", **ids})
        state = answer.get("operation")
        if state is None or state["state"] == "DONE":
            return answer
        if state["counts"] and state["counts"] != said:
            said = state["counts"]
            _say(f"{state['kind']}: {sum(said.values())} rows")
        if is_waiting:
            await asyncio.sleep(_POLL_SECONDS)


def _print(answer: Json) -> None:
    print(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
