"""Tokens of sessions of the console (docs/wire/access.md#console-sessions): for hours, in place of a key's own token,
which may be good for years.

Part of what ``functions/tokens`` does. A session has the rights of its key and ends with it: with its expiry, its
revocation and its generation. It also ends with the token that it was exchanged for, so no session can make itself
last longer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..errors import Unauthenticated
from ..store import keys
from ..store.table import Table
from . import token
from .failures import InvalidToken, WorkspaceNotFound, WrongTokenType
from .ids import id_of
from .key_state import generation_of, live_key
from .rotation import ended_kids
from .secret import Keyring, SigningKeys
from .times import stored_time
from .token_shape import require_whole
from .token_type import CALLERS, SESSION, SESSION_LIFETIME
from .workspace_plan import WorkspacePlan
from .workspace_status import require_active

logger = logging.getLogger(__name__)


class ForeignToken(Unauthenticated):
    """A whole token with a signature that is not ours."""

    def __init__(self) -> None:
        super().__init__(
            "This API key belongs to another installation, or was changed when it was copied", sub_code="TOKEN_FOREIGN"
        )


class EndedToken(Unauthenticated):
    """A token of this installation whose time was ended ahead of its ``exp``."""

    def __init__(self) -> None:
        super().__init__(
            "This API key was replaced by a newer one, or all keys were ended. Ask an administrator for a new one",
            sub_code="TOKEN_ENDED",
        )


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose session is asked for, and what it must not outlast, in seconds since the epoch; None for nothing but the
    key.
    """

    workspace_id: str
    key_id: str
    generation: int | None = None
    kid: str | None = None
    ends: int | None = None


class SessionTokens:
    """``newest`` gives the keys as they are stored now, to sign with; ``known`` those that are at hand, to verify with:
    anybody can ask with a token that is none.
    """

    def __init__(
        self, table: Table, plan: WorkspacePlan, *, newest: Callable[[], SigningKeys], known: Callable[[], Keyring]
    ) -> None:
        self._table = table
        self._plan = plan
        self._newest = newest
        self._known = known

    def answer(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """``{"token", "expiresAt"}`` for what ``minting.session_of_token`` or ``minting.session_of_key`` asks. Raises
        what ``subject_of`` and ``begin`` raise.
        """
        if "token" in asked:
            return self.begin(self.subject_of(str(asked["token"])))
        return self.begin(Subject(id_of(asked, "workspaceId"), id_of(asked, "keyId")))

    def subject_of(self, text: str) -> Subject:
        """The key of a token that may call. Raises IncompleteToken, ForeignToken, ExpiredToken, WrongTokenType."""
        require_whole(text)
        try:
            claims = token.verify(text, keys=self._known())
        except InvalidToken:
            raise ForeignToken from None
        if claims.type not in CALLERS:
            raise WrongTokenType
        return Subject(claims.workspace_id, claims.key_id, claims.generation, claims.kid, claims.expires_at)

    def begin(self, subject: Subject) -> Mapping[str, Any]:
        """``{"token", "expiresAt"}``. One round trip, 3 read units.

        Raises WorkspaceNotFound, KeyRevoked, KeyExpired, WorkspaceSuspended, EndedToken, and what
        ``WorkspacePlan.ensure`` raises.
        """
        now = datetime.now(UTC)
        workspace, key, ended = self._table.batch_get(
            [
                keys.workspace(subject.workspace_id),
                keys.api_key(subject.workspace_id, subject.key_id),
                keys.ended_signing_keys(),
            ]
        )
        if workspace is None:
            raise WorkspaceNotFound
        key = live_key(key, stored_time(now))
        require_active(workspace)
        if subject.kid in ended_kids(ended) or subject.generation not in (None, generation_of(key)):
            raise EndedToken
        self._plan.ensure(subject.workspace_id, workspace)
        expires_at = _end(now, key["expiresAt"], subject.ends)
        claims = token.Claims(
            workspace_id=subject.workspace_id,
            key_id=subject.key_id,
            type=SESSION,
            expires_at=expires_at,
            generation=generation_of(key),
        )
        logger.info("session begun", extra={"workspace_id": subject.workspace_id, "key_id": subject.key_id})
        return {
            "token": token.sign(claims, key=self._newest().current, issued_at=int(now.timestamp())),
            "expiresAt": stored_time(datetime.fromtimestamp(expires_at, UTC)),
        }


def _end(now: datetime, key_expires_at: str, limit: int | None) -> int:
    end = min(now + SESSION_LIFETIME, datetime.fromisoformat(key_expires_at))
    return int(end.timestamp()) if limit is None else min(int(end.timestamp()), limit)
