"""When a schedule fires: ``rate(5 minutes)`` and ``cron(0 3 ? * MON-FRI *)``.

Source: EventBridge user guide, "Schedule expressions". Of the wildcards only ``W`` (the nearest working day) is
missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\(([^)]+)\)")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_YEARS = range(1970, 2200)

#: Years without a 29 February at most, and one more.
_SEARCHED_YEARS = 9

DayTest = Callable[[date], bool]


class ExpressionError(ValueError):
    """The expression is not a schedule."""


def following(expression: str, after: datetime) -> datetime:
    """The first time after ``after`` (UTC) that a schedule fires; a rate counts from ``after``. Raises
    ExpressionError.
    """
    if rate := _RATE.fullmatch(expression.strip()):
        return after + timedelta(**{f"{rate.group(2)}s": int(rate.group(1))})
    cron = _CRON.fullmatch(expression.strip())
    if cron is None or len(fields := cron.group(1).upper().split()) != 6:
        raise ExpressionError(f"{expression} is neither rate(…) nor cron(…) with six fields")
    minute, hour, day, month, week_day, year = fields
    try:
        minutes, hours = _numbers(minute, 0, 59), _numbers(hour, 0, 23)
        tests = (_month_test(month), _day_test(day), _week_day_test(week_day))
        years = _numbers(year, _YEARS.start, _YEARS.stop - 1)
    except ValueError as error:
        raise ExpressionError(f"{expression}: {error}") from error
    for candidate in _dates(after.date(), years):
        if all(test(candidate) for test in tests):
            for hour_number in sorted(hours):
                for minute_number in sorted(minutes):
                    moment = datetime.combine(candidate, time(hour_number, minute_number), UTC)
                    if moment > after:
                        return moment
    raise ExpressionError(f"{expression} never fires again")


def _dates(first: date, years: set[int]) -> Iterator[date]:
    """The days of the years to come, from a day on."""
    for year in sorted(year for year in years if year >= first.year)[:_SEARCHED_YEARS]:
        day = max(first, date(year, 1, 1))
        while day.year == year:
            yield day
            day += timedelta(days=1)


def _month_test(field: str) -> DayTest:
    months = _numbers(field, 1, 12, names=_MONTHS)
    return lambda day: day.month in months


def _day_test(field: str) -> DayTest:
    if field == "L":
        return lambda day: (day + timedelta(days=1)).month != day.month
    days = _numbers(field.replace("?", "*"), 1, 31)
    return lambda day: day.day in days


def _week_day_test(field: str) -> DayTest:
    """Days of the week, Sunday being 1: ``2-6``, ``6L`` (the last Friday of the month), ``FRI#2`` (the second)."""
    name, _, week = field.replace("?", "*").partition("#")
    last = name != "L" and name.endswith("L")
    days = {7} if name == "L" else _numbers(name.removesuffix("L"), 1, 7, names=_DAYS)
    weeks = _numbers(week, 1, 5) if week else None

    def test(day: date) -> bool:
        fits = day.isoweekday() % 7 + 1 in days
        in_last_week = (day + timedelta(days=7)).month != day.month
        return fits and (in_last_week or not last) and (weeks is None or (day.day - 1) // 7 + 1 in weeks)

    return test


def _numbers(field: str, lowest: int, highest: int, *, names: tuple[str, ...] = ()) -> set[int]:
    """What a field of a cron expression covers: ``*``, ``1,5``, ``MON-FRI``, ``0/15``, ``10-20/5``. Raises
    ValueError.
    """
    numbers: set[int] = set()
    for item in field.split(","):
        span, _, step = item.partition("/")
        first, _, last = span.partition("-")
        start = lowest if span == "*" else _number(first, lowest, names)
        end = highest if span == "*" or (step and not last) else _number(last or first, lowest, names)
        numbers |= set(range(start, end + 1, int(step or 1)))
    if not numbers or min(numbers) < lowest or max(numbers) > highest:
        raise ValueError(f"{field} is not within {lowest} and {highest}")
    return numbers


def _number(text: str, lowest: int, names: tuple[str, ...]) -> int:
    return names.index(text) + lowest if text in names else int(text)
