"""Tests of a webhook: one request, made at once and never again, under the rules of every delivery.

The caller is shown what came of it, no more than the log of deliveries keeps of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..model.model import Model
from ..store.delivery_row import ANSWER_LENGTH
from .custom_headers import opened_values
from .entity import Webhook
from .event_body import body_for
from .samples import sample_event
from .secret_cipher import Owner, secret_cipher
from .sending.attempt import Attempt, Request, send_once


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A test that was made."""

    event_id: str
    event_name: str
    body: str
    attempt: Attempt

    @property
    def members(self) -> dict[str, Any]:
        """As both APIs show it."""
        return {
            "success": self.attempt.success,
            "status": self.attempt.status,
            "error": self.attempt.error,
            "durationMs": self.attempt.duration_ms,
            "response": self.attempt.answer[:ANSWER_LENGTH],
            "eventId": self.event_id,
            "eventName": self.event_name,
            "requestHeaders": dict(self.attempt.request_headers),
            "requestBody": self.body,
        }


def try_webhook(webhook: Webhook, model: Model, event_name: str, *, now: str) -> Trial:
    """Send a sample of an event. Takes up to ten seconds. Raises UnknownEvent, Unavailable."""
    event = sample_event(model, event_name, now=now)
    owner = Owner(workspace_id=model.workspace_id, webhook_id=webhook.id)
    secrets = secret_cipher().decrypt_all([(sealed, owner) for sealed in webhook.ciphertexts(now)])
    body = body_for(event, webhook_id=webhook.id, target_url=webhook.target_url)
    attempt = send_once(
        Request(
            target_url=webhook.target_url,
            event_id=event.event_id,
            body=body,
            secrets=secrets,
            headers=opened_values(webhook.sealed_headers, owner),
            is_test=True,
        )
    )
    return Trial(event_id=event.event_id, event_name=event.name, body=body.decode(), attempt=attempt)
