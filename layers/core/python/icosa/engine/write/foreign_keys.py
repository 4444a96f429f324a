"""Foreign keys: whether the records that a write refers to exist.

``commit`` asks for the keys of these records and makes their existence a condition of its transaction; ``create`` looks
them up ahead, beside its other reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from ...errors import BadRequest
from ...model.model import Field, Object
from ...model.problems import Problem
from ...store import keys
from ...store.change import Change
from ...store.commit import WriteConflict, finish_moves
from ...store.keys import Key
from ...store.lookup import rows_at, visible_rows
from ...store.places import both_places, home
from ...store.table import Table, TransactionConflict
from ..context import Context


class MissingTarget(BadRequest):
    """A reference to a record that does not exist for the caller."""

    problem_code = "REFERENCED_RECORD_NOT_FOUND"


class Reference(NamedTuple):
    """A reference to be checked: the record that refers (object key and id), the field that holds it, the object and
    the id of the target.
    """

    owner: tuple[str, str]
    field: Field
    target: Object
    id: str


def new_references(ctx: Context, changes: Iterable[Change]) -> list[Reference]:
    """Every reference that the changes introduce."""
    references: list[Reference] = []
    for change in changes:
        if change.after is None:
            continue
        for field in change.obj.many_to_one:
            target = change.after.get(field.key)
            if target is not None and (change.before is None or change.before.get(field.key) != target):
                references.append(Reference((change.obj.key, change.id), field, ctx.model.target_of(field), target))
    return references


def live_targets(ctx: Context, references: Sequence[Reference], table: Table) -> set[Key]:
    """The keys of the live records among the targets: read ahead, so that ``commit_changes`` need not look for them."""
    ws = ctx.model.workspace_id
    return visible_rows(table, [home(ws, reference.target, reference.id) for reference in references])


def counted_targets(ctx: Context, references: Iterable[Reference], targets: Iterable[Key]) -> dict[Key, bool]:
    """Targets as ``store.commit`` takes them: whether their versions are counted up.

    They are where what happens to the target depends on what refers to it: a reference that forbids its destruction,
    and records that go to the trash with it. Others are found by whoever destroys the target, after it is gone.
    """
    ws = ctx.model.workspace_id
    deciding = {
        key
        for _, field, target, i in references
        if field.relation is not None
        and (field.relation.follows_to_trash or field.relation.on_delete in ("RESTRICT", "NO_ACTION"))
        for key in both_places(ws, target, i)
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
        home(ws, reference.target, reference.id): reference
        for reference in references
        if (reference.target.key, reference.id) not in created_here
    }
    to_read = [reference for key, reference in targets.items() if key not in live_before]
    places = _places(ctx, to_read)
    if gone := [reference for reference in to_read if (reference.target.key, reference.id) not in places]:
        raise missing_target(gone[0])
    _finish_moves(ctx, [record for record, place in places.items() if place is None])
    trashed = [place for record, place in places.items() if place == (keys.trash(ws, record[0]), record[1])]
    live = {*live_before, *places.values()}
    return [*(key for key in targets if key in live), *trashed]


def gone_targets(ctx: Context, references: Sequence[Reference]) -> set[tuple[str, str]]:
    """Targets of references (object key and id) that are nowhere, live or in the trash."""
    return {(reference.target.key, reference.id) for reference in references} - _places(ctx, references).keys()


def _places(ctx: Context, references: Sequence[Reference]) -> dict[tuple[str, str], Key | None]:
    """Where the targets of references are, by object key and id: the key of the visible row, None for a record that a
    batch is moving. What is nowhere is left out.
    """
    ws = ctx.model.workspace_id
    targets = {
        (reference.target.key, reference.id): both_places(ws, reference.target, reference.id)
        for reference in references
    }
    rows = rows_at(ctx.table, [live for live, _ in targets.values()])
    rows |= rows_at(ctx.table, [trashed for live, trashed in targets.values() if rows.get(live) is not False])
    places: dict[tuple[str, str], Key | None] = {}
    for target, (live, trashed) in targets.items():
        if rows.get(live) is False:
            places[target] = live
        elif rows.get(trashed) is False:
            places[target] = trashed
        elif live in rows and trashed in rows:
            places[target] = None
    return places


def missing_target(reference: Reference) -> MissingTarget:
    """The error for a reference to a record that does not exist for the caller."""
    return MissingTarget(
        f'Field "{reference.field.input_name}" refers to a {reference.target.name_singular} that does not exist: '
        f"'{reference.id}'"
    )


def target_problem(reference: Reference) -> Problem:
    """The problem of a record that refers to nothing."""
    return Problem(error=missing_target(reference), field=reference.field.input_name, value=reference.id)


def _finish_moves(ctx: Context, moving: Sequence[tuple[str, str]]) -> None:
    try:
        finish_moves(ctx.table, ctx.model, moving)
    except TransactionConflict:
        raise WriteConflict from None
