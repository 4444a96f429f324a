"""Making tokens: what ``functions/tokens`` does for those who ask it (``access.minting``).

It is told ids and trusts nothing else: keys and roles are read here, and nobody gets a token for a key that may do more
than their own. It also sees to it that the calls of the workspace can be counted (``access.workspace_plan``): no token
exists before that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ..errors import BadRequest, Conflict, Forbidden, IcosaError, NotFound, PermissionDenied
from ..store import keys
from ..store.table import Item, Table
from ..store.workspace_row import status_of
from . import token
from .escalation import forbid_excess
from .failures import KeyWithoutRole, WorkspaceNotFound
from .ids import id_of
from .key_state import generation_of, live_key
from .minting import refusal
from .permissions import Permissions
from .roles import Role
from .secret import Keyring, SigningKeys
from .session_tokens import SessionTokens
from .times import parse_expiry, stored_time
from .token_type import API_KEY
from .workspace_plan import WorkspacePlan
from .workspace_status import require_active

logger = logging.getLogger(__name__)

#: What a key's role must hold to get tokens for other keys.
_FLAG = "API_KEYS_AND_WEBHOOKS"


class Issuer:
    """``newest`` gives the newest keys: a token is not signed with a secret that is about to be forgotten. ``known``
    gives those at hand.
    """

    def __init__(
        self, table: Table, plan: WorkspacePlan, newest: Callable[[], SigningKeys], known: Callable[[], Keyring]
    ) -> None:
        self._table = table
        self._plan = plan
        self._newest = newest
        self._sessions = SessionTokens(table, plan, newest=newest, known=known)

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """``{"token"}`` for a request of ``minting.request_token``, ``{"left"}`` for one of ``minting.count_calls``,
        ``{"token", "expiresAt"}`` for one of a session, nothing for one of ``minting.remove_gateway_key``, or
        ``minting.refusal``.
        """
        try:
            if "session" in event:
                return dict(self._sessions.answer(event["session"]))
            if "remove" in event:
                self._remove(id_of(event, "remove"))
                return {}
            workspace_id = id_of(event, "workspaceId")
            if event.get("keyId") is None:
                return {"left": self._count(workspace_id, rejoin=bool(event.get("rejoin")))}
            text = self._issue(
                workspace_id,
                caller_key_id=id_of(event, "callerKeyId"),
                key_id=id_of(event, "keyId"),
                expires_at=event.get("expiresAt"),
            )
        except IcosaError as error:
            if error.status >= 500:
                logger.warning("refused", extra={"reason": error.message})
            return refusal(error)
        return {"token": text}

    def _issue(self, workspace_id: str, *, caller_key_id: str, key_id: str, expires_at: str | None) -> str:
        """At most two round trips, 5 read units: the workspace and both keys, then their roles."""
        now = datetime.now(UTC)
        expiry = parse_expiry(expires_at, now=now)
        workspace, caller, key = self._table.batch_get(
            [
                keys.workspace(workspace_id),
                keys.api_key(workspace_id, caller_key_id),
                keys.api_key(workspace_id, key_id),
            ]
        )
        if workspace is None:
            raise WorkspaceNotFound
        _must_live(key, key_id, stored_time(now))
        require_active(workspace)
        assert key is not None
        if caller_key_id != key_id:
            self._may_give(workspace_id, live_key(caller, stored_time(now)), key)
        self._plan.ensure(workspace_id, workspace)
        claims = token.Claims(
            workspace_id=workspace_id,
            key_id=key_id,
            type=API_KEY,
            expires_at=int(expiry.timestamp()),
            generation=generation_of(key),
        )
        logger.info("token made", extra={"workspace_id": workspace_id, "key_id": key_id, "caller": caller_key_id})
        return token.sign(claims, key=self._newest().current, issued_at=int(now.timestamp()))

    def _may_give(self, workspace_id: str, caller: Item, key: Item) -> None:
        """Raises KeyWithoutRole, PermissionDenied, ``escalation.Exceeds``."""
        role_ids = [_role_id(item) for item in (caller, key)]
        granting, given = self._table.batch_get([keys.role(workspace_id, role_id) for role_id in role_ids])
        if granting is None:
            raise KeyWithoutRole(keys.sort_of(caller))
        if given is None:
            raise KeyWithoutRole(keys.sort_of(key))
        granter, granted = Role.parse(granting), Role.parse(given)
        if not Permissions(granter).holds(_FLAG):
            raise PermissionDenied
        forbid_excess(granted, granter)

    def _remove(self, workspace_id: str) -> None:
        """A read unit, and a change of API Gateway's keys if there is one to remove."""
        workspace = self._table.get(keys.workspace(workspace_id))
        if workspace is not None:
            if status_of(workspace) != "deleting":
                raise Conflict("The workspace is not being deleted")
            self._plan.leave(workspace)

    def _count(self, workspace_id: str, *, rejoin: bool) -> int:
        workspace = self._table.get(keys.workspace(workspace_id))
        if workspace is None:
            raise WorkspaceNotFound
        join = self._plan.rejoin if rejoin else self._plan.ensure
        return join(workspace_id, workspace)


def _role_id(key: Item) -> str:
    role_id: str | None = key.get("roleId")
    if role_id is None:
        raise KeyWithoutRole(keys.sort_of(key))
    return role_id


def _must_live(key: Item | None, key_id: str, now: str) -> None:
    if key is None:
        raise NotFound(f"API Key with id {key_id} not found", sub_code="API_KEY_NOT_FOUND")
    if key.get("revokedAt") is not None:
        raise Forbidden("This API Key is revoked", sub_code="API_KEY_REVOKED")
    if key["expiresAt"] <= now:
        raise BadRequest("This API Key has expired", sub_code="API_KEY_EXPIRED")
