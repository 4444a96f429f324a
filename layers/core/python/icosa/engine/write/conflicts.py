"""What stands in the way of writing records, all of it: ids and unique values that others have, and references to
records that do not exist.

A commit is refused for the first of these, by its conditions. Only then, or when there are other problems, ``create``
and ``modify`` look here for the rest. It costs one read unit for each unique value, two for each id that the client
chose and for each record that has a value, and one or two for each reference, in two round trips for each object and
two for all references.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...model.model import Object, UniqueConstraint
from ...model.problems import Problem, Problems
from ...model.types.base import Item
from ...store import keys
from ...store.change import Change
from ...store.derive import constraint_value
from ...store.keys import Key
from ..context import Context
from ..records import State, get_any
from .commit import duplicate_id, duplicate_value
from .foreign_keys import Reference, gone_targets, target_problem

RecordKey = tuple[str, str]
"""The key of an object and the id of a record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A record as a request would write it: its values by field key, and the names of fields that the request names.

    ``index`` and ``path`` are as in ``RecordDraft``. ``references`` are those that it names by id and the record does
    not have yet. ``is_new``: it is not there yet. ``is_first``: of several
    for one record.
    """

    obj: Object
    id: str
    values: Item
    named: frozenset[str]
    references: Sequence[Reference] = ()
    index: int = 0
    path: str = ""
    is_new: bool = False
    is_upsert: bool = False
    id_is_given: bool = False
    is_first: bool = True

    def is_of(self, record_id: str) -> bool:
        """Whether it is about the record with this id, and not about a new one that must have another."""
        return self.id == record_id and (self.is_upsert or not self.is_new)

    def problem(self, problem: Problem) -> Problem:
        return problem.inside(self.index, self.path)


def find_conflicts(
    ctx: Context, claims: Sequence[Claim], changes: Mapping[RecordKey, Change], problems: Problems
) -> None:
    """Add to ``problems`` what stands in the way of the claims. ``changes`` are those of the request, by record."""
    by_object: dict[str, list[Claim]] = {}
    for claim in claims:
        by_object.setdefault(claim.obj.key, []).append(claim)
    for of_object in by_object.values():
        _find_taken(ctx, of_object, changes, problems)
    _find_gone_targets(ctx, claims, changes, problems)


def _find_taken(ctx: Context, claims: Sequence[Claim], changes: Mapping[RecordKey, Change], problems: Problems) -> None:
    """Ids and unique values that other records have, of claims of one object."""
    obj = claims[0].obj
    wanted = [
        (claim, constraint, keys.unique(ctx.model.workspace_id, obj.key, constraint.key, value))
        for claim in claims
        for constraint in obj.unique_constraints
        if claim.is_first or not claim.named.isdisjoint(leaf.field.name for leaf in constraint.leaves)
        if (value := constraint_value(constraint, claim.values)) is not None
    ]
    places = list(dict.fromkeys(key for _, _, key in wanted))
    guards = dict(zip(places, ctx.table.batch_get(places), strict=True))
    owners = {row["id"] for row in guards.values() if row is not None}
    chosen = {claim.id for claim in claims if claim.is_new and claim.id_is_given}
    ids = sorted(owners | chosen)
    states = dict(zip(ids, get_any(ctx, obj, ids), strict=True))
    for claim in claims:
        if claim.id in chosen and claim.is_new and states[claim.id] is not None:
            existing = claim.id if _is_told(ctx, claim, states[claim.id]) else None
            problem = Problem(error=duplicate_id(), field="id", value=claim.id, existing_id=existing)
            problems.add(claim.problem(problem))
    first: dict[Key, Claim] = {}
    for claim, constraint, key in wanted:
        before = first.setdefault(key, claim)
        row = guards[key]
        state = None if row is None or claim.is_of(row["id"]) else states[row["id"]]
        if state is not None and _still_has(constraint, state, claim, changes):
            told = _names(claim, constraint) and _is_told(ctx, claim, state)
            problems.add(_taken(claim, constraint, existing_id=state.item.id if told else None))
        elif before is not claim and not claim.is_of(before.id):
            problems.add(_taken(claim, constraint, duplicate_of=None if before.index == claim.index else before.index))


def _still_has(constraint: UniqueConstraint, state: State, claim: Claim, changes: Mapping[RecordKey, Change]) -> bool:
    """Whether a record has the value of a claim, and keeps it in the request: a guard may be left over."""
    value = constraint_value(constraint, claim.values)
    change = changes.get((claim.obj.key, state.item.id))
    kept = change is None or change.before is None or constraint_value(constraint, change.after or {}) == value
    return kept and constraint_value(constraint, state.item) == value


def _taken(
    claim: Claim, constraint: UniqueConstraint, *, existing_id: str | None = None, duplicate_of: int | None = None
) -> Problem:
    leaf = constraint.leaves[0]
    return claim.problem(
        Problem(
            error=duplicate_value(claim.values, constraint),
            field=", ".join(leaf.dotted for leaf in constraint.leaves),
            value=leaf.get(claim.values) if len(constraint.leaves) == 1 and _names(claim, constraint) else None,
            existing_id=existing_id,
            duplicate_of=duplicate_of,
        )
    )


def _names(claim: Claim, constraint: UniqueConstraint) -> bool:
    """Whether the request names the fields itself: then the caller may read them (``access.check``)."""
    return all(leaf.field.name in claim.named for leaf in constraint.leaves)


def _is_told(ctx: Context, claim: Claim, state: State | None) -> bool:
    """Whether the caller may know which record has a value: one of the request's own object, which may be read, that
    their rows show.
    """
    if state is None or claim.path:
        return False
    return not ctx.rows.limits(claim.obj) or ctx.rows.shows(claim.obj, state.item)


def _find_gone_targets(
    ctx: Context, claims: Sequence[Claim], changes: Mapping[RecordKey, Change], problems: Problems
) -> None:
    """References to nothing."""
    named = [
        (claim, reference)
        for claim in claims
        for reference in claim.references
        if (reference.target.key, reference.id) not in changes
    ]
    gone = gone_targets(ctx, [reference for _, reference in named])
    for claim, reference in named:
        if (reference.target.key, reference.id) in gone:
            problems.add(claim.problem(target_problem(reference)))
