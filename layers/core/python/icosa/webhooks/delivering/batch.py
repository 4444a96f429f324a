"""A batch of messages: those of one webhook two at a time, those of different webhooks side by side.

A webhook whose receiver is slow has the rest of its messages sent back to the queue, so that it holds up neither the
batch nor, over many batches, the function. And each webhook has a pace: what is beyond it is sent back as well, for the
moment at which its turn is.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Final

from ...errors import Unavailable
from ...runtime.batch import QueueRecord
from ...runtime.observation import observed
from ...store import webhook_backlog
from ...store.meter import Meter
from ...store.table import Table, TransactionConflict
from ..delivery_queue import DeliveryQueue, Message, NotQueued
from ..sending.attempt import Sender
from .attempting import Observed
from .opened import Opener
from .worker import Worker

logger = logging.getLogger(__name__)

#: Messages of one webhook that are worked on at once in a batch.
_LANES: Final = 2
#: Seconds of one message after which the others of its webhook go back to the queue.
_SLOW: Final = 2.0
#: Seconds after which a batch begins no more messages: the function has a minute, a message takes 15 seconds at most.
_BATCH_SECONDS: Final = 25.0
#: How far ahead of its pace a webhook may be sent to.
_AHEAD_MS: Final = 1_000
_THREADS: Final = 10


@dataclass(frozen=True, slots=True)
class Received:
    """A message of the queue, and how often the queue has given it out."""

    id: str
    message: Message
    times: int


@dataclass(frozen=True, slots=True)
class Result:
    """What a batch came to: the messages that must come again, and what was observed."""

    failed: list[str]
    observed: list[Observed]


class Deliverer:
    """Works on batches. Everything of the world outside comes from the caller."""

    def __init__(
        self,
        table: Table,
        queue: DeliveryQueue,
        *,
        sender: Sender | None = None,
        opener: Opener | None = None,
        now_ms: Callable[[], int] | None = None,
        clock: Callable[[], float] = time.monotonic,
        side_by_side: Callable[[Sequence[Callable[[], None]]], None] | None = None,
    ) -> None:
        self._table = table
        self._queue = queue
        self._sender = sender or Sender()
        self._opener = opener or Opener()
        self._now_ms = now_ms or self._sender.now_ms
        self._clock = clock
        self._side_by_side = side_by_side or in_threads

    @classmethod
    def from_environment(cls) -> Deliverer:
        """The deployment's."""
        return cls(Table.from_environment(), DeliveryQueue.from_environment())

    def deliver(self, records: Sequence[QueueRecord]) -> Result:
        """Do what the messages say, as far as their webhooks' pace and the time allow; send the rest back."""
        batch = _Batch(self._clock() + _BATCH_SECONDS)
        received: list[Received] = []
        for record in records:
            with batch.guard(record.id):
                received.append(Received(record.id, Message.parse(record.body), record.times))
        lanes: list[tuple[deque[Received], Meter]] = []
        for group in _by_webhook(received):
            ready: deque[Received] = deque()
            meter = observed().meter_of(group[0].message.workspace_id, records=len(group))
            for each, at in zip(group, self._times(group, self._table.metered(meter), batch), strict=True):
                with batch.guard(each.id, each.message):
                    if at is None:
                        ready.append(each)
                    else:
                        self._queue.send([replace(each.message, not_before=at, is_planned=True)])
            lanes += [(ready, meter.child()) for _ in range(min(_LANES, len(ready)))]
        self._side_by_side([partial(self._run, lane, meter, batch) for lane, meter in lanes])
        return Result(batch.failed, batch.observed)

    def _run(self, lane: deque[Received], meter: Meter, batch: _Batch) -> None:
        """Work on the messages of one webhook, until there are none or the receiver turns out to be slow."""
        worker = Worker(
            self._table.metered(meter),
            self._queue,
            sender=self._sender,
            opener=self._opener,
            now_ms=self._now_ms,
            observe=batch.observed.append,
        )
        while lane:
            try:
                each = lane.popleft()
            except IndexError:  # The other thread of the webhook was faster.
                return
            began = self._clock()
            with batch.guard(each.id, each.message):
                if began >= batch.ends or each.message.webhook_id in batch.slow:
                    self._queue.send([each.message], delay_s=1)
                else:
                    worker.take(each.message, is_repeated=each.times > 1)
            if self._clock() - began >= _SLOW:
                batch.slow.add(each.message.webhook_id)

    def _times(self, group: Sequence[Received], table: Table, batch: _Batch) -> list[int | None]:
        """For each message of a webhook the time at which its turn is, or None for now."""
        now_ms = self._now_ms()
        new = [each for each in group if each.message.is_new(now_ms)]
        times: list[int | None] = [None] * len(group)
        if not new:
            return times
        workspace_id, webhook_id = new[0].message.workspace_id, new[0].message.webhook_id
        # Whatever goes wrong here goes wrong with the messages as well.
        with batch.guard():
            start = webhook_backlog.reserve(table, workspace_id, webhook_id, len(new), now_ms)
            if start is None:
                return times
            for number, each in enumerate(new):
                at = start + number * webhook_backlog.SLOT_MS
                if at - now_ms > _AHEAD_MS:
                    times[group.index(each)] = at
        return times


def in_threads(tasks: Sequence[Callable[[], None]]) -> None:
    """Run tasks at the same time, and wait for all of them."""
    with ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="deliver") as pool:
        for future in [pool.submit(task) for task in tasks]:
            future.result()


class _Batch:
    """What the threads of a batch share."""

    def __init__(self, ends: float) -> None:
        self.ends = ends
        self.slow: set[str] = set()
        self.failed: list[str] = []
        self.observed: list[Observed] = []

    def guard(self, message_id: str | None = None, message: Message | None = None) -> _Guard:
        """A context in which an error concerns one message only: it is logged, and the message comes again."""
        return _Guard(self, message_id, message)


class _Guard:
    def __init__(self, batch: _Batch, message_id: str | None, message: Message | None) -> None:
        self._batch = batch
        self._message_id = message_id
        self._message = message

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        fields: dict[str, str | None] = {"message_id": self._message_id}
        if self._message_id is not None:
            self._batch.failed.append(self._message_id)
        if self._message is not None:
            fields |= {
                "workspace_id": self._message.workspace_id,
                "webhook_id": self._message.webhook_id,
                "delivery_id": self._message.delivery_id,
            }
        passes = isinstance(error, (Unavailable, NotQueued, TransactionConflict))
        logger.log(logging.WARNING if passes else logging.ERROR, "a message comes again", extra=fields, exc_info=error)
        return True


def _by_webhook(received: Sequence[Received]) -> list[list[Received]]:
    groups: dict[tuple[str, str], list[Received]] = {}
    for each in received:
        groups.setdefault((each.message.workspace_id, each.message.webhook_id), []).append(each)
    return list(groups.values())
