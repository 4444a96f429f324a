"""The log of a webhook's deliveries: read, and sent once more.

A replay is a further delivery of the same event, under the same event id and with a signature of its own. What it
replaces is not tried again, and does not count as failed any more: who replays all that has failed twice sends it once.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import batched
from typing import Any, Final

from ..access import audit
from ..access.audit import Actor
from ..access.permissions import Permissions
from ..errors import Unavailable
from ..model.dates import instant_of
from ..model.model import Model
from ..store import delivery_row, event_row, keys
from ..store.delivery_row import Delivery, DeliveryPage, State
from ..store.event_row import EventRow
from ..store.table import Table
from . import audit_entries
from .delivery_queue import DeliveryQueue, Message, NotQueued, first_attempts, turn
from .entity import Webhook
from .errors import DeliveryNotFound, DeliveryNotTried, EventExpired
from .event_body import body_for
from .metadata_events import is_shown

PAGE_DEFAULT: Final = 60
PAGE_LIMIT: Final = 200
#: Failed deliveries that one request replays, and for how long it goes on: the gateway waits 29 seconds.
REPLAY_LIMIT: Final = 10_000
REPLAY_SECONDS: Final = 18.0
#: Deliveries that are replayed together: between two such groups the work may end.
_GROUP: Final = 100


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many deliveries were made. ``has_more``: others have failed and were not reached."""

    count: int
    has_more: bool


@cache
def delivery_queue() -> DeliveryQueue:
    """The deployment's queue, opened with the first message."""
    return DeliveryQueue.from_environment()


class Deliveries:
    """The deliveries of one workspace, for ``actor``. ``now`` is the time of the request as a stored DATE_TIME."""

    def __init__(self, table: Table, workspace_id: str, *, now: str, actor: Actor) -> None:
        self._table = table
        self._workspace_id = workspace_id
        self._now = now
        self._actor = actor

    # ------------------------------------------------------------------ reading

    def page(self, webhook_id: str, *, state: State | None, limit: int, after: str | None) -> DeliveryPage:
        """The newest first. One read unit for some 6 rows."""
        if limit == 0:
            return DeliveryPage([], None)
        return delivery_row.page(self._table, self._workspace_id, webhook_id, state=state, limit=limit, after=after)

    def get(self, webhook_id: str, delivery_id: str) -> Delivery:
        """One. Raises DeliveryNotFound."""
        delivery = delivery_row.read(self._table, self._workspace_id, webhook_id, delivery_id)
        if delivery is None:
            raise DeliveryNotFound
        return delivery

    def find(self, delivery_id: str, webhook_ids: Sequence[str]) -> Delivery:
        """One of any of these webhooks. Half a read unit for each, in one round trip. Raises DeliveryNotFound."""
        places = [keys.delivery(self._workspace_id, webhook_id, delivery_id) for webhook_id in webhook_ids]
        for item in self._table.batch_get(places):
            if item is not None:
                return Delivery.parse(item)
        raise DeliveryNotFound

    def bodies(
        self, webhook: Webhook, deliveries: Sequence[Delivery], permissions: Permissions, model: Model
    ) -> list[str | None]:
        """What each sends. None where the event has expired, and where the caller may not read all of its record. One
        read unit for each 4 KB, in one round trip.
        """
        events = event_row.read_many(self._table, self._workspace_id, [each.event_id for each in deliveries])
        return [
            None
            if event is None or not _may_read(event, permissions, model)
            else body_for(event, webhook_id=webhook.id, target_url=webhook.target_url).decode()
            for event in events
        ]

    # ------------------------------------------------------------------ sending

    def replay(self, webhook: Webhook, delivery: Delivery) -> Delivery:
        """Send a delivery's event once more. Raises DeliveryNotTried, EventExpired, Unavailable."""
        if delivery.state == "waiting":
            raise DeliveryNotTried
        if event_row.read(self._table, self._workspace_id, delivery.event_id) is None:
            raise EventExpired
        [made] = self._again([delivery])
        self._note("webhook.deliveryReplayed", webhook, eventId=delivery.event_id, deliveryId=delivery.delivery_id)
        return made

    def replay_failed(self, webhook: Webhook, since_ms: int) -> Replayed:
        """Send once more what has failed of what was made at a time or later, the oldest first.

        Four write units and one and a half read units for each. Raises Unavailable.
        """
        began = time.monotonic()
        failed = delivery_row.failures(
            self._table, self._workspace_id, webhook.id, since_ms=since_ms, limit=REPLAY_LIMIT + 1
        )
        count = 0
        try:
            for group in batched(failed[:REPLAY_LIMIT], _GROUP, strict=False):
                if time.monotonic() - began > REPLAY_SECONDS:
                    break
                self._again(group)
                count += len(group)
        finally:
            self._note("webhook.failedReplayed", webhook, since=instant_of(since_ms), count=count)
        return Replayed(count, has_more=count < len(failed))

    def resume(self, webhook_id: str) -> None:
        """Let a webhook that has been switched on send what it holds. Raises Unavailable."""
        self._queue([turn(self._workspace_id, webhook_id, _now_ms())])

    def _again(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        now_ms = _now_ms()
        made = [Delivery.of_replay(each.webhook_id, each.event_id, each.event_name, now_ms) for each in deliveries]
        delivery_row.create(self._table, self._workspace_id, made)
        self._queue(list(first_attempts(self._workspace_id, ((each.webhook_id, each.delivery_id) for each in made))))
        delivery_row.supersede(self._table, self._workspace_id, deliveries)
        return made

    def _queue(self, messages: Sequence[Message]) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            delivery_queue().send(messages)
        except (NotQueued, BotoCoreError, ClientError) as error:
            raise _QueueUnavailable from error

    def _note(self, action: str, webhook: Webhook, **members: Any) -> None:
        entry = audit_entries.done(action, webhook, **members)
        self._table.transact([audit.entry_item(self._workspace_id, entry, self._actor, now=self._now)])
        audit.log(self._workspace_id, entry, self._actor)


class _QueueUnavailable(Unavailable):
    """SQS throttles or does not answer."""

    def __init__(self) -> None:
        super().__init__("Deliveries cannot be queued right now. Please try again.")


def _may_read(event: EventRow, permissions: Permissions, model: Model) -> bool:
    """Whether a role reads everything that a body may show: every record of the object, with all its fields; of
    metadata what the feed shows.
    """
    of_metadata = is_shown(event.name, permissions)
    if of_metadata is not None:
        return of_metadata
    if event.object_key is None:
        return True
    obj = model.by_key.get(event.object_key)
    if obj is None:
        return permissions.can_read_everything(model)
    return permissions.sees_every_record(obj) and not permissions.unreadable_fields(obj)


def _now_ms() -> int:
    return int(time.time() * 1000)
