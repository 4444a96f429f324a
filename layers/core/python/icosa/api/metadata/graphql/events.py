"""The feed of events (docs/wire/events.md#feed)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ariadne import QueryType

from ....errors import BadRequest
from ....webhooks.event_feed import FLAG, PAGE_DEFAULT, PAGE_LIMIT
from ..events import feed_of, moment_of, seconds_of
from .call import Info, requires

_query = QueryType()
RESOLVERS = (_query,)


@_query.field("events")
@requires(FLAG)
def _events(
    _parent: None,
    info: Info,
    *,
    first: int = PAGE_DEFAULT,
    after: str | None = None,
    since: str | None = None,
    operations: Sequence[str] = (),
) -> Any:
    if first < 0:
        raise BadRequest("'first' must be a non-negative integer", sub_code="INVALID_ARGS_FIRST")
    page = feed_of(info.context.context).page(
        limit=min(first, PAGE_LIMIT), after=after or None, since=seconds_of(since or ""), operations=operations
    )
    edges = [{"node": event.members, "cursor": event.cursor} for event in page.events]
    return {
        "edges": edges,
        "pageInfo": {
            "hasNextPage": page.has_next_page,
            "hasPreviousPage": bool(after),
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": page.end,
        },
        "since": moment_of(page.since),
    }
