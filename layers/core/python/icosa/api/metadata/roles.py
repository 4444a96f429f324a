"""``/rest/metadata/roles`` and what stands below it (docs/wire/access.md#changing-roles)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...access.access_errors import RoleNotFound
from ...access.role_view import all_flags, field_permissions, full_members, object_permissions, role_flags
from ...store import keys
from ...store.table import Item
from .access_changes import role_changes, set_rules
from .call import Call, CollectionRoutes, Handler, Route

_FLAG = "ROLES"


def _guarded(run: Callable[[Call], Any]) -> Handler:
    def handler(call: Call) -> Any:
        call.require(_FLAG)
        return run(call)

    return handler


def _list(call: Call) -> Any:
    roles = call.context.table.query_all(keys.roles(call.context.workspace.id))
    page = call.page(roles, keys.sort_of)
    return page.envelope(_members(call, page.items))


def _get(call: Call) -> Any:
    role = call.context.table.get(keys.role(call.context.workspace.id, call.entity_id))
    if role is None:
        raise RoleNotFound
    return _members(call, [role])[0]


def _create(call: Call) -> Any:
    return _members(call, [role_changes(call.context).create(call.input)])[0]


def _update(call: Call) -> Any:
    return _members(call, [role_changes(call.context).update(call.entity_id, call.input, call.context.model)])[0]


def _delete(call: Call) -> Any:
    role_changes(call.context).delete(call.entity_id)
    return {"id": call.entity_id}


def _set_flags(call: Call) -> Any:
    return role_flags(role_changes(call.context).set_flags(call.entity_id, call.input))


def _set_objects(call: Call) -> Any:
    wanted = call.input
    role = role_changes(call.context).set_objects(call.entity_id, wanted, call.context.model)
    named = [str(permission["objectMetadataId"]).lower() for permission in wanted["objectPermissions"]]
    return object_permissions(role, dict.fromkeys(named))


def _set_fields(call: Call) -> Any:
    role, fields = role_changes(call.context).set_fields(call.entity_id, call.input, call.context.model)
    return field_permissions(role, [field.id for _, field in fields])


def _set_rules(call: Call) -> Any:
    role_id, object_id = call.ids
    return set_rules(call.context, role_id, object_id, call.input)


def _flags(call: Call) -> Any:
    return all_flags(call.context.workspace.created_at)


def _members(call: Call, roles: list[Item]) -> list[dict[str, Any]]:
    """Two round trips with that of the roles; the keys cost one read unit for each 4 KB."""
    api_keys = call.context.table.query_all(keys.api_keys(call.context.workspace.id)) if roles else []
    return [full_members(role, api_keys) for role in roles]


ROLES = CollectionRoutes(
    list=_guarded(_list),
    get=_guarded(_get),
    create=_guarded(_create),
    update=_guarded(_update),
    delete=_guarded(_delete),
)
ROLE_ROUTES = (
    Route(segments=("roles", "{id}", "permissionFlags"), methods={"PUT": _guarded(_set_flags)}),
    Route(segments=("roles", "{id}", "objectPermissions"), methods={"PUT": _guarded(_set_objects)}),
    Route(segments=("roles", "{id}", "fieldPermissions"), methods={"PATCH": _guarded(_set_fields)}),
    Route(segments=("roles", "{id}", "objects", "{id}", "rowLevelPermissions"), methods={"PUT": _guarded(_set_rules)}),
    Route(segments=("permissionFlags",), methods={"GET": _guarded(_flags)}),
)
