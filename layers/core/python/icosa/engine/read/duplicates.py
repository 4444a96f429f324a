"""The operation FindDuplicates: records that resemble given ones, by the object's duplicate criteria
(docs/wire/rest.md#duplicates).

Each criterion becomes a filter for each input, and the planner finds its matches. The executor calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any

from ...errors import BadRequest
from ...model.input import parse_input
from ...model.model import Object
from ...model.operators import EQ
from ...model.record import Record
from ...model.types.base import Item
from ...query.aggregates import Tally
from ...query.operation import And, Compare, Connection, Filter, FindDuplicates, FindMany, Node, Page
from ...store.table import Table
from ..context import BranchContext, Context
from ..records import get_visible
from .planner import find_page
from .relations import load_relations

#: Duplicates of one input, at most.
_MAX_DUPLICATES = 200
#: Characters of a text from which on it makes two records duplicates.
_MIN_TEXT = 3


def find_duplicates(ctx: Context, operation: FindDuplicates) -> list[Connection]:
    """One connection for each input, in order; ids without a live record are left out."""
    obj = operation.object
    _check_arguments(operation, ctx.settings.batch_limit)
    if operation.ids is not None:
        records = [record for record in get_visible(ctx, obj, operation.ids) if record is not None]
        finders = [_finder(ctx, operation, record, own_id=record.id) for record in records]
    else:
        inputs = [parse_input(ctx.model, obj, data, mode="create", now=ctx.now) for data in operation.data or ()]
        finders = [_finder(ctx, operation, parsed.values) for parsed in inputs]
    return ctx.table.parallel(finders) if finders else []


def _check_arguments(operation: FindDuplicates, limit: int) -> None:
    if operation.ids is None and operation.data is None:
        raise BadRequest('You have to provide either "data" or "ids" argument', sub_code="INVALID_QUERY_INPUT")
    if operation.ids is not None and operation.data is not None:
        raise BadRequest('You cannot provide both "data" and "ids" arguments', sub_code="INVALID_QUERY_INPUT")
    if operation.data is not None and not operation.data:
        raise BadRequest(
            'The "data" condition can not be empty when "ids" input not provided', sub_code="INVALID_QUERY_INPUT"
        )
    if len(operation.ids or operation.data or ()) > limit:
        raise BadRequest(
            f"Duplicates of at most {limit} records can be looked for at once", sub_code="INVALID_QUERY_INPUT"
        )


def _finder(
    ctx: Context, operation: FindDuplicates, values: Item, *, own_id: str | None = None
) -> Callable[[Table], Connection]:
    """Finds the duplicates of some values; the record itself, if there is one, has the id ``own_id``."""
    criteria = duplicate_criteria(operation.object, values, operation.ignored)

    def run(table: Table) -> Connection:
        branch = BranchContext(ctx, table)
        # A query for each criterion, since an index tells more of several values together than of any of them. It asks
        # for equal values and nothing else: an index of several fields answers just that.
        pages = branch.table.parallel([_matches_of(branch, operation.object, criterion) for criterion in criteria])
        found = {record.id: record for records in pages for record in records if record.id != own_id}
        records = [found[i] for i in sorted(found)[:_MAX_DUPLICATES]]
        nodes = [Node(record) for record in records]
        load_relations(branch, operation.object, nodes, operation.selection)
        return Connection(nodes=nodes, total_count=len(nodes), aggregates=_aggregates(operation, records))

    return run


def _matches_of(ctx: Context, obj: Object, criterion: Filter) -> Callable[[Table], list[Record]]:
    # One more than are shown: the record itself may be among them.
    query = FindMany(object=obj, filter=criterion, page=Page(limit=_MAX_DUPLICATES + 1), total_count=False)
    return lambda table: find_page(BranchContext(ctx, table), query).items


def _aggregates(operation: FindDuplicates, records: Iterable[Record]) -> Mapping[str, Any]:
    tally = Tally(operation.object, operation.aggregates)
    for record in records:
        tally.add(record)
    return tally.results()


def duplicate_criteria(obj: Object, values: Item, ignored: Set[str] = frozenset()) -> list[Filter]:
    """The conditions of which a record fulfils one that has the values of the same criterion; none when no criterion
    has all its values. Criteria with one of the fields ``ignored`` (keys) do not count.
    """
    criteria: list[Filter] = []
    for paths in obj.duplicate_criteria:
        leaves = [obj.leaves[path] for path in paths]
        if any(leaf.field.key in ignored for leaf in leaves):
            continue
        leaf_values = [leaf.get(values) for leaf in leaves]
        if all(value is not None and not (isinstance(value, str) and len(value) < _MIN_TEXT) for value in leaf_values):
            criteria.append(
                And(tuple(Compare(leaf, EQ, value) for leaf, value in zip(leaves, leaf_values, strict=True)))
            )
    return criteria
