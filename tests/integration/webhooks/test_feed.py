"""The feed of events: an order in which nothing is ever put in before a place that somebody has read."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from icosa.store import event_row, feed, keys
from icosa.store.event_row import KEPT_SECONDS, EventRow
from icosa.store.feed import Head, PlaceExpired, PlaceUnknown
from icosa.store.meter import Meter
from icosa.store.ops import DeleteItem, Op, PutItem
from icosa.store.table import Table
from tests.support.tenant import WORKSPACE

NOW = 1_800_000_000


def event(number: int, body: str = "{}") -> EventRow:
    return EventRow(
        event_id=event_row.event_id_of(WORKSPACE, number),
        name="deal.created",
        at="2026-05-04T09:12:44.120Z",
        object_key="o2",
        record_id=f"r{number}",
        sequence=number,
        body=body,
        fields=("f1", "f2"),
    )


class Feed:
    """A feed that is on."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.now = NOW
        table.transact([PutItem(keys.item_at(keys.workspace(WORKSPACE), metadataVersion=1))])
        feed.keep(table, WORKSPACE, now=self.now)

    def append(self, *numbers: int) -> None:
        feed.append(self.table, WORKSPACE, [event(number) for number in numbers], now=self.now)

    def head(self) -> Head:
        return Head.read(self.table, WORKSPACE)

    def read(self, after: int = 0, limit: int = 100) -> list[tuple[int, int]]:
        """Positions and numbers of events."""
        places = feed.read(self.table, WORKSPACE, self.head(), after, limit=limit, now=self.now)
        return [(place.position, place.event.sequence) for place in places]

    def page(self, position: int) -> dict[str, Any]:
        """The row of the page that ends at a position, which is taken away."""
        key = keys.feed(WORKSPACE), keys.feed_sort(position)
        row = self.table.get(key)
        assert row is not None
        self.table.transact([DeleteItem(key)])
        return row

    def put(self, row: dict[str, Any]) -> None:
        self.table.transact([PutItem(row)])


@pytest.fixture
def kept(table: Table) -> Feed:
    return Feed(table)


def test_events_are_in_the_order_in_which_they_were_put_in(kept: Feed) -> None:
    kept.append(5, 3)
    kept.append(*range(10, 60))
    everything = kept.read()
    assert everything == list(enumerate([5, 3, *range(10, 60)], 1))
    for after, limit in itertools.product((0, 1, 2, 3, 25, 26, 27, 51, 52), (1, 2, 24, 25, 60)):
        assert kept.read(after, limit) == everything[after : after + limit]
    with pytest.raises(PlaceUnknown):
        kept.read(53)


def test_an_event_is_put_in_once(kept: Feed) -> None:
    kept.append(1, 2)
    kept.append(2, 3, 1)
    kept.append(1, 2, 3)
    assert kept.read() == [(1, 1), (2, 2), (3, 3)]


def test_rows_say_what_was_put_in(table: Table) -> None:
    for row in (event(1), event(2, "é" * 5_000)):
        assert event_row.put_once(table, WORKSPACE, row, now=NOW)
        assert not event_row.put_once(table, WORKSPACE, event(row.sequence, "other"), now=NOW)
        assert event_row.read(table, WORKSPACE, row.event_id) == row
    assert event_row.read_many(table, WORKSPACE, [event(3).event_id, event(2).event_id])[0] is None


class Interrupted(Table):
    """Does something before a transaction."""

    before: Any = None

    def transact(self, ops: Sequence[Op], before_sending: Any = None) -> None:
        then, self.before = self.before, None
        if then is not None:
            then()
        super().transact(ops, before_sending)


def test_of_two_that_append_at_once_one_comes_after_the_other(kept: Feed) -> None:
    """Between the look at the head and the transaction others append, and a poller reads: what it has read stays what
    it has read, and the rest follows behind its place.
    """
    interrupted = Interrupted(kept.table.name, kept.table._client)
    seen: list[list[tuple[int, int]]] = []

    def others() -> None:
        kept.append(1, 7)
        seen.append(kept.read())

    interrupted.before = others
    feed.append(interrupted, WORKSPACE, [event(number) for number in (8, 1, 9)], now=kept.now)
    assert seen == [[(1, 1), (2, 7)]]
    assert kept.read() == [(1, 1), (2, 7), (3, 8), (4, 9)]
    assert kept.read(2) == [(3, 8), (4, 9)]


def test_every_order_of_the_calls_of_two_writers_and_a_poller(table: Table) -> None:
    """Each writer looks at the head and appends; a poller reads between any two of their calls, each time from where it
    was. It sees every event once, in the order of the feed.
    """
    kept = Feed(table)
    number = itertools.count(1)
    for order in sorted(set(itertools.permutations("aabb"))):
        cursor = kept.head().position
        got: list[tuple[int, int]] = []
        wanted = {name: [next(number), next(number)] for name in "ab"}
        writers = {name: _steps(kept, numbers) for name, numbers in wanted.items()}
        for turn in order:
            next(writers[turn], None)
            got += kept.read(got[-1][0] if got else cursor)
        for writer in writers.values():
            for _ in writer:
                got += kept.read(got[-1][0] if got else cursor)
        assert [position for position, _ in got] == list(range(cursor + 1, cursor + 5)), order
        assert sorted(of for _, of in got) == sorted(itertools.chain(*wanted.values())), order


def _steps(kept: Feed, numbers: list[int]) -> Iterator[None]:
    """What ``feed.append`` does, call by call."""
    rows = [event(number) for number in numbers]
    while True:
        head = kept.head()
        yield
        before = kept.head()
        feed._append(kept.table, WORKSPACE, rows, head, kept.now)
        assert kept.head().position == before.position + len(rows)
        return


def test_a_page_that_is_not_to_be_seen_yet_is_waited_for(kept: Feed) -> None:
    """DynamoDB may show the rows of a later transaction before those of an earlier one."""
    kept.append(1)
    kept.append(2, 3)
    kept.append(4)
    assert [number for _, number in kept.read()] == [1, 2, 3, 4]
    hidden = kept.page(3)
    assert kept.read() == [(1, 1)]
    assert kept.read(1) == []
    assert kept.read(2) == []
    kept.put(hidden)
    assert kept.read(1) == [(2, 2), (3, 3), (4, 4)]
    first = kept.page(1)
    assert kept.read() == []
    last = kept.page(4)
    assert kept.read(3) == []
    kept.put(first)
    kept.put(last)
    assert len(kept.read()) == 4


def test_an_event_whose_row_is_not_to_be_seen_yet_is_waited_for(kept: Feed) -> None:
    kept.append(1, 2, 3)
    key = keys.event(WORKSPACE, event(2).event_id)
    row = kept.table.get(key)
    assert row is not None
    kept.table.transact([DeleteItem(key)])
    assert kept.read() == [(1, 1)]
    assert kept.read(1) == []
    kept.put(row)
    assert kept.read(1) == [(2, 2), (3, 3)]


def test_a_reader_whose_place_has_expired_is_told_so(kept: Feed) -> None:
    """Whether DynamoDB has removed the pages or not."""
    kept.append(1)
    kept.append(2, 3)
    kept.now += KEPT_SECONDS // 2
    feed.keep(kept.table, WORKSPACE, now=kept.now)
    kept.append(4, 5)
    kept.now += KEPT_SECONDS // 2 + 1
    kept.append(6)
    for gone in ((), (3,), (1,)):
        for position in gone:
            kept.page(position)
        for after in (0, 1, 2):
            with pytest.raises(PlaceExpired):
                kept.read(after)
        assert kept.read(3) == [(4, 4), (5, 5), (6, 6)]
        assert feed.oldest(kept.table, WORKSPACE, kept.head(), now=kept.now) == 3
    kept.now += 2 * KEPT_SECONDS
    assert kept.read(6) == []
    with pytest.raises(PlaceExpired):
        kept.read(5)
    assert feed.oldest(kept.table, WORKSPACE, kept.head(), now=kept.now) == 6
    kept.page(5)
    kept.page(6)
    with pytest.raises(PlaceExpired):
        kept.read(5)
    assert feed.oldest(kept.table, WORKSPACE, kept.head(), now=kept.now) == 6


def test_events_since_a_moment(kept: Feed) -> None:
    times = []
    for number in range(1, 40):
        kept.now += number % 3
        times.append(kept.now)
        kept.append(number)
    for moment in range(NOW - 1, kept.now + 3):
        place = feed.since(kept.table, WORKSPACE, kept.head(), moment, now=kept.now)
        assert place == sum(time < moment for time in times)


def test_a_feed_that_nobody_reads_is_off_and_says_what_it_has_missed(kept: Feed) -> None:
    kept.append(1)
    row = kept.table.get(keys.workspace(WORKSPACE))
    assert row is not None and row["feedUntil"] == NOW + KEPT_SECONDS
    kept.now += KEPT_SECONDS - 1
    assert feed.keep(kept.table, WORKSPACE, now=kept.now).since == NOW + feed.STARTS_WITHIN_SECONDS
    kept.now += KEPT_SECONDS + 1
    again = feed.keep(kept.table, WORKSPACE, now=kept.now)
    assert again.since == kept.now + feed.STARTS_WITHIN_SECONDS
    kept.append(2)
    with pytest.raises(PlaceExpired):
        kept.read(1)
    oldest = feed.oldest(kept.table, WORKSPACE, kept.head(), now=kept.now)
    assert [number for _, number in kept.read(oldest)] == [2]


def test_costs(kept: Feed) -> None:
    def cost(numbers: range) -> tuple[int, float, float]:
        meter = Meter(detailed=True)
        feed.append(kept.table.metered(meter), WORKSPACE, [event(number) for number in numbers], now=kept.now)
        return meter.round_trips, meter.read_units, meter.write_units

    assert cost(range(1)) == (2, 1.0, 6.0)
    assert cost(range(1, 25)) == (2, 1.0, 52.0)
    assert cost(range(25, 85)) == (4, 1.0, 132.0)
    meter = Meter(detailed=True)
    table = kept.table.metered(meter)
    assert len(feed.read(table, WORKSPACE, Head.read(table, WORKSPACE), 0, limit=60, now=kept.now)) == 60
    assert (meter.round_trips, meter.read_units) == (3, 62.0)
    meter = Meter(detailed=True)
    feed.keep(kept.table.metered(meter), WORKSPACE, now=kept.now + 60)
    assert (meter.round_trips, meter.read_units, meter.write_units) == (1, 1.0, 0.0)
