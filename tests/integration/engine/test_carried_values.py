"""What rows carry besides what they are for (docs/storage.md#what-rows-carry): answers from rows alone, the same where
rows of version 0.2 carry nothing, and no write that costs more for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from icosa.model.dates import epoch_ms
from icosa.query.operation import (
    Connection,
    Create,
    Dimension,
    FindMany,
    GroupBy,
    Page,
    RelationSelection,
    Selection,
    Update,
)
from icosa.settings import Settings
from icosa.store.derive import CREATED
from icosa.store.ops import PutItem
from icosa.store.table import MAX_TRANSACTION, Table, chunked

from .world import World, all_rows

_NEWEST = [("createdAt", "DescNullsLast")]


@pytest.fixture
def world(table: Table) -> World:
    """Two firms with 180 deals each; every second deal is NEW."""
    world = World(table, Settings(bulk_limit=200))
    firms = world.run(Create(object=world.object("firm"), data=({"name": "A"}, {"name": "B"})))
    for block in range(6):
        data = tuple(
            {
                "title": f"Deal {block} {i}",
                "stage": "NEW" if i % 2 else "WON",
                "firmId": firms[i // 2 % 2].item.id,
                "createdAt": f"2026-0{1 + (7 * i + block) % 6}-{10 + i % 9}T00:00:00.{block}00Z",
            }
            for i in range(60)
        )
        world.run(Create(object=world.object("deal"), data=data))
    return world


def forget(world: World, which: Callable[[int], bool]) -> None:
    """Turn some rows into those of version 0.2."""
    rows = [item for number, item in enumerate(all_rows(world.table).values()) if CREATED in item and which(number)]
    for some in chunked(rows, MAX_TRANSACTION):
        world.table.transact(
            [PutItem({name: value for name, value in item.items() if name != CREATED}) for item in some]
        )


def ids(page: Connection) -> list[str]:
    return [node.item.id for node in page.nodes]


def answers(world: World) -> list[Any]:
    """Lists, children, groups and bulk changes that rows may answer."""
    deal = world.object("deal")
    new = ("stage", "eq", "NEW")
    since = ("createdAt", "gte", "2026-03-01T00:00:00.000Z")
    results: list[Any] = []
    for condition in (new, ("and", [new, since]), ("and", [new, ("title", "like", "Deal 1%")])):
        for order in (
            _NEWEST,
            [("createdAt", "AscNullsFirst"), ("title", "AscNullsFirst")],
            [("title", "AscNullsLast")],
        ):
            page = world.find("deal", condition, order, limit=20)
            results.append((ids(page), page.total_count))
    children = RelationSelection(
        selection=Selection(), order=world.order("deal", _NEWEST), page=Page(limit=5), total_count=True
    )
    firms = world.run(FindMany(object=world.object("firm"), selection=Selection(relations={"deals": children})))
    results.append([(ids(node.related["deals"]), node.related["deals"].total_count) for node in firms.nodes])
    months = Dimension(leaf=deal.leaves["createdAt",], granularity="MONTH", time_zone="UTC")
    groups = world.run(
        GroupBy(object=deal, dimensions=(months,), aggregates=("totalCount",), filter=world.filter("deal", new))
    )
    results.append([(group.dimensions, group.aggregates["totalCount"]) for group in groups])
    return results


def test_rows_of_version_0_2_give_the_same_answers(world: World) -> None:
    expected = answers(world)
    forget(world, lambda number: number % 3 == 0)
    assert answers(world) == expected
    forget(world, lambda number: True)
    assert answers(world) == expected


def test_rows_of_version_0_2_are_written_on(world: World) -> None:
    """Changes of all kinds, in a transaction and in a batch, of records whose rows carry nothing."""
    forget(world, lambda number: number % 2 == 0)
    deal = world.object("deal")
    some = ids(world.find("deal", ("stage", "eq", "NEW"), limit=60))
    for body in ({"stage": "LOST"}, {"title": "DEAL"}, {"createdAt": "2020-01-01T00:00:00.000Z"}):
        world.run(Update(object=deal, data=body, filter=world.filter("deal", ("id", "in", some))))
        world.run(Update(object=deal, data=body, id=some[0]))
    page = world.find("deal", ("stage", "eq", "LOST"), [("createdAt", "AscNullsFirst"), ("id", "AscNullsFirst")])
    assert ids(page) == sorted(some)
    keys = set(world.orphans())
    rows = all_rows(world.table)
    # Whatever differs from what a new record would have is only that it carries nothing.
    assert all(key in rows and CREATED not in rows[key] for key in keys)


def test_a_change_of_its_time_reaches_all_rows_of_a_record(world: World) -> None:
    deal = world.object("deal")
    first = ids(world.find("deal", ("stage", "eq", "NEW"), limit=60))
    moment = "2030-01-01T00:00:00.000Z"
    world.run(Update(object=deal, data={"createdAt": moment}, id=first[-1]))
    assert ids(world.find("deal", ("stage", "eq", "NEW"), _NEWEST, limit=1)) == first[-1:]
    carried = [row[CREATED] for (_, sort), row in all_rows(world.table).items() if first[-1] in sort and CREATED in row]
    assert set(carried) == {epoch_ms(moment)}
    assert world.orphans() == []


def test_a_condition_and_the_newest_first_cost_the_page(world: World) -> None:
    """180 rows of some 110 bytes and the page's 20 records, and one that tells whether more follow."""
    world.find("deal", ("stage", "eq", "NEW"), _NEWEST, limit=20)
    assert world.meter.round_trips == 2
    assert world.meter.read_units <= 7 + 21 + 1


def test_the_newest_children_cost_the_children_that_are_shown(world: World) -> None:
    children = RelationSelection(
        selection=Selection(), order=world.order("deal", _NEWEST), page=Page(limit=5), total_count=True
    )
    world.run(FindMany(object=world.object("firm"), selection=Selection(relations={"deals": children})))
    assert world.meter.round_trips <= 3
    # The firms, 180 edges and six deals of each; what has just been written is looked at twice, in 11 units.
    assert world.meter.read_units <= 2 + 2 * 6 + 2 * 6 + 2 * 12 + 3


def test_writes_cost_what_they_did_without(world: World) -> None:
    """As many units as version 0.2 took: two for each item up to 1 KB, one for the rows of a batch. An update takes two
    more for the copy of its record (``test_copies``), unless that is too large for one.
    """
    deal, firm = world.object("deal"), world.find("firm", limit=1).nodes[0].item.id
    body = {"title": "A deal", "stage": "NEW", "firmId": firm, "position": 1, "who": {"firstName": "Ann"}}
    [made] = world.run(Create(object=deal, data=(body,)))
    units = [world.meter.write_units]
    for change in ({"stage": "WON"}, {"title": "Another"}, {"position": 2}, {"firmId": None}, {"title": "x" * 900}):
        world.run(Update(object=deal, data=change, id=made.item.id))
        units.append(world.meter.write_units)
    world.run(Create(object=deal, data=tuple({**body, "title": f"t {i}"} for i in range(60))))
    units.append(world.meter.write_units)
    assert units == [54, 12, 18, 12, 14, 20, 1577]
