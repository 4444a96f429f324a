"""From an authorized event to a request context, in one strongly consistent read.

The gateway may answer for the authorizer from its cache, so what the authorizer saw can be minutes old. Therefore every
request reads the workspace's row again, and with it key and role, unless the row says that nobody has changed what the
process remembers of them (``access.remembered``): revocation, expiry, a new role and a new metadata version act on the
next request. The register comes with the same read. Beside it a request writes at most once an hour when its key was
used.
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
from ..catalog.spreading import ask_for_counters
from ..catalog.tuning import announce as announce_tuning
from ..errors import Unavailable
from ..model.dates import epoch_ms
from ..model.model import Model
from ..model.tunable import noted_indexes
from ..runtime.observation import OverdueJobs, observed
from ..settings import Settings
from ..store import access_row, access_version, keys
from ..store.contention import Contention
from ..store.index_use import IndexUse
from ..store.lease import Lease
from ..store.meter import Meter
from ..store.once import Once
from ..store.record_memory import RecordMemory, of_process
from ..store.register import UNREAD, Register
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
from .remembered import note_use, read_access
from .roles import Role
from .row_rules import rows_of
from .timeline_rights import with_timeline
from .times import stored_time
from .token_type import CALLERS
from .workspace_status import is_there, require_active

logger = logging.getLogger(__name__)

#: How often the use of a key is written down.
_USE_NOTED = timedelta(hours=1)


def open_context(
    event: Mapping[str, Any], table: Table, once: Once | None = None, *, with_register: bool = True
) -> RequestContext:
    """The context of an API Gateway proxy event that passed ``functions/authorizer``.

    ``once``: the request is made once; what was answered to it before is read together with the rest. Without
    ``with_register`` the register is ``UNREAD``: for requests that do nothing but read one record by its id.

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
    return _open(workspace_id, authorized["keyId"], generation, own, stored_time(moment), once, with_register)


def open_metered(
    event: Mapping[str, Any],
    table: Table,
    meter: Meter,
    settings: Settings,
    once: Once | None = None,
    *,
    with_register: bool = True,
) -> RequestContext:
    """``open_context`` for a request with these settings. ``meter`` counts what the request costs, and
    apart what this costs, in detail for callers who may read everything: costs follow from hidden values, too
    (docs/rights.md#what-was-tried).
    """
    meter.authentication = Meter(detailed=meter.detailed)
    context = open_context(event, table.metered(meter.authentication), once, with_register=with_register)
    tunes = context.workspace.preferences.get("indexes") == "auto"
    own = context.table.metered(meter)
    meter.contention = Contention(own, context.model, now=context.now, ask=ask_for_counters)
    meter.indexes = IndexUse(
        own,
        context.workspace.id,
        noted_indexes(context.model),
        now=context.now,
        announce=_announce_tuning if tunes else None,
    )
    meter.detailed = meter.detailed and context.permissions.can_read_everything(context.model)
    return replace(context, table=own, settings=settings)


def with_register(context: RequestContext) -> RequestContext:
    """The context of a request that needs the register after all: one read unit, if it was not read yet."""
    if context.register is not UNREAD:
        return context
    row = context.table.get(keys.open_batches(context.workspace.id))
    return replace(context, register=Register.parse(row))


def current_model(table: Table, workspace_id: str) -> Model | None:
    """The model of a workspace as it is now, for work that no caller asked for; None when the workspace is gone, or
    being deleted.
    """
    workspace = table.get(keys.workspace(workspace_id))
    if workspace is None or not is_there(workspace):
        return None
    return model_of(table, workspace_id, MetadataState.parse(workspace))


def _open(
    workspace_id: str,
    key_id: str,
    generation: int,
    table: Table,
    now: str,
    once: Once | None,
    with_register: bool,
) -> RequestContext:
    started = time.monotonic()
    also = [] if once is None else [once.locate(workspace_id, key_id)]
    if with_register:
        also.append(keys.open_batches(workspace_id))
    access = read_access(table, workspace_id, key_id, also)
    workspace = access.workspace
    if workspace is None:
        raise WorkspaceNotFound
    key = live_key(access.key, now, generation=generation)
    require_active(workspace)
    role_id: str | None = key.get("roleId")
    role = access.role
    if role_id is None or role is None:
        raise KeyWithoutRole(key_id)
    if once is not None:
        once.opened(access.others[0], role)
    _note_use(table, workspace_id, key_id, key, now)
    if access_version.is_missing(workspace):
        _begin_versions(table, workspace_id)
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
        table=table.remembering(_memory_for(workspace)),
        register=Register.parse(access.others[-1]) if with_register else UNREAD,
        lease=Lease(workspace_id, model.version, started=started),
        now=now,
        once=once,
    )


def _memory_for(workspace: Item) -> RecordMemory | None:
    """The records that the process remembers; None while functions may run of a release that leaves no traces of what
    it changes: for as long as nothing is remembered of keys and roles.
    """
    return None if access_version.version_of(workspace, time.time()) is None else of_process()


def _announce_migrations(table: Table, workspace_id: str, now: str) -> None:
    """Let the workspace be migrated, soon: one write unit, in five minutes at most once, which only metrics
    count. Requests do not fail with it.
    """
    now_ms = int(datetime.fromisoformat(now).timestamp() * 1000)
    try:
        announce(table.metered(table.meter.child()), workspace_id, now_ms=now_ms)
    except Unavailable:
        logger.warning("the migrations of a workspace were not announced", extra={"workspace_id": workspace_id})


def _begin_versions(table: Table, workspace_id: str) -> None:
    """Let a workspace of an earlier release have a version of its access: one write unit, once, which only metrics
    count. Requests do not fail with it.
    """
    try:
        table.metered(table.meter.child()).update(access_version.first(workspace_id))
    except Unavailable:
        logger.warning("access was given no version", extra={"workspace_id": workspace_id})


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
    note_use(workspace_id, key_id, now, access_row.LAST_USED)
    try:
        table.metered(table.meter.child()).update(access_row.used(workspace_id, key_id, now=now, unless_since=limit))
    except Unavailable:
        logger.warning("the use of an API key was not noted", extra={"workspace_id": workspace_id, "key_id": key_id})
