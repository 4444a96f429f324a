"""What follows from a write in further commits: the dependents of records that are gone, moved or merged.

What one commit holds is one commit, and never comes here. Beyond it the record itself goes first, and in the same
transaction a job is written that says what is left to do (``catalog.jobs``). Each further commit changes some
dependents and moves the job on, again in one transaction: so whoever dies, and whenever, nothing is lost and nothing is
done twice. The request does the job itself while that takes a moment, and its row is gone then; what would take longer
it leaves to the function ``jobs`` (``metadata.job_runner``), and tells its client the job's id.

A job's *frames* are the records whose dependents are still to be treated, each with the edge after which to go on. What
a cascade destroys becomes a frame in the commit that destroys it. Frames are taken from the end, so that few are open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, NamedTuple

from ...catalog.jobs import Job, JobKind, find_job, list_jobs, new_job
from ...errors import BadRequest, Conflict
from ...model.model import Object
from ...store import keys
from ...store.change import Change
from ...store.commit import WriteConflict
from ...store.lookup import Edge, count_edges, edge_sort, edges_from
from ...store.ops import Op, PutItem, delete_seen, replace_seen
from ...store.table import QueryPage, Table, TransactionConflict, TransactionFailed
from ...store.workspace_row import mark_jobs
from ..context import Context
from .commit import DuplicateEntry, commit_changes, retry_on_conflict
from .dependents import RecordKey, Reference
from .parts import PARTS, Part, follows

#: Dependents that one commit of a job changes: with counters, checks and the job itself they fit into a transaction.
PART_RECORDS: Final = 75
#: Dependents that a request treats itself: a dozen commits, some two seconds.
REQUEST_RECORDS: Final = 900
#: Records whose edges are read at once.
_FRAMES_AT_ONCE = 90
#: Records that one commit of a move requires to be unchanged.
_CHECKED_FRAMES = 6
#: Open frames that fit into a job's row. What is destroyed beyond them the janitor treats, as the stream tells it.
_MAX_FRAMES = 2_000


#: Where the dependents are that a move has dealt with: among the live records, or not.
_DONE_PLACE = {"trash": False, "restore": True}


class Frame(NamedTuple):
    """A record whose dependents are treated, from the edge ``after`` on. ``moment`` is the ``deletedAt`` that it had
    before it came back from the trash. ``is_counted``: its dependents are in the job's total.
    """

    object_key: str
    record_id: str
    after: str | None = None
    moment: str | None = None
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a write leaves to do, as ``begin`` takes it. ``known`` are its dependents as far as they have been read,
    ``are_all`` says whether these are all. ``survivor`` is that of a merge.
    """

    kind: JobKind
    frames: Sequence[Frame]
    known: int
    are_all: bool
    survivor: str | None = None


def commit_and_follow_up(ctx: Context, changes: Sequence[Change], follow_up: FollowUp) -> None:
    """Commit changes, and with them the job of what follows; do it, or leave it to the queue.

    Raises what ``commit_changes`` raises, then nothing has been written.
    """
    if not follow_up.frames:
        commit_changes(ctx, changes)
        return
    now_ms = int(time.time() * 1000)
    is_left = not follow_up.are_all or follow_up.known > REQUEST_RECORDS
    [first, *_] = follow_up.frames
    what: dict[str, Any] = {"not_before_ms": now_ms} if is_left else {}
    obj, survivor = ctx.model.by_key[first.object_key], follow_up.survivor
    job = new_job(
        follow_up.kind,
        object_key=obj.key,
        object_id=obj.id,
        now_ms=now_ms,
        total=follow_up.known if follow_up.are_all else None,
        work={
            "frames": [list(frame) for frame in follow_up.frames],
            "merged": [] if survivor is None else [survivor, *(frame.record_id for frame in follow_up.frames)],
            "survivor": survivor,
            "actor": dict(ctx.actor),
            "skipped": 0,
        },
        **what,
    )
    commit_changes(ctx, changes, beside=_begun(ctx, job))
    if is_left:
        ctx.table.meter.jobs.append(job.id)
        return
    try:
        finish(ctx, job)
    except Conflict:
        ctx.table.meter.jobs.append(job.id)  # The write has happened, and that is the answer; the job does the rest.


def finish(ctx: Context, job: Job, *, is_stored: bool = True) -> None:
    """Do a job to its end. One that is not stored belongs to a commit that held everything: it looks for what others
    have made meanwhile.
    """
    while (moved := advance(ctx, job, keeps=False, is_stored=is_stored)) is not None:
        job = moved


def unlinked(ctx: Context, destroyed: Sequence[tuple[Object, str]]) -> Job:
    """The job, not stored, of what still points at destroyed records."""
    frames = [list(Frame(obj.key, i)) for obj, i in destroyed]
    work = {"frames": frames, "merged": [], "survivor": None, "actor": dict(ctx.actor), "skipped": 0}
    return new_job("unlink", object_key="", object_id="", now_ms=int(time.time() * 1000), total=0, work=work)


def start_unlinking(ctx: Context, obj: Object, record_id: str) -> None:
    """Leave what still points at a destroyed record to a job."""
    now_ms = int(time.time() * 1000)
    job = unlinked(ctx, [(obj, record_id)])
    job = replace(job, object_key=obj.key, object_id=obj.id, not_before_ms=now_ms, total=None)
    ctx.table.transact(_begun(ctx, job))


def _begun(ctx: Context, job: Job) -> list[Op]:
    """What lets a job begin, by the stream or, should that be late, by requests."""
    ws = ctx.model.workspace_id
    return [PutItem(job.row(ws)), mark_jobs(ws, job.overdue_ms)]


def is_in_a_job(ctx: Context, record_id: str) -> bool:
    """Whether some job is going to treat what points at a destroyed record."""
    jobs = list_jobs(ctx.table, ctx.model.workspace_id)
    return any(frame.record_id == record_id for job in jobs if job.kind == "unlink" for frame in _frames(job))


def advance(ctx: Context, job: Job, *, keeps: bool = True, is_stored: bool = True) -> Job | None:
    """One commit of a job: the job after it, None when nothing is left. ``keeps``: the finished job stays to be seen.

    Raises Conflict when others are faster every time.
    """
    known: list[Job | None] = [job]  # as read by the caller; after a conflict it is read again

    def attempt(most: int) -> Job | None:
        current = known.pop() if known else (find_job(ctx.table, ctx.model.workspace_id, job.id) if is_stored else job)
        if current is None or current.finished_ms is not None:
            return None
        try:
            return _step(ctx, current, most, keeps=keeps, is_stored=is_stored)
        except DuplicateEntry:
            raise
        except BadRequest:
            raise WriteConflict from None  # what was read a moment ago is gone

    try:
        return retry_on_conflict(ctx, partial(attempt, PART_RECORDS))
    except DuplicateEntry:
        # One of the dependents must not have the reference: one by one, and without it.
        return retry_on_conflict(ctx, partial(attempt, 1))


def _step(ctx: Context, job: Job, most: int, *, keeps: bool, is_stored: bool) -> Job | None:
    if job.total is None:
        job = replace(job, total=_count(ctx, job))
    taken = _take(ctx, job, most)
    part = PARTS[job.kind](ctx, job, taken.targets, taken.references)
    moved = _moved(ctx, job, taken, part)
    rows = [_row(ctx, moved, job.moves, keeps=keeps)] if is_stored else []
    try:
        if part.changes:
            commit_changes(ctx, part.changes, sets_values=part.sets_values, beside=[*part.checks, *rows])
        elif rows:
            _write(ctx.table, rows)
    except DuplicateEntry:
        if most > 1:
            raise
        assert moved.work is not None
        moved = replace(moved, work={**moved.work, "skipped": moved.work["skipped"] + 1})
        _write(ctx.table, [_row(ctx, moved, job.moves, keeps=keeps)])
    return moved if _frames(moved) else None


class _Taken(NamedTuple):
    """What one commit is about: references to ``targets``, and the frames that are left when it has treated them all.
    ``uncounted`` are references that are not in the job's total yet.
    """

    targets: list[RecordKey]
    references: list[Reference]
    rest: list[Frame]
    uncounted: int


def _take(ctx: Context, job: Job, most: int) -> _Taken:
    frames = _frames(job)
    while frames:
        rest, top = frames[:-_FRAMES_AT_ONCE], frames[-_FRAMES_AT_ONCE:][::-1]
        pages = ctx.table.parallel([_reader(ctx, frame, most) for frame in top])
        targets: list[RecordKey] = []
        references: list[Reference] = []
        uncounted = 0
        left: list[Frame] = []
        for position, (frame, page) in enumerate(zip(top, pages, strict=True)):
            if len(references) >= most or (job.kind in ("trash", "restore") and len(targets) == _CHECKED_FRAMES):
                left = top[position:]
                break
            found, last = _relevant(ctx, job, frame, page, most - len(references))
            if found:
                targets.append((frame.object_key, frame.record_id))
            references += found
            uncounted += 0 if frame.is_counted else len(found)
            if last is not None:
                left = [frame._replace(after=last), *top[position + 1 :]]
                break
        frames = [*rest, *left[::-1]]
        if references:
            return _Taken(targets, references, frames, uncounted)
    return _Taken([], [], [], 0)


def _reader(ctx: Context, frame: Frame, most: int) -> Callable[[Table], QueryPage[Edge]]:
    ws = ctx.model.workspace_id
    return lambda table: edges_from(table, ws, frame.record_id, after=frame.after, limit=most + 1)


def _relevant(
    ctx: Context, job: Job, frame: Frame, page: QueryPage[Edge], most: int
) -> tuple[list[Reference], str | None]:
    """The references of a page that concern a job, at most so many, and the edge to go on after."""
    obj = ctx.model.by_key.get(frame.object_key)
    if obj is None:
        return [], None
    relations = {
        (owner.key, relation.key): (owner, relation)
        for owner, relation in ctx.model.references[obj.id]
        if follows(job.kind, relation)
    }
    assert job.work is not None
    own = job.work["merged"]
    found: list[Reference] = []
    for edge in page.items:
        if edge[:2] not in relations or edge.live is _DONE_PLACE.get(job.kind):
            continue
        owner, relation = relations[edge[:2]]
        if owner.key == obj.key and edge.record_id in own:
            continue
        found.append(Reference(owner, relation, edge.record_id, edge.live, frame.record_id))
        if len(found) == most:
            return found, edge_sort(edge)
    return found, page.last


def _moved(ctx: Context, job: Job, taken: _Taken, part: Part) -> Job:
    """The job after a commit of ``part``."""
    new = [
        Frame(obj.key, record_id, is_counted=False) for obj, record_id in part.destroyed if ctx.model.references[obj.id]
    ]
    frames = taken.rest if part.is_whole else _frames(job)
    if len(frames) + len(new) <= _MAX_FRAMES:
        frames = [*frames, *new]
    done = job.done + (len(taken.references) if part.is_whole else len(part.changes))
    total = (job.total or 0) + (taken.uncounted if part.is_whole else 0)
    now_ms = int(time.time() * 1000)
    is_done = not frames
    return replace(
        job,
        work={**(job.work or {}), "frames": [list(frame) for frame in frames]},
        done=done,
        total=done if is_done else max(total, done),
        moves=job.moves + 1,
        started_ms=job.started_ms or now_ms,
        finished_ms=now_ms if is_done else None,
    )


def _row(ctx: Context, job: Job, seen: int, *, keeps: bool) -> Op:
    """The job's row after a commit, on the condition that nobody else has moved the job on."""
    if job.finished_ms is not None and not keeps:
        return delete_seen(keys.job(ctx.model.workspace_id, job.id), "moves", seen)
    return replace_seen(job.row(ctx.model.workspace_id), "moves", seen)


def _write(table: Table, rows: Sequence[Op]) -> None:
    try:
        table.transact(rows)
    except (TransactionFailed, TransactionConflict):
        raise WriteConflict from None


def _count(ctx: Context, job: Job) -> int:
    """How many edges lead to the dependents of a job's frames: a read unit for some thirty."""
    counts = [
        partial(count_edges, pk=keys.edges(ctx.model.workspace_id, frame.record_id), prefix=prefix)
        for frame in _frames(job)
        if (obj := ctx.model.by_key.get(frame.object_key)) is not None
        for owner, relation in ctx.model.references[obj.id]
        if follows(job.kind, relation)
        for live in (True, False)
        if live is not _DONE_PLACE.get(job.kind)
        for prefix in (keys.edge_prefix(owner.key, relation.key, live=live),)
    ]
    return sum(ctx.table.parallel(counts)) if counts else 0


def _frames(job: Job) -> list[Frame]:
    assert job.work is not None
    return [Frame(*frame) for frame in job.work["frames"]]
