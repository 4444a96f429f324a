"""Jobs that nobody works on: those of a table that was restored, or that a deleted stack has left.

The stream tells of a job once, and its message is then in a queue, of which the table knows nothing. So a job becomes
one with another id, of which the stream tells.
"""

from __future__ import annotations

from ..catalog.jobs import OVERDUE_MS, Job, list_jobs, put_job, renewed
from ..store import keys
from ..store.ops import EXISTS, DeleteItem, delete_seen
from ..store.table import Table, TransactionConflict, TransactionFailed
from ..store.workspace_row import mark_jobs


def resume_jobs(table: Table, workspace_id: str, *, now_ms: int) -> int:
    """Begin a workspace's unfinished jobs anew where they are; how many. A job that somebody works on after all, and
    that has moved on meanwhile, is left to them.

    Costs the rows of the jobs, and one transaction a job.
    """
    return sum(_resume(table, workspace_id, job, now_ms) for job in list_jobs(table, workspace_id))


def _resume(table: Table, workspace_id: str, job: Job, now_ms: int) -> bool:
    key = keys.job(workspace_id, job.id)
    gone = DeleteItem(key, EXISTS) if job.work is None else delete_seen(key, "moves", job.moves)
    mark = mark_jobs(workspace_id, now_ms + OVERDUE_MS)
    try:
        table.transact([put_job(workspace_id, renewed(job, now_ms)), gone, mark])
    except (TransactionFailed, TransactionConflict):
        return False
    return True
