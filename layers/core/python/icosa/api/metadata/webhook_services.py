"""The webhooks that the caller of a request may read and change."""

from __future__ import annotations

from ...access.audit import Actor
from ...access.context import RequestContext
from ...webhooks.service import Webhooks

FLAG = "API_KEYS_AND_WEBHOOKS"


def webhooks_of(context: RequestContext) -> Webhooks:
    return Webhooks(context.table, context.workspace.id, now=context.now, actor=actor_of(context))


def actor_of(context: RequestContext) -> Actor:
    return Actor(type="API_KEY", id=context.principal.key_id, name=context.principal.name)
