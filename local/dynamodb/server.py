"""Dynoxide as a child process: started, watched, started again when it dies, ended with the stack."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import urllib3

from local.dynamodb.client import DynamoClient
from local.report import report

_PR_SET_PDEATHSIG = 1
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None

#: Seconds. Dynoxide is up in 25 ms; a large file or a busy machine takes longer.
_START_TIMEOUT = 15.0
_WATCH_INTERVAL = 0.25
_PORTS: Final = (10_000, 32_768)


class Dynoxide:
    """One server with one database file. The port stays the same when the process is replaced."""

    def __init__(self, program: Path, database: Path, log: Path, *, host: str = "127.0.0.1") -> None:
        self._program = program
        self._database = database
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.host = host
        self.port = free_port()
        self.client = DynamoClient(host, self.port)

    @property
    def url(self) -> str:
        """Where whoever knows the host finds it."""
        return f"http://{self.host}:{self.port}"

    async def start(self) -> None:
        """Start the server and wait until it answers. Raises RuntimeError when it does not."""
        self._spawn()
        try:
            async with asyncio.timeout(_START_TIMEOUT):
                while not await self._answers():
                    if self._process and self._process.poll() is not None:
                        raise RuntimeError(f"Dynoxide ended while starting; see {self._log}")
                    await asyncio.sleep(0.01)
        except TimeoutError as error:
            raise RuntimeError(f"Dynoxide does not answer; see {self._log}") from error

    async def watch(self) -> None:
        """Replace the process whenever it dies. Runs until cancelled."""
        while True:
            await asyncio.sleep(_WATCH_INTERVAL)
            if self._process and (status := self._process.poll()) is not None:
                report(f"Dynoxide ended with status {status}; starting it again")
                await self.start()

    def stop(self) -> None:
        """End the process; SQLite's file is whole at any time."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _spawn(self) -> None:
        command = [
            str(self._program),
            "serve",
            "--host",
            self.host,
            "--port",
            str(self.port),
            "--db-path",
            str(self._database),
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )

    async def _answers(self) -> bool:
        try:
            await self.client.call("ListTables")
        except urllib3.exceptions.HTTPError:
            return False
        return True


def die_with_parent() -> Callable[[], None] | None:
    """For ``preexec_fn``: have the kernel kill the child when this process is gone, however it went (Linux only)."""
    if _LIBC is None:
        return None
    parent, libc = os.getpid(), _LIBC

    def arrange() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def free_port() -> int:
    """A port that nobody uses at any address: Dynoxide refuses one that is taken at another than its own. It is below
    those that Linux gives to whoever asks for any, so nobody is likely to take it before it is used.
    """
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("", random.randrange(*_PORTS)))
            return int(probe.getsockname()[1])
