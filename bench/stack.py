"""The local stack as its users start it, for measurements over HTTP."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.folder import ROOT

_READY = "Icosa is ready on "
_PATIENCE = 10


class StackFailed(Exception):
    """The local stack did not start. The message says why."""


@contextlib.contextmanager
def local_stack(data: Path, *, environments: int) -> Iterator[str]:
    """The URL of a stack without throttling on a free port, for as long as the block."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "layers" / "core" / "python"), str(ROOT)])}
    options = ["--port", "0", "--data", str(data), "--rate", "off", "--environments", str(environments)]
    process = subprocess.Popen(
        [sys.executable, "-m", "local", *options], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        line = process.stdout.readline()
        if not line.startswith(_READY):
            raise StackFailed("the local stack did not start; its messages are above")
        yield line.removeprefix(_READY).strip()
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
