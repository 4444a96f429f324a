"""Administering API keys (docs/wire/access.md#api-keys).

A live key always has its gateway key: that is made before the key's row and removed after the row is revoked. A crash
in between leaves a gateway key without a row, which opens nothing and is taken over by the next attempt.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import EllipsisType
from typing import Self

from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from ..errors import BadRequest, Conflict, Forbidden, NotFound
from ..store import control, keys
from ..store.control import ApiKeyRow, RoleRow, api_keys_of
from ..validation.messages import message
from . import token
from .api_key_changes import NAME_LENGTH
from .gateway_keys import GatewayKeys
from .secret import signing_secret
from .times import parse_expiry, parse_moment, stored_time
from .token_type import API_KEY


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

    ``secret`` gives the signing secret and is called only to mint.
    """

    def __init__(self, gateway: GatewayKeys, secret: Callable[[], str]) -> None:
        self._gateway = gateway
        self._secret = secret

    @classmethod
    def from_environment(cls) -> Self:
        """The keys of the table TABLE_NAME. AWS_ENDPOINT_URL_DYNAMODB points at an emulator."""
        control.use_table(
            os.environ["TABLE_NAME"],
            region=os.environ.get("AWS_REGION"),
            host=os.environ.get("AWS_ENDPOINT_URL_DYNAMODB"),
        )
        return cls(GatewayKeys.from_environment(), signing_secret)

    def open(self) -> None:
        """Make clients ahead of their first use. Nothing is sent."""
        self._gateway.open()

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
        key_id = str(uuid.uuid4())
        gateway_id = self._gateway.add(key_id)
        row = ApiKeyRow.at(
            keys.api_key(workspace_id, key_id),
            name=name,
            role_id=role_id,
            expires_at=stored_time(expiry),
            revoked_at=end,
            created_at=stored_time(now),
            updated_at=stored_time(now),
            gateway_key_id=gateway_id,
        )
        try:
            row.save(condition=ApiKeyRow.PK.does_not_exist())
        except PutError:
            self._gateway.remove(gateway_id)
            raise
        if end is not None:
            self._gateway.remove(gateway_id)
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
            self._revive(row, actions)
        elif end is None or end is ...:
            _write(row, actions)
        else:
            self._end(row, end, actions)
        return _view(row)

    def revoke(self, workspace_id: str, key_id: str) -> ApiKey:
        """End a key: it acts on its next request. Repeating a call that failed half-way finishes it. Raises
        NotFound.
        """
        row = _find(workspace_id, key_id)
        self._end(row, stored_time(datetime.now(UTC)))
        return _view(row)

    def restore(self, workspace_id: str, key_id: str) -> ApiKey:
        """Undo a revocation; its tokens work again. Raises NotFound, Conflict when somebody else changes the key
        meanwhile.
        """
        row = _find(workspace_id, key_id)
        if row.revoked_at:
            self._revive(row)
        return _view(row)

    def _end(self, row: ApiKeyRow, revoked_at: str, actions: Sequence[Action] = ()) -> None:
        _write(row, [*actions, ApiKeyRow.revoked_at.set(revoked_at)])
        self._gateway.remove(row.gateway_key_id)

    def _revive(self, row: ApiKeyRow, actions: Sequence[Action] = ()) -> None:
        gateway_id = self._gateway.add(row.id)
        changes = [*actions, ApiKeyRow.revoked_at.remove(), ApiKeyRow.gateway_key_id.set(gateway_id)]
        try:
            _write(row, changes, condition=ApiKeyRow.revoked_at == row.revoked_at)
        except UpdateError as error:
            # Two calls at once share a gateway key: it stays when the other one put it to use.
            current = ApiKeyRow.find((row.PK, row.SK))
            if current is None or current.gateway_key_id != gateway_id:
                self._gateway.remove(gateway_id)
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

    def mint(self, workspace_id: str, key_id: str, *, expires_at: str | None = None) -> str:
        """A token for a live key; any number may exist. Without ``expires_at`` it is valid for a hundred years.

        Raises NotFound, Forbidden (revoked), BadRequest (expired, bad date).
        """
        row = _find(workspace_id, key_id)
        now = datetime.now(UTC)
        if row.revoked_at:
            raise Forbidden("This API Key is revoked", sub_code="API_KEY_REVOKED")
        if row.expires_at <= stored_time(now):
            raise BadRequest("This API Key has expired", sub_code="API_KEY_EXPIRED")
        claims = token.Claims(
            workspace_id=workspace_id,
            key_id=key_id,
            type=API_KEY,
            expires_at=int(parse_expiry(expires_at, now=now).timestamp()),
        )
        return token.sign(claims, secret=self._secret(), issued_at=int(now.timestamp()))


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
