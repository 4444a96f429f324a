"""What becomes of deliveries when receivers fail, are slow, come back, or want nothing any more."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter

import pytest
from botocore.exceptions import ClientError

from icosa.errors import Unavailable
from icosa.model.dates import instant_of
from icosa.runtime.batch import QueueRecord
from icosa.store import delivery_row, keys, webhook_backlog, webhook_health
from icosa.store.ops import DeleteItem, set_attributes
from icosa.store.table import Table
from icosa.webhooks.delivering.batch import in_threads
from icosa.webhooks.delivering.opened import Opener
from icosa.webhooks.delivery_queue import turn
from icosa.webhooks.secret_cipher import Owner
from icosa.webhooks.sending.attempt import Attempt, Request
from icosa.webhooks.sending.schedule import WAITS
from tests.integration.webhooks.world import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    START_MS,
    Answer,
    Waiting,
    World,
    one_after_the_other,
)
from tests.support import functions
from tests.support.functions import LambdaContext

_URL = "https://hooks.example/a"
#: Events that go to a dead endpoint and twenty live ones; more with `ICOSA_EVENTS=1000`.
_EVENTS = int(os.environ.get("ICOSA_EVENTS", "5"))


@pytest.fixture
def world(table: Table) -> World:
    return World(table)


def _down_until(moment: int) -> Answer:
    return lambda _request, now: 200 if now >= moment else 500


def test_an_event_arrives_once(world: World) -> None:
    webhook = world.webhook(_URL)
    event = world.event(webhook)
    world.run()
    [delivery] = world.deliveries(webhook)
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("delivered", 1, 200)
    assert world.receivers.arrived[_URL] == {event: 1}
    assert world.health(webhook).last_success_at == START_MS


def test_the_schedule_of_a_receiver_that_never_answers(world: World) -> None:
    webhook = world.webhook(_URL)
    world.receivers.answers[_URL] = lambda _request, _now: 500
    world.event(webhook)
    world.run()
    [delivery] = world.deliveries(webhook)
    assert (delivery.state, delivery.attempts, delivery.next_attempt_at) == ("dead", 8, None)
    assert [request.attempt for request in world.receivers.requests[_URL]] == list(range(1, 9))
    waits = [b - a for a, b in zip(world.receivers.times[_URL], world.receivers.times[_URL][1:], strict=False)]
    for wait, planned in zip(waits, WAITS[1:], strict=True):
        assert 0.9 * planned <= wait <= 1.1 * planned + 2 * SECOND
    assert delivery_row.failures(world.table, world.workspace_id, webhook) == [delivery]


def test_three_days_down(world: World) -> None:
    """Each event arrives once, after at most eight attempts, whenever in these days it happened."""
    webhook = world.webhook(_URL)
    world.receivers.answers[_URL] = _down_until(START_MS + 3 * DAY)
    events = []
    for hour in range(0, 72, 2):
        world.run(until=START_MS + hour * HOUR)
        events += [world.event(webhook) for _ in range(3)]
    world.run()
    assert world.receivers.arrived[_URL] == dict.fromkeys(events, 1)
    attempts = Counter(request.event_id for request in world.receivers.requests[_URL])
    assert max(attempts.values()) <= 8
    # A receiver that is down is asked now and then, not for every event.
    assert len(world.receivers.requests[_URL]) - len(events) < 25
    assert {delivery.state for delivery in world.deliveries(webhook)} == {"delivered"}
    assert world.health(webhook).paused_until is None
    assert webhook_backlog.backlog(world.table, world.workspace_id, webhook).held == 0
    assert delivery_row.failures(world.table, world.workspace_id, webhook) == []


def test_a_dead_endpoint_delays_nobody(world: World) -> None:
    """Those who work get each event at once, in one attempt, and the dead one costs a handful of attempts."""
    dead = world.webhook("https://dead.example/")
    live = [world.webhook(f"https://live.example/{number}") for number in range(20)]
    world.receivers.answers["https://dead.example/"] = lambda _request, _now: Attempt(error="No answer")
    world.receivers.takes_ms["https://dead.example/"] = 10 * SECOND
    events = [world.event(dead, *live) for _ in range(_EVENTS)]
    world.run(until=START_MS + 20 * MINUTE)
    for number in range(20):
        assert world.receivers.arrived[f"https://live.example/{number}"] == dict.fromkeys(events, 1)
    assert len(world.receivers.requests["https://dead.example/"]) <= 8
    assert webhook_backlog.backlog(world.table, world.workspace_id, dead).held == len(events)
    assert [delivery.state for delivery in world.deliveries(live[0])] == ["delivered"] * len(events)


def test_a_paused_webhook_tries_one_delivery_at_a_time(world: World) -> None:
    webhook = world.webhook(_URL)
    world.receivers.answers[_URL] = _down_until(START_MS + HOUR)
    for _ in range(40):
        world.event(webhook)
    world.run(until=START_MS + 3 * SECOND)
    before = len(world.receivers.requests[_URL])
    assert world.health(webhook).paused_until is not None
    world.run(until=START_MS + 59 * MINUTE)
    assert len(world.receivers.requests[_URL]) - before == 3  # After 5 seconds, 5 and 30 minutes.
    world.run()
    assert len(world.receivers.arrived[_URL]) == 40


@pytest.mark.parametrize("status", [301, 400, 401, 404, 408, 425, 429, 500, 502, 503])
def test_every_refusal_is_tried_again(world: World, status: int) -> None:
    webhook = world.webhook(_URL)
    world.receivers.answers[_URL] = lambda request, _now: status if request.attempt == 1 else 204
    world.event(webhook)
    world.run()
    [delivery] = world.deliveries(webhook)
    assert (delivery.state, delivery.attempts) == ("delivered", 2)


def test_a_receiver_says_when_to_come_again(world: World) -> None:
    webhook = world.webhook(_URL)
    world.receivers.answers[_URL] = lambda request, _now: (
        Attempt(status=429, error="HTTP 429", retry_after_ms=2 * HOUR) if request.attempt == 1 else 200
    )
    world.event(webhook)
    world.run()
    first, second = world.receivers.times[_URL]
    assert second - first == pytest.approx(2 * HOUR, abs=2 * SECOND)


def test_a_receiver_says_to_the_last_that_is_tried_when_to_come_again(world: World) -> None:
    webhook = world.webhook(_URL)
    until = START_MS + 20 * HOUR

    def answer(_request: Request, now: int) -> int | Attempt:
        return 200 if now >= until else Attempt(status=503, error="HTTP 503", retry_after_ms=until - now)

    world.receivers.answers[_URL] = answer
    events = [world.event(webhook) for _ in range(12)]
    world.run()
    assert world.receivers.arrived[_URL] == dict.fromkeys(events, 1)
    assert len(world.receivers.requests[_URL]) <= 12 + 12
    assert max(world.receivers.times[_URL]) < until + MINUTE


def test_gone_switches_the_webhook_off(world: World) -> None:
    webhook = world.webhook(_URL)
    world.receivers.answers[_URL] = lambda _request, _now: 410
    world.event(webhook)
    world.run()
    world.clock.ms += SECOND
    world.event(webhook)
    world.run()
    health = world.health(webhook)
    assert (health.enabled, health.disabled_reason) == (False, webhook_health.GONE)
    assert [delivery.state for delivery in world.deliveries(webhook)] == ["dead", "waiting"]
    assert len(world.receivers.requests[_URL]) == 1
    assert [each.disabled for each in world.observed] == [webhook_health.GONE]
    revision = world.table.get(keys.workspace(world.workspace_id))
    assert revision is not None
    assert revision["webhooksRevision"] == 1  # Who sends events learns of it.


def test_a_receiver_refuses_a_delivery_for_good(world: World) -> None:
    webhook = world.webhook(_URL)
    world.receivers.answers[_URL] = lambda _request, _now: Attempt(status=400, error="HTTP 400", is_aborted=True)
    for _ in range(8):
        world.event(webhook)
    world.run()
    assert {(delivery.state, delivery.attempts) for delivery in world.deliveries(webhook)} == {("dead", 1)}
    assert world.health(webhook).consecutive_failures == 0


def test_days_of_failures_switch_a_webhook_off(world: World) -> None:
    webhook = world.webhook(_URL)
    world.receivers.answers[_URL] = lambda _request, _now: 500
    day = 0
    while world.health(webhook).enabled:
        assert day < 12
        world.run(until=START_MS + day * DAY)
        world.event(webhook)
        world.event(webhook)
        day += 1
    assert world.health(webhook).disabled_reason == webhook_health.FAILING
    assert world.clock.ms - START_MS > 4.5 * DAY
    # Nothing is sent any more, and nothing lost: switched on again, it gets what waits.
    world.run()
    sent = len(world.receivers.requests[_URL])
    assert sent >= webhook_health.DISABLE_AFTER
    waiting = [delivery for delivery in world.deliveries(webhook) if delivery.is_open]
    assert waiting
    world.receivers.answers[_URL] = lambda _request, _now: 200
    world.table.update(set_attributes(keys.webhook(world.workspace_id, webhook), webhook_health.switched(True)))
    world.queue.send([turn(world.workspace_id, webhook, world.clock.ms)])
    world.run()
    assert len(world.receivers.arrived[_URL]) == len(waiting)


def test_a_backlog_that_is_full(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_backlog, "LIMIT", 4)
    webhook = world.webhook(_URL, isEnabled=False)
    for _ in range(6):
        world.event(webhook)
        world.run()
    assert Counter(delivery.state for delivery in world.deliveries(webhook)) == {"waiting": 4, "skipped": 2}
    skipped = next(delivery for delivery in world.deliveries(webhook) if delivery.state == "skipped")
    assert "waiting" in (skipped.last_error or "")
    assert webhook_backlog.backlog(world.table, world.workspace_id, webhook) == webhook_backlog.Backlog(
        held=4, skipped=2
    )


def test_a_deleted_webhook_gets_nothing(world: World) -> None:
    webhook = world.webhook(_URL)
    world.event(webhook)
    world.table.delete(DeleteItem(keys.webhook(world.workspace_id, webhook)))
    world.run()
    [delivery] = world.deliveries(webhook)
    assert (delivery.state, delivery.last_error) == ("skipped", "The webhook was deleted")
    assert not world.receivers.requests


def test_an_event_that_is_not_kept_any_more(world: World) -> None:
    webhook = world.webhook(_URL)
    event = world.event(webhook)
    world.table.delete(DeleteItem(keys.event(world.workspace_id, event)))
    world.run()
    [delivery] = world.deliveries(webhook)
    assert (delivery.state, delivery.attempts) == ("dead", 0)
    assert delivery.last_error


def test_a_slow_receiver_has_the_rest_of_its_messages_sent_back(world: World) -> None:
    slow, other = world.webhook(_URL), world.webhook("https://hooks.example/b")
    world.receivers.takes_ms[_URL] = 9 * SECOND
    for _ in range(5):
        world.event(slow, other)
    world.invoke(world.sqs.receive(10))
    assert len(world.receivers.requests[_URL]) == 1
    assert len(world.receivers.requests["https://hooks.example/b"]) == 5
    world.run()
    assert len(world.receivers.arrived[_URL]) == 5


def test_two_messages_of_a_webhook_are_worked_on_at_once(world: World) -> None:
    webhook = world.webhook(_URL)
    meeting = threading.Barrier(2)
    at_once: list[int] = []
    running: set[int] = set()

    def answer(_request: Request, _now: int) -> int:
        running.add(threading.get_ident())
        at_once.append(len(running))
        meeting.wait(timeout=60)  # Nobody goes on alone.
        running.discard(threading.get_ident())
        meeting.wait(timeout=60)
        return 200

    world.receivers.answers[_URL] = answer
    for _ in range(6):
        world.event(webhook)
    world.deliverer = world.new_deliverer(in_threads)
    world.run()
    assert max(at_once) == 2
    assert len(world.receivers.arrived[_URL]) == 6


def test_fifty_a_second(world: World) -> None:
    webhook = world.webhook(_URL)
    for _ in range(120):
        world.event(webhook)
    world.run()
    times = world.receivers.times[_URL]
    assert len(world.receivers.arrived[_URL]) == 120
    assert times[-1] - times[0] >= 1 * SECOND
    assert all(sum(1 for at in times if at // SECOND == second) <= 110 for second in {at // SECOND for at in times})


def test_what_an_arrival_costs(world: World) -> None:
    """A webhook that works: of the row, the webhook, the event and the pace one read each, and one write of the row
    and of the pace.
    """
    webhook = world.webhook(_URL)
    world.event(webhook)
    world.run()
    before = world.bomb.calls
    world.event(webhook)
    world.run()
    # The webhook with its pace, the pace, the webhook with the delivery, the event, the request, the delivery's row.
    assert world.bomb.calls - before == 6


# ------------------------------------------------------------------ secrets


class _Kms:
    """Opens what begins with ``sealed:``, and counts."""

    def __init__(self) -> None:
        self.calls = 0
        self.error: Exception | None = None

    def decrypt(self, ciphertext: bytes, owner: Owner) -> str:
        self.calls += 1
        if self.error is not None:
            raise self.error
        assert owner.webhook_id
        return ciphertext.decode().removeprefix("sealed:")


@pytest.fixture
def kms(world: World) -> _Kms:
    kms = _Kms()
    world.opener = Opener(lambda: kms, clock=world.clock.seconds)  # type: ignore[arg-type, return-value]
    world.deliverer = world.new_deliverer(one_after_the_other)
    return kms


def test_deliveries_are_signed_by_both_secrets_until_the_old_one_ends(world: World, kms: _Kms) -> None:
    webhook = world.webhook(
        _URL,
        sealedSecret=b"sealed:new",
        previousSealedSecret=b"sealed:old",
        previousSecretExpiresAt=instant_of(START_MS + HOUR),
        sealedHeaders={"Authorization": b"sealed:token"},
    )
    world.event(webhook)
    world.run()
    world.event(webhook)
    world.run(until=START_MS + 10 * SECOND)
    assert kms.calls == 3  # Remembered for the second event.
    world.run(until=START_MS + 2 * HOUR)
    world.event(webhook)
    world.run()
    first, second, last = world.receivers.requests[_URL]
    assert (first.secrets, first.headers) == (["new", "old"], {"Authorization": "token"})
    assert (second.secrets, last.secrets) == (["new", "old"], ["new"])
    assert kms.calls == 5


def test_a_secret_that_cannot_be_opened(world: World, kms: _Kms) -> None:
    kms.error = ClientError({"Error": {"Code": "InvalidCiphertextException", "Message": "-"}}, "Decrypt")
    webhook = world.webhook(_URL, sealedSecret=b"sealed:s")
    world.event(webhook)
    world.run(until=START_MS + SECOND)
    [delivery] = world.deliveries(webhook)
    assert (delivery.state, delivery.last_status) == ("failed", None)
    assert "cannot be decrypted" in (delivery.last_error or "")
    assert not world.receivers.requests
    kms.error = None  # It has been set anew.
    world.run()
    assert [delivery.state for delivery in world.deliveries(webhook)] == ["delivered"]


def test_while_kms_does_not_answer_no_attempt_is_used_up(world: World, kms: _Kms) -> None:
    kms.error = Unavailable("KMS does not answer")
    webhook = world.webhook(_URL, sealedSecret=b"sealed:s")
    world.event(webhook)
    world.run(until=START_MS + 10 * MINUTE)
    [delivery] = world.deliveries(webhook)
    assert (delivery.state, delivery.attempts) == ("waiting", 0)
    kms.error = None
    world.run()
    assert [delivery.attempts for delivery in world.deliveries(webhook)] == [1]


# ------------------------------------------------------------------ messages


def test_a_message_that_makes_no_sense_holds_up_no_other(world: World) -> None:
    webhook = world.webhook(_URL)
    event = world.event(webhook)
    result = world.deliverer.deliver(
        [QueueRecord("odd", "{", 1), *(QueueRecord(each.message_id, each.body, 1) for each in world.sqs.messages)]
    )
    assert result.failed == ["odd"]
    assert world.receivers.arrived[_URL] == {event: 1}


def test_a_message_that_comes_early_is_sent_on(world: World) -> None:
    webhook = world.webhook(_URL)
    world.receivers.answers[_URL] = lambda request, _now: 500 if request.attempt <= 3 else 200
    world.event(webhook)
    world.run()
    # Half an hour is two hops of a quarter, more than SQS delays a message.
    assert world.receivers.times[_URL][3] - world.receivers.times[_URL][2] >= 0.9 * 30 * MINUTE
    assert len(world.receivers.requests[_URL]) == 4


def test_a_repeated_message_is_not_sent_again(world: World) -> None:
    webhook = world.webhook(_URL)
    world.event(webhook)
    [message] = world.sqs.messages
    world.sqs.messages.append(Waiting("twin", message.body, world.clock.ms))
    world.run()
    assert len(world.receivers.requests[_URL]) == 1


def test_two_processes_with_the_same_message_note_one_attempt(world: World) -> None:
    """The second one begins while the first waits for the receiver's answer."""
    webhook = world.webhook(_URL)
    world.event(webhook)
    [message] = world.sqs.messages
    answers = [503, 200]

    def answer(_request: Request, _now: int) -> int:
        mine = answers.pop(0)
        if answers:
            world.deliverer.deliver([QueueRecord("twin", message.body, 2)])
        return mine

    world.receivers.answers[_URL] = answer
    world.run()
    [delivery] = world.deliveries(webhook)
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("delivered", 1, 200)
    assert delivery_row.failures(world.table, world.workspace_id, webhook) == []


def test_the_function(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("STACK_NAME", "icosa-test")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "deliver-test")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Icosa")
    function = functions.load("deliver")
    monkeypatch.setattr(function, "_deliverer", lambda: world.deliverer)
    webhook = world.webhook(f"{_URL}?token=secret")
    world.receivers.answers[f"{_URL}?token=secret"] = lambda _request, _now: 500
    world.event(webhook)
    [message] = world.sqs.messages
    record = {"messageId": "1", "body": message.body, "attributes": {"ApproximateReceiveCount": "1"}}
    answer = function.handler({"Records": [record, {**record, "messageId": "2", "body": "odd"}]}, LambdaContext())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    printed = capsys.readouterr().out
    assert '"DeliveryFailures":[1.0]' in printed
    assert '"url":"https://hooks.example/a"' in printed
    assert "secret" not in printed
    [call] = [line for text in printed.splitlines() if (line := json.loads(text)).get("message") == "call"]
    assert (call["workspace_id"], call["Records"], call["FailedRecords"]) == (world.workspace_id, 2, 1)
    assert call["ReadUnits"] > 0
    assert call["WriteUnits"] > 0
