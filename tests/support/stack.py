"""The local stack as its users start it: a process of its own, with a data folder."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support import shared
from tests.support.checkout import ROOT

_READY = "Icosa is ready on "
#: Seconds that a stack gets to end by itself, on a machine that is busy with other tests.
_PATIENCE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningStack:
    """``url`` is the API's base URL, ``key`` the demo workspace's Admin key, ``link`` what signs in to the console."""

    url: str
    link: str
    data: Path
    process: subprocess.Popen[str]

    @property
    def key(self) -> str:
        return (self.data / "api-key").read_text(encoding="utf-8").strip()

    def new_link(self) -> str:
        """Another link that signs in: ``link`` lasts ten minutes."""
        command = [sys.executable, "-m", "local.sign_in", "--data", str(self.data), "--url", self.url]
        done = subprocess.run(command, cwd=ROOT, env=_environment(), capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def stop(self) -> int:
        """End it by SIGTERM; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_PATIENCE)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "layers" / "core" / "python"), str(ROOT)])}


@contextlib.contextmanager
def local_stack(
    data: Path, *, rate: str = "off", stream: str = "on", prefix: str = "", anew: bool = False, **parameters: str
) -> Iterator[RunningStack]:
    """Run a stack on a free port, below a path, for as long as the block. ``parameters`` are those of the template.

    A new data folder has the demo workspace of the run's first stack, and nothing of its stream is to be read any more;
    ``anew``, the stack provisions its own.
    """
    if not data.exists():
        if anew:
            shared.share_modules(data)
        else:
            shared.furnish(data, _running)
    with _running(data, rate=rate, stream=stream, prefix=prefix, parameters=parameters) as stack:
        yield stack


@contextlib.contextmanager
def _running(
    data: Path, *, rate: str = "off", stream: str = "on", prefix: str = "", parameters: Mapping[str, str] | None = None
) -> Iterator[RunningStack]:
    command = [sys.executable, "-m", "local", "--port", "0", "--data", str(data), "--rate", rate, "--stream", stream]
    # Most tests call few of the functions.
    command += ["--prefix", prefix, "--preload", "off"]
    for name, value in (parameters or {}).items():
        command += ["--parameter", f"{name}={value}"]
    with (data.parent / f"{data.name}.log").open("a+", encoding="utf-8") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, stderr=log, text=True)
        assert process.stdout
        try:
            line = process.stdout.readline()
            if not line.startswith(_READY):
                log.seek(0)
                raise RuntimeError(f"the local stack did not start: {line}{log.read()}")
            log.seek(0)
            [*_, link] = re.findall(r"\S+/#code=\S+", log.read())
            yield RunningStack(url=line.removeprefix(_READY).strip(), link=link, data=data, process=process)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(_PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            process.stdout.close()
