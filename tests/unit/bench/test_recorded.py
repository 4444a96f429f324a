"""What is written down of the calls of the product's own table."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bench.recorded import Access, Recording
from icosa.store.meter import Meter
from icosa.store.ops import CheckItem, DeleteItem, PutItem, UpdateItem
from icosa.store.table import Table

_BIG = {"PK": "p", "SK": "b", "text": "x" * 5_000}


class _Client:
    """Answers as the client does, from one big item."""

    def sync_get_item(self, table: str, key: Any, consistent_read: bool) -> Any:
        return (_BIG if key["SK"] == "b" else None), None

    def sync_batch_get(self, table: str, keys: Any, strong: bool, project: str | None = None) -> Any:
        return [_BIG for key in keys if key["SK"] == "b"]

    def sync_query_page(self, table: str, expression: str, **options: Any) -> Any:
        return [_BIG], None, SimpleNamespace(consumed_rcu=2.0, scanned_count=1)

    def sync_transact_write(self, operations: Any, **options: Any) -> None:
        pass

    def sync_update_item(self, table: str, key: Any, **options: Any) -> None:
        pass

    def sync_scan(self) -> None:
        pass


@pytest.fixture
def recording() -> Recording:
    return Recording(_Client())


@pytest.fixture
def table(recording: Recording) -> Table:
    return Table("t", recording, Meter())  # type: ignore[arg-type]


def test_units_are_those_that_the_meter_counts(table: Table, recording: Recording) -> None:
    table.get(("p", "b"))
    table.eventual().get(("p", "a"))
    table.batch_get([("p", "a"), ("p", "b")])
    table.query("p", prefix="b")
    table.transact(
        [
            PutItem(_BIG),
            DeleteItem(("p", "a")),
            CheckItem(("p", "c"), "n = :n", values={":n": "x" * 3_000}),
            UpdateItem(("p", "d"), "SET t = :t", values={":t": "x" * 3_000}),
        ]
    )
    table.update(UpdateItem(("p", "e"), "ADD n :n", values={":n": 1}))

    taken = recording.take()
    assert sum(access.read for access in taken) == table.meter.read_units == 2 + 0.5 + 3 + 2
    assert sum(access.write for access in taken) == table.meter.write_units == 10 + 2 + 2 + 6 + 1
    assert recording.take() == ()


def test_keys_ranges_and_transactions_are_told_apart(table: Table, recording: Recording) -> None:
    table.query("p", low="a", high="z")
    table.transact([DeleteItem(("p", "a"))])
    table.update(UpdateItem(("p", "e"), "ADD n :n", values={":n": 1}))

    assert recording.take() == (
        Access("p", "b", read=2.0, is_range=True),
        Access("p", "a", write=2.0, transaction=True),
        Access("p", "e", write=1.0),
    )


def test_a_call_that_is_not_written_down_is_an_error(recording: Recording) -> None:
    with pytest.raises(AttributeError, match="sync_scan is not written down"):
        recording.sync_scan()
