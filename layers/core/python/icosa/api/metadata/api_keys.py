"""``/rest/metadata/apiKeys`` (spec/access.md §1.3): no answer holds a token.

Served by the function that owns the usage plan, apart from the other collections: nothing else may make or remove its
keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...access.api_keys import ApiKey, ApiKeys
from ...access.times import parse_moment
from ...errors import BadRequest, NotFound
from ...identifiers import parse_uuid
from ...validation.errors import InvalidInput
from .call import Call, Collection

_FLAG = "API_KEYS_AND_WEBHOOKS"


def key_collections(api_keys: ApiKeys) -> Mapping[str, Collection]:
    """The collections that are served with the usage plan at hand, by name."""
    return {"apiKeys": _collection(api_keys)}


def _collection(api_keys: ApiKeys) -> Collection:
    """What is not there is answered with null, not refused (spec/access.md §1.3)."""

    def list_(call: Call) -> Any:
        call.require(_FLAG)
        page = call.page(api_keys.list(call.context.workspace.id), lambda key: key.id)
        return page.envelope([_shown(call, key) for key in page.items])

    def get(call: Call) -> Any:
        call.require(_FLAG)
        return _shown(call, api_keys.find(call.context.workspace.id, call.entity_id))

    def create(call: Call) -> Any:
        call.require(_FLAG)
        given = _Input(call.input)
        name, expires_at, role_id = given.text("name"), given.moment("expiresAt"), given.id("roleId")
        revoked_at = given.moment("revokedAt") if given.has("revokedAt") else None
        given.check()
        made = api_keys.create(
            call.context.workspace.id, name=name, role_id=role_id, expires_at=expires_at, revoked_at=revoked_at
        )
        return _shown(call, made)

    def update(call: Call) -> Any:
        call.require(_FLAG)
        given = _Input(call.input)
        name = given.text("name") if given.has("name") else None
        expires_at = given.moment("expiresAt") if given.has("expiresAt") else None
        revoked_at = given.moment("revokedAt") if given.has("revokedAt") else None if "revokedAt" in call.input else ...
        given.check()
        try:
            changed = api_keys.update(
                call.context.workspace.id, call.entity_id, name=name, expires_at=expires_at, revoked_at=revoked_at
            )
        except NotFound:
            return None
        return _shown(call, changed)

    def delete(call: Call) -> Any:
        call.require(_FLAG)
        try:
            return _shown(call, api_keys.revoke(call.context.workspace.id, call.entity_id))
        except NotFound:
            return None

    return Collection(list=list_, get=get, create=create, update=update, delete=delete)


def _shown(call: Call, key: ApiKey | None) -> dict[str, Any] | None:
    if key is None:
        return None
    return {
        "id": key.id,
        "name": key.name,
        "expiresAt": key.expires_at,
        "revokedAt": key.revoked_at,
        "createdAt": key.created_at,
        "updatedAt": key.updated_at,
        "workspaceId": call.context.workspace.id,
    }


class _Input:
    """The members of a body; ``check`` raises InvalidInput with everything that is wrong with those asked for."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        self._members = members
        self._messages: list[str] = []

    def has(self, name: str) -> bool:
        """Whether the body has a member that is not null."""
        return self._members.get(name) is not None

    def text(self, name: str) -> str:
        value = self._members.get(name)
        if isinstance(value, str):
            return value
        self._messages.append(f"{name} must be a string")
        return ""

    def moment(self, name: str) -> str:
        value = self._members.get(name)
        text = value if isinstance(value, str) else ""
        try:
            parse_moment(name, text)
        except BadRequest as error:
            self._messages.append(error.message)
        return text

    def id(self, name: str) -> str:
        found = parse_uuid(self._members.get(name))
        if found is None:
            self._messages.append(f"{name} must be a UUID")
        return found or ""

    def check(self) -> None:
        if self._messages:
            raise InvalidInput(self._messages)
