"""One message of the queue of deliveries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...store import keys
from ...store.delivery_row import Delivery
from ...store.table import Table
from ...store.webhook_health import PAUSE_AFTER, WebhookHealth
from ..delivery_queue import DeliveryQueue, Message
from ..entity import Webhook
from ..sending.attempt import Sender
from ..sending.schedule import wait_before
from .attempting import Attempts, Observe
from .opened import Opener
from .turns import Turns

_DELETED = "The webhook was deleted"


class Worker:
    """Does what messages say. It may be told to do the same again, also by another process at the same time."""

    def __init__(
        self,
        table: Table,
        queue: DeliveryQueue,
        *,
        sender: Sender,
        opener: Opener,
        now_ms: Callable[[], int],
        observe: Observe,
    ) -> None:
        self._table = table
        self._queue = queue
        self._now_ms = now_ms
        self._attempts = Attempts(table, sender, opener, now_ms=now_ms, observe=observe)
        self._turns = Turns(table, queue, self._attempts, now_ms=now_ms)

    def take(self, message: Message, *, is_repeated: bool) -> bool:
        """Do what a message says; whether an attempt was made that failed.

        ``is_repeated`` when the queue has given it out before: then whoever had it may have died in the middle. Raises
        Unavailable, NotQueued and TransactionConflict, after which the message must come again.
        """
        if message.not_before > self._now_ms():
            self._queue.send([message])
            return False
        if message.delivery_id is None:
            self._turns.take(message)
            return False
        return self._deliver(message, message.delivery_id, is_repeated=is_repeated)

    def _deliver(self, message: Message, delivery_id: str, *, is_repeated: bool) -> bool:
        workspace_id = message.workspace_id
        found, row = self._table.batch_get(
            [
                keys.webhook(workspace_id, message.webhook_id),
                keys.delivery(workspace_id, message.webhook_id, delivery_id),
            ]
        )
        delivery = None if row is None else Delivery.parse(row)
        if delivery is None or not delivery.is_open:
            return False
        if found is None:
            self._attempts.give_up(workspace_id, delivery, "skipped", _DELETED)
            return False
        webhook = Webhook.parse(found)
        if delivery.attempts >= message.attempt:
            if is_repeated:
                self._go_on(workspace_id, webhook.id, delivery, webhook.health)
            return False
        if not webhook.health.is_sent_to:
            self._turns.hold(workspace_id, delivery)
            return False
        tried = self._attempts.make(workspace_id, webhook, delivery)
        if tried.ended_pause:
            self._turns.release_soon(workspace_id, webhook.id)
        if tried.noted and tried.state == "failed":
            failed = replace(
                delivery, state="failed", attempts=delivery.attempts + 1, next_attempt_at=tried.next_attempt_at
            )
            self._go_on(workspace_id, webhook.id, failed, tried.health)
        return tried.state != "delivered"

    def _go_on(self, workspace_id: str, webhook_id: str, delivery: Delivery, health: WebhookHealth | None) -> None:
        """See to the next attempt of a delivery that has failed. Without a webhook there is none."""
        if health is None:
            return
        at = delivery.next_attempt_at or self._now_ms() + wait_before(delivery.attempts + 1)
        if health.is_sent_to:
            if health.consecutive_failures < PAUSE_AFTER:
                self._queue.send(
                    [
                        Message(
                            workspace_id=workspace_id,
                            webhook_id=webhook_id,
                            delivery_id=delivery.delivery_id,
                            attempt=delivery.attempts + 1,
                            not_before=at,
                        )
                    ]
                )
                return
            self._turns.pause(workspace_id, webhook_id, health, earliest=at)
        self._turns.hold(workspace_id, delivery)
