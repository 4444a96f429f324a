"""One attempt of a delivery: what is sent, what is noted of it, and how the webhook does since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ...store import delivery_row, event_row, webhook_health
from ...store.delivery_row import Delivery, Outcome, State
from ...store.event_row import EventRow
from ...store.table import Table
from ...store.webhook_health import FAILING, GONE, PAUSE_AFTER, WebhookHealth
from ..entity import Webhook
from ..event_body import body_for
from ..sending.attempt import Attempt, Request, Sender
from ..sending.schedule import ATTEMPTS, wait_before
from ..sending.target import shown
from .opened import Opener, SecretUnreadable

#: Milliseconds that are waited at least, whatever a receiver asks for.
_LEAST_WAIT: Final = 1_000

_NO_EVENT: Final = "The event is not kept any more"
_UNREADABLE: Final = "The webhook's secret or headers cannot be decrypted: set them anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What happened to a delivery, for metrics and the function's log. ``url`` has no query; ``age_ms`` is the time
    since the event, or the replay.
    """

    workspace_id: str
    webhook_id: str
    delivery_id: str
    event_name: str
    state: State
    attempt: int
    url: str = ""
    status: int | None = None
    error: str | None = None
    age_ms: int = 0
    duration_ms: int = 0
    disabled: str | None = None


Observe = Callable[[Observed], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What an attempt has come to. ``noted`` is False when another process was faster, which then sees to the rest.

    ``health`` is that of a webhook whose failure was counted. ``ended_pause`` says that the webhook works again.
    """

    state: State
    noted: bool
    next_attempt_at: int | None = None
    retry_after_ms: int | None = None
    health: WebhookHealth | None = None
    ended_pause: bool = False


class Attempts:
    """Makes attempts. ``observe`` is told of everything that comes of them."""

    def __init__(
        self, table: Table, sender: Sender, opener: Opener, *, now_ms: Callable[[], int], observe: Observe
    ) -> None:
        self._table = table
        self._sender = sender
        self._opener = opener
        self._now_ms = now_ms
        self._observe = observe

    def make(self, workspace_id: str, webhook: Webhook, delivery: Delivery) -> Tried:
        """Make the next attempt of a delivery. Raises Unavailable when the table or KMS does not answer."""
        event = event_row.read(self._table, workspace_id, delivery.event_id)
        if event is None:
            return Tried(state="dead", noted=self.give_up(workspace_id, delivery, "dead", _NO_EVENT))
        number = delivery.attempts + 1
        attempt = self._send(workspace_id, webhook, event, number)
        now_ms = self._now_ms()
        state = _state(attempt, number)
        wait = _wait(attempt, number) if state == "failed" else None
        next_attempt_at = None if wait is None else now_ms + wait
        will_pause = webhook.health.consecutive_failures + 1 >= PAUSE_AFTER
        noted = delivery_row.note(
            self._table,
            workspace_id,
            delivery,
            Outcome(
                state=state,
                at=now_ms,
                attempt=number,
                status=attempt.status,
                error=attempt.error,
                duration_ms=attempt.duration_ms,
                answer=attempt.answer,
                request_headers=attempt.request_headers,
                next_attempt_at=None if will_pause else next_attempt_at,
            ),
        )
        ended_pause, health, disabled = False, None, None
        if attempt.success:
            ended_pause = webhook_health.note_success(self._table, workspace_id, webhook.id, webhook.health, now_ms)
        else:
            health, disabled = self._note_failure(workspace_id, webhook.id, attempt, noted=noted, now_ms=now_ms)
        self._observe(
            Observed(
                workspace_id=workspace_id,
                webhook_id=webhook.id,
                delivery_id=delivery.delivery_id,
                event_name=delivery.event_name,
                state=state,
                attempt=number,
                url=shown(webhook.target_url),
                status=attempt.status,
                error=attempt.error,
                age_ms=max(0, now_ms - delivery.created_at),
                duration_ms=attempt.duration_ms,
                disabled=disabled,
            )
        )
        return Tried(
            state=state,
            noted=noted,
            next_attempt_at=next_attempt_at,
            retry_after_ms=attempt.retry_after_ms,
            health=health,
            ended_pause=ended_pause,
        )

    def give_up(self, workspace_id: str, delivery: Delivery, state: State, why: str) -> bool:
        """Note that a delivery is not tried; False when another process has noted something."""
        noted = delivery_row.note(
            self._table,
            workspace_id,
            delivery,
            Outcome(state=state, at=self._now_ms(), attempt=delivery.attempts, error=why),
        )
        if noted:
            self._observe(
                Observed(
                    workspace_id=workspace_id,
                    webhook_id=delivery.webhook_id,
                    delivery_id=delivery.delivery_id,
                    event_name=delivery.event_name,
                    state=state,
                    attempt=delivery.attempts,
                    error=why,
                )
            )
        return noted

    def _send(self, workspace_id: str, webhook: Webhook, event: EventRow, number: int) -> Attempt:
        try:
            credentials = self._opener.credentials(workspace_id, webhook, self._now_ms())
        except SecretUnreadable:
            return Attempt(error=_UNREADABLE)
        return self._sender.send_once(
            Request(
                target_url=webhook.target_url,
                event_id=event.event_id,
                body=body_for(event, webhook_id=webhook.id, target_url=webhook.target_url),
                attempt=number,
                sequence=event.sequence,
                secrets=credentials.secrets,
                headers=credentials.headers,
            )
        )

    def _note_failure(
        self, workspace_id: str, webhook_id: str, attempt: Attempt, *, noted: bool, now_ms: int
    ) -> tuple[WebhookHealth | None, str | None]:
        """The health since, and why the webhook was switched off, if it was."""
        if attempt.is_gone:
            return None, self._disable(workspace_id, webhook_id, GONE)
        if attempt.is_aborted or not noted:
            # Whoever refuses one delivery for good is there, and able to take others.
            return None, None
        health = webhook_health.note_failure(self._table, workspace_id, webhook_id, now_ms)
        if health is None or not health.should_be_disabled(now_ms):
            return health, None
        return health, self._disable(workspace_id, webhook_id, FAILING)

    def _disable(self, workspace_id: str, webhook_id: str, reason: str) -> str | None:
        return reason if webhook_health.disable(self._table, workspace_id, webhook_id, reason) else None


def _state(attempt: Attempt, number: int) -> State:
    if attempt.success:
        return "delivered"
    return "dead" if attempt.is_gone or attempt.is_aborted or number >= ATTEMPTS else "failed"


def _wait(attempt: Attempt, number: int) -> int:
    """Milliseconds until the attempt after the given one."""
    return wait_before(number + 1) if attempt.retry_after_ms is None else max(_LEAST_WAIT, attempt.retry_after_ms)
