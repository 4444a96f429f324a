"""Loading what records are related to, for all records of a level at once.

One round trip reads all to-one targets and, for each parent with to-many relations, one query of its edge partition,
which holds everything that points at it; a second one reads the children of all parents. Lists with a filter, an order,
cursors or aggregates are computed in memory while the children are few; the list of a parent with many is a query of
its own, all of them side by side (``children``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...model.model import Object
from ...query.operation import Connection, Node, RelationSelection, Selection
from ...store import keys
from ...store.keys import Key
from ...store.register import Register
from ...store.table import MAX_BATCH_GET, Table, chunked
from ..context import Context
from ..records import visible
from .child_lists import ChildList, arranged, queried
from .edges import Edges, edge_reader

#: Children that are fetched to be filtered, ordered and counted in memory, of all parents together.
_MOST_IN_MEMORY = 2_000

#: Records by key, and perhaps the register's row.
_Rows = dict[Key, Any]


def load(ctx: Context, obj: Object, nodes: Sequence[Node], selection: Selection) -> None:
    """Fill ``related`` of every node as the selection says."""
    if not nodes or not selection.relations:
        return
    relations = {slot: obj.by_name[wanted.relation or slot] for slot, wanted in selection.relations.items()}
    to_one = {slot: relation for slot, relation in relations.items() if relation.is_many_to_one}
    to_many = [
        ChildList.of(ctx.model, relation, slot, selection.relations[slot])
        for slot, relation in relations.items()
        if slot not in to_one
    ]
    targets, edges = _first_trip(
        ctx, nodes, {slot: (r.key, ctx.model.target_of(r)) for slot, r in to_one.items()}, to_many
    )
    for slot, relation in to_one.items():
        partition = keys.records(ctx.model.workspace_id, ctx.model.target_of(relation).key)
        for node in nodes:
            target_id = node.item.get(relation.key)
            target = None if target_id is None else targets.get((partition, target_id))
            node.related[slot] = None if target is None else Node(target)
    if to_many:
        _second_trip(ctx, nodes, to_many, edges)
    for slot, relation in relations.items():
        below = [child for node in nodes for child in _below(node, slot)]
        load(ctx, ctx.model.target_of(relation), below, selection.relations[slot].selection)


def _below(parent: Node, slot: str) -> list[Node]:
    match parent.related.get(slot):
        case Node() as child:
            return [child]
        case Connection(nodes=nodes):
            return nodes
        case _:
            return []


def _first_trip(
    ctx: Context, nodes: Sequence[Node], to_one: Mapping[str, tuple[str, Object]], to_many: Sequence[ChildList]
) -> tuple[_Rows, list[Mapping[str, Edges]]]:
    """Targets of the to-one fields by key, and for each node its children's edges by prefix."""
    ws = ctx.model.workspace_id
    wanted: dict[Key, Object] = {}
    for key, target in to_one.values():
        partition = keys.records(ws, target.key)
        wanted.update(
            ((partition, target_id), target) for node in nodes if (target_id := node.item.get(key)) is not None
        )
    branches: list[Callable[[Table], Any]] = [
        _record_reader(chunk) for chunk in chunked(list(wanted.items()), MAX_BATCH_GET)
    ]
    records = len(branches)
    if to_many:
        branches += [edge_reader(keys.edges(ws, node.item.id), to_many) for node in nodes]
    results = ctx.table.parallel(branches)
    return {key: item for part in results[:records] for key, item in part.items()}, results[records:]


@dataclass(frozen=True, slots=True)
class _Place:
    """One list of one parent."""

    node: Node
    child_list: ChildList
    edges: Edges


def _second_trip(
    ctx: Context, nodes: Sequence[Node], to_many: Sequence[ChildList], edges: Sequence[Mapping[str, Edges]]
) -> None:
    places = [_Place(node, one, part[one.prefix]) for one in to_many for node, part in zip(nodes, edges, strict=True)]
    arranged_ids = sum(
        len(place.edges.ids) for place in places if not place.child_list.is_plain and place.edges.complete
    )
    in_memory = arranged_ids <= _MOST_IN_MEMORY
    here = [place for place in places if place.child_list.is_plain or (in_memory and place.edges.complete)]
    apart = [place for place in places if not (place.child_list.is_plain or (in_memory and place.edges.complete))]
    rows, register, found = _fetch(ctx, here, apart)
    _attach(apart, found)
    uncertain = [place for place in here if not _arrange(ctx, place, rows, register)]
    if uncertain:
        _attach(uncertain, ctx.table.parallel([_querier(ctx, place) for place in uncertain]))


def _fetch(
    ctx: Context, here: Sequence[_Place], apart: Sequence[_Place]
) -> tuple[_Rows, Register | None, list[Connection]]:
    """Children of the lists that are put together here, the register as it is then if totals depend on it, and the
    lists that are queried.
    """
    ws = ctx.model.workspace_id
    wanted: dict[Key, Object | None] = {}
    for place in here:
        target = place.child_list.target
        partition = keys.records(ws, target.key)
        wanted.update(((partition, child), target) for child in place.child_list.to_fetch(place.edges))
    if any(place.child_list.counts_rows(place.edges) for place in here):
        wanted[keys.open_batches(ws)] = None
    branches: list[Callable[[Table], Any]] = [
        _record_reader(chunk) for chunk in chunked(list(wanted.items()), MAX_BATCH_GET)
    ]
    records = len(branches)
    branches += [_querier(ctx, place) for place in apart]
    results = ctx.table.parallel(branches)
    rows: _Rows = {key: item for part in results[:records] for key, item in part.items()}
    register = Register.parse(rows.pop(keys.open_batches(ws))) if keys.open_batches(ws) in wanted else None
    return rows, register, results[records:]


def _arrange(ctx: Context, place: _Place, rows: _Rows, register: Register | None) -> bool:
    """Attach a list from fetched children. False when its total was counted while rows may have been in doubt."""
    one, node = place.child_list, place.node
    if one.counts_rows(place.edges) and (register is None or not register.is_quiet_since(ctx.register, one.target.key)):
        return False
    partition = keys.records(ctx.model.workspace_id, one.target.key)
    children = [
        child
        for child_id in one.to_fetch(place.edges)
        if (child := rows.get((partition, child_id))) is not None and child.get(one.inverse.key) == node.item.id
    ]
    node.related[one.slot] = arranged(ctx, one, children, place.edges)
    return True


def _querier(ctx: Context, place: _Place) -> Callable[[Table], Connection]:
    return lambda table: queried(ctx, table, place.child_list, place.node.item.id)


def _attach(places: Sequence[_Place], found: Sequence[Connection]) -> None:
    for place, one in zip(places, found, strict=True):
        place.node.related[place.child_list.slot] = one


def _record_reader(wanted: Sequence[tuple[Key, Object | None]]) -> Callable[[Table], _Rows]:
    """Reads records; what belongs to no object comes as it is."""

    def read(table: Table) -> _Rows:
        found = table.batch_get([key for key, _ in wanted])
        return {key: row if obj is None else visible(obj, row) for (key, obj), row in zip(wanted, found, strict=True)}

    return read


__all__ = ["RelationSelection", "load"]
