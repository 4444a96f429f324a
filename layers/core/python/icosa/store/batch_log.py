"""The log of a batch (``store.batch``): the keys of all rows that it may write, by record.

It is written before the first of these rows, so whoever finds an abandoned batch knows where to look. The log expires
by DynamoDB's time to live when nobody has dealt with the batch, and the stream hands the expired item to the janitor.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from . import keys
from .keys import Key
from .table import Item, Table

#: Bytes of a part before compression, which leaves less than a third of them; an item holds 400 KB.
_PART_BYTES = 1_200_000
#: Time until the log expires.
LIFE_SECONDS = 300

#: ``(object key, record id, rows, those of the rows that keep their key while their attributes change)``.
Entry = tuple[str, str, Sequence[Key], Iterable[Key]]


def write(ws: str, batch: str, entries: Iterable[Entry], *, now_ms: int) -> list[Item]:
    """The items of a log. The workspace id is left out of the keys, and the keys are compressed."""
    cut = len(ws)
    parts: list[list[Any]] = [[]]
    size = 0
    for obj, record, rows, altered in entries:
        changing = set(altered)
        weight = sum(len(pk) + len(sk) for pk, sk in rows)
        if size + weight > _PART_BYTES and parts[-1]:
            parts.append([])
            size = 0
        parts[-1].append([obj, record, [[pk[cut:], sk, int((pk, sk) in changing)] for pk, sk in rows]])
        size += weight
    return [
        _item(keys.batch_log(ws, batch, number), part, now_ms // 1000 + LIFE_SECONDS)
        for number, part in enumerate(parts)
    ]


def _item(key: Key, part: list[Any], expires: int) -> Item:
    return keys.item_at(key, rows=zlib.compress(orjson.dumps(part), 1), ttl=expires)


def read(ws: str, items: Iterable[Item]) -> Iterator[tuple[str, str, tuple[Key, ...], frozenset[Key]]]:
    """The entries of some items of a log."""
    for item in items:
        for obj, record, rows in orjson.loads(zlib.decompress(item["rows"])):
            yield (
                obj,
                record,
                tuple((ws + pk, sk) for pk, sk, _ in rows),
                frozenset((ws + pk, sk) for pk, sk, is_altered in rows if is_altered),
            )


def items(table: Table, ws: str, batch: str, *, project: str | None = None) -> Sequence[Item]:
    """The items of a batch's log that are still there."""
    return table.query_all(keys.batch_log(ws, batch, 0)[0], prefix=f"log#{batch}#", project=project)


def batch_of(item: Item) -> str:
    """The id of the batch whose log an item belongs to."""
    return str(item["SK"].split("#")[1])
