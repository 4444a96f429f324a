"""Where the live records of an object are: in one partition, or spread over several, its shards.

DynamoDB serves 3,000 read units and 1,000 write units a second from one partition. An object that needs more gets
shards (``lifecycle.sharding``), a power of two; which one a record is in follows from its id. The trash has none.
"""

from __future__ import annotations

from typing import Final

from ..model.model import Object
from . import keys
from .keys import Key

MOST_SHARDS: Final = 64


def home(ws: str, obj: Object, record_id: str) -> Key:
    """The key of a live record."""
    shard = keys.shard_of(record_id, obj.shards) if obj.shards > 1 else None
    return keys.records(ws, obj.key, shard), record_id


def place(ws: str, obj: Object, record_id: str, *, live: bool) -> Key:
    """The key of a record that is live, or in the trash."""
    return home(ws, obj, record_id) if live else (keys.trash(ws, obj.key), record_id)


def both_places(ws: str, obj: Object, record_id: str) -> tuple[Key, Key]:
    """The keys that a record has while it is live, and in the trash."""
    return home(ws, obj, record_id), place(ws, obj, record_id, live=False)


def partitions(ws: str, obj: Object) -> list[str]:
    """The partitions of an object's live records."""
    if obj.shards > 1:
        return [keys.records(ws, obj.key, shard) for shard in range(obj.shards)]
    return [keys.records(ws, obj.key)]


def every_partition(ws: str, object_key: str) -> list[str]:
    """All that an object of which nothing else is known may have."""
    return [keys.records(ws, object_key), *(keys.records(ws, object_key, shard) for shard in range(MOST_SHARDS))]
