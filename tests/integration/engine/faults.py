"""A table whose process dies: before or after a chosen call, what was sent stays and nothing more happens."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pydynox import pydynox_core as dynamo

from icosa.store.meter import Meter
from icosa.store.table import Table


class Crash(Exception):
    """The process is gone."""


class Fuse:
    """Blows at the ``n``-th call that it sees, and stays blown. ``n`` None never blows."""

    def __init__(self, n: int | None) -> None:
        self.left = n
        self.calls = 0
        self._lock = threading.Lock()

    def pass_call(self) -> None:
        with self._lock:
            self.calls += 1
            if self.left is None:
                return
            self.left -= 1
            if self.left < 0:
                raise Crash


class MortalTable(Table):
    """A table behind a fuse."""

    def __init__(
        self, name: str, client: dynamo.DynamoDBClient, meter: Meter | None = None, fuse: Fuse | None = None
    ) -> None:
        super().__init__(name, client, meter)
        self.fuse = fuse or Fuse(None)

    def metered(self, meter: Meter) -> MortalTable:
        return MortalTable(self.name, self._client, meter, self.fuse)

    def _call[T](self, name: str, send: Callable[[], T]) -> T:
        self.fuse.pass_call()
        return super()._call(name, send)
