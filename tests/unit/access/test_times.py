from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.access.times import parse_expiry, stored_time
from icosa.errors import BadRequest

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


@given(
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(),
)
def test_text_order_is_order_in_time(moment: datetime, step: timedelta) -> None:
    step = min(max(step, timedelta(days=-1000)), timedelta(days=1000))
    text, other = stored_time(moment), stored_time(moment + step)
    assert (text <= other) or step < timedelta(0)
    assert datetime.fromisoformat(text) <= moment < datetime.fromisoformat(text) + timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-01-01T00:00:00.000Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2027-01-01T00:00:00+02:00", datetime(2027, 1, 1, tzinfo=timezone(timedelta(hours=2)))),
        ("2027-01-01", datetime(2027, 1, 1, tzinfo=UTC)),
        (None, datetime(2126, 11, 21, 8, 30, tzinfo=UTC)),
    ],
)
def test_expiry(text: str | None, expected: datetime) -> None:
    assert parse_expiry(text, now=NOW) == expected


def test_never_on_a_leap_day() -> None:
    assert parse_expiry(None, now=datetime(2000, 2, 29, tzinfo=UTC)) == datetime(2100, 2, 28, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2027-13-01", "0001-01-01T00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_not_a_date(text: str) -> None:
    with pytest.raises(BadRequest, match="expiresAt must be a valid ISO 8601 date string"):
        parse_expiry(text, now=NOW)
