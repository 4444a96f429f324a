"""When a delivery that failed is tried again (docs/wire/deliveries.md#schedule)."""

from __future__ import annotations

import random
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

_SECOND: Final = 1000
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE

#: Milliseconds before each attempt, since the one before.
WAITS: Final = (0, 5 * _SECOND, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 10 * _HOUR)
ATTEMPTS: Final = len(WAITS)
#: A receiver that asks for more time than this is asked again after it.
MOST_RETRY_AFTER: Final = 24 * _HOUR
#: Waits differ by so much, so that what failed together does not come back together.
_JITTER: Final = 0.1

#: From the operating system: generators seeded at import are equal in all copies of a snapshot.
_random = random.SystemRandom()


def wait_before(attempt: int, *, jitter: float | None = None) -> int:
    """Milliseconds to wait before the given attempt, counted from 1; before those beyond the last as before the last.
    ``jitter`` is between -1 and 1, random when None.

    >>> [wait_before(attempt, jitter=0.0) // 1000 for attempt in range(1, 10)]
    [0, 5, 300, 1800, 7200, 18000, 36000, 36000, 36000]
    """
    wait = WAITS[min(attempt, ATTEMPTS) - 1]
    return round(wait * (1 + _JITTER * (_random.uniform(-1, 1) if jitter is None else jitter)))


def retry_after(text: str | None, *, now_ms: int) -> int | None:
    """Milliseconds that a ``Retry-After`` header asks for: seconds or a date (RFC 9110). None when it says neither.

    >>> retry_after("120", now_ms=0), retry_after("Thu, 01 Jan 1970 00:01:00 GMT", now_ms=0)
    (120000, 60000)
    """
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        # A day has five digits; what has many more need not become a number.
        return min(MOST_RETRY_AFTER, int(text[:9]) * _SECOND)
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        asked = round(moment.timestamp() * 1000) - now_ms
    except (ValueError, OverflowError):
        return None
    return min(MOST_RETRY_AFTER, max(0, asked))
