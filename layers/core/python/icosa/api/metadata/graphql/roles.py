"""Roles and their permissions: reading and changing them (docs/wire/access.md#roles)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from ariadne import MutationType, QueryType

from ....access.role_view import (
    all_flags,
    field_permissions,
    object_permissions,
    role_flags,
    role_members,
    row_predicate_groups,
    row_predicates,
)
from ....access.role_view import keys_of_role as holders_of
from ....store import keys
from ....store.table import Item
from ..access_changes import role_changes
from .call import Info, MetadataCall, requires

_FLAG = "ROLES"
_query = QueryType()
_mutation = MutationType()
RESOLVERS = (_query, _mutation)

Arguments = Mapping[str, Any]
Members = dict[str, Any]


# ------------------------------------------------------------------ reading


@_query.field("getRoles")
@requires(_FLAG)
def _many(_parent: None, info: Info) -> list[Members]:
    return role_nodes(info.context, _all_roles(info.context))


@_query.field("getRole")
@requires(_FLAG)
def _one(_parent: None, info: Info, *, id: str) -> Members:
    from ....access.access_errors import RoleNotFound

    context = info.context.context
    role = context.table.get(keys.role(context.workspace.id, id))
    if role is None:
        raise RoleNotFound
    return role_nodes(info.context, [role])[0]


@_query.field("getApiKeyRoles")
@requires("API_KEYS_AND_WEBHOOKS")
def _of_keys(_parent: None, info: Info) -> list[Members]:
    roles = [role for role in _all_roles(info.context) if role.get("canBeAssignedToApiKeys", True)]
    return role_nodes(info.context, roles)


@_query.field("getPermissionFlags")
@requires(_FLAG)
def _flags(_parent: None, info: Info) -> list[Members]:
    return all_flags(info.context.context.workspace.created_at)


def role_nodes(call: MetadataCall, roles: Sequence[Item]) -> list[Members]:
    """Roles with their members. The workspace's keys are read only if a request selects those of a role, and then
    once for all roles.
    """
    context = call.context

    @cache
    def api_keys() -> Sequence[Item]:
        return context.table.query_all(keys.api_keys(context.workspace.id))

    def node(role: Item) -> Members:
        # Members that can be called are called when they are selected.
        return {
            **role_members(role),
            "workspaceMembers": [],
            "agents": [],
            "apiKeys": lambda _info: holders_of(role, api_keys()),
            "permissionFlags": lambda _info: role_flags(role),
            "objectPermissions": lambda _info: object_permissions(role),
            "fieldPermissions": lambda _info: field_permissions(role),
            "rowLevelPermissionPredicates": lambda _info: row_predicates(role),
            "rowLevelPermissionPredicateGroups": lambda _info: row_predicate_groups(role),
        }

    return [node(role) for role in roles]


def _all_roles(call: MetadataCall) -> list[Item]:
    context = call.context
    roles: Iterable[Item] = context.table.query_all(keys.roles(context.workspace.id))
    return sorted(roles, key=lambda role: (str(role["label"]), keys.sort_of(role)))


# ------------------------------------------------------------------ changing


@_mutation.field("createOneRole")
@requires(_FLAG)
def _create(_parent: None, info: Info, *, createRoleInput: Arguments) -> Members:
    return role_nodes(info.context, [role_changes(info.context.context).create(createRoleInput)])[0]


@_mutation.field("updateOneRole")
@requires(_FLAG)
def _update(_parent: None, info: Info, *, updateRoleInput: Arguments) -> Members:
    call = info.context
    role = role_changes(call.context).update(updateRoleInput["id"], updateRoleInput["update"], call.model)
    return role_nodes(call, [role])[0]


@_mutation.field("deleteOneRole")
@requires(_FLAG)
def _delete(_parent: None, info: Info, *, roleId: str) -> str:
    role_changes(info.context.context).delete(roleId)
    return roleId


@_mutation.field("upsertPermissionFlags")
@requires(_FLAG)
def _set_flags(_parent: None, info: Info, *, upsertPermissionFlagsInput: Arguments) -> list[Members]:
    wanted = upsertPermissionFlagsInput
    return role_flags(role_changes(info.context.context).set_flags(wanted["roleId"], wanted))


@_mutation.field("upsertObjectPermissions")
@requires(_FLAG)
def _set_objects(_parent: None, info: Info, *, upsertObjectPermissionsInput: Arguments) -> list[Members]:
    call, wanted = info.context, upsertObjectPermissionsInput
    role = role_changes(call.context).set_objects(wanted["roleId"], wanted, call.model)
    named = dict.fromkeys(permission["objectMetadataId"] for permission in wanted["objectPermissions"])
    return object_permissions(role, named)


@_mutation.field("upsertFieldPermissions")
@requires(_FLAG)
def _set_fields(_parent: None, info: Info, *, upsertFieldPermissionsInput: Arguments) -> list[Members]:
    call, wanted = info.context, upsertFieldPermissionsInput
    role, fields = role_changes(call.context).set_fields(wanted["roleId"], wanted, call.model)
    return field_permissions(role, [field.id for _, field in fields])
