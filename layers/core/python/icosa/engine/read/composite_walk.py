"""Walks of indexes of several fields: equal values of the first ones, then the order of the others, or of ids.

The planner asks here before it weighs other plans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...model.composite_index import CompositeLeaf
from ...model.model import Object
from ...model.operators import EQ
from ...model.types.base import Leaf
from ...query.operation import And, Compare, Cursor, Direction, Filter, Order, OrderTerm
from ...store import keys
from ...store.keys import END, TOP, VALUE
from ..context import Context
from .access_paths import AccessPath, RowRange
from .ordered_walk import Walk, id_range_walk, index_walk

#: The directions in which an index can be gone along: nulls stand before all values.
_DIRECTIONS: tuple[Direction, ...] = ("AscNullsFirst", "DescNullsLast")


@dataclass(frozen=True, slots=True)
class CompositeWalk:
    """A walk with the path that it goes along. ``exact``: its rows stand for the matches."""

    walk: Walk
    path: AccessPath
    exact: bool


def composite_walk(
    ctx: Context, obj: Object, conditions: Sequence[Filter], order: Order, *, cursor: Cursor | None, backward: bool
) -> CompositeWalk | None:
    """A walk of the records that fulfil all conditions, in an order; None where no index of several fields has them in
    it.
    """
    equal = _equal_values(conditions)
    directions = {term.direction for term in order}
    if equal is None or len(directions) > 1 or not directions.issubset(_DIRECTIONS):
        return None
    for leaf in obj.composites:
        members = leaf.members
        first, rest = members[: len(equal)], members[len(equal) :]
        if not leaf.has_index or {member.path for member in first} != equal.keys() or (not equal and len(order) < 2):
            continue
        if [(term.relation, term.leaf) for term in order] != [(None, member) for member in rest]:
            continue
        return _along(ctx, obj, leaf, [equal[member.path] for member in first], conditions, order, cursor, backward)
    return None


def _equal_values(conditions: Sequence[Filter]) -> dict[tuple[str, ...], Any] | None:
    """The values that conditions demand of leaves; None if they demand anything else."""
    values: dict[tuple[str, ...], Any] = {}
    for condition in conditions:
        if not isinstance(condition, Compare) or condition.leaf.path in values:
            return None
        if condition.state == "NULL":
            values[condition.leaf.path] = None
        elif condition.state is None and condition.operator is EQ:
            values[condition.leaf.path] = condition.operand
        else:
            return None
    return values


def _along(
    ctx: Context,
    obj: Object,
    leaf: CompositeLeaf,
    values: Sequence[Any],
    conditions: Sequence[Filter],
    order: Order,
    cursor: Cursor | None,
    backward: bool,
) -> CompositeWalk:
    begin = VALUE + leaf.kind.encode(tuple(values)) + END if values else VALUE
    part = RowRange(
        pk=keys.index(ctx.model.workspace_id, obj.key, leaf.key),
        low=begin,
        high=begin + TOP,
        leaf=leaf,
        by_id=not order,
    )
    exact = not any(_loses(member, value) for member, value in zip(leaf.members, values, strict=False))
    path = AccessPath(condition=And(tuple(conditions)), ranges=(part,), exact=exact)
    if not order:
        return CompositeWalk(id_range_walk(ctx, part, cursor=cursor, backward=backward), path, exact)
    start = None if cursor is None else Cursor(((*values, *cursor.values),), cursor.id)
    terms = (OrderTerm(leaf, order[0].direction),)
    walk = index_walk(ctx, obj, terms, cursor=start, backward=backward, within=(part,))
    return CompositeWalk(walk, path, exact)


def _loses(member: Leaf, value: Any) -> bool:
    """Whether other values have the same row."""
    return value is not None and member.kind.has_detail
