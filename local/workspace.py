"""``python -m local.workspace --name Acme``: a new workspace in a data folder, whether or not a stack runs on it."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import urllib3

from local.folder import DataFolder
from local.functions.invoker import Outcome
from local.options import Options
from local.provisioning import ProvisioningFailed, Workspace, provisioning_function, read_workspace, workspace_event
from local.run import EXPECTED, run_loop
from local.services import running_services
from local.template.application import Function
from local.template.names import Deployment
from local.template.reader import read_application

#: Seconds; no function of the template runs longer.
_PATIENCE = 900


def main(arguments: list[str]) -> int:
    """Make the workspace and print its first Admin key on standard output, once; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.workspace", description="Make a workspace.")
    parser.add_argument("--name", required=True, help="the workspace's name")
    parser.add_argument("--data", type=Path, default=Path(".icosa"), help="data folder (default .icosa)")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="folder of template.yaml (default: this one)")
    options = parser.parse_args(arguments)
    os.umask(0o077)
    try:
        if not options.name.strip():
            raise ProvisioningFailed("a workspace needs a name")
        workspace = make_workspace(options.name.strip(), Options(root=options.root.absolute(), data=options.data))
    except (*EXPECTED, urllib3.exceptions.HTTPError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"Workspace {workspace.id}. Its first Admin key, shown this once:", file=sys.stderr)
    print(workspace.token)
    return 0


def make_workspace(name: str, options: Options) -> Workspace:
    """A new workspace, through the running stack when there is one, else with services started for it alone."""
    folder = DataFolder(options.data)
    folder.create()
    running = folder.running()
    if running is None:
        made: list[Workspace] = []
        run_loop(_make_alone(name, options, made))
        return made[0]
    endpoint, access_key = running
    function = _required(read_application(options.root / "template.yaml", Deployment(endpoint=endpoint)).functions)
    response = urllib3.request(
        "POST",
        f"{endpoint}/2015-03-31/functions/{function.name}/invocations",
        body=workspace_event(name, demo=False),
        headers={
            "Authorization": f"AWS4-HMAC-SHA256 Credential={access_key}/local, SignedHeaders=host, Signature=0",
            "X-Amz-Date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
        },
        timeout=_PATIENCE,
        retries=False,
    )
    if response.status != 200:
        raise ProvisioningFailed(f"the running stack answered {response.status}")
    return read_workspace(Outcome(payload=response.data, error=response.headers.get("x-amz-function-error")))


async def _make_alone(name: str, options: Options, made: list[Workspace]) -> None:
    async with running_services(options) as services:
        function = _required(services.application.functions)
        made.append(read_workspace(await services.pool.invoke(function.logical_id, workspace_event(name, demo=False))))


def _required(functions: Mapping[str, Function]) -> Function:
    function = provisioning_function(functions)
    if function is None:
        raise ProvisioningFailed("the template marks no function with Metadata: {Icosa: {Provisioning: true}}")
    return function


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
