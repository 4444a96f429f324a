"""``python -m local.sign_in``: another link that signs in to the console of a data folder's demo workspace, whether or
not a stack runs on it.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import urllib3

from local.folder import DataFolder
from local.invocation import InvocationFailed, invoke_marked
from local.links import NoLink, link_event, read_link
from local.options import Options
from local.provisioning import PROVISIONING
from local.run import EXPECTED


def main(arguments: list[str]) -> int:
    """Print the link on standard output, once; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.sign_in", description="Make a sign-in link.")
    parser.add_argument("--url", default="http://localhost:8000", help="where the console is")
    parser.add_argument("--data", type=Path, default=Path(".icosa"), help="data folder (default .icosa)")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="folder of template.yaml (default: this one)")
    options = parser.parse_args(arguments)
    os.umask(0o077)
    try:
        event = link_event(DataFolder(options.data), options.url)
        made = invoke_marked(PROVISIONING, event, Options(root=options.root.absolute(), data=options.data))
        print(read_link(made))
    except (*EXPECTED, InvocationFailed, NoLink, urllib3.exceptions.HTTPError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
