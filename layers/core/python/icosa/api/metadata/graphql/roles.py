"""Roles: reading them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ariadne import QueryType

from ....store import keys
from .call import Info, requires

_query = QueryType()
RESOLVERS = (_query,)


@_query.field("getRoles")
@requires("ROLES")
def _roles(_parent: None, info: Info) -> list[Mapping[str, Any]]:
    call = info.context
    partition, _ = keys.role(call.context.workspace.id, "")
    return sorted(
        (role_members(item) for item in call.context.table.query_all(partition)), key=lambda role: str(role["label"])
    )


def role_members(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """A role as its item says; its attributes have the names of the members."""
    return {**item, "id": keys.sort_of(item)}
