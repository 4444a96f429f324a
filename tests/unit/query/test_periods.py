"""Relative periods of view filters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.errors import BadRequest
from icosa.query.periods import day_of, period

NOW = datetime(2026, 11, 18, 10, 30, 15, tzinfo=UTC)  # a Wednesday
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
units = st.sampled_from(["SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"])


@pytest.mark.parametrize(
    ("value", "start", "end"),
    [
        ("PAST_1_DAY", "2026-11-17T00:00:00", "2026-11-18T00:00:00"),
        ("PAST_3_MONTH", "2026-08-18T00:00:00", "2026-11-18T00:00:00"),
        ("PAST_9_MONTH", "2026-02-18T00:00:00", "2026-11-18T00:00:00"),
        ("NEXT_1_WEEK", "2026-11-19T00:00:00", "2026-11-26T00:00:00"),
        ("NEXT_2_HOUR", "2026-11-18T10:30:15", "2026-11-18T12:30:15"),
        ("THIS_1_DAY", "2026-11-18T00:00:00", "2026-11-19T00:00:00"),
        ("THIS_1_WEEK", "2026-11-16T00:00:00", "2026-11-23T00:00:00"),
        ("THIS_1_MONTH;;Europe/Paris;;MONDAY;;", "2026-11-01T00:00:00", "2026-12-01T00:00:00"),
        ("THIS_1_QUARTER", "2026-10-01T00:00:00", "2027-01-01T00:00:00"),
        ("THIS_1_YEAR", "2026-01-01T00:00:00", "2027-01-01T00:00:00"),
        ("THIS_1_MINUTE", "2026-11-18T10:30:00", "2026-11-18T10:31:00"),
        ({"direction": "PAST", "amount": 1, "unit": "YEAR"}, "2025-11-18T00:00:00", "2026-11-18T00:00:00"),
        ({"direction": "THIS", "unit": "DAY"}, "2026-11-18T00:00:00", "2026-11-19T00:00:00"),
    ],
)
def test_periods(value: object, start: str, end: str) -> None:
    assert [moment.isoformat() for moment in period(value, NOW)] == [f"{start}+00:00", f"{end}+00:00"]


def test_a_month_without_the_day_ends_earlier() -> None:
    assert period("PAST_1_MONTH", datetime(2026, 3, 31, 9, tzinfo=UTC))[0] == datetime(2026, 2, 28, tzinfo=UTC)
    assert period("PAST_1_YEAR", datetime(2028, 2, 29, tzinfo=UTC))[0] == datetime(2027, 2, 28, tzinfo=UTC)


@given(now=moments, unit=units, amount=st.integers(1, 50))
def test_this_holds_now_and_past_and_next_are_beside_today(now: datetime, unit: str, amount: int) -> None:
    start, end = period(f"THIS_1_{unit}", now)
    assert start <= now < end
    past, future = period(f"PAST_{amount}_{unit}", now), period(f"NEXT_{amount}_{unit}", now)
    assert past[0] < past[1] <= now <= future[0] < future[1]
    today = day_of(now)
    assert today[1] - today[0] == timedelta(days=1)
    assert (past[1], future[0]) in ((now, now), today)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "PAST_1",
        "LAST_1_DAY",
        "PAST_1_FORTNIGHT",
        "PAST_-1_DAY",
        "PAST_1.5_DAY",
        {},
        None,
        3,
        [],
        "NEXT_99999999_YEAR",
    ],
)
def test_what_is_no_period(value: object) -> None:
    with pytest.raises(BadRequest):
        period(value, NOW)
