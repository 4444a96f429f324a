"""Dates and date-times in the forms that clients send (docs/wire/rest.md#dates, docs/wire/graphql.md#data).

Exactly these families are read, each with or without a time and an offset: ISO 8601 (``2025-01-13``, ``20250113``),
``yyyy.MM.dd``, ``yyyy/MM/dd``, ``MM-dd-yyyy``, ``MM/dd/yyyy``, ``MM.dd.yyyy``, ``January 13, 2025``, ``Jan 13, 2025``,
``13 January 2025``, ``13 Jan 2025``, ``13-Jan-2025``, ``2025-Jan-13``. A general parser such as dateutil's would also
guess at ``2024`` or ``10 o'clock``, which must be refused.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH_NUMBERS = {name[:n]: i for i, name in enumerate(_MONTHS, start=1) for n in (3, len(name))}

_DAYS = (
    r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})",
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
    r"(?P<y>\d{4})(?P<s>[./])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})",
    r"(?P<m>\d{1,2})(?P<s>[-./])(?P<d>\d{1,2})(?P=s)(?P<y>\d{4})",
    r"(?P<m>[a-z]{3,9}) (?P<d>\d{1,2}), (?P<y>\d{4})",
    r"(?P<d>\d{1,2}) (?P<m>[a-z]{3,9}) (?P<y>\d{4})",
    r"(?P<d>\d{1,2})-(?P<m>[a-z]{3})-(?P<y>\d{4})",
    r"(?P<y>\d{4})-(?P<m>[a-z]{3})-(?P<d>\d{1,2})",
)
_TIME = r"(?:(?:T|,? )(?P<H>\d{2}):?(?P<M>\d{2})(?::?(?P<S>\d{2})(?:[.,](?P<f>\d+))?)?)?"
_OFFSET = r"(?: ?(?P<z>Z|(?P<sign>[+-])(?P<zh>\d{2}):?(?P<zm>\d{2})?))?"

_CANONICAL_LENGTH = len("2026-05-04T09:12:44.120Z")


def parse_instant(text: str) -> str | None:
    """A point in time as ``2026-05-04T09:12:44.120Z`` (UTC, milliseconds; what is finer is cut off), None when not a
    date.

    A value without offset is taken as UTC, one without time as midnight.
    """
    if len(text) == _CANONICAL_LENGTH and text.isascii() and text[10] == "T" and text[23] == "Z" and text[19] == ".":
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return None
        return text
    moment = _read(text)
    if moment is None:
        return None
    try:
        return format_instant(moment.astimezone(UTC))
    except OverflowError:  # the offset leads out of the years 1 to 9999
        return None


def parse_day(text: str) -> str | None:
    """A calendar day as ``2026-05-04``, None when not a date. Of a date-time the date part as written is kept."""
    moment = _read(text)
    return None if moment is None else moment.date().isoformat()


def format_instant(moment: datetime) -> str:
    """``moment`` (in UTC) in the stored form of DATE_TIME.

    >>> format_instant(datetime(2026, 5, 4, 9, 12, 44, 120999, UTC))
    '2026-05-04T09:12:44.120Z'
    """
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def epoch_ms(text: str) -> int:
    """Milliseconds since the epoch of a stored DATE_TIME.

    >>> epoch_ms("2026-05-04T09:12:44.120Z")
    1777885964120
    """
    return (datetime.fromisoformat(text) - _EPOCH) // _MILLISECOND


def instant_of(ms: int) -> str:
    """The stored DATE_TIME of milliseconds since the epoch.

    >>> instant_of(1777885964120)
    '2026-05-04T09:12:44.120Z'
    """
    return format_instant(_EPOCH + ms * _MILLISECOND)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(day + _TIME + _OFFSET, re.IGNORECASE | re.ASCII) for day in _DAYS)


def _read(text: str) -> datetime | None:
    text = text.strip()
    if len(text) > 64:
        return None
    for pattern in _patterns():
        if match := pattern.fullmatch(text):
            try:
                return _moment(match)
            except ValueError:
                return None
    return None


def _moment(match: re.Match[str]) -> datetime:
    part = match.groupdict()
    month = part["m"]
    number = int(month) if month.isdigit() else _MONTH_NUMBERS.get(month.lower(), 0)
    fraction = (part["f"] or "")[:6].ljust(6, "0")
    return datetime(
        int(part["y"]),
        number,
        int(part["d"]),
        int(part["H"] or 0),
        int(part["M"] or 0),
        int(part["S"] or 0),
        int(fraction),
        _zone(part),
    )


def _zone(part: dict[str, str | None]) -> timezone:
    if part["sign"] is None:
        return UTC
    offset = timedelta(hours=int(part["zh"] or 0), minutes=int(part["zm"] or 0))
    return timezone(-offset if part["sign"] == "-" else offset)
