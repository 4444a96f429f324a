"""Every change of a record is one event, whatever way the write took and however the stream tells of it.

The oracle knows nothing of the stream: it compares the records before and after each operation.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random
from typing import Any

import orjson
import pytest

from icosa.engine.janitor import tidy
from icosa.model.record import Record
from icosa.query.filters import resolve_filter
from icosa.query.operation import Create, Delete, Filter, Merge, Restore, Update
from icosa.settings import Settings
from icosa.store import keys
from icosa.store.ops import DeleteItem
from icosa.store.record import current_state, unpack_or_none
from icosa.store.table import Table
from tests.integration.engine.crashes import Crash, CrashingTable, Fuse
from tests.integration.engine.sample_model import model as sample_model
from tests.support.streams import Stream, streaming_table
from tests.support.tenant import WORKSPACE, Tenant

from .listeners import Listeners

_NAMES = ("firm", "deal", "line")
State = tuple[Record, bool]
Records = list[dict[str, Any]]


class Writer:
    """Does operations and knows what has changed with each: ``expected`` counts ``(event, record)``."""

    def __init__(self, table: Table, stream: Stream) -> None:
        self.tenant = Tenant(table, sample_model(lines_follow=True))
        self.model = self.tenant.model()
        self.stream = stream
        self.expected: Counter[tuple[str, str]] = Counter()
        self.stream.take()

    def do(self, operation: Any) -> Records:
        """The stream's records of an operation."""
        before = self.states()
        self.tenant.run(operation, self.model)
        after = self.states()
        for key in before.keys() | after.keys():
            if (action := _difference(before.get(key), after.get(key))) is not None:
                self.expected[f"{key[0]}.{action}", key[1]] += 1
        return self.stream.take()

    def states(self) -> dict[tuple[str, str], State]:
        """The records there are, by object and id."""
        states: dict[tuple[str, str], State] = {}
        for name in _NAMES:
            obj = self.model.by_singular[name]
            live, trashed = (
                {row["SK"]: row for row in self.tenant.table.query_all(place(WORKSPACE, obj.key))}
                for place in (keys.records, keys.trash)
            )
            for record_id in live.keys() | trashed.keys():
                rows = (unpack_or_none(rows.get(record_id), obj.stored_form) for rows in (live, trashed))
                if (state := current_state(*rows)) is not None:
                    states[name, record_id] = state
        return states

    def ids(self, name: str, *, live: bool) -> list[str]:
        return sorted(i for (obj, i), (_, is_live) in self.states().items() if obj == name and is_live == live)

    def filter(self, name: str, ids: list[str]) -> Filter | None:
        return resolve_filter(self.model, self.model.by_singular[name], {"id": {"in": ids}})


def _difference(before: State | None, after: State | None) -> str | None:
    if before is None:
        return None if after is None else "created"
    if after is None:
        return "destroyed"
    if before[1] != after[1]:
        return "restored" if after[1] else "deleted"
    changed = {key for key in before[0].keys() | after[0].keys() if before[0].get(key) != after[0].get(key)} - {"f3"}
    return ("deleted" if "f4" in changed else "updated") if changed else None


def _create(random: Random, writer: Writer) -> Any:
    name = random.choice(_NAMES)
    given = random.random() < 0.4
    data = []
    for number in range(random.choice((1, 1, 2, 13))):
        body: dict[str, Any] = {"title" if name == "deal" else "name": random.choice("abc")}
        if name == "deal":
            body["code"] = uuid.UUID(int=random.getrandbits(128)).hex
        parents = {"deal": "firm", "line": "deal"}.get(name)
        if parents and (ids := writer.ids(parents, live=True)) and random.random() < 0.8:
            body[f"{parents}Id"] = random.choice(ids)
        if name == "deal" and number == 0 and random.random() < 0.3:
            body.pop("firmId", None)
        if given:
            body["id"] = str(uuid.UUID(int=random.getrandbits(128), version=4))
        data.append(body)
    return Create(object=writer.model.by_singular[name], data=tuple(data))


def _some(random: Random, writer: Writer, *, live: bool) -> tuple[str, list[str]] | None:
    places = [(name, ids) for name in _NAMES if (ids := writer.ids(name, live=live))]
    if not places:
        return None
    name, ids = random.choice(places)
    return name, random.sample(ids, min(len(ids), random.choice((1, 1, 3, 13))))


def _update(random: Random, writer: Writer) -> Any:
    if (chosen := _some(random, writer, live=random.random() < 0.8)) is None:
        return None
    name, ids = chosen
    data: dict[str, Any] = {"title" if name == "deal" else "name": random.choice("abcd")}
    if name == "deal" and (firms := writer.ids("firm", live=True)):
        data["firmId"] = random.choice([None, *firms])
    obj = writer.model.by_singular[name]
    if len(ids) == 1:
        return Update(object=obj, id=ids[0], data=data)
    return Update(object=obj, filter=writer.filter(name, ids), data=data)


def _delete(destroy: bool) -> Callable[[Random, Writer], Any]:
    def make(random: Random, writer: Writer) -> Any:
        if (chosen := _some(random, writer, live=not destroy or random.random() < 0.5)) is None:
            return None
        name, ids = chosen
        obj = writer.model.by_singular[name]
        which = {"id": ids[0]} if len(ids) == 1 else {"filter": writer.filter(name, ids)}
        return Delete(object=obj, destroy=destroy, **which)

    return make


def _delete_again(random: Random, writer: Writer) -> Any:
    ids = writer.ids("deal", live=False)
    return Delete(object=writer.model.by_singular["deal"], destroy=False, id=random.choice(ids)) if ids else None


def _restore(random: Random, writer: Writer) -> Any:
    if (chosen := _some(random, writer, live=False)) is None:
        return None
    name, ids = chosen
    which = {"id": ids[0]} if len(ids) == 1 else {"filter": writer.filter(name, ids)}
    return Restore(object=writer.model.by_singular[name], **which)


def _merge(random: Random, writer: Writer) -> Any:
    ids = writer.ids("deal", live=True)
    if len(ids) < 2:
        return None
    return Merge(
        object=writer.model.by_singular["deal"], ids=tuple(random.sample(ids, 2)), priority_index=0, dry_run=False
    )


_MAKERS: tuple[Callable[[Random, Writer], Any], ...] = (
    *(_create, _create, _update, _update, _merge, _delete_again),
    *(_delete(False), _delete(False), _delete(True), _restore, _restore),
)


def _operations(random: Random, writer: Writer, count: int) -> Iterator[Any]:
    """Some operations, each made when the one before has been done, and at last one of each kind: chance may leave a
    kind out.
    """
    firm = writer.model.by_singular["firm"]
    yield Create(object=firm, data=({"name": "a"}, {"name": "b"}))
    while count:
        if (operation := random.choice(_MAKERS)(random, writer)) is not None:
            count -= 1
            yield operation
    last = str(uuid.UUID(int=random.getrandbits(128), version=4))
    yield Create(object=firm, data=({"id": last, "name": "a"},))
    yield Update(object=firm, id=last, data={"name": "b"})
    yield Delete(object=firm, destroy=False, id=last)
    yield Restore(object=firm, id=last)
    yield Delete(object=firm, destroy=True, id=last)


def _told(listeners: Listeners) -> Counter[tuple[str, str]]:
    return Counter((event.name, event.record_id or "") for event in listeners.events())


@pytest.fixture
def writer(dynamodb_endpoint: str) -> Iterator[Writer]:
    with streaming_table(dynamodb_endpoint) as (table, stream):
        yield Writer(table, stream)


@pytest.fixture
def listeners(writer: Writer) -> Listeners:
    listeners = Listeners(writer.tenant.table)
    listeners.turn_the_feed_on()
    writer.stream.take()
    return listeners


@pytest.mark.parametrize("seed", [1, 3])
def test_each_change_is_one_event_while_it_happens(writer: Writer, listeners: Listeners, seed: int) -> None:
    """The records of each operation come in batches of random size, those of its two shards in a random order, and
    batches come again: at once, or much later.
    """
    random = Random(seed)
    earlier: list[Records] = []
    for operation in _operations(random, writer, 10):
        for batch in _batches(random, _reordered(random, writer.do(operation))):
            earlier.append(batch)
            for records in (batch, batch, random.choice(earlier)):
                assert listeners.tell(records) == {}
        assert _told(listeners) == writer.expected
    in_feed = Counter((event.name, event.record_id or "") for event in listeners.feed())
    assert in_feed == writer.expected
    assert {"created", "updated", "deleted", "restored", "destroyed"} == {name.split(".")[1] for name, _ in in_feed}


@pytest.mark.parametrize("seed", [4])
def test_each_change_is_one_event_in_order_afterwards(writer: Writer, listeners: Listeners, seed: int) -> None:
    """The function comes to it when everything has happened: in the order of the stream it tells all the same, and the
    sequence of a record grows in the feed.
    """
    random = Random(seed)
    records = [record for operation in _operations(random, writer, 10) for record in writer.do(operation)]
    for batch in _batches(random, records):
        assert listeners.tell(batch) == {}
    assert _told(listeners) == writer.expected
    last: dict[str | None, int] = {}
    for event in listeners.feed():
        assert event.sequence > last.get(event.record_id, 0)
        last[event.record_id] = event.sequence


@pytest.mark.parametrize("seed", [6, 7])
def test_shards_that_are_far_apart_tell_of_everything(writer: Writer, listeners: Listeners, seed: int) -> None:
    """The trash's shard is read before or after everything else."""
    random = Random(seed)
    records = [record for operation in _operations(random, writer, 10) for record in writer.do(operation)]
    shards: tuple[Records, Records] = ([], [])
    for record in records:
        shards["#D#" in record["dynamodb"]["Keys"]["PK"]["S"]].append(record)
    for shard in random.sample(shards, 2):
        for batch in _batches(random, shard):
            assert listeners.tell(batch) == {}
    assert _told(listeners) == writer.expected


def _reordered(random: Random, records: Records) -> Records:
    """The records of two shards, live records and trash, in any order that keeps that of each."""
    shards: tuple[Records, Records] = ([], [])
    for record in records:
        shards["#D#" in record["dynamodb"]["Keys"]["PK"]["S"]].append(record)
    turns = [0] * len(shards[0]) + [1] * len(shards[1])
    random.shuffle(turns)
    queues = [iter(shard) for shard in shards]
    return [next(queues[turn]) for turn in turns]


def _batches(random: Random, records: Records) -> Iterator[Records]:
    while records:
        size = random.choice((1, 7, 100))
        yield records[:size]
        records = records[size:]


def test_the_body_of_an_event_is_that_of_its_moment(writer: Writer, listeners: Listeners) -> None:
    [deal_id] = writer.tenant.create("deal", {"title": "first"})
    deal = writer.model.by_singular["deal"]
    for title in ("second", "third"):
        writer.do(Update(object=deal, id=deal_id, data={"title": title, "who": {"firstName": "A"}}))
    writer.do(Delete(object=deal, destroy=True, id=deal_id))
    [deal_id] = writer.tenant.create("deal", {"title": "first"})
    records = writer.stream.take()
    for title in ("second", "third"):
        records += writer.do(Update(object=deal, id=deal_id, data={"title": title, "who": {"firstName": "A"}}))
    records += writer.do(Delete(object=deal, destroy=True, id=deal_id))
    assert listeners.tell(records) == {}
    bodies = [orjson.loads(event.body) for event in listeners.feed()]
    assert [(body["eventName"], body["record"]["title"], body.get("updatedFields")) for body in bodies] == [
        ("deal.created", "first", None),
        ("deal.updated", "second", ["title", "who"]),
        ("deal.updated", "third", ["title"]),
        ("deal.destroyed", "third", None),
    ]
    assert {body["objectMetadata"]["id"] for body in bodies} == {deal.id}


@pytest.mark.parametrize(("kind", "fuses"), [("create", (5, 18)), ("delete", (10, 18)), ("restore", (10, 28))])
def test_a_batch_that_the_janitor_settles_tells_of_each_change_once(
    writer: Writer, listeners: Listeners, kind: str, fuses: tuple[int, ...]
) -> None:
    """The process dies after some of its calls, before and after the commit. What becomes of the batch is told of, and
    nothing else.
    """
    table, deal = writer.tenant.table, writer.model.by_singular["deal"]
    told: list[int] = []
    for calls in fuses:
        ids = [str(uuid.UUID(int=100 * calls + number, version=4)) for number in range(9)]
        create = Create(object=deal, data=tuple({"id": each, "title": "a", "code": each} for each in ids))
        chosen = writer.filter("deal", ids)
        delete, restore = Delete(object=deal, destroy=False, filter=chosen), Restore(object=deal, filter=chosen)
        operations = {"create": (create,), "delete": (create, delete), "restore": (create, delete, restore)}[kind]
        for before in operations[:-1]:
            assert listeners.tell(writer.do(before)) == {}
        states, known = writer.states(), _told(listeners)
        writer.tenant.table = CrashingTable(table.name, table._client, fuse=Fuse(calls))
        with suppress(Crash):
            writer.tenant.run(operations[-1], writer.model)
        writer.tenant.table = table
        _let_the_log_expire(writer)
        after = writer.states()
        happened = Counter(
            (f"deal.{action}", each)
            for each in ids
            if (action := _difference(states.get(("deal", each)), after.get(("deal", each)))) is not None
        )
        assert listeners.tell(writer.stream.take()) == {}
        assert _told(listeners) - known == happened
        told.append(len(happened))
    assert set(told) == {0, 9}, told


def _let_the_log_expire(writer: Writer) -> None:
    """As DynamoDB removes the parts of a dead batch's log, and the stream reports them to the janitor."""
    table = writer.tenant.table
    for part in table.query_all(f"{WORKSPACE}#B", prefix="log#"):
        table.transact([DeleteItem((part["PK"], part["SK"]))])
        tidy(table, lambda _: writer.model, part, now="2026-01-02T00:00:00.000Z", settings=Settings())
