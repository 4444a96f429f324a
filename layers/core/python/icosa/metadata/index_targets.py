"""Who made the index of a leaf, and which leaves have one by the setting ``indexes``
(docs/storage.md#indexes-by-use).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from ..model.model import Object
from ..model.tunable import IndexSetting, is_tunable
from ..model.types.base import FULL_INDEX, Field, IndexedRecords, Leaf
from .draft import Draft
from .index_defaults import as_begun
from .leaf_indexes import set_leaf_index

MadeBy = Literal["SHIPPED", "DECLARED", "TUNER"]


def is_declared(obj: Object, leaf: Leaf) -> bool:
    """Whether somebody has declared an index of the leaf alone."""
    return any(
        index.is_custom
        and not index.is_unique
        and index.type == "BTREE"
        and len(index.members) == 1
        and (index.members[0].field_id, index.members[0].sub) == (leaf.field.id, leaf.subfield)
        for index in obj.indexes
    )


def begun_records(obj: Object, leaf: Leaf) -> IndexedRecords:
    """Which records have had a row of the leaf since there is such a field."""
    return as_begun(obj, leaf.field).leaf_indexes.get(leaf.subfield or "", FULL_INDEX).records


def made_by(obj: Object, leaf: Leaf) -> MadeBy | None:
    """None where there is no index."""
    if leaf.index.records == "NONE":
        return None
    if is_declared(obj, leaf):
        return "DECLARED"
    return "SHIPPED" if leaf.index.records == begun_records(obj, leaf) else "TUNER"


def left_records(leaf: Leaf) -> IndexedRecords:
    """Which records have a row of a leaf when its index is dropped: of relations those that point at nothing, which
    edges do not tell.
    """
    return "NULLS" if leaf.field.is_many_to_one else "NONE"


def may_drop(obj: Object, leaf: Leaf) -> bool:
    """Whether there is an index that ``dropFieldIndex`` drops. Declared ones have an id, by which they are deleted."""
    return leaf.index.records in ("ALL", "VALUES") and is_tunable(leaf) and not is_declared(obj, leaf)


def wanted_records(setting: IndexSetting, obj: Object, leaf: Leaf) -> IndexedRecords:
    """Which records are to have a row of a leaf by the setting; those that have one where the setting leaves that to
    use.
    """
    if setting == "all" or is_declared(obj, leaf):
        return "ALL"
    if setting != "declared":
        return leaf.index.records
    if not leaf.field.is_custom:
        return begun_records(obj, leaf)
    return left_records(leaf)


def leaves_of(obj: Object) -> Iterator[Leaf]:
    """The leaves of an object that may have an index."""
    for field in obj.stored_fields:
        for leaf in field.leaves:
            if leaf.may_have_rows:
                yield leaf


def set_wanted(draft: Draft, setting: IndexSetting) -> None:
    """Let all leaves have the indexes of the setting."""
    for obj in list(draft.objects.values()):
        for leaf in list(leaves_of(obj)):
            set_leaf_index(draft, leaf.field.id, leaf.subfield, wanted_records(setting, obj, leaf))


def begin_as_wanted(draft: Draft, setting: IndexSetting) -> None:
    """Let the fields that a change adds begin with the indexes of the setting."""
    if setting in ("auto", "advise"):
        return
    for change in list(draft.field_changes()):
        if change.before is not None or change.after is None or change.obj.id not in draft.objects:
            continue
        field: Field = change.after
        if field.is_one_to_many or not field.type.is_stored:
            continue
        obj = draft.object(change.obj.id)
        for leaf in field.leaves:
            if leaf.may_have_rows and not leaf.index.serves_search:
                begin_leaf(draft, obj, leaf, wanted_records(setting, obj, leaf))


def begin_leaf(draft: Draft, obj: Object, leaf: Leaf, records: IndexedRecords) -> None:
    """Let a leaf of a new field begin with these rows: there are no others that the job would have to drop."""
    field = draft.field(leaf.field.id)
    index = replace(leaf.index, records=records, status="READY", generation=0, since=None)
    indexes = {**field.leaf_indexes, leaf.subfield or "": index}
    draft.set_field(field.id, leaf_indexes={name: known for name, known in indexes.items() if known != FULL_INDEX})
