"""The feed: the events of a workspace in an order that never changes, for those who fetch them.

**Positions** are 1, 2, 3 … without gaps. They are given out where they are used: one transaction puts the rows of some
events, a *page* with their ids, and the new end into the *head*, on the condition that the head is as it was read. So
of two processes that append at the same time one fails and does it again behind the other, an event never gets a
position before one that somebody has read, and an event that is there already is not put in once more.

**Reading** goes on after a position. A Query may see the rows of a transaction one by one, even those of a later one
first; whoever reads stops where the positions are not consecutive, or where the row of an event is not to be seen yet,
and the next reading goes on there. That pages have expired looks the same, but for the time of the page before, which
every page and the head have: a reader whose place has expired is told so, and not given what is left.

**Being kept.** Without a reader nobody pays for a feed: reading it turns it on, for 30 days after the last reading.
Turning it on again skips a position, so those who have read before learn that something may be missing between.

Costs: an event costs 2 write units for each KB of its row; together with up to 23 others 2 for the head and 2 for the
page, and one read unit. Reading costs a unit for the head, one for every 4 KB of pages (100 events or more), and one
for each event of up to 4 KB.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from typing import Any, Final, NamedTuple, Self

from ..errors import Unavailable
from . import keys
from .event_row import KEPT_SECONDS, EventRow, read_many
from .ops import NOT_EXISTS, Op, PutItem, UpdateItem
from .retry import Attempts
from .table import Item, Table, TransactionConflict, TransactionFailed
from .workspace_row import keep_feed

#: Events of one page: their ids fit into a KB.
PAGE_EVENTS: Final = 24
#: How long before the end of its time a feed that is read gets more.
_RENEWED_SECONDS: Final = 29 * 86_400
#: The look of the function ``events`` that finds the feed off may be so old, and its clock may differ by a second.
STARTS_WITHIN_SECONDS: Final = 6
_LIFE_SECONDS: Final = KEPT_SECONDS + 86_400
_ATTEMPTS: Final = Attempts(12, first_pause=0.005)

#: The head's own row and that of the page come before those of events in a transaction.
_OTHER_OPS: Final = 2


@dataclass(frozen=True, slots=True)
class Head:
    """Where a feed ends. Times in seconds since 1970; ``appended`` is that of the last events.

    It is kept until ``until``. It was turned on at ``since``, when it ended at ``start``: what was put in before is
    followed by a gap.
    """

    position: int = 0
    appended: int = 0
    until: int = 0
    since: int = 0
    start: int = 0

    @classmethod
    def parse(cls, item: Mapping[str, Any] | None) -> Self:
        return cls(**{name: int(item[name]) for name in cls.__slots__ if name in item}) if item else cls()

    @classmethod
    def read(cls, table: Table, ws: str) -> Self:
        return cls.parse(table.get(keys.feed_head(ws)))

    def become(self, ws: str, head: Head) -> UpdateItem:
        """Change the head, on the condition that it is still this one."""
        names = {f"#{name}": name for name in self.__slots__}
        values = {f":{name}": getattr(head, name) for name in self.__slots__}
        condition, seen = NOT_EXISTS, {}
        if self != Head():
            condition = "#position = :seen_position AND #until = :seen_until"
            seen = {":seen_position": self.position, ":seen_until": self.until}
        assignments = ", ".join(f"#{name} = :{name}" for name in self.__slots__)
        return UpdateItem(keys.feed_head(ws), f"SET {assignments}", condition, names, {**values, **seen})


# ------------------------------------------------------------------ appending


def append(table: Table, ws: str, rows: Sequence[EventRow], *, now: int) -> None:
    """Write events and put them into the feed, in their order; those that are there stay as and where they are.

    One round trip for each 24 events, and one for the head. Raises Unavailable when others are faster all the time;
    some may be in the feed then.
    """
    head = Head.read(table, ws)
    for part in batched(rows, PAGE_EVENTS, strict=False):
        head = _append(table, ws, part, head, now)


def _append(table: Table, ws: str, rows: Sequence[EventRow], head: Head, now: int) -> Head:
    for _ in _ATTEMPTS:
        if not rows:
            return head
        grown = replace(head, position=head.position + len(rows), appended=max(now, head.appended))
        try:
            table.transact(list(_appending(ws, rows, head, grown, now)))
        except TransactionFailed as failure:
            there = {index - _OTHER_OPS for index in failure.failed}
            rows = [row for index, row in enumerate(rows) if index not in there]
            head = Head.read(table, ws)
        except TransactionConflict:
            head = Head.read(table, ws)
        else:
            return grown
    raise Unavailable("The feed of events is written by others. It will be tried again.")


def _appending(ws: str, rows: Sequence[EventRow], head: Head, grown: Head, now: int) -> Iterator[Op]:
    yield head.become(ws, grown)
    yield PutItem(
        keys.item_at(
            (keys.feed(ws), keys.feed_sort(grown.position)),
            ids=",".join(row.event_id for row in rows),
            at=grown.appended,
            before=head.appended,
            ttl=now + _LIFE_SECONDS,
        )
    )
    for position, row in enumerate(rows, head.position + 1):
        yield replace(row, position=position).put(ws, now=now)


# ------------------------------------------------------------------ reading


class PlaceExpired(Exception):
    """Events after the reader's place are not kept any more, or were not put into the feed."""


class PlaceUnknown(Exception):
    """The feed has not come so far."""


def keep(table: Table, ws: str, *, now: int) -> Head:
    """The head of the feed, which is kept for another 30 days: turned on where it was off, its time prolonged once a
    day.

    One read unit, and 4 write units or more where something is changed. Raises Unavailable.
    """
    for _ in _ATTEMPTS:
        head = Head.read(table, ws)
        if head.until - now > _RENEWED_SECONDS:
            return head
        kept = replace(head, until=now + KEPT_SECONDS)
        if head.until <= now:
            place = head.position + (head != Head())
            kept = replace(kept, since=now + STARTS_WITHIN_SECONDS, start=place, position=place)
        try:
            table.transact([head.become(ws, kept), keep_feed(ws, kept.until)])
        except (TransactionFailed, TransactionConflict):
            continue
        return kept
    raise Unavailable("The feed of events is written by others. Please try again.")


class Place(NamedTuple):
    """An event of the feed and its position."""

    position: int
    event: EventRow


def oldest(table: Table, ws: str, head: Head, *, now: int) -> int:
    """The position after which the feed is complete and not expired: a read or two, more where much has expired."""
    oldest_kept = now - KEPT_SECONDS
    for page in table.query(keys.feed(ws), low=keys.feed_sort(head.start + 1), limit=1).items:
        if int(page["at"]) <= oldest_kept:
            return _search(table, ws, head, oldest_kept)
        return _first(page) - 1 if int(page["before"]) <= oldest_kept else head.start
    return head.position if head.appended <= oldest_kept else head.start


def since(table: Table, ws: str, head: Head, moment: int, *, now: int) -> int:
    """The position after which all events stand that were put in at a moment or later: some 20 reads."""
    return _search(table, ws, head, max(moment - 1, now - KEPT_SECONDS))


def _search(table: Table, ws: str, head: Head, moment: int) -> int:
    """The last position that is known to have been put in at a moment or before. Times grow with positions."""
    low, high = head.start, head.position
    while low < high:
        middle = (low + high) // 2
        page = next(iter(table.query(keys.feed(ws), low=keys.feed_sort(middle + 1), limit=1).items), None)
        if page is not None and int(page["at"]) <= moment:
            low = keys.feed_position(page)
        elif page is not None and int(page["before"]) <= moment:
            return _first(page) - 1
        else:
            high = middle if page is None else min(middle, _first(page) - 1)
    return low


def read(table: Table, ws: str, head: Head, after: int, *, limit: int, now: int) -> list[Place]:
    """Up to ``limit`` events after a position, in the order of the feed; none at its end.

    Raises PlaceExpired, PlaceUnknown.
    """
    if after > head.position:
        raise PlaceUnknown
    if after < head.start:
        raise PlaceExpired
    ids = _ids(table, ws, head, after, limit, now)
    places: list[Place] = []
    for position, event in enumerate(read_many(table, ws, ids), after + 1):
        if event is None:  # Its transaction is not to be seen as a whole yet.
            break
        places.append(Place(position, event))
    return places


def _ids(table: Table, ws: str, head: Head, after: int, limit: int, now: int) -> list[str]:
    """Ids of the events that follow a position, as far as the pages are to be seen. Raises PlaceExpired."""
    if after == head.position:
        return []
    ids: list[str] = []
    oldest_kept = now - KEPT_SECONDS
    pages = table.query(keys.feed(ws), low=keys.feed_sort(after + 1), limit=limit).items
    for page in pages:
        named = page["ids"].split(",")
        missing = _first(page) - (after + len(ids) + 1)
        if missing > 0:
            if not ids and int(page["before"]) <= oldest_kept:
                raise PlaceExpired
            break
        if int(page["at"]) <= oldest_kept:
            raise PlaceExpired
        ids += named[-missing:] if missing else named
        if len(ids) >= limit:
            break
    if not pages and head.appended <= oldest_kept:
        raise PlaceExpired
    return ids[:limit]


def _first(page: Item) -> int:
    """The position of a page's first event."""
    return keys.feed_position(page) - str(page["ids"]).count(",")
