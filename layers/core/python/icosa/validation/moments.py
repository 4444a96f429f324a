"""Moments as clients may write them in bodies."""

from __future__ import annotations

from datetime import UTC, datetime


def parse_moment(value: object) -> datetime | None:
    """The moment in UTC that ISO 8601 text names; text without an offset is UTC. None for anything else, and for a
    moment that is before the year 1 or after 9999 in UTC.

    >>> parse_moment("2026-01-31"), parse_moment("soon")
    (datetime.datetime(2026, 1, 31, 0, 0, tzinfo=datetime.timezone.utc), None)
    """
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
