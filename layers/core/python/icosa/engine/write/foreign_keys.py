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
from ...store.commit import WriteConflict, finish_moves
from ...store.keys import Key
from ...store.lookup import rows_at, visible_rows
from ...store.table import Table, TransactionConflict
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
    return visible_rows(table, [(keys.records(ws, target.key), i) for _, target, i in references])


def counted_targets(ctx: Context, references: Iterable[Reference], targets: Iterable[Key]) -> dict[Key, bool]:
    """Targets as ``store.commit`` takes them: whether their versions are counted up.

    They are where what happens to the target depends on what refers to it: a reference that forbids its destruction,
    and records that go to the trash with it. Others are found by whoever destroys the target, after it is gone.
    """
    ws = ctx.model.workspace_id
    deciding = {
        (place(ws, target.key), i)
        for field, target, i in references
        if field.relation is not None
        and (field.relation.follows_to_trash or field.relation.on_delete in ("RESTRICT", "NO_ACTION"))
        for place in (keys.records, keys.trash)
    }
    return {key: key in deciding for key in targets}


def target_keys(
    ctx: Context, references: Sequence[Reference], changes: Sequence[Change], live_before: Collection[Key] = ()
) -> list[Key]:
    """The keys of the targets, live or in the trash, without those that ``changes`` write themselves.

    A target in the trash counts, as it does for a foreign key in SQL. ``live_before`` are targets that have just been
    seen live and are not read again. Raises BadRequest naming field and value of a reference to nothing, and
    WriteConflict after settling targets that a batch is moving.
    """
    ws = ctx.model.workspace_id
    created_here = {(change.obj.key, change.id) for change in changes if change.after is not None}
    targets = {
        (keys.records(ws, target.key), i): (field, target, i)
        for field, target, i in references
        if (target.key, i) not in created_here
    }
    to_read = [reference for key, reference in targets.items() if key not in live_before]
    rows = rows_at(ctx.table, [(keys.records(ws, target.key), i) for _, target, i in to_read])
    live = {key for key, is_hidden in rows.items() if not is_hidden} | {*live_before}
    missing = [(field, target, i) for field, target, i in to_read if (keys.records(ws, target.key), i) not in live]
    rows |= rows_at(ctx.table, [(keys.trash(ws, target.key), i) for _, target, i in missing])
    trashed: list[Key] = []
    moving: list[tuple[str, str]] = []
    for field, target, i in missing:
        place = keys.trash(ws, target.key), i
        if rows.get(place) is False:
            trashed.append(place)
        elif place in rows and (keys.records(ws, target.key), i) in rows:
            moving.append((target.key, i))
        else:
            raise missing_target(field, target, i)
    _finish_moves(ctx, moving)
    return [*(key for key in targets if key in live), *trashed]


def missing_target(field: Field, target: Object, target_id: str) -> BadRequest:
    """The error for a reference to a record that does not exist for the caller."""
    return BadRequest(
        f"Field \"{field.input_name}\" refers to a {target.name_singular} that does not exist: '{target_id}'"
    )


def _finish_moves(ctx: Context, moving: Sequence[tuple[str, str]]) -> None:
    try:
        finish_moves(ctx.table, ctx.model, moving)
    except TransactionConflict:
        raise WriteConflict from None
