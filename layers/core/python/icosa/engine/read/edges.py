"""Reading edge partitions: the ids of a parent's children, by relation.

Every record has an edge partition with one row for each record that points at it, sorted by relation and id.
``child_reads`` reads the partitions of all parents of a level side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ...store import lookup
from ...store.table import Table

#: The children of one parent, by the prefixes of its edges.
type Edges = Mapping[str, ChildIds]


class EdgeDemand(Protocol):
    """What a list of children needs: the ``prefix`` of its edges, how many of them, and whether also their number."""

    @property
    def prefix(self) -> str: ...
    @property
    def edge_limit(self) -> int: ...
    @property
    def needs_count(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class ChildIds:
    """Ids of a parent's children by one relation, in id order; all of them when ``complete``. ``count`` is the number
    of all edges, None if it is not known. ``times`` are when they were created, by id, as far as the edges carry that.
    """

    ids: list[str]
    complete: bool
    count: int | None
    times: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, edges: Sequence[lookup.TimedId], *, complete: bool, count: int | None) -> ChildIds:
        times = {record_id: created for record_id, created in edges if created is not None}
        return cls([record_id for record_id, _ in edges], complete, count, times)

    @property
    def tells_times(self) -> bool:
        """Whether all children are known, and when each was created."""
        return self.complete and len(self.times) == len(self.ids)


def whole_edge_reader(pk: str, demands: Sequence[EdgeDemand]) -> Callable[[Table], Edges]:
    """Reads all edges of one parent, by prefix. Costs what counting them costs."""
    prefixes = {demand.prefix for demand in demands}

    def read(table: Table) -> Edges:
        edges = {prefix: lookup.all_timed_edges_of(table, pk, prefix) for prefix in prefixes}
        return {prefix: ChildIds.of(of, complete=True, count=len(of)) for prefix, of in edges.items()}

    return read


def edge_reader(pk: str, demands: Sequence[EdgeDemand], *, first_rows: int) -> Callable[[Table], Edges]:
    """Reads one parent's edges, by prefix: the first ``first_rows`` of all relations with one query, then more only of
    those relations that need more.
    """
    limits: dict[str, int] = {}
    counted = {demand.prefix for demand in demands if demand.needs_count}
    for demand in demands:
        limits[demand.prefix] = max(demand.edge_limit, limits.get(demand.prefix, 0))

    def read_relation(table: Table, prefix: str) -> ChildIds:
        if not limits[prefix]:
            return ChildIds([], False, lookup.count_edges(table, pk, prefix))
        page = lookup.edge_page(table, pk, prefix, limit=limits[prefix])
        return with_count(table, prefix, page.items, complete=page.last is None)

    def with_count(table: Table, prefix: str, edges: Sequence[lookup.TimedId], *, complete: bool) -> ChildIds:
        if complete:
            return ChildIds.of(edges, complete=True, count=len(edges))
        count = lookup.count_edges(table, pk, prefix) if prefix in counted else None
        return ChildIds.of(edges, complete=False, count=count)

    def read(table: Table) -> Edges:
        if len(limits) == 1:
            return {prefix: read_relation(table, prefix) for prefix in limits}
        ids, complete = lookup.edges_by_prefix(table, pk, limits, limit=first_rows)
        children: dict[str, ChildIds] = {}
        for prefix, limit in limits.items():
            # Where the partition goes on, so may this relation's rows.
            enough = prefix in complete or (len(ids[prefix]) >= limit and prefix not in counted)
            children[prefix] = (
                with_count(table, prefix, ids[prefix], complete=prefix in complete)
                if enough
                else read_relation(table, prefix)
            )
        return children

    return read
