"""The caller's workspace and its settings (docs/wire/access.md#workspace-settings). A user it has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ariadne import MutationType, ObjectType, QueryType

from ....access.context import Workspace
from ....access.plan_usage import plan_usage
from ....catalog.applications import application_id
from ....engine.records import count_live
from ....errors import Forbidden, PermissionDenied
from ....runtime.http import base_url
from ....store import keys
from ..access_changes import access_changes
from ..plan import FLAG
from .call import Info, MetadataCall
from .roles import role_nodes

_query = QueryType()
_mutation = MutationType()
_workspace = ObjectType("Workspace")
_plan = ObjectType("WorkspacePlan")
RESOLVERS = (_query, _mutation, _workspace, _plan)

#: Marks the object whose records are the workspace's members, without naming it.
_MEMBERS_FLAG = "WORKSPACE_MEMBERS"


class NoUser(Forbidden):
    """A question about the user, from an API key."""

    def __init__(self) -> None:
        super().__init__("Forbidden resource", friendly="An API key is no user. Ask for currentApiKey instead.")


@_query.field("currentUser")
def _user(_parent: None, info: Info) -> None:
    raise NoUser


@_query.field("currentWorkspace")
def _current(_parent: None, info: Info) -> Mapping[str, Any]:
    call = info.context
    return _members(call, call.context.workspace)


@_mutation.field("updateWorkspace")
def _update(_parent: None, info: Info, *, data: Mapping[str, Any]) -> Mapping[str, Any]:
    from ....access.workspace_settings import change_settings

    call = info.context
    context = call.context
    workspace_id = context.workspace.id
    change_settings(access_changes(context), context.permissions, data)
    item = context.table.get(keys.workspace(workspace_id))
    return _members(call, context.workspace if item is None else Workspace.parse(workspace_id, item))


def _members(call: MetadataCall, workspace: Workspace) -> Mapping[str, Any]:
    # Here, because other operations need no validation library.
    from ....access.workspace_settings import default_subdomain, kept_settings

    settings = kept_settings(workspace.preferences)
    return {
        **settings,
        "id": workspace.id,
        "displayName": workspace.name,
        "createdAt": workspace.created_at,
        "updatedAt": workspace.updated_at or workspace.created_at,
        "activationStatus": "ACTIVE",
        "metadataVersion": call.model.version,
        "subdomain": settings["subdomain"] or default_subdomain(workspace.id),
        # Neither subdomains nor own domains lead anywhere by themselves: addresses are the installation's to set up.
        "isCustomDomainEnabled": False,
        "workspaceUrls": {
            "customUrl": None,
            "subdomainUrl": base_url(call.request),
        },
        "featureFlags": [
            {
                "key": "IS_REST_METADATA_API_NEW_FORMAT_DIRECT",
                "value": settings["metadataEnvelope"] == "direct",
            },
        ],
        "workspaceCustomApplicationId": application_id(workspace.id, is_custom=True),
        "defaultRoleId": workspace.default_role_id,
        "plan": {"name": workspace.plan.name, "limits": workspace.plan.limits},
    }


@_workspace.field("defaultRole")
def _default_role(workspace: Mapping[str, Any], info: Info) -> Mapping[str, Any] | None:
    call = info.context
    role_id = workspace["defaultRoleId"]
    item = None if role_id is None else call.context.table.get(keys.role(workspace["id"], role_id))
    return None if item is None else role_nodes(call, [item])[0]


@_workspace.field("workspaceMembersCount")
def _members_count(_workspace: Mapping[str, Any], info: Info) -> int | None:
    call = info.context
    members = next((obj for obj in call.model.objects if _MEMBERS_FLAG in obj.right_flags.values()), None)
    return None if members is None else count_live(call.context, members)


@_plan.field("usage")
def _usage(_plan: Mapping[str, Any], info: Info) -> Mapping[str, int]:
    call = info.context
    if not call.context.permissions.holds(FLAG):
        raise PermissionDenied
    return plan_usage(call.context.table, call.model)
