"""Administering API keys (docs/wire/access.md#api-keys).

They are rows of the table and nothing else. Their calls are counted by workspace (``access.workspace_plan``), and their
tokens are made elsewhere (``access.minting``).
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import EllipsisType
from typing import Protocol, Self

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from ..errors import BadRequest, Conflict, NotFound
from ..store import control, keys
from ..store.control import ApiKeyRow, RoleRow, api_keys_of
from ..validation.messages import message
from . import minting
from .bodies import NAME_LENGTH
from .times import parse_expiry, parse_moment, stored_time


class TokenSource(Protocol):
    """What ``access.minting`` does."""

    def request_token(
        self, *, workspace_id: str, caller_key_id: str, key_id: str, expires_at: str | None = None
    ) -> str: ...

    def count_calls(self, workspace_id: str) -> int: ...


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
    """The API keys of all workspaces; every call names the workspace.

    ``tokens`` is who makes tokens.
    """

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
        return [_view(row) for row in api_keys_of(workspace_id) if not row.revoked_at]

    def find(self, workspace_id: str, key_id: str) -> ApiKey | None:
        """One key, also a revoked one; None when there is none with this id."""
        row = ApiKeyRow.find(keys.api_key(workspace_id, key_id))
        return None if row is None else _view(row)

    def create(
        self,
        workspace_id: str,
        *,
        name: str,
        role_id: str,
        expires_at: str | None = None,
        revoked_at: str | None = None,
    ) -> ApiKey:
        """A new key. Without ``expires_at`` it lives for a hundred years; with ``revoked_at``, any moment, it is born
        revoked.

        Raises NotFound for an unknown role, BadRequest for one that keys may not have, for a blank or long name or a
        bad date.
        """
        _check_name(name)
        now = datetime.now(UTC)
        expiry = parse_expiry(expires_at, now=now)
        end = None if revoked_at is None else stored_time(parse_moment("revokedAt", revoked_at))
        _assignable_role(workspace_id, role_id)
        row = ApiKeyRow.at(
            keys.api_key(workspace_id, str(uuid.uuid4())),
            name=name,
            role_id=role_id,
            expires_at=stored_time(expiry),
            revoked_at=end,
            created_at=stored_time(now),
            updated_at=stored_time(now),
        )
        row.save(condition=ApiKeyRow.PK.does_not_exist())
        return _view(row)

    def update(
        self,
        workspace_id: str,
        key_id: str,
        *,
        name: str | None = None,
        expires_at: str | None = None,
        revoked_at: str | EllipsisType | None = ...,
    ) -> ApiKey:
        """Change what is given, all in one write. A moment as ``revoked_at`` ends the key, None undoes that.

        Raises NotFound, BadRequest for a blank or long name or a bad date, Conflict as ``restore``.
        """
        actions: list[Action] = []
        if name is not None:
            _check_name(name)
            actions.append(ApiKeyRow.name.set(name))
        if expires_at is not None:
            actions.append(ApiKeyRow.expires_at.set(stored_time(parse_moment("expiresAt", expires_at))))
        end = (
            revoked_at
            if revoked_at is None or revoked_at is ...
            else stored_time(parse_moment("revokedAt", revoked_at))
        )
        row = _find(workspace_id, key_id)
        if end is None and row.revoked_at:
            self._revive(workspace_id, row, actions)
        elif end is None or end is ...:
            _write(row, actions)
        else:
            _write(row, [*actions, ApiKeyRow.revoked_at.set(end)])
        return _view(row)

    def revoke(self, workspace_id: str, key_id: str) -> ApiKey:
        """End a key: it acts on its next request. Raises NotFound."""
        row = _find(workspace_id, key_id)
        _write(row, [ApiKeyRow.revoked_at.set(stored_time(datetime.now(UTC)))])
        return _view(row)

    def restore(self, workspace_id: str, key_id: str) -> ApiKey:
        """Undo a revocation; its tokens work again. Raises NotFound, Conflict when somebody else changes the key
        meanwhile.
        """
        row = _find(workspace_id, key_id)
        if row.revoked_at:
            self._revive(workspace_id, row)
        return _view(row)

    def count_calls(self, workspace_id: str) -> int:
        """See ``minting.count_calls``."""
        return self._tokens.count_calls(workspace_id)

    def _revive(self, workspace_id: str, row: ApiKeyRow, actions: Sequence[Action] = ()) -> None:
        # Keys that were revoked before version 0.3 lost their gateway keys.
        self._tokens.count_calls(workspace_id)
        try:
            _write(row, [*actions, ApiKeyRow.revoked_at.remove()], condition=ApiKeyRow.revoked_at == row.revoked_at)
        except UpdateError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                raise Conflict("The API key was changed by somebody else. Please try again.") from None
            raise

    def assign_role(self, workspace_id: str, key_id: str, role_id: str) -> None:
        """Give a key another role. Raises NotFound for the key or the role, BadRequest for a role that keys may not
        have.
        """
        row = ApiKeyRow.find(keys.api_key(workspace_id, key_id))
        if row is None:
            raise NotFound(f"API Key with id {key_id} not found in workspace", sub_code="API_KEY_NOT_FOUND")
        _assignable_role(workspace_id, role_id)
        _write(row, [ApiKeyRow.role_id.set(role_id)])

    def mint(
        self, workspace_id: str, key_id: str, *, caller_key_id: str | None = None, expires_at: str | None = None
    ) -> str:
        """A token for a live key; any number may exist. Without ``expires_at`` it is valid for a hundred years. Without
        ``caller_key_id`` an administrator asks.

        Raises as ``minting.request_token``.
        """
        return self._tokens.request_token(
            workspace_id=workspace_id, caller_key_id=caller_key_id or key_id, key_id=key_id, expires_at=expires_at
        )


def _write(row: ApiKeyRow, actions: Sequence[Action], *, condition: Condition | None = None) -> None:
    """Apply changes to a key that must still exist; ``row`` then is as the table has it."""
    changed = ApiKeyRow.updated_at.set(stored_time(datetime.now(UTC)))
    row.update(actions=[*actions, changed], condition=ApiKeyRow.PK.exists() if condition is None else condition)


def _check_name(name: str) -> None:
    if not name.strip():
        raise BadRequest(message("text_empty", "name"))
    if len(name) > NAME_LENGTH:
        raise BadRequest(message("string_too_long", "name", max_length=NAME_LENGTH))


def _find(workspace_id: str, key_id: str) -> ApiKeyRow:
    row = ApiKeyRow.find(keys.api_key(workspace_id, key_id))
    if row is None:
        raise NotFound(f"API Key with id {key_id} not found", sub_code="API_KEY_NOT_FOUND")
    return row


def _assignable_role(workspace_id: str, role_id: str) -> None:
    role = RoleRow.find(keys.role(workspace_id, role_id))
    if role is None:
        raise NotFound(f"Role with id {role_id} not found in workspace", sub_code="ROLE_NOT_FOUND")
    if not role.canBeAssignedToApiKeys:
        raise BadRequest(
            f'Role "{role.label}" cannot be assigned to API keys', sub_code="ROLE_CANNOT_BE_ASSIGNED_TO_API_KEYS"
        )


def _view(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        role_id=row.role_id,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
