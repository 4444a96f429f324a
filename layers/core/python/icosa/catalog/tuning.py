"""The job that looks at a workspace's indexes (``metadata.index_tuning``): announced by a request that notes a missing
index, at most once an hour, and by a change of the setting ``indexes``.
"""

from __future__ import annotations

import time
from typing import Final

from ..lru import LRUCache
from ..store.index_use import looked_at
from ..store.table import Table, TransactionConflict, TransactionFailed
from .jobs import Job, new_job, put_job

#: How long a look at a workspace's indexes is enough.
_ROUND_MS: Final = 3_600_000

#: On the process's clock: from when on it looks again whether a round is due.
_next: LRUCache[tuple[str, str], float] = LRUCache(size=4096)


def tuning_job(*, now_ms: int) -> Job:
    """The job. It begins at once: what it builds or drops waits for the fence itself."""
    return new_job("tune", object_key="", object_id="", now_ms=now_ms, not_before_ms=now_ms)


def announce(table: Table, workspace_id: str, *, now_ms: int) -> None:
    """See to it that the indexes are looked at if that was not done for an hour: a transaction of 4 write units, which
    each process tries once an hour at most.
    """
    place, moment = (table.name, workspace_id), time.monotonic()
    due = _next.get(place)
    if due is not None and moment < due:
        return
    _next.put(place, moment + _ROUND_MS / 1000)
    looked = looked_at(workspace_id, now_ms=now_ms, unless_since=now_ms - _ROUND_MS)
    try:
        table.transact([looked, put_job(workspace_id, tuning_job(now_ms=now_ms))])
    except (TransactionFailed, TransactionConflict):
        return  # another process has announced it


def forget() -> None:
    """Forget what was announced, as a new container knows nothing."""
    _next.clear()
