"""Answers of receivers that come in pieces, as they do over a network."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.webhooks.sending.attempt import Request, Sender


class Socket:
    """A socket that gives a piece at a time, and nothing once it is closed."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self.is_closed = False

    def settimeout(self, seconds: float) -> None:
        pass

    def sendall(self, data: bytes) -> None:
        pass

    def recv_into(self, buffer: Any) -> int:
        if self.is_closed:
            raise OSError(9, "Bad file descriptor")
        piece = self._pieces.pop(0) if self._pieces else b""
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.0 200 OK\r\n\r\n", b'{"ok":', b"true}"],
        [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b'{"ok":', b"true}"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", b'{"ok":', b"true}"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b'6\r\n{"ok":\r\n', b"5\r\ntrue}\r\n0\r\n\r\n"],
    ],
)
def test_the_whole_answer_is_kept(pieces: list[bytes]) -> None:
    socket = Socket(pieces)
    sender = Sender(lookup=lambda *_: ["93.184.216.34"], connect=lambda *_: socket)
    attempt = sender.send_once(Request(target_url="http://hooks.example/", event_id="evt_1", body=b"{}"))
    assert (attempt.status, attempt.error, attempt.answer) == (200, None, '{"ok":true}')
    assert socket.is_closed
