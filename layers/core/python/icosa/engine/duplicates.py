"""Records that resemble given ones: the object's duplicate criteria as a filter (spec/rest-core.md §1.11)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..errors import BadRequest
from ..model.input import parse_input
from ..model.model import Object
from ..model.operators import EQ, NEQ
from ..model.types.base import Item
from ..query.aggregates import Tally
from ..query.operation import And, Compare, Connection, Filter, FindDuplicates, FindMany, Node, Or, Page
from ..store.table import Table
from .branch import Branch
from .context import Context
from .find import find
from .records import get_live
from .relations import load

_MOST = 200
#: Shorter texts say too little to make two records duplicates.
_SHORTEST = 3


def find_duplicates(ctx: Context, operation: FindDuplicates) -> list[Connection]:
    """One connection for each input, in order; ids without a live record are left out."""
    obj = operation.object
    _check_arguments(operation, ctx.settings.batch_limit)
    if operation.ids is not None:
        items: list[Item] = [item for item in get_live(ctx, obj, operation.ids) if item is not None]
    else:
        items = [
            {
                k: v
                for k, v in parse_input(ctx.model, obj, data, mode="create", now=ctx.now).values.items()
                if v is not None
            }
            for data in operation.data or ()
        ]
    return ctx.table.parallel([_finder(ctx, operation, item) for item in items]) if items else []


def _check_arguments(operation: FindDuplicates, most: int) -> None:
    if operation.ids is None and operation.data is None:
        raise BadRequest('You have to provide either "data" or "ids" argument', sub_code="INVALID_QUERY_INPUT")
    if operation.ids is not None and operation.data is not None:
        raise BadRequest('You cannot provide both "data" and "ids" arguments', sub_code="INVALID_QUERY_INPUT")
    if operation.data is not None and not operation.data:
        raise BadRequest(
            'The "data" condition can not be empty when "ids" input not provided', sub_code="INVALID_QUERY_INPUT"
        )
    if len(operation.ids or operation.data or ()) > most:
        raise BadRequest(
            f"Duplicates of at most {most} records can be looked for at once", sub_code="INVALID_QUERY_INPUT"
        )


def _finder(ctx: Context, operation: FindDuplicates, item: Item) -> Callable[[Table], Connection]:
    def run(table: Table) -> Connection:
        branch = Branch(ctx, table)
        condition = duplicate_filter(operation.object, item)
        if condition is None:
            return Connection(nodes=[], total_count=0, aggregates=_aggregates(operation, []))
        found = find(branch, FindMany(object=operation.object, filter=condition, page=Page(limit=_MOST)))
        nodes = [Node(record) for record in found.items]
        load(branch, operation.object, nodes, operation.selection)
        return Connection(nodes=nodes, total_count=len(nodes), aggregates=_aggregates(operation, found.items))

    return run


def _aggregates(operation: FindDuplicates, items: Iterable[Item]) -> Mapping[str, Any]:
    tally = Tally(operation.object, operation.aggregates)
    for item in items:
        tally.add(item)
    return tally.results()


def duplicate_filter(obj: Object, item: Item) -> Filter | None:
    """What a duplicate of ``item`` must fulfil; None when no criterion has all its values."""
    criteria: list[Filter] = []
    for paths in obj.duplicate_criteria:
        leaves = [obj.leaves[path] for path in paths]
        values = [leaf.get(item) for leaf in leaves]
        if all(value is not None and not (isinstance(value, str) and len(value) < _SHORTEST) for value in values):
            criteria.append(And(tuple(Compare(leaf, EQ, value) for leaf, value in zip(leaves, values, strict=True))))
    if not criteria:
        return None
    condition: Filter = Or(tuple(criteria))
    own_id = item.get("SK")
    return condition if own_id is None else And((condition, Compare(obj.leaves["id",], NEQ, own_id)))
