"""Token bucket: API Gateway's throttling of one API key, or of one method."""

from __future__ import annotations

import math
from collections.abc import Callable

from local.template.application import Throttle


class Bucket:
    """A bucket that starts full and is refilled continuously. ``clock`` in seconds."""

    def __init__(self, throttle: Throttle, clock: Callable[[], float]) -> None:
        self._throttle = throttle
        self._clock = clock
        self._tokens = float(throttle.burst)
        self._filled = clock()

    def take(self) -> int:
        """Take one token. 0: taken; otherwise nothing was taken, and so many whole seconds must pass until there is
        one.
        """
        now = self._clock()
        self._tokens = min(float(self._throttle.burst), self._tokens + (now - self._filled) * self._throttle.rate)
        self._filled = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0
        if self._throttle.rate <= 0:
            return 86_400
        return max(1, math.ceil((1 - self._tokens) / self._throttle.rate))
