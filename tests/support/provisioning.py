"""Workspaces for tests."""

from __future__ import annotations

import time
from typing import Any

from icosa.access import remembered
from icosa.catalog import models
from icosa.provisioning.workspace import Provisioned
from icosa.store import keys
from icosa.store.ops import set_attributes
from icosa.store.table import Table


def event_of(provisioned: Provisioned, *, key_id: str | None = None, **changes: Any) -> dict[str, Any]:
    """What a function behind the authorizer gets for a call with a workspace's first key (or another of its keys)."""
    authorized = {
        "workspaceId": provisioned.workspace_id,
        "keyId": key_id or provisioned.api_key.id,
        "type": "API_KEY",
        "exp": str(int(time.time()) + 86_400),
    }
    return {"requestContext": {"authorizer": authorized | changes}}


def forget() -> None:
    """As if the process were new: nothing remembered of any workspace or key."""
    models.forget()
    remembered.forget()


def set_role(table: Table, workspace_id: str, role_id: str, **members: Any) -> None:
    """Give a role members as they are stored; None removes one."""
    table.transact([set_attributes(keys.role(workspace_id, role_id), members)])
