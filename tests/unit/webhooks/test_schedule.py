"""When a failed delivery is tried again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.webhooks.sending.schedule import ATTEMPTS, MOST_RETRY_AFTER, WAITS, retry_after, wait_before

_NOW = 1_700_000_000_000  # Tue, 14 Nov 2023 22:13:20 GMT


@pytest.mark.parametrize("attempt", range(1, ATTEMPTS + 1))
def test_waits_differ_by_a_tenth_at_most(attempt: int) -> None:
    wait = WAITS[attempt - 1]
    assert wait_before(attempt, jitter=-1) == round(0.9 * wait)
    assert wait_before(attempt, jitter=1) == round(1.1 * wait)
    assert all(0.9 * wait <= wait_before(attempt) <= 1.1 * wait for _ in range(50))


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("0", 0),
        (" 120 ", 120_000),
        ("86401", MOST_RETRY_AFTER),
        ("9" * 5000, MOST_RETRY_AFTER),
        ("Tue, 14 Nov 2023 22:14:20 GMT", 60_000),
        ("Tuesday, 14-Nov-23 22:14:20 GMT", 60_000),
        ("Tue Nov 14 22:14:20 2023", 60_000),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 0),
        ("Tue, 14 Nov 2033 22:00:00 GMT", MOST_RETRY_AFTER),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Tue, 99 Nov 2023 22:14:20 GMT", None),
    ],
)
def test_what_a_receiver_asks_for(text: str | None, wait: int | None) -> None:
    assert retry_after(text, now_ms=_NOW) == wait


@given(st.text())
def test_nothing_breaks_it(text: str) -> None:
    wait = retry_after(text, now_ms=_NOW)
    assert wait is None or 0 <= wait <= MOST_RETRY_AFTER
