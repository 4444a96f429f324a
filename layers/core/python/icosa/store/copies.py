"""Copies of records in rows of an index (docs/storage.md#rows-that-hold-their-record).

DynamoDB bills a write of a row by the KB begun, so a row of 130 bytes has room for a small record. A list in the order
of such an index then reads its rows, six for a read unit, and no record. ``Rows.index`` puts the copies into the rows,
so every write keeps them, whatever it does; the transaction that writes a record writes its copy as well.

Batches are what needs care, since they write rows outside of the transaction of their records. Each copy that a batch
writes says when the batch began (``SINCE``). A reader believes

* a copy without it: it was written with its record;
* one of a batch that began more than ``WINDOW_MS`` ago, if the register showed no batch under way when the request
  began: that batch had ended by then, its rows are those of its records, or are gone;
* a younger one if the register, read once more after the row, shows that no batch was under way in between.

So nobody who begins while a batch is under way looks at copies at all. Who began before sees the copies from before
the batch, which are what the records were at some moment of the request, until the batch replaces the first of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..model.record import Record
from ..model.stored_form import StoredForm
from . import keys
from .keys import Key
from .meter import item_size
from .record import copy_of, from_copy

#: When the batch began that wrote the copy, in milliseconds since the epoch.
SINCE: Final = "t"
#: The attributes of a copy: the values, the version in which they were written, ``SINCE``.
ATTRIBUTES: Final = ("d", "v", SINCE)
_VALUES, _REVISION, _ = ATTRIBUTES
#: What a row with a copy may have, so that it costs no more than one without.
_MOST_BYTES = 1024
#: The sizes of ``SINCE`` and of the version that rows say besides (``derive.WRITTEN``).
_ROOM = 20
#: A batch is over before that: its writer dead after a minute, clocks apart by some seconds.
WINDOW_MS: Final = 120_000


def copied(key: Key, attributes: Mapping[str, Any], record: Record, form: StoredForm | None) -> Mapping[str, Any]:
    """The attributes of a row, with a copy of its record if there is room."""
    both = {**attributes, **copy_of(record, form)}
    return both if item_size(keys.item_at(key, **both)) + _ROOM <= _MOST_BYTES else attributes


def without_copy(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if name not in ATTRIBUTES}


def marked(attributes: Mapping[str, Any], since_ms: int) -> Mapping[str, Any]:
    """The attributes as a batch writes them that began at a time."""
    return {**attributes, SINCE: since_ms} if has_copy(attributes) else attributes


def has_copy(attributes: Mapping[str, Any]) -> bool:
    return _VALUES in attributes


def read_copy(row: Mapping[str, Any], *, id: str, partition: str, form: StoredForm | None) -> Record | None:
    """The copy in a row; None in one without."""
    if _VALUES not in row:
        return None
    return from_copy(row[_VALUES], int(row[_REVISION]), id=id, partition=partition, form=form)
