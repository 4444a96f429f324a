"""``/rest/metadata/auditLog`` (docs/wire/access.md#audit-log)."""

from __future__ import annotations

from typing import Any

from ...access.audit import PAGE_DEFAULT, PAGE_LIMIT, read_page
from ...errors import BadRequest
from ...identifiers import parse_uuid
from .call import Call, Route
from .errors import FrameworkError

FLAG = "SECURITY"


def _list(call: Call) -> Any:
    call.require(FLAG)
    context, params = call.context, call.params
    limit = params.limit(default=PAGE_DEFAULT, maximum=PAGE_LIMIT)
    if params.before:
        raise FrameworkError("'ending_before' is not supported: the log is read from its newest entry on.")
    page = read_page(context.table, context.workspace.id, limit=limit, after=entry_cursor(params.after))
    return {
        "data": page.entries,
        "pageInfo": {
            "hasNextPage": page.has_next_page,
            "startCursor": page.entries[0]["id"] if page.entries else None,
            "endCursor": page.entries[-1]["id"] if page.entries else None,
        },
    }


def entry_cursor(text: str | None) -> str | None:
    """The id of an entry that a client names, None for none. Raises BadRequest."""
    if not text:
        return None
    cursor = parse_uuid(text)
    if cursor is None:
        raise BadRequest(f"Invalid cursor: {text}", sub_code="INVALID_CURSOR")
    return cursor


AUDIT_LOG = Route(segments=("auditLog",), methods={"GET": _list})
