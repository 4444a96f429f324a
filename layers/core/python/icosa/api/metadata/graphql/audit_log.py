"""The audit log (docs/wire/access.md#audit-log)."""

from __future__ import annotations

from typing import Any

from ariadne import QueryType

from ....access.audit import PAGE_DEFAULT, PAGE_LIMIT, read_page
from ....errors import BadRequest
from ..audit_log import FLAG, entry_cursor
from .call import Info, requires

_query = QueryType()
RESOLVERS = (_query,)


@_query.field("auditLog")
@requires(FLAG)
def _entries(_parent: None, info: Info, *, first: int = PAGE_DEFAULT, after: str | None = None) -> Any:
    if first < 0:
        raise BadRequest("'first' must be a non-negative integer", sub_code="INVALID_ARGS_FIRST")
    context = info.context.context
    page = read_page(context.table, context.workspace.id, limit=min(first, PAGE_LIMIT), after=entry_cursor(after))
    edges = [{"node": entry, "cursor": entry["id"]} for entry in page.entries]
    return {
        "edges": edges,
        "pageInfo": {
            "hasNextPage": page.has_next_page,
            "hasPreviousPage": bool(after),
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }
