"""From a stream to a function."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from local.streams.checkpoints import Checkpoints
from local.streams.follower import Follower
from local.streams.reader import StreamReader
from local.template.application import EventSource

from .support import FakeDynamo, FakeInvoker

SOURCE = EventSource(id="source", source_arn="arn:stream", function="f", batch_size=2, retries=0)


class Setting:
    """One follower of one stream; ``letters`` are the dead ones."""

    def __init__(
        self,
        state: sqlite3.Connection,
        source: EventSource = SOURCE,
        run: Callable[[dict[str, Any]], Any] = lambda event: None,
    ) -> None:
        self.dynamo = FakeDynamo()
        self.invoker = FakeInvoker(run)
        self.checkpoints = Checkpoints(state)
        self.letters: list[tuple[str, dict[str, Any]]] = []
        self.source = source

    async def _send(self, arn: str, body: str) -> None:
        self.letters.append((arn, json.loads(body)))

    def run(self, until: Callable[[], bool], during: Callable[[], None] = lambda: None) -> None:
        """Follow until a condition holds; ``during`` happens once the stream has been read to its end."""
        asyncio.run(self._run(until, during))

    async def _run(self, until: Callable[[], bool], during: Callable[[], None]) -> None:
        reader = StreamReader(self.dynamo, "table", lambda record: record | {"awsRegion": "eu-west-1"})
        end = await reader.open()
        follower = Follower(
            source=self.source,
            function_arn="arn:function",
            reader=reader,
            checkpoints=self.checkpoints,
            invoker=self.invoker,
            send_to=self._send,
        )
        task = asyncio.ensure_future(follower.run(end))
        for _ in range(50):
            await asyncio.sleep(0)
        during()
        async with asyncio.timeout(10):
            while not until() and not task.done():
                await reader.look()
                await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    @property
    def seen(self) -> list[list[str]]:
        """Keys of the records, by invocation."""
        return [[record["dynamodb"]["Keys"]["PK"]["S"] for record in event["Records"]] for event in self.invoker.events]


def test_batches_in_order(state: sqlite3.Connection) -> None:
    setting = Setting(state)
    for key in "abc":
        setting.dynamo.put(key)
    setting.run(lambda: len(setting.seen) == 2)
    assert setting.seen == [["a", "b"], ["c"]]
    assert setting.checkpoints.get("source") == 3
    record = setting.invoker.events[0]["Records"][0]
    assert record["awsRegion"] == "eu-west-1"


def test_new_records_and_a_restart(state: sqlite3.Connection) -> None:
    setting = Setting(state)
    setting.dynamo.put("a")
    setting.run(lambda: len(setting.seen) == 2, lambda: setting.dynamo.put("b"))
    setting.dynamo.put("c")
    setting.run(lambda: len(setting.seen) == 3)
    assert setting.seen == [["a"], ["b"], ["c"]]


def test_filters(state: sqlite3.Connection) -> None:
    setting = Setting(state, replace(SOURCE, filters=('{"eventName":["REMOVE"]}',)))
    for key in "abcd":
        setting.dynamo.put(key)
    setting.dynamo.delete("c")
    setting.run(lambda: setting.checkpoints.get("source") == 5)
    assert setting.seen == [["c"]]


def test_what_follows_the_last_record_for_it_is_done_with_it(state: sqlite3.Connection) -> None:
    setting = Setting(state, replace(SOURCE, window=0.01, batch_size=10, filters=('{"eventName":["REMOVE"]}',)))
    setting.dynamo.put("a")
    setting.dynamo.delete("a")
    setting.dynamo.put("b")
    setting.run(lambda: setting.checkpoints.get("source") == 3)
    assert setting.seen == [["a"]]


def test_latest_begins_with_what_comes(state: sqlite3.Connection) -> None:
    setting = Setting(state, replace(SOURCE, starting_position="LATEST"))
    setting.dynamo.put("a")
    setting.run(lambda: bool(setting.seen), lambda: setting.dynamo.put("b"))
    assert setting.seen == [["b"]]


def test_the_window_gathers(state: sqlite3.Connection) -> None:
    setting = Setting(state, replace(SOURCE, window=1000))
    setting.dynamo.put("a")
    setting.run(lambda: bool(setting.seen), lambda: setting.dynamo.put("b"))
    assert setting.seen == [["a", "b"]]
    alone = Setting(state, replace(SOURCE, id="alone", window=0.01))
    alone.dynamo.put("a")
    alone.run(lambda: bool(alone.seen))
    assert alone.seen == [["a"]]


def test_lanes_keep_the_order_of_each_item(state: sqlite3.Connection) -> None:
    setting = Setting(state, replace(SOURCE, batch_size=3, parallel=4))
    for _ in range(3):
        for key in "abcdefgh":
            setting.dynamo.put(key)
    setting.run(lambda: setting.checkpoints.get("source") == 24)
    by_key: dict[str, list[int]] = {}
    for event in setting.invoker.events:
        assert len(event["Records"]) <= 3
        for record in event["Records"]:
            by_key.setdefault(record["dynamodb"]["Keys"]["PK"]["S"], []).append(
                int(record["dynamodb"]["SequenceNumber"])
            )
    assert by_key == {key: [place, place + 8, place + 16] for place, key in enumerate("abcdefgh", 1)}


def test_dead_letters(state: sqlite3.Connection) -> None:
    setting = Setting(state, replace(SOURCE, on_failure="arn:queue"), run=lambda event: 1 / 0)
    for key in "ab":
        setting.dynamo.put(key)
    setting.run(lambda: setting.checkpoints.get("source") == 2)
    ((arn, letter),) = setting.letters
    assert arn == "arn:queue"
    assert letter["requestContext"] == {
        "requestId": "request",
        "functionArn": "arn:function",
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 1,
    }
    info = letter["DDBStreamBatchInfo"]
    assert (info["startSequenceNumber"], info["endSequenceNumber"], info["batchSize"]) == ("1", "2", 2)
    assert info["approximateArrivalOfFirstRecord"] == "1970-01-01T00:16:40.000Z"


def test_an_event_stays_below_the_limit(state: sqlite3.Connection) -> None:
    setting = Setting(state, replace(SOURCE, batch_size=10))
    for key in "abc":
        setting.dynamo.put(key, data={"S": "x" * 3_000_000})
    setting.run(lambda: setting.checkpoints.get("source") == 3)
    assert setting.seen == [["a", "b"], ["c"]]


def test_followers_share_what_they_read() -> None:
    async def read() -> list[str]:
        dynamo = FakeDynamo()
        for key in "abc":
            dynamo.put(key)
        reader = StreamReader(dynamo, "table", lambda record: record)
        await reader.open()
        pages = await asyncio.gather(reader.page(0), reader.page(0), reader.page(1))
        assert [len(page.records) for page in pages] == [3, 3, 2]
        return dynamo.calls

    assert asyncio.run(read()).count("GetRecords") == 2
