"""Orders by a value of related records: walked in every direction, beside references to records that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from icosa.engine.executor import execute
from icosa.query.cursors import cursor_of, decode
from icosa.query.operation import Create, Delete, Update
from icosa.settings import Settings, Tuning
from icosa.store.table import Table

from .crashes import Crash, CrashingTable, Fuse
from .random_data import DIRECTIONS
from .world import World

_WALKING, _SCANNING = Settings(bulk_limit=60), Settings(tuning=Tuning(plan="scan"))


@pytest.fixture
def world(table: Table) -> Iterator[World]:
    """Firms with names, without, and in the trash; deals of each, and of none."""
    world = World(table, _WALKING)
    firm, deal = world.object("firm"), world.object("deal")
    names = ("Ann", "ann", "Bob", "Cid", None, None, "Dora", None)
    firms = [node.item.id for node in world.run(Create(object=firm, data=tuple({"name": name} for name in names)))]
    bodies = tuple({"amount": i % 3, "firmId": (*firms, None, None)[i % 10]} for i in range(60))
    world.run(Create(object=deal, data=bodies))
    for gone in firms[-2:]:
        world.run(Delete(object=firm, destroy=False, id=gone))
    world.clock += 10_000
    yield world
    assert world.orphans() == []


def ids(world: World, order: Any, **page: Any) -> list[str]:
    return [node.item.id for node in world.find("deal", None, order, **page).nodes]


def scanned(world: World, order: Any) -> list[str]:
    world.settings = _SCANNING
    found = world.find("deal", None, order, limit=200)
    assert not any(note.startswith("walk") for note in world.meter.plan)
    world.settings = _WALKING
    return [node.item.id for node in found.nodes]


@pytest.mark.parametrize("more", [[], [("amount", "DescNullsLast")]], ids=["by id", "by amount"])
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_every_page_is_that_of_a_scan(world: World, direction: str, more: Any) -> None:
    order = [("firm.name", direction), *more]
    expected = scanned(world, order)
    whole = world.find("deal", None, order, limit=200)
    assert [node.item.id for node in whole.nodes] == expected
    assert any(note.startswith("walk index name of firms") for note in world.meter.plan)
    resolved = world.order("deal", order)
    for at in (0, 17, 30, 58):
        cursor = decode(resolved, cursor_of(world.object("deal"), resolved, whole.nodes[at]))
        assert ids(world, order, limit=7, after=cursor) == expected[at + 1 : at + 8], at
        assert ids(world, order, limit=7, before=cursor) == expected[max(0, at - 7) : at], at
    assert ids(world, order, limit=9, offset=13) == expected[13:22]


@pytest.mark.parametrize("direction", DIRECTIONS[:2])
def test_what_points_at_a_record_that_is_gone_is_shown(table: Table, world: World, direction: str) -> None:
    """A destruction dies after its first commit: the deals of the firm go on to point at it."""
    [firm] = world.find("firm", ("name", "eq", "Bob")).nodes
    deals = [node.item.id for node in world.find("deal", ("firmId", "eq", firm.item.id)).nodes]
    destroy = Delete(object=world.object("firm"), destroy=True, id=firm.item.id)
    request = world.request()
    with patch("icosa.engine.write.cascade.MAX_COMMIT", 1), pytest.raises(Crash):
        execute_until_gone(table, world, request, destroy)
    assert len(world.find("deal", ("firmId", "eq", firm.item.id)).nodes) == len(deals)
    order = [("firm.name", direction)]
    found = ids(world, order, limit=200)
    assert found == scanned(world, order)
    assert set(deals) <= set(found)
    assert len(found) == 60
    # Made again under its id, its deals are shown once.
    world.run(Create(object=world.object("firm"), data=({"id": firm.item.id, "name": "Eve"},)))
    assert ids(world, order, limit=200) == scanned(world, order)
    for deal in deals:
        world.run(Update(object=world.object("deal"), data={"firmId": None}, id=deal))


def execute_until_gone(table: Table, world: World, request: Any, operation: Any) -> None:
    """Run a destruction that dies at the first call after the firm is gone."""
    for calls in range(2, 20):
        dying = CrashingTable(table.name, table._client, world.meter, Fuse(calls))
        try:
            execute(replace(request, table=dying), operation)
        except Crash:
            if not world.find("firm", ("id", "eq", operation.id)).nodes:
                raise
