"""Foreign keys: whether the records that a write refers to exist.

``commit`` asks for the keys of these records and makes their existence a condition of its transaction; ``create`` looks
them up ahead, beside its other reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ...errors import BadRequest
from ...model.model import Field, Object
from ...store import keys
from ...store.change import Change
from ...store.keys import Key
from ...store.lookup import existing
from ...store.table import Table
from ..context import Context

#: A reference to be checked: the field that holds it, its target object, the target's id.
Reference = tuple[Field, Object, str]


def new_references(ctx: Context, changes: Iterable[Change]) -> list[Reference]:
    """Every reference that the changes introduce."""
    references: list[Reference] = []
    for change in changes:
        if change.after is None:
            continue
        for field in change.obj.many_to_one:
            target = change.after.get(field.key)
            if target is not None and (change.before is None or change.before.get(field.key) != target):
                references.append((field, ctx.model.target_of(field), target))
    return references


def live_targets(ctx: Context, references: Sequence[Reference], table: Table) -> set[Key]:
    """The keys of the live records among the targets: read ahead, so that ``commit_changes`` need not look for them."""
    ws = ctx.model.workspace_id
    return existing(table, [(keys.records(ws, target.key), i) for _, target, i in references])


def target_keys(
    ctx: Context, references: Sequence[Reference], changes: Sequence[Change], live_before: Collection[Key] = ()
) -> list[Key]:
    """The keys of the targets, live or in the trash, without those that ``changes`` write themselves.

    A target in the trash counts, as it does for a foreign key in SQL. ``live_before`` are targets that have just been
    seen live and are not read again. Raises BadRequest naming field and value of a reference to nothing.
    """
    ws = ctx.model.workspace_id
    created_here = {(change.obj.key, change.id) for change in changes if change.after is not None}
    targets = {
        (keys.records(ws, target.key), i): (field, target, i)
        for field, target, i in references
        if (target.key, i) not in created_here
    }
    to_read = [reference for key, reference in targets.items() if key not in live_before]
    live = existing(ctx.table, [(keys.records(ws, target.key), i) for _, target, i in to_read])
    missing = [(field, target, i) for field, target, i in to_read if (keys.records(ws, target.key), i) not in live]
    trashed = existing(ctx.table, [(keys.trash(ws, target.key), i) for _, target, i in missing])
    for field, target, i in missing:
        if (keys.trash(ws, target.key), i) not in trashed:
            raise missing_target(field, target, i)
    return [*(key for key in targets if key in live_before or key in live), *trashed]


def missing_target(field: Field, target: Object, target_id: str) -> BadRequest:
    """The error for a reference to a record that does not exist for the caller."""
    return BadRequest(
        f"Field \"{field.input_name}\" refers to a {target.name_singular} that does not exist: '{target_id}'"
    )
