"""Webhooks that fail: their deliveries wait, and one at a time is tried, when the webhook's turn comes.

A paused webhook has exactly one message for its next turn, known by its time. It is sent before the time is written
down: of two processes one writes, and the message of the other means nothing when it comes. Who lets a delivery wait
writes that down and then looks whether the webhook still is paused; who ends a pause looks for waiting deliveries
afterwards. So none is overlooked, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ...store import delivery_row, keys, webhook_backlog, webhook_health
from ...store.delivery_row import Delivery, State
from ...store.table import Table
from ...store.webhook_health import WebhookHealth
from ..delivery_queue import DeliveryQueue, Message, turn
from ..entity import Webhook
from ..sending.schedule import wait_before
from .attempting import Attempts

#: Deliveries that a turn releases, or chooses one of.
_AT_ONCE: Final = 10
#: How long after its time the message of a turn is given up for lost.
_OVERDUE_MS: Final = 3_600_000
_FULL: Final = f"{webhook_backlog.LIMIT:,} deliveries were waiting for the webhook already"


class Turns:
    """Holds deliveries, tries one of them, and releases them."""

    def __init__(self, table: Table, queue: DeliveryQueue, attempts: Attempts, *, now_ms: Callable[[], int]) -> None:
        self._table = table
        self._queue = queue
        self._attempts = attempts
        self._now_ms = now_ms

    # ------------------------------------------------------------------ to wait

    def hold(self, workspace_id: str, delivery: Delivery) -> None:
        """Let a delivery wait for its webhook. One too many is skipped."""
        if webhook_backlog.hold(self._table, workspace_id, delivery) == "full":
            state: State = "dead" if delivery.attempts else "skipped"
            if self._attempts.give_up(workspace_id, delivery, state, _FULL):
                webhook_backlog.note_skipped(self._table, workspace_id, delivery.webhook_id)
            return
        health = webhook_health.read(self._table, workspace_id, delivery.webhook_id)
        now_ms = self._now_ms()
        if health is None or not health.takes_turns:
            return
        if health.paused_until is None:
            self.release_soon(workspace_id, delivery.webhook_id)
        elif now_ms - health.paused_until > _OVERDUE_MS:
            self._queue.send([turn(workspace_id, delivery.webhook_id, health.paused_until)], delay_s=0)

    def pause(self, workspace_id: str, webhook_id: str, health: WebhookHealth, *, earliest: int) -> None:
        """Pause a webhook after a failed attempt, at least until that delivery would have been tried again."""
        until = max(self._now_ms() + wait_before(health.probes + 2), earliest)
        self._queue.send([turn(workspace_id, webhook_id, until)])
        webhook_health.pause(self._table, workspace_id, webhook_id, until=until)

    def release_soon(self, workspace_id: str, webhook_id: str) -> None:
        """Send what waits for a webhook that works again."""
        self._queue.send([turn(workspace_id, webhook_id, self._now_ms())])

    # ------------------------------------------------------------------ when the turn has come

    def take(self, message: Message) -> None:
        """A turn of a webhook: of one that works, to release what waits; of a paused one, to try a delivery."""
        workspace_id = message.workspace_id
        item = self._table.get(keys.webhook(workspace_id, message.webhook_id))
        if item is None:
            return
        webhook = Webhook.parse(item)
        if not webhook.health.takes_turns:
            return
        if webhook.health.paused_until is None:
            self._release(workspace_id, webhook.id)
        elif webhook.health.paused_until == message.not_before:
            self._try(workspace_id, webhook, webhook.health.paused_until)

    def _release(self, workspace_id: str, webhook_id: str) -> None:
        waiting = webhook_backlog.held(self._table, workspace_id, webhook_id, _AT_ONCE)
        if not waiting:
            return
        deliveries = delivery_row.read_many(self._table, workspace_id, webhook_id, waiting)
        messages = [
            Message(
                workspace_id=workspace_id,
                webhook_id=webhook_id,
                delivery_id=delivery.delivery_id,
                attempt=delivery.attempts + 1,
            )
            for delivery in deliveries
            if delivery is not None and delivery.is_open
        ]
        self._queue.send(messages)
        webhook_backlog.release(self._table, workspace_id, webhook_id, waiting)
        self.release_soon(workspace_id, webhook_id)

    def _try(self, workspace_id: str, webhook: Webhook, paused_until: int) -> None:
        delivery = self._choose(workspace_id, webhook.id)
        if delivery is None:
            if webhook_health.end_pause(self._table, workspace_id, webhook.id, paused_until=paused_until):
                # What was held in the meantime would have nobody to wait for.
                self.release_soon(workspace_id, webhook.id)
            return
        probes = webhook.health.probes + 1
        next_until = self._now_ms() + wait_before(max(probes, delivery.attempts) + 2)
        self._queue.send([turn(workspace_id, webhook.id, next_until)])
        if not webhook_health.claim_probe(
            self._table, workspace_id, webhook.id, paused_until=paused_until, next_until=next_until
        ):
            return
        health = replace(webhook.health, paused_until=next_until, probes=probes)
        tried = self._attempts.make(workspace_id, replace(webhook, health=health), delivery)
        if tried.state != "failed" and tried.noted:
            webhook_backlog.release(self._table, workspace_id, webhook.id, [delivery.delivery_id])
        if tried.ended_pause:
            self.release_soon(workspace_id, webhook.id)
        elif tried.retry_after_ms is not None and tried.next_attempt_at is not None:
            self._queue.send([turn(workspace_id, webhook.id, tried.next_attempt_at)])
            webhook_health.prolong_pause(
                self._table, workspace_id, webhook.id, paused_until=next_until, next_until=tried.next_attempt_at
            )

    def _choose(self, workspace_id: str, webhook_id: str) -> Delivery | None:
        """Of the oldest deliveries that wait the one with the fewest attempts, so that none is used up while others
        have not been tried.
        """
        while waiting := webhook_backlog.held(self._table, workspace_id, webhook_id, _AT_ONCE):
            deliveries = delivery_row.read_many(self._table, workspace_id, webhook_id, waiting)
            candidates = [delivery for delivery in deliveries if delivery is not None and delivery.is_open]
            if candidates:
                return min(candidates, key=lambda delivery: delivery.attempts)
            webhook_backlog.release(self._table, workspace_id, webhook_id, waiting)
        return None
