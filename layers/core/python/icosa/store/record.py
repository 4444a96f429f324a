"""Record items as DynamoDB holds them.

In memory an item is a dict with ``PK``, ``SK`` (the id), ``v`` and the record's values by field key. In the table the
values are one JSON text in the attribute ``d``: a page of 60 people is read with less than half of the CPU that 60
times 17 typed attributes take, and numbers keep all their digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from ..errors import PayloadTooLarge
from ..model.stored_form import StoredForm
from ..model.types.base import Item

#: The record's version: every write increments it, every write is conditional on it.
VERSION = "v"
#: Marks a record or trash row that a multi-step write is moving between the two partitions (see store/batch.py).
HIDDEN = "h"
_DATA = "d"
_KEYS = ("PK", "SK", VERSION, HIDDEN)
#: DynamoDB's limit for an item is 400 KB; the rest of an item takes less than this reserve.
_MAX_DATA_BYTES = 400 * 1024 - 1024


def pack(item: Item, form: StoredForm | None) -> dict[str, Any]:
    """The stored form; ``form`` is ``Object.stored_form``. Raises PayloadTooLarge beyond 400 KB."""
    packed = {key: item[key] for key in _KEYS if key in item}
    values = {key: value for key, value in item.items() if key not in packed}
    if form is not None:
        form.to_store(values)
    data = orjson.dumps(values)
    if len(data) > _MAX_DATA_BYTES:
        raise PayloadTooLarge("The record is larger than the 400 KB that the store allows")
    packed[_DATA] = data.decode()
    return packed


def unpack(stored: dict[str, Any], form: StoredForm | None) -> Item:
    """Inverse of ``pack``."""
    item: dict[str, Any] = orjson.loads(stored[_DATA])
    if form is not None:
        form.to_memory(item, stored["SK"])
    item["PK"], item["SK"], item[VERSION] = stored["PK"], stored["SK"], stored[VERSION]
    if HIDDEN in stored:
        item[HIDDEN] = stored[HIDDEN]
    return item


def unpack_or_none(stored: dict[str, Any] | None, form: StoredForm | None) -> Item | None:
    return None if stored is None else unpack(stored, form)


def current[T: Item](live: T | None, trashed: T | None) -> tuple[T, bool] | None:
    """Which of a record's two rows counts, and whether it is the live one; None when there is no record.

    Both exist while a batch moves a record, and for a while after (see store/batch.py). A hidden live row never counts;
    a hidden trash row does while the live row is there and hidden, too. Without it, it is what a move left of a record
    that another request has destroyed meanwhile.
    """
    if live is not None and HIDDEN not in live:
        return live, True
    if trashed is not None and (HIDDEN not in trashed or live is not None):
        return trashed, False
    return None


def strip(stored: dict[str, Any], keys: Iterable[str]) -> dict[str, Any] | None:
    """A stored record without the values of some fields, under its next version; None when it has none of them."""
    data: dict[str, Any] = orjson.loads(stored[_DATA])
    gone = [key for key in keys if key in data]
    if not gone:
        return None
    for key in gone:
        del data[key]
    return {**stored, VERSION: stored[VERSION] + 1, _DATA: orjson.dumps(data).decode()}
