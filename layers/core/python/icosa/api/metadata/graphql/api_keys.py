"""API keys: reading and changing them, and their tokens (docs/wire/access.md#api-keys-over-graphql)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from ariadne import MutationType, QueryType

from ....access.access_errors import KeyNotFound
from ....access.me import who_am_i
from ....model.dates import format_instant
from ....store import keys
from ....store.table import Item
from ..access_changes import key_changes
from .call import Info, MetadataCall, requires
from .roles import role_nodes

_FLAG = "API_KEYS_AND_WEBHOOKS"
_PLAYGROUND: Final = timedelta(hours=2)
_query = QueryType()
_mutation = MutationType()
RESOLVERS = (_query, _mutation)

Arguments = Mapping[str, Any]
Members = dict[str, Any]


# ------------------------------------------------------------------ reading


@_query.field("apiKeys")
@requires(_FLAG)
def _many(_parent: None, info: Info) -> list[Members]:
    context = info.context.context
    items = context.table.query_all(keys.api_keys(context.workspace.id))
    live = [item for item in items if item.get("revokedAt") is None]
    return _members(info.context, sorted(live, key=lambda item: (item["createdAt"], keys.sort_of(item))))


@_query.field("apiKey")
@requires(_FLAG)
def _one(_parent: None, info: Info, *, input: Arguments) -> Members | None:
    context = info.context.context
    item = context.table.get(keys.api_key(context.workspace.id, input["id"]))
    return None if item is None else _members(info.context, [item])[0]


@_query.field("currentApiKey")
def _current(_parent: None, info: Info) -> Members:
    call = info.context
    return who_am_i(call.context, call.model)


def _members(call: MetadataCall, items: Sequence[Item]) -> list[Members]:
    """Keys with their members, most of which their items have by name. Roles are read only if a request selects them,
    and then together.
    """
    context = call.context

    @cache
    def roles_by_id() -> Mapping[str, Members]:
        role_ids = sorted({item["roleId"] for item in items if item.get("roleId")})
        roles = context.table.batch_get([keys.role(context.workspace.id, role_id) for role_id in role_ids])
        return {node["id"]: node for node in role_nodes(call, [role for role in roles if role is not None])}

    def role_of(item: Item) -> Any:
        # Members that can be called are called when they are selected.
        return lambda _info: roles_by_id().get(item.get("roleId", ""))

    return [{**item, "id": keys.sort_of(item), "role": role_of(item)} for item in items]


# ------------------------------------------------------------------ changing


@_mutation.field("createApiKey")
@requires(_FLAG, "ROLES")
def _create(_parent: None, info: Info, *, input: Arguments) -> Members:
    item = key_changes(info.context.context).create(
        name=input["name"],
        role_id=input["roleId"],
        expires_at=input["expiresAt"],
        revoked_at=input.get("revokedAt"),
    )
    return _members(info.context, [item])[0]


@_mutation.field("updateApiKey")
@requires(_FLAG)
def _update(_parent: None, info: Info, *, input: Arguments) -> Members | None:
    try:
        item = key_changes(info.context.context).update(
            input["id"],
            name=input.get("name"),
            expires_at=input.get("expiresAt"),
            revoked_at=input.get("revokedAt", ...),
        )
    except KeyNotFound:
        return None
    return _members(info.context, [item])[0]


@_mutation.field("revokeApiKey")
@requires(_FLAG)
def _revoke(_parent: None, info: Info, *, input: Arguments) -> Members | None:
    try:
        item = key_changes(info.context.context).revoke(input["id"])
    except KeyNotFound:
        return None
    return _members(info.context, [item])[0]


@_mutation.field("assignRoleToApiKey")
@requires(_FLAG, "ROLES")
def _assign(_parent: None, info: Info, *, apiKeyId: str, roleId: str) -> bool:
    key_changes(info.context.context).assign_role(apiKeyId, roleId)
    return True


# ------------------------------------------------------------------ tokens


@_mutation.field("generateApiKeyToken")
@requires(_FLAG)
def _token(_parent: None, info: Info, *, apiKeyId: str, expiresAt: str) -> Members:
    return {"token": key_changes(info.context.context).token(apiKeyId, expires_at=expiresAt)}


@_mutation.field("regenerateApiKey")
@requires(_FLAG)
def _regenerate(_parent: None, info: Info, *, input: Arguments) -> Members:
    made = key_changes(info.context.context).regenerate(
        input["id"], keep_id=input["keepId"], expires_at=input.get("expiresAt")
    )
    return {"apiKey": _members(info.context, [made.key])[0], "token": made.token}


@_mutation.field("generatePlaygroundToken")
@requires(_FLAG)
def _playground(_parent: None, info: Info) -> Members:
    """A token of the caller's own key for two hours."""
    context = info.context.context
    expiry = format_instant(datetime.fromisoformat(context.now) + _PLAYGROUND)
    return {"token": key_changes(context).token(context.principal.key_id, expires_at=expiry), "expiresAt": expiry}
