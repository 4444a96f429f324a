"""Administering roles (docs/wire/access.md#roles)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from ..errors import BadRequest, Forbidden
from ..store import keys
from ..store.control import RoleRow, roles_of
from ..validation.body import validate
from .bodies import CreateRole
from .role_view import PLAIN
from .roles import ROLE_RIGHTS

_TARGETS = ("canBeAssignedToUsers", "canBeAssignedToAgents", "canBeAssignedToApiKeys")
_MEMBERS = ("id", *PLAIN)


def list_roles(workspace_id: str) -> list[Mapping[str, Any]]:
    """The roles of a workspace by label: id, texts and flags."""
    return [_view(row) for row in sorted(roles_of(workspace_id), key=lambda row: row.label)]


def create_role(workspace_id: str, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """A new editable role from a ``bodies.CreateRole``.

    Raises InvalidInput, Forbidden for a label that exists, BadRequest for a role without targets and for rights to
    write without the right to read.
    """
    role = validate(CreateRole, raw)
    row = RoleRow.at(
        keys.role(workspace_id, str(uuid.uuid4())),
        **{name: value for name, value in role.named().items() if name != "id"},
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
    if any(other.label == role.label for other in roles_of(workspace_id)):
        raise Forbidden("A role with this label already exists", sub_code="ROLE_LABEL_ALREADY_EXISTS")
    row.save(condition=RoleRow.PK.does_not_exist())
    return _view(row)


def _view(row: RoleRow) -> Mapping[str, Any]:
    return {name: getattr(row, name) for name in _MEMBERS}
