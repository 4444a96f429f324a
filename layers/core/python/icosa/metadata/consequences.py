"""What a change of the model means for the records that are there: statuses that keep reads right, and jobs that do the
work.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from ..catalog.jobs import Job, new_job, tombstone_of
from ..model.model import Field, Object, UniqueConstraint
from ..model.search_text import search_fields
from .draft import Draft
from .fields import fill_of


@dataclass(slots=True)
class _Work:
    """What one object's records need."""

    built: dict[str, int] = field(default_factory=dict)
    indexes: list[str] = field(default_factory=list)
    gone: list[Field] = field(default_factory=list)
    constraints: list[UniqueConstraint] = field(default_factory=list)
    drops: list[str] = field(default_factory=list)
    tokens: bool = False


def follow(draft: Draft, *, now_ms: int) -> list[Job]:
    """Complete a valid draft for objects that had records before, and name the work that follows from it."""
    base = draft.base
    work: dict[str, _Work] = defaultdict(_Work)
    for change in list(draft.field_changes()):
        if change.obj.id not in base.by_id or change.obj.id not in draft.objects:
            continue  # a new object has no records; a deleted one goes as a whole
        mine = work[change.obj.id]
        before, after = change.before, change.after
        if after is None:
            assert before is not None
            if _holds_values(before):
                mine.gone.append(before)
                mine.drops += _indexes(before)
        elif before is None:
            if _holds_values(after):
                after = draft.set_field(after.id, fill=fill_of(draft, after))
                _build(draft, mine, after)
        elif before.index_generation != after.index_generation:
            mine.drops += _indexes(before)
            _build(draft, mine, after)
    jobs: list[Job] = []
    for object_change in list(draft.object_changes()):
        old, new = object_change.before, object_change.after
        if old is None:
            continue
        if new is None:
            drops = tuple(leaf.key for leaf in old.indexed_leaves)
            tokens = bool(_searched(old))
            tombstone = tombstone_of(old, [one for one in old.fields if _holds_values(one)], old.unique_constraints)
            jobs.append(
                new_job(
                    "destroy",
                    object_key=old.key,
                    object_id=old.id,
                    now_ms=now_ms,
                    tombstone=tombstone,
                    tokens=tokens,
                    drops=drops,
                )
            )
            continue
        work[new.id].tokens = _searched(old) != _searched(new)
        kept = {constraint.key for constraint in new.unique_constraints}
        work[new.id].constraints += [one for one in old.unique_constraints if one.key not in kept]
        known = {index.id for index in old.indexes}
        work[new.id].indexes += [
            index.id for index in new.indexes if index.status == "BUILDING" and index.id not in known
        ]
    for object_id, mine in work.items():
        jobs += _jobs(base.by_id[object_id], mine, now_ms)
    return jobs


def _jobs(obj: Object, work: _Work, now_ms: int) -> list[Job]:
    names = {"object_key": obj.key, "object_id": obj.id}
    found: list[Job] = []
    if work.built or work.indexes:
        found.append(new_job("build", **names, now_ms=now_ms, fields=work.built, indexes=tuple(work.indexes)))
    if work.gone or work.constraints or work.tokens:
        tombstone = tombstone_of(obj, work.gone, work.constraints)
        gone = {one.id: 0 for one in work.gone}
        found.append(
            new_job(
                "purge",
                **names,
                now_ms=now_ms,
                tombstone=tombstone,
                fields=gone,
                tokens=work.tokens,
                drops=tuple(work.drops),
            )
        )
    elif work.drops:
        found.append(new_job("purge", **names, now_ms=now_ms, drops=tuple(work.drops)))
    return found


def _searched(obj: Object) -> tuple[str, ...]:
    return tuple(one.id for one in search_fields(obj)) if obj.is_searchable else ()


def _holds_values(field: Field) -> bool:
    return field.type.is_stored and not field.is_one_to_many


def _indexes(field: Field) -> list[str]:
    """Names of the indexes that records have rows in for a field."""
    return [leaf.key for leaf in field.leaves if leaf.kind.is_indexed] if field.is_indexed else []


def _build(draft: Draft, work: _Work, field: Field) -> None:
    if _indexes(field):
        draft.set_field(field.id, status="BUILDING")
        work.built[field.id] = field.index_generation
