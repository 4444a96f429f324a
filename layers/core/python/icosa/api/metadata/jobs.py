"""``/rest/metadata/jobs``: work on records that goes on after its request (docs/wire/metadata.md#jobs)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ...access.context import RequestContext
from ...access.times import stored_time
from ...catalog.jobs import RECORD_KINDS, Job, JobKind, find_job, newest_jobs
from ...errors import NotFound
from .call import Call, Route

#: Jobs of a list: the newest of the workspace.
SHOWN: Final = 200
#: What each kind is called outside.
KINDS: Final[Mapping[JobKind, str]] = {
    "unlink": "DESTROY_RECORDS",
    "trash": "DELETE_RECORDS",
    "restore": "RESTORE_RECORDS",
    "merge": "MERGE_RECORDS",
    "build": "BUILD_INDEXES",
    "purge": "PURGE_FIELDS",
    "destroy": "DESTROY_OBJECT",
    "finish": "FINISH_CHANGE",
    "carry": "COMPLETE_INDEXES",
    "migrate": "MIGRATE",
    "tune": "TUNE_INDEXES",
    "spread": "SPREAD_COUNTERS",
}


def list_of_jobs(context: RequestContext) -> list[dict[str, Any]]:
    """Those of the newest jobs that the caller may see. One read unit for some ten of them."""
    jobs = newest_jobs(context.table, context.workspace.id, most=SHOWN)
    return [_members(context, job) for job in jobs if _may_see(context, job)]


def one_job(context: RequestContext, job_id: str) -> dict[str, Any]:
    """Raises NotFound, also for a job that the caller may not see."""
    job = find_job(context.table, context.workspace.id, job_id)
    if job is None or not _may_see(context, job):
        raise NotFound(f"Job not found: '{job_id}'. Jobs are kept for a week after their end")
    return _members(context, job)


def _may_see(context: RequestContext, job: Job) -> bool:
    """Jobs of records: whoever may read such records; others: whoever may change the model. Nobody those of a later
    release, which this one does not know.
    """
    if job.kind not in KINDS:
        return False
    if job.kind not in RECORD_KINDS:
        return context.permissions.holds("DATA_MODEL")
    obj = context.model.by_id.get(job.object_id)
    return obj is not None and context.permissions.can(obj, "read")


def _members(context: RequestContext, job: Job) -> dict[str, Any]:
    """Numbers tell of records that may be of any object: only to those who see all."""
    obj = context.model.by_id.get(job.object_id)
    counts = job.kind not in RECORD_KINDS or context.permissions.can_read_everything(context.model)
    work = job.work or {}
    return {
        "id": job.id,
        "kind": KINDS[job.kind],
        "objectMetadataId": job.object_id or None,
        "objectNameSingular": obj.name_singular if obj is not None else None,
        "state": job.state,
        "done": job.done if counts else None,
        "total": job.total if counts else None,
        "skipped": work.get("skipped", 0) if counts else None,
        "report": work.get("report", []),
        "createdAt": _moment(job.created_ms),
        "startedAt": _moment(job.started_ms),
        "finishedAt": _moment(job.finished_ms),
    }


def _moment(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else stored_time(datetime.fromtimestamp(milliseconds / 1000, UTC))


def _list(call: Call) -> Any:
    return list_of_jobs(call.context)


def _get(call: Call) -> Any:
    return one_job(call.context, call.entity_id)


JOBS = (
    Route(segments=("jobs",), methods={"GET": _list}),
    Route(segments=("jobs", "{id}"), methods={"GET": _get}),
)
