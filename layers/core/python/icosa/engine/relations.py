"""Loading what records are related to, for all records of a level at once.

One round trip reads all to-one targets and, for each parent with to-many relations, one query of its edge partition, which
holds everything that points at it; a second one reads the children of all parents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..model.model import Field, Object
from ..model.types.base import Item
from ..query.operation import Connection, Node, RelationSelection, Selection
from ..store import keys
from ..store.keys import Key
from ..store.table import MAX_BATCH_GET, Table, chunked
from .context import Context
from .records import visible

#: Rows read of a parent's edge partition at first: enough for several relations of usual size.
_FIRST_ROWS = 400

#: Record rows by key.
_Rows = dict[Key, Item | None]


@dataclass(frozen=True, slots=True)
class _ToMany:
    """A one-to-many field that is wanted: its edges have sort keys ``prefix + child id``."""

    relation: Field
    target: Object
    inverse: Field
    prefix: str
    limit: int


def load(ctx: Context, obj: Object, nodes: Sequence[Node], selection: Selection) -> None:
    """Fill ``related`` of every node as the selection says."""
    if not nodes or not selection.relations:
        return
    to_one = [obj.by_name[name] for name in selection.relations if obj.by_name[name].is_many_to_one]
    to_many = [_to_many(ctx, obj.by_name[name], wanted) for name, wanted in selection.relations.items() if obj.by_name[name].is_one_to_many]
    targets, edges = _first_trip(ctx, nodes, to_one, to_many)
    for relation in to_one:
        partition = keys.records(ctx.model.workspace_id, ctx.model.target_of(relation).key)
        for node in nodes:
            target_id = node.item.get(relation.key)
            target = None if target_id is None else targets.get((partition, target_id))
            node.related[relation.name] = None if target is None else Node(target)
    _attach_children(ctx, nodes, to_many, edges)
    for name, wanted in selection.relations.items():
        relation = obj.by_name[name]
        load(ctx, ctx.model.target_of(relation), [below for node in nodes for below in _below(node, relation)], wanted.selection)


def _below(parent: Node, relation: Field) -> list[Node]:
    match parent.related.get(relation.name):
        case Node() as child:
            return [child]
        case Connection(nodes=nodes):
            return nodes
        case _:
            return []


def _to_many(ctx: Context, relation: Field, wanted: RelationSelection) -> _ToMany:
    target, inverse = ctx.model.target_of(relation), ctx.model.inverse_of(relation)
    return _ToMany(relation, target, inverse, keys.edge_prefix(target.key, inverse.key, live=True), wanted.page.limit)


def _first_trip(
    ctx: Context, nodes: Sequence[Node], to_one: Sequence[Field], to_many: Sequence[_ToMany]
) -> tuple[_Rows, list[dict[str, list[str]]]]:
    """Targets of the to-one fields by key, and for each node its children's ids by edge prefix."""
    ws = ctx.model.workspace_id
    wanted: dict[Key, Object] = {}
    for relation in to_one:
        target = ctx.model.target_of(relation)
        partition = keys.records(ws, target.key)
        wanted.update(((partition, target_id), target) for node in nodes if (target_id := node.item.get(relation.key)) is not None)
    branches: list[Callable[[Table], Any]] = [_record_reader(chunk) for chunk in chunked(list(wanted.items()), MAX_BATCH_GET)]
    records = len(branches)
    if to_many:
        branches += [_edge_reader(keys.edges(ws, node.item["SK"]), to_many) for node in nodes]
    results = ctx.table.parallel(branches)
    return {key: item for part in results[:records] for key, item in part.items()}, results[records:]


def _attach_children(ctx: Context, nodes: Sequence[Node], to_many: Sequence[_ToMany], edges: Sequence[dict[str, list[str]]]) -> None:
    ws = ctx.model.workspace_id
    wanted = {(keys.records(ws, spec.target.key), child): spec.target for spec in to_many for part in edges for child in part[spec.prefix]}
    parts = ctx.table.parallel([_record_reader(chunk) for chunk in chunked(list(wanted.items()), MAX_BATCH_GET)])
    rows: _Rows = {key: item for part in parts for key, item in part.items()}
    for spec in to_many:
        partition = keys.records(ws, spec.target.key)
        for node, part in zip(nodes, edges, strict=True):
            children = [
                Node(child)
                for child_id in part[spec.prefix]
                if (child := rows.get((partition, child_id))) is not None and child.get(spec.inverse.key) == node.item["SK"]
            ]
            node.related[spec.relation.name] = Connection(nodes=children[: spec.limit], has_next_page=len(children) > spec.limit)


def _record_reader(wanted: Sequence[tuple[Key, Object]]) -> Callable[[Table], _Rows]:
    def read(table: Table) -> _Rows:
        found = table.batch_get([key for key, _ in wanted])
        return {key: visible(obj, item) for (key, obj), item in zip(wanted, found, strict=True)}

    return read


def _edge_reader(pk: str, specs: Sequence[_ToMany]) -> Callable[[Table], dict[str, list[str]]]:
    """Ids of one parent's children by edge prefix, in id order, up to one more than each relation's limit."""

    def one(table: Table, spec: _ToMany) -> list[str]:
        page = table.query(pk, prefix=spec.prefix, limit=spec.limit + 1, project="SK")
        return [row["SK"][len(spec.prefix) :] for row in page.items]

    def read(table: Table) -> dict[str, list[str]]:
        if len(specs) == 1:
            return {specs[0].prefix: one(table, specs[0])}
        page = table.query(pk, limit=_FIRST_ROWS, project="SK")
        sorts = [row["SK"] for row in page.items]
        found: dict[str, list[str]] = {}
        for spec in specs:
            part = [sort[len(spec.prefix) :] for sort in sorts if sort.startswith(spec.prefix)]
            if page.last is not None and len(part) <= spec.limit and spec.prefix + keys.TOP > page.last:
                part = one(table, spec)  # the partition goes on, and so may this relation's rows
            found[spec.prefix] = part[: spec.limit + 1]
        return found

    return read
