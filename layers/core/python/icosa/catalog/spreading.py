"""The job that gives an object more counters (``metadata.counters``): asked for by a request that notes the conflict
with which they pay (``store.contention``), at most once an hour.
"""

from __future__ import annotations

from ..model.dates import epoch_ms
from ..model.model import Object
from ..store.contention import asked
from ..store.table import Table, TransactionConflict, TransactionFailed
from .jobs import new_job, put_job


def ask_for_counters(table: Table, workspace_id: str, obj: Object, now: str) -> None:
    """See to it that the object gets more counters, if nobody has asked for them in this hour: a transaction of 4 write
    units.
    """
    now_ms = epoch_ms(now)
    job = new_job("spread", object_key=obj.key, object_id=obj.id, now_ms=now_ms, not_before_ms=now_ms)
    try:
        table.transact([asked(workspace_id, obj.key, now), put_job(workspace_id, job)])
    except (TransactionFailed, TransactionConflict):
        return  # another process has asked
