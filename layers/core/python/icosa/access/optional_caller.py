"""Callers of public routes: those with a valid token are told more than the others
(docs/wire/rest.md#who-sees-the-document).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..catalog.loader import MetadataState
from ..errors import Forbidden, Unauthenticated
from ..store import keys
from ..store.table import Table
from . import token
from .key_state import live_key
from .rotation import ended_kids
from .secret import Keyring
from .times import stored_time
from .token_type import CALLERS
from .workspace_status import require_active


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionalCaller:
    """A caller whose token is valid now. What its role may do does not matter."""

    workspace_id: str
    role_id: str | None
    metadata: MetadataState
    preferences: Mapping[str, Any]


def optional_caller(authorization: str | None, table: Table, *, signing_keys: Keyring) -> OptionalCaller | None:
    """The caller, from the Authorization header of a request that passed no authorizer; None without a valid token.

    Raises WorkspaceSuspended and WorkspaceBeingDeleted: a caller must not take what is public for the workspace's.

    Costs one read (3 read units), and only if the signature is valid. Tokens in query strings are ignored.
    """
    try:
        claims = token.verify(token.from_header(authorization), keys=signing_keys)
        if claims.type not in CALLERS:
            return None
        workspace, key, ended = table.batch_get(
            [
                keys.workspace(claims.workspace_id),
                keys.api_key(claims.workspace_id, claims.key_id),
                keys.ended_signing_keys(),
            ]
        )
        key = live_key(key, stored_time(datetime.now(UTC)), generation=claims.generation)
    except (Forbidden, Unauthenticated):
        return None
    if workspace is None or claims.kid in ended_kids(ended):
        return None
    require_active(workspace)
    return OptionalCaller(
        workspace_id=claims.workspace_id,
        role_id=key.get("roleId"),
        metadata=MetadataState.parse(workspace),
        preferences=workspace.get("preferences", {}),
    )
