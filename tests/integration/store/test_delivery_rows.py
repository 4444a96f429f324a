"""Rows of deliveries, of what waits, and of how webhooks do: true whoever else writes them, at the stated cost."""

from __future__ import annotations

import uuid

import pytest

from icosa.store import delivery_row, keys, webhook_backlog, webhook_health
from icosa.store.delivery_row import Delivery, Outcome, State
from icosa.store.meter import Meter
from icosa.store.ops import NOT_EXISTS, DeleteItem, PutItem, set_attributes
from icosa.store.table import Table
from icosa.store.webhook_health import WebhookHealth

_WS = str(uuid.uuid4())
_HOUR = 3_600_000
_NOW = 1_800_000_000_000


@pytest.fixture
def webhook(table: Table) -> str:
    """A new webhook's id."""
    webhook_id = str(uuid.uuid4())
    table.put(PutItem(keys.item_at(keys.workspace(_WS), name="Acme")))
    table.put(PutItem(keys.item_at(keys.webhook(_WS, webhook_id), targetUrl="https://a.example/", operations=["*.*"])))
    return webhook_id


def _made(table: Table, webhook: str, number: int = 0, at: int = _NOW) -> Delivery:
    delivery = Delivery.of_event(webhook, f"evt_{number:032x}", "person.created", at)
    delivery_row.create(table, _WS, [delivery])
    return delivery


def _again(table: Table, delivery: Delivery) -> Delivery:
    read = delivery_row.read(table, _WS, delivery.webhook_id, delivery.delivery_id)
    assert read is not None
    return read


def _note(table: Table, delivery: Delivery, state: State, attempt: int) -> bool:
    outcome = Outcome(
        state=state, at=_NOW + attempt, attempt=attempt, error=None if state == "delivered" else "HTTP 500"
    )
    return delivery_row.note(table, _WS, delivery, outcome)


def test_a_delivery_is_made_once_and_read_as_it_was_made(table: Table, webhook: str) -> None:
    delivery = _made(table, webhook)
    assert _again(table, delivery) == delivery
    assert _note(table, delivery, "failed", 1)
    _made(table, webhook)  # The stream repeats itself.
    assert _again(table, delivery).attempts == 1


def test_an_event_has_a_delivery_of_its_own_for_each_webhook() -> None:
    made = [Delivery.of_event(str(uuid.uuid4()), "evt_1", "person.created", _NOW).delivery_id for _ in range(2)]
    assert made[0] != made[1]


def test_ids_sort_by_time(table: Table, webhook: str) -> None:
    made = [_made(table, webhook, number, _NOW + number * _HOUR) for number in range(5)]
    replay = Delivery.of_replay(webhook, made[0].event_id, "person.created", _NOW + 9 * _HOUR)
    delivery_row.create(table, _WS, [replay])
    page = delivery_row.page(table, _WS, webhook, limit=4)
    assert page.deliveries == [replay, *reversed(made[2:])]
    rest = delivery_row.page(table, _WS, webhook, limit=4, after=page.last)
    assert rest.deliveries == [made[1], made[0]]
    assert rest.last is None


def test_an_attempt_is_noted_once(table: Table, webhook: str) -> None:
    delivery = _made(table, webhook)
    assert _note(table, delivery, "failed", 1)
    assert not _note(table, delivery, "dead", 1)
    assert _again(table, delivery).state == "failed"


def test_what_has_arrived_stays_delivered(table: Table, webhook: str) -> None:
    first = _made(table, webhook)
    assert _note(table, first, "failed", 1)
    second = _again(table, first)
    assert _note(table, second, "failed", 2)
    assert _note(table, first, "delivered", 1)  # The first attempt's twin was slow, and arrived after all.
    read = _again(table, first)
    assert (read.state, read.attempts, read.last_error) == ("delivered", 2, None)
    assert not _note(table, read, "dead", 3)
    assert not _note(table, read, "delivered", 3)


def test_failures_are_listed_until_they_arrive(table: Table, webhook: str) -> None:
    made = [_made(table, webhook, number, _NOW + number * _HOUR) for number in range(4)]
    for delivery, state in zip(made, ("failed", "dead", "delivered", "failed"), strict=True):
        assert _note(table, delivery, state, 1)  # type: ignore[arg-type]
    failed = [delivery.delivery_id for delivery in delivery_row.failures(table, _WS, webhook)]
    assert failed == [made[0].delivery_id, made[1].delivery_id, made[3].delivery_id]
    later = delivery_row.failures(table, _WS, webhook, since_ms=_NOW + _HOUR, limit=1)
    assert [delivery.delivery_id for delivery in later] == [made[1].delivery_id]
    assert _note(table, _again(table, made[0]), "delivered", 2)
    assert len(delivery_row.failures(table, _WS, webhook)) == 2


def test_lists_of_one_state(table: Table, webhook: str) -> None:
    made = [_made(table, webhook, number, _NOW + number) for number in range(6)]
    for delivery in made[::2]:
        assert _note(table, delivery, "delivered", 1)
    page = delivery_row.page(table, _WS, webhook, state="delivered", limit=2)
    assert [delivery.delivery_id for delivery in page.deliveries] == [made[4].delivery_id, made[2].delivery_id]
    rest = delivery_row.page(table, _WS, webhook, state="delivered", limit=2, after=page.last)
    assert [delivery.delivery_id for delivery in rest.deliveries] == [made[0].delivery_id]


def test_an_arrival_costs_two_writes(table: Table, webhook: str) -> None:
    metered = table.metered(Meter(detailed=True))
    delivery = _made(metered, webhook)
    assert _note(metered, delivery, "delivered", 1)
    assert (metered.meter.round_trips, metered.meter.write_units) == (2, 2)


# ------------------------------------------------------------------ what waits


def test_held_deliveries_are_counted_and_released_once(table: Table, webhook: str) -> None:
    made = [_made(table, webhook, number, _NOW + number) for number in range(5)]
    for delivery in (*made, made[0]):
        assert webhook_backlog.hold(table, _WS, delivery) == "held"
    assert webhook_backlog.backlog(table, _WS, webhook).held == 5
    first = webhook_backlog.held(table, _WS, webhook, 3)
    assert first == [delivery.delivery_id for delivery in made[:3]]
    webhook_backlog.release(table, _WS, webhook, first[:1])
    webhook_backlog.release(table, _WS, webhook, first)
    webhook_backlog.release(table, _WS, webhook, first)
    assert webhook_backlog.backlog(table, _WS, webhook).held == 2
    assert len(webhook_backlog.held(table, _WS, webhook, 10)) == 2


def test_the_backlog_has_an_end(table: Table, webhook: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_backlog, "LIMIT", 2)
    made = [_made(table, webhook, number) for number in range(3)]
    assert [webhook_backlog.hold(table, _WS, delivery) for delivery in made] == ["held", "held", "full"]
    assert webhook_backlog.hold(table, _WS, made[0]) == "held"
    webhook_backlog.note_skipped(table, _WS, webhook)
    assert webhook_backlog.backlog(table, _WS, webhook) == webhook_backlog.Backlog(held=2, skipped=1)


def test_a_webhook_is_sent_fifty_a_second(table: Table, webhook: str) -> None:
    reserve = webhook_backlog.reserve
    assert [reserve(table, _WS, webhook, 10, _NOW) for _ in range(3)] == [_NOW, _NOW + 200, _NOW + 400]
    assert reserve(table, _WS, webhook, 1, _NOW + 10_000) == _NOW + 10_000
    assert reserve(table, _WS, webhook, 1, _NOW + 10_000) == _NOW + 10_020


# ------------------------------------------------------------------ health


def _health(table: Table, webhook: str) -> WebhookHealth:
    health = webhook_health.read(table, _WS, webhook)
    assert health is not None
    return health


def test_failures_are_counted_until_a_success(table: Table, webhook: str) -> None:
    assert _health(table, webhook) == WebhookHealth()
    for number in range(3):
        health = webhook_health.note_failure(table, _WS, webhook, _NOW + number)
    assert health == WebhookHealth(failing_since=_NOW, consecutive_failures=3)
    assert webhook_health.pause(table, _WS, webhook, until=_NOW + _HOUR)
    assert not webhook_health.pause(table, _WS, webhook, until=_NOW + 2 * _HOUR)
    webhook_health.note_success(table, _WS, webhook, _health(table, webhook), _NOW + 5)
    assert _health(table, webhook) == WebhookHealth(last_success_at=_NOW + 5)


def test_a_success_is_noted_once_a_minute(table: Table, webhook: str) -> None:
    metered = table.metered(Meter())
    for later in range(0, 180_000, 1_000):
        webhook_health.note_success(metered, _WS, webhook, _health(table, webhook), _NOW + later)
    assert metered.meter.calls == 3


def test_one_process_gets_the_turn_to_try(table: Table, webhook: str) -> None:
    assert webhook_health.pause(table, _WS, webhook, until=_NOW)
    claims = [
        webhook_health.claim_probe(table, _WS, webhook, paused_until=_NOW, next_until=_NOW + wait)
        for wait in (_HOUR, 2 * _HOUR)
    ]
    assert claims == [True, False]
    assert _health(table, webhook) == WebhookHealth(paused_until=_NOW + _HOUR, probes=1)
    assert not webhook_health.end_pause(table, _WS, webhook, paused_until=_NOW)
    assert webhook_health.end_pause(table, _WS, webhook, paused_until=_NOW + _HOUR)


def test_switching_off_and_on(table: Table, webhook: str) -> None:
    webhook_health.note_failure(table, _WS, webhook, _NOW)
    assert webhook_health.disable(table, _WS, webhook, webhook_health.GONE)
    assert not webhook_health.disable(table, _WS, webhook, webhook_health.FAILING)
    assert _health(table, webhook).disabled_reason == webhook_health.GONE
    table.update(set_attributes(keys.webhook(_WS, webhook), webhook_health.switched(True)))
    assert _health(table, webhook) == WebhookHealth()


@pytest.mark.parametrize(
    ("failures", "days", "expected"), [(20, 5, True), (19, 5, False), (20, 4.99, False), (500, 1, False)]
)
def test_when_a_webhook_is_switched_off(failures: int, days: float, expected: bool) -> None:
    health = WebhookHealth(failing_since=_NOW, consecutive_failures=failures)
    assert health.should_be_disabled(_NOW + int(days * 24 * _HOUR)) is expected


def test_nothing_is_made_of_a_deleted_webhook(table: Table, webhook: str) -> None:
    table.delete(DeleteItem(keys.webhook(_WS, webhook)))
    webhook_health.note_success(table, _WS, webhook, WebhookHealth(), _NOW)
    assert webhook_health.note_failure(table, _WS, webhook, _NOW) is None
    assert not webhook_health.pause(table, _WS, webhook, until=_NOW)
    assert not webhook_health.disable(table, _WS, webhook, "-")
    assert webhook_health.read(table, _WS, webhook) is None


def test_an_item_is_put_and_deleted_on_conditions(table: Table) -> None:
    key = keys.delivery(_WS, "w", "d")
    assert table.put(PutItem(keys.item_at(key, a=1), condition=NOT_EXISTS))
    assert not table.put(PutItem(keys.item_at(key, a=2), condition=NOT_EXISTS))
    assert not table.delete(DeleteItem(key, "a = :two", values={":two": 2}))
    assert table.delete(DeleteItem(key))
    assert table.get(key) is None
