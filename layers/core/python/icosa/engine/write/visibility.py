"""What a caller who may not see all records may write (docs/wire/access.md#row-level-predicates).

``create``, ``modify``, ``trash`` and ``merge`` ask before they commit. What follows from a write by itself (references
that are cleared, records that are destroyed, trashed or re-pointed with another) is no change by the caller and is not
asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...errors import PermissionDenied
from ...store.change import Change
from ..context import Context
from ..records import get_any_visible
from .foreign_keys import Reference, new_references


def require_visible(ctx: Context, changes: Sequence[Change]) -> None:
    """Raises PermissionDenied when a record as it is after the change is none that the caller may see."""
    if any(unseen(ctx, changes)):
        raise PermissionDenied


def unseen(ctx: Context, changes: Sequence[Change]) -> Iterator[Change]:
    """The changes after which the caller may not see the record."""
    for change in changes:
        if change.after is not None and not ctx.rows.shows(change.obj, change.after):
            yield change


def unseen_targets(ctx: Context, changes: Sequence[Change]) -> list[Reference]:
    """The new references to records that the caller may not see, which are as those to nothing. Costs a read for each
    object concerned of which the caller may not see all records, and nothing for others.
    """
    created_here = {(change.obj.key, change.id) for change in changes if change.after is not None}
    by_object: dict[str, list[Reference]] = {}
    for reference in new_references(ctx, changes):
        if (reference.target.key, reference.id) not in created_here and ctx.rows.limits(reference.target):
            by_object.setdefault(reference.target.id, []).append(reference)
    hidden: list[Reference] = []
    for references in by_object.values():
        ids = list(dict.fromkeys(reference.id for reference in references))
        states = dict(zip(ids, get_any_visible(ctx, references[0].target, ids), strict=True))
        hidden += [reference for reference in references if states[reference.id] is None]
    return hidden
