"""The table's promises: retried writes apply once, passing faults are not seen, limits have names, costs
are counted.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydynox import pydynox_core as dynamo

from icosa.errors import PayloadTooLarge, Unavailable
from icosa.store.meter import Meter
from icosa.store.ops import EXISTS, NOT_EXISTS, CheckItem, DeleteItem, PutItem, UpdateItem
from icosa.store.table import Table, TransactionConflict, TransactionFailed


class FlakyTable(Table):
    """Fails after or before sending, as often as ``faults`` has errors."""

    def __init__(self, table: Table, *faults: Exception, sent: bool) -> None:
        super().__init__(table.name, table._client)
        self.faults = list(faults)
        self.sent = sent

    def _call[T](self, name: str, send: Callable[[], T]) -> T:
        def faulty() -> T:
            if not self.faults:
                return send()
            if self.sent:
                send()
            raise self.faults.pop(0)

        return super()._call(name, faulty)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def item(sk: str, **attributes: object) -> dict[str, object]:
    return {"PK": "p", "SK": sk, **attributes}


@pytest.mark.parametrize("sent", [True, False], ids=["answer lost", "never arrived"])
@pytest.mark.parametrize(
    "fault",
    [
        dynamo.ConnectionException("reset"),
        dynamo.ProvisionedThroughputExceededException("slow down"),
        dynamo.PydynoxException("An error occurred (InternalServerError)"),
    ],
    ids=["connection", "throttling", "internal error"],
)
def test_a_retried_write_applies_once(table: Table, fault: Exception, sent: bool) -> None:
    flaky = FlakyTable(table, fault, fault, sent=sent)
    flaky.transact([UpdateItem(("p", "counter"), "ADD n :one", values={":one": 1})])
    assert table.get(("p", "counter")) == item("counter", n=1)


def test_conflicts_are_tried_again(table: Table) -> None:
    conflict = dynamo.TransactionCanceledException("cancelled, reasons [TransactionConflict]")
    FlakyTable(table, conflict, conflict, sent=False).transact([PutItem(item("a"))])
    assert table.get(("p", "a")) is not None
    with pytest.raises(TransactionConflict):
        FlakyTable(table, *[conflict] * 10, sent=False).transact([PutItem(item("b"))])
    assert table.get(("p", "b")) is None


def test_a_store_that_never_answers(table: Table) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        FlakyTable(table, *[dynamo.ConnectionException("refused")] * 10, sent=False).get(("p", "a"))


def test_other_errors_are_not_hidden(table: Table) -> None:
    with pytest.raises(dynamo.PydynoxException, match="AccessDenied"):
        FlakyTable(table, dynamo.PydynoxException("An error occurred (AccessDenied)"), sent=False).get(("p", "a"))


def test_failed_conditions_are_named(table: Table) -> None:
    table.transact([PutItem(item("a"))])
    with pytest.raises(TransactionFailed) as failure:
        table.transact(
            [PutItem(item("b")), PutItem(item("a"), NOT_EXISTS), CheckItem(("p", "c"), EXISTS), DeleteItem(("p", "d"))]
        )
    assert failure.value.failed == (1, 2)
    assert table.get(("p", "b")) is None


def test_the_limit_of_an_item_has_a_name(table: Table) -> None:
    with pytest.raises(PayloadTooLarge, match="400 KB"):
        table.transact([PutItem(item("a", text="x" * 450_000))])


def test_queries(table: Table) -> None:
    table.transact([PutItem(item(f"{i:02}", e="x" if i % 2 else "y")) for i in range(20)])
    sort_keys = [row["SK"] for row in table.query_all("p", low="05", high="09")]
    assert sort_keys == ["05", "06", "07", "08", "09"]
    assert [row["SK"] for row in table.query("p", prefix="1", forward=False, limit=2).items] == ["19", "18"]
    assert table.query("p", low="09", high="05").items == []
    assert [row["SK"] for row in table.query("p", after="17").items] == ["18", "19"]
    assert table.count("p") == 20
    assert table.count("p", low="03", high="08", unlike="attribute_not_exists(e) OR e <> :e", values={":e": "x"}) == 3


def test_reads_of_many_keys_keep_their_order(table: Table) -> None:
    for start in (0, 100):
        table.transact([PutItem(item(f"{i:03}")) for i in range(start, start + 100)])
    wanted = [("p", f"{i:03}") for i in (150, 3, 999, 3, *range(120))]
    rows = table.batch_get(wanted)
    assert [row and row["SK"] for row in rows] == [None if sk == "999" else sk for _, sk in wanted]


def test_parallel_branches_count_as_one_round_trip(table: Table) -> None:
    metered = table.metered(Meter(detailed=True))

    def twice(branch: Table) -> int:
        branch.get(("p", "a"))
        branch.get(("p", "b"))
        return branch.meter.calls

    assert metered.parallel([twice, lambda branch: len(branch.query("p").items), twice]) == [2, 0, 2]
    assert (metered.meter.round_trips, metered.meter.calls) == (2, 5)
    assert metered.meter.read_units > 0


def test_an_error_in_a_branch_waits_for_the_others(table: Table) -> None:
    def fails(branch: Table) -> None:
        raise LookupError

    def writes(branch: Table) -> None:
        branch.transact([PutItem(item("a"))])

    with pytest.raises(LookupError):
        table.parallel([fails, writes])
    assert table.get(("p", "a")) is not None
