"""groupBy and aggregates: over the narrowest rows that hold every value in question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..model.model import Object
from ..model.types.base import Item, Leaf
from ..query.aggregates import Tally, aggregates_of
from ..query.evaluate import compile_order
from ..query.grouping import Grouper
from ..query.operation import Filter, Group, GroupBy, Node, Selection
from .context import Context
from .joins import Joined
from .matching import matching
from .records import get_any, get_live
from .relations import load


def group_by(ctx: Context, operation: GroupBy) -> list[Group]:
    """The groups of an operation, in its order, with a sample of records where it asks for one."""
    obj = operation.object
    names = {order.aggregate for order in operation.order if order.aggregate} | set(operation.aggregates)
    leaves = [leaf for d in operation.dimensions for leaf in ((d.leaf,) if d.relation is None else d.relation.leaves)]
    leaves += _leaves_of(obj, names)
    leaves += [term.leaf for term in operation.records_order if term.relation is None]
    items = matching(ctx, obj, operation.filter, leaves=leaves)
    related = _related(ctx, operation, items)
    grouper = Grouper(operation)
    for item in items:
        grouper.add(item, {name: found.get(item.get(key, "")) for name, (key, found) in related.items()})
    groups = grouper.groups()
    samples = _samples(ctx, operation, [group.items for group in groups])
    return [
        Group(dimensions=group.dimensions, aggregates={name: group.aggregates[name] for name in operation.aggregates}, records=nodes)
        for group, nodes in zip(groups, samples, strict=True)
    ]


def aggregates(ctx: Context, obj: Object, filter: Filter | None, names: Iterable[str]) -> Mapping[str, Any]:
    """Aggregates of all matches (the connection fields of GraphQL)."""
    names = list(names)
    tally = Tally(obj, names)
    for item in matching(ctx, obj, filter, leaves=_leaves_of(obj, names)):
        tally.add(item)
    return tally.results()


def _leaves_of(obj: Object, names: Iterable[str]) -> list[Leaf]:
    """What aggregates look at: a leaf, or all leaves of a field."""
    known = aggregates_of(obj)
    found: list[Leaf] = []
    for name in names:
        aggregate = known[name]
        if aggregate.leaf is not None:
            found.append(aggregate.leaf)
        elif aggregate.field is not None:
            found += aggregate.field.leaves
    return found


def _related(ctx: Context, operation: GroupBy, items: list[Item]) -> dict[str, tuple[str, dict[str, Item]]]:
    """For each relation that a dimension goes through: the key of its field, and the target records by id."""
    found: dict[str, tuple[str, dict[str, Item]]] = {}
    for dimension in operation.dimensions:
        relation = dimension.relation
        if relation is None or relation.name in found:
            continue
        ids = sorted({i for item in items if (i := item.get(relation.key)) is not None})
        states = get_any(ctx, ctx.model.target_of(relation), ids)
        found[relation.name] = (relation.key, {i: state.item for i, state in zip(ids, states, strict=True) if state is not None})
    return found


def _samples(ctx: Context, operation: GroupBy, members: list[list[Item]]) -> list[list[Node]]:
    """The first records of every group, fetched together."""
    selection: Selection | None = operation.records
    if selection is None:
        return [[] for _ in members]
    joined = Joined.needed_by(ctx, None, operation.records_order)
    key = compile_order(operation.records_order)
    start, stop = operation.records_offset, operation.records_offset + operation.records_limit
    wanted: list[list[str]] = []
    for items in members:
        if joined.is_needed:
            joined.load(items)
        items.sort(key=lambda item: key(item, joined))
        wanted.append([item["SK"] for item in items[start:stop]])
    flat = [i for part in wanted for i in part]
    by_id = {item["SK"]: Node(item) for item in get_live(ctx, operation.object, flat) if item is not None}
    load(ctx, operation.object, list(by_id.values()), selection)
    return [[by_id[i] for i in part if i in by_id] for part in wanted]
