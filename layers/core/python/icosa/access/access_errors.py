"""Refusals of changes of API keys and roles (docs/wire/access.md#errors-of-api-keys, docs/wire/access.md#roles)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..errors import BadRequest, Conflict, Forbidden, NotFound
from ..validation.errors import ChangeKind, Failure, MetadataName, MetadataValidationError, Problem

_GERUNDS: Final = {"create": "creating", "update": "updating", "delete": "deleting"}


class AccessBusy(Conflict):
    """Other requests kept changing API keys and roles of the workspace."""

    def __init__(self) -> None:
        super().__init__("API keys and roles are changed by others at this moment. Please try again.")


class KeyLimitReached(Conflict):
    """The workspace has as many live API keys as it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"API key limit of {limit} reached for the workspace: revoke keys that nobody uses",
            sub_code="API_KEY_LIMIT_REACHED",
        )


class RoleLimitReached(Conflict):
    """The workspace has as many roles as it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Role limit of {limit} reached for the workspace", sub_code="ROLE_LIMIT_REACHED")


class RoleExists(Conflict):
    """A client chose an id that is taken."""

    def __init__(self, role_id: str) -> None:
        super().__init__(f"Role with id {role_id} already exists", sub_code="ENTITY_ALREADY_EXISTS")


class LocksOut(Forbidden):
    """No API key that can manage keys and roles would be left."""

    def __init__(self) -> None:
        super().__init__(
            "The last API key that can manage API keys and roles must stay as it is: no other key whose role has "
            "API_KEYS_AND_WEBHOOKS and ROLES is valid for another day",
            sub_code="CANNOT_UNASSIGN_LAST_ADMIN",
            friendly="This would lock everybody out.",
        )


class KeyNotFound(NotFound):
    """No API key of the workspace has this id."""

    def __init__(self, key_id: str, where: str = "") -> None:
        super().__init__(f"API Key with id {key_id} not found{where}", sub_code="API_KEY_NOT_FOUND")


class RoleNotFound(NotFound):
    """No role of the workspace has this id."""

    def __init__(self) -> None:
        super().__init__("Role not found", sub_code="ROLE_NOT_FOUND")


class RoleOfKeyNotFound(NotFound):
    """The role that a key should get does not exist."""

    def __init__(self, role_id: str) -> None:
        super().__init__(f"Role with id {role_id} not found in workspace", sub_code="ROLE_NOT_FOUND")


class RoleNotForKeys(BadRequest):
    """The role that a key should get is not one that keys may have."""

    def __init__(self, label: str) -> None:
        super().__init__(
            f'Role "{label}" cannot be assigned to API keys', sub_code="ROLE_CANNOT_BE_ASSIGNED_TO_API_KEYS"
        )


class DefaultRoleNotForKeys(BadRequest):
    """A role that keys have is deleted, and the default role is none for keys."""

    def __init__(self, label: str) -> None:
        super().__init__(
            f'Cannot delete role "{label}": the workspace default role cannot be assigned to API keys.',
            sub_code="ROLE_CANNOT_BE_ASSIGNED_TO_API_KEYS",
        )


class DefaultRoleStays(BadRequest):
    """The workspace's default role is deleted."""

    def __init__(self) -> None:
        super().__init__("Default role cannot be deleted", sub_code="DEFAULT_ROLE_CANNOT_BE_DELETED")


class ObjectOfPermissionNotFound(NotFound):
    """A permission names an object that the workspace does not have."""

    def __init__(self, kind: str) -> None:
        if kind == "object":
            super().__init__("Object metadata id not found", sub_code="OBJECT_METADATA_NOT_FOUND_PERMISSIONS")
        else:
            super().__init__("Object metadata not found", sub_code="OBJECT_METADATA_NOT_FOUND")


class PermissionInput(BadRequest):
    """A permission that a role cannot have."""


class SystemObjectPermission(Forbidden):
    """A permission on an object of the system, which every role may use."""


LABEL_TAKEN: Final = Problem(code="ROLE_LABEL_ALREADY_EXISTS", message="A role with this label already exists")
NO_TARGET: Final = Problem(
    code="ROLE_MUST_HAVE_AT_LEAST_ONE_TARGET", message="Role must be assignable to at least one target type"
)
WRITES_UNREAD: Final = Problem(
    code="CANNOT_GIVE_WRITING_PERMISSION_WITHOUT_READING_PERMISSION",
    message="Cannot give writing permission without reading permission",
)
NOT_EDITABLE: Final = Problem(code="ROLE_NOT_EDITABLE", message="Role is not editable")
OF_ANOTHER_APPLICATION: Final = Problem(
    code="ROLE_BELONGS_TO_ANOTHER_APPLICATION", message="Role belongs to another application"
)


def role_report(kind: ChangeKind, role_id: str | None, problems: Sequence[Problem]) -> MetadataValidationError:
    """The report on a change of a role that breaks rules."""
    return _report(f"Multiple validation errors occurred while {_GERUNDS[kind]} role", "role", kind, role_id, problems)


def permissions_report(
    name: MetadataName, plural: str, role_id: str, problems: Sequence[Problem]
) -> MetadataValidationError:
    """The report on permissions of a role that cannot be changed."""
    return _report(f"Validation errors occurred while upserting {plural}", name, "update", role_id, problems)


def _report(
    message: str, name: MetadataName, kind: ChangeKind, role_id: str | None, problems: Sequence[Problem]
) -> MetadataValidationError:
    return MetadataValidationError(message, [Failure(name=name, kind=kind, about={"id": role_id}, problems=problems)])
