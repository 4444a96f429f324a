"""An SQS event source mapping at work.

Source: Lambda developer guide, "Using Lambda with Amazon SQS" (event shape, batching, filters, partial batch
responses).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Any

import orjson

from local.functions.invoker import Invoker, Outcome
from local.queues.store import Message, Queues
from local.report import report
from local.streams.pattern import compile_filters
from local.template.application import EventSource

#: Seconds between looks at a queue in which nothing is known to become visible.
_IDLE = 20.0


class QueueConsumer:
    """Carries the messages of one queue to one function, one batch at a time."""

    def __init__(self, *, source: EventSource, queues: Queues, invoker: Invoker, region: str) -> None:
        self._source = source
        self._queues = queues
        self._queue = queues.find(source.source_arn)
        self._invoker = invoker
        self._region = region
        self._matches = compile_filters(source.filters)

    async def run(self) -> None:
        """Consume until cancelled."""
        while True:
            await self.once()

    async def once(self) -> None:
        """Wait for messages, and carry one batch of them."""
        batch = await self._gather()
        if batch:
            await self._process(batch)

    async def _gather(self) -> list[Message]:
        """Messages up to the batch size, gathered for no longer than the window once there is one."""
        batch: list[Message] = []
        ends = 0.0
        while len(batch) < self._source.batch_size:
            received = self._queues.receive(self._queue, self._source.batch_size - len(batch))
            for message in received:
                if self._matches(_filterable(message)):
                    batch.append(message)
                else:
                    self._queues.delete(self._queue, message.receipt)  # Lambda deletes what no filter lets through.
            if batch and not ends:
                ends = time.monotonic() + self._source.window
            left = ends - time.monotonic() if batch else _IDLE
            if left <= 0:
                break
            if not received:
                await self._queues.wait(self._queue, left)
        return batch

    async def _process(self, batch: list[Message]) -> None:
        records = [self._record(message) for message in batch]
        outcome = await self._invoker.invoke(self._source.function, orjson.dumps({"Records": records}))
        if outcome.error:
            report(f"{self._source.id}: {self._source.function}: {outcome}")
        failed = self._failed(outcome, batch)
        for message in batch:
            if message.id not in failed:
                self._queues.delete(self._queue, message.receipt)

    def _failed(self, outcome: Outcome, batch: list[Message]) -> set[str]:
        """Ids of the messages to be received again; all of them when the answer cannot be trusted."""
        everything = {message.id for message in batch}
        if outcome.error:
            return everything
        answer = orjson.loads(outcome.payload)
        if not self._source.partial_failures or not answer:
            return set()
        try:
            failed = {str(failure["itemIdentifier"]) for failure in answer.get("batchItemFailures") or []}
        except (AttributeError, KeyError, TypeError):
            return everything
        return failed if failed <= everything else everything

    def _record(self, message: Message) -> dict[str, Any]:
        return {
            "messageId": message.id,
            "receiptHandle": message.receipt,
            "body": message.body,
            "attributes": {
                "ApproximateReceiveCount": str(message.received),
                "SentTimestamp": str(int(message.sent * 1000)),
                "SenderId": "local",
                "ApproximateFirstReceiveTimestamp": str(int(message.first_received * 1000)),
            },
            "messageAttributes": {name: _attribute(value) for name, value in message.attributes.items()},
            "md5OfBody": hashlib.md5(message.body.encode(), usedforsecurity=False).hexdigest(),
            "eventSource": "aws:sqs",
            "eventSourceARN": self._source.source_arn,
            "awsRegion": self._region,
        }


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    """A message attribute as events spell it: ``stringValue`` for SQS's ``StringValue``."""
    spelled = {name[0].lower() + name[1:]: item for name, item in value.items()}
    return {"stringListValues": [], "binaryListValues": [], **spelled}


def _filterable(message: Message) -> dict[str, Any]:
    """What patterns see: a body that is JSON as an object."""
    try:
        body: Any = orjson.loads(message.body)
    except orjson.JSONDecodeError:
        body = message.body
    return {"messageId": message.id, "body": body}
