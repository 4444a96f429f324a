"""Events: what happened to a record or to metadata, as rows that webhooks and the feed (``store.feed``) tell of.

There is one row for each event, whatever the number of webhooks that want it, and it is written once: the id follows
from what happened, so the stream may repeat its records and arrive in any order. Rows expire after 30 days.

Costs: one write unit for each KB, bodies above 1 KB being compressed; twice as much where the row is put into the feed
in the same transaction. Reading costs one unit for each 4 KB.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from . import keys
from .ops import NOT_EXISTS, PutItem
from .table import Item, Table

KEPT_SECONDS: Final = 30 * 86_400
#: Rows live a little longer than the pages that name them: a page never names a row that is gone.
_LIFE_SECONDS: Final = KEPT_SECONDS + 2 * 86_400
_COMPRESSED_FROM: Final = 1_000
_ID_DIGITS: Final = 32

#: Attributes of the item that are set only where there is something to say.
_OPTIONAL: Final = ("object", "record", "position")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One event.

    ``at`` is its time as a stored DATE_TIME. ``object_key`` and ``record_id`` are those of a record, both None for
    metadata. ``sequence`` grows with every change of a record: a receiver that has seen a higher one knows a later
    state. ``body`` is the JSON text that all webhooks are sent, but for what differs between them
    (``webhooks.event_body``). ``fields`` are the keys of the fields that ``record`` in the body shows, in its
    order. ``position`` is the place in the feed, None for events that are not in it.
    """

    event_id: str
    name: str
    at: str
    object_key: str | None = None
    record_id: str | None = None
    sequence: int
    body: str
    fields: Sequence[str] = ()
    position: int | None = None

    @classmethod
    def parse(cls, item: Mapping[str, Any]) -> Self:
        """From an item at ``store.keys.event``."""
        body = item["body"]
        return cls(
            event_id=keys.sort_of(item),
            name=item["name"],
            at=item["at"],
            object_key=item.get("object"),
            record_id=item.get("record"),
            sequence=item["sequence"],
            body=body if isinstance(body, str) else zlib.decompress(body).decode(),
            fields=tuple(filter(None, item.get("fields", "").split(","))),
            position=item.get("position"),
        )

    def put(self, ws: str, *, now: int) -> PutItem:
        """Write the row, on the condition that it is not there; ``now`` in seconds since 1970."""
        optional = zip(_OPTIONAL, (self.object_key, self.record_id, self.position), strict=True)
        encoded = self.body.encode()
        item = keys.item_at(
            keys.event(ws, self.event_id),
            name=self.name,
            at=self.at,
            sequence=self.sequence,
            body=self.body if len(encoded) < _COMPRESSED_FROM else zlib.compress(encoded),
            ttl=now + _LIFE_SECONDS,
            **({"fields": ",".join(self.fields)} if self.fields else {}),
            **{name: value for name, value in optional if value is not None},
        )
        return PutItem(item, NOT_EXISTS)


def event_id_of(ws: str, *happened: object) -> str:
    """The id of an event: the same for the same happening.

    >>> event_id_of("w", "o1", "r1", "created", 7)
    'evt_69572f642d0af509fe98561bf2b5d538'
    """
    text = "\n".join(map(str, (ws, *happened)))
    return f"evt_{hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS]}"


def is_event_id(text: str) -> bool:
    """Whether a text has the form of an event's id."""
    digits = text.removeprefix("evt_")
    return len(digits) == _ID_DIGITS and len(text) > _ID_DIGITS and set(digits) <= set("0123456789abcdef")


def put_once(table: Table, ws: str, row: EventRow, *, now: int) -> bool:
    """Write the row unless it is there: one write unit for each KB. Whether it was new."""
    return table.put(row.put(ws, now=now))


def read(table: Table, ws: str, event_id: str) -> EventRow | None:
    """One event, or None: one read unit for each 4 KB."""
    item = table.get(keys.event(ws, event_id))
    return None if item is None else EventRow.parse(item)


def read_many(table: Table, ws: str, event_ids: Sequence[str]) -> list[EventRow | None]:
    """Events in the order of their ids, None where there is none, in one round trip."""
    items: Sequence[Item | None] = table.batch_get([keys.event(ws, event_id) for event_id in event_ids])
    return [None if item is None else EventRow.parse(item) for item in items]


def known_ids(table: Table, ws: str, event_ids: Sequence[str]) -> frozenset[str]:
    """Those of the ids whose events have been written: a read unit for each 4 KB of their rows."""
    items = table.batch_get([keys.event(ws, event_id) for event_id in event_ids], project="PK, SK")
    return frozenset(keys.sort_of(item) for item in items if item is not None)
