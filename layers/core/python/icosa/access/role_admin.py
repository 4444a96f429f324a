"""Roles for administrators of the installation (docs/wire/access.md#administration)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..errors import BadRequest, Forbidden
from ..store import control, keys
from ..store.table import Item
from ..validation.errors import MetadataValidationError
from .access_changes import AccessChanges
from .access_errors import LABEL_TAKEN
from .role_changes import RoleChanges
from .role_view import PLAIN, role_members
from .times import stored_time


def list_roles(workspace_id: str) -> list[Mapping[str, Any]]:
    """The roles of a workspace by label: id, texts and flags."""
    roles = control.table().query_all(keys.roles(workspace_id))
    return sorted(map(_view, roles), key=lambda role: str(role["label"]))


def create_role(workspace_id: str, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """A new editable role from a ``bodies.CreateRole``.

    Raises as ``RoleChanges.create``, but what is wrong with the role by itself: Forbidden for a label that exists,
    BadRequest for a role without targets and for rights to write without the right to read.
    """
    changes = AccessChanges(control.table(), workspace_id, None, now=stored_time(datetime.now(UTC)))
    try:
        return _view(RoleChanges(changes).create(raw))
    except MetadataValidationError as report:
        problem = report.failures[0].problems[0]
        refusal = Forbidden if problem == LABEL_TAKEN else BadRequest
        raise refusal(problem.message, sub_code=problem.code) from None


def _view(role: Item) -> Mapping[str, Any]:
    members = role_members(role)
    return {name: members[name] for name in ("id", *PLAIN)}
