"""Answers that show nothing but what rows tell read no records (``engine.read.row_values``), and are the same as if
they did: beside writers, for callers with rules of rows, and while a batch is under way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from icosa.engine.executor import execute
from icosa.query.operation import (
    Connection,
    Create,
    FindMany,
    Operation,
    Page,
    RelationSelection,
    Selection,
)
from icosa.query.row_scope import RowScope
from icosa.store.table import Table
from tests.support import dynoxide

from . import random_data
from .interrupted import InterruptedTable, Interruption
from .world import World

ONLY_ID = Selection(fields=("id",))


@pytest.fixture(scope="module")
def table(dynamodb_endpoint: str) -> Iterator[Table]:
    with dynoxide.fresh_table(dynamodb_endpoint) as made:
        yield made


@pytest.fixture(scope="module")
def world(table: Table) -> World:
    """Three firms with 120 random deals."""
    world, random = World(table), Random(11)
    firms = [node.item.id for node in world.run(Create(object=world.object("firm"), data=({"name": "A"},) * 3))]
    for _ in range(2):
        data = tuple({**random_data.deal(random, firms), "code": None, "stage": "NEW"} for _ in range(60))
        world.run(Create(object=world.object("deal"), data=data))
    return world


def listed(world: World, condition: Any, order: Any, *fields: str, **page: Any) -> FindMany:
    return FindMany(
        object=world.object("deal"),
        filter=world.filter("deal", condition),
        order=world.order("deal", order),
        page=Page(**{"limit": 60, **page}),
        selection=Selection(fields=fields),
    )


def test_ids_of_a_condition_cost_its_rows(world: World) -> None:
    page = world.run(listed(world, ("stage", "eq", "NEW"), (), "id"))
    assert (len(page.nodes), page.total_count, page.has_next_page) == (60, 120, True)
    # 61 rows, 120 that are counted, the register.
    assert (world.meter.round_trips, world.meter.read_units) == (2, 2 + 3 + 1)
    assert "61 records from its rows" in world.meter.plan
    world.run(listed(world, ("stage", "eq", "NEW"), (), "id", "title"))
    assert world.meter.read_units > 60


def test_the_order_may_be_shown_as_well(world: World) -> None:
    page = world.run(listed(world, None, [("position", "AscNullsFirst")], "id", "position"))
    positions = [node.item["f7"] for node in page.nodes]
    assert positions == sorted(positions) and world.meter.read_units <= 5
    shown = world.find("deal", None, [("position", "AscNullsFirst")])
    assert [(n.item.id, n.item["f7"]) for n in page.nodes] == [(n.item.id, n.item["f7"]) for n in shown.nodes]


def with_children(world: World, *fields: str, order: Any = ()) -> FindMany:
    children = RelationSelection(
        selection=Selection(fields=fields), page=Page(limit=5), order=world.order("deal", order), total_count=True
    )
    return FindMany(object=world.object("firm"), selection=Selection(fields=("id",), relations={"deals": children}))


def test_children_are_told_by_their_edges(world: World) -> None:
    for order in ((), [("createdAt", "DescNullsLast")]):
        told = world.run(with_children(world, "id", "createdAt", "firm", order=[("createdAt", "DescNullsLast")]))
        units = world.meter.read_units
        read = world.run(with_children(world, "id", "title", order=[("createdAt", "DescNullsLast")]))
        assert children(told) == children(read), order
        assert units == world.meter.read_units - 15
    told, units = world.run(with_children(world, "id")), world.meter.read_units
    assert children(told) == children(world.run(with_children(world, "title")))
    assert units <= world.meter.read_units - 15


def children(page: Connection) -> list[Any]:
    lists: list[Any] = [node.related["deals"] for node in page.nodes]
    return [([node.item.id for node in one.nodes], one.total_count, one.has_next_page) for one in lists]


@pytest.mark.parametrize("seed", range(8))
def test_pages_are_those_of_the_records(world: World, seed: int) -> None:
    random = Random(seed)
    firms = [node.item.id for node in world.find("firm").nodes]
    for _ in range(8):
        condition = random_data.condition(random, firms=firms) if random.random() < 0.8 else None
        order = random_data.order(random)[: random.randint(0, 2)]
        names = ("id", "createdAt", "amount", "firm", "position", "deletedAt", "stage", "title")
        fields = tuple({"id", *random.sample(names, random.randint(0, 2))})
        operation = listed(world, condition, order, *fields, limit=random.choice((1, 7, 60)))
        rule = world.filter("deal", ("amount", "gte", 3)) if random.random() < 0.3 else None
        results = []
        for selection in (operation.selection, Selection()):
            request = world.request()
            request.rows = RowScope(lambda obj: rule if obj.name_singular == "deal" else None)  # noqa: B023 - used at once
            page: Any = execute(request, replace(operation, selection=selection))
            keys = [world.object("deal").by_name[name].key for name in fields]
            shown = [[node.item.get(key) for key in keys] for node in page.nodes]
            results.append((shown, page.total_count, page.has_next_page))
        assert results[0] == results[1], (condition, order, fields)


@pytest.mark.parametrize("late", [False, True])
def test_a_batch_is_seen_as_a_whole(table: Table, late: bool) -> None:
    world = World(table)
    deal = world.object("deal")
    stage = "WON" if late else "LOST"
    by_stage = listed(world, ("stage", "eq", stage), (), "id", limit=200)
    operations: list[Operation] = [by_stage, with_children(world, "id")]
    [firm] = [node.item.id for node in world.run(Create(object=world.object("firm"), data=({"name": "B"},)))]
    data = tuple({"title": f"n {i}", "stage": stage, "firmId": firm} for i in range(6))
    made = 0
    for number in range(30):
        request, found = world.request(), list[Any]()

        def read() -> None:
            for operation in operations:
                found.append(execute(world.request() if late else request, operation))  # noqa: B023 - used at once

        interrupted = InterruptedTable(table.name, table._client, None, Interruption(read, (number,)), backward=False)
        execute(replace(world.request(), table=interrupted), Create(object=deal, data=data))
        made += 6
        if not found:
            break
        page, firms = found
        assert len(page.nodes) in (made - 6, made) and page.total_count == len(page.nodes)
        [count] = [node.related["deals"].total_count for node in firms.nodes if node.item.id == firm]
        assert count in (made - 6, made)
    assert made > 24
