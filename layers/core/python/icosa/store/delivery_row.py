"""Deliveries of events to webhooks: a row for each event and webhook, which is also the log that users see.

Rows expire after 30 days. A delivery is ``waiting`` until its first attempt, then ``delivered``, or ``failed`` while
further attempts follow, or ``dead`` when none do. ``skipped`` ones are never tried. Every change has a condition, so
the row stays true when two functions work on the same delivery: what has arrived stays delivered, and each attempt is
noted once.

Costs: making one a write unit, noting an attempt one for each KB of the row (2 as a rule), and the first failure one
more for the list of what failed.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final, Literal, Self

from . import keys
from .keys import Key
from .ops import NOT_EXISTS, DeleteItem, PutItem, UpdateItem, set_attributes
from .table import Item, Table

State = Literal["waiting", "delivered", "failed", "dead", "skipped"]

STATES: Final[tuple[State, ...]] = ("waiting", "delivered", "failed", "dead", "skipped")
#: States after which attempts follow.
OPEN: Final[frozenset[State]] = frozenset(("waiting", "failed"))
#: States of what has failed and not arrived since.
FAILED: Final[frozenset[State]] = frozenset(("failed", "dead"))
KEPT_SECONDS: Final = 30 * 24 * 3600
#: Characters of an answer that are kept.
ANSWER_LENGTH: Final = 1024
#: Rows that are read for a page at most, where few are in the state that is asked for.
_LOOK_ROWS: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event on its way to a webhook. Times are in milliseconds since the epoch.

    ``next_attempt_at`` is None where none follows, and where nothing but the webhook itself is waited for.
    ``request_headers`` are what the last attempt sent, without signatures and without values that are secret.
    """

    delivery_id: str
    webhook_id: str
    event_id: str
    event_name: str
    state: State
    created_at: int
    attempts: int = 0
    next_attempt_at: int | None = None
    last_attempt_at: int | None = None
    last_status: int | None = None
    last_error: str | None = None
    duration_ms: int | None = None
    answer: str | None = None
    request_headers: Mapping[str, str] = field(default_factory=dict)
    is_replay: bool = False

    @classmethod
    def of_event(cls, webhook_id: str, event_id: str, event_name: str, at_ms: int) -> Self:
        """The delivery of an event that happened at ``at_ms``: the same one however often it is made, and another one
        for each webhook, since an id alone names a delivery in GraphQL.
        """
        return cls(
            delivery_id=_time_ordered(at_ms, hashlib.sha256(f"{webhook_id}/{event_id}".encode()).digest()),
            webhook_id=webhook_id,
            event_id=event_id,
            event_name=event_name,
            state="waiting",
            created_at=at_ms,
        )

    @classmethod
    def of_replay(cls, webhook_id: str, event_id: str, event_name: str, now_ms: int) -> Self:
        """A further delivery of an event."""
        return cls(
            delivery_id=_time_ordered(now_ms, uuid.uuid4().bytes),
            webhook_id=webhook_id,
            event_id=event_id,
            event_name=event_name,
            state="waiting",
            created_at=now_ms,
            is_replay=True,
        )

    @classmethod
    def parse(cls, item: Item) -> Self:
        """From a row."""
        optional: dict[str, Any] = {
            name: item[attribute] if attribute in _TEXTS else int(item[attribute])
            for name, attribute in _OPTIONAL.items()
            if item.get(attribute) is not None
        }
        return cls(
            delivery_id=keys.sort_of(item),
            webhook_id=keys.owner_of_delivery(item),
            event_id=item["eventId"],
            event_name=item["eventName"],
            state=item["state"],
            created_at=int(item["createdAt"]),
            attempts=int(item["attempts"]),
            **optional,
            request_headers=item.get("requestHeaders") or {},
            is_replay=bool(item.get("isReplay")),
        )

    @property
    def is_open(self) -> bool:
        """Whether attempts may follow."""
        return self.state in OPEN

    def item(self, workspace_id: str) -> Item:
        """The row."""
        optional = {attribute: getattr(self, name) for name, attribute in _OPTIONAL.items()}
        return keys.item_at(
            keys.delivery(workspace_id, self.webhook_id, self.delivery_id),
            eventId=self.event_id,
            eventName=self.event_name,
            state=self.state,
            createdAt=self.created_at,
            attempts=self.attempts,
            ttl=self.created_at // 1000 + KEPT_SECONDS,
            **{attribute: value for attribute, value in optional.items() if value is not None},
            **({"requestHeaders": dict(self.request_headers)} if self.request_headers else {}),
            **({"isReplay": True} if self.is_replay else {}),
        )


#: Members that may be absent, and their attributes.
_OPTIONAL: Final = {
    "next_attempt_at": "nextAttemptAt",
    "last_attempt_at": "lastAttemptAt",
    "last_status": "lastStatus",
    "last_error": "lastError",
    "duration_ms": "durationMs",
    "answer": "answer",
}
_TEXTS: Final = frozenset(("lastError", "answer"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an attempt came to, as it is noted. ``attempt`` is its number; of a delivery that is given up without one,
    that of the last.
    """

    state: State
    at: int
    attempt: int
    status: int | None = None
    error: str | None = None
    duration_ms: int | None = None
    answer: str | None = None
    request_headers: Mapping[str, str] = field(default_factory=dict)
    next_attempt_at: int | None = None


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Deliveries, the newest first; ``last`` is the id to go on after, None at the end."""

    deliveries: list[Delivery]
    last: str | None


def _time_ordered(ms: int, entropy: bytes) -> str:
    """A UUID of version 7 (RFC 9562), whose text sorts by time.

    >>> _time_ordered(1_700_000_000_000, bytes(16))
    '018bcfe5-6800-7000-8000-000000000000'
    """
    bits = (ms << 80) | int.from_bytes(entropy[:10])
    bits = bits & ~(0xF << 76) | 0x7 << 76
    return str(uuid.UUID(int=bits & ~(0x3 << 62) | 0x2 << 62))


# ------------------------------------------------------------------ making


def create(table: Table, workspace_id: str, deliveries: Sequence[Delivery]) -> None:
    """Make deliveries, side by side; those that are there stay as they are. One write unit each."""
    table.parallel([_creation(delivery.item(workspace_id)) for delivery in deliveries])


def _creation(item: Item) -> Any:
    return lambda branch: branch.put(PutItem(item, condition=NOT_EXISTS))


# ------------------------------------------------------------------ noting what came of it


def note(table: Table, workspace_id: str, delivery: Delivery, outcome: Outcome) -> bool:
    """Note the outcome of an attempt on a delivery as it was read; False when another process has noted an attempt
    since, or the delivery has arrived.

    Where it has failed it also stands among the webhook's failed deliveries, until it arrives.
    """
    key = keys.delivery(workspace_id, delivery.webhook_id, delivery.delivery_id)
    named = keys.failed_delivery(workspace_id, delivery.webhook_id, delivery.delivery_id)
    values = _values(outcome, is_attempt=outcome.attempt > delivery.attempts)
    if outcome.state == "delivered":
        # What has arrived has arrived, whatever other attempts have come to.
        noted = table.update(_change(key, values, _NOT_ARRIVED + " AND #attempts <= :attempts"))
        if not noted:
            del values["attempts"]
            noted = table.update(_change(key, values, _NOT_ARRIVED + " AND attribute_exists(PK)"))
        if noted and outcome.attempt > 1:
            table.delete(DeleteItem(named))
        return noted
    if not delivery.attempts and outcome.state in FAILED:
        # First: a name without a failure is passed over by readers, a failure without its name would be missed.
        table.put(PutItem(keys.item_at(named, ttl=delivery.created_at // 1000 + KEPT_SECONDS)))
    return table.update(_change(key, values, _OPEN, {":before": delivery.attempts, **_OPEN_STATES}))


_NOT_ARRIVED: Final = "#state <> :state"
_OPEN: Final = "#attempts = :before AND #state IN (:waiting, :failed)"
_OPEN_STATES: Final = {":waiting": "waiting", ":failed": "failed"}


def _values(outcome: Outcome, *, is_attempt: bool) -> dict[str, Any]:
    values = {
        "state": outcome.state,
        "attempts": outcome.attempt,
        "lastError": outcome.error,
        "nextAttemptAt": outcome.next_attempt_at,
    }
    if not is_attempt:
        return values
    return values | {
        "lastAttemptAt": outcome.at,
        "lastStatus": outcome.status,
        "durationMs": outcome.duration_ms,
        "answer": outcome.answer[:ANSWER_LENGTH] if outcome.answer else None,
        "requestHeaders": dict(outcome.request_headers) or None,
    }


def _change(
    key: Key, values: Mapping[str, Any], condition: str, operands: Mapping[str, Any] | None = None
) -> UpdateItem:
    change = set_attributes(key, values, condition=condition)
    return replace(change, values={**(change.values or {}), **(operands or {})})


def supersede(table: Table, workspace_id: str, deliveries: Sequence[Delivery]) -> None:
    """Note, side by side, that others take the place of deliveries that have failed: they are not tried again, and do
    not stand among the failed ones. One or two write units each; nothing for those that have arrived.
    """
    table.parallel([_supersession(workspace_id, each) for each in deliveries if each.state in FAILED])


def _supersession(workspace_id: str, delivery: Delivery) -> Any:
    place = (workspace_id, delivery.webhook_id, delivery.delivery_id)

    def run(branch: Table) -> None:
        if delivery.state == "failed":
            values: dict[str, Any] = {"state": "dead", "nextAttemptAt": None}
            branch.update(_change(keys.delivery(*place), values, "#state = :failed", {":failed": "failed"}))
        branch.delete(DeleteItem(keys.failed_delivery(*place)))

    return run


# ------------------------------------------------------------------ reading


def read(table: Table, workspace_id: str, webhook_id: str, delivery_id: str) -> Delivery | None:
    """One delivery, or None. One read unit."""
    item = table.get(keys.delivery(workspace_id, webhook_id, delivery_id))
    return None if item is None else Delivery.parse(item)


def read_many(table: Table, workspace_id: str, webhook_id: str, delivery_ids: Sequence[str]) -> list[Delivery | None]:
    """Deliveries in the order of their ids, None where there is none. One read unit each."""
    items = table.batch_get([keys.delivery(workspace_id, webhook_id, delivery_id) for delivery_id in delivery_ids])
    return [None if item is None else Delivery.parse(item) for item in items]


def page(
    table: Table,
    workspace_id: str,
    webhook_id: str,
    *,
    state: State | None = None,
    limit: int,
    after: str | None = None,
) -> DeliveryPage:
    """Deliveries of a webhook, the newest first, after the one named ``after``. One read unit for some 6 rows read.

    Of a state that few are in the page may be short, and ``last`` says where to go on.
    """
    rows: list[Item] = []
    looked = 0
    condition: dict[str, Any] = (
        {} if state is None else {"filter": "#s = :s", "names": {"#s": "state"}, "values": {":s": state}}
    )
    for part in table.query_pages(
        keys.deliveries(workspace_id, webhook_id), forward=False, limit=limit, after=after, **condition
    ):
        rows += part.items
        looked += part.scanned
        if len(rows) >= limit:
            shown = rows[:limit]
            more = len(rows) > limit or part.last is not None
            return DeliveryPage(list(map(Delivery.parse, shown)), keys.sort_of(shown[-1]) if more else None)
        if looked >= _LOOK_ROWS:
            return DeliveryPage(list(map(Delivery.parse, rows)), part.last)
    return DeliveryPage(list(map(Delivery.parse, rows)), None)


def failures(
    table: Table, workspace_id: str, webhook_id: str, *, since_ms: int = 0, limit: int | None = None
) -> list[Delivery]:
    """Deliveries that have failed and not arrived since, made at ``since_ms`` or later, the oldest first.

    One read unit for 60 names, and one for each delivery.
    """
    return list(islice(_failures(table, workspace_id, webhook_id, since_ms), limit))


def _failures(table: Table, workspace_id: str, webhook_id: str, since_ms: int) -> Iterator[Delivery]:
    low = _time_ordered(since_ms, bytes(16))
    for part in table.query_pages(keys.failed_deliveries(workspace_id, webhook_id), low=low, limit=100):
        rows = table.batch_get([keys.delivery(workspace_id, webhook_id, keys.sort_of(item)) for item in part.items])
        for row in rows:
            if row is not None and row["state"] in FAILED:
                yield Delivery.parse(row)
