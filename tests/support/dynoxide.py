"""DynamoDB for tests: one Dynoxide server per test run, in memory, and a new table for every test."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pydynox import pydynox_core as dynamo

from icosa.store.table import Table
from local.dynamodb.server import free_port

_ROOT = Path(__file__).parents[2]
#: Ports to try.
_PORTS = 5


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
def server(database: Path | None = None) -> Iterator[str]:
    """Run a server for as long as the block, on a file or in memory; its endpoint."""
    with tempfile.TemporaryFile() as log:
        process, endpoint = next(filter(None, (_started(log, database) for _ in range(_PORTS))), (None, ""))
        if process is None:
            log.seek(0)
            raise RuntimeError(f"Dynoxide does not start: {log.read().decode()}")
        try:
            yield endpoint
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


def _started(log: IO[bytes], database: Path | None) -> tuple[subprocess.Popen[bytes], str] | None:
    """A server and its endpoint; None when it ended: somebody else may have taken the port meanwhile. That somebody
    listens there says nothing, therefore, but the server's own word does.
    """
    endpoint = f"http://127.0.0.1:{(port := free_port())}"
    file = [] if database is None else ["--db-path", str(database)]
    command = [str(binary()), "--host", "127.0.0.1", "--port", str(port), *file]
    process = subprocess.Popen(command, stdout=log, stderr=log)
    while f"listening on {endpoint}" not in os.pread(log.fileno(), 10_000, 0).decode():
        if process.poll() is not None:
            return None
        time.sleep(0.005)
    return process, endpoint
