"""A bounded memory of what was used last."""

from __future__ import annotations

import threading
from collections import OrderedDict


class Recent[K, V]:
    """A dictionary that keeps the ``size`` entries used last. Safe for threads.

    >>> recent = Recent[str, int](size=1)
    >>> recent.remember("a", 1), recent.remember("b", 2), recent.recall("a"), recent.recall("b")
    (None, None, None, 2)
    """

    def __init__(self, *, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, key: K) -> V | None:
        """The value of ``key``, which counts as a use, or None."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key]

    def remember(self, key: K, value: V) -> None:
        """Set the value of ``key``; forget the entry that was not used for longest when there are too many."""
        with self._lock:
            self._entries[key] = value
            self._entries.move_to_end(key)
            if len(self._entries) > self._size:
                self._entries.popitem(last=False)
