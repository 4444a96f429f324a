"""From the stream to events, deliveries and messages: who is told, what it costs, and what a crash leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from icosa.store import delivery_row, keys, stream
from icosa.store.meter import Meter
from icosa.store.ops import DeleteItem, set_attributes
from icosa.store.table import Table
from icosa.webhooks.matching import LOOK_SECONDS, MatchTable, bump, patterns_of
from tests.integration.engine.sample_model import model as sample_model
from tests.support.tenant import WORKSPACE, Tenant

from .listeners import Listeners


class Office:
    """A workspace whose stream is made up from its rows: each record as if it were new."""

    def __init__(self, table: Table) -> None:
        self.tenant = Tenant(table, sample_model())
        self.listeners = Listeners(table)
        self.number = 0

    def created(self, name: str, count: int = 1) -> list[dict[str, Any]]:
        """Stream records of new records, of a few hundred bytes each."""
        ids = self.tenant.create(name, *({"title" if name == "deal" else "name": "é"} for _ in range(count)))
        return [self.record("INSERT", name, record_id) for record_id in ids]

    def record(self, event: str, name: str, record_id: str) -> dict[str, Any]:
        self.number += 1
        row = self.tenant.table.get((keys.records(WORKSPACE, self.tenant.object(name).key), record_id))
        assert row is not None
        image = {key: {"N": str(value)} if isinstance(value, int) else {"S": value} for key, value in row.items()}
        images = {"OldImage" if event == "REMOVE" else "NewImage": image}
        return {
            "eventName": event,
            "eventSource": "aws:dynamodb",
            "dynamodb": {
                "SequenceNumber": str(self.number),
                "ApproximateCreationDateTime": 1_777_885_965.0,
                **images,
            },
        }

    def told(self) -> list[tuple[str, str]]:
        """Webhooks and names of events of the messages that were sent."""
        rows = [
            delivery_row.read(self.tenant.table, WORKSPACE, message.webhook_id, message.delivery_id or "")
            for message in self.listeners.sqs.messages
        ]
        return sorted((row.webhook_id, row.event_name) for row in rows if row is not None)


@pytest.fixture
def office(table: Table) -> Iterator[Office]:
    yield Office(table)


def cost(listeners: Listeners) -> tuple[int, float, float]:
    return listeners.meter.round_trips, listeners.meter.read_units, listeners.meter.write_units


def test_what_it_costs_is_the_workspaces(office: Office) -> None:
    changes = [(str(number), stream.record_change(record)) for number, record in enumerate(office.created("deal", 2))]
    meters: dict[str, Meter] = defaultdict(Meter)
    told = [(place, change) for place, change in changes if change is not None]
    assert office.listeners.fan_out.publish(office.tenant.table, told, meter_of=meters.__getitem__) == {}
    assert {workspace_id: meter.read_units for workspace_id, meter in meters.items()} == {WORKSPACE: 2.0}


def test_a_workspace_to_which_nobody_listens_costs_a_look_now_and_then(office: Office) -> None:
    records, listeners = office.created("deal", 30), office.listeners
    assert listeners.tell(records) == {}
    assert cost(listeners) == (2, 2.0, 0.0)  # The row, and the first time that there are no webhooks.
    assert listeners.tell(records) == {}
    listeners.clock.seconds += LOOK_SECONDS - 0.1
    assert listeners.tell(records) == {}
    assert cost(listeners) == (0, 0.0, 0.0)
    listeners.clock.seconds += 0.2
    assert listeners.tell(records) == {}
    assert cost(listeners) == (1, 1.0, 0.0)
    assert listeners.events() == [] and listeners.sqs.messages == []


def test_a_workspace_that_is_gone_has_no_listeners(office: Office) -> None:
    records = office.created("deal")
    office.tenant.table.transact([DeleteItem(keys.workspace(WORKSPACE))])
    assert office.listeners.tell(records) == {}
    assert office.listeners.events() == []


def test_events_that_nobody_wants_cost_the_look(office: Office) -> None:
    records, listeners = office.created("deal", 3), office.listeners
    listeners.add_webhook("a", "firm.*", "deal.updated")
    for _ in range(2):  # The first time it reads the webhooks and the model.
        listeners.tell(records)
    assert cost(listeners) == (1, 1.0, 0.0)
    assert listeners.events() == []


def test_each_webhook_is_told_once_of_what_it_asks_for(office: Office) -> None:
    listeners = office.listeners
    listeners.add_webhook("a", "*.*", "deal.created", "deal.*")
    listeners.add_webhook("b", "*.created")
    listeners.add_webhook("c", "firm.*")
    listeners.add_webhook("d", "*.*", isEnabled=False)
    assert listeners.tell([*office.created("deal"), *office.created("firm")]) == {}
    assert office.told() == [
        ("a", "deal.created"),
        ("a", "firm.created"),
        ("b", "deal.created"),
        ("b", "firm.created"),
        ("c", "firm.created"),
        # Switched off: its deliveries wait.
        ("d", "deal.created"),
        ("d", "firm.created"),
    ]


@pytest.mark.parametrize("feed", [False, True])
def test_costs_of_one_event_and_one_webhook(office: Office, feed: bool) -> None:
    records, listeners = office.created("deal"), office.listeners
    listeners.add_webhook("a", "deal.created")
    if feed:
        listeners.turn_the_feed_on()
    listeners.tell(office.created("firm"))
    listeners.tell(records)
    # Look; row of the event, in the feed with its head and page; delivery.
    assert cost(listeners) == ((4, 2.0, 7.0) if feed else (3, 1.0, 2.0))
    assert listeners.sqs.requests == 1


def test_a_batch_of_60_to_20_webhooks(office: Office) -> None:
    records, listeners = office.created("deal", 60), office.listeners
    for number in range(20):
        listeners.add_webhook(f"w{number}", "deal.*")
    assert listeners.tell(records) == {}
    assert cost(listeners)[1:] == (1 + 1.0, 60 + 1_200)
    assert (len(listeners.sqs.messages), listeners.sqs.requests) == (1_200, 120)
    assert len({(message.webhook_id, message.delivery_id) for message in listeners.sqs.messages}) == 1_200
    # Look at row and webhooks, rows of events, deliveries: as many round trips as for one event, but for threads.
    assert listeners.meter.calls == 2 + 60 + 1_200


def test_a_crash_between_event_and_message_is_made_up_for(office: Office) -> None:
    records, listeners = office.created("deal", 2), office.listeners
    listeners.add_webhook("a", "*.*")
    listeners.sqs.is_down = True
    failed = listeners.tell(records)
    assert set(failed) == {record["dynamodb"]["SequenceNumber"] for record in records}
    assert len(listeners.events()) == 2 and listeners.sqs.messages == []
    listeners.sqs.is_down = False
    again = Listeners(office.tenant.table, sqs=listeners.sqs)
    assert again.tell(records) == {}
    first = [(message.webhook_id, message.delivery_id) for message in listeners.sqs.messages]
    assert again.tell(records) == {}
    assert [(message.webhook_id, message.delivery_id) for message in listeners.sqs.messages[2:]] == first
    assert len(again.events()) == 2
    page = delivery_row.page(office.tenant.table, WORKSPACE, "a", limit=10)
    assert sorted(delivery.delivery_id for delivery in page.deliveries) == sorted(str(given) for _, given in first)


def test_a_webhook_that_is_gone_is_told_nothing_more_and_one_that_is_off_later(office: Office) -> None:
    listeners, table = office.listeners, office.tenant.table
    listeners.add_webhook("a", "*.*")
    listeners.add_webhook("b", "*.*")
    listeners.tell(office.created("deal"))
    assert office.told() == [("a", "deal.created"), ("b", "deal.created")]
    table.transact([DeleteItem(keys.webhook(WORKSPACE, "a")), bump(WORKSPACE)])
    listeners.sqs.messages.clear()
    listeners.tell(office.created("deal"))
    assert office.told() == [("b", "deal.created")]
    table.transact([set_attributes(keys.webhook(WORKSPACE, "b"), {"isEnabled": False}), bump(WORKSPACE)])
    listeners.sqs.messages.clear()
    listeners.tell(office.created("deal"))
    assert office.told() == [("b", "deal.created")], "the function deliver lets it wait"


def test_a_webhook_is_told_after_the_next_look(office: Office) -> None:
    listeners = office.listeners
    listeners.tell(office.created("deal"))
    listeners.add_webhook("a", "*.*")
    listeners.tell(office.created("deal"))
    assert listeners.sqs.messages == []
    listeners.clock.seconds += LOOK_SECONDS
    listeners.tell(office.created("deal"))
    assert office.told() == [("a", "deal.created")]


def test_a_record_that_cannot_be_told_of_fails_alone(office: Office) -> None:
    listeners = office.listeners
    listeners.add_webhook("a", "*.*")
    first, broken, last = office.created("deal", 3)
    broken["dynamodb"]["NewImage"]["d"] = {"S": "no JSON"}
    assert list(listeners.tell([first, broken, last])) == [broken["dynamodb"]["SequenceNumber"]]
    assert office.told() == [("a", "deal.created")] * 2


def test_what_is_not_about_records_is_no_event() -> None:
    image = {"PK": {"S": "ws#W"}, "SK": {"S": "workspace"}, "v": {"N": "1"}}
    assert stream.record_change({"dynamodb": {"NewImage": image, "ApproximateCreationDateTime": 1}}) is None


@pytest.mark.parametrize(
    ("operation", "wanted"),
    [
        ("*.*", ["deal.created", "metadata.view.updated"]),
        ("*.created", ["deal.created"]),
        ("deal.*", ["deal.created"]),
        ("metadata.*.*", ["metadata.view.updated"]),
        ("metadata.view.*", ["metadata.view.updated"]),
        ("metadata.*.updated", ["metadata.view.updated"]),
        ("*.updated", []),
        ("metadata.*", []),
        ("*", []),
        ("", []),
        ("workflowRun.*", []),
        ("workflowRun.updated", ["workflowRun.updated"]),
    ],
)
def test_what_operations_name(operation: str, wanted: list[str]) -> None:
    names = ("deal.created", "metadata.view.updated", "workflowRun.updated")
    table = MatchTable({"a": [operation]})
    assert [name for name in names if table.wanting(name) == ("a",)] == wanted
    assert patterns_of("workflowRun.updated") == ("workflowRun.updated",)
