"""The job that brings a workspace to the present versions: announced by whoever sees that it is behind.

Its id follows from the workspace's target, so there is one however many see it. The first request after a deployment
does, beside its own work: a conditional write, once in five minutes for each process while the workspace is behind, and
another one if that has made the job.
"""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from typing import Final

from ..lru import LRUCache
from ..store.ops import NOT_EXISTS, PutItem
from ..store.table import Table
from ..store.versions import CURRENT, Versions
from ..store.workspace_row import mark_jobs
from .jobs import Job

#: How long a process believes that a job that it has announced is there.
_BELIEVED_SECONDS: Final = 300.0

#: The variable with the seconds between the announcement of a job and its beginning, and what they are without it.
_DELAY: Final = "MIGRATION_DELAY"
_DELAY_SECONDS: Final = 900

_announced: LRUCache[tuple[str, str], float] = LRUCache(size=4096)


def job_id(workspace_id: str, target: Versions = CURRENT) -> str:
    """The id of the job that leads a workspace to ``target``: a UUID (version 8 of RFC 9562) behind those of all other
    jobs, which begin with the time, so that lists of the newest ones begin with it.
    """
    named = f"{workspace_id} {target.format} {target.standard}"
    tail = int.from_bytes(hashlib.sha256(named.encode()).digest()[:8]) >> 2
    return str(uuid.UUID(int=0xFFFFFFFFFFFF << 80 | 0x8FFF << 64 | 0b10 << 62 | tail))


def migration_job(workspace_id: str, *, now_ms: int, at_once: bool = False) -> Job:
    """The job, as it begins. ``at_once``: somebody asks for it, so it does not wait for a deployment to last."""
    return Job(
        id=job_id(workspace_id),
        kind="migrate",
        object_key="",
        object_id="",
        created_ms=now_ms,
        not_before_ms=now_ms,
        work={"atOnce": at_once},
    )


def wait_ms(job: Job, *, now_ms: int) -> int:
    """How long a job must still wait: until then the release that has announced it may be taken back."""
    assert job.work is not None
    delay = 0 if job.work.get("atOnce") else int(os.environ.get(_DELAY) or _DELAY_SECONDS) * 1000
    return job.created_ms + delay - now_ms


def announce(table: Table, workspace_id: str, *, now_ms: int) -> None:
    """See to it that a workspace that is behind has its job."""
    place, moment = (table.name, workspace_id), time.monotonic()
    last = _announced.get(place)
    if last is not None and moment - last < _BELIEVED_SECONDS:
        return
    job = migration_job(workspace_id, now_ms=now_ms)
    if table.put(PutItem(job.row(workspace_id), NOT_EXISTS)):  # unless another request has announced it
        table.update(mark_jobs(workspace_id, job.overdue_ms + max(0, wait_ms(job, now_ms=now_ms))))
    _announced.put(place, moment)


def forget() -> None:
    """Forget what was announced, as a new container knows nothing."""
    _announced.clear()
