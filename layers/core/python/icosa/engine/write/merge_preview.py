"""What a merge would give, without writing it (spec/rest-core.md §1.12, spec/graphql-core.md §5.9)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...model.model import Field, Object
from ...model.record import Record
from ...query.operation import And, Compare, Connection, Filter, FindMany, Node, RelationSelection, Selection
from ..context import Context
from ..read.connections import live_connection
from ..read.relations import load


def preview(
    ctx: Context,
    obj: Object,
    items: Sequence[Record],
    survivor: Record,
    values: Mapping[str, Any],
    selection: Selection,
) -> Node:
    """The merged record under an id of its own, deleted now, since it is none. Its lists hold what points at any of
    ``items``.
    """
    new_id = str(uuid.uuid4())
    merged = {**survivor, **values, obj.by_name["id"].key: new_id, obj.by_name["deletedAt"].key: ctx.now}
    node = Node(Record.of(((key, value) for key, value in merged.items() if value is not None), id=new_id))
    fields = {slot: obj.by_name[wanted.relation or slot] for slot, wanted in selection.relations.items()}
    to_one = {slot: wanted for slot, wanted in selection.relations.items() if fields[slot].is_many_to_one}
    load(ctx, obj, [node], replace(selection, relations=to_one))
    ids = [one.id for one in items]
    for slot, wanted in selection.relations.items():
        if slot not in to_one:
            node.related[slot] = _union(ctx, fields[slot], ids, wanted)
    return node


def _union(ctx: Context, relation: Field, ids: Sequence[str], wanted: RelationSelection) -> Connection:
    """The one-to-many lists of several records as one."""
    target, inverse = ctx.model.target_of(relation), ctx.model.inverse_of(relation)
    own: Filter = Compare(inverse.leaves[0], "in", list(ids))
    found = live_connection(
        ctx,
        FindMany(
            object=target,
            filter=own if wanted.filter is None else And((own, wanted.filter)),
            order=wanted.order,
            page=wanted.page,
            total_count=wanted.total_count,
            aggregates=wanted.aggregates,
            records=wanted.records,
        ),
    )
    load(ctx, target, found.nodes, wanted.selection)
    return found
