"""Notes that are written beside a request, outside the counts that its answer shows.

Whoever answers waits for them (``settle``), because nothing runs on after an answer. A request never fails with a note:
what could not be written is given back to whoever counts it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from ..errors import Unavailable
from .table import Table

logger = logging.getLogger(__name__)

#: Not the workers of ``Table.parallel``: a request that waits for those would wait for this.
_pool: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="notes")


class Beside:
    """The notes of one request of a workspace; ``what`` they are is for the log. Safe for threads."""

    def __init__(self, table: Table, ws: str, what: str) -> None:
        self._table = table
        self._ws = ws
        self._what = what
        self._notes: list[tuple[Callable[[], None], Future[None]]] = []
        self._lock = threading.Lock()

    def write(self, send: Callable[[Table], None], give_back: Callable[[], None]) -> None:
        """Send a note with a table of its own meter, or ``give_back`` what it says."""
        table = self._table.metered(self._table.meter.child())
        with self._lock:
            self._notes.append((give_back, _pool.submit(send, table)))

    def settle(self) -> None:
        """Wait for what is being written."""
        for give_back, note in self._notes:
            try:
                note.result()
            except Unavailable:
                give_back()
                logger.warning("%s not noted", self._what, extra={"workspace_id": self._ws})
        self._notes.clear()
