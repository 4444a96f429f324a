"""The result of a merge without writing it (docs/wire/rest.md#merge, docs/wire/graphql.md#merge-in-graphql), for dry
runs.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...model.model import Field, Object
from ...model.operators import IN
from ...model.record import Record
from ...query.operation import And, Compare, Connection, Filter, FindMany, Node, RelationSelection, Selection
from ..context import Context
from ..read.connections import read_live_connection
from ..read.relations import load_relations


def preview_merge(
    ctx: Context,
    obj: Object,
    records: Sequence[Record],
    survivor: Record,
    values: Mapping[str, Any],
    selection: Selection,
) -> Node:
    """The record that the merge of ``records`` would produce, with a temporary id and ``deletedAt`` set, because it is
    not stored. ``values`` are what the merge changes of the survivor. Its lists hold what points at any of ``records``.
    """
    new_id = str(uuid.uuid4())
    merged = {**survivor, **values, obj.by_name["id"].key: new_id, obj.by_name["deletedAt"].key: ctx.now}
    node = Node(Record.of(((key, value) for key, value in merged.items() if value is not None), id=new_id))
    fields = {slot: obj.by_name[part.relation or slot] for slot, part in selection.relations.items()}
    to_one = {slot: part for slot, part in selection.relations.items() if fields[slot].is_many_to_one}
    load_relations(ctx, obj, [node], replace(selection, relations=to_one))
    ids = [record.id for record in records]
    for slot, part in selection.relations.items():
        if slot not in to_one:
            node.related[slot] = _merged_list(ctx, fields[slot], ids, part)
    return node


def _merged_list(ctx: Context, relation: Field, ids: Sequence[str], selection: RelationSelection) -> Connection:
    """The one-to-many lists of several records as a single list."""
    target, inverse = ctx.model.target_of(relation), ctx.model.inverse_of(relation)
    points_at_any: Filter = Compare(inverse.leaves[0], IN, list(ids))
    connection = read_live_connection(
        ctx,
        FindMany(
            object=target,
            filter=points_at_any if selection.filter is None else And((points_at_any, selection.filter)),
            order=selection.order,
            page=selection.page,
            total_count=selection.total_count,
            aggregates=selection.aggregates,
            records=selection.records,
        ),
    )
    load_relations(ctx, target, connection.nodes, selection.selection)
    return connection
