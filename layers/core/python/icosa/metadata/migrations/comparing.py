"""Unique links of workspaces from before 0.3: from how they are written to the form in which they are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...catalog.commit import Snapshot, VersionConflict, commit, read
from ...catalog.constraints import unique_constraint
from ...catalog.jobs import new_job
from ...model.model import Index, Model, Object, UniqueConstraint
from ...store.lease import outlast_leases
from ..draft import Draft
from ..job_worker import work_on
from ..record_jobs import plan_jobs
from .migration import Progress, Work


def compare_links(work: Work) -> Progress:
    """One constraint after the other: a second one that compares is built beside it, and takes its place. While both
    are there, values must be unique by both. Where records contradict the new one, the old one stays, and the report
    says so. What is to be done follows from the model.

    A write unit of a transaction for each record that has the value, 2 for each 4 KB of the records, one more to remove
    the old guard (a job of its own), and three changes of the model for each constraint.
    """
    state = work.state or {}
    kept: list[str] = list(state.get("kept", ()))
    snapshot = read(work.table, work.workspace_id)
    found = _outdated(snapshot.model, kept)
    if found is None:
        return Progress(state=None)
    obj, old = found
    new = next((each for each in obj.unique_constraints if each.is_compared and each.field_ids == old.field_ids), None)
    index = _index_of(obj, old, new)
    if index is not None and index.status == "BUILDING":
        return _build(work, obj, index, kept)
    draft = Draft(snapshot.model, next_object_key=snapshot.next_object_key, now=work.now)
    report: tuple[str, ...] = ()
    if new is not None:
        rest = tuple(constraint for constraint in obj.unique_constraints if constraint.key != old.key)
        draft.set_object(obj.id, unique_constraints=rest)
    elif index is not None and index.constraint_key == old.key:
        key = draft.take_key(obj.id, "u")
        new = unique_constraint(key, [obj.by_id[field_id] for field_id in old.field_ids])
        draft.set_object(obj.id, unique_constraints=(*obj.unique_constraints, new))
        draft.set_index(obj.id, replace(index, constraint_key=key, status="BUILDING"))
    else:
        kept.append(_name(obj, old))
        names = ", ".join(obj.by_id[field_id].name for field_id in old.field_ids)
        report = (f"{obj.name_singular}.{names} stays unique as it is written: records have one link in several forms",)
        if index is not None:
            draft.set_index(obj.id, replace(index, constraint_key=old.key, status="READY"))
            for field_id in old.field_ids:
                draft.set_field(field_id, is_unique=True)
    try:
        _commit(work, snapshot, draft)
    except VersionConflict:
        return Progress(state=state)  # Another change of the model came first: look again.
    return Progress(state={"kept": kept}, report=report)


def _outdated(model: Model, kept: Sequence[str]) -> tuple[Object, UniqueConstraint] | None:
    return next(
        (
            (obj, constraint)
            for obj in model.objects
            for constraint in obj.unique_constraints
            if constraint.is_outdated and _name(obj, constraint) not in kept
        ),
        None,
    )


def _name(obj: Object, constraint: UniqueConstraint) -> str:
    return f"{obj.id} {constraint.key}"


def _index_of(obj: Object, old: UniqueConstraint, new: UniqueConstraint | None) -> Index | None:
    """The index that shows a constraint, or its replacement; one that records contradict shows none."""
    shown = (old.key, None) if new is None else (new.key,)
    own = [index for index in obj.indexes if tuple(member.field_id for member in index.members) == old.field_ids]
    found = [index for key in shown for index in own if index.is_unique and index.constraint_key == key]
    return found[0] if found else None


def _commit(work: Work, snapshot: Snapshot, draft: Draft) -> None:
    jobs = plan_jobs(draft, now_ms=work.now_ms)
    rows = draft.row_changes()
    commit(
        work.table,
        snapshot,
        draft.model(),
        rows.put,
        rows.removed,
        next_object_key=draft.next_object_key,
        jobs=jobs,
    )


def _build(work: Work, obj: Object, index: Index, kept: list[str]) -> Progress:
    """Give all records their guards, once no writer is left that does not know of them."""
    place = (work.state or {}).get("building", {})
    if not place:
        outlast_leases()
    job = new_job(
        "build",
        object_key=obj.key,
        object_id=obj.id,
        now_ms=work.now_ms,
        indexes=(index.id,),
        stage=int(place.get("stage", 0)),
        after=place.get("after"),
        failed=tuple(place.get("failed", ())),
    )
    done, is_done = work_on(
        work.table, work.workspace_id, job, now=work.now, now_ms=work.now_ms, until=work.until, clock=work.clock
    )
    if is_done:
        return Progress(state={"kept": kept}, records=done.done)
    building = {"stage": done.stage, "after": done.after, "failed": list(done.failed)}
    return Progress(state={"kept": kept, "building": building}, records=done.done)
