"""Records and their rows."""

from __future__ import annotations

import pytest

from icosa.errors import PayloadTooLarge
from icosa.model.record import Record
from icosa.store import keys
from icosa.store.record import current_state, is_hidden, pack, unpack, unpack_visible, without_fields

RECORD = Record.of({"f1": "a", "f2": {"x": 0.1}}, id="a", partition="ws#R#o1", version=7)
HIDDEN = RECORD.hidden_by("batch")


@pytest.mark.parametrize("record", [RECORD, HIDDEN])
def test_rows_hold_all_of_a_record(record: Record) -> None:
    again = unpack(pack(record, None), None)
    assert again == record
    assert (again.id, again.key, again.version, again.batch) == ("a", ("ws#R#o1", "a"), 7, record.batch)


def test_hidden_and_missing_rows_are_not_visible() -> None:
    rows = [pack(RECORD, None), None, pack(HIDDEN, None)]
    assert [row is not None and is_hidden(row) for row in rows] == [False, False, True]
    [visible, *others] = unpack_visible(rows, None)
    assert visible == RECORD and visible is not None and (visible.key, visible.version) == (RECORD.key, 7)
    assert others == [None, None]


def test_which_row_counts() -> None:
    for live, trashed, expected in (
        (None, None, None),
        (RECORD, None, (RECORD, True)),
        (RECORD, HIDDEN, (RECORD, True)),
        (None, RECORD, (RECORD, False)),
        (HIDDEN, RECORD, (RECORD, False)),
        (HIDDEN, HIDDEN, (HIDDEN, False)),
        (HIDDEN, None, None),
        (None, HIDDEN, None),
    ):
        assert current_state(live, trashed) == expected


def test_records_beyond_the_limit_of_an_item_are_refused() -> None:
    with pytest.raises(PayloadTooLarge):
        pack(Record.of({"f1": "x" * 410_000}, id="a"), None)


def test_values_of_removed_fields_are_taken_out_as_a_new_version() -> None:
    put = without_fields(pack(RECORD, None), ["f2", "f9"])
    assert put is not None
    stripped = unpack(put.item, None)
    assert (stripped, stripped.version, put.values) == ({"f1": "a"}, 8, {":v": 7})
    assert without_fields(pack(RECORD, None), ["f9"]) is None


def test_keys_of_items() -> None:
    key = keys.field_row("ws", "object-id", "field-id")
    item = keys.item_at(key, name="n", key="f1")
    assert keys.of(item) == key
    assert keys.metadata_row(item) == ("field", "object-id")
    assert keys.without_partition(item) == {"SK": key[1], "name": "n", "key": "f1"}
    assert keys.is_unique(keys.unique("ws", "o1", "c", "value#U#"))
    assert not keys.is_unique(key)
