"""Calendar buckets of groupBy: which day, week, month, quarter or year a date or an instant belongs to.

``DAY`` to ``YEAR`` give the first day of the bucket as a ``date`` (the renderers choose its text), ``DAY_OF_THE_WEEK``,
``MONTH_OF_THE_YEAR`` and ``QUARTER_OF_THE_YEAR`` a name, ``NONE`` the stored value
(docs/wire/graphql.md#groups-in-graphql).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from ..errors import BadRequest
from .operation import Dimension, Granularity, WeekStartDay

#: Index of the first day in ``date.weekday()`` counting.
_WEEK_STARTS: Mapping[WeekStartDay, int] = {"MONDAY": 0, "SUNDAY": 6, "SATURDAY": 5}
WEEK_START_DAYS: tuple[WeekStartDay, ...] = tuple(_WEEK_STARTS)
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


#: Files beside the zones: that of the machine, the rules of zones without own ones, "not set".
_NO_ZONES = frozenset(("localtime", "posixrules", "Factory"))
#: Folders of other forms of all zones, on some machines only.
_OTHER_FORMS = ("posix/", "right/")


def time_zone(name: str) -> tzinfo:
    """The IANA zone of this name. Raises BadRequest."""
    try:
        if name in _NO_ZONES or name.startswith(_OTHER_FORMS):
            raise ValueError(name)
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:  # unknown, malformed, and the name of a folder of zones
        raise BadRequest(f"Invalid timezone: {name}", sub_code="INVALID_TIMEZONE") from error


def bucket_text(first_day: date) -> str:
    """A bucket as both APIs show it: midnight of its first day, in the zone that was asked for
    (docs/wire/rest.md#group-parameters).
    """
    return f"{first_day.isoformat()}T00:00:00.000Z"


def bucket(dimension: Dimension, value: Any) -> Any:
    """The bucket of a stored value; None for null."""
    if value is None or dimension.granularity == "NONE":
        return value
    return _BUCKETS[dimension.granularity](_day(dimension, value), dimension)


def sort_key(dimension: Dimension, value: Any) -> Any:
    """A comparable that puts non-null buckets of a dimension in order of time, and other values in the order of their
    kind.
    """
    match dimension.granularity:
        case "NONE":
            return dimension.leaf.kind.sort_key(value)
        case "DAY_OF_THE_WEEK":
            return (_DAYS.index(value) - _WEEK_STARTS[dimension.week_start_day]) % 7
        case "MONTH_OF_THE_YEAR":
            return _MONTHS.index(value)
    return value


def _day(dimension: Dimension, value: str) -> date:
    """The calendar day of a stored value; instants are looked at in the dimension's zone (UTC when it names none)."""
    if dimension.leaf.kind.calendar == "day":
        return date.fromisoformat(value)
    instant = datetime.fromisoformat(value)
    try:
        return instant.astimezone(time_zone(dimension.time_zone) if dimension.time_zone else UTC).date()
    except OverflowError:  # the last hours before the year 10000 ("never ends"), the first of the year 1
        return instant.date()


def _week(day: date, dimension: Dimension) -> date:
    into = (day.weekday() - _WEEK_STARTS[dimension.week_start_day]) % 7
    return date.fromordinal(max(1, day.toordinal() - into))


_BUCKETS: Mapping[Granularity, Callable[[date, Dimension], date | str]] = {
    "DAY": lambda day, _: day,
    "WEEK": _week,
    "MONTH": lambda day, _: day.replace(day=1),
    "QUARTER": lambda day, _: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
    "YEAR": lambda day, _: day.replace(month=1, day=1),
    "DAY_OF_THE_WEEK": lambda day, _: _DAYS[day.weekday()],
    "MONTH_OF_THE_YEAR": lambda day, _: _MONTHS[day.month - 1],
    "QUARTER_OF_THE_YEAR": lambda day, _: f"Q{(day.month - 1) // 3 + 1}",
}
