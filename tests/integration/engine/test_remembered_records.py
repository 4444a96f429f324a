"""Reads of records that a process has read before (``store.remembered_reads``): never an old one, whoever writes, and
at the units that docs/storage.md#records-that-are-remembered tells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from icosa.engine.executor import execute
from icosa.query.operation import (
    Connection,
    Create,
    Delete,
    FindMany,
    Merge,
    Operation,
    Page,
    Patching,
    RelationSelection,
    Restore,
    Search,
    Selection,
    Update,
)
from icosa.query.row_scope import RowScope
from icosa.settings import Settings, Tuning
from icosa.store.ops import UpdateItem
from icosa.store.record import RECOUNT, RECOUNT_NAMES
from icosa.store.record_memory import KEPT_SECONDS, RecordMemory
from icosa.store.table import Table

from . import random_data
from .interrupted import InterruptedTable, Interruption
from .world import World, run_jobs

#: Every record that is remembered is worth a look; no change is too many.
EAGER = Tuning(remembered_least=1, trace_rows=10_000, trace_logs=10_000)
#: Milliseconds after which nobody looks at a change any more that the last look has seen.
LATER = 200_000
WITH_FIRM = Selection(relations={"firm": RelationSelection(selection=Selection())})


@pytest.fixture
def world(table: Table) -> World:
    return World(table, Settings(bulk_limit=200, tuning=EAGER))


def make(world: World, number: int, **values: Any) -> list[str]:
    data = tuple({"title": f"deal {i}", "stage": "NEW", "amount": i} | values for i in range(number))
    return [node.item.id for node in world.run(Create(object=world.object("deal"), data=data))]


def make_firms(world: World, number: int) -> list[str]:
    data = tuple({"name": f"firm {i}"} for i in range(number))
    return [node.item.id for node in world.run(Create(object=world.object("firm"), data=data))]


def lists(world: World, condition: Any = None, order: Any = (), **options: Any) -> FindMany:
    return FindMany(
        object=world.object("deal"),
        filter=world.filter("deal", condition),
        order=world.order("deal", order),
        page=Page(limit=200),
        **options,
    )


def shown(world: World, result: Any, name: str = "deal") -> Any:
    """What an answer shows of its records, and of those that they point at."""
    if isinstance(result, Connection):
        return [shown(world, node, name) for node in result.nodes], result.total_count
    related = {slot: shown(world, node, "firm") for slot, node in result.related.items() if node is not None}
    return result.item.id, world.record(name, result), related


def read(world: World, operation: Operation, table: Table) -> Any:
    return execute(world.request(table), operation)


def plainly(world: World, operation: Operation) -> Any:
    return read(world, operation, world.table.remembering(None))


NEW: Any = ("stage", "eq", "NEW")
BY_AMOUNT = [("amount", "AscNullsFirst")]


# ------------------------------------------------------------------ units


def test_what_a_list_costs_that_was_read_before(world: World) -> None:
    make(world, 60)
    world.clock += LATER
    page = lists(world, NEW, BY_AMOUNT)
    first = shown(world, world.run(page))
    before = world.meter
    assert before.read_units >= 60
    assert shown(world, world.run(page)) == first
    again = world.meter
    # Not the records, but the end of updatedAt and the two parts of the log.
    assert (again.read_units, again.round_trips) == (before.read_units - 60 + 3, before.round_trips)
    assert "60 records from memory, checked" in again.plan
    world.run(Update(object=world.object("deal"), id=page_ids(first)[0], data={"title": "other"}))
    changed = shown(world, world.run(page))
    # One more round trip, for the one that has changed; then that one is known, too.
    assert (world.meter.read_units, world.meter.round_trips) == (again.read_units + 1, again.round_trips + 1)
    assert changed == shown(world, plainly(world, page)) != first
    assert shown(world, world.run(page)) == changed
    assert world.meter.round_trips == again.round_trips


def page_ids(result: Any) -> list[str]:
    return [record_id for record_id, *_ in result[0]]


def test_related_records_that_were_read_before(world: World) -> None:
    firms = make_firms(world, 40)
    make_of = tuple({"title": "x", "firmId": firm} for firm in firms)
    world.run(Create(object=world.object("deal"), data=make_of))
    world.clock += LATER
    operation = lists(world, selection=WITH_FIRM)
    first = shown(world, world.run(operation))
    before = world.meter
    assert shown(world, world.run(operation)) == first
    assert (world.meter.read_units, world.meter.round_trips) == (before.read_units - 40 + 3, before.round_trips)


def test_few_records_are_read_as_ever(table: Table) -> None:
    world = World(table, Settings(tuning=Tuning()))
    world.table = world.process()
    make(world, 5)
    world.clock += LATER
    costs = []
    for _ in range(2):
        world.run(lists(world, NEW, BY_AMOUNT))
        costs.append((world.meter.round_trips, world.meter.read_units, world.meter.calls))
    assert costs[0] == costs[1]


def test_an_object_in_which_much_changes_is_left_alone(table: Table) -> None:
    world = World(table, Settings(bulk_limit=200, tuning=replace(EAGER, trace_rows=30)))
    make(world, 60)
    world.clock += LATER
    page = lists(world, NEW, BY_AMOUNT)
    world.run(page)
    cold = world.meter.read_units
    by_stage = world.filter("deal", NEW)
    world.run(Update(object=world.object("deal"), data={"title": "y"}, filter=by_stage))
    assert shown(world, world.run(page)) == shown(world, plainly(world, page))
    # The look finds too many, and then all are read, in one more round trip; the next reads do not look.
    for _ in range(3):
        world.run(page)
        assert world.meter.read_units <= cold + 1


# ------------------------------------------------------------------ whoever writes


def update(**data: Any) -> Callable[[World, list[str], list[str]], None]:
    return lambda world, ids, _: world.run(Update(object=world.object("deal"), id=ids[0], data=data))


def imported(moment: str) -> Callable[[World, list[str], list[str]], None]:
    def write(world: World, ids: list[str], _: list[str]) -> None:
        data, patching = {"title": "imported", "updatedAt": moment}, Patching(takes_updated_at=True)
        world.run(Update(object=world.object("deal"), id=ids[0], data=data, patching=patching))

    return write


def bulk(world: World, ids: list[str], _: list[str]) -> None:
    world.run(
        Update(object=world.object("deal"), data={"title": "many"}, filter=world.filter("deal", ("id", "in", ids)))
    )


def deleted(*, destroy: bool, many: bool) -> Callable[[World, list[str], list[str]], None]:
    def write(world: World, ids: list[str], _: list[str]) -> None:
        deal = world.object("deal")
        some = world.filter("deal", ("id", "in", ids[:8]))
        world.run(Delete(object=deal, destroy=destroy, **({"filter": some} if many else {"id": ids[0]})))

    return write


def restored(world: World, ids: list[str], _: list[str]) -> None:
    """To the trash and back, changed there."""
    deal = world.object("deal")
    world.run(Delete(object=deal, destroy=False, id=ids[0]))
    world.run(Update(object=deal, data={"title": "in the trash"}, id=ids[0]))
    world.run(Restore(object=deal, id=ids[0]))


def made_again(world: World, ids: list[str], _: list[str]) -> None:
    deal = world.object("deal")
    world.run(Delete(object=deal, destroy=True, id=ids[0]))
    world.run(Create(object=deal, data=({"id": ids[0], "title": "new", "stage": "NEW"},)))


def merged(world: World, ids: list[str], _: list[str]) -> None:
    world.run(Merge(object=world.object("deal"), ids=tuple(ids[:3]), priority_index=1))
    run_jobs(world)


def upserted(world: World, ids: list[str], _: list[str]) -> None:
    world.run(Create(object=world.object("deal"), data=({"id": ids[1], "title": "upserted"},), upsert=True))


def firm_renamed(world: World, _: list[str], firms: list[str]) -> None:
    world.run(Update(object=world.object("firm"), id=firms[0], data={"name": "renamed"}))


def firm_gone(*, destroy: bool) -> Callable[[World, list[str], list[str]], None]:
    def write(world: World, _: list[str], firms: list[str]) -> None:
        world.run(Delete(object=world.object("firm"), id=firms[0], destroy=destroy))
        run_jobs(world)

    return write


WRITES = {
    "update": update(title="other"),
    "update of createdAt": update(createdAt="2020-01-01T00:00:00Z"),
    "import of an older stamp": imported("2020-01-01T00:00:00.000Z"),
    "import of a later stamp": imported("2031-01-01T00:00:00.000Z"),
    "bulk update": bulk,
    "to the trash": deleted(destroy=False, many=False),
    "many to the trash": deleted(destroy=False, many=True),
    "destruction": deleted(destroy=True, many=False),
    "destruction of many": deleted(destroy=True, many=True),
    "to the trash and back": restored,
    "made again": made_again,
    "merge": merged,
    "upsert": upserted,
    "rename of a target": firm_renamed,
    "target to the trash": firm_gone(destroy=False),
    "destruction of a target": firm_gone(destroy=True),
}


@pytest.mark.parametrize("name", WRITES)
def test_the_next_list_shows_every_kind_of_write(world: World, name: str) -> None:
    firms = make_firms(world, 2)
    ids = make(world, 12, firmId=firms[0])
    operation = lists(world, ("amount", "gte", 0), BY_AMOUNT, selection=WITH_FIRM)
    ours, theirs = world.process(), world.process()
    for turn in range(2):
        # The second time, what is changed has been changed before, and that was looked at.
        world.clock += LATER
        before = shown(world, read(world, operation, ours))
        assert shown(world, read(world, operation, theirs)) == before
        WRITES[name](world, ids, firms)
        for table in (ours, theirs, ours):
            after = shown(world, plainly(world, operation))
            assert shown(world, read(world, operation, table)) == after
        assert turn or after != before
        if name.startswith(("destruction", "merge", "target")):
            break


@pytest.mark.parametrize("seed", range(4))
def test_several_processes_among_random_writes(world: World, seed: int) -> None:
    random = Random(seed)
    deal = world.object("deal")
    firms = make_firms(world, 2)
    rows = tuple(random_data.deal(random, firms) | {"code": None} for _ in range(40))
    ids = [node.item.id for node in world.run(Create(object=deal, data=rows))]
    processes = [world.process() for _ in range(3)]
    remembered = 0
    for _ in range(40):
        world.clock += random.choice((1, 1, 30_000, LATER, int(KEPT_SECONDS * 1000)))
        for _ in range(random.randint(0, 2)):
            some = random.sample(ids, random.choice((1, 1, 7)))
            of = {"id": some[0]} if len(some) == 1 else {"filter": world.filter("deal", ("id", "in", some))}
            data = {"amount": random.randrange(5), "firmId": random.choice(firms)}
            if random.random() < 0.3:
                data["updatedAt"] = random.choice(("2021-01-01T00:00:00.000Z", "2032-01-01T00:00:00.000Z"))
            live = [node.item.id for node in world.find("deal", None, limit=200).nodes]
            write = random.choice(
                (
                    Update(object=deal, data=data, patching=Patching(takes_updated_at=True), **of),
                    Delete(object=deal, destroy=False, **of),
                    Restore(object=deal, filter=world.filter("deal", ("id", "in", some))),
                )
            )
            if isinstance(write, Restore) or "filter" in of or some[0] in live:
                world.run(write)
        table = random.choice(processes)
        condition = random_data.condition(random, firms=firms) if random.random() < 0.6 else None
        operation = lists(world, condition, random_data.order(random), selection=WITH_FIRM)
        found = shown(world, read(world, operation, table))
        remembered += any("from memory" in step for step in world.meter.plan)
        assert found == shown(world, plainly(world, operation)), (condition, operation.order)
    assert remembered > 5


@pytest.mark.parametrize("many", [False, True])
def test_never_older_than_the_request(world: World, many: bool) -> None:
    """A writer counts up between any two calls of a reader: whatever it shows was so after the request had begun."""
    ids = make(world, 6, amount=0)
    world.clock += LATER
    deal = world.object("deal")
    amount = deal.by_name["amount"].key
    operation = lists(world, NEW, [("title", "AscNullsFirst")])
    world.run(operation)
    count = 0

    def write() -> None:
        nonlocal count
        count += 1
        of: Any = {"filter": world.filter("deal", ("id", "in", ids))} if many else {"id": ids[count % len(ids)]}
        world.run(Update(object=deal, data={"amount": count}, **of))

    for at in range(14):
        before = {node.item.id: node.item.get(amount) for node in plainly(world, operation).nodes}
        table = InterruptedTable(
            world.table.name, world.table._client, None, Interruption(write, (at,)), backward=bool(at % 2)
        )
        table.memory = world.table.memory
        shown_now = {node.item.id: node.item.get(amount) for node in read(world, operation, table).nodes}
        assert shown_now.keys() == before.keys()
        assert all(before[i] <= shown_now[i] <= count for i in ids)
        assert not many or len(set(shown_now.values())) == 1
        world.clock += (LATER, 1)[at % 2]


# ------------------------------------------------------------------ whose it is


def test_what_another_may_not_see_is_not_shown(world: World) -> None:
    make(world, 12)
    operation = lists(world, NEW, BY_AMOUNT)
    table = world.process()
    assert len(read(world, operation, table).nodes) == 12
    request = world.request(table)
    amount = world.object("deal").by_name["amount"].key
    rule = world.filter("deal", ("amount", "gte", 10))
    request.rows = RowScope(lambda obj: rule if obj.name_singular == "deal" else None)
    page: Any = execute(request, operation)
    assert [node.item.get(amount) for node in page.nodes] == [10, 11]


def test_eventual_reads_neither_use_nor_fill_the_memory(world: World) -> None:
    make(world, 12)
    memory = world.table.memory
    assert memory is not None
    memory.forget()
    operation = lists(world, NEW, BY_AMOUNT)
    request = world.request()
    request.table = request.table.eventual()
    execute(request, operation)
    assert memory.weight == 0
    world.run(operation)
    assert memory.weight > 0
    request = world.request()
    request.table = request.table.eventual()
    execute(request, operation)
    assert not any("from memory" in step for step in world.meter.plan)


def test_writes_read_what_is_in_the_table(world: World) -> None:
    """The version of a record may be counted up without another value, and without a trace."""
    make(world, 12)
    deal = world.object("deal")
    world.clock += LATER
    before = world.run(lists(world, NEW, BY_AMOUNT)).nodes
    for node in before:
        world.table.update(UpdateItem(node.item.key, RECOUNT, names=RECOUNT_NAMES, values={":one": 1}))
    world.run(Update(object=deal, data={"title": "many"}, filter=world.filter("deal", NEW)))
    assert world.meter.conflicts == 0
    assert not any("from memory" in step for step in world.meter.plan)


def test_search_finds_by_remembered_records(world: World) -> None:
    make(world, 12, title="quartz")
    deal = world.object("deal")
    world.clock += LATER
    search = Search(text="quartz", objects=(deal,), limit=20)
    hits = [[hit.item.id for hit in world.run(search).hits] for _ in range(2)]
    assert hits[0] == hits[1] and len(hits[0]) == 12
    assert "12 records from memory, checked" in world.meter.plan
    world.run(Update(object=deal, id=hits[0][0], data={"title": "granite"}))
    assert len(world.run(search).hits) == 11


def test_the_memory_keeps_its_size(world: World) -> None:
    memory = RecordMemory(20_000, lambda: float(world.clock))
    table = world.table.remembering(memory)
    make(world, 60, title="x" * 100)
    for _ in range(2):
        read(world, lists(world, NEW, BY_AMOUNT), table)
        assert 10_000 < memory.weight <= 20_000
