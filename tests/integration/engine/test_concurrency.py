"""Writers side by side: none loses another's fields, unique values stay unique, derived rows and counters
stay right.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from icosa.engine.executor import execute
from icosa.errors import BadRequest, Conflict, IcosaError, RecordNotFound
from icosa.query.operation import Connection, Create, Delete, FindMany, Page, Restore, Update
from icosa.store.table import Table

from . import random_data
from .world import World

_WRITERS = 4


def side_by_side(*tasks: Callable[[], object]) -> None:
    with ThreadPoolExecutor(len(tasks)) as pool:
        for future in [pool.submit(task) for task in tasks]:
            future.result()


def test_updates_of_different_fields_all_arrive(table: Table) -> None:
    world = World(table)
    deal = world.object("deal")
    [node] = world.run(Create(object=deal, data=({"title": "t"},)))
    record_id = node.item.id

    def writer(path: str, value: object) -> Callable[[], object]:
        return lambda: execute(world.request(), Update(object=deal, data={path: value}, id=record_id))

    for round_ in range(6):
        side_by_side(
            writer("title", f"title {round_}"),
            writer("amount", round_),
            writer("who", {"firstName": f"first {round_}"}),
            writer("who", {"lastName": f"last {round_}"}),
        )
        [node] = world.find("deal").nodes
        record = world.record("deal", node)
        assert (record["title"], record["amount"]) == (f"title {round_}", round_)
        assert record["who"] == {"firstName": f"first {round_}", "lastName": f"last {round_}"}
    assert world.orphans() == []


def test_one_of_many_gets_a_unique_value(table: Table) -> None:
    world = World(table)
    deal = world.object("deal")
    taken: list[str] = []

    def writer(number: int) -> Callable[[], None]:
        def run() -> None:
            # A single record is a transaction, thirteen are a batch: the guard must hold between the two.
            data = [
                {"title": f"{number}", "code": "the one"},
                *({"title": f"{number}"} for _ in range(12 * (number % 2))),
            ]
            try:
                execute(world.request(), Create(object=deal, data=tuple(data)))
                taken.append(str(number))
            except BadRequest as error:
                assert error.message == "Duplicate Code with value the one. Please set a unique one."

        return run

    side_by_side(*(writer(number) for number in range(_WRITERS)))
    assert len(taken) == 1
    owners = {world.record("deal", node)["title"] for node in world.find("deal").nodes}
    assert owners == set(taken), "a refused request wrote nothing"
    assert world.orphans() == []
    assert world.counters_agree()


@pytest.mark.parametrize("size", [1, 12])
def test_upserts_of_one_key_meet_in_one_record(table: Table, size: int) -> None:
    """An upsert never fails because its key is taken: the second writer updates the record of the first."""
    world = World(table)
    deal = world.object("deal")

    def writer(number: int, round_: int) -> Callable[[], object]:
        data = tuple({"title": f"{round_} {number}", "code": f"{round_} {i}"} for i in range(size))
        return lambda: execute(world.request(), Create(object=deal, data=data, upsert=True))

    for round_ in range(3):
        side_by_side(*(writer(number, round_) for number in range(_WRITERS)))
        deals = [world.record("deal", node) for node in world.find("deal").nodes]
        assert len(deals) == len({record["code"] for record in deals}) == size * (round_ + 1)
        assert len({record["title"] for record in deals}) == round_ + 1, "each request applied as a whole"
        assert world.orphans() == []


def test_bulk_changes_of_the_same_records(table: Table) -> None:
    """Batches and single writes on the same records: bulk changes are serial, and no single write is lost."""
    world = World(table)
    deal = world.object("deal")
    world.run(Create(object=deal, data=tuple({"title": "start", "amount": 0} for _ in range(15))))
    everything = world.filter("deal", ("amount", "gte", 0))

    def bulk(number: int) -> Callable[[], object]:
        body = {"title": f"bulk {number}", "amount": number, "stage": "WON", "who": {"firstName": f"b{number}"}}
        return lambda: execute(world.request(), Update(object=deal, data=body, filter=everything))

    def single() -> None:
        for node in execute(world.request(), FindMany(object=deal, page=Page(limit=60))).nodes[:5]:  # type: ignore[union-attr]
            execute(world.request(), Update(object=deal, data={"hot": True}, id=node.item.id))

    def tolerant(task: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            with contextlib.suppress(Conflict):  # reported, and nothing changed
                task()

        return run

    side_by_side(tolerant(bulk(1)), tolerant(bulk(2)), single)
    records = [world.record("deal", node) for node in world.find("deal").nodes]
    assert len(records) == 15
    states = Counter((record["title"], record["amount"], (record["who"] or {}).get("firstName")) for record in records)
    assert len(states) == 1, "two bulk changes are serial"
    assert sum(record["hot"] is True for record in records) == 5
    assert world.orphans() == []


@pytest.mark.parametrize("seed", range(4))
def test_random_writers_leave_a_consistent_store(table: Table, seed: int) -> None:
    world = World(table)
    firm, deal, line = (world.object(name) for name in ("firm", "deal", "line"))
    firms = [
        node.item.id for node in world.run(Create(object=firm, data=({"name": "a"}, {"name": "b"}, {"name": "c"})))
    ]

    def writer(number: int) -> Callable[[], None]:
        random = Random(seed * 100 + number)

        def run() -> None:
            for _ in range(8):
                page = execute(world.request(), FindMany(object=deal, page=Page(limit=60)))
                assert isinstance(page, Connection)
                known = [node.item.id for node in page.nodes]
                some = random.sample(known, min(len(known), random.choice((1, 8))))
                condition = world.filter("deal", ("id", "in", some)) if some else None
                try:
                    match random.randrange(7):
                        case 0 | 1:
                            size = random.choice((1, 6))
                            execute(
                                world.request(),
                                Create(object=deal, data=tuple(random_data.deal(random, firms) for _ in range(size))),
                            )
                        case 2 if some:
                            body = {"title": random_data.text(random), "firmId": random.choice(firms)}
                            execute(world.request(), Update(object=deal, data=body, filter=condition))
                        case 3 if some:
                            execute(
                                world.request(), Delete(object=deal, destroy=random.random() < 0.5, filter=condition)
                            )
                        case 4 if some:
                            execute(world.request(), Restore(object=deal, id=some[0]))
                        case 5 if some:
                            data = tuple({"name": "l", "dealId": random.choice(some)} for _ in range(3))
                            execute(world.request(), Create(object=line, data=data))
                        case 6 if random.random() < 0.3:
                            execute(world.request(), Delete(object=firm, destroy=True, id=random.choice(firms)))
                except (RecordNotFound, BadRequest, Conflict):
                    pass
                except IcosaError as error:
                    raise AssertionError(repr(error)) from error

        return run

    side_by_side(*(writer(number) for number in range(_WRITERS)))
    assert world.orphans() == []
    assert world.counters_agree()
    live = world.find("deal", limit=200)
    assert live.total_count == len(live.nodes)
    for node in live.nodes:
        page = world.find("deal", ("title", "eq", world.record("deal", node)["title"] or ""), limit=200)
        assert node.item.id in {match.item.id for match in page.nodes}


def test_batches_with_given_ids_do_not_refuse_each_other(table: Table) -> None:
    """An import by several workers: each brings its own ids, and each arrives."""
    world = World(table)
    deal = world.object("deal")

    def writer(number: int) -> Callable[[], None]:
        def run() -> None:
            for round_ in range(3):
                data = tuple(
                    {"id": f"00000000-0000-4000-8000-{number:04}{round_:04}{i:04}", "title": "t"} for i in range(12)
                )
                execute(world.request(), Create(object=deal, data=data, upsert=True))

        return run

    side_by_side(*(writer(number) for number in range(_WRITERS)))
    assert world.find("deal", limit=1).total_count == _WRITERS * 3 * 12
    assert world.orphans() == []
