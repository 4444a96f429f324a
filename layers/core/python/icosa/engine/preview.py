"""What a merge would give, without writing it (spec/rest-core.md §1.12, spec/graphql-core.md §5.9)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..model.model import Field, Object
from ..model.operators import IN
from ..model.types.base import Item
from ..query.operation import And, Compare, Connection, Filter, FindMany, Node, RelationSelection, Selection
from .context import Context
from .lists import live_connection
from .relations import load


def preview(
    ctx: Context, obj: Object, items: Sequence[Item], survivor: Item, values: Mapping[str, Any], selection: Selection
) -> Node:
    """The merged record under an id of its own, deleted now, since it is none. Its lists hold what points at any of
    ``items``.
    """
    new_id = str(uuid.uuid4())
    item = {key: value for key, value in {**survivor, **values}.items() if value is not None}
    node = Node({**item, "SK": new_id, obj.by_name["id"].key: new_id, obj.by_name["deletedAt"].key: ctx.now})
    fields = {slot: obj.by_name[wanted.relation or slot] for slot, wanted in selection.relations.items()}
    to_one = {slot: wanted for slot, wanted in selection.relations.items() if fields[slot].is_many_to_one}
    load(ctx, obj, [node], replace(selection, relations=to_one))
    ids = [one["SK"] for one in items]
    for slot, wanted in selection.relations.items():
        if slot not in to_one:
            node.related[slot] = _union(ctx, fields[slot], ids, wanted)
    return node


def _union(ctx: Context, relation: Field, ids: Sequence[str], wanted: RelationSelection) -> Connection:
    """The one-to-many lists of several records as one."""
    target, inverse = ctx.model.target_of(relation), ctx.model.inverse_of(relation)
    own: Filter = Compare(inverse.leaves[0], IN, list(ids))
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
