"""Whether a workspace answers: what every request, token and session asks of the workspace's row, that all read.

Callers are told after their key has been looked at, so whoever has none that is live learns nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..errors import Forbidden
from ..store.workspace_row import Status, status_of
from .failures import WorkspaceBeingDeleted, WorkspaceSuspended

_REFUSALS: Final[Mapping[Status, Callable[[], Forbidden]]] = {
    "suspended": WorkspaceSuspended,
    "restoring": WorkspaceSuspended,
    "moving": WorkspaceSuspended,
    "deleting": WorkspaceBeingDeleted,
}


def require_active(workspace: Mapping[str, Any]) -> None:
    """Raises WorkspaceSuspended, WorkspaceBeingDeleted."""
    refusal = _REFUSALS.get(status_of(workspace))
    if refusal is not None:
        raise refusal()


def is_there(workspace: Mapping[str, Any]) -> bool:
    """Whether work that no caller asked for may be done in a workspace: also in one that is suspended, so that nothing
    is lost, but in none whose rows are going, or being moved.
    """
    return status_of(workspace) in ("active", "suspended")
