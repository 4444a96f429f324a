"""What a request has written, read again: for an answer that has got lost (``store.once``)."""

from __future__ import annotations

from collections.abc import Sequence

from ...query.operation import Create, Delete, Merge, Node, Restore, Update
from ..context import Context
from ..read.relations import load_relations
from ..records import get_any_visible

#: The operations that write records.
Write = Create | Update | Delete | Restore | Merge


def reread(ctx: Context, operation: Write, ids: Sequence[str]) -> list[Node]:
    """The records as they are now, with the relations that the operation shows; those are left out that are gone, or
    that the caller may not see.
    """
    states = get_any_visible(ctx, operation.object, ids)
    nodes = [Node(state.item) for state in states if state is not None]
    load_relations(ctx, operation.object, nodes, operation.selection)
    return nodes
