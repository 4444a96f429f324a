"""Rows that hold their records (docs/storage.md#rows-that-hold-their-record), for workspaces that have none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..access.audit import Entry
from ..model.model import Field, Object
from ..model.types.base import FULL_INDEX, LeafIndex
from ..store.table import Table
from .draft import Draft
from .index_defaults import as_begun
from .own_changes import change_model


def begin_copies(table: Table, workspace_id: str, *, now: str) -> None:
    """Let every write of the model from now on put copies of records into the rows that have them in new workspaces.
    Reads use them when a job (``carry``) has given all rows theirs (``finish_copies``).

    Raises TransactionConflict while the model keeps changing.
    """

    def edit(draft: Draft) -> Sequence[Entry]:
        for obj in draft.base.objects:
            for field in obj.fields:
                if missing := _missing(obj, field):
                    draft.set_field(field.id, leaf_indexes={**field.leaf_indexes, **missing})
        return ()

    change_model(table, workspace_id, edit, now=now)


def finish_copies(draft: Draft, field: Field) -> None:
    """Let reads use the copies in the rows of a field's leaves, which all rows have now."""
    done = {
        name: replace(index, copies="READY") for name, index in field.leaf_indexes.items() if index.copies == "BUILDING"
    }
    if done:
        draft.set_field(field.id, leaf_indexes={**draft.field(field.id).leaf_indexes, **done})


def _missing(obj: Object, field: Field) -> dict[str, LeafIndex]:
    found: dict[str, LeafIndex] = {}
    for name, begun in as_begun(obj, field).leaf_indexes.items():
        known = field.leaf_indexes.get(name, FULL_INDEX)
        if begun.copies == "READY" and known.copies == "NONE" and known.records == "ALL":
            found[name] = replace(known, copies="BUILDING")
    return found
