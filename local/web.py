"""HTTP servers inside the stack's own event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

import uvicorn

#: Seconds that an idle connection stays open.
_IDLE = 60

Asgi = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]


class PortTaken(Exception):
    """Something else listens on the port. The message names it."""


class _Server(uvicorn.Server):
    """A server that leaves signals to the stack, which has more to stop than this."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebServer:
    """A port that is ours from the beginning and is served once there is an application for it. ``port`` 0: any free
    one.
    """

    def __init__(self, *, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise PortTaken(f"port {port} cannot be used: {error.strerror}") from error
        self.port: int = self._socket.getsockname()[1]
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, application: Asgi) -> None:
        """Listen, and answer with the application. Raises PortTaken when another process began to listen meanwhile."""
        config = uvicorn.Config(
            application,
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            ws="none",
            timeout_keep_alive=_IDLE,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._task = asyncio.ensure_future(self._server.serve(sockets=[self._socket]))
        while not self._server.started:
            if self._task.done() and (error := self._task.exception()):
                raise PortTaken(f"port {self.port} cannot be used: {error}") from error
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Take no more connections and finish what has begun, within a second."""
        if self._server and self._task:
            self._server.should_exit = True
            await self._task
        self._socket.close()
