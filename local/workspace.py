"""``python -m local.workspace --name Acme``: a new workspace in a data folder, whether or not a stack runs on it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import urllib3

from local.invocation import InvocationFailed, invoke_marked
from local.options import Options
from local.provisioning import PROVISIONING, ProvisioningFailed, Workspace, read_workspace, workspace_event
from local.run import EXPECTED


def main(arguments: list[str]) -> int:
    """Make the workspace and print its first Admin key on standard output, once; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.workspace", description="Make a workspace.")
    parser.add_argument("--name", required=True, help="the workspace's name")
    parser.add_argument("--preset", help="standard fields of an older version besides, such as 2025")
    parser.add_argument("--plan", help="how much it may have and how often it may call: free, standard or scale")
    parser.add_argument("--data", type=Path, default=Path(".icosa"), help="data folder (default .icosa)")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="folder of template.yaml (default: this one)")
    options = parser.parse_args(arguments)
    os.umask(0o077)
    try:
        if not options.name.strip():
            raise ProvisioningFailed("a workspace needs a name")
        workspace = make_workspace(
            options.name.strip(),
            Options(root=options.root.absolute(), data=options.data),
            preset=options.preset,
            plan=options.plan,
        )
    except (*EXPECTED, InvocationFailed, urllib3.exceptions.HTTPError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"Workspace {workspace.id}. Its first Admin key, shown this once:", file=sys.stderr)
    print(workspace.token)
    return 0


def make_workspace(name: str, options: Options, *, preset: str | None = None, plan: str | None = None) -> Workspace:
    """A new workspace. Raises InvocationFailed and ProvisioningFailed."""
    event = workspace_event(name, demo=False, preset=preset, plan=plan)
    return read_workspace(invoke_marked(PROVISIONING, event, options))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
