"""The rows of one range of an index or of edges, as far as they have been read. ``row_sets`` unites those of a path."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

from ...model.fragments import FragmentLeaf
from ...model.record import Record
from ...model.types.base import Leaf
from ...query.evaluate import compile_filter
from ...query.operation import Filter
from ...store.lookup import CarryingRow, carrying_page
from ...store.table import Table
from .access_paths import RowRange
from .ordered_walk import share_of_ids

#: Whether a row is kept, by its encoded value and its exact text; None: the record has to say.
Keeps = Callable[[str | None, str | None], bool | None]


@dataclass(slots=True)
class RangeRows:
    """What has been read of one range."""

    part: RowRange
    #: Whether a row is kept, by its value; None where all are.
    keeps: Keeps | None = None
    rows: list[CarryingRow] = field(default_factory=list)
    after: str | None = None
    pages: int = 0
    complete: bool = False
    #: Kept rows that do not tell the whole value.
    cut: set[str] = field(default_factory=set)

    def read(self, table: Table, most: int) -> None:
        """Read on until there are ``most`` rows."""
        scanned = 0
        while not self.complete and len(self.rows) < most and scanned < most:
            scanned += self.read_page(table, most - len(self.rows))

    def read_page(self, table: Table, limit: int) -> int:
        """Read the next page, of up to ``limit`` rows or 1 MB. Returns how many rows that were, kept or not."""
        part = self.part
        page = carrying_page(
            table,
            part.pk,
            low=part.low,
            high=part.high,
            after=self.after,
            limit=limit,
            exact=part.exact,
            prefix="" if part.leaf is not None else part.prefix,
        )
        self.rows += page.items if self.keeps is None else filter(self._keeps, page.items)
        self.after, self.complete, self.pages = page.last, page.last is None, self.pages + 1
        return page.scanned

    def _keeps(self, row: CarryingRow) -> bool:
        encoded, record_id, exact, _ = row
        assert self.keeps is not None
        kept = self.keeps(encoded, exact)
        if kept is None:
            self.cut.add(record_id)
        return kept is not False

    def estimate(self) -> int | None:
        """About how many rows the range has; None if that cannot be told."""
        if self.complete:
            return len(self.rows)
        is_told = self.part.by_id or isinstance(self.part.leaf, FragmentLeaf)
        if not is_told or not self.rows:
            return None
        # Rows of one value are in the order of ids, which are random unless clients choose them. Of the texts that have
        # a part most go on alike after it, so the last run tells most.
        encoded, record_id, _, _ = self.rows[-1]
        before = 0 if self.part.by_id else bisect_left(self.rows, True, key=lambda row: row[0] == encoded)
        share = share_of_ids(record_id)
        run = len(self.rows) - before
        return None if share is None else before + max(run + 1, round(run / share) if share else 0)


def keeper(leaf: Leaf | None, condition: Filter | None) -> Keeps | None:
    """Whether the records of a leaf's rows fulfil a condition on it, by the values in the rows: None where these do not
    tell. None itself without leaf or condition.
    """
    if leaf is None or condition is None:
        return None
    kind, key, subfield = leaf.kind, leaf.field.key, leaf.subfield
    is_match, joined = compile_filter(condition), None

    def keeps(encoded: str | None, exact: str | None) -> bool | None:
        record = Record()
        if encoded is not None:
            try:
                value = kind.decode(encoded, exact)
            except ValueError:
                return None
            record[key] = value if subfield is None else {subfield: value}
        return is_match(record, joined) is True  # type: ignore[arg-type]

    return keeps
