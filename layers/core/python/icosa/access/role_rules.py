"""What a role may be, and what its permissions may say (docs/wire/access.md#roles,
docs/wire/access.md#setting-permissions). Pure: roles are items, objects come from the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from ..errors import BadRequest
from ..model.model import Field, Model, Object
from ..validation.errors import FieldNotFound, Problem
from .access_errors import (
    LABEL_TAKEN,
    NO_TARGET,
    WRITES_UNREAD,
    ObjectOfPermissionNotFound,
    PermissionInput,
    SystemObjectPermission,
)
from .permissions import SETTINGS_FLAGS, TOOL_FLAGS, Permissions
from .roles import OBJECT_RIGHTS, ROLE_RIGHTS, Role

Item = Mapping[str, Any]
#: By object id the members of a role's permissions on it.
ObjectPermissions = dict[str, dict[str, bool]]
#: By object id and field id.
FieldPermissions = dict[str, dict[str, dict[str, bool]]]

TARGETS: Final = ("canBeAssignedToUsers", "canBeAssignedToAgents", "canBeAssignedToApiKeys")
FIELD_RIGHTS: Final = ("canReadFieldValue", "canUpdateFieldValue")


def problems_of(role: Item, others: Iterable[Item]) -> list[Problem]:
    """What is wrong with a role as a whole; ``others`` are the workspace's other roles."""
    problems = []
    if any(other["label"] == role["label"] for other in others):
        problems.append(LABEL_TAKEN)
    if not any(role[target] for target in TARGETS):
        problems.append(NO_TARGET)
    if any(role[name] for name in ROLE_RIGHTS.values()) and not role[ROLE_RIGHTS["read"]]:
        problems.append(WRITES_UNREAD)
    return problems


def check_readable(role: Item, objects: Iterable[Object]) -> None:
    """Raises PermissionInput for an object whose records the role could write and not read."""
    permissions = Permissions(Role.parse(role))
    for obj in objects:
        if not permissions.can(obj, "read") and any(
            permissions.can(obj, right) for right in OBJECT_RIGHTS if right not in obj.right_flags
        ):
            raise PermissionInput(
                "Cannot give update permission to non-readable object",
                sub_code="CANNOT_GIVE_WRITING_PERMISSION_ON_NON_READABLE_OBJECT",
            )


# ------------------------------------------------------------------ flags


def checked_flags(keys: Sequence[str]) -> list[str]:
    """Names of permission flags, each once and in order. Raises BadRequest for one that there is not."""
    unknown = next((key for key in keys if key not in SETTINGS_FLAGS and key not in TOOL_FLAGS), None)
    if unknown is not None:
        raise BadRequest(
            f"Invalid permission setting (unknown value): {unknown}", sub_code="INVALID_SETTING_PERMISSIONS"
        )
    return sorted(set(keys))


# ------------------------------------------------------------------ objects


def merged_objects(role: Item, model: Model, wanted: Sequence[Item]) -> ObjectPermissions:
    """The permissions on objects that a role has after a change: those that are named, and no others. Members that are
    left out keep their values, null takes one back.

    Raises PermissionInput, ObjectOfPermissionNotFound, SystemObjectPermission.
    """
    current = role.get("objectPermissions", {})
    merged: ObjectPermissions = {}
    for permission in wanted:
        obj = _object(model, permission["objectMetadataId"], "object")
        members = {**merged.get(obj.id, current.get(obj.id, {})), **_named(permission, OBJECT_RIGHTS.values())}
        merged[obj.id] = {name: value for name, value in members.items() if value is not None}
    check_readable({**role, "objectPermissions": merged}, [model.by_id[object_id] for object_id in merged])
    return merged


# ------------------------------------------------------------------ fields


def merged_fields(
    role: Item, model: Model, wanted: Sequence[Item]
) -> tuple[FieldPermissions, list[tuple[Object, Field]]]:
    """The restrictions of fields that a role has after a change of some, and the fields that are concerned: those that
    are named, and the other ends of relations among them.

    Raises PermissionInput, ObjectOfPermissionNotFound, FieldNotFound, SystemObjectPermission.
    """
    permissions = Permissions(Role.parse(role))
    merged: FieldPermissions = {
        object_id: {field_id: dict(members) for field_id, members in fields.items()}
        for object_id, fields in role.get("fieldPermissions", {}).items()
    }
    concerned: list[tuple[Object, Field]] = []
    for permission in wanted:
        obj = _object(model, permission["objectMetadataId"], "field")
        field = obj.by_id.get(permission["fieldMetadataId"])
        if field is None:
            raise FieldNotFound
        if any(field is other for _, other in concerned):
            raise PermissionInput(
                f"Cannot accept more than one fieldPermission for field {field.id} in input.",
                sub_code="FIELD_PERMISSION_ALREADY_EXISTS",
            )
        named = _named(permission, FIELD_RIGHTS)
        _check_restriction(permissions, obj, named)
        concerned.append((obj, field))
        for owner, end in _both_ends(model, obj, field):
            fields = merged.setdefault(owner.id, {})
            members = {**fields.get(end.id, {}), **named}
            fields[end.id] = {name: value for name, value in members.items() if value is not None}
            if not fields[end.id]:
                del fields[end.id]
    return {object_id: fields for object_id, fields in merged.items() if fields}, concerned


def _check_restriction(permissions: Permissions, obj: Object, named: Mapping[str, bool | None]) -> None:
    if True in named.values():
        raise PermissionInput(
            "Field permission can only introduce a restriction", sub_code="ONLY_FIELD_RESTRICTION_ALLOWED"
        )
    if False in named.values() and not permissions.can(obj, "read"):
        raise PermissionInput(
            "Field restriction only makes sense on readable object",
            sub_code="FIELD_RESTRICTION_ONLY_ALLOWED_ON_READABLE_OBJECT",
        )
    if named.get("canUpdateFieldValue") is False and not permissions.can(obj, "update"):
        raise PermissionInput(
            "Field restriction on update only makes sense on updatable object",
            sub_code="FIELD_RESTRICTION_ON_UPDATE_ONLY_ALLOWED_ON_UPDATABLE_OBJECT",
        )


def _both_ends(model: Model, obj: Object, field: Field) -> list[tuple[Object, Field]]:
    if field.relation is None:
        return [(obj, field)]
    target = model.target_of(field)
    return [(obj, field)] if target.is_open else [(obj, field), (target, model.inverse_of(field))]


def _object(model: Model, object_id: str, kind: str) -> Object:
    obj = model.by_id.get(object_id)
    if obj is None:
        raise ObjectOfPermissionNotFound(kind)
    if obj.is_open:
        raise SystemObjectPermission(
            f"Cannot add {kind} permission on system object",
            sub_code=f"CANNOT_ADD_{kind.upper()}_PERMISSION_ON_SYSTEM_OBJECT",
        )
    return obj


def _named(permission: Item, names: Iterable[str]) -> dict[str, Any]:
    return {name: permission[name] for name in names if name in permission}
