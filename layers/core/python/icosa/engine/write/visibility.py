"""What a caller who may not see all records may write (docs/wire/access.md#row-level-predicates).

``create``, ``modify``, ``trash`` and ``merge`` ask before they commit. What follows from a write by itself (references
that are cleared, records that are destroyed, trashed or re-pointed with another) is no change by the caller and is not
asked about.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import PermissionDenied
from ...model.model import Field, Object
from ...store.change import Change
from ..context import Context
from ..records import get_any_visible
from .foreign_keys import missing_target, new_references


def require_visible(ctx: Context, changes: Sequence[Change]) -> None:
    """Raises PermissionDenied when a record as it is after the change is none that the caller may see."""
    for change in changes:
        if change.after is not None and not ctx.rows.shows(change.obj, change.after):
            raise PermissionDenied


def require_visible_targets(ctx: Context, changes: Sequence[Change]) -> None:
    """Raises BadRequest for a new reference to a record that the caller may not see, as for one to nothing. Costs a
    read for each object concerned of which the caller may not see all records, and nothing for others.
    """
    created_here = {(change.obj.key, change.id) for change in changes if change.after is not None}
    by_object: dict[str, tuple[Object, dict[str, Field]]] = {}
    for field, target, target_id in new_references(ctx, changes):
        if (target.key, target_id) not in created_here and ctx.rows.limits(target):
            by_object.setdefault(target.id, (target, {}))[1][target_id] = field
    for target, fields in by_object.values():
        for (target_id, field), state in zip(fields.items(), get_any_visible(ctx, target, list(fields)), strict=True):
            if state is None:
                raise missing_target(field, target, target_id)
