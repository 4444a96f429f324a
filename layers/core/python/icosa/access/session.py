"""From an authorized event to a request context, in one strongly consistent read.

The gateway may answer for the authorizer from its cache, so what the authorizer saw can be minutes old. Therefore every
request reads workspace, key, role and register again, together: revocation, expiry, a new role and a new metadata
version act on the next request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ..catalog.loader import MetadataState
from ..catalog.models import current_model as model_of
from ..lru import LRUCache
from ..model.model import Model
from ..settings import Settings
from ..store import keys
from ..store.meter import Meter
from ..store.register import Register
from ..store.table import Table
from .context import RequestContext, Workspace
from .failures import (
    ExpiredToken,
    KeyWithoutRole,
    MissingToken,
    WorkspaceNotFound,
    WrongTokenType,
)
from .key_state import live_key
from .permissions import Permissions
from .principal import Principal
from .roles import Role
from .times import stored_time
from .token_type import API_KEY

#: The role of a key at its last request. Reading it together with the key saves a round trip if it is still the same.
_role_of_key: LRUCache[tuple[str, str], str] = LRUCache(size=4096)


def open_context(event: Mapping[str, Any], table: Table) -> RequestContext:
    """The context of an API Gateway proxy event that passed ``functions/authorizer``.

    Reads ``requestContext.authorizer`` (``workspaceId``, ``keyId``, ``type``, ``exp``, ``gen``). Raises the failures of
    docs/wire/access.md#authentication: MissingToken, WrongTokenType, ExpiredToken, WorkspaceNotFound, KeyRevoked,
    KeyExpired, InvalidToken for a token of an earlier generation, KeyWithoutRole.
    """
    authorized = event.get("requestContext", {}).get("authorizer") or {}
    if "workspaceId" not in authorized:
        raise MissingToken
    if authorized["type"] != API_KEY:
        raise WrongTokenType
    moment = datetime.now(UTC)
    if moment.timestamp() >= int(authorized["exp"]):
        raise ExpiredToken
    generation = int(authorized.get("gen", 0))
    return _open(authorized["workspaceId"], authorized["keyId"], generation, table, stored_time(moment))


def open_metered(event: Mapping[str, Any], table: Table, meter: Meter, settings: Settings) -> RequestContext:
    """``open_context`` for a request with these settings. ``meter`` counts what the request costs after it."""
    return replace(open_context(event, table.metered(Meter())), table=table.metered(meter), settings=settings)


def current_model(table: Table, workspace_id: str) -> Model | None:
    """The model of a workspace as it is now, for work that no caller asked for; None when the workspace is gone."""
    workspace = table.get(keys.workspace(workspace_id))
    return None if workspace is None else model_of(table, workspace_id, MetadataState.parse(workspace))


def _open(workspace_id: str, key_id: str, generation: int, table: Table, now: str) -> RequestContext:
    guess = _role_of_key.get((workspace_id, key_id))
    rows = [keys.workspace(workspace_id), keys.api_key(workspace_id, key_id), keys.open_batches(workspace_id)]
    workspace, key, register, *roles = table.batch_get(
        rows if guess is None else [*rows, keys.role(workspace_id, guess)]
    )
    if workspace is None:
        raise WorkspaceNotFound
    key = live_key(key, now, generation=generation)
    role_id: str | None = key.get("roleId")
    if role_id is None:
        raise KeyWithoutRole(key_id)
    role = roles[0] if role_id == guess else table.get(keys.role(workspace_id, role_id))
    if role is None:
        raise KeyWithoutRole(key_id)
    _role_of_key.put((workspace_id, key_id), role_id)
    return RequestContext(
        principal=Principal(workspace_id=workspace_id, key_id=key_id, name=key["name"], role_id=role_id),
        permissions=Permissions(Role.parse(role)),
        workspace=Workspace.parse(workspace_id, workspace),
        model=model_of(table, workspace_id, MetadataState.parse(workspace)),
        table=table,
        register=Register.parse(register),
        now=now,
    )
