"""Who may change views and page layouts (spec/metadata.md §2.2, spec/access.md §3.1). Everybody in the workspace may
read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..access.permissions import Permissions
from ..errors import PermissionDenied
from .errors import CannotCreateView, CannotModifyView, NoUnlistedView
from .shapes import ROOT_OF, VIEW, Shape

_UNLISTED = "UNLISTED"


def require_create(permissions: Permissions, shape: Shape, inputs: Sequence[Mapping[str, Any]]) -> None:
    """Raises CannotCreateView, CannotModifyView (new parts change their view), NoUnlistedView, PermissionDenied."""
    if shape == VIEW and not permissions.holds("VIEWS"):
        raise CannotCreateView
    require_change(permissions, shape, inputs)


def require_change(permissions: Permissions, shape: Shape, inputs: Sequence[Mapping[str, Any]] = ()) -> None:
    """Raises CannotModifyView, NoUnlistedView, PermissionDenied."""
    if ROOT_OF[shape.collection] != VIEW:
        if not permissions.holds("LAYOUTS"):
            raise PermissionDenied
        return
    if not permissions.holds("VIEWS"):
        raise CannotModifyView
    if shape == VIEW and any(raw.get("visibility") == _UNLISTED for raw in inputs):
        # Whoever comes this far is an API key (``session``): nobody whose own view it could be.
        raise NoUnlistedView
