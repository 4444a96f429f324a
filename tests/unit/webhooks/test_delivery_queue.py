"""The queue of deliveries: ten messages a request, delays, and what SQS does not take."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.webhooks.delivery_queue import DeliveryQueue, Message, NotQueued, first_attempts, turn

_NOW = 1_800_000_000_000


class Sqs:
    """Refuses what ``refusing`` names by number of request, and keeps the rest."""

    def __init__(self, refusing: int = 0) -> None:
        self.refusing = refusing
        self.requests: list[list[dict[str, Any]]] = []
        self.taken: list[dict[str, Any]] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        assert QueueUrl == "url"
        self.requests.append(Entries)
        refused, taken = Entries[: self.refusing], Entries[self.refusing :]
        self.refusing = max(0, self.refusing - 1)
        self.taken += taken
        return {"Failed": [{"Id": entry["Id"], "Code": "InternalError", "SenderFault": False} for entry in refused]}


def _queue(sqs: Sqs) -> DeliveryQueue:
    return DeliveryQueue(sqs, "url", now_ms=lambda: _NOW)


def _messages(count: int) -> list[Message]:
    return list(first_attempts("w", ((f"hook{number % 3}", f"d{number}") for number in range(count))))


@pytest.mark.parametrize(("count", "requests"), [(0, []), (1, [1]), (10, [10]), (25, [5, 10, 10])])
def test_ten_a_request(count: int, requests: list[int]) -> None:
    sqs = Sqs()
    _queue(sqs).send(_messages(count))
    assert sorted(map(len, sqs.requests)) == requests
    assert {Message.parse(entry["MessageBody"]) for entry in sqs.taken} == set(_messages(count))
    assert all(entry["MessageGroupId"].startswith("hook") for entry in sqs.taken)


@pytest.mark.parametrize(
    ("not_before", "delay"),
    [(0, 0), (_NOW - 1, 0), (_NOW, 0), (_NOW + 1, 1), (_NOW + 5_000, 5), (_NOW + 5_001, 6), (_NOW + 10**9, 900)],
)
def test_a_message_comes_when_its_time_has_come(not_before: int, delay: int) -> None:
    sqs = Sqs()
    _queue(sqs).send([turn("w", "hook", not_before)])
    assert [entry["DelaySeconds"] for entry in sqs.taken] == [delay]


def test_a_message_is_read_as_it_was_written() -> None:
    for message in (
        turn("w", "hook", _NOW),
        Message(workspace_id="w", webhook_id="h", delivery_id="d", attempt=3, not_before=_NOW, is_planned=True),
    ):
        assert Message.parse(message.body()) == message
        assert len(message.body()) < 250


def test_what_was_refused_is_sent_again() -> None:
    sqs = Sqs(refusing=2)
    _queue(sqs).send(_messages(4))
    assert [len(request) for request in sqs.requests] == [4, 2, 1]
    assert len(sqs.taken) == 4


def test_who_is_refused_again_and_again_is_told() -> None:
    sqs = Sqs(refusing=99)
    with pytest.raises(NotQueued, match="InternalError"):
        _queue(sqs).send(_messages(2))
    assert not sqs.taken
