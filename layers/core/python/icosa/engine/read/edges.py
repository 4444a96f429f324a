"""Reading edge partitions: the ids of a parent's children, by relation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ...store import lookup
from ...store.table import Table

#: Rows read of a parent's edge partition at first: enough for several relations of usual size.
FIRST_ROWS = 400


class Wanted(Protocol):
    """A list of children: ``prefix`` of its edges, how many rows it needs, and whether it needs their number."""

    @property
    def prefix(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def needs_count(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Edges:
    """Ids of a parent's children in id order; all of them when ``complete``. ``count`` is the number of all rows, if it
    is known.
    """

    ids: list[str]
    complete: bool
    count: int | None


def edge_reader(pk: str, lists: Sequence[Wanted]) -> Callable[[Table], Mapping[str, Edges]]:
    """Reads one parent's edges by prefix: one query for several relations, more only where one of them is long."""
    needs: dict[str, int] = {}
    counted = {one.prefix for one in lists if one.needs_count}
    for one in lists:
        needs[one.prefix] = max(one.rows, needs.get(one.prefix, 0))

    def read_one(table: Table, prefix: str) -> Edges:
        if not needs[prefix]:
            return Edges([], False, lookup.count_edges(table, pk, prefix))
        page = lookup.edge_page(table, pk, prefix, limit=needs[prefix])
        return _edges(table, prefix, page.items, complete=page.last is None)

    def _edges(table: Table, prefix: str, ids: list[str], *, complete: bool) -> Edges:
        if complete:
            return Edges(ids, True, len(ids))
        return Edges(ids, False, lookup.count_edges(table, pk, prefix) if prefix in counted else None)

    def read(table: Table) -> Mapping[str, Edges]:
        if len(needs) == 1:
            return {prefix: read_one(table, prefix) for prefix in needs}
        ids, complete = lookup.edges_by_prefix(table, pk, needs, limit=FIRST_ROWS)
        found: dict[str, Edges] = {}
        for prefix, need in needs.items():
            # Where the partition goes on, so may this relation's rows.
            enough = prefix in complete or (len(ids[prefix]) >= need and prefix not in counted)
            found[prefix] = (
                _edges(table, prefix, ids[prefix], complete=prefix in complete) if enough else read_one(table, prefix)
            )
        return found

    return read
