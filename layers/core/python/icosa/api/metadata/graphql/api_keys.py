"""API keys: reading them (spec/access.md §1.2). What changes them is served where the usage plan is at hand."""

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

Shown = dict[str, Any]


@_query.field("apiKeys")
@requires(_FLAG)
def _many(_parent: None, info: Info) -> list[Shown]:
    context = info.context.context
    partition, _ = keys.api_key(context.workspace.id, "")
    live = [item for item in context.table.query_all(partition) if item.get("revokedAt") is None]
    return _shown(info.context, sorted(live, key=lambda item: (item["createdAt"], keys.sort_of(item))))


@_query.field("apiKey")
@requires(_FLAG)
def _one(_parent: None, info: Info, *, input: Mapping[str, Any]) -> Shown | None:
    context = info.context.context
    item = context.table.get(keys.api_key(context.workspace.id, input["id"]))
    return None if item is None else _shown(info.context, [item])[0]


def _shown(call: MetadataCall, found: Sequence[Item]) -> list[Shown]:
    """Keys with their members, most of which their items have by name. Roles are read only if a request selects them,
    and then together.
    """
    context = call.context

    @cache
    def roles() -> Mapping[str, Mapping[str, Any]]:
        wanted = sorted({item["roleId"] for item in found if item.get("roleId")})
        items = context.table.batch_get([keys.role(context.workspace.id, role_id) for role_id in wanted])
        return {role_id: role_members(item) for role_id, item in zip(wanted, items, strict=True) if item is not None}

    def role_of(item: Item) -> Any:
        # Members that can be called are called when they are selected.
        return lambda _info: roles().get(item.get("roleId", ""))

    return [{**item, "id": keys.sort_of(item), "role": role_of(item)} for item in found]
