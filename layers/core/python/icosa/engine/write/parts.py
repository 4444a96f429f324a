"""The parts of a follow-up (``follow_up``): what one commit does to some dependents of records, by the kind of the job.

* ``unlink``: the records are destroyed, and the on-delete actions of what points at them are carried out.
* ``trash``: the records are in the trash, and those that follow them go there, too.
* ``restore``: the records are back, and those that had followed them come back. Where a record has gone to the trash
  again meanwhile, they get its new moment, as if they had been back.
* ``merge``: the records are merged into another, and what points at them points at that one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...catalog.jobs import Job, JobKind
from ...model.model import Field, Object
from ...store.change import Change
from ...store.ops import CheckItem
from ...store.record import as_read
from ..context import Context
from ..records import State, get_any
from .changes import stamped_change
from .commit import fitting
from .dependents import RecordKey, Reference, dependents_of, last_dependents
from .on_delete import Cascade


@dataclass(frozen=True, slots=True)
class Part:
    """One commit. ``is_whole``: it treats all references that it was made for. ``checks`` must hold for it, and without
    ``sets_values`` its changes only clear and destroy. ``destroyed`` are records that it destroys.
    """

    changes: Sequence[Change]
    is_whole: bool
    checks: Sequence[CheckItem] = ()
    sets_values: bool = True
    destroyed: Sequence[tuple[Object, str]] = ()


def follows(kind: JobKind, relation: Field) -> bool:
    """Whether a job of this kind treats what points at a record with a relation."""
    assert relation.relation is not None
    return kind not in ("trash", "restore") or relation.relation.follows_to_trash


def _unlink(ctx: Context, job: Job, targets: Sequence[RecordKey], references: Sequence[Reference]) -> Part:
    """A reference that would have forbidden to destroy the record comes too late and is cleared."""
    cascade = Cascade()
    gone = [(ctx.model.by_key[object_key], record_id) for object_key, record_id in targets]
    cascade.add_dependents(last_dependents(ctx, gone, references), may_refuse=False)
    changes = cascade.changes(ctx)
    part = fitting(changes)
    destroyed = [(change.obj, change.id) for change in part if change.after is None]
    return Part(part, len(part) == len(changes), sets_values=False, destroyed=destroyed)


def _move(ctx: Context, job: Job, targets: Sequence[RecordKey], references: Sequence[Reference]) -> Part:
    assert job.work is not None
    states: dict[str, tuple[Object, State]] = {}
    for object_key in dict.fromkeys(object_key for object_key, _ in targets):
        obj = ctx.model.by_key[object_key]
        ids = [record_id for of, record_id in targets if of == object_key]
        for record_id, state in zip(ids, get_any(ctx, obj, ids), strict=True):
            if state is not None:
                states[record_id] = obj, state
    moments = {record_id: deleted_at(*found) for record_id, found in states.items()}
    went = {record_id: moment for _, record_id, _, moment, *_ in job.work["frames"]}
    moves: dict[RecordKey, tuple[Object, State, str | None]] = {}
    for owner, _, state, target in dependents_of(ctx, [each for each in references if each.target in states]):
        moment = moments[target]
        if job.kind == "trash":
            is_due = state.live and moment is not None
        else:
            is_due = not state.live and deleted_at(owner, state) == went[target] != moment
        if is_due:
            moves[owner.key, state.item.id] = owner, state, moment
    changes = [
        stamped_change(ctx, obj, state, {obj.by_name["deletedAt"].key: moment}) for obj, state, moment in moves.values()
    ]
    part = fitting(changes)
    return Part(part, len(part) == len(changes), [as_read(state.item) for _, state in states.values()])


def _repoint(ctx: Context, job: Job, targets: Sequence[RecordKey], references: Sequence[Reference]) -> Part:
    """Nothing, where the survivor is gone: what points at a record in the trash may do so."""
    assert job.work is not None
    survivor: str = job.work["survivor"]
    [state] = get_any(ctx, ctx.model.by_key[job.object_key], [survivor])
    if state is None:
        return Part([], True)
    changes = repointing(ctx, references, survivor)
    part = fitting(changes)
    return Part(part, len(part) == len(changes))


def repointing(ctx: Context, references: Sequence[Reference], survivor: str) -> list[Change]:
    """The changes that point at ``survivor`` what confirms references."""
    repointed: dict[RecordKey, tuple[Object, State, dict[str, str]]] = {}
    for owner, relation, state, _ in dependents_of(ctx, references):
        repointed.setdefault((owner.key, state.item.id), (owner, state, {}))[2][relation.key] = survivor
    return [stamped_change(ctx, owner, state, fields) for owner, state, fields in repointed.values()]


def deleted_at(obj: Object, state: State) -> str | None:
    """When a record went to the trash, which is the same moment for a record and all that followed it."""
    moment: str | None = state.item.get(obj.by_name["deletedAt"].key)
    return moment


_PartMaker = Callable[[Context, Job, Sequence[RecordKey], Sequence[Reference]], Part]

PARTS: Mapping[JobKind, _PartMaker] = {
    "unlink": _unlink,
    "trash": _move,
    "restore": _move,
    "merge": _repoint,
}
