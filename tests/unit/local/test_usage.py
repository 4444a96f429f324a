from __future__ import annotations

import contextlib
import math
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.gateway.bucket import Bucket
from local.gateway.failure import GatewayFailure
from local.gateway.keys import KeyConflict, KeyNotFound, Keys
from local.gateway.quota import period
from local.gateway.usage import Rate, Usage
from local.run import read_rate
from local.state import open_state
from local.template.application import ApiKey, Quota, Route, Throttle, UsagePlan


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_starts_full_and_refills() -> None:
    clock = Clock()
    bucket = Bucket(Throttle(rate=0.5, burst=2), clock)
    assert [bucket.take(), bucket.take(), bucket.take()] == [0, 0, 2]
    clock.now += 1
    assert bucket.take() == 1
    clock.now += 1
    assert [bucket.take(), bucket.take()] == [0, 2]
    clock.now += 1000
    assert [bucket.take(), bucket.take(), bucket.take()] == [0, 0, 2]


@given(
    st.floats(0.01, 1000),
    st.integers(1, 20),
    st.lists(st.floats(0, 100), min_size=1, max_size=50),
)
def test_a_bucket_never_lets_more_through_and_says_how_long_to_wait(
    rate: float, burst: int, pauses: list[float]
) -> None:
    clock = Clock()
    start = clock.now
    bucket = Bucket(Throttle(rate=rate, burst=burst), clock)
    for taken, pause in enumerate(pauses, 1):
        clock.now += pause
        wait = bucket.take()
        if wait:
            clock.now += wait
            assert bucket.take() == 0
        assert taken <= burst + (clock.now - start) * rate + 1e-6


@pytest.mark.parametrize(
    ("quota", "now", "start", "following"),
    [
        (Quota(limit=1, period="DAY"), "2026-11-21T10:00", "2026-11-21", "2026-11-22"),
        (Quota(limit=1, period="WEEK"), "2026-11-21T10:00", "2026-11-15", "2026-11-22"),
        (Quota(limit=1, period="WEEK"), "2026-11-22T00:00", "2026-11-22", "2026-11-29"),
        (Quota(limit=1, period="WEEK", offset=1), "2026-11-22T00:00", "2026-11-16", "2026-11-23"),
        (Quota(limit=1, period="MONTH"), "2026-12-31T23:59", "2026-12-01", "2027-01-01"),
        (Quota(limit=1, period="MONTH", offset=5), "2026-12-03T00:00", "2026-11-06", "2026-12-06"),
    ],
)
def test_periods(quota: Quota, now: str, start: str, following: str) -> None:
    name, end = period(quota, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert (name, end.date().isoformat()) == (start, following)


PLAN = UsagePlan(id="plan", name="plan", api_ids=("api",), throttle=Throttle(rate=1, burst=2))
RECORDS, OBJECTS = "/rest/{proxy+}/GET", "/rest/metadata/{proxy+}/GET"


def usage(state: sqlite3.Connection, keys: Keys, plan: UsagePlan = PLAN, rate: Rate | None = None) -> Usage:
    return Usage(
        plans=[plan],
        keys=keys,
        state=state,
        override=rate,
        clock=Clock(),
        today=lambda: datetime(2026, 11, 21, 23, 59, tzinfo=UTC),
    )


def refusal(counted: Usage, value: str | None, api: str = "api") -> tuple[str, int | None]:
    with pytest.raises(GatewayFailure) as failure:
        counted.count(api, value, RECORDS)
    return failure.value.kind.name, failure.value.retry_after


def test_every_key_has_its_own_bucket(state: sqlite3.Connection) -> None:
    keys = Keys(state)
    for name in ("a", "b"):
        keys.add_to_plan("plan", keys.create(name=name, value=name).id)
    counted = usage(state, keys)
    assert [counted.count("api", "a", RECORDS).name, counted.count("api", "a", RECORDS).name] == ["a", "a"]
    assert refusal(counted, "a") == ("THROTTLED", 1)
    assert counted.count("api", "b", RECORDS).name == "b"


def test_keys_that_are_no_keys_here(state: sqlite3.Connection) -> None:
    keys = Keys(state)
    keys.create(name="in no plan", value="free")
    keys.add_to_plan("plan", keys.create(name="off", value="off", enabled=False).id)
    keys.add_to_plan("plan", keys.create(name="on", value="on").id)
    counted = usage(state, keys)
    for value in (None, "", "unknown", "free", "off"):
        assert refusal(counted, value) == ("INVALID_API_KEY", None)
    assert refusal(counted, "on", api="other") == ("INVALID_API_KEY", None)


def test_quota(state: sqlite3.Connection) -> None:
    keys = Keys(state)
    keys.add_to_plan("plan", keys.create(name="a", value="a").id)
    plan = UsagePlan(id="plan", name="plan", api_ids=("api",), quota=Quota(limit=2, period="DAY"))
    counted = usage(state, keys, plan)
    counted.count("api", "a", RECORDS)
    usage(state, keys, plan).count("api", "a", RECORDS)  # Counted over a restart.
    assert refusal(counted, "a") == ("QUOTA_EXCEEDED", 60)
    assert refusal(counted, "a") == ("QUOTA_EXCEEDED", 60)


def test_another_rate(state: sqlite3.Connection) -> None:
    keys = Keys(state)
    keys.add_to_plan("plan", keys.create(name="a", value="a").id)
    off = usage(state, keys, rate=Rate.off())
    for _ in range(10):
        off.count("api", "a", RECORDS)
    three = usage(state, keys, rate=Rate.per_minute(3))
    for _ in range(3):
        three.count("api", "a", RECORDS)
    assert refusal(three, "a") == ("THROTTLED", 20)


def test_methods_with_a_bucket_of_their_own(state: sqlite3.Connection) -> None:
    keys = Keys(state)
    for name in ("a", "b"):
        keys.add_to_plan("plan", keys.create(name=name, value=name).id)
    plan = replace(PLAN, methods={OBJECTS: Throttle(rate=5, burst=300)})
    counted = usage(state, keys, plan)

    def served(value: str, method: str) -> int:
        """How many of 1,000 calls at once are."""
        calls = 0
        for _ in range(1000):
            with contextlib.suppress(GatewayFailure):
                counted.count("api", value, method)
                calls += 1
        return calls

    assert served("a", OBJECTS) == 300
    assert served("a", RECORDS) == 2
    assert (served("b", RECORDS), served("b", OBJECTS)) == (2, 300)
    another = usage(state, keys, plan, rate=Rate.per_minute(7))
    counted = another
    assert (served("a", RECORDS), served("a", OBJECTS)) == (7, 300)
    counted = usage(state, keys, plan, rate=Rate.off())
    assert (served("a", RECORDS), served("a", OBJECTS)) == (1000, 1000)


def test_limits_of_the_stage_are_shared_by_all(state: sqlite3.Connection) -> None:
    twice = Throttle(rate=1, burst=2)

    def route(path: str, throttle: Throttle | None = twice) -> Route:
        return Route(path=path, method="GET", function="f", authorizer=None, api_key_required=False, throttle=throttle)

    counted = usage(state, Keys(state))
    for path in ("/a", "/b"):
        for _ in range(2):
            counted.count_for_all(route(path))
        with pytest.raises(GatewayFailure) as failure:
            counted.count_for_all(route(path))
        assert (failure.value.kind.name, failure.value.retry_after) == ("THROTTLED", 1)
    off = usage(state, Keys(state), rate=Rate.off())
    for _ in range(10):
        off.count_for_all(route("/a"))
        counted.count_for_all(route("/free", None))


def test_rates_as_they_are_given() -> None:
    assert read_rate(None) is None
    assert read_rate("") is None
    assert read_rate("off") == Rate(throttle=None)
    given_rate = read_rate("90")
    assert given_rate
    assert given_rate.throttle == Throttle(rate=1.5, burst=90)
    for text in ("0", "-1", "1.5", "fast"):
        with pytest.raises(ValueError, match="the rate is off or a whole number"):
            read_rate(text)


def test_keys_survive_a_restart(tmp_path: Path) -> None:
    with closing(open_state(tmp_path / "state.db")) as state:
        keys = Keys(state)
        key = keys.create(name="a", value="secret")
        gone = keys.create(name="b")
        keys.add_to_plan("plan", key.id)
        keys.add_to_plan("plan", gone.id)
        keys.delete(gone.id)
    with closing(open_state(tmp_path / "state.db")) as state:
        again = Keys(state)
    assert again.all() == [key]
    assert again.find("secret") == key
    assert again.plans(key.id) == {"plan"}
    assert again.in_plan("plan") == [key]
    assert again.find(gone.value) is None


def test_conflicts(state: sqlite3.Connection) -> None:
    keys = Keys(state)
    key = keys.create(name="a", value="a")
    keys.add_to_plan("plan", key.id)
    with pytest.raises(KeyConflict):
        keys.create(name="b", value="a")
    with pytest.raises(KeyConflict):
        keys.add_to_plan("plan", key.id)
    keys.remove_from_plan("plan", key.id)
    with pytest.raises(KeyNotFound):
        keys.remove_from_plan("plan", key.id)
    for call in (keys.get, keys.delete):
        with pytest.raises(KeyNotFound):
            call("unknown")


def test_declared_keys_are_made_once(state: sqlite3.Connection) -> None:
    keys = Keys(state)
    declared = [ApiKey(id="id", name="n", plans=("plan",))]
    keys.declare(declared)
    value = keys.get("id").value
    keys.declare(declared)
    assert keys.get("id").value == value
    assert math.isclose(keys.get("id").created, keys.get("id").updated)
