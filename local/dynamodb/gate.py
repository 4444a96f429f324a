"""The one way to Dynoxide for everybody but the stack itself.

Dynoxide serves whoever reaches it, web pages of any origin included, and cannot be told otherwise. So it listens on an
address that nobody can guess, and a gate stands on the loopback interface: it passes a connection on once its first
request names the stack's access key, which no web page knows. A browser shares no connection with a function, so later
requests need no look.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sys

#: Bytes of the head of a request.
_HEAD_LIMIT = 65_536
_REFUSAL_BODY = (
    b'{"__type":"com.amazon.coral.service#UnrecognizedClientException",'
    b'"message":"The security token included in the request is invalid."}'
)
_REFUSAL = (
    b"HTTP/1.1 403 Forbidden\r\nContent-Type: application/x-amz-json-1.0\r\nConnection: close\r\nContent-Length: "
    + str(len(_REFUSAL_BODY)).encode()
    + b"\r\n\r\n"
    + _REFUSAL_BODY
)


def hidden_host() -> str:
    """A loopback address that is hard to guess. Other systems than Linux have 127.0.0.1 alone, so there only the port
    is hidden.
    """
    if sys.platform != "linux":
        return "127.0.0.1"
    return "127." + ".".join(str(1 + secrets.randbelow(254)) for _ in range(3))


async def open_gate(host: str, port: int, *, target: tuple[str, int], access_key: str) -> asyncio.Server:
    """A server on ``host`` that passes connections on to ``target`` if they name the access key. Port 0 is any."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            head = b""
        if not _is_admitted(head, access_key):
            with contextlib.suppress(ConnectionError):
                writer.write(_REFUSAL)
                await writer.drain()
            writer.close()
            return
        try:
            upstream, downstream = await asyncio.open_connection(*target)
        except OSError:  # Dynoxide is being started again
            writer.close()
            return
        downstream.write(head)
        await asyncio.gather(_pass_on(reader, downstream), _pass_on(upstream, writer))

    return await asyncio.start_server(connected, host, port, limit=_HEAD_LIMIT)


def _is_admitted(head: bytes, access_key: str) -> bool:
    """Whether the head of a request names the access key, as nothing that a web page sends does."""
    lines = head.split(b"\r\n")[1:]
    headers = {name.strip().lower(): value for name, _, value in (line.partition(b":") for line in lines)}
    return f"Credential={access_key}/".encode() in headers.get(b"authorization", b"") and b"origin" not in headers


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    writer.close()
