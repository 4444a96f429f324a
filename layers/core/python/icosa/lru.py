"""A bounded memory of what was used last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable


class LRUCache[K, V]:
    """A dictionary that keeps the entries used last, as many as weigh ``size`` together. Safe for threads.

    An entry weighs 1 unless ``weigh`` says more. The newest one is kept whatever it weighs.

    >>> recent = LRUCache[str, int](size=1)
    >>> recent.put("a", 1), recent.put("b", 2), recent.get("a"), recent.get("b")
    (None, None, None, 2)
    """

    def __init__(self, *, size: int, weigh: Callable[[V], int] | None = None) -> None:
        self._size = size
        self._weigh = weigh or _one
        self._entries: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """The value of ``key``, which counts as a use, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: K, value: V) -> None:
        """Set the value of ``key``; forget entries that were not used for longest while all together weigh too much."""
        weight = self._weigh(value)
        with self._lock:
            if key in self._entries:
                self._weight -= self._entries.pop(key)[1]
            self._entries[key] = (value, weight)
            self._weight += weight
            while self._weight > self._size and len(self._entries) > 1:
                _, (_, gone) = self._entries.popitem(last=False)
                self._weight -= gone

    def drop(self, key: K) -> None:
        """Forget one entry, if it is there."""
        with self._lock:
            if key in self._entries:
                self._weight -= self._entries.pop(key)[1]

    @property
    def weight(self) -> int:
        """What all entries weigh together."""
        return self._weight

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._weight = 0


def _one(_: object) -> int:
    return 1
