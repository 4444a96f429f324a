"""DynamoDB for tests: one Dynoxide server per test run, in memory, and a new table for every test."""

from __future__ import annotations

import contextlib
import os
import platform
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from pydynox import pydynox_core as dynamo

from icosa.store.table import Table

_ROOT = Path(__file__).parents[2]
_START_SECONDS = 10.0


def binary() -> Path:
    """The server: DYNOXIDE, or the one that npm installed for this platform. Raises FileNotFoundError when there is
    none.
    """
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine())
    installed = _ROOT / "node_modules" / "@dynoxide" / f"{sys.platform}-{machine}" / "dynoxide"
    path = Path(os.environ.get("DYNOXIDE", installed))
    if not path.is_file():
        raise FileNotFoundError(f"no Dynoxide at {path}: run npm ci, or set DYNOXIDE")
    return path


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Run a server for as long as the block; its endpoint."""
    port = _free_port()
    process = subprocess.Popen(
        [binary(), "--host", "127.0.0.1", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def fresh_table(endpoint: str) -> Iterator[Table]:
    """A new table for as long as the block."""
    client = dynamo.DynamoDBClient(region="eu-central-1", endpoint_url=endpoint, access_key="test", secret_key="test")
    name = f"test-{uuid.uuid4().hex}"
    client.sync_create_table(name, ("PK", "S"), ("SK", "S"), wait=True)  # type: ignore[attr-defined]  # Not in the client's type stubs.
    try:
        yield Table(name, client)
    finally:
        client.sync_delete_table(name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"Dynoxide ended with code {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.01)
    raise RuntimeError("Dynoxide does not answer")
