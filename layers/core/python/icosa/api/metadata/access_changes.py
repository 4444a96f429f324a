"""The changes of API keys and roles that the caller of a request may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...access.access_changes import AccessChanges, Caller
from ...access.api_key_changes import ApiKeyChanges
from ...access.context import RequestContext
from ...access.role_changes import RoleChanges
from ...access.role_view import row_predicate_groups, row_predicates
from ...access.row_rule_changes import set_row_rules


def role_changes(context: RequestContext) -> RoleChanges:
    return RoleChanges(access_changes(context))


def set_rules(
    context: RequestContext, role_id: str, object_id: str, raw: Mapping[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """Set the rules of rows of a role for an object; what the role says of it then."""
    role = set_row_rules(access_changes(context), role_id, object_id, raw, context.model)
    return {
        "predicates": row_predicates(role, object_id),
        "predicateGroups": row_predicate_groups(role, object_id),
    }


def key_changes(context: RequestContext) -> ApiKeyChanges:
    return ApiKeyChanges(access_changes(context))


def access_changes(context: RequestContext) -> AccessChanges:
    caller, plan = Caller.of(context.principal), context.workspace.plan
    return AccessChanges(context.table, context.workspace.id, caller, now=context.now, plan=plan)
