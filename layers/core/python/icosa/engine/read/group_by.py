"""The operation GroupBy, over the narrowest rows that hold every value in question. The executor calls it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from ...model.record import Record
from ...model.types.base import Leaf
from ...query.aggregates import TOTAL_COUNT
from ...query.evaluate import compile_order, ordered_values
from ...query.grouping import GroupedItems, Grouper
from ...query.operation import Group, GroupBy, Groups, Node
from ..context import Context
from ..records import get_any_visible, get_visible
from .aggregates import aggregated_leaves
from .joins import JoinedRecords, leaves_of
from .ledgers import ask_for_values, count_values
from .matches import NARROW, find
from .relations import load_relations
from .steady import Look, until_certain
from .trash_scan import scan_beyond_live


def group_by(ctx: Context, operation: GroupBy) -> Groups:
    """The groups of an operation, in its order, with their first records where it asks for them."""
    groups, samples, total = until_certain(ctx, lambda: _look(ctx, operation))
    nodes = {record.id: Node(record) for sample in samples for record in sample}
    if operation.records is not None:
        _set_order_values(ctx, operation, list(nodes.values()))
        load_relations(ctx, operation.object, list(nodes.values()), operation.records)
    shown = (
        Group(
            dimensions=group.dimensions,
            aggregates={name: group.aggregates[name] for name in operation.aggregates},
            records=[nodes[record.id] for record in sample],
        )
        for group, sample in zip(groups, samples, strict=True)
    )
    return Groups(shown, total=total, offset=operation.offset)


#: Those of the page, the first records of each, and how many there are.
type _Groups = tuple[list[GroupedItems], list[list[Record]], int]


def _look(ctx: Context, operation: GroupBy) -> Look[_Groups]:
    """The groups and the first records of each."""
    obj = operation.object
    names = {order.aggregate for order in operation.order if order.aggregate} | set(operation.aggregates)
    counted = _counted_leaf(ctx, operation, names)
    if counted is not None and (numbers := count_values(ctx, obj, counted)) is not None:
        return Look(_groups_of(operation, counted, numbers))
    leaves = [leaf for d in operation.dimensions for leaf in ((d.leaf,) if d.relation is None else d.relation.leaves)]
    leaves += aggregated_leaves(obj, names)
    leaves += [term.leaf for term in operation.records_order if term.relation is None]
    whole_records = scan_beyond_live(ctx, obj, operation.filter)
    if whole_records is None:
        matches = find(ctx, obj, operation.filter, leaves=leaves, from_rows=operation.records is None)
        items, are_whole = matches.records, matches.whole
    else:
        items, are_whole = whole_records, True
    if counted is not None and not are_whole:
        ask_for_values(ctx, obj, counted, rows=len(items), values=len({counted.get(item) for item in items}))
    related = _related_records(ctx, operation, items)
    grouper = Grouper(operation)
    for item in items:
        grouper.add(item, {name: targets.get(item.get(key, "")) for name, (key, targets) in related.items()})
    groups = grouper.groups()
    samples = _samples(ctx, operation, [group.items for group in groups])
    if are_whole or operation.records is None:
        return Look((groups, samples, grouper.total))
    # The items are built from index rows; groups show whole records, if these still have the values that the group has.
    shown = {item.id: item for sample in samples for item in sample}
    fetched = {item.id: item for item in get_visible(ctx, obj, list(shown)) if item is not None}
    looked_at = [*leaves, *leaves_of(operation.filter)]
    same = {i for i, record in fetched.items() if all(leaf.get(record) == leaf.get(shown[i]) for leaf in looked_at)}
    samples = [[fetched[item.id] for item in sample if item.id in same] for sample in samples]
    return Look(
        (groups, samples, grouper.total), certain=len(same) == len(shown), cost=len(items) // NARROW + len(shown)
    )


def _counted_leaf(ctx: Context, operation: GroupBy, names: Set[str]) -> Leaf | None:
    """The leaf whose numbers of values are all that is asked for; None if there is more to it."""
    if operation.records is not None or not names <= {TOTAL_COUNT} or len(operation.dimensions) > 1:
        return None
    [dimension] = operation.dimensions
    if dimension.relation is not None or dimension.unnest or not dimension.leaf.has_index:
        return None
    return None if ctx.rows.narrow(operation.object, operation.filter) is not None else dimension.leaf


def _groups_of(operation: GroupBy, leaf: Leaf, numbers: Mapping[Any, int]) -> _Groups:
    """The groups of so many records of each value."""
    grouper = Grouper(operation)
    for value, number in numbers.items():
        item = Record()
        if value is not None:
            item[leaf.field.key] = value if leaf.subfield is None else {leaf.subfield: value}
        grouper.add(item, times=number)
    groups = grouper.groups()
    return groups, [[] for _ in groups], grouper.total


def _related_records(ctx: Context, operation: GroupBy, items: list[Record]) -> dict[str, tuple[str, dict[str, Record]]]:
    """For each relation that a dimension goes through: the key of its field, and the target records by id."""
    related: dict[str, tuple[str, dict[str, Record]]] = {}
    for dimension in operation.dimensions:
        relation = dimension.relation
        if relation is None or relation.name in related:
            continue
        ids = sorted({i for item in items if (i := item.get(relation.key)) is not None})
        states = get_any_visible(ctx, ctx.model.target_of(relation), ids)
        related[relation.name] = (
            relation.key,
            {i: state.item for i, state in zip(ids, states, strict=True) if state is not None},
        )
    return related


def _samples(ctx: Context, operation: GroupBy, members: list[list[Record]]) -> list[list[Record]]:
    """The first records of every group, by ``members``."""
    if operation.records is None:
        return [[] for _ in members]
    joined = JoinedRecords.needed_by(ctx, None, operation.records_order)
    sort_key = compile_order(operation.records_order)
    start, stop = operation.records_offset, operation.records_offset + operation.records_limit
    samples: list[list[Record]] = []
    for group in members:
        if joined.is_needed:
            joined.load(group)
        group.sort(key=lambda item: sort_key(item, joined))
        samples.append(group[start:stop])
    return samples


def _set_order_values(ctx: Context, operation: GroupBy, nodes: list[Node]) -> None:
    """Keep the values of an order that goes through a relation: cursors of the records need them."""
    if any(term.relation is not None for term in operation.records_order):
        joined = JoinedRecords.needed_by(ctx, None, operation.records_order)
        joined.load(node.item for node in nodes)
        for node in nodes:
            node.ordered = ordered_values(operation.records_order, node.item, joined)
