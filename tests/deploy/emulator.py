"""MiniStack as a process on the loopback interface, with a folder of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import urllib3

from local.dynamodb.server import die_with_parent

_PATIENCE = 60.0
#: What it needs of this machine. No credential of the developer's reaches it.
_PASSED = ("LANG", "PATH", "SSL_CERT_FILE")


@contextlib.contextmanager
def ministack(program: Path, port: int, folder: Path, log_file: Path) -> Iterator[str]:
    """Its URL, for as long as the block. Raises RuntimeError when it does not start."""
    url = f"http://127.0.0.1:{port}"
    variables = {name: os.environ[name] for name in _PASSED if name in os.environ} | {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "HOME": str(folder),
        "S3_DATA_DIR": str(folder / "s3"),
        "STATE_DIR": str(folder / "state"),
        "TMPDIR": str(folder),
    }
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [program],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )
    try:
        _wait(process, url, log_file)
        yield url
    finally:
        # The functions are children of its own.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log_file: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(urllib3.exceptions.HTTPError):
            if urllib3.request("GET", f"{url}/_ministack/health", retries=False, timeout=2).status < 500:
                return
        time.sleep(0.1)
    raise RuntimeError(f"MiniStack does not answer; see {log_file}")
