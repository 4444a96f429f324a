"""What the gateway remembers of its authorizers' answers."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

#: Answers remembered at most; the least recently used goes first.
_SIZE = 10_000


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an authorizer said: ``context`` holds text only. ``usage_key`` is the value of the caller's API key."""

    principal: str
    document: Any
    context: Mapping[str, str]
    usage_key: str | None


class Answers:
    """Answers by authorizer and identity, each for its authorizer's time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._answers: OrderedDict[tuple[str, ...], tuple[float, Answer]] = OrderedDict()

    def get(self, key: tuple[str, ...]) -> Answer | None:
        """The answer for a key, unless its time is over."""
        expiry, answer = self._answers.get(key, (0.0, None))
        if answer is not None and expiry <= self._clock():
            del self._answers[key]
            return None
        if answer is not None:
            self._answers.move_to_end(key)
        return answer

    def put(self, key: tuple[str, ...], answer: Answer, *, ttl: float) -> None:
        """Remember an answer for ``ttl`` seconds."""
        self._answers[key] = (self._clock() + ttl, answer)
        if len(self._answers) > _SIZE:
            self._answers.popitem(last=False)

    def forget(self) -> None:
        """Ask again about everybody (FlushStageAuthorizersCache)."""
        self._answers.clear()
