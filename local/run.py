"""Running the stack in the foreground: options, signals, and what the terminal shows."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import uvloop

from local.dynamodb.binary import DynoxideMissing
from local.dynamodb.tables import TableChanged
from local.folder import FolderInUse
from local.gateway.usage import Rate
from local.options import Options
from local.provisioning import ProvisioningFailed, Workspace
from local.stack import running_stack
from local.template.document import TemplateError
from local.web import PortTaken

#: What a user can do something about: shown as one line.
EXPECTED = (DynoxideMissing, FolderInUse, PortTaken, ProvisioningFailed, TableChanged, TemplateError)


def run(arguments: argparse.Namespace) -> int:
    """Run the stack until SIGTERM or SIGINT; the exit status."""
    os.umask(0o077)
    try:
        options = Options(
            root=arguments.root.absolute(),
            data=arguments.data,
            host=arguments.host,
            port=arguments.port,
            prefix=read_prefix(arguments.prefix),
            rate=read_rate(arguments.rate),
            streams=arguments.stream == "on",
            preload=arguments.preload == "on",
            environments=arguments.environments,
            quiet=arguments.quiet,
            parameters=dict(parameter.split("=", 1) for parameter in arguments.parameter),
        )
        run_loop(_serve(options))
    except (*EXPECTED, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def read_rate(text: str | None) -> Rate | None:
    """``off``, a whole number of calls a minute, or nothing for the template's own. Raises ValueError."""
    if not text:
        return None
    if text == "off":
        return Rate.off()
    if not text.isdecimal() or int(text) == 0:
        raise ValueError("the rate is off or a whole number of calls a minute")
    return Rate.per_minute(int(text))


def read_prefix(text: str) -> str:
    """A path of segments, without the slash at its end. Raises ValueError."""
    if text.strip("/") and not re.fullmatch(r"(/[\w.~-]+)+/?", text, re.ASCII):
        raise ValueError("the prefix is a path such as /dev: a slash and letters, digits, '-', '.', '_' or '~'")
    return text.rstrip("/")


def run_loop(main: Coroutine[Any, Any, None]) -> None:
    """Run the event loop until ``main`` is done."""
    uvloop.run(main)


async def _serve(options: Options) -> None:
    """Run until a signal, which may come at any time, cancels what is going on; everything started is ended in turn."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        async with running_stack(options) as stack:
            url = f"http://localhost:{stack.port}{options.prefix}"
            if stack.made:
                print(_tour(url, stack.made, options.data), file=sys.stderr)
            if stack.link:
                print(f"Console, signs in once and within 10 minutes: {stack.link}", file=sys.stderr)
            print(f"Icosa is ready on {url}", flush=True)
            await asyncio.Event().wait()


def _tour(url: str, workspace: Workspace, data: Path) -> str:
    key = data / "api-key"
    lines = ["", f"A demo workspace is there. Its Admin key, which is also in {key}:", "", f"  {workspace.token}", ""]
    lines += ["Try it:", "", f'  curl -H "Authorization: Bearer $(cat {key})" "{url}/rest/people?limit=2"', ""]
    if workspace.console:
        lines += [f"Console: {url if workspace.console.startswith('/') else ''}{workspace.console}", ""]
    return "\n".join(lines)
