"""Who may change views and page layouts (docs/wire/metadata.md#views, docs/wire/access.md#views-and-page-layouts).
Everybody in the workspace may read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..access.permissions import Permissions
from ..errors import PermissionDenied
from .entity_types import ROOT_OF, VIEW, EntityType
from .errors import CannotCreateView, CannotModifyView, NoUnlistedView

_UNLISTED = "UNLISTED"


def require_create(permissions: Permissions, entity_type: EntityType, inputs: Sequence[Mapping[str, Any]]) -> None:
    """Raises CannotCreateView, CannotModifyView (new parts change their view), NoUnlistedView, PermissionDenied."""
    if entity_type == VIEW and not permissions.holds("VIEWS"):
        raise CannotCreateView
    require_change(permissions, entity_type, inputs)


def require_change(permissions: Permissions, entity_type: EntityType, inputs: Sequence[Mapping[str, Any]] = ()) -> None:
    """Raises CannotModifyView, NoUnlistedView, PermissionDenied."""
    if ROOT_OF[entity_type.collection] != VIEW:
        if not permissions.holds("LAYOUTS"):
            raise PermissionDenied
        return
    if not permissions.holds("VIEWS"):
        raise CannotModifyView
    if entity_type == VIEW and any(raw.get("visibility") == _UNLISTED for raw in inputs):
        # Callers are API keys (``session``), and an unlisted view belongs to a user.
        raise NoUnlistedView
