"""Lists of the trash: the same as by a scan of it, for the price of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from icosa.model.model import Model
from icosa.query.operation import Connection, Create, Cursor, Delete, FindMany, Page, Restore
from icosa.store.table import Table
from tests.support.dynoxide import fresh_table

from .reference import Condition
from .sample_model import model as sample_model
from .world import World

_TRASHED = ("deletedAt", "is", "NOT_NULL")
_EVERYTHING = ("or", [("deletedAt", "is", "NULL"), _TRASHED])
_NEWEST, _OLDEST = [("deletedAt", "DescNullsLast")], [("deletedAt", "AscNullsFirst")]


@pytest.fixture(scope="module")
def world(dynamodb_endpoint: str) -> Iterator[World]:
    """Deals in the trash since five moments, several since each, beside live ones."""
    with fresh_table(dynamodb_endpoint) as table:
        world = World(table)
        deal = world.object("deal")
        ids = [node.item.id for node in world.run(Create(object=deal, data=({"title": "t"},) * 30))]
        for some in (ids[:1], ids[1:8], ids[8:10], ids[10:18], ids[18:22]):
            world.run(Delete(object=deal, destroy=False, filter=world.filter("deal", ("id", "in", some))))
        world.run(Restore(object=deal, id=ids[9]))
        world.run(Delete(object=deal, destroy=True, id=ids[10]))
        world.run(Delete(object=deal, destroy=False, id=ids[2]))  # again: it has a new moment
        yield world


def _scanned(world: World) -> World:
    """The same table for a model that knows of no index."""
    without = tuple(replace(obj, has_trash_index=False) for obj in world.model.objects)
    other = object.__new__(World)
    other.__dict__.update(world.__dict__)
    other.model = Model(workspace_id=world.model.workspace_id, version=world.model.version, objects=without)
    return other


def _list(world: World, condition: Condition, order: Sequence[tuple[str, str]], page: Page) -> Connection:
    query = FindMany(
        object=world.object("deal"),
        filter=world.filter("deal", condition),
        order=world.order("deal", order),
        page=page,
        total_count=True,
    )
    found = world.run(query)
    assert isinstance(found, Connection)
    return found


def _shown(found: Connection) -> Any:
    return [node.item.id for node in found.nodes], found.total_count, found.has_next_page


def _moments(world: World) -> list[str]:
    nodes = _list(_scanned(world), _TRASHED, _OLDEST, Page(limit=60)).nodes
    return sorted({world.record("deal", node)["deletedAt"] for node in nodes})


def test_every_page_is_that_of_a_scan(world: World) -> None:
    _, first, second, *_, last = _moments(world)
    conditions: list[Condition] = [
        _TRASHED,
        ("deletedAt", "gte", first),
        ("deletedAt", "gt", first),
        ("deletedAt", "lt", last),
        ("deletedAt", "eq", second),
        ("and", [("deletedAt", "gte", first), ("deletedAt", "lt", last)]),
        ("and", [("deletedAt", "gte", last), ("deletedAt", "lt", first)]),
        _EVERYTHING,
    ]
    scanned = _scanned(world)
    for condition, order, limit in product(conditions, ([], _NEWEST, _OLDEST), (1, 3, 60)):
        if condition is _EVERYTHING and order:
            continue
        cursor: Cursor | None = None
        for _ in range(40):
            page = Page(limit=limit, after=cursor)
            found = _list(world, condition, order, page)
            assert "scan" not in " ".join(world.meter.plan), (condition, order)
            assert _shown(found) == _shown(_list(scanned, condition, order, page)), (condition, order, limit)
            if not found.has_next_page:
                break
            node = found.nodes[-1]
            values = tuple(term.leaf.get(node.item) for term in world.order("deal", order))
            cursor = Cursor(values=values, id=node.item.id)
        page = Page(limit=limit, offset=4)
        assert _shown(_list(world, condition, order, page)) == _shown(_list(scanned, condition, order, page))


@pytest.mark.parametrize(
    ("condition", "order"),
    (
        (("and", [_TRASHED, ("title", "eq", "t")]), _NEWEST),
        (_TRASHED, [("title", "AscNullsFirst")]),
        (("deletedAt", "neq", "2026-01-01T00:00:00.000Z"), []),
        (_EVERYTHING, _NEWEST),
    ),
)
def test_what_the_index_does_not_answer_is_scanned(world: World, condition: Condition, order: Any) -> None:
    found = _list(world, condition, order, Page(limit=5))
    assert "scan of the trash" in " ".join(world.meter.plan)
    assert _shown(found) == _shown(_list(_scanned(world), condition, order, Page(limit=5)))


def test_what_a_page_costs_does_not_grow_with_the_trash(table: Table) -> None:
    """With its total: a read unit for some thirty-six records in the trash more. Without: nothing."""
    world = World(table, model=sample_model())
    deal = world.object("deal")
    costs: dict[tuple[str, bool], list[tuple[int, float]]] = {}
    for _ in range(3):
        ids = [node.item.id for _ in range(2) for node in world.run(Create(object=deal, data=({"title": "t"},) * 60))]
        for some in (ids[:60], ids[60:]):
            world.run(Delete(object=deal, destroy=False, filter=world.filter("deal", ("id", "in", some))))
        for (name, order), wants_total in product((("id", []), ("newest", _NEWEST)), (False, True)):
            query = FindMany(
                object=deal,
                filter=world.filter("deal", _TRASHED),
                order=world.order("deal", order),
                page=Page(limit=20),
                total_count=wants_total,
            )
            world.run(query)
            costs.setdefault((name, wants_total), []).append((world.meter.round_trips, world.meter.read_units))
    assert costs["id", False][0] == costs["id", False][2]
    assert costs["newest", False][0] == costs["newest", False][2]
    assert costs["newest", False][0][0] <= 3
    for name in ("id", "newest"):
        (_, few), _, (_, many) = costs[name, True]
        assert many - few <= 240 / 36 + 2
    assert world.orphans() == []
