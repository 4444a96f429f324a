"""The feed of events as a caller sees it (docs/wire/events.md#feed).

Webhooks tell of everything in a workspace, whoever has made them. The feed keeps to the rights of the role that reads
it, as if it read the records: events of objects that it cannot read, and of records that its rules of rows hide, are
left out, and so are the values of fields that it cannot read, and updates that have changed nothing else.

Events name the fields that they show by keys, which never change: so a field that has been renamed since is hidden all
the same, and one that is gone is shown only to those to whom no field of the object is hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from ..access.permissions import Permissions
from ..errors import BadRequest, IcosaError, TooMuchAsked
from ..model.model import Model, Object
from ..model.record import Record
from ..store import event_row, feed
from ..store.event_row import EventRow
from ..store.feed import Head, Place, PlaceExpired, PlaceUnknown
from ..store.table import Table
from .errors import EventsExpired
from .matching import OPERATION_LENGTH, OPERATIONS, MatchTable
from .metadata_events import is_shown

FLAG: Final = "API_KEYS_AND_WEBHOOKS"
PAGE_DEFAULT: Final = 60
PAGE_LIMIT: Final = 200
#: Bytes of bodies in one answer: Lambda returns 6 MB.
_MOST_BYTES: Final = 4_000_000
#: Events that one request looks at, where the caller may see few of them or wants few.
_LOOK_EVENTS: Final = 600
_DIGITS: Final = 16
#: The number of a webhook in a table of one.
_CALLER: Final = ""


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """An event as answers show it. ``cursor`` names its place."""

    members: dict[str, Any]
    cursor: str


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Events after a place, the oldest first. ``end`` names the place up to which nothing was left out that the caller
    may see; the feed is complete from ``since`` on (seconds since 1970).
    """

    events: Sequence[FeedEvent]
    end: str
    has_next_page: bool
    since: int


class EventFeed:
    """The feed of a workspace for one caller. ``now`` in seconds since 1970."""

    def __init__(self, table: Table, model: Model, permissions: Permissions, *, now: int) -> None:
        self._table = table
        self._model = model
        self._ws = model.workspace_id
        self._permissions = permissions
        self._now = now

    def page(
        self, *, limit: int, after: str | None = None, since: int | None = None, operations: Iterable[str] = ()
    ) -> FeedPage:
        """Events after a cursor, else those put in since a moment, else all. ``operations`` as those of webhooks.

        Reading keeps the feed going (``store.feed.keep``). Raises BadRequest, EventsExpired, Unavailable.
        """
        operations = tuple(operations)
        _check(operations)
        head = feed.keep(self._table, self._ws, now=self._now)
        place = self._start(head, after, since)
        wanted = MatchTable({_CALLER: operations})
        events: list[FeedEvent] = []
        looked = size = 0
        while len(events) < limit and looked < _LOOK_EVENTS:
            places = self._read(head, place, max(limit - len(events), 20))
            for at in places:
                if wanted and not wanted.wanting(at.event.name):
                    place = at.position
                    continue
                shown = self._shown(at)
                size += 0 if shown is None else len(at.event.body)
                if len(events) == limit or (size > _MOST_BYTES and events):
                    return FeedPage(events, str(place), True, head.since)
                place = at.position
                if shown is not None:
                    events.append(shown)
            looked += len(places)
            if not places:
                break
        return FeedPage(events, str(place), place < head.position, head.since)

    def _read(self, head: Head, place: int, limit: int) -> list[Place]:
        try:
            return feed.read(self._table, self._ws, head, place, limit=limit, now=self._now)
        except PlaceExpired:
            raise EventsExpired from None
        except PlaceUnknown:
            raise _invalid_cursor(str(place)) from None

    def _start(self, head: Head, after: str | None, since: int | None) -> int:
        """The position after which the page begins."""
        if after and event_row.is_event_id(after):
            event = event_row.read(self._table, self._ws, after)
            if event is None or event.position is None:
                raise EventsExpired
            return event.position
        if after:
            if not (after.isascii() and after.isdigit() and len(after) <= _DIGITS):
                raise _invalid_cursor(after)
            return int(after)
        if since is not None:
            return feed.since(self._table, self._ws, head, since, now=self._now)
        return feed.oldest(self._table, self._ws, head, now=self._now)

    # ------------------------------------------------------------------ what the caller may see

    def _shown(self, place: Place) -> FeedEvent | None:
        event = place.event
        body = self._visible_body(event)
        if body is None:
            return None
        members = {"id": event.event_id, "name": event.name, "at": event.at, "sequence": event.sequence, "body": body}
        return FeedEvent(members, str(place.position))

    def _visible_body(self, event: EventRow) -> dict[str, Any] | None:
        """The body without what is kept from the caller; None where that is all of it."""
        of_metadata = is_shown(event.name, self._permissions)
        if of_metadata is not None:
            return orjson.loads(event.body) if of_metadata else None
        obj = None if event.object_key is None else self._model.by_key.get(event.object_key)
        if obj is None or not self._permissions.can(obj, "read"):
            return None
        body: dict[str, Any] = orjson.loads(event.body)
        if self._permissions.rows.limits(obj) and not self._shows(obj, event, body):
            return None
        hidden = self._permissions.unreadable_fields(obj)
        return _without(obj, event, body, hidden) if hidden else body

    def _shows(self, obj: Object, event: EventRow, body: dict[str, Any]) -> bool:
        """Whether the rules of rows show the record as the event has it. What cannot be told is hidden."""
        values: dict[str, Any] = {}
        try:
            for key, value in zip(event.fields, body["record"].values(), strict=True):
                if value is not None and (field := obj.by_key.get(key)) is not None:
                    values[key] = field.type.parse(field, value)
        except (IcosaError, ValueError):
            return False
        return self._permissions.rows.shows(obj, Record.of(values, id=event.record_id or ""))


def _without(obj: Object, event: EventRow, body: dict[str, Any], hidden: frozenset[str]) -> dict[str, Any] | None:
    """The body without hidden fields (by ids); None for an update of nothing else."""
    names = dict(zip(body["record"], event.fields, strict=False))
    seen = {
        name
        for name in body["record"]
        if name not in names or ((field := obj.by_key.get(names[name])) is not None and field.id not in hidden)
    }
    body["record"] = {name: value for name, value in body["record"].items() if name in seen}
    if "updatedFields" in body:
        body["updatedFields"] = [name for name in body["updatedFields"] if name in seen]
        if not body["updatedFields"]:
            return None
    return body


def _check(operations: Sequence[str]) -> None:
    """Raises TooMuchAsked beyond the limits that operations of webhooks have."""
    if len(operations) > OPERATIONS:
        raise TooMuchAsked(f"'operations' must have at most {OPERATIONS} items, got {len(operations)}")
    if (longest := max(map(len, operations), default=0)) > OPERATION_LENGTH:
        raise TooMuchAsked(f"An item of 'operations' must have at most {OPERATION_LENGTH} characters, got {longest}")


def _invalid_cursor(text: str) -> BadRequest:
    return BadRequest(f"Invalid cursor: {text}", sub_code="INVALID_CURSOR")
