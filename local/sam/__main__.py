"""``python -m local.sam start-api`` and ``invoke``: the built functions under sam local, on a data folder. Needs Docker
and a finished ``sam build``; the demo workspace is the one that ``python -m local`` made. Further arguments go to sam.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import urllib3

from local.folder import DataFolder
from local.invocation import InvocationFailed, named
from local.invoke import filled, read_event
from local.options import Options
from local.run import EXPECTED, run_loop
from local.sam.errors import Unprepared
from local.sam.serving import event_file, run_sam
from local.samples.filling import NoEvent, NoOwner
from local.template.names import Deployment
from local.template.reader import read_application


def main(arguments: list[str]) -> int:
    """Run sam until it ends; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.sam", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    api = commands.add_parser("start-api", help="serve the API")
    api.add_argument("--port", type=int, default=8000, help="port of the API (default 8000)")
    one = commands.add_parser("invoke", help="run one function with an event")
    one.add_argument("--event", type=Path, required=True, help="file with the event as JSON; - for standard input")
    one.add_argument("--function", help="logical id or folder (default: the name of the event's folder)")
    for command in (api, one):
        command.add_argument("--data", type=Path, default=Path(".icosa"), help="data folder (default .icosa)")
        command.add_argument("--root", type=Path, default=Path.cwd(), help="folder of template.yaml (default: this)")
        command.add_argument("--sam", default="sam", help="the sam command")
    parsed, further = parser.parse_known_args(arguments)
    os.umask(0o077)
    options = Options(root=parsed.root.absolute(), data=parsed.data)
    folder, statuses = DataFolder(parsed.data), list[int]()
    try:
        if not folder.api_key.is_file():
            raise Unprepared(f"{parsed.data} has no workspace yet; start `make dev` on it once")
        wanted = ["--port", str(parsed.port)] if parsed.command == "start-api" else _invocation(parsed, options)
        run_loop(run_sam(options, [parsed.sam, "local", parsed.command, *wanted, *further], statuses))
    except (*EXPECTED, InvocationFailed, NoEvent, NoOwner, Unprepared, urllib3.exceptions.HTTPError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        (folder.path / "sam-event.json").unlink(missing_ok=True)
    return statuses[0] if statuses else 130


def _invocation(parsed: argparse.Namespace, options: Options) -> list[str]:
    """Which function, and the event for this data folder."""
    functions = read_application(options.root / "template.yaml", Deployment(endpoint="http://127.0.0.1:1")).functions
    function = named(parsed.function or parsed.event.absolute().parent.name)(functions)
    event = event_file(DataFolder(options.data).path, filled(read_event(parsed.event), options))
    return [function.logical_id, "--event", str(event)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
