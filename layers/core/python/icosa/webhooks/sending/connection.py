"""A connection to one address, for one request, that ends at a moment, whatever the other side does.

Every step takes what is left of the time: connecting, the TLS handshake, each piece sent or received. So an answer that
comes in drops ends like one that never comes. There are no proxies, redirects or retries to switch off.
"""

from __future__ import annotations

import io
import socket
import ssl
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

from .target import Target

#: Seconds for one address, where others can be tried as well.
_CONNECT_SECONDS: Final = 4.0
#: Bytes that are read at once: no more than this is read beyond a limit.
_BUFFER: Final = 1024

#: Opens a TCP connection to an address and port, within so many seconds.
Connect = Callable[[str, int, float], Any]
Clock = Callable[[], float]


class HeadTooLarge(Exception):
    """The answer's headers are larger than they may be."""


class TimeIsUp(Exception):
    """The deadline has come."""


class Deadline:
    """A moment on a clock of seconds."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Seconds until then. Raises TimeIsUp."""
        left = self._end - self._clock()
        if left <= 0:
            raise TimeIsUp
        return left


def tcp_connect(address: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection."""
    return socket.create_connection((address, port), timeout=seconds)


@cache
def tls_context() -> ssl.SSLContext:
    """Certificates are checked against the system's authorities."""
    return ssl.create_default_context()


def open_stream(
    target: Target, addresses: Sequence[str], connect: Connect, deadline: Deadline, context: ssl.SSLContext
) -> Stream:
    """A connection to the first of the addresses that takes one; for https with the certificate of the target's name.

    Raises OSError (``ssl.SSLError`` among them), TimeIsUp.
    """
    for number, address in enumerate(addresses, 1):
        left = deadline.left()
        try:
            sock = connect(address, target.port, min(left, _CONNECT_SECONDS) if number < len(addresses) else left)
            break
        except OSError:
            if number == len(addresses):
                raise
    if target.scheme == "https":
        try:
            sock.settimeout(deadline.left())
            sock = context.wrap_socket(sock, server_hostname=target.host)
        except BaseException:
            sock.close()
            raise
    return Stream(sock, deadline)


class Stream:
    """What ``http.client`` needs of a socket."""

    def __init__(self, sock: Any, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline
        self._reader = _Reader(sock, deadline)

    def limit(self, most: int | None) -> None:
        """Let the other side send so many bytes from now on; None for as many as it likes."""
        self._reader.most = most

    def sendall(self, data: Any) -> None:
        self._sock.settimeout(self._deadline.left())
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reader, _BUFFER)

    def close(self) -> None:
        """Nothing: ``http.client`` closes when it has the head of an answer, whose rest is still to be read."""

    def end(self) -> None:
        """Close the connection."""
        self._sock.close()


class _Reader(io.RawIOBase):
    def __init__(self, sock: Any, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline
        self.most: int | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.most is not None and self.most <= 0:
            raise HeadTooLarge
        self._sock.settimeout(self._deadline.left())
        count: int = self._sock.recv_into(buffer)
        if self.most is not None:
            self.most -= count
        return count
