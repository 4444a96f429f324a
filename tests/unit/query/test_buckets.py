"""Calendar buckets against a day-by-day search for their first day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.query.buckets import bucket, sort_key
from icosa.query.operation import Dimension, Granularity, WeekStartDay
from tests.support.crm import crm

LAUNCHED = crm().by_plural["rockets"].leaves[("launchedAt",)]
BUILT = crm().by_plural["rockets"].leaves[("builtOn",)]
ZONES = ("UTC", "Europe/Paris", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Pago_Pago")


def _instant(granularity: Granularity, value: str, zone: str | None = "UTC", start: WeekStartDay = "MONDAY") -> Any:
    return bucket(Dimension(leaf=LAUNCHED, granularity=granularity, time_zone=zone, week_start_day=start), value)


MOMENT = "2024-02-10T23:30:00.000Z"  # a Saturday; Sunday in Paris


@pytest.mark.parametrize(
    ("granularity", "zone", "expected"),
    [
        ("DAY", "UTC", date(2024, 2, 10)),
        ("DAY", "Europe/Paris", date(2024, 2, 11)),
        ("WEEK", "UTC", date(2024, 2, 5)),
        ("MONTH", "UTC", date(2024, 2, 1)),
        ("QUARTER", "UTC", date(2024, 1, 1)),
        ("YEAR", "UTC", date(2024, 1, 1)),
        ("DAY_OF_THE_WEEK", None, "Saturday"),
        ("DAY_OF_THE_WEEK", "Europe/Paris", "Sunday"),
        ("MONTH_OF_THE_YEAR", None, "February"),
        ("QUARTER_OF_THE_YEAR", None, "Q1"),
        ("NONE", None, MOMENT),
    ],
)
def test_examples(granularity: Granularity, zone: str | None, expected: Any) -> None:
    assert _instant(granularity, MOMENT, zone) == expected


@pytest.mark.parametrize(("start", "day"), [("MONDAY", 5), ("SUNDAY", 4), ("SATURDAY", 10)])
def test_weeks_start_when_told(start: WeekStartDay, day: int) -> None:
    assert _instant("WEEK", MOMENT, "UTC", start) == date(2024, 2, day)


def test_null_is_null() -> None:
    assert bucket(Dimension(leaf=LAUNCHED, granularity="DAY", time_zone="UTC"), None) is None


@pytest.mark.parametrize(
    ("value", "zone", "expected"),
    [
        ("9999-12-31T23:59:59.999Z", "Pacific/Kiritimati", date(9999, 12, 27)),
        ("0001-01-01T00:00:00.000Z", "Pacific/Pago_Pago", date(1, 1, 1)),
    ],
)
def test_the_ends_of_time(value: str, zone: str, expected: date) -> None:
    assert _instant("WEEK", value, zone) == expected


def test_the_first_week_of_time() -> None:
    assert _instant("WEEK", "0001-01-02T00:00:00.000Z", "UTC", "SUNDAY") == date(1, 1, 1)


CALENDAR: dict[Granularity, Callable[[date], Any]] = {
    "DAY": lambda day: day,
    "WEEK": lambda day: day.isocalendar()[:2],
    "MONTH": lambda day: (day.year, day.month),
    "QUARTER": lambda day: (day.year, (day.month + 2) // 3),
    "YEAR": lambda day: day.year,
}


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.sampled_from(sorted(CALENDAR)), st.sampled_from(ZONES)
)
def test_the_first_day_of_the_same_period(moment: datetime, granularity: Granularity, zone: str) -> None:
    day = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
    period = CALENDAR[granularity]
    first = day
    while period(first - timedelta(days=1)) == period(day):
        first -= timedelta(days=1)
    assert _instant(granularity, moment.isoformat(timespec="milliseconds") + "Z", zone) == first
    assert bucket(Dimension(leaf=BUILT, granularity=granularity), day.isoformat()) == first


@given(st.dates(), st.sampled_from(["MONDAY", "SUNDAY", "SATURDAY"]))
def test_names_sort_as_the_calendar_does(day: date, start: WeekStartDay) -> None:
    days = Dimension(leaf=BUILT, granularity="DAY_OF_THE_WEEK", week_start_day=start)
    names = [bucket(days, (date(2024, 1, 1) + timedelta(days=i)).isoformat()) for i in range(7)]
    first = {"MONDAY": 0, "SUNDAY": 6, "SATURDAY": 5}[start]
    assert sorted(names, key=lambda name: sort_key(days, name)) == names[first:] + names[:first]
    months = Dimension(leaf=BUILT, granularity="MONTH_OF_THE_YEAR")
    assert sort_key(months, bucket(months, day.isoformat())) == day.month - 1
