"""One execution environment: a process with the function loaded, serving one invocation at a time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import orjson

from local.functions import runtime
from local.template.application import Function

_RUNTIME: Final = Path(runtime.__file__)
#: Of 19, the most that a process can stand back.
_NICENESS: Final = 15
_HEAD = struct.Struct(">II")
_LENGTH = struct.Struct(">I")


class EnvironmentGone(Exception):
    """The process ended before it answered."""


class Environment(asyncio.Protocol):
    """The stack's end of the socket to a function's process. ``yields``: whoever else wants the processor has it first,
    because nobody waits for this function. So a stack that has events to catch up with answers requests at once.
    """

    def __init__(self, function: Function, variables: Mapping[str, str], log: Path, *, yields: bool = False) -> None:
        self._yields = yields
        self._function = function
        self._variables = variables
        self._log = log
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[bytes, bytes]] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> tuple[bytes, bytes]:
        """Start the process and wait until the function is loaded: ``READY``, or ``BROKEN`` and the description of the
        error.

        Raises EnvironmentGone when the process ends without a word.
        """
        ours, theirs = socket.socketpair()
        command = [sys.executable, str(_RUNTIME), str(theirs.fileno()), *map(str, self._function.search_path)]
        with self._log.open("ab") as log, theirs:
            # A session of its own keeps Ctrl-C in the terminal from the functions: the stack stops them when calls are
            # finished.
            self._process = subprocess.Popen(
                command,
                cwd=self._function.code,
                env=dict(self._variables),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        if self._yields:
            with contextlib.suppress(ProcessLookupError):  # it has ended at once, as the stack is about to learn
                os.setpriority(os.PRIO_PROCESS, self._process.pid, _NICENESS)
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        await loop.create_connection(lambda: self, sock=ours)
        return await self._answer

    async def invoke(self, head: Mapping[str, Any], event: bytes) -> tuple[bytes, bytes]:
        """Kind and payload of the function's answer. Raises EnvironmentGone when the process ends first."""
        if self._transport is None:
            raise EnvironmentGone
        self._answer = asyncio.get_running_loop().create_future()
        encoded = orjson.dumps(head)
        self._transport.writelines((_HEAD.pack(len(encoded), len(event)), encoded, event))
        return await self._answer

    @property
    def alive(self) -> bool:
        """Whether the process can take an invocation."""
        return self._transport is not None

    def kill(self) -> None:
        """End the process at once."""
        if self._transport:
            self._transport.close()
        if self._process:
            if self._process.poll() is None:
                os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio: the socket is ours to write to."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclass.

    def data_received(self, data: bytes) -> None:
        """Asyncio: a part of an answer."""
        self._buffer += data
        start = 1 + _LENGTH.size
        if len(self._buffer) < start:
            return
        (length,) = _LENGTH.unpack_from(self._buffer, 1)
        if len(self._buffer) < start + length:
            return
        kind, payload = bytes(self._buffer[:1]), bytes(self._buffer[start : start + length])
        del self._buffer[: start + length]
        if self._answer and not self._answer.done():
            self._answer.set_result((kind, payload))

    def connection_lost(self, error: Exception | None) -> None:
        """Asyncio: the process is gone."""
        self._transport = None
        if self._answer and not self._answer.done():
            self._answer.set_exception(EnvironmentGone())
