"""Declared indexes of several fields, where others than lists use them: the newest children of parents, duplicates. The
answers are those without, whatever there is; what they cost does not grow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from icosa.query.operation import Create, FindDuplicates, FindMany, Page, RelationSelection, Selection, Update
from icosa.store.table import Table

from .sample_model import model, with_composites
from .world import World

_DIRECTIONS = ("DescNullsLast", "AscNullsFirst")


@pytest.fixture
def world(table: Table) -> Iterator[World]:
    """Two firms with 150 and 30 deals, many of them of the same moment, and one without."""
    world = World(table, model=with_composites(model()))
    firms = world.run(Create(object=world.object("firm"), data=({"name": "A"}, {"name": "B"}, {"name": "C"})))
    for block in range(3):
        data = tuple(
            {
                "title": f"Deal {block} {i}",
                "who": {"firstName": f"Ann{i % 20}", "lastName": "Xulu" if i % 2 else "Mbeki"},
                "firmId": firms[i // 10 % 6 // 5].item.id,
                "createdAt": f"2026-01-{10 + i % 9}T00:00:00.{block // 2}00Z",
            }
            for i in range(60)
        )
        world.run(Create(object=world.object("deal"), data=data))
    yield world
    assert world.orphans() == []


def newest(world: World, limit: int, direction: str, **options: Any) -> list[Any]:
    """The first deals of each firm, with whether more follow, and their number if that is wanted."""
    children = RelationSelection(
        selection=Selection(),
        order=world.order("deal", [("createdAt", direction)]),
        page=Page(limit=limit),
        **{"total_count": False, **options},
    )
    firms = world.run(FindMany(object=world.object("firm"), selection=Selection(relations={"deals": children})))
    lists = [node.related["deals"] for node in firms.nodes]
    return [([node.item.id for node in each.nodes], each.has_next_page, each.total_count) for each in lists]


@pytest.mark.parametrize("direction", _DIRECTIONS)
def test_the_first_children_are_those_without_the_index(world: World, direction: str) -> None:
    # 17 to 34 deals of the larger firm are of the same moment, so pages end within and between moments.
    for limit in (1, 5, 16, 17, 60, 149, 150, 200):
        with_index = newest(world, limit, direction)
        plain = World.__new__(World)
        plain.__dict__.update(world.__dict__, model=model())
        assert with_index == newest(plain, limit, direction), limit
        world.clock = plain.clock


def test_their_number_is_exact(world: World) -> None:
    assert sorted(count for _, _, count in newest(world, 5, "DescNullsLast", total_count=True)) == [0, 30, 150]


def test_the_newest_children_cost_the_same_however_many_there_are(world: World) -> None:
    deal = world.object("deal")
    firms = world.find("firm", None, [("name", "AscNullsFirst")]).nodes
    for number, firm in enumerate(firms):  # moments of their own
        some = world.find("deal", ("firmId", "eq", firm.item.id), limit=8).nodes
        for i, node in enumerate(some):
            moment = f"2030-01-0{1 + number}T00:00:00.00{i}Z"
            world.run(Update(object=deal, data={"createdAt": moment}, id=node.item.id))
    world.clock += 10_000  # what was written is no news any more
    newest(world, 5, "DescNullsLast")
    # The firms, a page of the index of each, ten deals; the register, and two looks at what has changed.
    assert world.meter.read_units <= 2 + 3 + 10 + 1 + 2 * 4
    assert world.meter.round_trips == 3


def test_duplicates_are_found_by_the_index_of_their_values(world: World) -> None:
    [node] = world.find("deal", ("title", "eq", "Deal 0 1")).nodes
    others = world.find("deal", ("and", [("who.firstName", "eq", "Ann1"), ("who.lastName", "eq", "Xulu")]))
    world.clock += 10_000
    [found] = world.run(FindDuplicates(object=world.object("deal"), ids=(node.item.id,)))
    expected = [each.item.id for each in others.nodes if each.item.id != node.item.id]
    assert len(expected) == 8
    assert [each.item.id for each in found.nodes] == expected
    # The record, the nine of the name, those of the title; two pages of rows, the register for each.
    assert world.meter.read_units <= 1 + 9 + 1 + 2 + 2
