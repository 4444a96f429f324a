"""The operation GroupBy, over the narrowest rows that hold every value in question. The executor calls it."""

from __future__ import annotations

from ...model.record import Record
from ...query.evaluate import compile_order, ordered_values
from ...query.grouping import Grouper
from ...query.operation import Group, GroupBy, Node, Selection
from ..context import Context
from ..records import get_any_visible, get_visible
from .aggregates import aggregated_leaves
from .joins import JoinedRecords
from .matches import find_matches
from .relations import load_relations
from .trash_scan import scan_beyond_live


def group_by(ctx: Context, operation: GroupBy) -> list[Group]:
    """The groups of an operation, in its order, with their first records where it asks for them."""
    obj = operation.object
    names = {order.aggregate for order in operation.order if order.aggregate} | set(operation.aggregates)
    leaves = [leaf for d in operation.dimensions for leaf in ((d.leaf,) if d.relation is None else d.relation.leaves)]
    leaves += aggregated_leaves(obj, names)
    leaves += [term.leaf for term in operation.records_order if term.relation is None]
    whole_records = scan_beyond_live(ctx, obj, operation.filter)
    items = find_matches(ctx, obj, operation.filter, leaves=leaves) if whole_records is None else whole_records
    related = _related_records(ctx, operation, items)
    grouper = Grouper(operation)
    for item in items:
        grouper.add(item, {name: targets.get(item.get(key, "")) for name, (key, targets) in related.items()})
    groups = grouper.groups()
    samples = _samples(ctx, operation, [group.items for group in groups], are_whole=whole_records is not None)
    return [
        Group(
            dimensions=group.dimensions,
            aggregates={name: group.aggregates[name] for name in operation.aggregates},
            records=nodes,
        )
        for group, nodes in zip(groups, samples, strict=True)
    ]


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


def _samples(ctx: Context, operation: GroupBy, members: list[list[Record]], *, are_whole: bool) -> list[list[Node]]:
    """The first records of every group, by ``members``; fetched together unless these are whole records."""
    selection: Selection | None = operation.records
    if selection is None:
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
    items = [item for sample in samples for item in sample]
    records = items if are_whole else get_visible(ctx, operation.object, [item.id for item in items])
    by_id = {record.id: Node(record) for record in records if record is not None}
    nodes = list(by_id.values())
    _set_order_values(operation, nodes, joined)
    load_relations(ctx, operation.object, nodes, selection)
    return [[by_id[item.id] for item in sample if item.id in by_id] for sample in samples]


def _set_order_values(operation: GroupBy, nodes: list[Node], joined: JoinedRecords) -> None:
    """Keep the values of an order that goes through a relation: cursors of the records need them."""
    if any(term.relation is not None for term in operation.records_order):
        for node in nodes:
            node.ordered = ordered_values(operation.records_order, node.item, joined)
