"""Pauses between attempts."""

from __future__ import annotations

import random
import time

import pytest

from icosa.store.retry import Attempts


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What is slept, each time as long as it can be."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(random, "uniform", lambda low, high: high)
    return slept


def test_pauses_double_up_to_the_longest(pauses: list[float]) -> None:
    assert list(Attempts(6, first_pause=0.01, longest_pause=0.05)) == [0, 1, 2, 3, 4, 5]
    assert pauses == [0.01, 0.02, 0.04, 0.05, 0.05]


def test_success_ends_the_pauses(pauses: list[float]) -> None:
    for attempt in Attempts(6):
        if attempt == 1:
            break
    assert pauses == [0.01]
