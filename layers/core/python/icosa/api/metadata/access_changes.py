"""The changes of API keys and roles that the caller of a request may ask for."""

from __future__ import annotations

from ...access.access_changes import AccessChanges, Caller
from ...access.api_key_changes import ApiKeyChanges
from ...access.context import RequestContext
from ...access.role_changes import RoleChanges


def role_changes(context: RequestContext) -> RoleChanges:
    return RoleChanges(access_changes(context))


def key_changes(context: RequestContext) -> ApiKeyChanges:
    return ApiKeyChanges(access_changes(context))


def access_changes(context: RequestContext) -> AccessChanges:
    return AccessChanges(context.table, context.workspace.id, Caller.of(context.principal), now=context.now)
