"""``/rest/metadata/webhooks`` and what stands below it (docs/wire/access.md#webhooks, docs/wire/webhooks.md).
Answers hold the secret, in clear.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...webhooks.deliveries import PAGE_DEFAULT, PAGE_LIMIT
from ...webhooks.entity import Webhook
from ...webhooks.old_forms import in_present_form
from ...webhooks.service import Webhooks
from .call import Call, CollectionRoutes, Route
from .errors import FrameworkError
from .webhook_services import (
    FLAG,
    bodies,
    deliveries_of,
    delivery_cursor,
    delivery_state,
    exchange,
    replayed,
    summary,
    tested,
    updated,
    webhooks_of,
)


def _webhooks(call: Call) -> Webhooks:
    """Raises PermissionDenied."""
    call.require(FLAG)
    return webhooks_of(call.context)


def _list(call: Call) -> Any:
    webhooks = _webhooks(call)
    page = call.page(webhooks.list(), lambda webhook: webhook.id)
    return page.envelope(_members(call, webhooks, page.items))


def _get(call: Call) -> Any:
    """Null if there is none, as for API keys."""
    webhooks = _webhooks(call)
    webhook = webhooks.find(call.entity_id)
    return None if webhook is None else _members(call, webhooks, [webhook])[0]


def _create(call: Call) -> Any:
    webhooks = _webhooks(call)
    return _members(call, webhooks, [webhooks.create(in_present_form(call.input))])[0]


def _update(call: Call) -> Any:
    webhooks = _webhooks(call)
    change = in_present_form(call.input)
    webhook = updated(call.context, call.entity_id, change, is_old_address=call.hides_secrets)
    return _members(call, webhooks, [webhook])[0]


def _delete(call: Call) -> Any:
    _webhooks(call).delete(call.entity_id)
    return True


def _rotate(call: Call) -> Any:
    webhooks = _webhooks(call)
    return _members(call, webhooks, [webhooks.rotate_secret(call.entity_id)])[0]


def _members(call: Call, webhooks: Webhooks, entities: Sequence[Webhook]) -> list[dict[str, Any]]:
    workspace_id, now = call.context.workspace.id, call.context.now
    secrets = {} if call.hides_secrets else webhooks.secrets(entities)
    return [
        {**webhook.members(workspace_id, now), "secret": secrets.get(webhook.id), "workspaceId": workspace_id}
        for webhook in entities
    ]


WEBHOOKS = CollectionRoutes(list=_list, get=_get, create=_create, update=_update, delete=_delete)


# ------------------------------------------------------------------ deliveries


def _test(call: Call) -> Any:
    call.require(FLAG)
    return tested(call.context, call.context.model, call.entity_id, call.input)


def _deliveries(call: Call) -> Any:
    webhooks, params = _webhooks(call), call.params
    if params.before:
        raise FrameworkError("'ending_before' is not supported: deliveries are read from the newest one on.")
    state, after = delivery_state(params.text("state")), delivery_cursor(params.after)
    limit = params.limit(default=PAGE_DEFAULT, maximum=PAGE_LIMIT)
    webhook = webhooks.get(call.entity_id)
    page = deliveries_of(call.context).page(webhook.id, state=state, limit=limit, after=after)
    shown = [summary(delivery) for delivery in page.deliveries]
    return {
        "data": shown,
        "pageInfo": {
            "hasNextPage": page.last is not None,
            "startCursor": shown[0]["id"] if shown else None,
            # Of a state that few are in the next page may begin after what was looked at, and not shown.
            "endCursor": page.last or (shown[-1]["id"] if shown else None),
        },
    }


def _delivery(call: Call) -> Any:
    webhook_id, delivery_id = call.ids
    webhook = _webhooks(call).get(webhook_id)
    delivery = deliveries_of(call.context).get(webhook_id, delivery_id)
    [body] = bodies(call.context, call.context.model, webhook, [delivery])
    return {**summary(delivery), **exchange(delivery), "requestBody": body}


def _replay(call: Call) -> Any:
    webhook_id, delivery_id = call.ids
    webhook = _webhooks(call).get(webhook_id)
    deliveries = deliveries_of(call.context)
    return summary(deliveries.replay(webhook, deliveries.get(webhook_id, delivery_id)))


def _replay_failed(call: Call) -> Any:
    call.require(FLAG)
    return replayed(call.context, call.entity_id, call.input)


WEBHOOK_ROUTES = (
    Route(segments=("webhooks", "{id}", "rotateSecret"), methods={"POST": _rotate}),
    Route(segments=("webhooks", "{id}", "test"), methods={"POST": _test}),
    Route(segments=("webhooks", "{id}", "deliveries"), methods={"GET": _deliveries}, parameters=frozenset(("state",))),
    Route(segments=("webhooks", "{id}", "deliveries", "{id}"), methods={"GET": _delivery}),
    Route(segments=("webhooks", "{id}", "deliveries", "{id}", "replay"), methods={"POST": _replay}, accepts=True),
    Route(segments=("webhooks", "{id}", "replay"), methods={"POST": _replay_failed}, accepts=True),
)
