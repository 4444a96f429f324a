"""Upserts: which record an input stands for, and the change that updates it.

Inputs are taken in their order, as if each were sent for itself: one stands for a record that is stored, as the inputs
before it leave it, or for one that they create. ``create`` reads what all of them may stand for, and then asks for one
after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...errors import BadRequest
from ...model.input import parse_input
from ...model.inspect import as_text
from ...model.model import Object, UniqueConstraint
from ...model.problems import Problem
from ...model.record import Record
from ...query.operation import Patching
from ...store import keys
from ...store.change import Change
from ...store.derive import Rows, constraint_value
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

    def is_confirmed(self, record: Record) -> bool:
        """Whether the record has the values: a guard may be left over."""
        return self.guard is None or constraint_value(self.guard.constraint, record) == self.guard.value


class SeveralMatches(BadRequest):
    """The values of one input belong to different records."""

    def __init__(self, descriptions: Sequence[str]) -> None:
        super().__init__(
            f"Multiple records found with the same unique field values for {', '.join(descriptions)}. "
            "Cannot determine which record to update.",
            sub_code="UPSERT_MULTIPLE_MATCHING_RECORDS_CONFLICT",
        )


@dataclass(slots=True)
class Matches:
    """What the inputs of an upsert may stand for: guards of their values and records, as read. A record that the caller
    may not see is none, and its value is found to be taken when the input is written.

    ``changed`` are records as inputs before leave them, ``claimed`` the values that these give, ``made`` the ids of
    those that are new. Values of a new record do not lead to it (docs/wire/rest.md#upsert).
    """

    obj: Object
    identities: Mapping[int, Sequence[_Identity]]
    guards: Mapping[keys.Key, Item | None]
    states: Mapping[str, State | None]
    changed: dict[str, State | None] = field(default_factory=dict)
    claimed: dict[keys.Key, str] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)

    def match(self, draft: RecordDraft) -> State | None:
        """The record that an input stands for, None for a new one. Raises SeveralMatches."""
        matches: dict[str, State] = {}
        descriptions: list[str] = []
        for identity in self.identities[id(draft)]:
            owner = self._owner(identity)
            state = None if owner is None else self.changed.get(owner, self.states.get(owner))
            if state is not None and identity.is_confirmed(state.item):
                matches[state.item.id] = state
                descriptions.append(identity.description)
        if len(matches) > 1:
            raise SeveralMatches(descriptions)
        return next(iter(matches.values()), None)

    def _owner(self, identity: _Identity) -> str | None:
        """The id of the record that is named; None when no record has the values."""
        if identity.guard is None:
            return identity.id
        key = identity.guard.key
        if key in self.claimed:
            return None if self.claimed[key] in self.made else self.claimed[key]
        row = self.guards[key]
        return None if row is None else row["id"]

    def note(self, ctx: Context, change: Change) -> None:
        """Let the inputs that follow find a record as a change leaves it."""
        if change.obj is self.obj and change.after is not None:
            if change.before is None:
                self.made.add(change.id)
            self.changed[change.id] = State(change.after, change.after_live)
            self.claimed |= dict.fromkeys(Rows.of(ctx.model, change.obj).guards(change.after), change.id)


def read_matches(ctx: Context, drafts: Sequence[RecordDraft], table: Table) -> Matches:
    """Read what inputs may stand for."""
    obj = drafts[0].obj
    identities = {id(draft): _identities(ctx.model.workspace_id, obj, draft) for draft in drafts}
    named = [identity for part in identities.values() for identity in part]
    guard_keys = list(dict.fromkeys(identity.guard.key for identity in named if identity.guard is not None))
    guards = dict(zip(guard_keys, table.batch_get(guard_keys), strict=True))
    owners = {row["id"] for row in guards.values() if row is not None}
    ids = sorted(owners | {identity.id for identity in named if identity.id is not None})
    states = dict(zip(ids, get_any_visible(ctx, obj, ids, table), strict=True))
    return Matches(obj, identities, guards, states)


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
    ctx: Context, draft: RecordDraft, state: State, earlier: Change | None, patching: Patching, problems: list[Problem]
) -> Change | None:
    """The update of the record that an input stands for, which is as ``state`` says. ``earlier`` is the change by
    inputs before, from which this one goes on. What is wrong is added to ``problems``: then there is no change.
    """
    obj = draft.obj
    found: list[Problem] = []
    parsed = parse_input(ctx.model, obj, draft.data, mode="update", old=state.item, now=ctx.now, problems=found)
    if found:
        # An id of the client's own for values that another record has: that record is named.
        of_another = draft.id_is_given and draft.id != state.item.id
        existing = state.item.id if of_another else None
        problems += [replace(each, existing_id=existing) if each.field == "id" else each for each in found]
        return None
    values = dict(parsed.values)
    for name in ("id", "createdBy"):
        values.pop(obj.by_name[name].key, None)
    # An upsert restores (docs/wire/rest.md#upsert).
    values.setdefault(obj.by_name["deletedAt"].key, None)
    values |= draft.relation_values()
    if earlier is not None and earlier.before is None:
        patching = Patching(takes_updated_at=True)  # The record is new.
    change = patch_change(ctx, obj, state, values, patching)
    if earlier is None or earlier.is_nothing or change.after is None:
        return change
    version = state.item.version if earlier.before is None else earlier.before.version + 1
    after = Record.of(change.after, id=change.after.id, partition=change.after.partition, version=version)
    return replace(earlier, after=after, after_live=change.after_live)
