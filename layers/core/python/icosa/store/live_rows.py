"""The rows of an object's live records in the order of their ids, whatever the number of its shards (``store.places``).

Of several partitions each gives its share of a page, read side by side, and a little more; what is behind the end of
one that is not read to its end waits until that is read on. Shares are about even, as ids are hashed: a page of 60
from four shards reads 88 rows, and takes a second, small round trip in one of fourteen cases, from eight 104 and one of
eight.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from ..model.model import Object
from .places import partitions
from .table import Item, QueryPage, Table

#: What is read of each shard beyond its share: rows, and times the square root of the share.
_SPARE_ROWS: Final = 2
_SPREAD: Final = 1.2


@dataclass(slots=True)
class _Shard:
    """One partition from a sort key on: the rows that have been read and not been given out."""

    pk: str
    after: str | None
    is_read: bool = False
    rows: list[Item] = field(default_factory=list)

    def take(self, page: QueryPage) -> None:
        self.rows += page.items
        self.after, self.is_read = page.last, page.last is None


class LiveRows:
    """A walk through the rows, from an id on. ``is_over``: nothing follows."""

    def __init__(self, ws: str, obj: Object, *, after: str | None = None, forward: bool = True) -> None:
        self._forward = forward
        self._shards = [_Shard(pk, after) for pk in partitions(ws, obj)]
        self._has_begun = False

    @property
    def is_over(self) -> bool:
        return all(shard.is_read and not shard.rows for shard in self._shards)

    def read(self, table: Table, size: int) -> list[Item]:
        """The next rows, hidden ones among them: up to ``size``, and none only at the end."""
        if len(self._shards) == 1:
            [shard] = self._shards
            page = self._query(table, shard, size)
            shard.after, shard.is_read = page.last, page.last is None
            return page.items
        while len(ready := self._ready()) < size and (unread := self._unread(size)):
            limit = _share(size - len(ready), len(self._shards))
            readers = [partial(self._query, shard=shard, limit=limit) for shard in unread]
            for shard, page in zip(unread, table.parallel(readers), strict=True):
                shard.take(page)
            self._has_begun = True
        taken = ready[:size]
        ids = {row["SK"] for row in taken}
        for shard in self._shards:
            shard.rows = [row for row in shard.rows if row["SK"] not in ids]
        return taken

    def _query(self, table: Table, shard: _Shard, limit: int) -> QueryPage:
        return table.query(shard.pk, after=shard.after, forward=self._forward, limit=limit)

    def _ready(self) -> list[Item]:
        """The rows that no row can precede which has not been read yet, in their order."""
        if not self._has_begun:
            return []
        rows = sorted((row for shard in self._shards for row in shard.rows), key=_id, reverse=not self._forward)
        ends = [shard.after for shard in self._shards if not shard.is_read and shard.after is not None]
        if not ends:
            return rows
        if self._forward:
            first = min(ends)
            return [row for row in rows if row["SK"] <= first]
        last = max(ends)
        return [row for row in rows if row["SK"] >= last]

    def _unread(self, size: int) -> list[_Shard]:
        """The shards that must be read on before ``size`` rows can be given out."""
        unread = [shard for shard in self._shards if not shard.is_read]
        if not self._has_begun:
            return unread
        ids = sorted((row["SK"] for shard in self._shards for row in shard.rows), reverse=not self._forward)
        if len(ids) < size:
            return unread
        last = ids[size - 1]
        return [
            shard
            for shard in unread
            if shard.after is None or (shard.after < last if self._forward else shard.after > last)
        ]


def page_after(table: Table, ws: str, obj: Object, *, after: str | None, limit: int) -> tuple[list[Item], str | None]:
    """Up to ``limit`` rows, and the id to go on after, None at the end."""
    rows = LiveRows(ws, obj, after=after)
    page = rows.read(table, limit)
    return page, None if rows.is_over or not page else page[-1]["SK"]


def _share(rows: int, shards: int) -> int:
    """How much to read of each shard for so many rows of all."""
    share = rows / shards
    return math.ceil(share + _SPARE_ROWS + _SPREAD * math.sqrt(share))


def _id(row: Item) -> str:
    return str(row["SK"])
