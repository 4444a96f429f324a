"""One batch of stream records to its end: delivered, or given up.

Source: Lambda developer guide, "Process DynamoDB records with Lambda" (retries, bisecting, partial batch responses,
failure destinations).
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from local.functions.invoker import Outcome
from local.template.application import EventSource

Record = Mapping[str, Any]
Batch = Sequence[Record]

#: Seconds before the first retry, doubled each time up to the most.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 10.0


@dataclass(frozen=True, kw_only=True)
class GivenUp:
    """Records that were not processed. ``condition`` is Lambda's: RetryAttemptsExhausted or RecordAgeExceeded."""

    batch: Batch
    condition: str
    invocations: int
    outcome: Outcome | None


@dataclass(frozen=True, kw_only=True)
class _Work:
    batch: Batch
    retries: int = 0
    invocations: int = 0
    outcome: Outcome | None = None


async def deliver(
    batch: Batch,
    *,
    source: EventSource,
    invoke: Callable[[Batch], Awaitable[Outcome]],
    give_up: Callable[[GivenUp], Awaitable[None]],
    sleep: Callable[[float], Awaitable[None]],
    clock: Callable[[], float] = time.time,
) -> None:
    """Invoke the function with the batch until every record is processed or given up, in the order of the stream.

    A batch that fails as a whole is retried as a whole, or in halves where the mapping bisects, which uses up no retry.
    A partial response splits the batch at the first failed record. ``clock`` in seconds since 1970.
    """
    waiting = [_Work(batch=batch)]
    while waiting:
        work = await _drop_old(waiting.pop(), source, give_up, clock)
        if not work.batch:
            continue
        outcome = await invoke(work.batch)
        failed = _first_failure(outcome, work.batch, partial=source.partial_failures)
        if failed is None:
            continue
        if failed:  # What a partial response leaves is a new batch with all its retries.
            await sleep(_FIRST_PAUSE)
            waiting.append(_Work(batch=work.batch[failed:], invocations=1, outcome=outcome))
            continue
        left = replace(work, invocations=work.invocations + 1, outcome=outcome)
        if source.bisect and len(left.batch) > 1:
            middle = len(left.batch) // 2
            waiting += [replace(left, batch=left.batch[middle:]), replace(left, batch=left.batch[:middle])]
        elif source.retries >= 0 and left.retries >= source.retries:
            await give_up(
                GivenUp(
                    batch=left.batch, condition="RetryAttemptsExhausted", invocations=left.invocations, outcome=outcome
                )
            )
        else:
            await sleep(min(_FIRST_PAUSE * 2**left.retries, _LONGEST_PAUSE))
            waiting.append(replace(left, retries=left.retries + 1))


def sequence_number(record: Record) -> str:
    """A record's place in its stream."""
    return str(record["dynamodb"]["SequenceNumber"])


async def _drop_old(
    work: _Work, source: EventSource, give_up: Callable[[GivenUp], Awaitable[None]], clock: Callable[[], float]
) -> _Work:
    """The work without the records that are older than the mapping allows."""
    if source.max_age < 0:
        return work
    oldest = clock() - source.max_age
    young = 0
    while young < len(work.batch) and work.batch[young]["dynamodb"]["ApproximateCreationDateTime"] < oldest:
        young += 1
    if young:
        given_up = GivenUp(
            batch=work.batch[:young], condition="RecordAgeExceeded", invocations=work.invocations, outcome=work.outcome
        )
        await give_up(given_up)
    return replace(work, batch=work.batch[young:])


def _first_failure(outcome: Outcome, batch: Batch, *, partial: bool) -> int | None:
    """Index of the first record to retry; None when all are processed.

    An answer that names unknown records, or is not a partial response at all, fails the whole batch.
    """
    if outcome.error:
        return 0
    if not partial:
        return None
    answer = orjson.loads(outcome.payload)
    if answer is None or answer == {}:
        return None
    places = {sequence_number(record): place for place, record in enumerate(batch)}
    try:
        return min(
            (places[failure["itemIdentifier"]] for failure in answer.get("batchItemFailures") or []), default=None
        )
    except (AttributeError, KeyError, TypeError):
        return 0
