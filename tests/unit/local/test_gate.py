"""Who reaches Dynoxide through the gate: only those who name the access key."""

from __future__ import annotations

import asyncio

import pytest

from local.dynamodb.gate import hidden_host, open_gate

KEY = "LOCAL0123456789ABCDEF"
SIGNED = f"Authorization: AWS4-HMAC-SHA256 Credential={KEY}/20260101/local/dynamodb/aws4_request, Signature=0"


async def _replies(*heads: str) -> list[bytes]:
    """What connections that begin with these headers get; the server behind the gate answers OK to everything."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(b"OK")
            await writer.drain()
            if reader.at_eof():
                break

    async def ask(head: str, port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"POST / HTTP/1.1\r\n{head}\r\n\r\n".encode())
        reply = await reader.read(1000)
        writer.close()
        return reply

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        target = ("127.0.0.1", server.sockets[0].getsockname()[1])
        async with await open_gate("127.0.0.1", 0, target=target, access_key=KEY) as gate:
            return [await ask(head, gate.sockets[0].getsockname()[1]) for head in heads]


def test_who_names_the_key_is_passed_on() -> None:
    assert (
        asyncio.run(_replies(SIGNED, f"Host: x\r\n{SIGNED.replace('Authorization', 'authorization')}")) == [b"OK"] * 2
    )


@pytest.mark.parametrize(
    "head",
    [
        "Host: x",
        SIGNED.replace(KEY, "LOCAL"),
        SIGNED.replace(KEY, "x"),
        f"X-Other: {SIGNED}",
        f"{SIGNED}\r\nOrigin: http://evil.example",
    ],
)
def test_others_are_refused_without_cors(head: str) -> None:
    [reply] = asyncio.run(_replies(head))
    assert reply.startswith(b"HTTP/1.1 403 ")
    assert b"access-control" not in reply.lower()


def test_the_hidden_host_is_a_loopback_address() -> None:
    assert hidden_host().startswith("127.")
