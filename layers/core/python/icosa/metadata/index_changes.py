"""Commits of what only changes which leaves have an index, each with its entries of the audit log
(docs/storage.md#indexes-by-use), and the drop that a caller asks for.
"""

from __future__ import annotations

from typing import Final

from ..access.audit import Actor, Entry
from ..catalog.commit import Snapshot
from ..model.model import Model, Object
from ..model.tunable import IndexSetting, is_tunable
from ..model.types.base import FULL_INDEX, Leaf
from ..store.table import Table
from ..validation.errors import FieldIndexNotFound, FieldNotFound, IndexMutationNotAllowed, InvalidIndexInput
from .draft import Draft
from .index_targets import is_declared, leaves_of, left_records, may_drop
from .indexes import check_column
from .leaf_indexes import set_leaf_index
from .own_changes import commit_told
from .record_jobs import plan_jobs

#: Changes that the audit log has one by one; of more it has their number.
_MOST_ENTRIES: Final = 20


def commit_indexes(table: Table, snapshot: Snapshot, draft: Draft, actor: Actor, *, now_ms: int) -> Model:
    """Write a draft in which nothing but indexes of leaves has changed; the model after it. A transaction of the rows
    of fields, jobs, and entries of the audit log. Raises VersionConflict, and WorkspaceGone.
    """
    jobs = plan_jobs(draft, now_ms=now_ms)
    return commit_told(table, snapshot, draft, _entries(snapshot.model, draft), actor, jobs)


def drop_leaf_index(draft: Draft, setting: IndexSetting, field_id: str, subfield: str | None) -> Leaf:
    """Drop the index of one leaf that nobody declared, as somebody wants it. The leaf as it was.

    Raises FieldNotFound, InvalidIndexInput, FieldIndexNotFound, and IndexMutationNotAllowed for an index that has to
    stay.
    """
    found = draft.find_field(field_id)
    if found is None:
        raise FieldNotFound
    obj, field = found
    check_column(field, subfield)
    leaf = next((leaf for leaf in field.leaves if leaf.subfield == subfield and leaf.may_have_rows), None)
    if leaf is None:
        raise InvalidIndexInput(f"Field {field.name} cannot have an index of its own")
    name = f"{obj.name_singular}.{leaf.dotted}"
    if not leaf.has_rows:
        raise FieldIndexNotFound(name)
    if not may_drop(obj, leaf):
        raise IndexMutationNotAllowed(f"The index of {name} stays: {_why_it_stays(obj, leaf)}")
    if setting == "all":
        raise IndexMutationNotAllowed(
            f"The index of {name} stays: this workspace has all indexes. Give its setting `indexes` another value first"
        )
    set_leaf_index(draft, field_id, subfield, left_records(leaf), by_hand=True)
    return leaf


def _why_it_stays(obj: Object, leaf: Leaf) -> str:
    if is_declared(obj, leaf):
        return "somebody declared it, so deleteOneIndex deletes it"
    if is_tunable(leaf):
        return "it has rows of those records alone that point at nothing"
    return "search uses it" if leaf.index.serves_search else "the product itself reads by it"


def _entries(before: Model, draft: Draft) -> list[Entry]:
    entries = []
    for change in draft.field_changes():
        if change.before is None or change.after is None:
            continue
        for leaf in change.after.leaves:
            old = change.before.leaf_indexes.get(leaf.subfield or "", FULL_INDEX).records
            if old != leaf.index.records:
                entries.append(_entry(change.obj, leaf, old))
    if len(entries) <= _MOST_ENTRIES:
        return entries
    return [
        Entry(
            action="index.changed",
            target_type="workspace",
            target_id=before.workspace_id,
            label=f"{len(entries)} indexes",
            before={"indexes": sum(leaf.has_rows for obj in before.objects for leaf in leaves_of(obj))},
            after={"indexes": sum(leaf.has_rows for obj in draft.objects.values() for leaf in leaves_of(obj))},
        )
    ]


def _entry(obj: Object, leaf: Leaf, old: str) -> Entry:
    return Entry(
        action="index.dropped" if leaf.index.records in ("NONE", "NULLS") else "index.built",
        target_type="field",
        target_id=leaf.field.id,
        label=f"{obj.name_singular}.{leaf.dotted}",
        before={"records": old},
        after={"records": leaf.index.records},
    )
