"""Migrations of formats: how rows are laid out (docs/storage.md#versions-of-data)."""

from __future__ import annotations

from ...catalog.commit import read
from ...catalog.jobs import new_job
from ..job_worker import work_on
from .migration import Progress, Work


def carry_values(work: Work) -> Progress:
    """Format 2, object by object: what the action ``carry_values`` does for one. A write unit for each row, and two for
    each record in the trash. Objects that were made since have it, and are passed by.
    """
    state = work.state or {}
    objects = read(work.table, work.workspace_id).model.objects
    obj = next((obj for obj in objects if not obj.has_trash_index), None)
    if obj is None:
        return Progress(state=None)
    place = state if state.get("object") == obj.key else {}
    job = new_job(
        "carry",
        object_key=obj.key,
        object_id=obj.id,
        now_ms=work.now_ms,
        stage=int(place.get("stage", 0)),
        after=place.get("after"),
    )
    done, is_done = work_on(
        work.table, work.workspace_id, job, now=work.now, now_ms=work.now_ms, until=work.until, clock=work.clock
    )
    if is_done:
        return Progress(state={}, records=done.done)
    return Progress(state={"object": obj.key, "stage": done.stage, "after": done.after}, records=done.done)
