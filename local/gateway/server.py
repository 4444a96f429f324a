"""The gateway as an ASGI application."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from local.gateway.gateway import Gateway
from local.gateway.http import Request, Response
from local.gateway.proxy import PAYLOAD_LIMIT
from local.report import report

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def application(gateway: Gateway) -> Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]:
    """An ASGI application that answers HTTP requests through the gateway."""

    async def serve(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # A WebSocket is closed by the server when nothing accepts it; REST APIs have none.
        body, too_large = await read_body(receive, PAYLOAD_LIMIT)
        request = request_of(scope, body)
        try:
            response = await gateway.handle(request, too_large=too_large)
        except asyncio.CancelledError:  # The stack stops and waits no longer.
            response = Response(
                status=503, headers=(("content-type", "application/json"),), body=b'{"message":"Service Unavailable"}'
            )
        except Exception:  # noqa: BLE001 - a fault of the stack itself must reach both the log and the client
            report(f"{request.method} {request.path}: the local gateway failed\n{traceback.format_exc()}")
            response = Response(
                status=500, headers=(("content-type", "application/json"),), body=b'{"message":"Internal server error"}'
            )
        await send_response(send, response, close=too_large)

    return serve


async def read_body(receive: Receive, limit: int) -> tuple[bytes, bool]:
    """The body, and whether it went beyond ``limit`` bytes (then it is empty, and the rest is not read)."""
    message = await receive()
    body = bytearray(message.get("body", b""))
    while message.get("more_body") and len(body) <= limit:
        message = await receive()
        body += message.get("body", b"")
    return (b"", True) if len(body) > limit else (bytes(body), False)


def request_of(scope: MutableMapping[str, Any], body: bytes) -> Request:
    """The request that an ASGI scope and body make."""
    client = scope.get("client") or ("127.0.0.1", 0)
    _, port = scope.get("server") or ("localhost", 80)
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    forwarded = dict(headers).get("x-forwarded-for")
    headers = [pair for pair in headers if not pair[0].startswith("x-forwarded-")]
    headers += [
        ("x-forwarded-for", f"{forwarded}, {client[0]}" if forwarded else client[0]),
        ("x-forwarded-port", str(port)),
        ("x-forwarded-proto", scope["scheme"]),
    ]
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=tuple(headers),
        body=body,
        client=client[0],
        protocol=f"HTTP/{scope['http_version']}",
    )


async def send_response(send: Send, response: Response, *, close: bool = False) -> None:
    """Send a whole response; ``close`` ends the connection, whose request was not read to its end."""
    headers = [(name.encode("latin-1"), value.encode("utf-8")) for name, value in response.headers]
    if response.status != 204:
        headers.append((b"content-length", b"%d" % len(response.body)))
    if close:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
