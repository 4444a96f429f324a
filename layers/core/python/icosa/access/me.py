"""Who asks, and what they may do (docs/wire/access.md#who-am-i): all of it is known once a request is authenticated."""

from __future__ import annotations

import os
from typing import Any, Final

from ..model.model import Model
from ..settings import Settings
from .context import RequestContext
from .escalation import flags_of
from .role_view import effective_permissions

#: Calls a minute of records, where the limit of this function's own calls is another.
_CORE_RATE_LIMIT: Final = int(os.environ.get("CORE_RATE_LIMIT") or Settings().rate_limit)


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
            "rate": {"calls": _CORE_RATE_LIMIT, "seconds": 60},
            "metadataRate": {"calls": settings.rate_limit, "seconds": 60},
            "batch": settings.batch_limit,
            "pageSize": settings.page_limit,
            "bodyBytes": settings.body_limit,
        },
    }
