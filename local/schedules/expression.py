"""When a schedule fires: ``rate(5 minutes)`` and ``cron(0 3 ? * MON-FRI *)``.

Source: EventBridge user guide, "Schedule expressions". Of the wildcards only ``W`` (the nearest working day) is missing.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dateutil.rrule import MONTHLY, rrule, weekday

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\(([^)]+)\)")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LAST_YEAR = 2199


class ExpressionError(ValueError):
    """The expression is not a schedule."""


def following(expression: str, after: datetime) -> datetime:
    """The first time after ``after`` (UTC) that a schedule fires; a rate counts from ``after``. Raises ExpressionError."""
    if rate := _RATE.fullmatch(expression.strip()):
        return after + timedelta(**{f"{rate.group(2)}s": int(rate.group(1))})
    cron = _CRON.fullmatch(expression.strip())
    if cron is None or len(fields := cron.group(1).upper().split()) != 6:
        raise ExpressionError(f"{expression} is neither rate(…) nor cron(…) with six fields")
    try:
        found = _following_cron(fields, after)
    except (ValueError, IndexError) as error:
        raise ExpressionError(f"{expression}: {error}") from error
    if found is None:
        raise ExpressionError(f"{expression} never fires again")
    return found


def _following_cron(fields: list[str], after: datetime) -> datetime | None:
    minute, hour, day, month, week_day, year = fields
    minutes, hours, months = _numbers(minute, 0, 59), _numbers(hour, 0, 23), _numbers(month, 1, 12, names=_MONTHS)
    week_days = None if week_day in {"*", "?"} else _week_days(week_day)
    days = [-1] if day == "L" else _numbers(day.replace("?", "*"), 1, 31) if day not in {"*", "?"} or week_days is None else None
    for year_number in _numbers(year, after.year, _LAST_YEAR):
        first = max(after.replace(second=0, microsecond=0), datetime(year_number, 1, 1, tzinfo=UTC))
        rule = rrule(
            MONTHLY,
            dtstart=first,
            until=datetime(year_number, 12, 31, 23, 59, tzinfo=UTC),
            bymonth=months,
            bymonthday=days,
            byweekday=week_days,
            byhour=hours,
            byminute=minutes,
            bysecond=0,
        )
        found: datetime | None = rule.after(after)
        if found:
            return found
    return None


def _numbers(field: str, lowest: int, highest: int, *, names: tuple[str, ...] = ()) -> list[int]:
    """What a field of a cron expression covers: ``*``, ``1,5``, ``MON-FRI``, ``0/15``, ``10-20/5``. Raises ValueError."""
    found: set[int] = set()
    for item in field.split(","):
        span, _, step = item.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            start, end = lowest, highest
        else:
            start = _number(first, lowest, names)
            end = _number(last, lowest, names) if last else highest if step else start
        found |= set(range(start, end + 1, int(step or 1)))
    if not found or (min(found) < lowest and lowest < 1000) or max(found) > highest:
        raise ValueError(f"{field} is not a range from {lowest} to {highest}")
    return sorted(number for number in found if number >= lowest)


def _number(text: str, lowest: int, names: tuple[str, ...]) -> int:
    return names.index(text) + lowest if text in names else int(text)


def _week_days(field: str) -> list[weekday]:
    """Days of the week, Sunday being 1: ``2-6``, ``6L`` (the last Friday of the month), ``FRI#2`` (the second)."""
    name, _, week = field.partition("#")
    if name != "L" and name.endswith("L"):
        name, week = name[:-1], "-1"
    days = [7] if name == "L" else _numbers(name, 1, 7, names=_DAYS)
    # dateutil counts from Monday.
    return [weekday((day + 5) % 7, int(week) if week else None) for day in days]
