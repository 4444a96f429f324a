"""A world for deliveries: a clock that is set by hand, a queue with delays, receivers, and processes that may die.

Everything runs in the test's own thread of time: it goes on to the next moment at which a message becomes visible, and
nothing waits.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from icosa.model.dates import instant_of
from icosa.runtime.batch import QueueRecord
from icosa.store import delivery_row, event_row, keys
from icosa.store.delivery_row import Delivery
from icosa.store.event_row import EventRow
from icosa.store.meter import Meter
from icosa.store.ops import PutItem
from icosa.store.table import Table
from icosa.store.webhook_health import WebhookHealth
from icosa.webhooks.delivering.batch import Deliverer
from icosa.webhooks.delivering.opened import Opener
from icosa.webhooks.delivery_queue import DeliveryQueue, first_attempts
from icosa.webhooks.sending.attempt import Attempt, Request, Sender

START_MS = 1_800_000_000_000
SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
#: Of the queue: how long a message is invisible that somebody has received.
VISIBILITY_MS = 360 * SECOND


class Crash(BaseException):
    """The process has died."""


@dataclass
class Clock:
    ms: int = START_MS

    def now_ms(self) -> int:
        return self.ms

    def seconds(self) -> float:
        return self.ms / 1000


@dataclass
class Waiting:
    message_id: str
    body: str
    visible_at: int
    times: int = 0


class Sqs:
    """What ``DeliveryQueue`` needs of boto3's client."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.messages: list[Waiting] = []
        self.sent = 0

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        assert 1 <= len(Entries) <= 10
        for entry in Entries:
            assert 0 <= entry["DelaySeconds"] <= 900
            assert entry["MessageGroupId"]
            self.sent += 1
            self.messages.append(
                Waiting(str(self.sent), entry["MessageBody"], self._clock.ms + entry["DelaySeconds"] * 1000)
            )
        return {"Successful": []}

    def receive(self, most: int) -> list[Waiting]:
        visible = [message for message in self.messages if message.visible_at <= self._clock.ms][:most]
        for message in visible:
            message.times += 1
            message.visible_at = self._clock.ms + VISIBILITY_MS
        return visible

    def delete(self, message: Waiting) -> None:
        self.messages.remove(message)

    def next_at(self) -> int | None:
        return min((message.visible_at for message in self.messages), default=None)


#: What a receiver answers to a request at a moment: a status, or more of an attempt.
Answer = Callable[[Request, int], int | Attempt]


@dataclass
class Receivers:
    """What was received, by the target's URL and the event's id. Requests take no time unless ``takes_ms`` says so."""

    clock: Clock
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: dict[str, list[Request]] = field(default_factory=lambda: defaultdict(list))
    arrived: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    takes_ms: dict[str, int] = field(default_factory=dict)
    times: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def send_once(self, request: Request) -> Attempt:
        url = request.target_url
        self.requests[url].append(request)
        self.times[url].append(self.clock.ms)
        self.clock.ms += self.takes_ms.get(url, 0)
        answer = self.answers.get(url, _takes_it)(request, self.clock.ms)
        attempt = answer if isinstance(answer, Attempt) else Attempt(status=answer, error=_error(answer))
        if attempt.success:
            self.arrived[url][request.event_id] += 1
        return attempt


def _takes_it(_request: Request, _now: int) -> int:
    return 200


def _error(status: int) -> str | None:
    return None if 200 <= status < 300 else f"HTTP {status}"


class FakeSender(Sender):
    """A sender whose requests go to ``Receivers``."""

    def __init__(self, receivers: Receivers) -> None:
        super().__init__()
        object.__setattr__(self, "receivers", receivers)

    def send_once(self, request: Request) -> Attempt:
        attempt: Attempt = self.receivers.send_once(request)  # type: ignore[attr-defined]
        return attempt


class Bomb:
    """Lets the process die at one of its calls to the world: before the call has an effect, or after."""

    def __init__(self, at: int | None = None, *, after: bool = False) -> None:
        self.at = at
        self.after = after
        self.calls = 0
        self.exploded = False

    def run[T](self, call: Callable[[], T]) -> T:
        self.calls += 1
        if self.calls != self.at:
            return call()
        self.exploded = True
        if self.after:
            call()
        raise Crash


class BombedTable(Table):
    """A table whose calls may be the last."""

    bomb: Bomb

    def metered(self, meter: Meter) -> Table:
        table = super().metered(meter)
        assert isinstance(table, BombedTable)
        table.bomb = self.bomb
        return table

    def _call[T](self, name: str, send: Callable[[], T]) -> T:
        return self.bomb.run(lambda: super(BombedTable, self)._call(name, send))


def one_after_the_other(tasks: Sequence[Callable[[], None]]) -> None:
    for task in tasks:
        task()


class World:
    """Webhooks of one workspace, with everything around them."""

    def __init__(self, table: Table, bomb: Bomb | None = None) -> None:
        self.table = table
        self.workspace_id = str(uuid.uuid4())
        self.clock = Clock()
        self.sqs = Sqs(self.clock)
        self.receivers = Receivers(self.clock)
        self.observed: list[Any] = []
        self.bomb = bomb or Bomb()
        self.opener = Opener(clock=self.clock.seconds)
        self.deliverer = self.new_deliverer(one_after_the_other)
        self.queue = DeliveryQueue(self.sqs, "queue", now_ms=self.clock.now_ms)
        table.put(PutItem(keys.item_at(keys.workspace(self.workspace_id), name="World")))

    def new_deliverer(self, side_by_side: Callable[[Sequence[Callable[[], None]]], None]) -> Deliverer:
        """A process of the function ``deliver``."""
        bombed = BombedTable(self.table.name, self.table._client)
        bombed.bomb = self.bomb
        bombed_sqs, bombed_receivers = Sqs(self.clock), Receivers(self.clock)
        bombed_sqs.send_message_batch = lambda **request: self.bomb.run(  # type: ignore[method-assign]
            lambda: self.sqs.send_message_batch(**request)
        )
        bombed_receivers.send_once = lambda request: self.bomb.run(  # type: ignore[method-assign]
            lambda: self.receivers.send_once(request)
        )
        return Deliverer(
            bombed,
            DeliveryQueue(bombed_sqs, "queue", now_ms=self.clock.now_ms),
            sender=FakeSender(bombed_receivers),
            opener=self.opener,
            now_ms=self.clock.now_ms,
            clock=self.clock.seconds,
            side_by_side=side_by_side,
        )

    # ------------------------------------------------------------------ what is there

    def webhook(self, url: str, **attributes: Any) -> str:
        """A new webhook's id."""
        webhook_id = str(uuid.uuid4())
        self.table.put(
            PutItem(
                keys.item_at(
                    keys.webhook(self.workspace_id, webhook_id),
                    targetUrl=url,
                    operations=["*.*"],
                    createdAt=instant_of(START_MS),
                    updatedAt=instant_of(START_MS),
                    **attributes,
                )
            )
        )
        return webhook_id

    def event(self, *webhooks: str) -> str:
        """An event happens now, and is on its way to webhooks; its id."""
        event_id = f"evt_{uuid.uuid4().hex}"
        row = EventRow(
            event_id=event_id,
            name="person.created",
            at=instant_of(self.clock.ms),
            sequence=1,
            body='{"eventName":"person.created","eventDate":"-","record":{}}',
        )
        event_row.put_once(self.table, self.workspace_id, row, now=self.clock.ms // 1000)
        deliveries = [Delivery.of_event(webhook, event_id, "person.created", self.clock.ms) for webhook in webhooks]
        delivery_row.create(self.table, self.workspace_id, deliveries)
        self.queue.send(
            list(
                first_attempts(
                    self.workspace_id, [(delivery.webhook_id, delivery.delivery_id) for delivery in deliveries]
                )
            )
        )
        return event_id

    # ------------------------------------------------------------------ what happens

    def run(self, until: int | None = None, *, batch: int = 10) -> None:
        """Deliver until nothing is left to do, or until a moment; whenever nothing is due time goes on."""
        while True:
            received = self.sqs.receive(batch)
            if received:
                self.invoke(received)
                continue
            at = self.sqs.next_at()
            if at is None or (until is not None and at > until):
                break
            self.clock.ms = max(self.clock.ms, at)
        if until is not None:
            self.clock.ms = max(self.clock.ms, until)

    def invoke(self, received: list[Waiting]) -> None:
        try:
            result = self.deliverer.deliver([QueueRecord(each.message_id, each.body, each.times) for each in received])
        except Crash:
            self.bomb.at = None  # The next process lives.
            return
        self.observed += result.observed
        for each in received:
            if each.message_id not in result.failed:
                self.sqs.delete(each)

    # ------------------------------------------------------------------ what came of it

    def deliveries(self, webhook: str) -> list[Delivery]:
        """Everything that was made for a webhook, the oldest first."""
        page = delivery_row.page(self.table, self.workspace_id, webhook, limit=5_000)
        return page.deliveries[::-1]

    def health(self, webhook: str) -> WebhookHealth:
        return WebhookHealth.parse(self.table.get(keys.webhook(self.workspace_id, webhook)) or {})
