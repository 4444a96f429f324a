"""Changes of a model that exceed one transaction.

1. The operations are written into *log* rows beside the metadata rows. Readers ignore logs.
2. The commit: one transaction gives the workspace's row the new version and the name of the log. From now on readers
   apply the log to the rows that they read (``overlaid``), and see the new version.
3. The operations are carried out, in as many transactions as it takes, by the writer or, if that died, by the next
   change or the job ``finish`` (``commit.finish_abandoned``). The last transaction removes the log and its name.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from ..store import keys
from ..store.keys import Key
from ..store.ops import DeleteItem, PutItem

Item = dict[str, Any]
StagedOp = PutItem | DeleteItem

#: Operations in one log row: compressed, it stays far below DynamoDB's 400 KB.
_OPS_PER_ROW = 400


def is_log(item: Item) -> bool:
    """Whether a row of the metadata partition belongs to a log."""
    return keys.metadata_row(item)[0] == "staged"


def log_of(items: Iterable[Item], staged: str) -> list[Item]:
    """The rows of one change's log, in the order of its parts."""
    return sorted((item for item in items if keys.metadata_row(item) == ("staged", staged)), key=keys.sort_of)


def by_sort_key(items: Iterable[Item]) -> dict[str, Item]:
    return {keys.sort_of(item): item for item in items}


def log_rows(workspace_id: str, staged: str, ops: Sequence[StagedOp], *, now_ms: int) -> list[Item]:
    """The log of a change. From ``now_ms`` follows when it counts as abandoned."""
    rows = []
    for number, start in enumerate(range(0, len(ops), _OPS_PER_ROW)):
        part = [[op.key, None if isinstance(op, DeleteItem) else op.item] for op in ops[start : start + _OPS_PER_ROW]]
        key = keys.staged_row(workspace_id, staged, number)
        rows.append(keys.item_at(key, ops=zlib.compress(orjson.dumps(part), 1), at=now_ms))
    return rows


def logged(items: Iterable[Item], staged: str) -> Iterator[tuple[Key, Item | None]]:
    """Key and new item (None: removed) of each operation in a change's log."""
    for row in log_of(items, staged):
        yield from (((pk, sk), item) for (pk, sk), item in orjson.loads(zlib.decompress(row["ops"])))


def abandoned(items: Iterable[Item], staged: str | None, *, before_ms: int) -> list[Key]:
    """Log rows of changes that were never committed and are older than ``before_ms``."""
    logs = (item for item in items if is_log(item) and keys.metadata_row(item)[1] != staged)
    return [keys.of(item) for item in logs if item["at"] < before_ms]


def overlaid(items: list[Item], staged: str | None) -> list[Item]:
    """The metadata rows as they are after the committed change ``staged``, without logs."""
    rows = by_sort_key(item for item in items if not is_log(item))
    if staged is not None and items:
        partition, _ = keys.of(items[0])
        for (pk, sk), item in logged(items, staged):
            if pk != partition:
                continue
            if item is None:
                rows.pop(sk, None)
            else:
                rows[sk] = item
    return list(rows.values())
