"""Retries and bisecting, with a function that fails on poison."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.functions.invoker import Outcome
from local.streams.delivery import Batch, GivenUp, deliver
from local.template.application import EventSource

SOURCE = EventSource(id="s", source_arn="arn", function="f", batch_size=10, retries=2)


def record(number: int, created: float = 1000.0) -> dict[str, Any]:
    return {"dynamodb": {"SequenceNumber": str(number), "ApproximateCreationDateTime": created}}


def numbers(batch: Batch) -> list[int]:
    return [int(item["dynamodb"]["SequenceNumber"]) for item in batch]


class Function:
    """Processes records in order and fails on poison, for good or for the first ``times`` attempts."""

    def __init__(self, poison: set[int], *, partial: bool = False, times: int | None = None) -> None:
        self.poison = poison
        self.partial = partial
        self.times = times
        self.attempts: dict[int, int] = {}
        self.batches: list[list[int]] = []
        self.succeeded: list[int] = []
        self.given_up: list[GivenUp] = []
        self.pauses: list[float] = []

    async def invoke(self, batch: Batch) -> Outcome:
        self.batches.append(numbers(batch))
        for place, number in enumerate(numbers(batch)):
            self.attempts[number] = self.attempts.get(number, 0) + 1
            if number in self.poison and (self.times is None or self.attempts[number] <= self.times):
                if not self.partial:
                    return Outcome(payload=b'{"errorType":"E","errorMessage":"m"}', error="Unhandled")
                self.succeeded += numbers(batch)[:place]
                return Outcome(payload=orjson.dumps({"batchItemFailures": [{"itemIdentifier": str(number)}]}))
        self.succeeded += numbers(batch)
        return Outcome(payload=b"null")

    async def give_up(self, given_up: GivenUp) -> None:
        self.given_up.append(given_up)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def run(self, count: int, source: EventSource, now: float = 1000.0) -> None:
        batch = [record(number) for number in range(count)]
        asyncio.run(
            deliver(batch, source=source, invoke=self.invoke, give_up=self.give_up, sleep=self.sleep, clock=lambda: now)
        )


def test_success() -> None:
    function = Function(set())
    function.run(3, SOURCE)
    assert (function.batches, function.given_up) == ([[0, 1, 2]], [])


def test_a_batch_is_retried_as_a_whole_with_growing_pauses() -> None:
    function = Function({1}, times=2)
    function.run(3, SOURCE)
    assert function.batches == [[0, 1, 2]] * 3
    assert function.pauses == [0.1, 0.2]
    assert function.given_up == []


def test_retries_are_used_up() -> None:
    function = Function({1})
    function.run(3, SOURCE)
    assert function.batches == [[0, 1, 2]] * 3
    (given_up,) = function.given_up
    assert (numbers(given_up.batch), given_up.condition, given_up.invocations) == (
        [0, 1, 2],
        "RetryAttemptsExhausted",
        3,
    )
    assert given_up.outcome
    assert given_up.outcome.error == "Unhandled"


def test_bisecting_finds_the_poison_and_uses_no_retry_until_then() -> None:
    function = Function({2})
    function.run(4, replace(SOURCE, bisect=True, retries=1))
    assert function.batches == [[0, 1, 2, 3], [0, 1], [2, 3], [2], [2], [3]]
    assert [numbers(given_up.batch) for given_up in function.given_up] == [[2]]
    assert function.succeeded == [0, 1, 3]


def test_a_partial_response_goes_on_behind_what_succeeded() -> None:
    function = Function({2}, partial=True, times=1)
    function.run(4, replace(SOURCE, partial_failures=True))
    assert function.batches == [[0, 1, 2, 3], [2, 3]]
    assert function.succeeded == [0, 1, 2, 3]


def test_partial_responses_and_bisecting() -> None:
    function = Function({1}, partial=True)
    function.run(4, replace(SOURCE, partial_failures=True, bisect=True, retries=0))
    assert function.batches == [[0, 1, 2, 3], [1, 2, 3], [1], [2, 3]]
    assert function.succeeded == [0, 2, 3]
    assert [numbers(given_up.batch) for given_up in function.given_up] == [[1]]


@pytest.mark.parametrize(
    "answer", ['{"batchItemFailures":[{"itemIdentifier":"99"}]}', '{"batchItemFailures":[{}]}', '"text"', "[1]"]
)
def test_an_answer_that_is_no_partial_response_fails_the_batch(answer: str) -> None:
    given_up: list[GivenUp] = []

    async def invoke(_: Batch) -> Outcome:
        return Outcome(payload=answer.encode())

    async def give_up(what: GivenUp) -> None:
        given_up.append(what)

    source = replace(SOURCE, partial_failures=True, retries=0)
    asyncio.run(deliver([record(0), record(1)], source=source, invoke=invoke, give_up=give_up, sleep=asyncio.sleep))
    assert [numbers(what.batch) for what in given_up] == [[0, 1]]


@pytest.mark.parametrize("answer", ["null", "{}", '{"batchItemFailures":[]}', '{"batchItemFailures":null}'])
def test_answers_that_mean_success(answer: str) -> None:
    calls = []

    async def invoke(batch: Batch) -> Outcome:
        calls.append(batch)
        return Outcome(payload=answer.encode())

    async def give_up(what: GivenUp) -> None:
        raise AssertionError(what)

    source = replace(SOURCE, partial_failures=True)
    asyncio.run(deliver([record(0)], source=source, invoke=invoke, give_up=give_up, sleep=asyncio.sleep))
    assert len(calls) == 1


def test_old_records_are_given_up() -> None:
    function = Function(set())
    batch = [record(0, created=10), record(1, created=95)]
    source = replace(SOURCE, max_age=60)
    asyncio.run(
        deliver(
            batch,
            source=source,
            invoke=function.invoke,
            give_up=function.give_up,
            sleep=function.sleep,
            clock=lambda: 100,
        )
    )
    assert function.batches == [[1]]
    (given_up,) = function.given_up
    assert (numbers(given_up.batch), given_up.condition, given_up.invocations) == ([0], "RecordAgeExceeded", 0)


@given(
    count=st.integers(1, 12),
    poison=st.sets(st.integers(0, 11)),
    partial=st.booleans(),
    bisect=st.booleans(),
    retries=st.integers(0, 3),
)
def test_every_record_is_processed_in_order_or_given_up(
    count: int, poison: set[int], partial: bool, bisect: bool, retries: int
) -> None:
    function = Function(poison, partial=partial)
    function.run(count, replace(SOURCE, partial_failures=partial, bisect=bisect, retries=retries))
    lost = [number for given_up in function.given_up for number in numbers(given_up.batch)]
    assert sorted(function.succeeded + lost) == list(range(count))
    assert function.succeeded == sorted(function.succeeded)
    assert lost == sorted(lost)
    assert not set(function.succeeded) & poison
    if bisect:
        assert lost == sorted(poison & set(range(count)))
