"""How far property tests go: ``make soak`` runs them for long, everything else as far as a suite of minutes allows."""

from __future__ import annotations

import os

_FACTOR = int(os.environ.get("ICOSA_SOAK", "1"))


def examples(count: int) -> int:
    """The examples of a test that has ``count`` in the suite."""
    return count * _FACTOR
