from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.model.dates import format_instant, parse_day, parse_instant

DAYS = [
    "2025-01-13",
    "20250113",
    "2025.01.13",
    "2025/01/13",
    "01-13-2025",
    "01/13/2025",
    "1/13/2025",
    "01.13.2025",
    "January 13, 2025",
    "Jan 13, 2025",
    "13 January 2025",
    "13 jan 2025",
    "13-Jan-2025",
    "2025-Jan-13",
    " 2025-01-13 ",
]
TIMES = [
    ("", "00:00:00.000Z"),
    (" 10:11", "10:11:00.000Z"),
    ("T10:11:12", "10:11:12.000Z"),
    (" 10:11:12.5", "10:11:12.500Z"),
    ("T10:11:12.1239999999", "10:11:12.123Z"),
    ("T101112Z", "10:11:12.000Z"),
    ("T10:11:12+02:00", "08:11:12.000Z"),
    (" 10:11:12 -0130", "11:41:12.000Z"),
    ("T10:11:12+02", "08:11:12.000Z"),
]
NO_DATES = [
    "",
    "x",
    "2024",
    "2024-01",
    "2024-02-30",
    "2023-02-29",
    "2024-13-01",
    "13/13/2024",
    "0000-01-01",
    "2024-1-1",
    "2024-01-01T25:00:00Z",
    "2024-01-01T10",
    "2024-01-01T10:00:60Z",
    "2024-01-01T10:00:00+25:00",
    "2024-W01-1",
    "2024-001",
    "1700000000000",
    "24-01-01",
    "Foo 13, 2025",
    "January 13 2025",
    "tomorrow",
    "10:11",
    "2024-02-29T10:11:12.000Zx",
    "2024-02-30T10:11:12.000Z",
    "٢٠٢٤-٠١-٠١",
    "2024-01-01" + " " * 100 + "x",
]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize(("time", "expected"), TIMES)
def test_accepted_forms(day: str, time: str, expected: str) -> None:
    text = day.rstrip() + time
    assert parse_instant(text) == f"2025-01-13T{expected}"
    assert parse_day(text) == "2025-01-13"


@pytest.mark.parametrize("text", NO_DATES)
def test_refused_forms(text: str) -> None:
    assert parse_instant(text) is None
    assert parse_day(text) is None


def test_a_day_is_the_one_that_is_written() -> None:
    assert parse_day("2024-03-01T00:30:00+02:00") == "2024-03-01"
    assert parse_instant("2024-03-01T00:30:00+02:00") == "2024-02-29T22:30:00.000Z"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_offsets_out_of_the_calendar(text: str) -> None:
    assert parse_instant(text) is None


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_is_read(moment: datetime) -> None:
    text = format_instant(moment)
    assert len(text) == 24
    assert parse_instant(text) == text
    assert parse_day(text) == text[:10]
    assert parse_instant(moment.isoformat()) == text
