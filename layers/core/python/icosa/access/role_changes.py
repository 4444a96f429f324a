"""Changing the roles of a workspace and their permissions (docs/wire/access.md#roles): the rules behind every API.

Roles are items of ``store.keys.role``.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ..model.model import Field, Model, Object
from ..store import keys
from ..store.ops import EXISTS, NOT_EXISTS, DeleteItem, PutItem, set_attributes
from ..store.table import Item
from ..validation.errors import MetadataName
from .access_changes import AccessChanges, Attempt, members_of
from .access_errors import (
    NOT_EDITABLE,
    OF_ANOTHER_APPLICATION,
    DefaultRoleNotForKeys,
    DefaultRoleStays,
    LocksOut,
    RoleExists,
    RoleLimitReached,
    permissions_report,
    role_report,
)
from .audit import Entry
from .lockout import forbid_lockout
from .role_rules import check_readable, checked_flags, merged_fields, merged_objects, problems_of
from .roles import ROLE_RIGHTS

#: Roles of a workspace.
ROLE_LIMIT: Final = 200
#: Keys that one transaction moves to another role: each with its entry in the audit log, beside the role itself.
_MOVES: Final = 45
_FLAG: Final = "ROLES"
_PERMISSIONS: Final = ("permissionFlags", "objectPermissions", "fieldPermissions")
#: Members of a new role that are not named.
#: What a new role has where nothing is said.
DEFAULTS: Final[Mapping[str, Any]] = {
    "isEditable": True,
    "canBeAssignedToUsers": True,
    "canBeAssignedToAgents": True,
    "canBeAssignedToApiKeys": True,
    "canUpdateAllSettings": False,
    "canAccessAllTools": False,
    **dict.fromkeys(ROLE_RIGHTS.values(), False),
    "permissionFlags": [],
    "objectPermissions": {},
    "fieldPermissions": {},
}
#: Members that the audit log shows.
_AUDITED: Final = ("label", "description", "icon", *DEFAULTS, "rowLevelPredicates", "rowLevelPredicateGroups")

Input = Mapping[str, Any]


class RoleChanges:
    """Changes of the roles of one workspace. Each costs three reads (state, caller, role) and a transaction of the
    role, the state and the audit log; a new label also reads all roles, a weaker role all keys.
    """

    def __init__(self, changes: AccessChanges) -> None:
        self._changes = changes

    def create(self, raw: Input) -> Item:
        """A new editable role from a ``bodies.CreateRole``.

        Raises InvalidInput, MetadataValidationError, RoleExists, RoleLimitReached, Exceeds, AccessBusy.
        """
        from ..validation.body import validate  # Here and below: reads need no validation library.
        from .bodies import CreateRole

        named = validate(CreateRole, raw).named()
        role_id = named.pop("id", None) or str(uuid.uuid4())

        def decide(attempt: Attempt) -> Item:
            attempt.require(_FLAG)
            role = keys.item_at(
                keys.role(attempt.workspace_id, role_id), **{**DEFAULTS, **_without_nulls(named), **attempt.revision}
            )
            if role_id in attempt.all_roles:
                raise RoleExists(role_id)
            if problems := problems_of(role, attempt.all_roles.values()):
                raise role_report("create", role_id, problems)
            if len(attempt.all_roles) >= ROLE_LIMIT:
                raise RoleLimitReached(ROLE_LIMIT)
            attempt.forbid_excess(role)
            entry = _entry("role.created", role, None, role)
            attempt.write(PutItem(role, NOT_EXISTS), entry=entry)
            return role

        return self._changes.apply(decide)

    def update(self, role_id: str, raw: Input, model: Model) -> Item:
        """Change what is given. Raises InvalidInput, RoleNotFound, MetadataValidationError, PermissionInput, Exceeds,
        LocksOut, AccessBusy.
        """
        from ..validation.body import validate
        from .bodies import UpdateRole

        named = validate(UpdateRole, raw).named()

        def decide(attempt: Attempt) -> Item:
            attempt.require(_FLAG)
            old = attempt.role(role_id)
            new = {**DEFAULTS, **old, **named}
            if not old.get("isEditable", True):
                raise role_report("update", role_id, [NOT_EDITABLE])
            others: list[Item] = []
            if new["label"] != old["label"]:
                others = [role for other_id, role in attempt.all_roles.items() if other_id != role_id]
            if problems := problems_of(new, others):
                raise role_report("update", role_id, problems)
            overridden = [model.by_id[object_id] for object_id in new["objectPermissions"] if object_id in model.by_id]
            check_readable(new, overridden)
            return self._set(attempt, old, {name: new[name] for name in named}, "role.updated")

        return self._changes.apply(decide)

    def delete(self, role_id: str) -> None:
        """Remove a role; keys that have it get the workspace's default role. Beyond 45 keys they are moved in several
        transactions, the last of which removes the role.

        Raises RoleNotFound, DefaultRoleStays, MetadataValidationError for a role that is not editable, LocksOut,
        DefaultRoleNotForKeys, Exceeds, AccessBusy.
        """
        while not self._changes.apply(lambda attempt: self._delete(attempt, role_id)):
            pass

    def _delete(self, attempt: Attempt, role_id: str) -> bool:
        """One step; whether it was the last."""
        attempt.require(_FLAG)
        role = attempt.role(role_id)
        workspace = attempt.table.get(keys.workspace(attempt.workspace_id)) or {}
        default_id = workspace.get("defaultRoleId")
        if role_id == default_id:
            raise DefaultRoleStays
        holders = [key for key in attempt.all_keys.values() if key.get("roleId") == role_id]
        in_use = any(key.get("revokedAt") is None for key in holders)
        if not role.get("isEditable", True):
            raise LocksOut if in_use else role_report("delete", role_id, [NOT_EDITABLE])
        default = None if default_id is None else attempt.find_role(default_id)
        if in_use and (default is None or not default.get("canBeAssignedToApiKeys", True)):
            raise DefaultRoleNotForKeys(role["label"])
        if in_use and default is not None:
            attempt.forbid_excess(default, before=role)
            forbid_lockout(attempt, roles={role_id: None}, default_role_id=default_id)
        for key in holders[:_MOVES]:
            # Revoked keys, too: one that is revived later needs a role that there is.
            entry = Entry.of_change(
                "apiKey.roleAssigned",
                "apiKey",
                keys.sort_of(key),
                key["name"],
                {"roleId": role_id},
                {"roleId": default_id},
            )
            op = set_attributes(keys.of(key), {"roleId": default_id, "updatedAt": attempt.now})
            attempt.write(op, entry=entry)
        if len(holders) > _MOVES:
            return False
        attempt.write(DeleteItem(keys.of(role), EXISTS), entry=_entry("role.deleted", role, role, None))
        return True

    # ------------------------------------------------------------------ permissions

    def set_flags(self, role_id: str, raw: Input) -> Item:
        """Let a role hold exactly these flags by name. Raises InvalidInput, BadRequest for an unknown flag,
        RoleNotFound, MetadataValidationError, Exceeds, LocksOut, AccessBusy.
        """
        from ..validation.body import validate
        from .bodies import UpsertPermissionFlags

        flags = checked_flags(validate(UpsertPermissionFlags, raw).permission_flag_keys)
        return self._change_permissions(
            role_id, "permissionFlag", "permission flags", lambda _role: {"permissionFlags": flags}
        )

    def set_objects(self, role_id: str, raw: Input, model: Model) -> Item:
        """Let a role have rights of their own on exactly these objects. Raises InvalidInput, RoleNotFound,
        MetadataValidationError, what ``role_rules.merged_objects`` raises, Exceeds, LocksOut, AccessBusy.
        """
        from ..validation.body import validate
        from .bodies import UpsertObjectPermissions

        wanted = [permission.named() for permission in validate(UpsertObjectPermissions, raw).object_permissions]
        return self._change_permissions(
            role_id,
            "objectPermission",
            "object permissions",
            lambda role: {"objectPermissions": merged_objects(role, model, wanted)},
        )

    def set_fields(self, role_id: str, raw: Input, model: Model) -> tuple[Item, Sequence[tuple[Object, Field]]]:
        """Restrict some fields for a role, or take restrictions back: the role, and the fields. Raises InvalidInput,
        RoleNotFound, MetadataValidationError, what ``role_rules.merged_fields`` raises, Exceeds, AccessBusy.
        """
        from ..validation.body import validate
        from .bodies import UpsertFieldPermissions

        wanted = [permission.named() for permission in validate(UpsertFieldPermissions, raw).field_permissions]
        concerned: list[tuple[Object, Field]] = []

        def change(role: Item) -> dict[str, Any]:
            permissions, concerned[:] = merged_fields(role, model, wanted)
            return {"fieldPermissions": permissions}

        return self._change_permissions(role_id, "fieldPermission", "field permissions", change), concerned

    def _change_permissions(
        self, role_id: str, name: MetadataName, plural: str, change: Callable[[Item], dict[str, Any]]
    ) -> Item:
        def decide(attempt: Attempt) -> Item:
            attempt.require(_FLAG)
            role = attempt.role(role_id)
            if not role.get("isEditable", True):
                raise permissions_report(name, plural, role_id, [OF_ANOTHER_APPLICATION, NOT_EDITABLE])
            return self._set(attempt, role, change(role), f"role.{name}sChanged")

        return self._changes.apply(decide)

    def _set(self, attempt: Attempt, old: Item, changes: dict[str, Any], action: str) -> Item:
        new = {**old, **changes}
        if new == old:
            return old
        attempt.forbid_excess(new, before=old)
        forbid_lockout(attempt, roles={keys.sort_of(old): new})
        attempt.write(
            set_attributes(keys.of(old), {**changes, **attempt.revision}), entry=_entry(action, new, old, new)
        )
        return new


def _entry(action: str, role: Item, before: Item | None, after: Item | None) -> Entry:
    return Entry.of_change(
        action,
        "role",
        keys.sort_of(role),
        role["label"],
        None if before is None else members_of(before, _AUDITED),
        None if after is None else members_of(after, _AUDITED),
    )


def _without_nulls(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
