"""The queue of deliveries. Its messages say what to send and when; what is sent stands in the table.

Messages of one webhook are a group: SQS's fair queues then let no webhook with many messages delay the others.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import batched
from typing import Any, Final, Self

import orjson

#: SQS delays a message by no more (SQS developer guide, "Message timers"); what waits longer is sent on again.
MAX_DELAY_SECONDS: Final = 900
#: Messages that SQS takes in one request.
_BATCH: Final = 10
_PARALLEL: Final = 8
_ATTEMPTS: Final = 4

_pool = ThreadPoolExecutor(max_workers=_PARALLEL, thread_name_prefix="deliveries")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An attempt to be made at ``not_before`` (milliseconds since the epoch) or later.

    Without a delivery it is a turn of the webhook itself: to try one of the deliveries that it holds, or to send them
    all when it works again. ``is_planned`` says that the webhook's time has been reserved for it.
    """

    workspace_id: str
    webhook_id: str
    delivery_id: str | None = None
    attempt: int = 1
    not_before: int = 0
    is_planned: bool = False

    @classmethod
    def parse(cls, body: str) -> Self:
        """From the body of an SQS message."""
        members = orjson.loads(body)
        return cls(
            workspace_id=members["workspaceId"],
            webhook_id=members["webhookId"],
            delivery_id=members.get("deliveryId"),
            attempt=members["attempt"],
            not_before=members["notBefore"],
            is_planned=members.get("isPlanned", False),
        )

    def is_new(self, now_ms: int) -> bool:
        """Whether an attempt could be made now whose time has not been planned."""
        return self.delivery_id is not None and not self.is_planned and self.not_before <= now_ms

    def body(self) -> str:
        members: dict[str, Any] = {
            "workspaceId": self.workspace_id,
            "webhookId": self.webhook_id,
            "deliveryId": self.delivery_id,
            "attempt": self.attempt,
            "notBefore": self.not_before,
        }
        if self.is_planned:
            members["isPlanned"] = True
        return orjson.dumps(members).decode()


class NotQueued(Exception):
    """SQS did not take some messages. Who sends them again sends some twice, which does no harm."""


class DeliveryQueue:
    """``client`` is boto3's for SQS, ``now_ms`` the time in milliseconds since the epoch."""

    def __init__(self, client: Any, url: str, *, now_ms: Callable[[], float] = lambda: time.time() * 1000) -> None:
        self._client = client
        self._url = url
        self._now_ms = now_ms

    @classmethod
    def from_environment(cls) -> Self:
        """The queue at DELIVERIES_QUEUE_URL."""
        import boto3  # Here, because only the first message costs its 260 ms.
        from botocore.config import Config

        config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard"}, max_pool_connections=_PARALLEL)
        return cls(boto3.client("sqs", config=config), os.environ["DELIVERIES_QUEUE_URL"])

    def send(self, messages: Sequence[Message], delay_s: float | None = None) -> None:
        """Queue messages, ten a request and the requests side by side. Each comes when its time has come, or after
        ``delay_s``. Raises NotQueued.
        """
        if not messages:
            return
        now_ms = self._now_ms()
        batches = list(batched(messages, _BATCH, strict=False))
        requests = ([_entry(number, message, delay_s, now_ms) for number, message in enumerate(b)] for b in batches)
        if len(batches) == 1:
            self._send_batch(next(iter(requests)))
        else:
            for _ in _pool.map(self._send_batch, requests):
                pass

    def _send_batch(self, entries: list[dict[str, Any]]) -> None:
        waiting = entries
        for _ in range(_ATTEMPTS):
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=waiting)
            refused = {failure["Id"]: failure for failure in answer.get("Failed", ())}
            if not refused:
                return
            waiting = [entry for entry in waiting if entry["Id"] in refused]
        raise NotQueued(", ".join(sorted({failure["Code"] for failure in refused.values()})))


def _entry(number: int, message: Message, delay_s: float | None, now_ms: float) -> dict[str, Any]:
    wait = (message.not_before - now_ms) / 1000 if delay_s is None else delay_s
    return {
        "Id": str(number),
        "MessageBody": message.body(),
        "DelaySeconds": min(MAX_DELAY_SECONDS, max(0, math.ceil(wait))),
        "MessageGroupId": message.webhook_id,
    }


def turn(workspace_id: str, webhook_id: str, now_ms: int) -> Message:
    """The message after which a webhook sends what it holds; for one that has been switched on again."""
    return Message(workspace_id=workspace_id, webhook_id=webhook_id, not_before=now_ms)


def first_attempts(workspace_id: str, deliveries: Iterable[tuple[str, str]]) -> Iterator[Message]:
    """The messages of new deliveries, given as ``(webhook id, delivery id)``."""
    for webhook_id, delivery_id in deliveries:
        yield Message(workspace_id=workspace_id, webhook_id=webhook_id, delivery_id=delivery_id)
