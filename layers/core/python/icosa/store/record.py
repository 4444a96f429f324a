"""Records as rows of DynamoDB.

A row has the keys ``PK`` and ``SK`` (the id), the version ``v``, and the record's values by field key as one JSON text
in the attribute ``d``: a page of 60 people is read with less than half of the CPU that 60 times 17 typed attributes
take, and numbers keep all their digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from ..errors import PayloadTooLarge
from ..limits import RECORD_BYTES
from ..model.record import Record
from ..model.stored_form import StoredForm
from . import keys
from .ops import CheckItem, Op, PutItem

StoredRow = Mapping[str, Any]
"""A record's row as the table returns it."""

#: The record's version: every write increments it, every write is conditional on it.
VERSION = "v"
#: How often the version was counted up since, without another value: where a row derived from the record is removed, or
#: a reference to it is made that decides about its destruction. The next write of the record drops it.
RECOUNTS = "u"
#: The update that counts the version up, and its names.
RECOUNT = "ADD #v :one, #u :one"
RECOUNT_NAMES = {"#v": VERSION, "#u": RECOUNTS}
#: Marks a record or trash row that a multi-step write is moving between the two partitions (see store/batch.py).
HIDDEN = "h"
#: Marks a row that its record has come to from the other partition, with the version that the record had there: the
#: stream's record of a restored one would look like that of a new one. The next write of the row drops it.
MOVED = "o"
_DATA = "d"
#: What ``reservation`` holds instead of values.
_NO_VALUES = "{}"


def pack(record: Record, form: StoredForm | None) -> dict[str, Any]:
    """The row; ``form`` is ``Object.stored_form``. Raises PayloadTooLarge beyond 400 KB."""
    data = _packed_values(record, form)
    if len(data) > RECORD_BYTES:
        raise PayloadTooLarge("The record is larger than the 400 KB that the store allows")
    return {**_head(record), _DATA: data.decode()}


def _packed_values(record: Record, form: StoredForm | None) -> bytes:
    values = dict(record)
    if form is not None:
        form.to_store(values)
    return orjson.dumps(values)


def copy_of(record: Record, form: StoredForm | None) -> dict[str, Any]:
    """What lets another row hold the record (``store.copies``): its values, and the version in which they were written,
    which does not change when the record's own is counted up.
    """
    return {_DATA: _packed_values(record, form).decode(), VERSION: record.revision}


def from_copy(data: str, revision: int, *, id: str, partition: str, form: StoredForm | None) -> Record:
    """Inverse of ``copy_of``."""
    record = Record(orjson.loads(data))
    if form is not None:
        form.to_memory(record, id)
    record.partition, record.id, record.version, record.batch = partition, id, revision, None
    record.recounts = 0
    return record


def pack_moved(record: Record, form: StoredForm | None, before: Record) -> dict[str, Any]:
    """``pack`` for a record that goes to the trash or comes back from it."""
    return {**pack(record, form), MOVED: before.version}


def packed_bytes(record: Record) -> int:
    """How large the values of a record are in its row; a little less where its object has a stored form."""
    return len(orjson.dumps(record))


def reservation(record: Record) -> dict[str, Any]:
    """A hidden row without values, which keeps the id for a record to come."""
    return {**_head(record), _DATA: _NO_VALUES}


def _head(record: Record) -> dict[str, Any]:
    head = {"PK": record.partition, "SK": record.id, VERSION: record.version}
    if record.batch is not None:
        head[HIDDEN] = record.batch
    return head


def unpack(row: StoredRow, form: StoredForm | None) -> Record:
    """Inverse of ``pack``."""
    record = Record(orjson.loads(row[_DATA]))
    if form is not None:
        form.to_memory(record, row["SK"])
    record.partition, record.id, record.version, record.batch = row["PK"], row["SK"], row[VERSION], row.get(HIDDEN)
    record.recounts = row.get(RECOUNTS, 0)
    return record


def unpack_or_none(row: StoredRow | None, form: StoredForm | None) -> Record | None:
    return None if row is None else unpack(row, form)


def unpack_visible(rows: Iterable[StoredRow | None], form: StoredForm | None) -> list[Record | None]:
    """The records of live rows, in their order: None for a row that is not there, or is the hidden half of a record
    that a batch is moving.

    The same as ``unpack`` for each, in one loop: most of what requests read comes through here.
    """
    loads = orjson.loads
    records: list[Record | None] = []
    for row in rows:
        if row is None or HIDDEN in row:
            records.append(None)
            continue
        record = Record(loads(row[_DATA]))
        if form is not None:
            form.to_memory(record, row["SK"])
        record.partition = row["PK"]
        record.id = row["SK"]
        record.version = row[VERSION]
        record.recounts = row.get(RECOUNTS, 0)
        record.batch = None
        records.append(record)
    return records


def data_bytes(op: Op) -> int:
    """The bytes of a record's values in an operation that writes it; none in others, which are small."""
    return len(op.item.get(_DATA, "").encode()) if isinstance(op, PutItem) else 0


def stored_bytes(row: StoredRow) -> int:
    """About how large a row's values are."""
    return len(row[_DATA])


def version_of(row: StoredRow) -> int:
    """The version of a row, which grows with every write of its record."""
    return int(row[VERSION])


def is_hidden(row: StoredRow) -> bool:
    """Whether a batch is moving the row's record."""
    return HIDDEN in row


def is_reservation(row: StoredRow) -> bool:
    """Whether a row only keeps an id for a record to come."""
    return HIDDEN in row and row[_DATA] == _NO_VALUES


def moved_from(row: StoredRow) -> int | None:
    """The version from which the row's record has come from the other partition with its last write."""
    return int(row[MOVED]) if MOVED in row else None


def with_values(row: StoredRow, values: Mapping[str, Any]) -> StoredRow:
    """The row with other values of some fields, by their keys and in stored form."""
    return {**row, _DATA: orjson.dumps({**orjson.loads(row[_DATA]), **values}).decode()}


def same_values(row: StoredRow, other: StoredRow) -> bool:
    """Whether two rows of a record hold the same text of values."""
    return bool(row[_DATA] == other[_DATA])


def current_state(live: Record | None, trashed: Record | None) -> tuple[Record, bool] | None:
    """Which of a record's two rows counts, and whether it is the live one; None when there is no record.

    Both exist while a batch moves a record, and for a while after (see store/batch.py). A hidden live row never counts;
    a hidden trash row does while the live row is there and hidden, too. Without it, it is what a move left of a record
    that another request has destroyed meanwhile.
    """
    if live is not None and not live.is_hidden:
        return live, True
    if trashed is not None and (not trashed.is_hidden or live is not None):
        return trashed, False
    return None


# ---------------------------------------------------------------------- rows as they are, for jobs


def unchanged(row: StoredRow) -> CheckItem:
    """Demand that a record is in the version that was read."""
    return CheckItem(keys.of(row), *_in_version(row))


def as_read(record: Record) -> CheckItem:
    """The condition that a record is still in the state that was read."""
    return CheckItem(record.key, "#v = :v", {"#v": VERSION}, {":v": record.version})


def without_fields(row: StoredRow, field_keys: Iterable[str]) -> PutItem | None:
    """Take the values of some fields out of a record, as it was read; None when it has none of them."""
    data: dict[str, Any] = orjson.loads(row[_DATA])
    gone = [key for key in field_keys if key in data]
    if not gone:
        return None
    for key in gone:
        del data[key]
    return PutItem({**row, VERSION: row[VERSION] + 1, _DATA: orjson.dumps(data).decode()}, *_in_version(row))


def _in_version(row: StoredRow) -> tuple[str, dict[str, str], dict[str, Any]]:
    return "#v = :v", {"#v": VERSION}, {":v": row[VERSION]}
