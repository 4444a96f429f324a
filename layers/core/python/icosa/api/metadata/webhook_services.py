"""What both Metadata APIs do with the webhooks of a request's caller, and with their deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...access.audit import Actor
from ...access.context import RequestContext
from ...errors import BadRequest
from ...identifiers import parse_uuid
from ...model.dates import instant_of
from ...model.model import Model
from ...store.delivery_row import STATES, Delivery, State
from ...webhooks.deliveries import Deliveries
from ...webhooks.entity import Webhook
from ...webhooks.errors import SwitchedElsewhere
from ...webhooks.service import Webhooks

FLAG: Final = "API_KEYS_AND_WEBHOOKS"


def webhooks_of(context: RequestContext) -> Webhooks:
    return Webhooks(
        context.table, context.workspace.id, now=context.now, actor=actor_of(context), plan=context.workspace.plan
    )


def actor_of(context: RequestContext) -> Actor:
    return Actor(type="API_KEY", id=context.principal.key_id, name=context.principal.name)


def deliveries_of(context: RequestContext) -> Deliveries:
    return Deliveries(context.table, context.workspace.id, now=context.now, actor=actor_of(context))


def updated(context: RequestContext, webhook_id: str, raw: Mapping[str, Any], *, is_old_address: bool) -> Webhook:
    """A webhook after a change. One that is switched on sends what has waited, which the functions of old addresses
    may not: raises SwitchedElsewhere there.
    """
    if is_old_address and "isEnabled" in raw:
        raise SwitchedElsewhere
    webhook = webhooks_of(context).update(webhook_id, raw)
    if raw.get("isEnabled") is True:
        deliveries_of(context).resume(webhook_id)
    return webhook


def tested(context: RequestContext, model: Model, webhook_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """What came of a test of a webhook. Raises InvalidInput, UnknownEvent, WebhookNotFound, Unavailable."""
    from ...webhooks.delivery_bodies import read_test
    from ...webhooks.trial import try_webhook  # Here, because nothing else needs the client.

    name = read_test(raw)
    webhooks = webhooks_of(context)
    webhook = webhooks.get(webhook_id)
    trial = try_webhook(webhook, model, name, now=context.now)
    webhooks.note_test(webhook, trial)
    return trial.members


def replayed(context: RequestContext, webhook_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """How many failed deliveries of a webhook are sent once more. Raises InvalidInput, WebhookNotFound, Unavailable."""
    from ...webhooks.delivery_bodies import read_replay

    since_ms = read_replay(raw)
    done = deliveries_of(context).replay_failed(webhooks_of(context).get(webhook_id), since_ms)
    return {"count": done.count, "hasMore": done.has_more}


def delivery_state(text: str | None) -> State | None:
    """The state that a list is restricted to, None for all. Raises BadRequest."""
    if not text:
        return None
    for state in STATES:
        if state == text:
            return state
    raise BadRequest(
        f"state '{text[:100]}' is invalid. Allowed values are {', '.join(STATES)}", sub_code="INVALID_STATE"
    )


def delivery_cursor(text: str | None) -> str | None:
    """The delivery that a page begins after. Raises BadRequest."""
    if not text:
        return None
    cursor = parse_uuid(text)
    if cursor is None:
        raise BadRequest(f"Invalid cursor: {text}", sub_code="INVALID_CURSOR")
    return cursor


def summary(delivery: Delivery) -> dict[str, Any]:
    """A delivery as lists show it."""
    return {
        "id": delivery.delivery_id,
        "webhookId": delivery.webhook_id,
        "eventId": delivery.event_id,
        "eventName": delivery.event_name,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "createdAt": instant_of(delivery.created_at),
        "lastAttemptAt": _moment(delivery.last_attempt_at),
        "nextAttemptAt": _moment(delivery.next_attempt_at) if delivery.state in ("waiting", "failed") else None,
        "lastStatus": delivery.last_status,
        "lastError": delivery.last_error,
        "durationMs": delivery.duration_ms,
        "isReplay": delivery.is_replay,
    }


def exchange(delivery: Delivery) -> dict[str, Any]:
    """What was sent and answered the last time; null before the first attempt."""
    return {"response": delivery.answer, "requestHeaders": dict(delivery.request_headers) or None}


def bodies(context: RequestContext, model: Model, webhook: Webhook, deliveries: Sequence[Delivery]) -> list[str | None]:
    """The bodies of deliveries, as far as the caller may read them."""
    return deliveries_of(context).bodies(webhook, deliveries, context.permissions, model)


def _moment(ms: int | None) -> str | None:
    return None if ms is None else instant_of(ms)
