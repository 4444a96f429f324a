"""Messages of the template's queues."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from local.template.application import Queue


class QueueNotFound(Exception):
    """The template has no such queue."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A received message. Times in seconds since 1970; ``received`` counts this time too."""

    id: str
    receipt: str
    body: str
    attributes: Mapping[str, Any]
    sent: float
    received: int
    first_received: float


class Queues:
    """All queues. A message that was received is invisible for its time, and moves to the dead letters after too many
    times.
    """

    def __init__(
        self, queues: Iterable[Queue], state: sqlite3.Connection, clock: Callable[[], float] = time.time
    ) -> None:
        self._by_arn = {queue.arn: queue for queue in queues}
        self._state = state
        self._clock = clock
        self._news = {arn: asyncio.Event() for arn in self._by_arn}
        state.execute(
            "CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY, queue TEXT NOT NULL, receipt TEXT, body TEXT "
            "NOT NULL,"
            " attributes BLOB NOT NULL, sent REAL NOT NULL, visible REAL NOT NULL, received INTEGER NOT NULL, "
            "first_received REAL)"
        )
        state.execute("CREATE INDEX IF NOT EXISTS messages_visible ON messages (queue, visible)")

    def find(self, arn_or_name: str) -> Queue:
        """A queue by ARN, name or URL. Raises QueueNotFound."""
        name = arn_or_name.rpartition("/")[2].rpartition(":")[2]
        for queue in self._by_arn.values():
            if queue.name == name:
                return queue
        raise QueueNotFound(name)

    def take_back(self) -> None:
        """Let messages that were received and not deleted come again at once, as received once. For a new stack: those
        who had them ended with the one before, through no fault of the messages.
        """
        self._state.execute(
            "UPDATE messages SET visible = MIN(visible, ?), received = 1, receipt = NULL WHERE receipt IS NOT NULL",
            (self._clock(),),
        )

    def all(self) -> list[Queue]:
        """The queues of the template."""
        return list(self._by_arn.values())

    def send(
        self, queue: Queue, body: str, *, attributes: Mapping[str, Any] | None = None, delay: float | None = None
    ) -> str:
        """Add a message; returns its id. ``delay`` in seconds, the queue's own when None."""
        message_id, now = str(uuid.uuid4()), self._clock()
        visible = now + (queue.delay if delay is None else delay)
        row = (message_id, queue.arn, body, orjson.dumps(attributes or {}), now, visible)
        self._state.execute("INSERT INTO messages VALUES (?, ?, NULL, ?, ?, ?, ?, 0, NULL)", row)
        self._news[queue.arn].set()
        return message_id

    def receive(self, queue: Queue, limit: int, *, visibility: float | None = None) -> list[Message]:
        """Take up to ``limit`` visible messages, oldest first; they stay invisible for ``visibility`` seconds."""
        now = self._clock()
        self._state.execute("DELETE FROM messages WHERE queue = ? AND sent < ?", (queue.arn, now - queue.retention))
        rows = self._state.execute(
            "SELECT id, body, attributes, sent, received, first_received FROM messages WHERE queue = ? AND visible <= ?"
            " ORDER BY sent LIMIT ?",
            (queue.arn, now, limit),
        ).fetchall()
        messages = []
        for message_id, body, attributes, sent, received, first in rows:
            if queue.dead_letter_arn and queue.max_receive_count is not None and received >= queue.max_receive_count:
                self._bury(message_id, queue.dead_letter_arn, now)
                continue
            message = Message(
                id=message_id,
                receipt=secrets.token_urlsafe(24),
                body=body,
                attributes=orjson.loads(attributes),
                sent=sent,
                received=received + 1,
                first_received=first or now,
            )
            invisible = queue.visibility_timeout if visibility is None else visibility
            self._state.execute(
                "UPDATE messages SET receipt = ?, visible = ?, received = ?, first_received = ? WHERE id = ?",
                (message.receipt, now + invisible, message.received, message.first_received, message_id),
            )
            messages.append(message)
        return messages

    def delete(self, queue: Queue, receipt: str) -> None:
        """Remove a message by the receipt of its last reception; no error when it is gone."""
        self._state.execute("DELETE FROM messages WHERE queue = ? AND receipt = ?", (queue.arn, receipt))

    def change_visibility(self, queue: Queue, receipt: str, seconds: float) -> None:
        """Make a received message visible after so many seconds from now."""
        visible = self._clock() + seconds
        self._state.execute(
            "UPDATE messages SET visible = ? WHERE queue = ? AND receipt = ?", (visible, queue.arn, receipt)
        )
        self._news[queue.arn].set()

    def purge(self, queue: Queue) -> None:
        """Remove every message."""
        self._state.execute("DELETE FROM messages WHERE queue = ?", (queue.arn,))

    def move(self, dead: Queue, target: Queue | None) -> int:
        """Move all visible messages of a queue of dead letters to another queue; without one, to the queue that gave
        them up. How many. Raises QueueNotFound when nothing has it as its dead letters.
        """
        sources = [queue for queue in self._by_arn.values() if queue.dead_letter_arn == dead.arn]
        if not sources:
            raise QueueNotFound(dead.name)
        arn, now = (target or sources[0]).arn, self._clock()
        moved = self._state.execute(
            "UPDATE messages SET queue = ?, receipt = NULL, sent = ?, visible = ?, received = 0, first_received = NULL"
            " WHERE queue = ? AND visible <= ?",
            (arn, now, now, dead.arn, now),
        )
        self._news[arn].set()
        return moved.rowcount

    def counts(self, queue: Queue) -> tuple[int, int, int]:
        """Messages that are visible, received and not deleted, and delayed."""
        row = self._state.execute(
            "SELECT COUNT(*) FILTER (WHERE visible <= :now), COUNT(*) FILTER (WHERE visible > :now AND received > 0),"
            " COUNT(*) FILTER (WHERE visible > :now AND received = 0) FROM messages WHERE queue = :queue",
            {"now": self._clock(), "queue": queue.arn},
        ).fetchone()
        return int(row[0]), int(row[1]), int(row[2])

    async def wait(self, queue: Queue, seconds: float) -> None:
        """Return when the queue may have a visible message, at the latest after so many seconds."""
        row = self._state.execute("SELECT MIN(visible) FROM messages WHERE queue = ?", (queue.arn,)).fetchone()
        if row[0] is not None:
            seconds = min(seconds, max(0.0, row[0] - self._clock()))
        news = self._news[queue.arn]
        news.clear()
        try:
            await asyncio.wait_for(news.wait(), seconds)
        except TimeoutError:
            return

    def _bury(self, message_id: str, dead_letter_arn: str, now: float) -> None:
        self._state.execute(
            "UPDATE messages SET queue = ?, receipt = NULL, visible = ?, received = 0, first_received = NULL WHERE id "
            "= ?",
            (dead_letter_arn, now, message_id),
        )
        if dead_letter_arn in self._news:
            self._news[dead_letter_arn].set()
