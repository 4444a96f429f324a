"""Crashes: a table that stops working at a chosen call, as if the process had died. Calls before it stay done."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pydynox import pydynox_core as dynamo

from icosa.store.meter import Meter
from icosa.store.ops import DeleteItem, PutItem, UpdateItem
from icosa.store.table import Table

#: A batch stages and removes rows of records that exist by a call each. They are alike: of so many one counts.
_ALIKE = 16


class Crash(Exception):
    """The process has died."""


class Fuse:
    """Raises Crash in place of call number ``n`` (from 0) and of all that follow; never if ``n`` is None."""

    def __init__(self, n: int | None) -> None:
        self.left = n
        self.calls = 0
        self._rows = 0
        self._lock = threading.Lock()

    def pass_call(self) -> None:
        with self._lock:
            self.calls += 1
            if self.left is None:
                return
            self.left -= 1
            if self.left < 0:
                raise Crash

    def counts(self, op: PutItem | UpdateItem | DeleteItem) -> bool:
        """Whether a single write counts as a call."""
        if not {*op.key[0].split("#")[1:2]} & {"I", "E", "T"}:
            return True
        with self._lock:
            self._rows += 1
            return self._rows % _ALIKE == 1 or (self.left is not None and self.left < 0)


class CrashingTable(Table):
    """A table whose calls pass a fuse first."""

    def __init__(
        self, name: str, client: dynamo.DynamoDBClient, meter: Meter | None = None, fuse: Fuse | None = None
    ) -> None:
        super().__init__(name, client, meter)
        self.fuse = fuse or Fuse(None)
        self._counts = True

    def metered(self, meter: Meter) -> CrashingTable:
        return CrashingTable(self.name, self._client, meter, self.fuse)

    def _apply(self, name: str, op: PutItem | UpdateItem | DeleteItem) -> bool:
        self._counts = self.fuse.counts(op)
        try:
            return super()._apply(name, op)
        finally:
            self._counts = True

    def _call[T](self, name: str, send: Callable[[], T]) -> T:
        if self._counts:
            self.fuse.pass_call()
        return super()._call(name, send)
