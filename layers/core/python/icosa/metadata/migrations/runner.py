"""Does the migrations of one workspace, as steps of a job (``catalog.migrating``).

What is to be done follows from the versions in the workspace's row, which are read at each step; the job's row only
says how far the present migration is. So a job whose row is lost, or that two workers have, does nothing twice that
matters. The versions are raised in the transaction that notes the end of a migration.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ...catalog.jobs import Job, find_job
from ...store import keys
from ...store.ops import EXISTS, PutItem
from ...store.table import Table, TransactionFailed
from ...store.versions import Versions, raised
from .migration import ATTRIBUTES, Migration, Progress, Work
from .registry import pending

logger = logging.getLogger(__name__)

#: Lines of a report that a job keeps.
_REPORT = 200


def advance(
    table: Table, workspace_id: str, job: Job, *, now: str, now_ms: int, until: float, clock: Callable[[], float]
) -> bool:
    """Move a workspace's migrations on until the time is over. Whether nothing is left to do."""
    if job.started_ms is None:
        job = replace(job, started_ms=now_ms)
        _save(table, workspace_id, job)
    while True:
        workspace = table.get(keys.workspace(workspace_id))
        if workspace is None:
            return True
        versions = Versions.parse(workspace)
        versions.require_readable()
        migrations = pending(versions)
        if not migrations:
            _save(table, workspace_id, replace(job, finished_ms=now_ms))
            return True
        migration = migrations[0]
        kept = job.work or {}
        state = kept.get("state") if kept.get("migration") == migration.name else None
        work = Work(
            table=table,
            workspace_id=workspace_id,
            state=state,
            now=now,
            now_ms=now_ms,
            until=until,
            clock=clock,
        )
        progress = migration.step(work)
        job = _noted(job, migration, progress)
        if progress.state is None:
            ended = _finish(table, workspace_id, job, migration)
            if ended is None:
                return True
            job = ended
        elif clock() >= until:
            _save(table, workspace_id, job)
        if clock() >= until:
            return False


def _noted(job: Job, migration: Migration, progress: Progress) -> Job:
    kept: Mapping[str, Any] = job.work or {}
    report = [*kept.get("report", ()), *(line for line in progress.report if line not in kept.get("report", ()))]
    work = {
        **kept,
        "migration": migration.name,
        "state": progress.state,
        "report": report[:_REPORT],
        "skipped": len(report),
    }
    return replace(job, work=work, done=job.done + progress.records)


def _finish(table: Table, workspace_id: str, job: Job, migration: Migration) -> Job | None:
    """Raise the version, and note it in the job, together. None when the job is gone: an operator has begun anew."""
    assert job.work is not None
    job = replace(job, work={**job.work, "migration": None, "ended": [*job.work.get("ended", ()), migration.name]})
    seen = ATTRIBUTES[migration.kind]
    version = raised(workspace_id, seen, seen=migration.from_version, version=migration.to_version)
    try:
        table.transact([version, PutItem(job.row(workspace_id), EXISTS)])
    except TransactionFailed:
        return job if find_job(table, workspace_id, job.id) is not None else None
    logger.info("migrated", extra={"workspace_id": workspace_id, "migration": migration.name})
    return job


def _save(table: Table, workspace_id: str, job: Job) -> None:
    """Note how far the job is, unless it is gone."""
    table.put(PutItem(job.row(workspace_id), EXISTS))
