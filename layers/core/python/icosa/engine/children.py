"""The one-to-many list of a parent: put together from its children, or queried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..model.model import Field, Model, Object
from ..model.operators import EQ
from ..model.types.base import Item
from ..query.aggregates import Tally
from ..query.evaluate import compile_filter, compile_keyset, compile_order, ordered_values
from ..query.operation import And, Compare, Connection, Filter, FindMany, Node, RelationSelection
from ..store import keys
from ..store.table import Table
from .branch import Branch
from .context import Context
from .edges import FIRST_ROWS, Edges
from .find import slice_of
from .joins import Joined
from .lists import live_connection


@dataclass(frozen=True, slots=True)
class ChildList:
    """A one-to-many field that is wanted under the name ``slot``: its edges have sort keys ``prefix + child id``."""

    slot: str
    target: Object
    inverse: Field
    prefix: str
    wanted: RelationSelection

    @classmethod
    def of(cls, model: Model, relation: Field, slot: str, wanted: RelationSelection) -> ChildList:
        target, inverse = model.target_of(relation), model.inverse_of(relation)
        return cls(slot, target, inverse, keys.edge_prefix(target.key, inverse.key, live=True), wanted)

    @property
    def is_plain(self) -> bool:
        """The first children in the order of ids and their number: the edges alone tell which."""
        wanted, page = self.wanted, self.wanted.page
        has_arguments = wanted.filter is not None or wanted.order or page.after or page.backward or page.offset
        return not has_arguments and not wanted.aggregates

    @property
    def rows(self) -> int:
        """How many edges decide: one more than are shown, or all unless they are many; none where only their number is
        wanted.
        """
        if not self.wanted.records and self.is_plain:
            return 0
        shown = self.wanted.page.limit + 1
        return shown if self.is_plain and not self.wanted.total_count else max(shown, FIRST_ROWS)

    @property
    def needs_count(self) -> bool:
        return self.is_plain and self.wanted.total_count

    def to_fetch(self, edges: Edges) -> Sequence[str]:
        """The children whose records are needed."""
        if not self.is_plain:
            return edges.ids
        return edges.ids[: self.wanted.page.limit + 1] if self.wanted.records else ()

    def counts_rows(self, edges: Edges) -> bool:
        """Whether the total is a number of rows that not all have their record fetched."""
        return self.needs_count and len(self.to_fetch(edges)) != edges.count


def arranged(ctx: Context, one: ChildList, children: Sequence[Item], edges: Edges) -> Connection:
    """The list from its fetched children, which are in the order of ids."""
    wanted, limit = one.wanted, one.wanted.page.limit
    if one.is_plain:
        total = None
        if wanted.total_count:
            total = edges.count if one.counts_rows(edges) else len(children)
        nodes = [Node(child) for child in children[:limit]]
        return Connection(nodes=nodes, total_count=total, has_next_page=len(children) > limit)
    joined = Joined.needed_by(ctx, wanted.filter, wanted.order)
    if joined.is_needed:
        joined.load(children)
    matches = compile_filter(wanted.filter)
    found = [child for child in children if matches(child, joined)]
    tally = Tally(one.target, wanted.aggregates)
    for child in found:
        tally.add(child)
    total = len(found) if wanted.total_count else None
    page = wanted.page
    cursor = page.before or page.after
    beyond = compile_keyset(wanted.order, cursor, backward=page.backward) if cursor else None
    key = compile_order(wanted.order)
    items = slice_of(
        found, key, beyond, joined, backward=page.backward, start=page.offset, stop=page.offset + limit + 1
    )
    more, items = len(items) > limit, items[:limit]
    nodes = [Node(child) for child in (items[::-1] if page.backward else items)]
    if any(term.relation is not None for term in wanted.order):
        for node in nodes:
            node.ordered = ordered_values(wanted.order, node.item, joined)
    return Connection(
        nodes=nodes,
        order=wanted.order,
        total_count=total,
        has_next_page=page.before is not None if page.backward else more,
        has_previous_page=more if page.backward else page.after is not None,
        aggregates=tally.results(),
    )


def queried(ctx: Context, table: Table, one: ChildList, parent: str) -> Connection:
    """The list as a query among all records of the target, for a parent with many children."""
    wanted = one.wanted
    own: Filter = Compare(one.inverse.leaves[0], EQ, parent)
    operation = FindMany(
        object=one.target,
        filter=own if wanted.filter is None else And((own, wanted.filter)),
        order=wanted.order,
        page=wanted.page,
        total_count=wanted.total_count,
        aggregates=wanted.aggregates,
        records=wanted.records,
    )
    return live_connection(Branch(ctx, table), operation)
