"""The deliveries of webhooks: their log, replays, tests (docs/wire/webhooks.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from ariadne import MutationType, QueryType

from ....errors import BadRequest, TooMuchAsked
from ....store.delivery_row import Delivery
from ....webhooks.deliveries import PAGE_DEFAULT, PAGE_LIMIT
from ....webhooks.entity import Webhook
from ..webhook_services import (
    FLAG,
    bodies,
    deliveries_of,
    delivery_cursor,
    delivery_state,
    exchange,
    replayed,
    summary,
    tested,
    webhooks_of,
)
from .call import Info, MetadataCall, requires

_query = QueryType()
_mutation = MutationType()
RESOLVERS = (_query, _mutation)

Members = dict[str, Any]


@_query.field("webhookDeliveries")
@requires(FLAG)
def _many(
    _parent: None,
    info: Info,
    *,
    webhookId: str,
    state: str | None = None,
    first: int = PAGE_DEFAULT,
    after: str | None = None,
) -> Members:
    if first < 0:
        raise BadRequest("'first' must be a non-negative integer", sub_code="INVALID_ARGS_FIRST")
    call = info.context
    wanted, cursor = delivery_state(state), delivery_cursor(after)
    webhook = webhooks_of(call.context).get(webhookId)
    page = deliveries_of(call.context).page(webhook.id, state=wanted, limit=min(first, PAGE_LIMIT), after=cursor)
    edges = [{"node": node, "cursor": node["id"]} for node in _nodes(call, webhook, page.deliveries)]
    return {
        "edges": edges,
        "pageInfo": {
            "hasNextPage": page.last is not None,
            "hasPreviousPage": bool(after),
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": page.last or (edges[-1]["cursor"] if edges else None),
        },
    }


@_query.field("webhookDelivery")
@requires(FLAG)
def _one(_parent: None, info: Info, *, id: str, webhookId: str | None = None) -> Members:
    webhook, delivery = _find(info.context, id, webhookId)
    return _nodes(info.context, webhook, [delivery])[0]


@_mutation.field("replayWebhookDelivery")
@requires(FLAG)
def _replay(_parent: None, info: Info, *, id: str, webhookId: str | None = None) -> Members:
    webhook, delivery = _find(info.context, id, webhookId)
    made = deliveries_of(info.context.context).replay(webhook, delivery)
    return _nodes(info.context, webhook, [made])[0]


@_mutation.field("replayWebhookDeliveries")
@requires(FLAG)
def _replay_failed(_parent: None, info: Info, *, webhookId: str, since: str | None = None) -> Members:
    _once(info.context, "replayWebhookDeliveries")
    return replayed(info.context.context, webhookId, {"since": since})


@_mutation.field("testWebhook")
@requires(FLAG)
def _test(_parent: None, info: Info, *, id: str, eventName: str | None = None) -> Members:
    _once(info.context, "testWebhook")
    return tested(info.context.context, info.context.model, id, {"eventName": eventName})


def _once(call: MetadataCall, name: str) -> None:
    """Raises TooMuchAsked where a request asks again for what takes seconds."""
    if name in call.slow_mutations:
        raise TooMuchAsked(f"{name} may be asked for once in a request")
    call.slow_mutations.add(name)


def _find(call: MetadataCall, delivery_id: str, webhook_id: str | None) -> tuple[Webhook, Delivery]:
    """One that is named by its id alone is looked for with all webhooks. Raises WebhookNotFound, DeliveryNotFound."""
    webhooks, deliveries = webhooks_of(call.context), deliveries_of(call.context)
    if webhook_id is not None:
        return webhooks.get(webhook_id), deliveries.get(webhook_id, delivery_id)
    by_id = {webhook.id: webhook for webhook in webhooks.list()}
    delivery = deliveries.find(delivery_id, list(by_id))
    return by_id[delivery.webhook_id], delivery


def _nodes(call: MetadataCall, webhook: Webhook, deliveries: Sequence[Delivery]) -> list[Members]:
    """Deliveries with their members. Bodies are read only if a request selects them, and then all together."""

    @cache
    def read() -> Mapping[str, str | None]:
        texts = bodies(call.context, call.model, webhook, deliveries)
        return {each.delivery_id: text for each, text in zip(deliveries, texts, strict=True)}

    def body_of(delivery: Delivery) -> Any:
        # Members that can be called are called when they are selected.
        return lambda _info: read()[delivery.delivery_id]

    return [{**summary(each), **exchange(each), "requestBody": body_of(each)} for each in deliveries]
