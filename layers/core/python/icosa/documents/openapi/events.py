"""The feed of events in the document of the Metadata API (docs/wire/events.md#feed): it stands beside records, at an
address of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...webhooks.event_feed import PAGE_DEFAULT, PAGE_LIMIT
from .operation import operation
from .parameters import feed_parameter
from .schemas import Part, all_of, list_of, reference
from .tags import Tag

TAG: Final = Tag(
    name="events",
    label="Events",
    description="What happened to records, the data model, views and roles",
    group="Access",
)
_EVENT: Final = "EventForResponse"
_PAGE: Final = "EventsPage"
_DATE_TIME: Final[Part] = {"type": "string", "format": "date-time"}

_PARAMETERS: Final = (
    feed_parameter(
        "limit",
        f"Events on the page. More than {PAGE_LIMIT} are cut to {PAGE_LIMIT}",
        {"type": "integer", "minimum": 0, "default": PAGE_DEFAULT},
    ),
    feed_parameter(
        "starting_after",
        "Go on after this place: `pageInfo.endCursor` of the page before, or the id of an event",
        {"type": "string"},
    ),
    feed_parameter("since", "Without a cursor: only events that were recorded from this moment on", _DATE_TIME),
    feed_parameter(
        "operations",
        "Only these events, named as by the operations of a webhook: `person.created,metadata.*.*`",
        {"type": "string"},
    ),
)

SCHEMAS: Final[Mapping[str, Part]] = {
    _EVENT: {
        **all_of(
            id={"type": "string", "description": "The same in every delivery to webhooks: `evt_` and 32 digits"},
            name={"type": "string", "description": "`person.created`, `metadata.view.updated`"},
            at={**_DATE_TIME, "description": "When it happened"},
            sequence={"type": "integer", "description": "Grows with every change of the same record or entity"},
            body={
                "type": "object",
                "additionalProperties": True,
                "description": "What webhooks are sent, without `targetUrl` and `webhookId`",
            },
        ),
        "description": "An event",
    },
    _PAGE: {
        **all_of(
            data=all_of(events=list_of(reference(_EVENT))),
            pageInfo={
                **all_of(
                    hasNextPage={"type": "boolean", "description": "There are later events"},
                    startCursor={"type": ["string", "null"], "description": "The place of the first event on the page"},
                    endCursor={"type": "string", "description": "Where the next page begins, also after an empty page"},
                ),
                "description": "Where the page is in the feed",
            },
            since={**_DATE_TIME, "description": "From when on the feed is complete"},
        ),
        "description": "Events in the order in which they happened",
    },
}


def paths(server: Part) -> dict[str, Any]:
    """The path, which hangs on ``server``."""
    get = operation(
        tag=TAG.name,
        id="findManyEvents",
        summary="Find Many events",
        description="Events after a place, the oldest first. Reading them keeps the feed going for 30 days",
        parameters=_PARAMETERS,
        answer=reference(_PAGE),
        success="A page of events",
        refused=("400", "401", "403", "429", "503"),
    )
    return {"/events": {"servers": [server], "get": get}}
