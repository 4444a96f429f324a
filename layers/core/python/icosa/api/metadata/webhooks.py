"""``/rest/metadata/webhooks`` (docs/wire/access.md#webhooks): answers hold the secret, in clear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...webhooks.entity import Webhook
from ...webhooks.service import Webhooks
from .call import Call, CollectionRoutes, Route
from .webhook_services import FLAG, webhooks_of


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
    return _members(call, webhooks, [webhooks.create(call.input)])[0]


def _update(call: Call) -> Any:
    webhooks = _webhooks(call)
    return _members(call, webhooks, [webhooks.update(call.entity_id, call.input)])[0]


def _delete(call: Call) -> Any:
    _webhooks(call).delete(call.entity_id)
    return True


def _rotate(call: Call) -> Any:
    webhooks = _webhooks(call)
    return _members(call, webhooks, [webhooks.rotate_secret(call.entity_id)])[0]


def _members(call: Call, webhooks: Webhooks, entities: Sequence[Webhook]) -> list[dict[str, Any]]:
    workspace_id, now = call.context.workspace.id, call.context.now
    secrets = webhooks.secrets(entities)
    return [
        {**webhook.members(workspace_id, now), "secret": secrets[webhook.id], "workspaceId": workspace_id}
        for webhook in entities
    ]


WEBHOOKS = CollectionRoutes(list=_list, get=_get, create=_create, update=_update, delete=_delete)
WEBHOOK_ROUTES = (Route(segments=("webhooks", "{id}", "rotateSecret"), methods={"POST": _rotate}),)
