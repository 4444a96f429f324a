"""API keys: reading them (docs/wire/access.md#api-keys-over-graphql). What changes them is served where the usage plan
is at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from ariadne import QueryType

from ....store import keys
from ....store.table import Item
from .call import Info, MetadataCall, requires
from .roles import role_members

_FLAG = "API_KEYS_AND_WEBHOOKS"
_query = QueryType()
RESOLVERS = (_query,)

Members = dict[str, Any]


@_query.field("apiKeys")
@requires(_FLAG)
def _many(_parent: None, info: Info) -> list[Members]:
    context = info.context.context
    partition, _ = keys.api_key(context.workspace.id, "")
    live = [item for item in context.table.query_all(partition) if item.get("revokedAt") is None]
    return _members(info.context, sorted(live, key=lambda item: (item["createdAt"], keys.sort_of(item))))


@_query.field("apiKey")
@requires(_FLAG)
def _one(_parent: None, info: Info, *, input: Mapping[str, Any]) -> Members | None:
    context = info.context.context
    item = context.table.get(keys.api_key(context.workspace.id, input["id"]))
    return None if item is None else _members(info.context, [item])[0]


def _members(call: MetadataCall, items: Sequence[Item]) -> list[Members]:
    """Keys with their members, most of which their items have by name. Roles are read only if a request selects them,
    and then together.
    """
    context = call.context

    @cache
    def roles_by_id() -> Mapping[str, Mapping[str, Any]]:
        role_ids = sorted({item["roleId"] for item in items if item.get("roleId")})
        roles = context.table.batch_get([keys.role(context.workspace.id, role_id) for role_id in role_ids])
        return {role_id: role_members(item) for role_id, item in zip(role_ids, roles, strict=True) if item is not None}

    def role_of(item: Item) -> Any:
        # Members that can be called are called when they are selected.
        return lambda _info: roles_by_id().get(item.get("roleId", ""))

    return [{**item, "id": keys.sort_of(item), "role": role_of(item)} for item in items]
