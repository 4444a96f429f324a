"""What all writes have in common: finished items, foreign keys, commit, retries, and the errors of the data's rules."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from ...errors import BadRequest, Conflict, InvalidData
from ...model.inspect import inspect
from ...model.model import Field, Object, UniqueConstraint
from ...model.record import Record
from ...store import keys
from ...store.change import Cause, Change, SameValue, first_version, stored
from ...store.commit import CommitFailed, Retry, commit
from ...store.keys import Key
from ...store.lookup import existing
from ...store.table import Table
from ..context import Context
from ..records import State, get_live

_ATTEMPTS = 12
_FIRST_DELAY = 0.01
_MAX_DELAY = 0.5

#: Records in one commit beside counters, register and guards: DynamoDB takes 100 operations.
MAX_COMMIT = 90

#: A reference to be checked: the field that holds it, its target object, the id.
Reference = tuple[Field, Object, str]


class Taken(BadRequest):
    """Another record has the id or a unique value."""


def retrying[T](attempt: Callable[[], T]) -> T:
    """Run a read-then-write until no other writer comes in between. Raises Conflict when that never happens."""
    for number in range(_ATTEMPTS):
        try:
            return attempt()
        except Retry:
            time.sleep(random.uniform(0, min(_MAX_DELAY, _FIRST_DELAY * 2**number)))
    raise Conflict("The records were changed by other requests at the same time. Please try again.")


# ---------------------------------------------------------------------- states


def changed(ctx: Context, obj: Object, state: State, values: Mapping[str, Any]) -> Change:
    """The change that gives a record new values (by field key; None clears). Whether it is live follows from
    ``deletedAt``.
    """
    values_after = {**state.item, **values}
    for key, value in values.items():
        if value is None:
            del values_after[key]
    live = values_after.get(obj.by_name["deletedAt"].key) is None
    after = stored(ctx.model, obj, state.item.id, values_after, live=live, version=state.item.version + 1)
    return Change(obj=obj, before=state.item, before_live=state.live, after=after, after_live=live)


def created(ctx: Context, obj: Object, record_id: str, values: Mapping[str, Any], *, id_is_given: bool) -> Change:
    """The change that creates a record."""
    present = {key: value for key, value in values.items() if value is not None}
    present[obj.by_name["id"].key] = record_id
    live = present.get(obj.by_name["deletedAt"].key) is None
    for field in obj.stored_fields:
        if not field.is_nullable and field.key not in present and field.relation is None:
            raise InvalidData(f"Field {field.name} is not nullable and has no default value.")
    after = stored(ctx.model, obj, record_id, present, live=live, version=first_version())
    return Change(obj=obj, after=after, after_live=live, id_is_given=id_is_given)


def destroyed(obj: Object, state: State) -> Change:
    return Change(obj=obj, before=state.item, before_live=state.live)


def stamps(ctx: Context, obj: Object, values: Mapping[str, Any]) -> dict[str, Any]:
    """What every update sets by itself (spec/graphql-core.md §5.5): ``updatedAt`` unless given,
    ``updatedBy`` always.
    """
    updated_at, updated_by = obj.by_name["updatedAt"].key, obj.by_name["updatedBy"].key
    return {**values, updated_at: values.get(updated_at) or ctx.now, updated_by: ctx.actor}


# ---------------------------------------------------------------------- foreign keys


def references(ctx: Context, changes: Iterable[Change]) -> list[Reference]:
    """Every reference that the changes introduce."""
    found: list[Reference] = []
    for change in changes:
        if change.after is None:
            continue
        for field in change.obj.many_to_one:
            target = change.after.get(field.key)
            if target is not None and (change.before is None or change.before.get(field.key) != target):
                found.append((field, ctx.model.target_of(field), target))
    return found


def live_targets(ctx: Context, wanted: Sequence[Reference], table: Table) -> set[Key]:
    """Those of the referenced records that are live: read ahead, so that ``apply`` need not look for them."""
    ws = ctx.model.workspace_id
    return existing(table, [(keys.records(ws, target.key), i) for _, target, i in wanted])


def target_keys(
    ctx: Context, wanted: Sequence[Reference], own: Sequence[Change], known: Collection[Key] = ()
) -> list[Key]:
    """Where the referenced records are: in the trash counts, too, as for a foreign key in SQL. ``known`` are live for
    certain.

    Raises BadRequest naming field and value of a reference to nothing.
    """
    ws = ctx.model.workspace_id
    created_here = {(change.obj.key, change.id) for change in own if change.after is not None}
    places = {
        (keys.records(ws, target.key), i): (field, target, i)
        for field, target, i in wanted
        if (target.key, i) not in created_here
    }
    outside = [reference for place, reference in places.items() if place not in known]
    live = existing(ctx.table, [(keys.records(ws, target.key), i) for _, target, i in outside])
    missing = [(field, target, i) for field, target, i in outside if (keys.records(ws, target.key), i) not in live]
    trashed = existing(ctx.table, [(keys.trash(ws, target.key), i) for _, target, i in missing])
    for field, target, i in missing:
        if (keys.trash(ws, target.key), i) not in trashed:
            raise missing_target(field, target, i)
    return [*(place for place in places if place in known or place in live), *trashed]


def missing_target(field: Field, target: Object, value: str) -> BadRequest:
    return BadRequest(f"Field \"{field.input_name}\" refers to a {target.name_singular} that does not exist: '{value}'")


# ---------------------------------------------------------------------- commit


def apply(ctx: Context, changes: Sequence[Change], *, known: Collection[Key] = ()) -> None:
    """Commit the changes with their foreign keys checked. Raises Retry and the errors that clients see, among them
    BadRequest for more than ``MAX_COMMIT`` changes, which records created inside others can make.

    ``known`` are targets that have just been seen live: they need no further read.
    """
    if not changes:
        return
    if len(changes) > MAX_COMMIT:
        raise BadRequest(
            f"Maximum number of records to write at once, nested ones included, is {MAX_COMMIT}. This request has "
            f"{len(changes)}.",
            sub_code="TOO_MANY_RECORDS_TO_UPDATE",
        )
    ws = ctx.model.workspace_id
    wanted = references(ctx, changes)
    if len(changes) == 1:
        # One record: suppose that its targets are live, and look closer only when the transaction says no.
        targets = [
            (keys.records(ws, target.key), i)
            for _, target, i in wanted
            if (target.key, i) != (changes[0].obj.key, changes[0].id)
        ]
    else:
        targets = target_keys(ctx, wanted, changes, known) if wanted else []
    now_ms = int(time.time() * 1000)
    try:
        try:
            commit(ctx.table, ctx.model, changes, targets=targets, now_ms=now_ms)
        except CommitFailed as failure:
            if failure.cause.kind != "target":
                raise
            targets = target_keys(ctx, wanted, changes)
            commit(ctx.table, ctx.model, changes, targets=targets, now_ms=now_ms)
    except SameValue as same:
        raise duplicate_value(same.change, same.constraint) from None
    except CommitFailed as failure:
        raise _explained(failure.cause) from None


def _explained(cause: Cause) -> Exception:
    match cause.kind:
        case "id":
            return duplicate_entry()
        case "guard":
            assert cause.change is not None and cause.constraint is not None
            return duplicate_value(cause.change, cause.constraint)
        case _:
            return Retry()  # a target that was there a moment ago: read again


def duplicate_entry() -> Taken:
    return Taken(
        "A duplicate entry was detected",
        friendly="This record already exists. Please check your data and try again.",
    )


def duplicate_value(change: Change, constraint: UniqueConstraint) -> Taken:
    """The error for a unique value that another record has (spec/rest-core.md §4.6)."""
    labels = list(dict.fromkeys(leaf.field.label for leaf in constraint.leaves))
    if len(labels) > 1:
        return Taken(f"A duplicate entry was detected. The combination of {', '.join(labels)} must be unique.")
    assert change.after is not None
    value = constraint.leaves[0].get(change.after)
    shown = value if isinstance(value, str) else inspect(value)
    return Taken(
        f"Duplicate {labels[0]} with value {shown}. Please set a unique one.",
        friendly=f"This {labels[0]} value is already in use. Please check your data and try again.",
    )


def reread_live(ctx: Context, obj: Object, ids: Sequence[str]) -> list[Record]:
    """Records as they are now, in the order of ``ids``; those that are gone are left out."""
    return [item for item in get_live(ctx, obj, ids) if item is not None]
