"""Lists from rows that hold their records (``store.copies``): the same as from the records, beside writers and after
crashes, in tables where some rows hold none, and at the units that docs/storage.md#rows-that-hold-their-record tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from icosa.engine.executor import execute
from icosa.query.operation import Connection, Create, Delete, FindMany, Operation, Page, Restore, Update
from icosa.query.row_scope import RowScope
from icosa.settings import Settings
from icosa.store.copies import ATTRIBUTES, SINCE, has_copy
from icosa.store.ops import PutItem
from icosa.store.table import MAX_TRANSACTION, Table, chunked
from tests.support import dynoxide

from . import random_data
from .interrupted import InterruptedTable, Interruption
from .world import World, all_rows

NEWEST = [("createdAt", "DescNullsLast")]


@pytest.fixture
def world(table: Table) -> World:
    return World(table, Settings(bulk_limit=200))


def rewrite(world: World, how: Callable[[int, dict[str, Any]], dict[str, Any]]) -> None:
    """Change the rows of indexes that hold records."""
    rows = [item for item in all_rows(world.table).values() if has_copy(item) and "#I#" in item["PK"]]
    puts = [PutItem(how(number, item)) for number, item in enumerate(rows)]
    for some in chunked(puts, MAX_TRANSACTION):
        world.table.transact(some)


def without(item: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in names}


def make(world: World, number: int, **values: Any) -> list[str]:
    data = tuple(
        {"title": f"deal {i}", "stage": "NEW", "amount": 0, "createdAt": f"2026-01-{1 + i // 24:02}T{i % 24:02}:00:00Z"}
        | values
        for i in range(number)
    )
    return [node.item.id for node in world.run(Create(object=world.object("deal"), data=data))]


def shown(world: World, page: Connection) -> list[Any]:
    return [(node.item.id, world.record("deal", node)) for node in page.nodes]


def newest(world: World, **page: Any) -> FindMany:
    order = world.order("deal", NEWEST)
    return FindMany(object=world.object("deal"), order=order, page=Page(**{"limit": 60, **page}))


# ------------------------------------------------------------------ units


def test_a_page_reads_no_records(world: World) -> None:
    make(world, 60)
    make(world, 10)
    page = world.find("deal", None, NEWEST, limit=60)
    assert (len(page.nodes), page.total_count, page.has_next_page) == (60, 70, True)
    # Rows of a batch that has just ended: the register, read once more, says so.
    assert (world.meter.round_trips, world.meter.read_units <= 10) == (2, True)
    rewrite(world, lambda _, item: {**item, SINCE: 1})
    page = world.find("deal", None, NEWEST, limit=60)
    assert (world.meter.round_trips, world.meter.read_units <= 9) == (1, True)
    assert any("records from its rows" in step for step in world.meter.plan)
    before = shown(world, page)
    rewrite(world, lambda _, item: without(item, *ATTRIBUTES))
    assert shown(world, world.find("deal", None, NEWEST, limit=60)) == before
    assert (world.meter.round_trips, world.meter.read_units >= 60) == (2, True)


def test_a_row_that_holds_a_record_costs_no_more_to_write(world: World) -> None:
    [record_id] = make(world, 1)
    created = world.meter.write_units
    change = Update(object=world.object("deal"), data={"stage": "WON"}, id=record_id)
    world.run(change)
    updated = world.meter.write_units
    # The record, its row of createdAt, the two rows of updatedAt, the two of stage.
    assert updated == 2 * 6
    world.run(replace(change, data={"tags": ["x" * 90] * 20}))
    world.run(replace(change, data={"stage": "NEW"}))
    # Now the record takes six, and its row holds none that would change.
    assert world.meter.write_units == updated + 4 - 2
    plain = replace_copies(World(world.table, model=world.model))
    make(plain, 1)
    assert plain.meter.write_units == created


def test_records_too_large_for_their_rows(world: World) -> None:
    make(world, 20)
    large = [
        i for day in (1, 2, 3) for i in make(world, 1, tags=["x" * 90] * 20, createdAt=f"2027-01-0{day}T00:00:00Z")
    ]
    rewrite(world, lambda _, item: {**item, SINCE: 1})
    page = world.find("deal", None, NEWEST, limit=10)
    assert [node.item.id for node in page.nodes[:3]] == large[::-1]
    # Three records, and the register, which comes with them; the rows; the total.
    assert (world.meter.round_trips, world.meter.read_units) == (2, 3 + 1 + 2 + 1)
    world.run(Update(object=world.object("deal"), data={"tags": []}, id=large[0]))
    assert shown(world, world.find("deal", None, NEWEST, limit=10))[2][0] == large[0]
    assert world.meter.read_units == 2 + 1 + 2 + 1


# ------------------------------------------------------------------ the same as from records


@pytest.fixture(scope="module")
def shared(dynamodb_endpoint: str) -> Iterator[World]:
    """150 random deals: rows of batches of now and of long ago, of single writes, and rows that hold nothing."""
    with dynoxide.fresh_table(dynamodb_endpoint) as table:
        world = World(table)
        random = Random(7)
        firms = [n.item.id for n in world.run(Create(object=world.object("firm"), data=({"name": "A"}, {"name": "B"})))]
        ids: list[str] = []
        for _ in range(3):
            data = tuple({**random_data.deal(random, firms), "code": None} for _ in range(50))
            ids += [node.item.id for node in world.run(Create(object=world.object("deal"), data=data))]
        for record_id in ids[::7]:
            world.run(Update(object=world.object("deal"), data={"tags": ["y" * 80] * 15}, id=record_id))
        for record_id in ids[::5]:
            world.run(Update(object=world.object("deal"), data={"amount": 7}, id=record_id))
        world.run(
            Delete(object=world.object("deal"), destroy=False, filter=world.filter("deal", ("id", "in", ids[3:9])))
        )
        rewrite(
            world,
            lambda number, item: (
                without(item, *ATTRIBUTES) if number % 11 == 0 else {**item, SINCE: 1} if number % 2 else item
            ),
        )
        yield world


@pytest.mark.parametrize("seed", range(12))
def test_pages_are_those_of_the_records(shared: World, seed: int) -> None:
    random = Random(seed)
    firms = [node.item.id for node in shared.find("firm").nodes]
    plain = replace_copies(shared)
    for _ in range(6):
        condition = random_data.condition(random, firms=firms) if random.random() < 0.7 else None
        direction = random.choice(("AscNullsFirst", "DescNullsLast", "AscNullsLast", "DescNullsFirst"))
        order = [("createdAt", direction), *random_data.order(random)[: random.randint(0, 1)]]
        order = [term for i, term in enumerate(order) if i == 0 or term[0] != "createdAt"]
        rule = shared.filter("deal", ("amount", "gte", 3)) if random.random() < 0.3 else None
        operation = FindMany(
            object=shared.object("deal"),
            filter=shared.filter("deal", condition),
            order=shared.order("deal", order),
            page=Page(limit=random.choice((1, 5, 20, 60)), offset=random.choice((0, 0, 3))),
            total_count=random.random() < 0.5,
        )
        results = []
        for world in (shared, plain):
            request = world.request()
            request.rows = RowScope(lambda obj: rule if obj.name_singular == "deal" else None)  # noqa: B023 - used at once
            page: Any = execute(request, operation)
            results.append((shown(world, page), page.total_count, page.has_next_page))
        assert results[0] == results[1], (condition, order)


def replace_copies(world: World) -> World:
    """The same records, read without copies."""
    objects = []
    for obj in world.model.objects:
        fields = tuple(replace(field, leaf_indexes={}) if field.name == "createdAt" else field for field in obj.fields)
        objects.append(replace(obj, fields=fields))
    plain = object.__new__(World)
    plain.__dict__.update(world.__dict__)
    plain.model = replace(world.model, objects=tuple(objects))
    return plain


# ------------------------------------------------------------------ beside batches


def beside(world: World, write: Callable[[int], Operation], operation: FindMany, *, late: bool) -> Iterator[Connection]:
    """What the operation shows before each call of a write, of requests that began before it, or just then."""
    number = 0
    while True:
        request = world.request()
        found: list[Any] = []

        def read() -> None:
            found.append(execute(world.request() if late else request, operation))  # noqa: B023 - used at once

        interruption = Interruption(read, (number,))
        table = InterruptedTable(world.table.name, world.table._client, None, interruption, backward=False)
        execute(replace(world.request(), table=table), write(number))
        if not found:
            return
        yield found[0]
        number += 1


@pytest.mark.parametrize("late", [False, True])
def test_a_batch_of_updates_is_seen_as_a_whole(world: World, late: bool) -> None:
    ids = make(world, 12)
    by_ids = world.filter("deal", ("id", "in", ids))
    deal = world.object("deal")
    amount = deal.by_name["amount"].key
    made = 0

    def update(number: int) -> Operation:
        return Update(object=deal, data={"amount": number + 1, "title": f"t{number}"}, filter=by_ids)

    for page in beside(world, update, newest(world), late=late):
        values = {node.item.get(amount) for node in page.nodes}
        assert (len(page.nodes), len(values), values <= {made, made + 1}) == (12, 1, True), (made, values)
        made += 1
    assert made > 5 and world.orphans() == []
    assert {node.item.get(amount) for node in world.run(newest(world)).nodes} == {made + 1}


@pytest.mark.parametrize("late", [False, True])
def test_a_batch_of_new_records_is_seen_as_a_whole(world: World, late: bool) -> None:
    deal = world.object("deal")
    data = tuple({"title": f"n {i}"} for i in range(6))
    calls = 0
    for page in beside(world, lambda _: Create(object=deal, data=data), newest(world, limit=200), late=late):
        assert len(page.nodes) in (6 * calls, 6 * (calls + 1)), calls
        assert page.total_count == len(page.nodes)
        calls += 1
    assert calls > 4 and world.orphans() == []


@pytest.mark.parametrize("late", [False, True])
def test_a_batch_that_moves_records_is_seen_as_a_whole(world: World, late: bool) -> None:
    ids = make(world, 4)
    deal = world.object("deal")
    by_ids = world.filter("deal", ("id", "in", ids))

    def write(number: int) -> Operation:
        return Restore(object=deal, filter=by_ids) if number % 2 else Delete(object=deal, destroy=False, filter=by_ids)

    for page in beside(world, write, newest(world), late=late):
        assert len(page.nodes) in (0, 4)
    assert world.orphans() == []
