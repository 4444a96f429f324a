"""An event source mapping at work: reads a stream, filters, gathers batches, delivers them, remembers how
far it came.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from local.functions.invoker import Invoker, Outcome
from local.report import report
from local.streams.checkpoints import Checkpoints
from local.streams.delivery import Batch, GivenUp, Record, deliver, sequence_number
from local.streams.pattern import compile_filters
from local.streams.reader import StreamReader
from local.template.application import EventSource

#: Bytes of an event at most, less room for what surrounds the records.
_EVENT_LIMIT = 6 * 1024 * 1024 - 1024

#: Sends a message to the queue with an ARN.
SendTo = Callable[[str, str], Awaitable[None]]


class Follower:
    """Carries one stream to one function."""

    def __init__(
        self,
        *,
        source: EventSource,
        function_arn: str,
        reader: StreamReader,
        checkpoints: Checkpoints,
        invoker: Invoker,
        send_to: SendTo,
    ) -> None:
        self._source = source
        self._function_arn = function_arn
        self._reader = reader
        self._checkpoints = checkpoints
        self._invoker = invoker
        self._send_to = send_to
        self._matches = compile_filters(source.filters)

    async def run(self, end: int) -> None:
        """Follow the stream until cancelled. ``end`` is its newest place at the start of the stack, where LATEST
        begins.
        """
        done = self._checkpoints.get(self._source.id)
        if done is None:
            done = end if self._source.starting_position == "LATEST" else 0
            self._checkpoints.set(self._source.id, done)
        read, pending, since = done, list[dict[str, Any]](), 0.0
        while True:
            page = await self._reader.page(read)
            read = page.last
            if not pending:
                since = time.monotonic()
            pending += [record for record in page.records if self._matches(record)]
            window_over = time.monotonic() - since >= self._source.window
            while len(pending) >= self._capacity or (pending and window_over):
                taken, pending = pending[: self._capacity], pending[self._capacity :]
                await self._deliver(taken)
                # What came after the last of them is for others, or waits.
                self._checkpoints.set(self._source.id, int(sequence_number(taken[-1])) if pending else read)
                since = time.monotonic()
            if not pending and page.records:
                self._checkpoints.set(self._source.id, read)
            if not page.records:
                left = self._source.window - (time.monotonic() - since) if pending else None
                await _wait(self._reader.wait(read), left)

    @property
    def _capacity(self) -> int:
        return self._source.batch_size * self._source.parallel

    async def _deliver(self, records: Batch) -> None:
        """Deliver records: those of one item in order, those of different items in as many lanes as the
        mapping says.
        """
        lanes: list[list[Record]] = [[] for _ in range(self._source.parallel)]
        for record in records:
            key = orjson.dumps(record["dynamodb"]["Keys"], option=orjson.OPT_SORT_KEYS)
            lanes[zlib.crc32(key) % len(lanes)].append(record)
        await asyncio.gather(*(self._deliver_lane(lane) for lane in lanes))

    async def _deliver_lane(self, records: list[Record]) -> None:
        while records:
            size = self._fitting(records)
            batch, records = records[:size], records[size:]
            await deliver(batch, source=self._source, invoke=self._invoke, give_up=self._give_up, sleep=asyncio.sleep)

    def _fitting(self, records: list[Record]) -> int:
        """How many of the records one invocation takes: the batch size, less when their event would be too large; at
        least one.
        """
        size, count = 0, 0
        for record in records[: self._source.batch_size]:
            size += len(orjson.dumps(record)) + 1
            if count and size > _EVENT_LIMIT:
                break
            count += 1
        return count

    async def _invoke(self, batch: Batch) -> Outcome:
        outcome = await self._invoker.invoke(self._source.function, orjson.dumps({"Records": batch}))
        if outcome.error:
            report(f"{self._source.id}: {self._source.function}: {outcome}")
        return outcome

    async def _give_up(self, given_up: GivenUp) -> None:
        report(f"{self._source.id}: {len(given_up.batch)} records given up: {given_up.condition}")
        if self._source.on_failure:
            await self._send_to(self._source.on_failure, orjson.dumps(self._letter(given_up)).decode())

    def _letter(self, given_up: GivenUp) -> dict[str, Any]:
        """What a failure destination gets: where the records are, not the records (Lambda developer guide,
        as above).
        """
        first, last = given_up.batch[0], given_up.batch[-1]
        outcome = given_up.outcome
        return {
            "requestContext": {
                "requestId": outcome.request_id if outcome else "",
                "functionArn": self._function_arn,
                "condition": given_up.condition,
                "approximateInvokeCount": given_up.invocations,
            },
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": outcome.error if outcome else None,
            },
            "version": "1.0",
            "timestamp": _stamp(time.time()),
            "DDBStreamBatchInfo": {
                "shardId": "shardId-00000001",
                "startSequenceNumber": sequence_number(first),
                "endSequenceNumber": sequence_number(last),
                "approximateArrivalOfFirstRecord": _stamp(first["dynamodb"]["ApproximateCreationDateTime"]),
                "approximateArrivalOfLastRecord": _stamp(last["dynamodb"]["ApproximateCreationDateTime"]),
                "batchSize": len(given_up.batch),
                "streamArn": self._source.source_arn,
            },
        }


async def _wait(event: Awaitable[None], seconds: float | None) -> None:
    """Wait for an event, or no longer than so many seconds."""
    try:
        await asyncio.wait_for(event, seconds)
    except TimeoutError:
        return


def _stamp(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds * 1000) % 1000:03}Z"
