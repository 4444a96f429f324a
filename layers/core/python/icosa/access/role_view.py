"""Roles as answers show them (docs/wire/access.md#roles-in-answers): members by wire names, with all their lists."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..catalog.applications import STANDARD_APPLICATION
from ..model.model import Model
from ..store import keys
from .permissions import SETTINGS_FLAGS, TOOL_FLAGS, Permissions
from .role_rules import FIELD_RIGHTS
from .roles import OBJECT_RIGHTS, ROLE_RIGHTS, Role

Item = Mapping[str, Any]
Members = dict[str, Any]

#: Members that a role's item has by name.
PLAIN: Final = (
    "label",
    "description",
    "icon",
    "isEditable",
    "canBeAssignedToUsers",
    "canBeAssignedToAgents",
    "canBeAssignedToApiKeys",
    "canUpdateAllSettings",
    "canAccessAllTools",
    *ROLE_RIGHTS.values(),
)


def role_members(role: Item) -> Members:
    """A role without its lists."""
    role_id = keys.sort_of(role)
    plain = {name: role.get(name, True if name.startswith(("isEd", "canBe")) else None) for name in PLAIN}
    return {
        "id": role_id,
        "universalIdentifier": role_id,
        **plain,
        **{name: bool(value) for name, value in plain.items() if name.startswith(("is", "can"))},
    }


def full_members(role: Item, api_keys: Iterable[Item]) -> Members:
    """A role with its lists. ``api_keys`` are those of the workspace."""
    return {
        **role_members(role),
        "workspaceMembers": [],
        "agents": [],
        "apiKeys": keys_of_role(role, api_keys),
        **own_lists(role),
    }


def own_lists(role: Item) -> Members:
    """The lists that a role's item holds itself."""
    return {
        "permissionFlags": role_flags(role),
        "objectPermissions": object_permissions(role),
        "fieldPermissions": field_permissions(role),
        "rowLevelPermissionPredicates": row_predicates(role),
        "rowLevelPermissionPredicateGroups": row_predicate_groups(role),
    }


def keys_of_role(role: Item, api_keys: Iterable[Item]) -> list[Members]:
    """The keys that have a role and are not revoked, the oldest first."""
    role_id = keys.sort_of(role)
    holders = [key for key in api_keys if key.get("roleId") == role_id and key.get("revokedAt") is None]
    return [
        {"id": keys.sort_of(key), "name": key["name"], "expiresAt": key["expiresAt"], "revokedAt": None}
        for key in sorted(holders, key=lambda key: (key["createdAt"], keys.sort_of(key)))
    ]


def role_flags(role: Item) -> list[Members]:
    """The flags that a role holds by name."""
    role_id = keys.sort_of(role)
    return [
        {"id": _id_of(role_id, flag), "roleId": role_id, "flag": flag}
        for flag in sorted(role.get("permissionFlags", ()))
    ]


def object_permissions(role: Item, object_ids: Iterable[str] | None = None) -> list[Members]:
    """What a role says of single objects: of some, or of all of which it says anything."""
    by_object = role.get("objectPermissions", {})
    wanted = sorted({*by_object, *role.get("fieldPermissions", {})}) if object_ids is None else object_ids
    return [
        {
            "objectMetadataId": object_id,
            **{name: by_object.get(object_id, {}).get(name) for name in OBJECT_RIGHTS.values()},
            "restrictedFields": _restricted_fields(role, object_id),
            "rowLevelPermissionPredicates": row_predicates(role, object_id),
            "rowLevelPermissionPredicateGroups": row_predicate_groups(role, object_id),
        }
        for object_id in wanted
    ]


def field_permissions(role: Item, field_ids: Iterable[str] | None = None) -> list[Members]:
    """A role's restrictions of fields: of some, in their order, or of all."""
    role_id = keys.sort_of(role)
    restrictions = {
        field_id: {
            "id": _id_of(role_id, field_id),
            "objectMetadataId": object_id,
            "fieldMetadataId": field_id,
            "roleId": role_id,
            **{name: members.get(name) for name in FIELD_RIGHTS},
        }
        for object_id, fields in sorted(role.get("fieldPermissions", {}).items())
        for field_id, members in sorted(fields.items())
    }
    wanted = restrictions if field_ids is None else [field_id for field_id in field_ids if field_id in restrictions]
    return [restrictions[field_id] for field_id in wanted]


def row_predicates(role: Item, object_id: str | None = None) -> list[Members]:
    """A role's rules of rows: of one object, or all."""
    return _rules(role, "rowLevelPredicates", object_id)


def row_predicate_groups(role: Item, object_id: str | None = None) -> list[Members]:
    return _rules(role, "rowLevelPredicateGroups", object_id)


def effective_permissions(role: Role, model: Model) -> list[Members]:
    """What a role may do with each active object, by name: what it says of the object and of all, and the objects'
    own exceptions, taken together.
    """
    permissions = Permissions(role)
    return [
        {
            "objectMetadataId": obj.id,
            "nameSingular": obj.name_singular,
            **{name: permissions.can(obj, right) for right, name in OBJECT_RIGHTS.items()},
            "restrictedFields": {
                field.id: {
                    "canRead": field.id not in permissions.unreadable_fields(obj),
                    "canUpdate": field.id not in permissions.unwritable_fields(obj),
                }
                for field in obj.fields
                if field.id in permissions.unreadable_fields(obj) | permissions.unwritable_fields(obj)
            },
        }
        for obj in sorted(model.objects, key=lambda obj: obj.name_singular)
        if obj.is_active
    ]


def all_flags(created_at: str) -> list[Members]:
    """Every permission flag that there is; the workspace has them since it was made."""
    return [
        {
            "id": _id_of(STANDARD_APPLICATION, flag),
            "universalIdentifier": _id_of(STANDARD_APPLICATION, flag),
            "key": flag,
            "label": flag.replace("_", " ").capitalize(),
            "description": None,
            "icon": None,
            "permissionType": kind,
            "applicationId": STANDARD_APPLICATION,
            "createdAt": created_at,
            "updatedAt": created_at,
        }
        for kind, flags in (("SETTING", SETTINGS_FLAGS), ("TOOL", TOOL_FLAGS))
        for flag in sorted(flags)
    ]


def _rules(role: Item, attribute: str, object_id: str | None) -> list[Members]:
    role_id = keys.sort_of(role)
    return [
        {**rule, "roleId": role_id}
        for rule in role.get(attribute, ())
        if object_id is None or rule["objectMetadataId"] == object_id
    ]


def _restricted_fields(role: Item, object_id: str) -> Members:
    fields = role.get("fieldPermissions", {}).get(object_id, {})
    return {
        field_id: {"canRead": members.get("canReadFieldValue"), "canUpdate": members.get("canUpdateFieldValue")}
        for field_id, members in fields.items()
    }


def _id_of(owner_id: str, name: str) -> str:
    """An id for what has no row of its own."""
    return str(uuid.uuid5(uuid.UUID(owner_id), name))
