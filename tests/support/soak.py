"""How far property tests go: ``make soak`` runs them for long, everything else as far as a suite of minutes allows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice

_FACTOR = int(os.environ.get("ICOSA_SOAK", "1"))


def examples(count: int) -> int:
    """The examples of a test that has ``count`` in the suite."""
    return count * _FACTOR


def part[T](cases: Iterable[T], first: int, *, of: int) -> Iterator[T]:
    """One case of each ``of`` in the suite, from the one with the number ``first`` on; all of them in a soak."""
    return islice(iter(cases), first % of if _FACTOR == 1 else 0, None, of if _FACTOR == 1 else 1)
