"""Objects without live records, and changes of the model that rely on it.

A field of such an object needs no index to be built: there is nothing to build it from. But a request that began before
the change may still make the first record by the older model, without its index row. So the change does two things in
its own transaction: it requires that no counter of the object has moved since they were read as nothing, and it writes
into each of them the lowest version of the model by which a record may become live from now on. Whoever counts a record
up by an older model fails at their commit (``change.counter_ops``), for no unit more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from . import keys
from .ops import UpdateItem
from .table import Table

#: The number of live records is split over this many items at first, so that concurrent creates rarely touch the same
#: one, and at most (``Object.counters``). A transaction can close the former and not the latter: an object with more
#: than at first is never taken for vacant. Who counts in one of the others writes by a version of the model that has
#: them, and a change that closes the first ones was made from an earlier one.
COUNTER_SHARDS: Final = 16
MOST_COUNTERS: Final = 128

#: The attribute of a counter: the lowest version of the model by which records may become live.
LOWEST_VERSION: Final = "minVersion"

#: The condition of whoever counts records up; ``:model`` is the version that they write by.
IS_RECENT_ENOUGH: Final = f"attribute_not_exists({LOWEST_VERSION}) OR {LOWEST_VERSION} <= :model"


@dataclass(frozen=True, slots=True)
class Vacancy:
    """An object that had no live record when its counters were read. ``counts`` are those that exist, by shard; they
    add up to nothing.
    """

    partition: str
    counts: Mapping[str, int]

    def ops(self, version: int) -> list[UpdateItem]:
        """What demands that there is still no live record, and that the first one will be made by ``version`` of the
        model or a later one. One operation, 2 write units, for each shard.
        """
        return [self._op(str(number), version) for number in range(COUNTER_SHARDS)]

    def _op(self, shard: str, version: int) -> UpdateItem:
        seen = self.counts.get(shard)
        condition = "attribute_not_exists(n)" if seen is None else "n = :seen"
        values = {":version": version} if seen is None else {":version": version, ":seen": seen}
        return UpdateItem((self.partition, shard), f"SET {LOWEST_VERSION} = :version", condition, values=values)


def read_vacancy(table: Table, ws: str, object_key: str) -> Vacancy | None:
    """Whether an object has no live record; None when it has. One query, 1 read unit."""
    partition = keys.counter(ws, object_key)
    counts = {keys.sort_of(row): row["n"] for row in table.query_all(partition) if "n" in row}
    return None if sum(counts.values()) else Vacancy(partition, counts)
