"""groupBy: over the narrowest rows that hold every value in question."""

from __future__ import annotations

from ...model.record import Record
from ...query.evaluate import compile_order, ordered_values
from ...query.grouping import Grouper
from ...query.operation import Group, GroupBy, Node, Selection
from ..context import Context
from ..records import get_any, get_live
from .aggregates import leaves_of_aggregates
from .joins import Joined
from .matches import matching
from .relations import load
from .trash_scan import beyond_live


def group_by(ctx: Context, operation: GroupBy) -> list[Group]:
    """The groups of an operation, in its order, with a sample of records where it asks for one."""
    obj = operation.object
    names = {order.aggregate for order in operation.order if order.aggregate} | set(operation.aggregates)
    leaves = [leaf for d in operation.dimensions for leaf in ((d.leaf,) if d.relation is None else d.relation.leaves)]
    leaves += leaves_of_aggregates(obj, names)
    leaves += [term.leaf for term in operation.records_order if term.relation is None]
    whole = beyond_live(ctx, obj, operation.filter)
    items = matching(ctx, obj, operation.filter, leaves=leaves) if whole is None else whole
    related = _related(ctx, operation, items)
    grouper = Grouper(operation)
    for item in items:
        grouper.add(item, {name: found.get(item.get(key, "")) for name, (key, found) in related.items()})
    groups = grouper.groups()
    samples = _samples(ctx, operation, [group.items for group in groups], are_whole=whole is not None)
    return [
        Group(
            dimensions=group.dimensions,
            aggregates={name: group.aggregates[name] for name in operation.aggregates},
            records=nodes,
        )
        for group, nodes in zip(groups, samples, strict=True)
    ]


def _related(ctx: Context, operation: GroupBy, items: list[Record]) -> dict[str, tuple[str, dict[str, Record]]]:
    """For each relation that a dimension goes through: the key of its field, and the target records by id."""
    found: dict[str, tuple[str, dict[str, Record]]] = {}
    for dimension in operation.dimensions:
        relation = dimension.relation
        if relation is None or relation.name in found:
            continue
        ids = sorted({i for item in items if (i := item.get(relation.key)) is not None})
        states = get_any(ctx, ctx.model.target_of(relation), ids)
        found[relation.name] = (
            relation.key,
            {i: state.item for i, state in zip(ids, states, strict=True) if state is not None},
        )
    return found


def _samples(ctx: Context, operation: GroupBy, members: list[list[Record]], *, are_whole: bool) -> list[list[Node]]:
    """The first records of every group, fetched together unless they are at hand."""
    selection: Selection | None = operation.records
    if selection is None:
        return [[] for _ in members]
    joined = Joined.needed_by(ctx, None, operation.records_order)
    key = compile_order(operation.records_order)
    start, stop = operation.records_offset, operation.records_offset + operation.records_limit
    chosen: list[list[Record]] = []
    for items in members:
        if joined.is_needed:
            joined.load(items)
        items.sort(key=lambda item: key(item, joined))
        chosen.append(items[start:stop])
    flat = [item for part in chosen for item in part]
    known = flat if are_whole else get_live(ctx, operation.object, [item.id for item in flat])
    by_id = {item.id: Node(item) for item in known if item is not None}
    nodes = list(by_id.values())
    _remember_order(operation, nodes, joined)
    load(ctx, operation.object, nodes, selection)
    return [[by_id[item.id] for item in part if item.id in by_id] for part in chosen]


def _remember_order(operation: GroupBy, nodes: list[Node], joined: Joined) -> None:
    """What cursors of the records need when their order goes through a relation."""
    if any(term.relation is not None for term in operation.records_order):
        for node in nodes:
            node.ordered = ordered_values(operation.records_order, node.item, joined)
