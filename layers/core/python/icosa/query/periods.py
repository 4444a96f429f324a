"""Periods of time in stored filters: days, and "past", "this" and "next" so many units.

``PAST_7_DAY`` are the 7 days before today, ``NEXT_7_DAY`` the 7 after it, ``THIS_1_WEEK`` the week that today is in,
Monday first. Units shorter than a day count from now. Everything is in UTC.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ..errors import InapplicableFilter
from ..model.inspect import inspect

Period = tuple[datetime, datetime]
"""Start, and the end that is not part of it any more."""

_DAY = timedelta(days=1)
#: Units of equal length, and those that are so many months.
_LENGTHS: Mapping[str, timedelta] = {
    "SECOND": timedelta(seconds=1),
    "MINUTE": timedelta(minutes=1),
    "HOUR": timedelta(hours=1),
    "DAY": _DAY,
    "WEEK": timedelta(weeks=1),
}
_MONTHS: Mapping[str, int] = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_STARTS: Mapping[str, Callable[[datetime], datetime]] = {
    "SECOND": lambda now: now.replace(microsecond=0),
    "MINUTE": lambda now: now.replace(second=0, microsecond=0),
    "HOUR": lambda now: now.replace(minute=0, second=0, microsecond=0),
    "DAY": lambda now: _midnight(now),
    "WEEK": lambda now: _midnight(now) - timedelta(days=now.weekday()),
    "MONTH": lambda now: _midnight(now).replace(day=1),
    "QUARTER": lambda now: _midnight(now).replace(month=(now.month - 1) // 3 * 3 + 1, day=1),
    "YEAR": lambda now: _midnight(now).replace(month=1, day=1),
}
_SHORT = frozenset(("SECOND", "MINUTE", "HOUR"))


def day_of(moment: datetime) -> Period:
    """The day of a moment."""
    start = _midnight(moment)
    return start, start + _DAY


def period(value: Any, now: datetime) -> Period:
    """The period that ``PAST_3_MONTH`` or ``{"direction": "PAST", "amount": 3, "unit": "MONTH"}`` means.

    What clients add behind ``;;`` (zone, first day of the week) is ignored. Raises InapplicableFilter.
    """
    direction, amount, unit = _parse(value)
    now = now.astimezone(UTC)
    try:
        if direction == "THIS":
            start = _STARTS[unit](now)
            return start, _later(start, 1, unit)
        today, tomorrow = (now, now) if unit in _SHORT else day_of(now)
        return (
            (_later(today, -amount, unit), today) if direction == "PAST" else (tomorrow, _later(tomorrow, amount, unit))
        )
    except (OverflowError, ValueError):
        raise _invalid(value) from None


def _parse(value: Any) -> tuple[str, int, str]:
    if isinstance(value, dict):
        parts = [value.get("direction"), value.get("amount", 1), value.get("unit")]
    else:
        parts = str(value).partition(";;")[0].split("_")
    if len(parts) != 3:
        raise _invalid(value)
    direction, amount, unit = str(parts[0]), str(parts[1]), str(parts[2])
    if (
        direction not in ("PAST", "THIS", "NEXT")
        or unit not in _STARTS
        or not (amount.isascii() and amount.isdecimal())
        or len(amount) > 9
    ):
        raise _invalid(value)
    return direction, int(amount), unit


def _later(moment: datetime, amount: int, unit: str) -> datetime:
    """So many units later; a day that a month does not have is its last. Raises OverflowError, ValueError beyond the
    years 1 to 9999.
    """
    if unit in _LENGTHS:
        return moment + amount * _LENGTHS[unit]
    year, month = divmod(moment.year * 12 + moment.month - 1 + amount * _MONTHS[unit], 12)
    last = monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _invalid(value: Any) -> InapplicableFilter:
    return InapplicableFilter(f"{inspect(value)} is no relative period")
