"""``GET /rest/events``: the feed of events (docs/wire/events.md#feed)."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from ...access.context import RequestContext
from ...errors import BadRequest
from ...model.dates import epoch_ms, instant_of
from ...validation.moments import parse_moment
from ...webhooks.event_feed import FLAG, PAGE_DEFAULT, PAGE_LIMIT, EventFeed
from .call import Call, Route
from .errors import FrameworkError


def feed_of(context: RequestContext) -> EventFeed:
    """The feed for the caller of a request."""
    return EventFeed(context.table, context.model, context.permissions, now=epoch_ms(context.now) // 1000)


def seconds_of(text: str) -> int | None:
    """The moment that ``since`` names, in seconds since 1970; None for none. Raises BadRequest."""
    if not text:
        return None
    moment = parse_moment(text)
    if moment is None:
        raise BadRequest(f"'since' must be an ISO 8601 date, got: {text}", sub_code="INVALID_QUERY_INPUT")
    return int(moment.astimezone(UTC).timestamp())


def moment_of(seconds: int) -> str:
    return instant_of(seconds * 1000)


def _list(call: Call) -> Any:
    call.require(FLAG)
    params = call.params
    limit = params.limit(default=PAGE_DEFAULT, maximum=PAGE_LIMIT)
    if params.before:
        raise FrameworkError("'ending_before' is not supported: events are read from the oldest on.")
    operations = [name for name in params.text("operations").split(",") if name]
    page = feed_of(call.context).page(
        limit=limit, after=params.after or None, since=seconds_of(params.text("since")), operations=operations
    )
    return {
        "data": {"events": [event.members for event in page.events]},
        "pageInfo": {
            "hasNextPage": page.has_next_page,
            "startCursor": page.events[0].cursor if page.events else None,
            "endCursor": page.end,
        },
        "since": moment_of(page.since),
    }


EVENTS = Route(
    base=("rest", "events"), segments=(), methods={"GET": _list}, parameters=frozenset(("since", "operations"))
)
