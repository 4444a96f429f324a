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
    monkeypatch.setattr(random.SystemRandom, "uniform", lambda self, low, high: high)
    return slept


def test_pauses_double_up_to_the_longest(pauses: list[float]) -> None:
    assert list(Attempts(6, first_pause=0.01, longest_pause=0.05)) == [0, 1, 2, 3, 4, 5]
    assert pauses == [0.01, 0.02, 0.04, 0.05, 0.05]


def test_pauses_of_copies_of_a_snapshot_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    state = random.getstate()
    for _ in range(2):
        random.setstate(state)
        list(Attempts(2))
    assert slept[0] != slept[1]


def test_success_ends_the_pauses(pauses: list[float]) -> None:
    for attempt in Attempts(6):
        if attempt == 1:
            break
    assert pauses == [0.01]
