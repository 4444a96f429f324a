"""Administering roles (spec/access.md §2)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from ..errors import BadRequest, Forbidden
from ..store import keys
from ..store.control import RoleRow, roles_of
from .roles import ROLE_RIGHTS

_TARGETS = ("canBeAssignedToUsers", "canBeAssignedToAgents", "canBeAssignedToApiKeys")
#: What a caller may say about a role: its texts and every one of its flags.
_FLAGS = (*_TARGETS, "canUpdateAllSettings", "canAccessAllTools", *ROLE_RIGHTS.values())


def list_roles(workspace_id: str) -> list[Mapping[str, Any]]:
    """The roles of a workspace by label: id, texts and flags."""
    return [_view(row) for row in sorted(roles_of(workspace_id), key=lambda row: row.label)]


def create_role(workspace_id: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A new editable role: ``label``, and optionally ``description``, ``icon`` and flags.

    Rights and settings are off unless given, assignment targets on (spec/access.md §2.2). Raises Forbidden for a label
    that exists, BadRequest for a blank one, for a role without targets, and for rights to write without the right to
    read.
    """
    label = str(given.get("label") or "").strip()
    if not label:
        raise BadRequest("label should not be empty")
    flags = {name: bool(given[name]) for name in _FLAGS if given.get(name) is not None}
    row = RoleRow.at(
        keys.role(workspace_id, str(uuid.uuid4())),
        label=label,
        description=given.get("description"),
        icon=given.get("icon"),
        **flags,
    )
    if not any(getattr(row, target) for target in _TARGETS):
        raise BadRequest(
            "Role must be assignable to at least one target type", sub_code="ROLE_MUST_HAVE_AT_LEAST_ONE_TARGET"
        )
    if any(getattr(row, name) for name in ROLE_RIGHTS.values()) and not getattr(row, ROLE_RIGHTS["read"]):
        raise BadRequest(
            "Cannot give writing permission without reading permission",
            sub_code="CANNOT_GIVE_WRITING_PERMISSION_WITHOUT_READING_PERMISSION",
        )
    if any(other.label == label for other in roles_of(workspace_id)):
        raise Forbidden("A role with this label already exists", sub_code="ROLE_LABEL_ALREADY_EXISTS")
    row.save(condition=RoleRow.PK.does_not_exist())
    return _view(row)


def _view(row: RoleRow) -> Mapping[str, Any]:
    texts = {
        "id": row.id,
        "label": row.label,
        "description": row.description,
        "icon": row.icon,
        "isEditable": row.isEditable,
    }
    return texts | {name: getattr(row, name) for name in _FLAGS}
