"""Lists of an object whose records are in several partitions (docs/storage.md#shards). ``make sharded`` runs all tests
of the engine with such objects.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from random import Random

import pytest

from icosa.query.operation import Create, Cursor, Delete
from icosa.store.keys import shard_of
from icosa.store.live_rows import LiveRows, page_after
from icosa.store.table import Table

from .sample_model import WORKSPACE
from .sample_model import model as sample_model
from .world import World


def sharded(table: Table, shards: int) -> World:
    model = sample_model()
    return World(table, model=replace(model, objects=tuple(replace(obj, shards=shards) for obj in model.objects)))


def ids_of_time(number: int) -> list[str]:
    """Ids that begin with the time (RFC 9562, version 7)."""
    return [str(uuid.UUID(int=(1_790_000_000_000 + n) << 80 | 0x7 << 76 | 0b10 << 62 | n)) for n in range(number)]


def random_ids(random: Random, number: int) -> list[str]:
    return [str(uuid.UUID(int=random.getrandbits(128))) for _ in range(number)]


def make(world: World, ids: list[str]) -> None:
    for start in range(0, len(ids), 60):
        data = tuple({"id": record_id, "title": record_id[-3:]} for record_id in ids[start : start + 60])
        world.run(Create(object=world.object("deal"), data=data))


@pytest.mark.parametrize("shards", [2, 4, 64])
@pytest.mark.parametrize("kind", ["random", "by time"])
def test_ids_are_spread_evenly(kind: str, shards: int) -> None:
    random = Random(3)
    ids = random_ids(random, 20_000) if kind == "random" else ids_of_time(20_000)
    counts = [0] * shards
    for record_id in ids:
        counts[shard_of(record_id, shards)] += 1
    assert 0.7 * 20_000 / shards < min(counts) and max(counts) < 1.3 * 20_000 / shards


def test_what_a_page_costs(table: Table) -> None:
    world = sharded(table, 4)
    make(world, ids_of_time(240))
    page = world.find("deal", limit=60)
    assert [node.item.id for node in page.nodes] == ids_of_time(240)[:60]
    # Four parts of a page and their spare rows, the total beside it: in one round trip.
    assert (world.meter.round_trips, world.meter.read_units <= 12) == (1, True)
    page = world.find("deal", limit=60, after=Cursor((), page.nodes[-1].item.id))
    assert [node.item.id for node in page.nodes] == ids_of_time(240)[60:120]
    assert world.meter.round_trips <= 2
    [found] = world.find("deal", ("id", "eq", ids_of_time(8)[7])).nodes
    assert (found.item.id, world.meter.round_trips) == (ids_of_time(8)[7], 1)


@pytest.mark.parametrize("seed", range(3))
def test_pages_in_the_order_of_ids(table: Table, seed: int) -> None:
    random = Random(seed)
    world = sharded(table, random.choice((2, 4, 8)))
    ids = sorted([*random_ids(random, random.choice((5, 90))), *ids_of_time(25)])
    make(world, ids)
    gone = set(random.sample(ids, 4))
    world.run(Delete(object=world.object("deal"), destroy=False, filter=world.filter("deal", ("id", "in", list(gone)))))
    left = [record_id for record_id in ids if record_id not in gone]
    deal = world.object("deal")
    for _ in range(20):
        limit, at = random.choice((1, 3, 20, 60)), random.choice(ids)
        page = world.find("deal", limit=limit, after=Cursor((), at))
        assert [node.item.id for node in page.nodes] == [i for i in left if i > at][:limit]
        assert page.total_count == len(left)
        page = world.find("deal", limit=limit, before=Cursor((), at))
        assert [node.item.id for node in page.nodes] == [i for i in left if i < at][-limit:]
        page_ids, last = page_after(world.table, WORKSPACE, deal, after=at, limit=limit)
        assert [row["SK"] for row in page_ids] == [i for i in left if i > at][: len(page_ids)]
        assert (last is None) == (len([i for i in left if i > at]) <= len(page_ids))
    for forward, size in ((True, 1), (True, 7), (False, 9)):
        rows, found = LiveRows(WORKSPACE, deal, forward=forward), []
        while not rows.is_over:
            found += [row["SK"] for row in rows.read(world.table, size)]
        assert found == left[:: 1 if forward else -1]
    assert world.orphans() == [] and world.counters_agree()
