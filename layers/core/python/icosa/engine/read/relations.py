"""Loads the related records that a selection asks for, for all records of a level at once.

Every operation that returns records ends with ``load_relations``. It makes two round trips a level: the first reads all
to-one targets and, for each parent with to-many relations, its edge partition; the second reads the children of all
parents. Lists with a filter, an order, cursors or aggregates are computed in memory while the children are few; the
list of a parent with many children is a query of its own, all of them side by side (``child_reads``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...model.model import Object
from ...model.record import Record
from ...query.operation import Connection, Node, Selection
from ...store.keys import Key
from ...store.table import Table
from ..context import Context
from ..records import live_key, live_rows, shown
from .child_lists import ChildList
from .child_reads import edge_readers, read_child_lists
from .edges import Edges
from .steady import Watch

#: Records by key.
_Rows = dict[Key, Record | None]


def load_relations(
    ctx: Context, obj: Object, nodes: Sequence[Node], selection: Selection, watch: Watch | None = None
) -> None:
    """Fill ``related`` of every node as the selection says, and so on for the related records. ``watch`` may have
    looked at what changes before, beside another round trip (``children_of``).
    """
    if not nodes or not selection.relations:
        return
    watch = watch or Watch(ctx)
    following = _children_of_next(ctx, obj, selection)
    relations = {slot: obj.by_name[part.relation or slot] for slot, part in selection.relations.items()}
    to_one = {slot: relation for slot, relation in relations.items() if relation.is_many_to_one}
    to_many = [
        ChildList.of(ctx, relation, slot, selection.relations[slot])
        for slot, relation in relations.items()
        if slot not in to_one
    ]
    targets, edges = _read_targets_and_edges(
        ctx,
        nodes,
        {slot: (r.key, ctx.model.target_of(r)) for slot, r in to_one.items()},
        to_many,
        watch,
        () if to_many else following,
    )
    for slot, relation in to_one.items():
        of = ctx.model.target_of(relation)
        for node in nodes:
            target_id = node.item.get(relation.key)
            target = None if target_id is None else targets.get(live_key(ctx, of, target_id))
            node.related[slot] = None if target is None else Node(target)
    if to_many:
        read_child_lists(ctx, nodes, to_many, edges, watch, following)
    for slot, relation in relations.items():
        next_level = [child for node in nodes for child in _related_nodes(node, slot)]
        load_relations(ctx, ctx.model.target_of(relation), next_level, selection.relations[slot].selection, watch)


def children_of(ctx: Context, obj: Object, selection: Selection) -> list[Object]:
    """The objects of a selection's one-to-many lists."""
    relations = [obj.by_name[part.relation or slot] for slot, part in selection.relations.items()]
    return [ctx.model.target_of(relation) for relation in relations if not relation.is_many_to_one]


def _children_of_next(ctx: Context, obj: Object, selection: Selection) -> list[Object]:
    """The objects of the lists inside the records of a selection's relations."""
    return [
        child
        for slot, part in selection.relations.items()
        for child in children_of(ctx, ctx.model.target_of(obj.by_name[part.relation or slot]), part.selection)
    ]


def _related_nodes(parent: Node, slot: str) -> list[Node]:
    match parent.related.get(slot):
        case Node() as child:
            return [child]
        case Connection(nodes=nodes):
            return nodes
        case _:
            return []


def _read_targets_and_edges(
    ctx: Context,
    nodes: Sequence[Node],
    to_one: Mapping[str, tuple[str, Object]],
    to_many: Sequence[ChildList],
    watch: Watch,
    following: Sequence[Object],
) -> tuple[_Rows, list[Edges]]:
    """The first round trip: targets of the to-one fields by key, for each node its children's ids by prefix, and a look
    at what changes of the objects of the next level.
    """
    objects: dict[Key, Object] = {}
    for key, target in to_one.values():
        objects.update(
            (live_key(ctx, target, target_id), target)
            for node in nodes
            if (target_id := node.item.get(key)) is not None
        )
    # The targets come first: this thread reads them, and may use others.
    readers: list[Callable[[Table], Any]] = [_record_reader(ctx, objects)] if objects else []
    watching = watch.readers(following) if following else []
    readers += watching
    if to_many:
        readers += edge_readers(ctx, nodes, to_many)
    results = ctx.table.parallel(readers)
    targets = results.pop(0) if objects else {}
    watch.take(results[: len(watching)])
    return targets, results[len(watching) :]


def _record_reader(ctx: Context, objects: Mapping[Key, Object]) -> Callable[[Table], _Rows]:
    def read(table: Table) -> _Rows:
        rows = live_rows(ctx, [(obj, record_id) for (_, record_id), obj in objects.items()], table)
        return {key: shown(ctx, obj, row) for (key, obj), row in zip(objects.items(), rows, strict=True)}

    return read
