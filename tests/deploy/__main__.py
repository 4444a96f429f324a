"""``python -m tests.deploy``: runs the steps on a new MiniStack and prints a table of them. The template must be
built.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

from local.dynamodb.server import free_port
from local.template.document import read_document
from tests.support.checkout import ROOT

from .emulator import ministack
from .gaps import OMISSIONS, OTHERWISE, prepared
from .stack import Stack
from .steps import STEPS, World


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.deploy", description=__doc__)
    parser.add_argument("--architecture", required=True, help="what the build was made for")
    parser.add_argument("--ministack", type=Path, required=True, help="the ministack command")
    parser.add_argument("--sam", type=Path, required=True, help="the sam command")
    parser.add_argument("--port", type=int, default=0, help="port of MiniStack (default: any)")
    parser.add_argument("--logs", type=Path, default=ROOT / ".aws-sam" / "deploy-test", help="folder for logs")
    options = parser.parse_args(arguments)
    _, left_out = prepared(read_document(ROOT / ".aws-sam" / "build" / "template.yaml"), {})
    print(f"On MiniStack, without {', '.join(left_out)}:")
    for reason in (*(omission.reason for omission in OMISSIONS), *OTHERWISE.values()):
        print(f"  - {reason}")
    logs: Path = options.logs
    logs.mkdir(parents=True, exist_ok=True)
    (logs / "sam.log").unlink(missing_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="icosa-deploy-") as folder,
        ministack(
            options.ministack.absolute(), options.port or free_port(), Path(folder), logs / "ministack.log"
        ) as url,
    ):
        stack = Stack("icosa-test", url, options.architecture, options.sam.absolute(), logs / "sam.log")
        return _run(World(stack))


def _run(world: World) -> int:
    print(f"\n{'step':34} {'s':>6}  result", flush=True)
    begun = time.monotonic()
    for step in STEPS:
        start = time.monotonic()
        try:
            result = step(world)
        except Exception:  # noqa: BLE001 - whatever went wrong is the result
            print(f"{step.__doc__:34} {time.monotonic() - start:6.1f}  FAILED\n{traceback.format_exc()}", flush=True)
            return 1
        print(f"{step.__doc__:34} {time.monotonic() - start:6.1f}  {result}", flush=True)
    print(f"{'all':34} {time.monotonic() - begun:6.1f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
