from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from local.queues.consumer import QueueConsumer
from local.queues.store import Message, QueueNotFound, Queues
from local.template.application import EventSource, Queue

from .support import FakeInvoker

DEAD = Queue(name="dead", arn="arn:aws:sqs:r:a:dead", url="http://x/a/dead")
WORK = Queue(
    name="work",
    arn="arn:aws:sqs:r:a:work",
    url="http://x/a/work",
    visibility_timeout=30,
    retention=1000,
    dead_letter_arn=DEAD.arn,
    max_receive_count=2,
)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queues(state: sqlite3.Connection, clock: Clock) -> Queues:
    return Queues([WORK, DEAD], state, clock)


def bodies(messages: list[Message]) -> list[str]:
    return [message.body for message in messages]


def test_a_new_stack_takes_back_what_the_one_before_had_received(
    state: sqlite3.Connection, queues: Queues, clock: Clock
) -> None:
    for body in ("a", "b"):
        queues.send(WORK, body)
    queues.receive(WORK, 1)
    clock.now += 30
    assert sorted(message.received for message in queues.receive(WORK, 2)) == [1, 2]
    queues.send(WORK, "later", delay=10)
    new = Queues([WORK, DEAD], state, clock)
    new.take_back()
    # Both as received once before: whoever had them may have died in the middle, and they have never failed.
    assert sorted((message.body, message.received) for message in new.receive(WORK, 10)) == [("a", 2), ("b", 2)]


def test_messages_are_invisible_while_they_are_worked_on(queues: Queues, clock: Clock) -> None:
    queues.send(WORK, "a")
    (message,) = queues.receive(WORK, 10)
    assert (message.body, message.received, message.sent) == ("a", 1, 100.0)
    assert queues.receive(WORK, 10) == []
    clock.now += 30
    (again,) = queues.receive(WORK, 10, visibility=5)
    assert (again.id, again.received, again.first_received) == (message.id, 2, 100.0)
    queues.delete(WORK, message.receipt)  # An old receipt.
    queues.delete(WORK, again.receipt)
    clock.now += 30
    assert queues.receive(WORK, 10) == []
    assert queues.counts(DEAD) == (0, 0, 0)


def test_dead_letters(queues: Queues, clock: Clock) -> None:
    queues.send(WORK, "a")
    for _ in range(2):
        assert bodies(queues.receive(WORK, 1)) == ["a"]
        clock.now += 30
    assert queues.receive(WORK, 1) == []
    (message,) = queues.receive(DEAD, 1)
    assert (message.body, message.received) == ("a", 1)


def test_delay_visibility_retention(queues: Queues, clock: Clock) -> None:
    queues.send(WORK, "late", delay=10)
    queues.send(WORK, "now")
    assert queues.counts(WORK) == (1, 0, 1)
    (message,) = queues.receive(WORK, 10)
    queues.change_visibility(WORK, message.receipt, 0)
    assert bodies(queues.receive(WORK, 10)) == ["now"]
    clock.now += 10
    assert bodies(queues.receive(WORK, 10)) == ["late"]
    clock.now += 1000
    assert queues.receive(WORK, 10) == []
    queues.send(WORK, "gone")
    queues.purge(WORK)
    assert queues.counts(WORK) == (0, 0, 0)


def test_order_and_limit(queues: Queues, clock: Clock) -> None:
    for body in "abc":
        queues.send(WORK, body)
        clock.now += 1
    assert bodies(queues.receive(WORK, 2)) == ["a", "b"]


def test_names(queues: Queues) -> None:
    for name in (WORK.arn, WORK.url, "work"):
        assert queues.find(name) == WORK
    with pytest.raises(QueueNotFound):
        queues.find("other")


def consume(
    state: sqlite3.Connection, source: EventSource, run: Callable[[dict[str, Any]], Any], *sent: str
) -> tuple[Queues, FakeInvoker]:
    """Consume the messages until none is visible."""
    queues, invoker = Queues([WORK, DEAD], state), FakeInvoker(run)

    async def work() -> None:
        for body in sent:
            queues.send(WORK, body, attributes={"n": {"DataType": "String", "StringValue": "v"}})
        task = asyncio.ensure_future(QueueConsumer(source=source, queues=queues, invoker=invoker, region="r").run())
        async with asyncio.timeout(10):
            while queues.counts(WORK)[0]:
                await asyncio.sleep(0.001)
        for _ in range(10):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(work())
    return queues, invoker


SOURCE = EventSource(id="s", source_arn=WORK.arn, function="f", batch_size=2)


def seen(invoker: FakeInvoker) -> list[list[str]]:
    return [[record["body"] for record in event["Records"]] for event in invoker.events]


def test_consumed(state: sqlite3.Connection) -> None:
    queues, invoker = consume(state, SOURCE, lambda event: None, "a", "b", "c")
    assert seen(invoker) == [["a", "b"], ["c"]]
    assert queues.counts(WORK) == (0, 0, 0)
    record = invoker.events[0]["Records"][0]
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == WORK.arn
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["md5OfBody"] == "0cc175b9c0f1b6a831c399e269772661"
    expected = {"stringValue": "v", "dataType": "String", "stringListValues": [], "binaryListValues": []}
    assert record["messageAttributes"] == {"n": expected}


def test_failures_stay_in_the_queue(state: sqlite3.Connection) -> None:
    queues, _ = consume(state, SOURCE, lambda event: 1 / 0, "a")
    assert queues.counts(WORK) == (0, 1, 0)


def test_partial_failures(state: sqlite3.Connection) -> None:
    def fail_b(event: dict[str, Any]) -> dict[str, Any]:
        failed = [record["messageId"] for record in event["Records"] if record["body"] == "b"]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

    source = EventSource(id="s", source_arn=WORK.arn, function="f", batch_size=10, partial_failures=True)
    queues, invoker = consume(state, source, fail_b, "a", "b", "c")
    assert queues.counts(WORK) == (0, 1, 0)
    _, invoker = consume(state, source, lambda event: {"batchItemFailures": [{"itemIdentifier": "unknown"}]}, "d")
    assert queues.counts(WORK) == (0, 2, 0)
    assert seen(invoker) == [["d"]]


def test_filtered_messages_are_deleted(state: sqlite3.Connection) -> None:
    source = EventSource(id="s", source_arn=WORK.arn, function="f", batch_size=10, filters=('{"body":{"kind":["x"]}}',))
    queues, invoker = consume(state, source, lambda event: None, '{"kind":"x"}', '{"kind":"y"}', "text")
    assert seen(invoker) == [['{"kind":"x"}']]
    assert queues.counts(WORK) == (0, 0, 0)
