"""Loading what records are related to, for all records of a level at once.

To-one: one batch of look-ups for each relation. To-many: each parent's edge partition holds everything that points at it,
so one query a parent serves all its to-many relations together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..model.model import Field, Object
from ..model.types.base import Item
from ..query.operation import Connection, Node, RelationSelection, Selection
from ..store import keys
from ..store.table import Table
from .context import Context
from .records import get_live, visible

#: Rows read of a parent's edge partition at first: enough for several relations of usual size.
_FIRST_ROWS = 400


def load(ctx: Context, obj: Object, nodes: Sequence[Node], selection: Selection) -> None:
    """Fill ``related`` of every node as the selection says."""
    if not nodes or not selection.relations:
        return
    to_one = [(obj.by_name[name], wanted) for name, wanted in selection.relations.items() if obj.by_name[name].is_many_to_one]
    to_many = [(obj.by_name[name], wanted) for name, wanted in selection.relations.items() if obj.by_name[name].is_one_to_many]
    branches: list[Callable[[Table], None]] = []
    if to_one:
        branches.append(lambda table: _load_to_one(ctx, nodes, to_one, table))
    if to_many:
        branches.append(lambda table: _load_to_many(ctx, nodes, to_many, table))
    ctx.table.parallel(branches)
    for relation, wanted in (*to_one, *to_many):
        below = [node for parent in nodes for node in _children(parent, relation)]
        load(ctx, ctx.model.target_of(relation), below, wanted.selection)


def _children(parent: Node, relation: Field) -> list[Node]:
    match parent.related.get(relation.name):
        case Node() as child:
            return [child]
        case Connection(nodes=nodes):
            return nodes
        case _:
            return []


def _load_to_one(ctx: Context, nodes: Sequence[Node], relations: Sequence[tuple[Field, RelationSelection]], table: Table) -> None:
    wanted: dict[keys.Key, None] = {}
    ws = ctx.model.workspace_id
    for relation, _ in relations:
        partition = keys.records(ws, ctx.model.target_of(relation).key)
        wanted.update(dict.fromkeys((partition, target) for node in nodes if (target := node.item.get(relation.key)) is not None))
    order = list(wanted)
    found = {key: Node(item) for key, item in zip(order, table.batch_get(order), strict=True) if item is not None and visible(item)}
    for relation, _ in relations:
        partition = keys.records(ws, ctx.model.target_of(relation).key)
        for node in nodes:
            target = node.item.get(relation.key)
            node.related[relation.name] = None if target is None else found.get((partition, target))


@dataclass(frozen=True, slots=True)
class _ToMany:
    relation: Field
    wanted: RelationSelection
    target: Object
    inverse: Field
    prefix: str


def _load_to_many(ctx: Context, nodes: Sequence[Node], relations: Sequence[tuple[Field, RelationSelection]], table: Table) -> None:
    ws = ctx.model.workspace_id
    specs = []
    for relation, wanted in relations:
        target, inverse = ctx.model.target_of(relation), ctx.model.inverse_of(relation)
        specs.append(_ToMany(relation, wanted, target, inverse, keys.edge_prefix(target.key, inverse.key, live=True)))
    edges = table.parallel([_edge_reader(keys.edges(ws, node.item["SK"]), specs) for node in nodes])
    for spec in specs:
        ids = [part[spec.prefix] for part in edges]
        flat = list(dict.fromkeys(i for part in ids for i in part))
        items = {item["SK"]: item for item in get_live(ctx, spec.target, flat, table) if item is not None}
        for node, part in zip(nodes, ids, strict=True):
            parent = node.item["SK"]
            children: list[Item] = [items[i] for i in part if i in items and items[i].get(spec.inverse.key) == parent]
            limit = spec.wanted.page.limit
            node.related[spec.relation.name] = Connection(
                nodes=[Node(item) for item in children[:limit]], has_next_page=len(children) > limit
            )


def _edge_reader(pk: str, specs: Sequence[_ToMany]) -> Callable[[Table], dict[str, list[str]]]:
    """Ids of the children of one parent, by relation prefix, in id order, up to one more than each relation's limit."""

    def read(table: Table) -> dict[str, list[str]]:
        if len(specs) == 1:
            spec = specs[0]
            page = table.query(pk, prefix=spec.prefix, limit=spec.wanted.page.limit + 1, project="SK")
            return {spec.prefix: [row["SK"][len(spec.prefix) :] for row in page.items]}
        page = table.query(pk, limit=_FIRST_ROWS, project="SK")
        sorts = [row["SK"] for row in page.items]
        found: dict[str, list[str]] = {}
        for spec in specs:
            part = [sort[len(spec.prefix) :] for sort in sorts if sort.startswith(spec.prefix)]
            limit = spec.wanted.page.limit + 1
            if page.last is not None and len(part) < limit and spec.prefix + keys.TOP > page.last:
                # The partition goes on, and rows of this relation may be beyond what was read.
                rest = table.query(pk, prefix=spec.prefix, limit=limit, project="SK")
                part = [row["SK"][len(spec.prefix) :] for row in rest.items]
            found[spec.prefix] = part[:limit]
        return found

    return read
