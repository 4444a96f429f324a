"""Which records have index rows of a leaf (docs/storage.md#which-leaves-have-an-index): changes of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ..model.types.base import FULL_INDEX, IndexedRecords, Status
from .draft import Draft
from .index_defaults import as_begun


def set_leaf_index(
    draft: Draft, field_id: str, subfield: str | None, records: IndexedRecords, *, by_hand: bool = False
) -> bool:
    """Let ``records`` have index rows of a leaf, which are new ones: a job makes them. Whether that is a change: an
    index that serves search stays as it is. ``by_hand``: somebody wants it so, and use must not undo it soon.
    """
    field, name = draft.field(field_id), subfield or ""
    known = field.leaf_indexes.get(name, FULL_INDEX)
    if known.records == records or known.serves_search:
        return False
    status: Status = "READY" if records == "NONE" else "BUILDING"
    changed = replace(
        known,
        records=records,
        status=status,
        generation=known.generation + (records != "NONE"),
        since=draft.now[:10],
        dropped_on=draft.now[:10] if by_hand and records != "ALL" else None,
    )
    draft.set_field(field_id, leaf_indexes={**field.leaf_indexes, name: changed})
    return True


def reset_leaf_index(draft: Draft, field_id: str, subfield: str | None) -> None:
    """Take back what a declared index of one leaf has added to the rows that the field began with. Rows that nobody has
    declared stay: those of workspaces that are older than the defaults, too.
    """
    field, name = draft.field(field_id), subfield or ""
    if not field.leaf_indexes.get(name, FULL_INDEX).generation:
        return
    begun = as_begun(draft.owner_of(field_id), field)
    set_leaf_index(draft, field_id, subfield, begun.leaf_indexes.get(name, FULL_INDEX).records, by_hand=True)


def finish_leaves(draft: Draft, field_id: str, leaf_keys: Collection[str] | None = None) -> None:
    """Let reads use the rows of a field's leaves, of all or of those named, which every record has now."""
    field = draft.field(field_id)
    done = {
        leaf.subfield or "": replace(leaf.index, status="READY")
        for leaf in field.leaves
        if leaf.index.status == "BUILDING" and (leaf_keys is None or leaf.key in leaf_keys)
    }
    if done:
        draft.set_field(field_id, leaf_indexes={**field.leaf_indexes, **done})
