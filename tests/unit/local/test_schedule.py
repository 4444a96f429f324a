from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local.schedules.expression import ExpressionError, following

NOW = datetime(2026, 11, 21, 10, 7, 30, tzinfo=UTC)  # A Saturday.


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("rate(1 minute)", "2026-11-21T10:08:30"),
        ("rate(5 minutes)", "2026-11-21T10:12:30"),
        ("rate(2 hours)", "2026-11-21T12:07:30"),
        ("rate(1 day)", "2026-11-22T10:07:30"),
        ("cron(0/15 * * * ? *)", "2026-11-21T10:15:00"),
        ("cron(7,8 10-11 * * ? *)", "2026-11-21T10:08:00"),
        ("cron(0 3 ? * MON-FRI *)", "2026-11-23T03:00:00"),
        ("cron(0 18 ? * 2-6 *)", "2026-11-23T18:00:00"),
        ("cron(0 12 ? * 1 *)", "2026-11-22T12:00:00"),
        ("cron(0 12 ? * L *)", "2026-11-21T12:00:00"),
        ("cron(0 9 ? * 2#1 *)", "2026-12-07T09:00:00"),
        ("cron(0 9 ? * FRI#2 *)", "2026-12-11T09:00:00"),
        ("cron(0 9 ? * 6L *)", "2026-11-27T09:00:00"),
        ("cron(0 10 L * ? *)", "2026-11-30T10:00:00"),
        ("cron(0 0 1 JAN ? *)", "2027-01-01T00:00:00"),
        ("cron(0 0 31 * ? *)", "2026-12-31T00:00:00"),
        ("cron(0 0 29 2 ? *)", "2028-02-29T00:00:00"),
        ("cron(0 0 1 1 ? 2030)", "2030-01-01T00:00:00"),
        ("cron(0 0 1 1 ? 2020-2029/4)", "2028-01-01T00:00:00"),
    ],
)
def test_the_next_time(expression: str, expected: str) -> None:
    assert following(expression, NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "rate(0.5 minutes)",
        "rate(1 week)",
        "cron(* * * * *)",
        "cron(61 * * * ? *)",
        "cron(0 0 ? * 8 *)",
        "cron(0 0 ? * XXX *)",
        "cron(0 0 15W * ? *)",
        "cron(0 0 1 1 ? 2020)",
        "cron(0 0 31 2 ? *)",
        "at(2026-01-01T00:00:00)",
    ],
)
def test_no_schedules(expression: str) -> None:
    with pytest.raises(ExpressionError):
        following(expression, NOW)
