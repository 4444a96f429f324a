"""Loads the related records that a selection asks for, for all records of a level at once.

Every operation that returns records ends with ``load_relations``. It makes two round trips a level: the first reads all
to-one targets and, for each parent with to-many relations, its edge partition; the second reads the children of all
parents. Lists with a filter, an order, cursors or aggregates are computed in memory while the children are few; the
list of a parent with many children is a query of its own, all of them side by side (``child_lists``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...model.model import Object
from ...query.operation import Connection, Node, Selection
from ...store import keys
from ...store.keys import Key
from ...store.register import Register
from ...store.table import MAX_BATCH_GET, Table, chunked
from ..context import Context
from ..records import visible
from .child_lists import ChildList, assemble_child_list, query_child_list
from .edges import ChildIds, edge_reader

#: Records by key, and perhaps the register's row.
_Rows = dict[Key, Any]


def load_relations(ctx: Context, obj: Object, nodes: Sequence[Node], selection: Selection) -> None:
    """Fill ``related`` of every node as the selection says, and so on for the related records."""
    if not nodes or not selection.relations:
        return
    relations = {slot: obj.by_name[part.relation or slot] for slot, part in selection.relations.items()}
    to_one = {slot: relation for slot, relation in relations.items() if relation.is_many_to_one}
    to_many = [
        ChildList.of(ctx, relation, slot, selection.relations[slot])
        for slot, relation in relations.items()
        if slot not in to_one
    ]
    targets, edges = _read_targets_and_edges(
        ctx, nodes, {slot: (r.key, ctx.model.target_of(r)) for slot, r in to_one.items()}, to_many
    )
    for slot, relation in to_one.items():
        partition = keys.records(ctx.model.workspace_id, ctx.model.target_of(relation).key)
        for node in nodes:
            target_id = node.item.get(relation.key)
            target = None if target_id is None else targets.get((partition, target_id))
            node.related[slot] = None if target is None else Node(target)
    if to_many:
        _read_child_lists(ctx, nodes, to_many, edges)
    for slot, relation in relations.items():
        next_level = [child for node in nodes for child in _related_nodes(node, slot)]
        load_relations(ctx, ctx.model.target_of(relation), next_level, selection.relations[slot].selection)


def _related_nodes(parent: Node, slot: str) -> list[Node]:
    match parent.related.get(slot):
        case Node() as child:
            return [child]
        case Connection(nodes=nodes):
            return nodes
        case _:
            return []


def _read_targets_and_edges(
    ctx: Context, nodes: Sequence[Node], to_one: Mapping[str, tuple[str, Object]], to_many: Sequence[ChildList]
) -> tuple[_Rows, list[Mapping[str, ChildIds]]]:
    """The first round trip: targets of the to-one fields by key, and for each node its children's ids by prefix."""
    ws = ctx.model.workspace_id
    objects: dict[Key, Object] = {}
    for key, target in to_one.values():
        partition = keys.records(ws, target.key)
        objects.update(
            ((partition, target_id), target) for node in nodes if (target_id := node.item.get(key)) is not None
        )
    readers: list[Callable[[Table], Any]] = [
        _record_reader(ctx, chunk) for chunk in chunked(list(objects.items()), MAX_BATCH_GET)
    ]
    record_readers = len(readers)
    if to_many:
        first_rows = ctx.settings.tuning.edge_rows
        readers += [edge_reader(keys.edges(ws, node.item.id), to_many, first_rows=first_rows) for node in nodes]
    results = ctx.table.parallel(readers)
    return _united(results[:record_readers]), results[record_readers:]


@dataclass(frozen=True, slots=True)
class _ParentList:
    """One list of one parent, and what its edges tell."""

    node: Node
    child_list: ChildList
    children: ChildIds


def _read_child_lists(
    ctx: Context, nodes: Sequence[Node], to_many: Sequence[ChildList], edges: Sequence[Mapping[str, ChildIds]]
) -> None:
    """The second round trip: attach every list to its node."""
    lists = [
        _ParentList(node, child_list, children[child_list.prefix])
        for child_list in to_many
        for node, children in zip(nodes, edges, strict=True)
    ]
    sorted_children = sum(
        len(entry.children.ids) for entry in lists if not entry.child_list.is_plain and entry.children.complete
    )
    fits_memory = sorted_children <= ctx.settings.tuning.child_list_records
    assembled: list[_ParentList] = []
    queried: list[_ParentList] = []
    for entry in lists:
        in_memory = entry.child_list.is_plain or (fits_memory and entry.children.complete)
        (assembled if in_memory else queried).append(entry)
    rows, register, connections = _fetch(ctx, assembled, queried)
    _attach(queried, connections)
    uncertain = [entry for entry in assembled if not _assemble(ctx, entry, rows, register)]
    if uncertain:
        _attach(uncertain, ctx.table.parallel([_querier(ctx, entry) for entry in uncertain]))


def _fetch(
    ctx: Context, assembled: Sequence[_ParentList], queried: Sequence[_ParentList]
) -> tuple[_Rows, Register | None, list[Connection]]:
    """The children of ``assembled`` lists, the register as it is at that moment if totals depend on it, and the
    ``queried`` lists.
    """
    ws = ctx.model.workspace_id
    objects: dict[Key, Object | None] = {}
    for entry in assembled:
        target = entry.child_list.target
        partition = keys.records(ws, target.key)
        objects.update(((partition, child), target) for child in entry.child_list.to_fetch(entry.children))
    if any(entry.child_list.counts_rows(entry.children) for entry in assembled):
        objects[keys.open_batches(ws)] = None
    readers: list[Callable[[Table], Any]] = [
        _record_reader(ctx, chunk) for chunk in chunked(list(objects.items()), MAX_BATCH_GET)
    ]
    record_readers = len(readers)
    readers += [_querier(ctx, entry) for entry in queried]
    results = ctx.table.parallel(readers)
    rows = _united(results[:record_readers])
    register = Register.parse(rows.pop(keys.open_batches(ws))) if keys.open_batches(ws) in objects else None
    return rows, register, results[record_readers:]


def _assemble(ctx: Context, entry: _ParentList, rows: _Rows, register: Register | None) -> bool:
    """Attach a list made from fetched children. False when its total is a number of edges, some of which may stand for
    no child because a batch was writing.
    """
    child_list, node = entry.child_list, entry.node
    if child_list.counts_rows(entry.children) and (
        register is None or not register.is_quiet_since(ctx.register, child_list.target.key)
    ):
        return False
    partition = keys.records(ctx.model.workspace_id, child_list.target.key)
    records = [
        record
        for child_id in child_list.to_fetch(entry.children)
        if (record := rows.get((partition, child_id))) is not None
        and record.get(child_list.inverse.key) == node.item.id
    ]
    node.related[child_list.slot] = assemble_child_list(ctx, child_list, records, entry.children)
    return True


def _querier(ctx: Context, entry: _ParentList) -> Callable[[Table], Connection]:
    return lambda table: query_child_list(ctx, table, entry.child_list, entry.node.item.id)


def _attach(lists: Sequence[_ParentList], connections: Sequence[Connection]) -> None:
    for entry, connection in zip(lists, connections, strict=True):
        entry.node.related[entry.child_list.slot] = connection


def _record_reader(ctx: Context, objects: Sequence[tuple[Key, Object | None]]) -> Callable[[Table], _Rows]:
    """Reads the records with some keys; a row that belongs to no object is returned as it is."""

    def read(table: Table) -> _Rows:
        rows = table.batch_get([key for key, _ in objects])
        return {
            key: row if obj is None else visible(ctx, obj, row) for (key, obj), row in zip(objects, rows, strict=True)
        }

    return read


def _united(parts: Sequence[_Rows]) -> _Rows:
    return {key: row for part in parts for key, row in part.items()}
