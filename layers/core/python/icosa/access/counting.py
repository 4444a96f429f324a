"""By which key of the usage plan a call is counted. Apart from ``workspace_plan``, so that the authorizer need not
import what makes such keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: The gateway id of the workspace's key, in the workspace's row.
COUNTED_BY: Final = "gatewayKeyId"


def refused_callers(stack: str) -> str:
    """The value of the gateway key for calls that will be refused (template.yaml: RefusedCallers)."""
    return f"icosa-refused-callers-{stack}"


def usage_key(workspace_id: str, workspace: Mapping[str, Any] | None, key_id: str) -> str:
    """The value of the gateway key by which a call with an API key is counted."""
    return key_id if workspace is None or COUNTED_BY not in workspace else workspace_id
