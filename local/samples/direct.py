"""Events of functions that no trigger invokes: whoever IAM allows does, or another function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from local.samples.names import KEY, ROLE, WORKSPACE

_KEY: Final = {"workspaceId": WORKSPACE, "apiKeyId": KEY}

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
    "list_roles": {"workspaceId": WORKSPACE},
    "create_role": {"workspaceId": WORKSPACE, "role": {"label": "Sample", "canReadAllObjectRecords": True}},
}

DIRECT: Final[Mapping[str, Mapping[str, Any]]] = {
    **{f"keys/{action}": {"action": action, **parameters} for action, parameters in _ACTIONS.items()},
    "tokens/token": {"workspaceId": WORKSPACE, "callerKeyId": KEY, "keyId": KEY, "expiresAt": "2099-12-31"},
    "tokens/count_calls": {"workspaceId": WORKSPACE, "rejoin": False},
    "tokens/session": {"session": {"workspaceId": WORKSPACE, "keyId": KEY}},
    "rotation/rotate_secret": {"action": "rotate_secret"},
    "rotation/end_all_tokens": {"action": "end_all_tokens"},
}
