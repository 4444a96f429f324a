"""From an authorized event to a request context, in one strongly consistent read.

The gateway may answer for the authorizer from its cache, so what the authorizer saw can be minutes old. Therefore every
request reads workspace, key, role and register again, together: revocation, expiry, a new role and a new metadata
version act on the next request. Beside that read a request writes at most once an hour when its key was used.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ..catalog.loader import MetadataState
from ..catalog.migrating import announce
from ..catalog.models import current_model as model_of
from ..catalog.tuning import announce as announce_tuning
from ..errors import Unavailable
from ..lru import LRUCache
from ..model.dates import epoch_ms
from ..model.model import Model
from ..model.tunable import noted_indexes
from ..runtime.observation import OverdueJobs, observed
from ..settings import Settings
from ..store import access_row, keys
from ..store.index_use import IndexUse
from ..store.lease import Lease
from ..store.meter import Meter
from ..store.once import Once
from ..store.register import Register
from ..store.table import Item, Table
from ..store.versions import Versions
from ..store.workspace_row import JOBS_DUE
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
from .row_rules import rows_of
from .timeline_rights import with_timeline
from .times import stored_time
from .token_type import CALLERS
from .workspace_status import is_there, require_active

logger = logging.getLogger(__name__)

#: How often the use of a key is written down.
_USE_NOTED = timedelta(hours=1)
#: The role of a key at its last request. Reading it together with the key saves a round trip if it is still the same.
_role_of_key: LRUCache[tuple[str, str], str] = LRUCache(size=4096)


def open_context(event: Mapping[str, Any], table: Table, once: Once | None = None) -> RequestContext:
    """The context of an API Gateway proxy event that passed ``functions/authorizer``.

    ``once``: the request is made once; what was answered to it before is read together with the rest.

    Reads ``requestContext.authorizer`` (``workspaceId``, ``keyId``, ``type``, ``exp``, ``gen``). Raises the failures of
    docs/wire/access.md#authentication: MissingToken, WrongTokenType, ExpiredToken, WorkspaceNotFound, KeyRevoked,
    KeyExpired, InvalidToken for a token of an earlier generation, WorkspaceSuspended, WorkspaceBeingDeleted,
    KeyWithoutRole.
    """
    authorized = event.get("requestContext", {}).get("authorizer") or {}
    if "workspaceId" not in authorized:
        raise MissingToken
    if authorized["type"] not in CALLERS:
        raise WrongTokenType
    moment = datetime.now(UTC)
    if moment.timestamp() >= int(authorized["exp"]):
        raise ExpiredToken
    generation, workspace_id = int(authorized.get("gen", 0)), authorized["workspaceId"]
    own = table.of_workspace(workspace_id)
    return _open(workspace_id, authorized["keyId"], generation, own, stored_time(moment), once)


def open_metered(
    event: Mapping[str, Any], table: Table, meter: Meter, settings: Settings, once: Once | None = None
) -> RequestContext:
    """``open_context`` for a request with these settings. ``meter`` counts what the request costs, and
    apart what this costs, in detail for callers who may read everything: costs follow from hidden values, too
    (docs/rights.md#what-was-tried).
    """
    meter.authentication = Meter(detailed=meter.detailed)
    context = open_context(event, table.metered(meter.authentication), once)
    tunes = context.workspace.preferences.get("indexes") == "auto"
    meter.indexes = IndexUse(
        context.table.metered(meter),
        context.workspace.id,
        noted_indexes(context.model),
        now=context.now,
        announce=_announce_tuning if tunes else None,
    )
    meter.detailed = meter.detailed and context.permissions.can_read_everything(context.model)
    return replace(context, table=context.table.metered(meter), settings=settings)


def current_model(table: Table, workspace_id: str) -> Model | None:
    """The model of a workspace as it is now, for work that no caller asked for; None when the workspace is gone, or
    being deleted.
    """
    workspace = table.get(keys.workspace(workspace_id))
    if workspace is None or not is_there(workspace):
        return None
    return model_of(table, workspace_id, MetadataState.parse(workspace))


def _open(workspace_id: str, key_id: str, generation: int, table: Table, now: str, once: Once | None) -> RequestContext:
    guess, started = _role_of_key.get((workspace_id, key_id)), time.monotonic()
    rows = [keys.workspace(workspace_id), keys.api_key(workspace_id, key_id), keys.open_batches(workspace_id)]
    if guess is not None:
        rows.append(keys.role(workspace_id, guess))
    answer_row = () if once is None else (once.locate(workspace_id, key_id),)
    workspace, key, register, *others = table.batch_get([*rows, *answer_row])
    if workspace is None:
        raise WorkspaceNotFound
    key = live_key(key, now, generation=generation)
    require_active(workspace)
    role_id: str | None = key.get("roleId")
    if role_id is None:
        raise KeyWithoutRole(key_id)
    role = others[0] if role_id == guess else table.get(keys.role(workspace_id, role_id))
    if role is None:
        raise KeyWithoutRole(key_id)
    if once is not None:
        once.opened(others[-1], role)
    _role_of_key.put((workspace_id, key_id), role_id)
    _note_use(table, workspace_id, key_id, key, now)
    if Versions.parse(workspace).is_behind:
        _announce_migrations(table, workspace_id, now)
    due_ms = workspace.get(JOBS_DUE)
    if due_ms is not None and due_ms <= epoch_ms(now):
        observed().overdue = OverdueJobs(table.metered(table.meter.child()), workspace_id, int(due_ms))
    model, parsed_role = model_of(table, workspace_id, MetadataState.parse(workspace)), Role.parse(role)
    return RequestContext(
        principal=Principal(
            workspace_id=workspace_id,
            key_id=key_id,
            name=key["name"],
            role_id=role_id,
            expires_at=key["expiresAt"],
        ),
        permissions=with_timeline(Permissions(parsed_role, rows_of(parsed_role, model, now=now)), model),
        workspace=Workspace.parse(workspace_id, workspace),
        model=model,
        table=table,
        register=Register.parse(register),
        lease=Lease(workspace_id, model.version, started=started),
        now=now,
        once=once,
    )


def _announce_migrations(table: Table, workspace_id: str, now: str) -> None:
    """Let the workspace be migrated, soon: one write unit, in five minutes at most once, which only metrics
    count. Requests do not fail with it.
    """
    now_ms = int(datetime.fromisoformat(now).timestamp() * 1000)
    try:
        announce(table.metered(table.meter.child()), workspace_id, now_ms=now_ms)
    except Unavailable:
        logger.warning("the migrations of a workspace were not announced", extra={"workspace_id": workspace_id})


def _announce_tuning(table: Table, workspace_id: str) -> None:
    announce_tuning(table, workspace_id, now_ms=int(time.time() * 1000))


def _note_use(table: Table, workspace_id: str, key_id: str, key: Item, now: str) -> None:
    """Keep the time of a key's last request, at most once an hour: one write unit then, which only metrics count.
    Requests do not fail with it.
    """
    known = key.get(access_row.LAST_USED)
    limit = stored_time(datetime.fromisoformat(now) - _USE_NOTED)
    if known is not None and known >= limit:
        return
    try:
        table.metered(table.meter.child()).update(access_row.used(workspace_id, key_id, now=now, unless_since=limit))
    except Unavailable:
        logger.warning("the use of an API key was not noted", extra={"workspace_id": workspace_id, "key_id": key_id})
