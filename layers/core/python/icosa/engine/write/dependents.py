"""Dependents: the records that point at certain others, live or in the trash.

Edges lead to them: every record has a partition with one row for each record that points at it. ``trash``, ``cascade``
and ``merge`` ask for the dependents of the records that they move or remove.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ...model.model import Field, Object
from ...store.lookup import Edge, all_edges
from ...store.table import Table
from ..context import Context
from ..records import State, get_any

#: The edges of records, by their ids, where they have been read already.
KnownEdges = Mapping[str, Sequence[Edge]] | None


class Dependent(NamedTuple):
    """A record that points at another with the field ``relation`` of its object."""

    obj: Object
    relation: Field
    state: State


def read_dependents(
    ctx: Context, objects: Sequence[Object], ids: Sequence[str], edges: KnownEdges = None
) -> list[Dependent]:
    """Every record that points at one of ``ids``, which belong to ``objects``, whether the caller may see it or not, as
    foreign keys act; once for each field that does.
    """
    relations = {
        (owner.key, relation.key): relation for obj in objects for owner, relation in ctx.model.references[obj.id]
    }
    if not relations:
        return []
    if edges is None:
        edges = read_edges(ctx, ids)
    pointing: dict[str, dict[str, list[tuple[str, Field]]]] = {}  # (target, relation) by object key and record id
    for target in ids:
        for edge in edges[target]:
            relation = relations.get((edge.object_key, edge.field_key))
            if relation is not None:
                pointing.setdefault(edge.object_key, {}).setdefault(edge.record_id, []).append((target, relation))
    dependents: list[Dependent] = []
    for object_key, records in pointing.items():
        obj = ctx.model.by_key[object_key]
        for references, state in zip(records.values(), get_any(ctx, obj, list(records)), strict=True):
            for target, relation in references:
                if state is not None and state.item.get(relation.key) == target:
                    dependents.append(Dependent(obj, relation, state))
    return dependents


def read_edges(ctx: Context, ids: Sequence[str]) -> dict[str, list[Edge]]:
    """The edges of records, by their ids."""
    return dict(zip(ids, ctx.table.parallel([_edge_reader(ctx, i) for i in ids]), strict=True))


def _edge_reader(ctx: Context, target_id: str) -> Callable[[Table], list[Edge]]:
    return lambda table: all_edges(table, ctx.model.workspace_id, target_id)
