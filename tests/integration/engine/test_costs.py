"""What operations cost DynamoDB: sequential round trips (docs/performance.md#targets), the same for few and for many
records.
"""

from __future__ import annotations

from typing import Any

import pytest

from icosa.errors import BadRequest
from icosa.query.operation import Create, Delete, FindMany, FindOne, Page, RelationSelection, Restore, Selection, Update
from icosa.settings import Settings, Tuning
from icosa.store.table import Table

from .sample_model import SHARDS
from .world import World


@pytest.fixture(params=[1, 5], ids=["120 deals", "600 deals"])
def world(table: Table, request: pytest.FixtureRequest) -> World:
    """A firm with deals; every tenth is NEW, hot, and belongs to the firm."""
    world = World(table)
    [firm] = world.run(Create(object=world.object("firm"), data=({"name": "Acme"},)))
    world.firm = firm.item.id  # type: ignore[attr-defined]
    for block in range(2 * request.param):
        data = tuple(
            {
                "title": f"deal {block} {i}",
                "stage": "NEW" if block < 2 and i % 2 else "WON",
                "amount": i,
                "firmId": world.firm if block < 2 and i % 2 else None,  # type: ignore[attr-defined]
            }
            for i in range(60)
        )
        world.run(Create(object=world.object("deal"), data=data))
    return world


def cost(world: World, operation: Any) -> tuple[int, float]:
    """Sequential round trips and read units of an operation."""
    world.run(operation)
    return world.meter.round_trips, world.meter.read_units


def listing(world: World, condition: Any = None, order: Any = (), **options: Any) -> FindMany:
    deal = world.object("deal")
    return FindMany(
        object=deal,
        filter=world.filter("deal", condition),
        order=world.order("deal", order),
        page=Page(limit=60),
        **options,
    )


def some_deal(world: World) -> str:
    return str(world.find("deal", ("stage", "eq", "NEW"), limit=1).nodes[0].item.id)


def test_reads(world: World) -> None:
    trips = {
        "get one": cost(world, FindOne(object=world.object("deal"), id=some_deal(world)))[0],
        "default order": cost(world, listing(world))[0],
        "equality": cost(world, listing(world, ("stage", "eq", "NEW")))[0],
        "relation": cost(world, listing(world, ("firmId", "eq", world.firm)))[0],  # type: ignore[attr-defined]
        "order by an index": cost(world, listing(world, None, [("createdAt", "DescNullsLast")]))[0],
        "ascending": cost(world, listing(world, None, [("createdAt", "AscNullsFirst")]))[0],
        "equality, ordered": cost(world, listing(world, ("stage", "eq", "NEW"), [("amount", "AscNullsLast")]))[0],
        "two conditions": cost(world, listing(world, ("and", [("stage", "eq", "NEW"), ("amount", "gt", 30)])))[0],
    }
    assert trips == {
        "get one": 1,
        "default order": 1,
        "equality": 2,
        "relation": 2,
        "order by an index": 2,
        "ascending": 2,
        "equality, ordered": 2,
        "two conditions": 2,
    }


def test_relations_cost_the_same_for_a_page_as_for_a_record(world: World) -> None:
    to_one = Selection(relations={"firm": RelationSelection(selection=Selection())})
    to_many = Selection(relations={"lines": RelationSelection(selection=Selection())})
    assert cost(world, listing(world, selection=to_one))[0] == 2
    assert cost(world, listing(world, selection=to_many))[0] <= 3


def test_writes(world: World) -> None:
    deal, record_id = world.object("deal"), some_deal(world)
    body = {"title": "new", "firmId": world.firm}  # type: ignore[attr-defined]
    trips = {
        "create": cost(world, Create(object=deal, data=(body,)))[0],
        "create with a position": cost(world, Create(object=deal, data=({**body, "position": 5},)))[0],
        "update": cost(world, Update(object=deal, data={"title": "newer", "stage": "LOST"}, id=record_id))[0],
        "soft delete": cost(world, Delete(object=deal, destroy=False, id=record_id))[0],
        "restore": cost(world, Restore(object=deal, id=record_id))[0],
        "destroy": cost(world, Delete(object=deal, destroy=True, id=record_id))[0],
        "batch of 60": cost(world, Create(object=deal, data=tuple({"title": f"t{i}"} for i in range(60))))[0],
        "batch of 60 with a relation": cost(world, Create(object=deal, data=(body,) * 60))[0],
    }
    assert trips == {
        "create": 2,
        "create with a position": 1,
        "update": 2,
        "soft delete": 2,
        "restore": 2,
        "destroy": 3,
        "batch of 60": 4,
        "batch of 60 with a relation": 4,
    }


@pytest.mark.skipif(SHARDS > 1, reason="each shard gives some rows more than its share of a page")
def test_read_units_do_not_grow(table: Table) -> None:
    """The units of a page are the same for 120 and for 600 deals when the answer is the same size."""
    units: dict[int, dict[str, float]] = {}
    world = World(table)
    deal = world.object("deal")
    for blocks in (2, 8):
        for block in range(blocks):
            data = tuple({"title": "x" if i == 0 else f"y{i}", "stage": "WON"} for i in range(60))
            if block == 0 and blocks == 2:
                data = tuple({**body, "stage": "NEW"} for body in data)
            world.run(Create(object=deal, data=data))
        units[blocks] = {
            "default": cost(world, listing(world, total_count=False))[1],
            "ordered": cost(world, listing(world, None, [("createdAt", "AscNullsFirst")], total_count=False))[1],
            "equality": cost(world, listing(world, ("stage", "eq", "NEW")))[1],
        }
    assert units[2] == pytest.approx(units[8], rel=0.05)


def test_a_range_that_the_first_rows_do_not_tell_does_not_grow(table: Table) -> None:
    """The number of matches is a guess until they have been counted: then no walk goes on that finds hardly any."""
    world = World(table, Settings(tuning=Tuning(probe_rows=50)))
    deal = world.object("deal")
    new = tuple({"title": "x", "createdAt": f"2026-02-01T00:00:{second:02}Z"} for second in range(14))
    world.run(Create(object=deal, data=new))
    units: list[float] = []
    for number in (1, 12):
        for _ in range(number):
            data = tuple({"title": "y", "createdAt": "2025-01-01T00:00:00Z"} for _ in range(60))
            world.run(Create(object=deal, data=data))
        world.clock += 10_000  # What has just been written is looked at, too.
        page = world.find("deal", ("createdAt", "gte", "2026-01-15T00:00:00.000Z"), limit=10)
        assert (len(page.nodes), page.total_count) == (10, 14)
        units.append(world.meter.read_units)
    # The records that match are fetched now, where the walk had them.
    assert units[1] <= units[0] + 14


def test_more_records_than_a_commit_holds_are_refused(table: Table) -> None:
    """Whatever limit is set: none is left out in silence."""
    world = World(table, Settings(bulk_limit=200))
    deal = world.object("deal")
    for _ in range(2):
        world.run(Create(object=deal, data=tuple({"title": "t"} for _ in range(50))))
    with pytest.raises(BadRequest, match=r"is 90\. This request has 100"):
        world.run(Delete(object=deal, destroy=False, filter=world.filter("deal", ("title", "eq", "t"))))
    assert world.find("deal", limit=1).total_count == 100
