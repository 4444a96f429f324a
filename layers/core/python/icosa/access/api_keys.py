"""API keys for administrators of the installation (docs/wire/access.md#administration), who are no key themselves:
neither escalation nor lock-out is looked at.

Keys are rows of the table and nothing else. Their calls are counted by workspace (``access.workspace_plan``), and their
tokens are made elsewhere (``access.minting``).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from types import EllipsisType
from typing import Final, Self

from ..store import control, keys
from ..store.table import Item
from . import minting
from .access_changes import AccessChanges
from .access_errors import KeyNotFound
from .api_key_changes import ApiKeyChanges, TokenSource
from .key_state import live_key
from .sign_in_links import SignInLink, make_link
from .times import parse_expiry, stored_time

#: The name of keys that are made for sign-in links.
_OF_LINKS: Final = "Console"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key as its administrators see it; times are ISO 8601. It holds no secret: tokens are minted on demand."""

    id: str
    name: str
    role_id: str
    expires_at: str
    revoked_at: str | None
    created_at: str
    updated_at: str


class ApiKeys:
    """The API keys of all workspaces; every call names the workspace. ``tokens`` is who makes tokens."""

    def __init__(self, tokens: TokenSource) -> None:
        self._tokens = tokens

    @classmethod
    def from_environment(cls) -> Self:
        """The keys of the table TABLE_NAME. AWS_ENDPOINT_URL_DYNAMODB points at an emulator."""
        control.use_table(
            os.environ["TABLE_NAME"],
            region=os.environ.get("AWS_REGION"),
            host=os.environ.get("AWS_ENDPOINT_URL_DYNAMODB"),
        )
        return cls(minting)

    def list(self, workspace_id: str) -> list[ApiKey]:
        """Keys that are not revoked, expired ones included."""
        items = control.table().query_all(keys.api_keys(workspace_id))
        return [_view(item) for item in items if item.get("revokedAt") is None]

    def find(self, workspace_id: str, key_id: str) -> ApiKey | None:
        """One key, also a revoked one; None when there is none with this id."""
        item = control.table().get(keys.api_key(workspace_id, key_id))
        return None if item is None else _view(item)

    def create(
        self,
        workspace_id: str,
        *,
        name: str,
        role_id: str,
        expires_at: str | None = None,
        revoked_at: str | None = None,
    ) -> ApiKey:
        """``ApiKeyChanges.create``. Without ``expires_at`` the key lives for a hundred years."""
        now = datetime.now(UTC)
        expiry = stored_time(parse_expiry(expires_at, now=now))
        return _view(
            self._changes(workspace_id, now).create(
                name=name, role_id=role_id, expires_at=expiry, revoked_at=revoked_at
            )
        )

    def update(
        self,
        workspace_id: str,
        key_id: str,
        *,
        name: str | None = None,
        expires_at: str | None = None,
        revoked_at: str | EllipsisType | None = ...,
    ) -> ApiKey:
        """``ApiKeyChanges.update``."""
        changes = self._changes(workspace_id)
        return _view(changes.update(key_id, name=name, expires_at=expires_at, revoked_at=revoked_at))

    def revoke(self, workspace_id: str, key_id: str) -> ApiKey:
        """End a key: it acts on its next request. Raises KeyNotFound, AccessBusy."""
        return _view(self._changes(workspace_id).revoke(key_id))

    def restore(self, workspace_id: str, key_id: str) -> ApiKey:
        """Undo a revocation; its tokens work again. Raises KeyNotFound, RoleNotForKeys, KeyLimitReached, AccessBusy."""
        return self.update(workspace_id, key_id, revoked_at=None)

    def assign_role(self, workspace_id: str, key_id: str, role_id: str) -> None:
        """``ApiKeyChanges.assign_role``."""
        self._changes(workspace_id).assign_role(key_id, role_id)

    def mint(self, workspace_id: str, key_id: str, *, expires_at: str | None = None) -> str:
        """A token for a live key; any number may exist. Without ``expires_at`` it is valid for a hundred years.

        Raises as ``minting.request_token``.
        """
        text = self._tokens.request_token(
            workspace_id=workspace_id, caller_key_id=key_id, key_id=key_id, expires_at=expires_at
        )
        self._changes(workspace_id).note_token(key_id, expires_at)
        return text

    def create_for_link(self, workspace_id: str, *, role_id: str, expires_at: str) -> ApiKey:
        """A key for somebody who has none, and signs in by a link. Expired ones of earlier links are revoked, or they
        would use up what keys a workspace may have.

        Raises as ``create``. One more read unit for each 4 KB of keys, and the revocations.
        """
        now = stored_time(datetime.now(UTC))
        for key in self.list(workspace_id):
            if key.name == _OF_LINKS and key.expires_at <= now:
                self.revoke(workspace_id, key.id)
        return self.create(workspace_id, name=_OF_LINKS, role_id=role_id, expires_at=expires_at)

    def sign_in_link(self, workspace_id: str, key_id: str, *, minutes: int) -> SignInLink:
        """A link that signs in with a live key. One read unit, 6 write units. Raises KeyNotFound, KeyRevoked,
        KeyExpired.
        """
        changes = self._access(workspace_id)
        key = changes.table.get(keys.api_key(workspace_id, key_id))
        if key is None:
            raise KeyNotFound(key_id)
        return make_link(changes, live_key(key, changes.now), minutes=minutes)

    def count_calls(self, workspace_id: str) -> int:
        """See ``minting.count_calls``: with a look at the plan itself."""
        return self._tokens.count_calls(workspace_id, rejoin=True)

    def _changes(self, workspace_id: str, now: datetime | None = None) -> ApiKeyChanges:
        return ApiKeyChanges(self._access(workspace_id, now), tokens=self._tokens)

    @staticmethod
    def _access(workspace_id: str, now: datetime | None = None) -> AccessChanges:
        return AccessChanges(control.table(), workspace_id, None, now=stored_time(now or datetime.now(UTC)))


def _view(item: Item) -> ApiKey:
    return ApiKey(
        id=keys.sort_of(item),
        name=item["name"],
        role_id=item["roleId"],
        expires_at=item["expiresAt"],
        revoked_at=item.get("revokedAt"),
        created_at=item["createdAt"],
        updated_at=item["updatedAt"],
    )
