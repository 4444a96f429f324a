"""Jobs that nobody has begun in time, done by requests: so that nothing waits for the table's stream.

The workspace's row, which every request reads, says from when on requests do jobs (``store.workspace_row.JOBS_DUE``):
half a minute after the stream should have brought the first of them to its queue. Whoever does a step puts that moment
off first, which is their lease, and so does the function ``jobs`` while it works: two do not do the same, and if they
did, every step may be repeated.

While nothing is due a request pays nothing. One that takes over pays a write unit for the lease, and one each for what
it reads of the jobs and for its end, beside the step; these are counted by metrics only. After a change whose jobs are
done somebody has to find that out: the function ``jobs``, or else one request.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from ..catalog.jobs import Job, list_jobs
from ..errors import Unavailable
from ..model.dates import instant_of
from ..runtime.observation import OverdueJobs
from ..store import keys
from ..store.table import Table, TransactionConflict
from ..store.workspace_row import JOBS_DUE, JOBS_MARKED, no_jobs, put_off_jobs, status_of

logger = logging.getLogger(__name__)

#: So long a request works on jobs at most, but for the page of rows that it has begun.
REQUEST_SECONDS: Final = 1.0
#: So long it has the jobs for itself: longer than any function may run.
_LEASE_MS: Final = 90_000


def do_overdue(
    jobs: OverdueJobs,
    *,
    now_ms: int | None = None,
    seconds: float = REQUEST_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Do a request's overdue jobs, for a moment, unless another request does.

    Never raises, as the request has its answer already: then the jobs wait for the end of the lease.
    """
    table, workspace_id, due_ms = jobs.table, jobs.workspace_id, jobs.due_ms
    now_ms = int(time.time() * 1000) if now_ms is None else now_ms
    lease = now_ms + _LEASE_MS
    try:
        if not table.update(put_off_jobs(workspace_id, seen=due_ms, jobs_due=lease)):
            return
        wait_ms = _do(table, workspace_id, now_ms, clock() + seconds, clock)
        settle(table, workspace_id, lease, now_ms=now_ms, again_ms=now_ms + wait_ms)
    except (Unavailable, TransactionConflict):
        logger.warning("jobs that are overdue wait for the table", extra={"workspace_id": workspace_id})
    except Exception:
        logger.exception("jobs that are overdue have failed", extra={"workspace_id": workspace_id})


def keep_off(table: Table, workspace_id: str, workspace: Mapping[str, Any], *, now_ms: int) -> int | None:
    """Keep requests from jobs that somebody works on, by the workspace's row as read before: a write unit. Until when,
    for ``settle``.
    """
    if JOBS_DUE not in workspace:
        return None
    lease = now_ms + _LEASE_MS
    is_kept = table.update(put_off_jobs(workspace_id, seen=int(workspace[JOBS_DUE]), jobs_due=lease))
    return lease if is_kept else None


def settle(table: Table, workspace_id: str, seen: int, *, now_ms: int, again_ms: int) -> None:
    """Say anew from when on requests do jobs, after some were done: read units for the workspace and its jobs, and a
    write unit. ``again_ms`` is that moment where a job could begin.
    """
    workspace = table.get(keys.workspace(workspace_id))
    if workspace is None or workspace.get(JOBS_DUE) != seen:
        return
    jobs = list_jobs(table, workspace_id)
    if not jobs:
        table.update(no_jobs(workspace_id, seen=seen, marked=int(workspace[JOBS_MARKED])))
        return
    due = again_ms if any(_is_due(job, now_ms) for job in jobs) else min(job.overdue_ms for job in jobs)
    table.update(put_off_jobs(workspace_id, seen=seen, jobs_due=due))


def _do(table: Table, workspace_id: str, now_ms: int, until: float, clock: Callable[[], float]) -> int:
    """Do what is due. How long what is left of it must wait, 0 where the next request may go on."""
    workspace = table.get(keys.workspace(workspace_id))
    if workspace is None or status_of(workspace) != "active":
        return _LEASE_MS  # It sends its jobs again when it is resumed.
    from .job_runner import run  # which requests never need while the stream is there

    waits: list[int] = []
    for job in list_jobs(table, workspace_id):
        while _is_due(job, now_ms):
            left, now = until - clock(), instant_of(now_ms)
            if left <= 0:
                return 0
            outcome = run(table, workspace_id, job.id, now=now, now_ms=now_ms, clock=clock, seconds=left)
            logger.info("a request did a step of a job", extra={"job": job.id, "done": outcome.is_done})
            if outcome.given_up:
                logger.error("records contradict unique indexes, which have failed", extra={"ids": outcome.given_up})
            if outcome.wait_ms:
                waits.append(outcome.wait_ms)
            if outcome.is_done or outcome.wait_ms:
                break
    return min(waits, default=0)


def _is_due(job: Job, now_ms: int) -> bool:
    return job.not_before_ms <= now_ms
