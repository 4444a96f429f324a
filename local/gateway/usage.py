"""Usage plans: who may call how often."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from local.gateway.bucket import Bucket
from local.gateway.failure import GatewayFailure
from local.gateway.keys import Key, Keys
from local.gateway.quota import period
from local.template.application import Quota, Route, Throttle, UsagePlan


@dataclass(frozen=True, kw_only=True)
class Rate:
    """What replaces the plans' own throttling, but that of single methods: ``throttle`` None is no throttling at
    all, neither of plans nor of the stage.
    """

    throttle: Throttle | None

    @classmethod
    def per_minute(cls, calls: int) -> Rate:
        """So many calls a minute, as many of them at once."""
        return cls(throttle=Throttle(rate=calls / 60, burst=calls))

    @classmethod
    def off(cls) -> Rate:
        """No throttling of anything."""
        return cls(throttle=None)

    @property
    def parameters(self) -> dict[str, str]:
        """Template parameters by which a template's texts name the rate."""
        if self.throttle is None:
            return {}
        calls = str(round(self.throttle.rate * 60))
        return dict.fromkeys(("RateLimit", "FreeRateLimit", "ScaleRateLimit"), calls)


class Usage:
    """Counts the calls of every key against its plan, and those of all callers against the stage's limits. Buckets live
    in memory, quotas on disk.
    """

    def __init__(
        self,
        *,
        plans: Iterable[UsagePlan],
        keys: Keys,
        state: sqlite3.Connection,
        override: Rate | None = None,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._plans = {plan.id: plan for plan in plans}
        self._keys = keys
        self._state = state
        self._override = override
        self._clock = clock
        self._today = today
        self._buckets: dict[tuple[str, ...], Bucket] = {}
        state.execute(
            "CREATE TABLE IF NOT EXISTS quotas (plan TEXT NOT NULL, key TEXT NOT NULL, period TEXT NOT NULL,"
            " calls INTEGER NOT NULL, PRIMARY KEY (plan, key, period))"
        )

    def count_for_all(self, route: Route) -> None:
        """Count one call of a method, whoever makes it. Raises GatewayFailure: THROTTLED."""
        if route.throttle and not self._is_off:
            self._take(("", route.path, route.method), route.throttle)

    def count(self, api: str, value: str | None, method: str) -> Key:
        """Count one call of an API's method (``/path/METHOD``) by the key with this value.

        Raises GatewayFailure: INVALID_API_KEY when the key is missing, unknown, disabled or in no plan of the API;
        THROTTLED and QUOTA_EXCEEDED with the seconds to wait.
        """
        key = self._keys.find(value) if value else None
        plan = self._plan(api, key) if key else None
        if key is None or plan is None or not key.enabled:
            raise GatewayFailure("INVALID_API_KEY", "Forbidden")
        if self._is_off:
            return key
        if own := plan.methods.get(method):
            self._take((plan.id, key.id, method), own)
        elif throttle := self._override.throttle if self._override else plan.throttle:
            self._take((plan.id, key.id), throttle)
        if plan.quota:
            self._count_quota(plan.id, key.id, plan.quota)
        return key

    @property
    def _is_off(self) -> bool:
        return self._override is not None and self._override.throttle is None

    def _take(self, owner: tuple[str, ...], throttle: Throttle) -> None:
        bucket = self._buckets.get(owner) or self._buckets.setdefault(owner, Bucket(throttle, self._clock))
        if wait := bucket.take():
            raise GatewayFailure("THROTTLED", "Too Many Requests", retry_after=wait)

    def _plan(self, api: str, key: Key) -> UsagePlan | None:
        for plan_id in sorted(self._keys.plans(key.id)):
            plan = self._plans.get(plan_id)
            if plan and api in plan.api_ids:
                return plan
        return None

    def _count_quota(self, plan: str, key: str, quota: Quota) -> None:
        now = self._today()
        name, following = period(quota, now)
        row = self._state.execute(
            "INSERT INTO quotas VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET calls = calls + 1 WHERE calls < ? "
            "RETURNING calls",
            (plan, key, name, quota.limit),
        ).fetchone()
        if row is None or row[0] > quota.limit:
            wait = max(1, math.ceil((following - now).total_seconds()))
            raise GatewayFailure("QUOTA_EXCEEDED", "Limit Exceeded", retry_after=wait)
