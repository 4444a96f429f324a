"""Which records reads and changes by filter mean: live ones, those in the trash, records with and without children."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.query.filters import resolve_filter
from icosa.query.operation import Connection, Create, Delete, FindMany, Page, Restore, Update
from icosa.store.table import Table

from .world import World


@pytest.fixture
def world(table: Table) -> World:
    """Three live deals titled t, two in the trash."""
    world = World(table)
    deal = world.object("deal")
    nodes = world.run(Create(object=deal, data=tuple({"title": "t", "amount": i} for i in range(5))))
    world.ids = [node.item.id for node in nodes]  # type: ignore[attr-defined]
    for record_id in world.ids[3:]:  # type: ignore[attr-defined]
        world.run(Delete(object=deal, destroy=False, id=record_id))
    return world


def conditions(world: World) -> list[Any]:
    return [("title", "eq", "t"), ("id", "in", world.ids), ("amount", "gte", 0), ("title", "ilike", "%t%")]  # type: ignore[attr-defined]


def sizes(world: World) -> tuple[int, int]:
    """How many deals are live, and in the trash."""
    live, trash = world.find("deal"), world.find("deal", ("deletedAt", "is", "NOT_NULL"))
    assert (live.total_count, trash.total_count) == (len(live.nodes), len(trash.nodes))
    return len(live.nodes), len(trash.nodes)


@pytest.mark.parametrize("number", range(4))
def test_restoring_by_filter_looks_into_the_trash(world: World, number: int) -> None:
    deal, condition = world.object("deal"), conditions(world)[number]
    nodes = world.run(Restore(object=deal, filter=world.filter("deal", condition)))
    assert [node.item.id for node in nodes] == sorted(world.ids[3:])  # type: ignore[attr-defined]
    assert sizes(world) == (5, 0)


@pytest.mark.parametrize("number", range(4))
def test_destroying_by_filter_reaches_both_places(world: World, number: int) -> None:
    deal, condition = world.object("deal"), conditions(world)[number]
    nodes = world.run(Delete(object=deal, destroy=True, filter=world.filter("deal", condition)))
    assert [node.item.id for node in nodes] == sorted(world.ids)  # type: ignore[attr-defined]
    assert sizes(world) == (0, 0)
    assert world.orphans() == []


@pytest.mark.parametrize("number", range(4))
def test_other_changes_by_filter_mean_live_records(world: World, number: int) -> None:
    deal, condition = world.object("deal"), world.filter("deal", conditions(world)[number])
    assert len(world.run(Update(object=deal, data={"stage": "WON"}, filter=condition))) == 3
    assert len(world.run(Delete(object=deal, destroy=False, filter=condition))) == 3
    assert sizes(world) == (0, 5)


@pytest.mark.parametrize(("state", "left"), [("NULL", (0, 2)), ("NOT_NULL", (3, 0))])
def test_a_condition_on_the_trash_decides(world: World, state: str, left: tuple[int, int]) -> None:
    deal = world.object("deal")
    for condition in (("title", "eq", "t"), ("id", "in", world.ids)):  # type: ignore[attr-defined]
        filter = world.filter("deal", ("and", [condition, ("deletedAt", "is", state)]))
        world.run(Delete(object=deal, destroy=True, filter=filter))
        assert sizes(world) == left


def test_restoring_names_live_records_if_the_filter_does(world: World) -> None:
    filter = world.filter("deal", ("and", [("title", "eq", "t"), ("deletedAt", "is", "NULL")]))
    assert len(world.run(Restore(object=world.object("deal"), filter=filter))) == 3
    assert sizes(world) == (3, 2)


def test_an_empty_block_means_any_child(table: Table) -> None:
    world = World(table)
    firm, deal = world.object("firm"), world.object("deal")
    with_deal, with_trash, without = (
        node.item.id for node in world.run(Create(object=firm, data=({"name": "a"}, {"name": "b"}, {"name": "c"})))
    )
    [_, trashed] = world.run(Create(object=deal, data=({"firmId": with_deal}, {"firmId": with_trash})))
    world.run(Delete(object=deal, destroy=False, id=trashed.item.id))

    def found(raw: Any) -> set[str]:
        page = world.run(FindMany(object=firm, filter=resolve_filter(world.model, firm, raw), page=Page(limit=60)))
        assert isinstance(page, Connection)
        assert page.total_count == len(page.nodes)
        return {node.item.id for node in page.nodes}

    assert found({"deals": {}}) == {with_deal}
    assert found({"not": {"deals": {}}}) == {with_trash, without}
    assert found({"deals": {}, "name": {"in": ["a", "b"]}}) == {with_deal}
    assert found({"or": [{"deals": {}}, {"name": {"eq": "c"}}]}) == {with_deal, without}


@pytest.mark.parametrize("offset", [4, 5, 999, 1_000, 100_000, 2**31 - 1])
def test_an_offset_beyond_all_records_is_an_empty_page(world: World, offset: int) -> None:
    for condition in (None, ("title", "eq", "t"), ("amount", "gte", 0), ("title", "ilike", "%t%")):
        for order in ((), [("amount", "DescNullsLast")], [("title", "AscNullsFirst"), ("amount", "AscNullsFirst")]):
            page = world.find("deal", condition, order, offset=offset, limit=200)
            assert (page.nodes, page.has_next_page, page.total_count) == ([], False, 3)
            operation = FindMany(
                object=world.object("deal"),
                filter=world.filter("deal", condition),
                order=world.order("deal", order),
                page=Page(limit=1, offset=offset),
                total_count=False,
            )
            assert world.run(operation).nodes == []
