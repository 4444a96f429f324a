"""Who asks, and what they may do (docs/wire/access.md#who-am-i): all of it is known once a request is authenticated."""

from __future__ import annotations

from typing import Any

from ..model.model import Model
from .context import RequestContext
from .escalation import flags_of
from .role_view import effective_permissions


def who_am_i(context: RequestContext, model: Model) -> dict[str, Any]:
    """The caller's workspace, key, role, flags, rights on objects, and limits. No round trip."""
    role, principal, settings = context.permissions.role, context.principal, context.settings
    return {
        "workspace": {"id": context.workspace.id, "displayName": context.workspace.name},
        "principal": {
            "type": "API_KEY",
            "id": principal.key_id,
            "name": principal.name,
            "expiresAt": principal.expires_at,
        },
        "role": {"id": role.id, "label": role.label},
        "permissionFlags": sorted(flags_of(role)),
        "objectPermissions": effective_permissions(role, model),
        "limits": {
            "rate": {"calls": context.workspace.plan.calls, "seconds": 60},
            "metadataRate": {"calls": settings.rate_limit, "seconds": 60},
            "batch": settings.batch_limit,
            "pageSize": settings.page_limit,
            "bodyBytes": settings.body_limit,
        },
    }
