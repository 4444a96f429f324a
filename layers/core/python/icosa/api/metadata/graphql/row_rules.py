"""Row-level permissions: setting them (docs/wire/access.md#setting-row-level-predicates). Roles show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ariadne import MutationType

from ..access_changes import set_rules
from .call import Info, requires

_mutation = MutationType()
RESOLVERS = (_mutation,)


@_mutation.field("upsertRowLevelPermissionPredicates")
@requires("ROLES")
def _set(_parent: None, info: Info, *, input: Mapping[str, Any]) -> Mapping[str, Any]:
    return set_rules(info.context.context, input["roleId"], input["objectMetadataId"], input)
