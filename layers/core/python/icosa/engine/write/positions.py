"""Positions: where records stand in the order that users arrange by hand (docs/wire/rest.md#position).

``create`` and ``modify`` ask here. New records go before all others unless the request says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...model.model import Object
from ...model.types.values import double
from ...query.operation import FindMany, OrderTerm, Page
from ...store import keys
from ...store.lookup import index_edge
from ...store.table import Table
from ..context import BranchContext, Context
from ..read.planner import find_page

#: Stands for the existing positions when there are none: the first record gets 0, or 2 when it is to be last.
_EMPTY = 1


def outermost_position(ctx: Context, obj: Object, *, last: bool, table: Table) -> float | int | None:
    """The smallest (or largest) position of the live records that the caller may see, None when there is none."""
    leaf = obj.leaves["position",]
    if ctx.rows.limits(obj):
        # The index tells of all records.
        term = OrderTerm(leaf, "DescNullsLast" if last else "AscNullsLast")
        query = FindMany(object=obj, order=(term,), page=Page(limit=1), total_count=False)
        return next((leaf.get(record) for record in find_page(BranchContext(ctx, table), query).items), None)
    pk = keys.index(ctx.model.workspace_id, obj.key, leaf.key)
    entry = index_edge(table, pk, last=last)
    if entry is None:
        return None
    encoded, _, exact = entry
    assert encoded is not None
    return leaf.kind.decode(encoded, exact)  # type: ignore[no-any-return]


def assign_positions(
    wanted: Sequence[Any], smallest: float | int | None, largest: float | int | None
) -> list[float | int]:
    """Positions for the records of a request: numbers stay, ``"first"`` goes before and ``"last"`` after all others.

    Numbers in the same request count as existing positions.

    >>> assign_positions(["first", "first", 7], None, None)
    [6, 5, 7]
    >>> assign_positions(["first", "last"], 3, 9)
    [2, 10]
    """
    numbers = [position for position in wanted if not isinstance(position, str)]
    # As doubles: the store returns integers for positions beyond 2**53, and would not take the next integer.
    low = double(min((value for value in (*numbers, smallest) if value is not None), default=_EMPTY))
    high = double(max((value for value in (*numbers, largest) if value is not None), default=_EMPTY))
    first = last = 0
    positions: list[float | int] = []
    for position in wanted:
        match position:
            case "first":
                first += 1
                positions.append(low - first)
            case "last":
                last += 1
                positions.append(high + last)
            case _:
                positions.append(position)
    return positions
