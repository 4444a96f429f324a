"""Who listens in a test: what the function ``events`` does with records of the stream, without the function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from icosa.metadata.entity_changes import entity_changes
from icosa.store import feed, keys, stream
from icosa.store.event_row import EventRow
from icosa.store.meter import Meter
from icosa.store.ops import PutItem
from icosa.store.table import Table
from icosa.webhooks.delivery_queue import DeliveryQueue, Message
from icosa.webhooks.fan_out import FanOut
from icosa.webhooks.matching import Audiences, bump
from icosa.webhooks.moves import Patience
from local.streams.pattern import compile_filters
from tests.support.checkout import template_document
from tests.support.tenant import WORKSPACE

NOW = 1_800_000_000


class Clock:
    """Seconds that a test moves."""

    def __init__(self, seconds: float = NOW) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


class Sqs:
    """Remembers messages; refuses them while ``is_down``."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.requests = 0
        self.is_down = False

    def send_message_batch(self, *, QueueUrl: str, Entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        self.requests += 1
        if self.is_down:
            raise ConnectionError("no queue")
        self.messages += [Message.parse(entry["MessageBody"]) for entry in Entries]
        return {}


@dataclass
class Listeners:
    """One process of the function over a table. ``meter`` counts what the last ``tell`` cost."""

    table: Table
    workspace_id: str = WORKSPACE
    sqs: Sqs = field(default_factory=Sqs)
    clock: Clock = field(default_factory=Clock)
    meter: Meter = field(default_factory=Meter)

    def __post_init__(self) -> None:
        audiences = Audiences(clock=self.clock, now=self.clock)
        self.fan_out = FanOut(
            audiences,
            lambda: DeliveryQueue(self.sqs, "queue"),
            entity_changes,
            now=self.clock,
            patience=Patience(seconds=0),
        )

    def tell(self, records: Iterable[Mapping[str, Any]]) -> dict[str, Exception]:
        """Hand records of the stream to the fan-out, those that the mapping's filter lets through."""
        changes = [
            (r["dynamodb"]["SequenceNumber"], stream.record_change(r) or stream.metadata_change(r))
            for r in records
            if _passes()(r)
        ]
        self.meter = Meter(detailed=True)
        table = self.table.metered(self.meter)
        return self.fan_out.publish(table, [(place, change) for place, change in changes if change is not None])

    def turn_the_feed_on(self) -> None:
        feed.keep(self.table, self.workspace_id, now=int(self.clock()))

    def add_webhook(self, webhook_id: str, *operations: str, **attributes: Any) -> None:
        item = keys.item_at(
            keys.webhook(self.workspace_id, webhook_id),
            targetUrl="https://hook.example.com/",
            operations=list(operations),
            createdAt="2026-01-01T00:00:00.000Z",
            updatedAt="2026-01-01T00:00:00.000Z",
            **attributes,
        )
        self.table.transact([PutItem(item), bump(self.workspace_id)])

    def events(self) -> list[EventRow]:
        """All events that have been written."""
        return [EventRow.parse(item) for item in self.table.query_all(keys.event(self.workspace_id, "")[0])]

    def feed(self, after: int = 0, limit: int = 10_000) -> list[EventRow]:
        """The events of the feed after a position."""
        head = feed.Head.read(self.table, self.workspace_id)
        places = feed.read(self.table, self.workspace_id, head, after, limit=limit, now=int(self.clock()))
        return [place.event for place in places]


@cache
def _passes() -> Callable[[Any], bool]:
    """The filter of the function's event source."""
    source = template_document()["Resources"]["EventsFunction"]["Properties"]["Events"]["Changes"]["Properties"]
    return compile_filters([entry["Pattern"] for entry in source["FilterCriteria"]["Filters"]])
