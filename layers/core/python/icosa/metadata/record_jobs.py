"""The work on existing records that a change of the model needs: jobs that do it, and statuses that keep reads right
until they are done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import partial

from ..catalog.jobs import Job, new_job, tombstone_of
from ..model.model import Field, Object, UniqueConstraint
from ..model.search_text import search_fields
from ..store.derive import DELETED_AT
from ..store.table import Table
from ..store.vacancy import COUNTER_SHARDS, Vacancy, read_vacancy
from .draft import Draft
from .fields import fill_of
from .leaf_indexes import finish_leaves


@dataclass(slots=True)
class _Work:
    """The work on one object's records."""

    built: dict[str, int] = field(default_factory=dict)
    leaves: list[str] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)
    removed: list[Field] = field(default_factory=list)
    constraints: list[UniqueConstraint] = field(default_factory=list)
    drops: list[str] = field(default_factory=list)
    tokens: bool = False


def vacant_objects(table: Table, draft: Draft) -> dict[str, Vacancy]:
    """Objects, there before the change, that get a field or an index that would be built from their live records, but
    have no such records; by key. 1 read unit for each of them, side by side. One with many counters is never among
    them.
    """
    wanted = {
        change.obj.key
        for change in draft.field_changes()
        if change.obj.id in draft.base.by_id and change.after is not None and _indexes(change.after)
        if change.before is None or not set(_indexes(change.after)) <= set(_indexes(change.before))
    }
    wanted |= {
        after.key
        for after in (change.after for change in draft.object_changes())
        if after is not None and (before := draft.base.by_id.get(after.id)) is not None
        if {leaf.key for leaf in after.declared} - {leaf.key for leaf in before.declared}
    }
    if not wanted:
        return {}
    ws = draft.base.workspace_id
    found = sorted(key for key in wanted if draft.base.by_key[key].counters <= COUNTER_SHARDS)
    vacancies = table.parallel([partial(read_vacancy, ws=ws, object_key=key) for key in found])
    return {key: vacancy for key, vacancy in zip(found, vacancies, strict=True) if vacancy is not None}


def plan_jobs(draft: Draft, *, now_ms: int, vacant: Collection[str] = ()) -> list[Job]:
    """The jobs for objects that may have records already. Sets statuses and fills in the draft, which must be valid.

    ``vacant`` are keys of objects without live records, as the commit of the change requires (``store.vacancy``):
    nothing is built for them.
    """
    base = draft.base
    work: dict[str, _Work] = defaultdict(_Work)
    for change in list(draft.field_changes()):
        if change.obj.id not in base.by_id or change.obj.id not in draft.objects:
            continue  # a new object has no records; a deleted one goes as a whole
        needs = work[change.obj.id]
        before, after = change.before, change.after
        if after is None:
            assert before is not None
            if _holds_values(before):
                needs.removed.append(before)
                needs.drops += _indexes(before)
        elif before is None:
            if _holds_values(after):
                after = draft.set_field(after.id, fill=fill_of(draft, after))
                _build(draft, needs, after, vacant)
        elif before.index_generation != after.index_generation:
            needs.drops += _indexes(before)
            _build(draft, needs, after, vacant)
        else:
            had, wants = _indexes(before), _indexes(after)
            needs.drops += [key for key in had if key not in wants]
            needs.leaves += [key for key in wants if key not in had]
            if change.obj.key in vacant:
                needs.leaves.clear()
                finish_leaves(draft, after.id)
    for object_id in {*work, *(change.after.id for change in draft.object_changes() if change.after is not None)}:
        if object_id in base.by_id:
            _build_declared(draft, work[object_id], base.by_id[object_id], draft.object(object_id), vacant)
    jobs: list[Job] = []
    for object_change in list(draft.object_changes()):
        old, new = object_change.before, object_change.after
        if old is None:
            continue
        if new is None:
            trash = old.leaves.get(DELETED_AT)
            dropped = (*old.indexed_leaves, *old.declared, *((trash,) if trash else ()))
            drops = tuple(key for leaf in dropped for key in leaf.index_keys)
            tokens = bool(_searched(old))
            tombstone = tombstone_of(
                old, [member for member in old.fields if _holds_values(member)], old.unique_constraints
            )
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
        work[new.id].constraints += [c for c in old.unique_constraints if c.key not in kept]
        known = {index.id for index in old.indexes}
        work[new.id].indexes += [
            index.id for index in new.indexes if index.status == "BUILDING" and index.id not in known
        ]
    for object_id, needs in work.items():
        jobs += _jobs(base.by_id[object_id], needs, now_ms)
    return jobs


def _jobs(obj: Object, work: _Work, now_ms: int) -> list[Job]:
    names = {"object_key": obj.key, "object_id": obj.id}
    jobs: list[Job] = []
    if work.built or work.leaves or work.indexes:
        jobs.append(
            new_job(
                "build",
                **names,
                now_ms=now_ms,
                fields=work.built,
                leaves=tuple(work.leaves),
                indexes=tuple(work.indexes),
            )
        )
    if work.removed or work.constraints or work.tokens:
        tombstone = tombstone_of(obj, work.removed, work.constraints)
        removed = {field.id: 0 for field in work.removed}
        jobs.append(
            new_job(
                "purge",
                **names,
                now_ms=now_ms,
                tombstone=tombstone,
                fields=removed,
                tokens=work.tokens,
                drops=tuple(work.drops),
            )
        )
    elif work.drops:
        jobs.append(new_job("purge", **names, now_ms=now_ms, drops=tuple(work.drops)))
    return jobs


def _searched(obj: Object) -> tuple[str, ...]:
    return tuple(searched.id for searched in search_fields(obj)) if obj.is_searchable else ()


def _holds_values(field: Field) -> bool:
    return field.type.is_stored and not field.is_one_to_many


def _indexes(field: Field) -> list[str]:
    """Names of the indexes that records have rows in for a field."""
    return [leaf.key for leaf in field.leaves if leaf.has_rows]


def _build_declared(draft: Draft, work: _Work, old: Object, new: Object, vacant: Collection[str]) -> None:
    """Build the declared indexes whose rows have another name than before, and drop those that are gone."""
    before = {leaf.key: leaf for leaf in old.declared}
    gone = before.keys() - {leaf.key for leaf in new.declared}
    work.drops += [key for name in sorted(gone) for key in before[name].index_keys]
    by_row_key = {index.row_key: index for index in new.indexes if index.row_key is not None}
    for leaf in new.declared:
        index = by_row_key[leaf.row_key]
        if leaf.key in before:
            continue
        draft.set_index(new.id, replace(index, status="READY" if new.key in vacant else "BUILDING"))
        if new.key not in vacant and index.id in {known.id for known in old.indexes}:
            work.indexes += [] if index.id in work.indexes else [index.id]


def _build(draft: Draft, work: _Work, field: Field, vacant: Collection[str]) -> None:
    if draft.owner_of(field.id).key in vacant:
        draft.set_field(field.id, status="READY")
        finish_leaves(draft, field.id)
    elif _indexes(field):
        draft.set_field(field.id, status="BUILDING")
        work.built[field.id] = field.index_generation
