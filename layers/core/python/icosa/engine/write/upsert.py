"""Upserts: which existing record an input stands for, and the change that updates it.

``create`` calls it in every attempt of an upsert.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ...errors import BadRequest
from ...model.input import parse_input
from ...model.inspect import as_text
from ...model.model import Object, UniqueConstraint
from ...model.record import Record
from ...query.operation import Patching
from ...store import keys
from ...store.change import Change
from ...store.derive import constraint_value
from ...store.table import Item, Table
from ..context import Context
from ..records import State, get_any_visible
from .changes import patch_change
from .drafts import RecordDraft


@dataclass(frozen=True, slots=True)
class _Guard:
    """A value of a unique constraint, and the key of the row that says who has it."""

    key: keys.Key
    constraint: UniqueConstraint
    value: str


@dataclass(frozen=True, slots=True)
class _Identity:
    """One way in which an input names a record: by id, or by the values of a unique constraint. ``description`` is for
    error messages.
    """

    description: str
    id: str | None = None
    guard: _Guard | None = None

    def owner(self, guards: Mapping[keys.Key, Item | None]) -> str | None:
        """The id of the record that is named; None when no record has the values."""
        if self.guard is None:
            return self.id
        row = guards[self.guard.key]
        return None if row is None else row["id"]

    def is_confirmed(self, record: Record) -> bool:
        """Whether the record has the values: a guard may be left over."""
        return self.guard is None or constraint_value(self.guard.constraint, record) == self.guard.value


def match_upserts(ctx: Context, drafts: Sequence[RecordDraft], table: Table) -> None:
    """Set ``matched`` of each draft: the record with its id, or with its values of a unique constraint. One that the
    caller may not see is not matched, and the value is found to be taken when the draft is written.

    Raises BadRequest when these are different records.
    """
    obj = drafts[0].obj
    identities = [_identities(ctx.model.workspace_id, obj, draft) for draft in drafts]
    guard_keys = [identity.guard.key for part in identities for identity in part if identity.guard is not None]
    guards = dict(zip(guard_keys, table.batch_get(guard_keys), strict=True))
    ids = sorted({owner for part in identities for identity in part if (owner := identity.owner(guards)) is not None})
    states = dict(zip(ids, get_any_visible(ctx, obj, ids, table), strict=True))
    for draft, part in zip(drafts, identities, strict=True):
        matches: dict[str, State] = {}
        descriptions: list[str] = []
        for identity in part:
            owner = identity.owner(guards)
            state = None if owner is None else states[owner]
            if state is not None and identity.is_confirmed(state.item):
                matches[state.item.id] = state
                descriptions.append(identity.description)
        if len(matches) > 1:
            raise BadRequest(
                f"Multiple records found with the same unique field values for {', '.join(descriptions)}. "
                "Cannot determine which record to update.",
                sub_code="UPSERT_MULTIPLE_MATCHING_RECORDS_CONFLICT",
            )
        draft.matched = next(iter(matches.values()), None)


def _identities(ws: str, obj: Object, draft: RecordDraft) -> list[_Identity]:
    identities = [_Identity(f"id: {draft.id}", id=draft.id)] if draft.id_is_given else []
    values = {key: value for key, value in draft.parsed.values.items() if value is not None}
    for constraint in obj.unique_constraints:
        value = constraint_value(constraint, values)
        if value is not None:
            description = ", ".join(
                f"{leaf.dotted}: {as_text(leaf.get(draft.parsed.values))}" for leaf in constraint.leaves
            )
            guard = _Guard(keys.unique(ws, obj.key, constraint.key, value), constraint, value)
            identities.append(_Identity(description, guard=guard))
    return identities


def upsert_change(
    ctx: Context,
    draft: RecordDraft,
    earlier: Change | None,
    position: float | int | None,
    patching: Patching,
) -> Change:
    """The update of the record that a draft matches; a second input for the same record goes on from the first, whose
    change is ``earlier``. ``position`` is the new one, None to keep it.
    """
    assert draft.matched is not None
    state = draft.matched
    base = state.item if earlier is None or earlier.after is None else earlier.after
    change = _update(ctx, draft, State(base, state.live), position, patching)
    if earlier is None or earlier.is_nothing:
        return change
    assert change.after is not None
    return Change(
        obj=draft.obj,
        before=state.item,
        before_live=state.live,
        after=_with_version(change.after, state.item.version + 1),
        after_live=change.after_live,
    )


def second_change(ctx: Context, draft: RecordDraft, earlier: Change, position: float | int | None) -> Change:
    """The creation of a record whose id two inputs have: the second updates what the first, whose change is
    ``earlier``, would create.
    """
    assert earlier.after is not None
    change = _update(ctx, draft, State(earlier.after, earlier.after_live), position, Patching(takes_updated_at=True))
    assert change.after is not None
    return replace(earlier, after=_with_version(change.after, earlier.after.version), after_live=change.after_live)


def _update(ctx: Context, draft: RecordDraft, state: State, position: float | int | None, patching: Patching) -> Change:
    obj = draft.obj
    parsed = parse_input(ctx.model, obj, draft.data, mode="update", old=state.item, now=ctx.now)
    values = dict(parsed.values)
    for name in ("id", "createdBy"):
        values.pop(obj.by_name[name].key, None)
    # An upsert restores (docs/wire/rest.md#upsert).
    values.setdefault(obj.by_name["deletedAt"].key, None)
    if position is not None:
        values[obj.by_name["position"].key] = position
    values |= draft.relation_values()
    return patch_change(ctx, obj, state, values, patching)


def _with_version(record: Record, version: int) -> Record:
    return Record.of(record, id=record.id, partition=record.partition, version=version)
