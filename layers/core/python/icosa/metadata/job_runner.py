"""Runs jobs (``catalog.jobs``) in steps of limited time: those that follow from changes of a model (``job_worker``),
those of records (``engine.write.follow_up``), and migrations (``migrations``).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import get_args

from ..catalog.jobs import RECORD_KINDS, Job, JobKind, find_job, list_jobs
from ..catalog.migrating import wait_ms
from ..settings import settings
from ..store import keys
from ..store.ops import EXISTS, DeleteItem, PutItem, set_attributes
from ..store.settle import settle_abandoned
from ..store.table import Table, TransactionConflict, TransactionFailed
from ..store.versions import FormatTooNew
from .job_worker import Worker, latest

#: One step ends after so long, and the next begins from where it ended.
STEP_SECONDS = 15.0
#: A job that is another release's is looked at again after so long.
_ANOTHERS_TURN_MS = 900_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """``wait_ms``: the job must not begin before so long. ``is_done``: nothing is left of it. ``given_up``: ids of
    unique indexes that records contradict, and that are FAILED now.
    """

    is_done: bool
    wait_ms: int = 0
    given_up: tuple[str, ...] = ()


def run(
    table: Table,
    workspace_id: str,
    job_id: str,
    *,
    now: str,
    now_ms: int,
    clock: Callable[[], float] = time.monotonic,
    seconds: float = STEP_SECONDS,
) -> Outcome:
    """Do the next step of a job, of so many seconds. ``now`` is ``now_ms`` as a stored DATE_TIME.

    Jobs of a later release, and those of a workspace whose data is of one, wait until it is there.
    """
    try:
        return _run(table, workspace_id, job_id, now, now_ms, clock, seconds)
    except FormatTooNew:
        return Outcome(is_done=False, wait_ms=_ANOTHERS_TURN_MS)


def _run(
    table: Table, workspace_id: str, job_id: str, now: str, now_ms: int, clock: Callable[[], float], seconds: float
) -> Outcome:
    job = find_job(table, workspace_id, job_id)
    if job is None or job.finished_ms is not None:
        return Outcome(is_done=True)
    if now_ms < job.not_before_ms:
        return Outcome(is_done=False, wait_ms=job.not_before_ms - now_ms)
    if job.kind not in get_args(JobKind):
        return Outcome(is_done=False, wait_ms=_ANOTHERS_TURN_MS)
    if job.kind == "migrate":
        wait = wait_ms(job, now_ms=now_ms)
        if wait > 0:
            return Outcome(is_done=False, wait_ms=wait)
        from .migrations.runner import advance  # which other jobs never need

        until = clock() + seconds
        return Outcome(is_done=advance(table, workspace_id, job, now=now, now_ms=now_ms, until=until, clock=clock))
    if job.kind in RECORD_KINDS:
        return Outcome(is_done=_follow_up(table, workspace_id, job, now, until=clock() + seconds, clock=clock))
    given_up: tuple[str, ...] = ()
    if job.kind == "finish":
        latest(table, workspace_id)
    elif job.kind == "tune":
        from .index_tuning import tune  # which other jobs never need

        tune(table, workspace_id, now_ms=now_ms)
    elif job.kind == "spread":
        from .counters import spread_by_conflicts

        spread_by_conflicts(table, workspace_id, job.object_key, now=now)
    else:
        job = _merge_builds(table, workspace_id, job, now_ms)
        worker = Worker(table, workspace_id, job)
        finished = worker.work(until=clock() + seconds, clock=clock)
        if not finished:
            _save(table, workspace_id, worker.job)
            return Outcome(is_done=False)
        given_up = worker.finish(now, now_ms)
    table.transact([DeleteItem(keys.job(workspace_id, job_id))])
    return Outcome(is_done=True, given_up=given_up)


def run_all(table: Table, workspace_id: str, *, now: str, now_ms: int) -> None:
    """Do every job that may begin, to its end. For scripts and tests; the queue does the same step by step."""
    while True:
        due = [job for job in list_jobs(table, workspace_id) if job.not_before_ms <= now_ms]
        if not due:
            return
        outcomes = [run(table, workspace_id, job.id, now=now, now_ms=now_ms) for job in due]
        if all(outcome.wait_ms for outcome in outcomes):
            return


def _follow_up(
    table: Table, workspace_id: str, job: Job, now: str, *, until: float, clock: Callable[[], float]
) -> bool:
    """Move a job of records on until the time is over. Whether nothing is left of it."""
    from ..engine.background import background  # which changes of a model never need
    from ..engine.write.follow_up import advance

    started = time.monotonic()
    model = latest(table, workspace_id)
    assert job.work is not None
    ctx = background(table, model, now=now, settings=settings, started=started, actor=job.work["actor"])
    for batch in ctx.register.abandoned(int(time.time() * 1000)):  # which may have died while it did this very job
        with suppress(TransactionConflict):
            settle_abandoned(ctx.table, model, ctx.register, batch)
    left: Job | None = job
    while left is not None and clock() < until:
        left = advance(ctx, left)
    return left is None


def _merge_builds(table: Table, workspace_id: str, job: Job, now_ms: int) -> Job:
    """Merge other builds of the object into one that has not begun: fields are often added many at a time."""
    if job.kind != "build" or job.stage or job.after is not None:
        return job
    others = [
        other
        for other in list_jobs(table, workspace_id)
        if other.kind == "build"
        and other.object_id == job.object_id
        and other.id != job.id
        and other.not_before_ms <= now_ms
    ]
    for other in others:
        if other.stage or other.after is not None:
            continue
        merged = replace(
            job,
            fields={**job.fields, **other.fields},
            leaves=tuple(dict.fromkeys((*job.leaves, *other.leaves))),
            indexes=tuple(dict.fromkeys((*job.indexes, *other.indexes))),
        )
        try:
            table.transact(
                [PutItem(merged.row(workspace_id), EXISTS), DeleteItem(keys.job(workspace_id, other.id), EXISTS)]
            )
        except (TransactionFailed, TransactionConflict):
            return job
        job = merged
    return job


def _save(table: Table, workspace_id: str, job: Job) -> None:
    progress = {"stage": job.stage, "done": job.done, "failed": list(job.failed), "after": job.after}
    try:
        table.transact([set_attributes(keys.job(workspace_id, job.id), progress)])
    except TransactionFailed:
        return  # another delivery of the message has done the job
