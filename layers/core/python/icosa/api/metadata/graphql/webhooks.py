"""Webhooks: reading and changing them (docs/wire/access.md#webhooks)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from ariadne import MutationType, QueryType

from ....webhooks.entity import Webhook
from ....webhooks.errors import SecretsElsewhere
from ....webhooks.service import Webhooks
from ..webhook_services import FLAG, updated, webhooks_of
from .call import Info, MetadataCall, requires

_query = QueryType()
_mutation = MutationType()
RESOLVERS = (_query, _mutation)

Arguments = Mapping[str, Any]
Members = dict[str, Any]


@_query.field("webhooks")
@requires(FLAG)
def _many(_parent: None, info: Info) -> list[Members]:
    return _members(info.context, _webhooks(info.context).list())


@_query.field("webhook")
@requires(FLAG)
def _one(_parent: None, info: Info, *, id: str) -> Members | None:
    webhook = _webhooks(info.context).find(id)
    return None if webhook is None else _members(info.context, [webhook])[0]


@_mutation.field("createWebhook")
@requires(FLAG)
def _create(_parent: None, info: Info, *, input: Arguments) -> Members:
    return _members(info.context, [_webhooks(info.context).create(input)])[0]


@_mutation.field("updateWebhook")
@requires(FLAG)
def _update(_parent: None, info: Info, *, input: Arguments) -> Members:
    call = info.context
    webhook = updated(call.context, input["id"], input["update"], is_old_address=call.hides_secrets)
    return _members(call, [webhook])[0]


@_mutation.field("deleteWebhook")
@requires(FLAG)
def _delete(_parent: None, info: Info, *, id: str) -> Members:
    return _members(info.context, [_webhooks(info.context).delete(id)])[0]


@_mutation.field("rotateWebhookSecret")
@requires(FLAG)
def _rotate(_parent: None, info: Info, *, id: str) -> Members:
    return _members(info.context, [_webhooks(info.context).rotate_secret(id)])[0]


def _webhooks(call: MetadataCall) -> Webhooks:
    return webhooks_of(call.context)


def _members(call: MetadataCall, webhooks: Sequence[Webhook]) -> list[Members]:
    """Webhooks with their members. Secrets are opened only if a request selects them, and then all together."""

    @cache
    def secrets() -> Mapping[str, str]:
        if call.hides_secrets:
            raise SecretsElsewhere
        return _webhooks(call).secrets(webhooks)

    def secret_of(webhook: Webhook) -> Any:
        # Members that can be called are called when they are selected.
        return lambda _info: secrets()[webhook.id]

    workspace_id, now = call.context.workspace.id, call.context.now
    return [{**webhook.members(workspace_id, now), "secret": secret_of(webhook)} for webhook in webhooks]
