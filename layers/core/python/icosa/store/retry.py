"""Trying again what failed because somebody else was at it.

>>> for attempt in Attempts(3, first_pause=0.0):
...     print(attempt)
0
1
2
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

#: From the operating system: generators seeded at import are equal in all copies of a snapshot, whose pauses would be
#: equal, too.
_random = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Attempts:
    """Numbers of attempts, with a pause before each but the first.

    Pauses are random, so that rivals do not meet again, below a bound that doubles each time: from ``first_pause`` to
    ``longest_pause``, in seconds. Whoever loops over them returns when an attempt succeeds; the loop's end means that
    none did.
    """

    count: int
    first_pause: float = 0.01
    longest_pause: float = 0.5

    def __iter__(self) -> Iterator[int]:
        for number in range(self.count):
            if number:
                time.sleep(_random.uniform(0, min(self.longest_pause, self.first_pause * 2 ** (number - 1))))
            yield number
