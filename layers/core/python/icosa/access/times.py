"""Moments as stored DATE_TIME text: UTC with milliseconds and ``Z``, so that text order is order in time."""

from __future__ import annotations

from datetime import UTC, datetime

from ..errors import BadRequest
from ..model.dates import format_instant
from ..validation import moments
from ..validation.messages import message

#: "Never" is a hundred years from now (docs/wire/access.md#api-keys).
NEVER_YEARS = 100


def stored_time(moment: datetime) -> str:
    """The stored form of a moment.

    >>> stored_time(datetime(2026, 1, 31, 12, tzinfo=UTC))
    '2026-01-31T12:00:00.000Z'
    """
    return format_instant(moment.astimezone(UTC))


def parse_expiry(text: str | None, *, now: datetime) -> datetime:
    """The moment that an ``expiresAt`` names; without one, "never". Raises BadRequest as ``parse_moment``."""
    if text is None:
        # A leap day has no counterpart in most years: the day before serves.
        day = 28 if (now.month, now.day) == (2, 29) else now.day
        return now.replace(year=now.year + NEVER_YEARS, day=day)
    return parse_moment("expiresAt", text)


def parse_moment(name: str, text: str) -> datetime:
    """The moment in UTC that the member ``name`` of a request names. Text without an offset is UTC.

    Raises BadRequest for text that is no ISO 8601 date, and for one that is before the year 1 or after 9999 in UTC.
    """
    moment = moments.parse_moment(text)
    if moment is None:
        raise BadRequest(message("moment", name))
    return moment
