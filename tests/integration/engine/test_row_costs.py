"""What rows cost a role: as much as the same filter, and nothing where a role has no rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from icosa.engine.executor import execute
from icosa.query.operation import (
    Create,
    Delete,
    FindMany,
    FindOne,
    Page,
    RelationSelection,
    Restore,
    Search,
    Selection,
    Update,
)
from icosa.query.row_scope import EVERYTHING, RowScope
from icosa.store.table import Table
from tests.support import dynoxide

from .world import World


@pytest.fixture(scope="module")
def table(dynamodb_endpoint: str) -> Iterator[Table]:
    with dynoxide.fresh_table(dynamodb_endpoint) as made:
        yield made


@pytest.fixture(scope="module")
def world(table: Table) -> World:
    """A firm with 300 deals, every fifth of which is NEW."""
    world = World(table)
    [firm] = world.run(Create(object=world.object("firm"), data=({"name": "Acme"},)))
    for block in range(5):
        data = tuple(
            {
                "title": f"deal {block} {i}",
                "stage": "WON" if i % 5 else "NEW",
                "amount": i,
                "firmId": firm.item.id if block == 0 else None,
            }
            for i in range(60)
        )
        world.run(Create(object=world.object("deal"), data=data))
    return world


Cost = tuple[int, float, float]


def cost(world: World, operation: Any, rows: RowScope = EVERYTHING) -> Cost:
    """Sequential round trips, read and write units of an operation."""
    execute(replace(world.request(), rows=rows), operation)
    return world.meter.round_trips, world.meter.read_units, world.meter.write_units


def new_deals(world: World) -> RowScope:
    condition = world.filter("deal", ("stage", "eq", "NEW"))
    return RowScope(lambda obj: condition if obj.name_singular == "deal" else None)


def listing(world: World, condition: Any = None, order: Any = (), **options: Any) -> FindMany:
    deal = world.object("deal")
    return FindMany(
        object=deal,
        filter=world.filter("deal", condition),
        order=world.order("deal", order),
        page=Page(limit=20),
        **options,
    )


@pytest.mark.parametrize("order", [(), [("amount", "AscNullsLast")], [("createdAt", "DescNullsLast")]])
@pytest.mark.parametrize("condition", [None, ("amount", "gt", 30), ("title", "like", "%3%")])
@pytest.mark.parametrize("options", [{}, {"total_count": False}, {"records": False}])
def test_a_list_costs_what_the_same_condition_costs(
    world: World, condition: Any, order: Any, options: dict[str, Any]
) -> None:
    same = ("stage", "eq", "NEW")
    as_filter = same if condition is None else ("and", [condition, same])
    ruled = cost(world, listing(world, condition, order, **options), new_deals(world))
    assert ruled == cost(world, listing(world, as_filter, order, **options))


def test_one_record_costs_one_read(world: World) -> None:
    deal = world.find("deal", ("stage", "eq", "NEW"), limit=1).nodes[0].item.id
    find = FindOne(object=world.object("deal"), id=deal)
    assert cost(world, find, new_deals(world)) == cost(world, find) == (1, 1.0, 0.0)


def test_relations_cost_what_they_cost(world: World) -> None:
    firm = FindMany(
        object=world.object("firm"),
        selection=Selection(relations={"deals": RelationSelection(selection=Selection())}),
    )
    new = RelationSelection(selection=Selection(), filter=world.filter("deal", ("stage", "eq", "NEW")))
    same = replace(firm, selection=Selection(relations={"deals": new}))
    assert cost(world, firm, new_deals(world)) == cost(world, same)
    # To-one: the record is read anyway.
    deals = listing(world, selection=Selection(relations={"firm": RelationSelection(selection=Selection())}))
    firms = RowScope(lambda obj: world.filter("firm", ("name", "eq", "Acme")) if obj.name_singular == "firm" else None)
    assert cost(world, deals, firms) == cost(world, deals)


def test_changes_cost_nothing_more(world: World) -> None:
    deal = world.object("deal")
    rows = new_deals(world)
    [made] = world.run(Create(object=deal, data=({"title": "mine", "stage": "NEW"},)))
    change = Update(object=deal, id=made.item.id, data={"amount": 1})
    other = Update(object=deal, id=made.item.id, data={"amount": 2})
    assert cost(world, change, rows) == cost(world, other)
    for operation in (
        Delete(object=deal, id=made.item.id, destroy=False),
        Restore(object=deal, id=made.item.id),
    ):
        assert cost(world, operation, rows)[0] == 2
    # A place before all records that the caller sees is looked up in their order: one round trip more.
    create = Create(object=deal, data=({"title": "first", "stage": "NEW"},))
    assert cost(world, create, rows)[0] == cost(world, create)[0] + 1
    placed = Create(object=deal, data=({"title": "placed", "stage": "NEW", "position": 7},))
    assert cost(world, placed, rows)[0] == cost(world, placed)[0]
    # So are the references to records of an object with rules.
    firms = RowScope(lambda obj: world.filter("firm", ("name", "eq", "Acme")) if obj.name_singular == "firm" else None)
    firm = world.find("firm", limit=1).nodes[0].item.id
    referring = Create(object=deal, data=({"title": "of the firm", "position": 8, "firmId": firm},))
    assert cost(world, referring, firms)[0] == cost(world, referring)[0] + 1


def test_hidden_records_take_no_places_in_search(world: World) -> None:
    """Of a word only the first thousand rows are read; those of hidden records do not count."""
    deal = world.object("deal")
    for block in range(18):
        hidden = tuple({"title": f"crowded {block} {i}", "stage": "WON"} for i in range(60))
        world.run(Create(object=deal, data=hidden))
    [made] = world.run(Create(object=deal, data=({"title": "crowded zz", "stage": "NEW"},)))
    search = Search(text="crowded", objects=(deal,), limit=5)
    found = execute(replace(world.request(), rows=new_deals(world)), search)
    assert [hit.item.id for hit in found.hits] == [made.item.id]  # type: ignore[union-attr]
    assert not found.has_next_page  # type: ignore[union-attr]
