"""A queue of deliveries that keeps what it is given."""

from __future__ import annotations

from collections.abc import Sequence

from icosa.webhooks.delivery_queue import Message


class FakeQueue:
    def __init__(self) -> None:
        self.sent: list[Message] = []

    def send(self, messages: Sequence[Message], delay_s: float | None = None) -> None:
        self.sent += messages
