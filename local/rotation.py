"""``python -m local.rotation``: replace the signing secret of a data folder, whether or not a stack runs on it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import orjson
import urllib3

from local.invocation import InvocationFailed, invoke_marked
from local.options import Options
from local.run import EXPECTED


def main(arguments: list[str]) -> int:
    """Replace the secret and say what follows; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.rotation", description="Replace the signing secret.")
    parser.add_argument("--end-all-tokens", action="store_true", help="no token made before is valid any more")
    parser.add_argument("--data", type=Path, default=Path(".icosa"), help="data folder (default .icosa)")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="folder of template.yaml (default: this one)")
    options = parser.parse_args(arguments)
    os.umask(0o077)
    action = "end_all_tokens" if options.end_all_tokens else "rotate_secret"
    try:
        outcome = invoke_marked(
            "Rotation", orjson.dumps({"action": action}), Options(root=options.root.absolute(), data=options.data)
        )
        if outcome.error:
            raise InvocationFailed(f"the secret could not be replaced: {outcome}")
    except (*EXPECTED, InvocationFailed, urllib3.exceptions.HTTPError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    kids = orjson.loads(outcome.payload)
    former = f"Tokens of {kids['previousKid']} go on." if kids["previousKid"] else "All tokens have ended."
    print(f"Tokens are signed with {kids['kid']} from now on. {former}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
