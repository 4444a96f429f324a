"""Events of functions that no trigger invokes: whoever IAM allows does, or another function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from local.samples.names import KEY, NOBODY, ROLE, WORKSPACE

_KEY: Final = {"workspaceId": WORKSPACE, "apiKeyId": KEY}

_OPERATOR: Final = "operator@example.com"
_NOT_ITS_NAME: Final = "not its name"

#: What their functions refuse, wherever they are run.
REFUSED: Final = frozenset(
    ("keys/delete_workspace", "keys/restore_workspace", "keys/shard_records", "keys/read_operation")
)

#: Parameters of administrators' actions.
_ACTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "provision_workspace": {"name": "Sample", "demo": False},
    "create_api_key": {"workspaceId": WORKSPACE, "name": "Sample", "roleId": ROLE, "expiresAt": "2099-12-31"},
    "list_api_keys": {"workspaceId": WORKSPACE},
    "revoke_api_key": _KEY,
    "restore_api_key": _KEY,
    "assign_role": {**_KEY, "roleId": ROLE},
    "mint_token": {**_KEY, "expiresAt": "2099-12-31"},
    "console_link": {**_KEY, "url": "http://localhost:8000"},
    "count_calls": {"workspaceId": WORKSPACE},
    "carry_values": {"workspaceId": WORKSPACE},
    "resume_jobs": {"workspaceId": WORKSPACE},
    "spread_counters": {"workspaceId": WORKSPACE, "object": "person"},
    "list_roles": {"workspaceId": WORKSPACE},
    "list_workspaces": {"limit": 10, "counts": False},
    "read_workspace": {"workspaceId": WORKSPACE},
    "register_workspaces": {"workspaceIds": [WORKSPACE]},
    "list_migrations": {"workspaceId": WORKSPACE},
    "migrate": {"workspaceId": WORKSPACE, "again": False},
    "read_plan": {"workspaceId": WORKSPACE},
    "set_plan": {"workspaceId": WORKSPACE, "plan": "standard"},
    "set_timeline": {"workspaceId": WORKSPACE, "timeline": "on"},
    "set_indexes": {"workspaceId": WORKSPACE, "indexes": "auto"},
    "list_receipts": {"limit": 10},
    "suspend_workspace": {"workspaceId": WORKSPACE, "by": _OPERATOR, "reason": "Sample"},
    "resume_workspace": {"workspaceId": WORKSPACE, "by": _OPERATOR},
    "export_workspace": {"workspaceId": WORKSPACE, "by": _OPERATOR},
    # With a name that is not the workspace's: nobody loses one by trying a sample.
    "delete_workspace": {"workspaceId": WORKSPACE, "by": _OPERATOR, "confirm": _NOT_ITS_NAME},
    "restore_workspace": {"workspaceId": WORKSPACE, "by": _OPERATOR, "confirm": _NOT_ITS_NAME},
    "shard_records": {"workspaceId": WORKSPACE, "by": _OPERATOR, "object": "person", "shards": 4},
    "remove_demo": {"workspaceId": WORKSPACE, "by": _OPERATOR, "withChanged": False},
    "read_operation": {"workspaceId": WORKSPACE, "operationId": NOBODY},
    "create_role": {"workspaceId": WORKSPACE, "role": {"label": "Sample", "canReadAllObjectRecords": True}},
}

DIRECT: Final[Mapping[str, Mapping[str, Any]]] = {
    **{f"keys/{action}": {"action": action, **parameters} for action, parameters in _ACTIONS.items()},
    "tokens/token": {"workspaceId": WORKSPACE, "callerKeyId": KEY, "keyId": KEY, "expiresAt": "2099-12-31"},
    "tokens/count_calls": {"workspaceId": WORKSPACE, "rejoin": False},
    "tokens/session": {"session": {"workspaceId": WORKSPACE, "keyId": KEY}},
    "jobs/empty_trash": {"action": "emptyTrash"},
    "rotation/rotate_secret": {"action": "rotate_secret"},
    "rotation/end_all_tokens": {"action": "end_all_tokens"},
}
