"""Row sets: the rows of access paths, read a part at a time, so that a plan is chosen by what the first of them show.

``candidates`` reads the paths of all conditions of a filter side by side, and goes on with those that are worth it; the
planner counts the rows of an exact path here. A row set says how many rows its path has, exactly when all are read, and
by the ids of the first ones before that: rows of one value are in the order of ids, and these are random.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...model.dates import epoch_ms
from ...model.model import Object
from ...model.record import Record
from ...model.types.base import Leaf
from ...query.evaluate import Test, compile_filter
from ...store.derive import CREATED_AT
from ...store.lookup import count_entries
from ...store.table import Count, Table
from ..context import Context
from ..records import get_live
from .access_paths import AccessPath, RowRange, single_leaf
from .joins import JoinedRecords
from .ordered_walk import RecordRef
from .range_rows import RangeRows, keeper

#: A row: the range that it was read in, its encoded value, and when its record was created, None if it does not say.
Row = tuple[RowRange, str | None, int | None]


@dataclass(slots=True)
class RowSet:
    """The rows of a path that have been read.

    Where a range has rows that do not match, which its rows can tell, these are left out: ``exact`` then holds for the
    rows of the set though it does not for those of the path. Ids that the path names have no rows.
    """

    path: AccessPath
    ranges: list[RangeRows]
    _rows: dict[str, tuple[Row, ...]] | None = None
    _has_cut: bool = False
    _is_told: bool = False

    @classmethod
    def of(cls, path: AccessPath) -> RowSet:
        return cls(path, [RangeRows(part, keeper(part.leaf, part.told)) for part in path.ranges])

    @property
    def complete(self) -> bool:
        return all(part.complete for part in self.ranges)

    @property
    def size(self) -> int:
        """How many rows have been read."""
        return sum(len(part.rows) for part in self.ranges) + len(self.path.ids or ())

    @property
    def pages(self) -> int:
        return sum(part.pages for part in self.ranges)

    @property
    def estimate(self) -> int | None:
        """About how many rows the path has; None if that cannot be told."""
        known = [part.estimate() for part in self.ranges]
        return None if None in known else sum(n for n in known if n is not None)

    @property
    def weight(self) -> int:
        """How many usual rows one of these costs to read, about."""
        return max((part.part.weight for part in self.ranges), default=1)

    def readers(self, most: int) -> Iterator[Callable[[Table], None]]:
        """What reads every range until it has ``most`` rows."""
        for part in self.ranges:
            if not part.complete:
                self._rows = None
                yield _reader(part, most)

    @property
    def rows(self) -> dict[str, tuple[Row, ...]]:
        """The rows by the ids of their records."""
        if self._rows is None:
            rows: dict[str, tuple[Row, ...]] = dict.fromkeys(self.path.ids or (), ())
            keeps = self._test()
            for of in self.ranges:
                part = of.part
                by_creation = part.leaf is not None and part.leaf.path == CREATED_AT
                for encoded, record_id, exact, created in of.rows:
                    if keeps is not None and not keeps(encoded, exact, created):
                        continue
                    if by_creation and encoded is not None:
                        created = epoch_ms(encoded)
                    known = rows.get(record_id)
                    row = (part, encoded, created)
                    rows[record_id] = (row,) if known is None else (*known, row)
            self._rows = rows
        return self._rows

    @property
    def exact(self) -> bool:
        """Whether the records of the rows are the matches of the condition, if no row is stale."""
        if self.path.ids is not None:
            return False  # such records need not exist
        if self.path.exact or self.path.sure:
            return self._is_told or not any(of.cut or (of.rows and of.part.is_untold) for of in self.ranges)
        if self._telling is None:
            return False
        self.rows  # noqa: B018 - finds out whether a text is cut
        return not self._has_cut

    @property
    def _telling(self) -> Leaf | None:
        """The leaf whose value in the rows alone decides about the condition; None if they do not decide."""
        leaf = single_leaf(self.path.condition)
        return leaf if self.path.ranges and all(part.leaf is leaf for part in self.path.ranges) else None

    def _test(self) -> Callable[[str | None, str | None, int | None], bool] | None:
        """Whether a row's record can match, by the row's value; None where every one can."""
        if self.path.exact or self.path.sure or (keeps := keeper(self._telling, self.path.condition)) is None:
            return None

        def test(encoded: str | None, exact: str | None, created: int | None) -> bool:
            # Without its time it may stand for two texts.
            kept = None if created is None else keeps(encoded, exact)
            self._has_cut |= kept is None
            return kept is not False

        return test

    def tell(self, ctx: Context, obj: Object, most: int) -> None:
        """Look at the records of rows that say nothing about the condition, up to ``most``, where all others do. What
        changes meanwhile is looked at once more, as several ranges were read.
        """
        if not self.path.sure or self.exact:
            return
        cut = set().union(*(of.cut for of in self.ranges))
        untold = [i for i, rows in self.rows.items() if i in cut or all(part.is_untold for part, _, _ in rows)]
        if len(untold) > most:
            return
        is_match, joined = compile_filter(self.path.condition), JoinedRecords(ctx)
        for record_id, record in zip(untold, get_live(ctx, obj, untold), strict=True):
            if record is None or not is_match(record, joined):
                del self.rows[record_id]
        self._is_told = True

    def refs(self, record_id: str) -> list[RecordRef]:
        """The rows of a record."""
        return [ref_of(record_id, row) for row in self.rows[record_id]]

    def is_dropped(self, record_id: str, record: Record | None, is_match: Test, joined: JoinedRecords) -> bool:
        """Whether a record of these rows is no longer what they say. ``is_match`` tests the path's condition."""
        refs = self.refs(record_id)
        if record is None:
            return bool(refs)
        if self.exact or self.path.exact or self.path.holds:
            return not is_match(record, joined)
        return bool(refs) and not any(ref.confirms(record) for ref in refs)


def time_of(rows: tuple[Row, ...]) -> int | None:
    """When a record was created, if all its rows say the same."""
    told = {created for _, _, created in rows}
    return told.pop() if len(told) == 1 else None


def times_of(ids: Mapping[str, tuple[Row, ...]]) -> dict[str, int] | None:
    """When records were created, by their ids; None unless the rows of each say so."""
    times: dict[str, int] = {}
    for record_id, rows in ids.items():
        time = time_of(rows)
        if time is None:
            return None
        times[record_id] = time
    return times


def ref_of(record_id: str, row: Row) -> RecordRef:
    """A row as what its record must confirm."""
    part, encoded, _ = row
    if part.leaf is None:
        return RecordRef(record_id, points=part.points)
    return RecordRef(record_id, None, part.leaf, encoded)


def _reader(part: RangeRows, most: int) -> Callable[[Table], None]:
    return lambda table: part.read(table, most)


def read_on(ctx: Context, sets: Iterable[RowSet], most: int) -> None:
    """Read every range of some sets until it has ``most`` rows, all side by side."""
    readers = [reader for rows in sets for reader in rows.readers(most)]
    if readers:
        ctx.table.parallel(readers)


def all_ids(table: Table, path: AccessPath) -> set[str]:
    """The records of all rows of a path. Costs what counting them costs."""
    return {record_id for ids in table.parallel([_id_reader(part) for part in path.ranges]) for record_id in ids}


def _id_reader(part: RowRange) -> Callable[[Table], list[str]]:
    def read(table: Table) -> list[str]:
        rows = RangeRows(part)
        while not rows.complete:
            rows.read(table, len(rows.rows) + 100_000)
        return [record_id for _, record_id, _, _ in rows.rows]

    return read


def count_rows(table: Table, path: AccessPath) -> Count:
    """How many rows an exact path has, and on how many pages."""
    counts = table.parallel([_counter(part) for part in path.ranges])
    return Count(sum(count.rows for count in counts), sum(count.pages for count in counts))


def _counter(part: RowRange) -> Callable[[Table], Count]:
    return lambda table: count_entries(table, part.pk, low=part.low, high=part.high, exact=part.exact)
