"""Quotas of usage plans: calls counted per calendar period, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from local.template.application import Quota


def period(quota: Quota, now: datetime) -> tuple[str, datetime]:
    """The first day of the running period (ISO date), and when the next one begins.

    Weeks begin on Sunday, months on the first; ``offset`` days later where the plan has one (CreateUsagePlan:
    QuotaSettings).
    """
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    shifted = today - timedelta(days=quota.offset)
    if quota.period == "DAY":
        start, following = today, today + timedelta(days=1)
    elif quota.period == "WEEK":
        start = shifted - timedelta(days=shifted.isoweekday() % 7) + timedelta(days=quota.offset)
        following = start + timedelta(days=7)
    else:
        first = shifted.replace(day=1)
        start = first + timedelta(days=quota.offset)
        following = (first + timedelta(days=32)).replace(day=1) + timedelta(days=quota.offset)
    return start.date().isoformat(), following
