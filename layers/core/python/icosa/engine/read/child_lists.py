"""The one-to-many list inside a record: what it needs of its parent's edges, and the two ways to make it.

``child_reads`` calls it for every list of every parent. A list is assembled in memory from its children's records; for
a parent with many children it is read by a query of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ...model.model import Field, Object
from ...model.operators import EQ
from ...model.record import Record
from ...query.aggregates import Tally
from ...query.evaluate import compile_filter, compile_keyset, compile_order, ordered_values
from ...query.operation import And, Compare, Connection, Filter, FindMany, Node, OrderTerm, RelationSelection
from ...store import keys
from ...store.derive import CREATED_AT
from ...store.keys import END, VALUE
from ...store.table import Table
from ..context import BranchContext, Context
from .connections import read_live_connection
from .edges import ChildIds, Leading
from .joins import JoinedRecords
from .page_query import sorted_slice
from .row_values import RowValues


@dataclass(frozen=True, slots=True)
class ChildList:
    """A one-to-many field that a selection names ``slot``: its edges have sort keys ``prefix + child id``. ``leading``
    says where an index of several fields has the newest or oldest children of each parent, if that is what is wanted.
    """

    slot: str
    target: Object
    inverse: Field
    prefix: str
    selection: RelationSelection
    #: ``Tuning.edge_rows``.
    first_rows: int
    leading: Leading | None = None
    #: What the list shows where that may be told by edges.
    row_values: RowValues | None = None

    @classmethod
    def of(cls, ctx: Context, relation: Field, slot: str, selection: RelationSelection) -> ChildList:
        target, inverse = ctx.model.target_of(relation), ctx.model.inverse_of(relation)
        prefix = keys.edge_prefix(target.key, inverse.key, live=True)
        if ctx.rows.limits(target):
            # Edges do not tell which children the caller may see.
            selection = replace(selection, filter=ctx.rows.narrow(target, selection.filter))
        told = None if selection.aggregates else RowValues.of(ctx, target, selection.selection, selection.order)
        child_list = cls(slot, target, inverse, prefix, selection, ctx.settings.tuning.edge_rows, row_values=told)
        return replace(child_list, leading=_leading(ctx, child_list))

    @property
    def source(self) -> str:
        """Lists with the same need the same rows of a parent."""
        leading = self.leading
        return self.prefix if leading is None else f"{leading.pk} {leading.descending} {leading.limit}"

    @property
    def is_plain(self) -> bool:
        """Only the first children by id, and their number: the edges alone tell which."""
        selection, page = self.selection, self.selection.page
        has_arguments = selection.filter is not None or selection.order or page.after or page.backward or page.offset
        return not has_arguments and not selection.aggregates

    @property
    def by_creation(self) -> OrderTerm | None:
        """The term of a list of the newest or oldest children; None of other lists."""
        selection, page = self.selection, self.selection.page
        if selection.filter is not None or page.after or page.backward or page.offset or selection.aggregates:
            return None
        [*terms] = selection.order
        is_single = len(terms) == 1 and terms[0].relation is None and terms[0].leaf.path == CREATED_AT
        return terms[0] if is_single else None

    def is_told_by(self, children: ChildIds) -> bool:
        """Whether the edges alone tell which children the list has, and in what order."""
        return self.is_plain or (self.by_creation is not None and children.tells_times)

    @property
    def edge_limit(self) -> int:
        """How many edges are to be read: one more than the page has, or as many as one read gives where all children
        count; none where only their number is wanted.
        """
        if not self.selection.records and self.is_plain:
            return 0
        page_rows = self.selection.page.limit + 1
        only_page = self.is_plain and not self.selection.total_count
        return page_rows if only_page else max(page_rows, self.first_rows)

    @property
    def needs_count(self) -> bool:
        return self.is_plain and self.selection.total_count

    def told_record(self, record_id: str, parent: str, created: int | None) -> Record | None:
        """A child by its edge, if that tells all that the list shows."""
        if self.row_values is None:
            return None
        return self.row_values.record(record_id, points=(self.inverse.key, parent), created=created)

    def to_fetch(self, children: ChildIds) -> Sequence[str]:
        """The children whose records are needed."""
        if not self.is_told_by(children):
            return children.ids
        shown = self.first(children.ids, children.times) if self.selection.records else ()
        if self.row_values is None:
            return shown
        # Those of a parent are told alike, but for edges that do not carry the time of creation.
        return [i for i in shown if self.told_record(i, "", children.times.get(i)) is None]

    def first(self, ids: Sequence[str], times: Mapping[str, int]) -> Sequence[str]:
        """The first of some children whose edges tell the list, which are in the order of ids: those of the page, and
        one more where not all edges are known.
        """
        term, limit = self.by_creation, self.selection.page.limit
        if term is None:
            return ids[: limit + 1]
        sign = -1 if term.descending else 1
        return sorted(ids, key=lambda record_id: (sign * times[record_id], record_id))[:limit]


def _leading(ctx: Context, child_list: ChildList) -> Leading | None:
    """Where an index has the first children of each parent in the order of the list; None where they must all be read,
    because none has, or because their number is wanted.
    """
    term, selection, target = child_list.by_creation, child_list.selection, child_list.target
    if term is None or selection.total_count or not selection.records:
        return None
    paths = [child_list.inverse.leaves[0].path, term.leaf.path]
    index = next(
        (leaf for leaf in target.composites if leaf.has_index and [member.path for member in leaf.members] == paths),
        None,
    )
    if index is None:
        return None

    def begin(parent_id: str) -> str:
        return VALUE + index.kind.encode((parent_id,)) + END

    pk = keys.index(ctx.model.workspace_id, target.key, index.key)
    return Leading(pk, begin, term.descending, selection.page.limit)


def told_child_list(child_list: ChildList, records: Sequence[Record], *, more: bool, count: int | None) -> Connection:
    """A list that edges tell, from the records of its first children, in order; ``more``: there are others, ``count``
    is the number of all, None if it is not wanted.
    """
    nodes = [Node(record) for record in records[: child_list.selection.page.limit]]
    return Connection(nodes=nodes, order=child_list.selection.order, total_count=count, has_next_page=more)


def assemble_child_list(ctx: Context, child_list: ChildList, records: Sequence[Record]) -> Connection:
    """The list from the records of all children."""
    selection, page, limit = child_list.selection, child_list.selection.page, child_list.selection.page.limit
    joined = JoinedRecords.needed_by(ctx, selection.filter, selection.order)
    if joined.is_needed:
        joined.load(records)
    is_match = compile_filter(selection.filter)
    matches = [record for record in records if is_match(record, joined)]
    tally = Tally(child_list.target, selection.aggregates)
    for record in matches:
        tally.add(record)
    total = len(matches) if selection.total_count else None
    cursor = page.before or page.after
    page_records = sorted_slice(
        matches,
        compile_order(selection.order),
        compile_keyset(selection.order, cursor, backward=page.backward) if cursor else None,
        joined,
        backward=page.backward,
        start=page.offset,
        stop=page.offset + limit + 1,
    )
    more, page_records = len(page_records) > limit, page_records[:limit]
    nodes = [Node(record) for record in (page_records[::-1] if page.backward else page_records)]
    if any(term.relation is not None for term in selection.order):
        for node in nodes:
            node.ordered = ordered_values(selection.order, node.item, joined)
    return Connection(
        nodes=nodes,
        order=selection.order,
        total_count=total,
        has_next_page=page.before is not None if page.backward else more,
        has_previous_page=more if page.backward else page.after is not None,
        aggregates=tally.results(),
    )


def query_child_list(ctx: Context, table: Table, child_list: ChildList, parent: str) -> Connection:
    """The list read by a query of all records of the target that point at ``parent``."""
    selection = child_list.selection
    points_at_parent: Filter = Compare(child_list.inverse.leaves[0], EQ, parent)
    operation = FindMany(
        object=child_list.target,
        filter=points_at_parent if selection.filter is None else And((points_at_parent, selection.filter)),
        order=selection.order,
        page=selection.page,
        total_count=selection.total_count,
        aggregates=selection.aggregates,
        records=selection.records,
    )
    return read_live_connection(BranchContext(ctx, table), operation)
