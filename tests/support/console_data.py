"""What tests in the browser prepare and look at behind the console's back, through the APIs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.support.browser import Console
from tests.support.workspace_api import WorkspaceApi

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse

_NEVER = "2126-01-01T00:00:00.000Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeKey:
    """An API key with a token, and the role that was made for it."""

    id: str
    name: str
    token: str
    role: str
    role_id: str


def call(tab: Console, path: str, *, key: str) -> APIResponse:
    """GET an address below the console's folder with a token, which need not be that of the tab."""
    return tab.page.request.get(tab.url + path, headers={"Authorization": f"Bearer {key}"})


def metadata(tab: Console, query: str, variables: dict[str, Any] | None = None) -> Any:
    """The data of a call of the metadata API with the Admin key."""
    return WorkspaceApi(url=tab.url, key=tab.key).graphql("metadata", query, **(variables or {}))


def make_role(tab: Console, *, flags: tuple[str, ...] = (), **rights: bool) -> tuple[str, str]:
    """A new role that keys may have: its id and its label."""
    label = f"Role {uuid4().hex[:8]}"
    made = metadata(
        tab,
        "mutation($input: CreateRoleInput!) { createOneRole(createRoleInput: $input) { id } }",
        {"input": {"label": label, "canReadAllObjectRecords": True, **rights}},
    )
    role_id = made["createOneRole"]["id"]
    metadata(
        tab,
        "mutation($input: UpsertPermissionFlagsInput!)"
        " { upsertPermissionFlags(upsertPermissionFlagsInput: $input) { flag } }",
        {"input": {"roleId": role_id, "permissionFlagKeys": list(flags)}},
    )
    return role_id, label


def make_key(tab: Console, *, flags: tuple[str, ...] = (), expires_at: str = _NEVER, **rights: bool) -> MadeKey:
    """A new key with a role of its own."""
    role_id, role = make_role(tab, flags=flags, **rights)
    name = f"Key {uuid4().hex[:8]}"
    made = metadata(
        tab,
        "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { id } }",
        {"input": {"name": name, "expiresAt": expires_at, "roleId": role_id}},
    )
    key_id = made["createApiKey"]["id"]
    minted = metadata(
        tab,
        "mutation($id: UUID!, $end: String!) { generateApiKeyToken(apiKeyId: $id, expiresAt: $end) { token } }",
        {"id": key_id, "end": _NEVER},
    )
    token = minted["generateApiKeyToken"]["token"]
    return MadeKey(id=key_id, name=name, token=token, role=role, role_id=role_id)
