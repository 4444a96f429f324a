"""Reading edge partitions: the ids of a parent's children, by relation.

Every record has an edge partition with one row for each record that points at it, sorted by relation and id.
``child_reads`` reads the partitions of all parents of a level side by side. Where an index of several fields has the
children of each parent in the order of their creation, the newest are read there instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ...store import lookup
from ...store.keys import TOP
from ...store.table import Table

#: The children of one parent, by the ``source`` of who demands them.
type Edges = Mapping[str, ChildIds]


@dataclass(frozen=True, slots=True)
class Leading:
    """Where the first children of each parent stand in the order of their creation: the partition of an index, the
    beginning of the sort keys of a parent's rows, the direction, and how many are wanted.
    """

    pk: str
    begin: Callable[[str], str]
    descending: bool
    limit: int


class EdgeDemand(Protocol):
    """What a list of children needs: the ``prefix`` of its edges, how many of them, and whether also their number; or
    only those that are ``leading``. ``source`` is the same for lists that need the same rows.
    """

    @property
    def prefix(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def leading(self) -> Leading | None: ...
    @property
    def edge_limit(self) -> int: ...
    @property
    def needs_count(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class ChildIds:
    """Ids of a parent's children by one relation, in id order; all of them when ``complete``. ``count`` is the number
    of all edges, None if it is not known. ``times`` are when they were created, by id, as far as the edges carry that.
    ``leads``: they are the first in the wanted order, and one more if there are others.
    """

    ids: list[str]
    complete: bool
    count: int | None
    times: Mapping[str, int] = field(default_factory=dict)
    leads: bool = False

    @classmethod
    def of(cls, edges: Sequence[lookup.TimedId], *, complete: bool, count: int | None) -> ChildIds:
        times = {record_id: created for record_id, created in edges if created is not None}
        return cls([record_id for record_id, _ in edges], complete, count, times)

    @property
    def tells_times(self) -> bool:
        """Whether all children are known that can be shown, and when each was created."""
        return self.leads or (self.complete and len(self.times) == len(self.ids))


def leading_children(table: Table, parent: str, leading: Leading) -> ChildIds | None:
    """The first children of a parent by an index; None where its rows do not tell which these are: some stand for two
    values, or more were created at the same moment than were read. Costs a read unit for 30 children.
    """
    begin, limit = leading.begin(parent), leading.limit
    forward = not leading.descending
    page = lookup.carrying_page(table, leading.pk, low=begin, high=begin + TOP, forward=forward, limit=limit + 1)
    times = {record_id: created for _, record_id, _, created in page.items if created is not None}
    is_whole = page.last is None
    if len(times) < len(page.items):
        return None
    # Of equal times the index has the higher ids first when it is read backward; the list has the lower ones first.
    if not is_whole and leading.descending and list(times.values())[-1] == list(times.values())[limit - 1]:
        return None
    return ChildIds(sorted(times), is_whole, None, times, leads=True)


def whole_edge_reader(pk: str, demands: Sequence[EdgeDemand]) -> Callable[[Table], Edges]:
    """Reads all edges of one parent, by source. Costs what counting them costs."""
    prefixes = {demand.prefix for demand in demands}

    def read(table: Table) -> Edges:
        edges = {prefix: lookup.all_timed_edges_of(table, pk, prefix) for prefix in prefixes}
        children = {prefix: ChildIds.of(of, complete=True, count=len(of)) for prefix, of in edges.items()}
        return {demand.source: children[demand.prefix] for demand in demands}

    return read


def child_reader(pk: str, parent: str, demands: Sequence[EdgeDemand], *, first_rows: int) -> Callable[[Table], Edges]:
    """Reads one parent's children, by source: those that lead where an index tells them, the others by their edges."""
    first = [demand for demand in demands if demand.leading is not None]
    others = [demand for demand in demands if demand.leading is None]

    def read(table: Table) -> Edges:
        children: dict[str, ChildIds] = {}
        missing = list(others)
        for demand in first:
            assert demand.leading is not None
            found = leading_children(table, parent, demand.leading)
            if found is None:
                missing.append(demand)
            else:
                children[demand.source] = found
        if missing:
            edges = _edge_reader(pk, missing, first_rows=first_rows)(table)
            children.update((demand.source, edges[demand.prefix]) for demand in missing)
        return children

    return read


def _edge_reader(pk: str, demands: Sequence[EdgeDemand], *, first_rows: int) -> Callable[[Table], Edges]:
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
