"""Filters that look for a part of a text: by fragments where an index of type GIN has them, else by scans that hold no
more than what matches, and that are refused where they would be too long (docs/storage.md#parts-of-texts).
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, get_args

import pytest

from icosa.errors import TooMuchAsked
from icosa.query.operation import Create, FindMany, Page, Update
from icosa.settings import Plan, Settings, Tuning
from icosa.store.table import Table

from . import random_data
from .sample_model import model as sample_model
from .sample_model import with_fragments
from .test_queries import check_page, populate
from .world import World

_DEALS = 40
_PATHS = ("title", "who.firstName", "code")
#: No limit of a page, so that one answers; and pages of a few rows, of which the rest is read in parts.
_PAGES = (100_000, 3)


def _condition(random: Random) -> Any:
    text = (random.choice(_PATHS), random.choice(("like", "ilike")), random.choice(random_data._PARTS))
    other = (random.choice(_PATHS), "endsWith", random.choice(("quant", "yor", "y", "ant")))
    return random.choice(
        (
            text,
            other,
            ("or", [text, other]),
            ("and", [text, other]),
            ("not", text),
            ("and", [("not", text), ("stage", "neq", "WON")]),
            ("and", [text, ("stage", "eq", "NEW")]),
            ("or", [("not", text), other]),
            ("not", ("or", [text, other])),
            ("and", [text, ("createdAt", "gte", "2026-01-01T00:00:00.002Z")]),
            ("tags", "containsIlike", "%uanti%"),
            ("or", [("tags", "containsIlike", "%uanti%"), text]),
        )
    )


@pytest.mark.parametrize("fragments", [False, True])
def test_every_plan_finds_the_same(table: Table, fragments: bool) -> None:
    random = Random(5 + fragments)
    model = with_fragments(sample_model()) if fragments else sample_model()
    world = World(table, model=model)
    reference = populate(world, random, _DEALS)
    for plan in get_args(Plan):
        for rows in _PAGES:
            world.settings = Settings(
                tuning=Tuning(plan=plan, probe_rows=random.choice((1, 500)), scan_page_rows=rows, walk_records=10)
            )
            for _ in range(10):
                condition, order = _condition(random), random_data.order(random)
                expected = reference.select("deal", condition, order, scope=lambda record: record["deletedAt"] is None)
                start = random.randrange(len(expected)) if expected and random.random() < 0.3 else None
                check_page(world, expected, condition, order, random.choice((3, 60)), start, backward=False)


@pytest.fixture
def world(table: Table) -> World:
    """A hundred and twenty deals, every twelfth with a quant in its title, none of them new to a reader."""
    world = World(table, model=with_fragments(sample_model()))
    titles = [f"Deal {n} of a Quantity Surveyor" if n % 12 == 0 else f"Deal {n} of somebody" for n in range(120)]
    for start in range(0, 120, 60):
        data = tuple({"title": title} for title in titles[start : start + 60])
        world.run(Create(object=world.object("deal"), data=data))
    world.clock += 60_000
    return world


def test_what_a_part_costs(world: World) -> None:
    """The rows of the part and of the texts that are too long, the records, and what has changed: 2 round trips."""
    found = world.find("deal", ("title", "ilike", "%quant%"))
    assert (found.total_count, len(found.nodes)) == (10, 10)
    assert world.meter.round_trips == 2
    assert world.meter.read_units <= 10 + 6
    assert world.find("deal", ("title", "ilike", "%no such part%")).total_count == 0
    assert world.meter.read_units <= 6


def test_what_a_write_costs(world: World) -> None:
    """Two units for each row: one for each fragment that is new or gone."""
    deal = world.object("deal")
    without = World(world.table, model=sample_model())

    def units(where: World, title: str) -> float:
        where.run(Create(object=deal if where is world else where.object("deal"), data=({"title": title},)))
        assert where.meter.round_trips <= 2
        return where.meter.write_units

    assert units(world, "Surveyor") - units(without, "Surveyor") == 2 * len(
        ("surveyor", "urveyor", "rveyor", "veyor", "eyor", "yor")
    )
    [node] = world.run(Create(object=deal, data=({"title": "Surveyor"},)))
    world.run(Update(object=deal, id=node.item.id, data={"title": "Surveyor", "position": 7}))
    same = world.meter.write_units - 4  # The row of the position goes and comes.
    world.run(Update(object=deal, id=node.item.id, data={"title": "A surveyor"}))
    # The row of the title goes and comes; two fragments are new, the others stay; so for the words of search.
    assert world.meter.write_units - same <= 4 + 2 * 2 + 4


def test_a_long_list_of_fragments_is_one_transaction(world: World) -> None:
    world.run(Create(object=world.object("deal"), data=({"title": "".join(map(chr, range(65, 129)))},)))
    assert world.meter.round_trips <= 2


@pytest.mark.parametrize("rows", _PAGES)
def test_a_scan_holds_what_matches(world: World, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all rows of an index only those are kept that fulfil the condition."""
    from icosa.engine.read import candidates, index_scan

    held: list[int] = []
    read_whole = index_scan.read_whole

    def watched(ctx: Any, obj: Any, indexes: Any, *rest: Any) -> None:
        read_whole(ctx, obj, indexes, *rest)
        held.extend(len(of.rows) for of in indexes)

    monkeypatch.setattr(candidates, "read_whole", watched)
    world.settings = Settings(tuning=Tuning(scan_page_rows=rows))
    world.model = sample_model()
    assert world.find("deal", ("title", "ilike", "%quant%")).total_count == 10
    assert world.find("deal", ("or", [("title", "ilike", "%quant%"), ("code", "like", "%x%")])).total_count == 10
    assert held == [10, 10, 0]


def test_a_scan_of_records_holds_a_part_and_the_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from icosa.engine.read import matches, planner

    alive = most = 0

    class Part(list[Any]):
        def __init__(self, *items: Any) -> None:
            nonlocal alive, most
            super().__init__(*items)
            alive += 1
            most = max(most, alive)

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    scan_records = matches.scan_records

    def watched(*arguments: Any) -> Iterator[list[Any]]:
        for part in scan_records(*arguments):
            for start in range(0, len(part), 10):
                yield Part(part[start : start + 10])

    monkeypatch.setattr(planner, "scan_records", watched)
    world.settings = Settings(tuning=Tuning(plan="scan", index_only_scan_indexes=0))
    found = world.find("deal", ("title", "ilike", "%quant%"), [("title", "DescNullsLast")], limit=3)
    assert (found.total_count, len(found.nodes), found.has_next_page) == (10, 3, True)
    assert most <= 2


@pytest.mark.parametrize(("part", "is_frequent"), [("%even%", True), ("%quantity%", False)])
def test_a_list_without_a_total_is_walked_while_that_pays(world: World, part: str, is_frequent: bool) -> None:
    """Of the first records, by their ids, every second one matches: the page is full after twice as many. Where none of
    them does, the index is read.
    """
    world.model = sample_model()
    world.settings = Settings(tuning=Tuning(walk_records=5))
    deal = world.object("deal")
    data = tuple(
        {"id": f"00000000-0000-4000-8000-{n:012}", "title": "an odd one" if n % 2 else "an even one"} for n in range(60)
    )
    world.run(Create(object=deal, data=data))
    condition = world.filter("deal", ("title", "ilike", part))
    found = world.run(FindMany(object=deal, filter=condition, page=Page(limit=5), total_count=False))
    assert len(found.nodes) == 5
    assert ("scan of" in "; ".join(world.meter.plan)) is not is_frequent


_REMEDIES = [
    (("title", "ilike", "%quant%"), "Create an index of type GIN on field title (createOneIndex)"),
    (("who.firstName", "endsWith", "ann"), "Create an index of type GIN on field who, sub-field firstName"),
    (("or", [("title", "ilike", "%qu%"), ("code", "eq", "x")]), "Look for at least 3 characters in a row in title"),
    (("title", "neq", "x"), "Narrow the filter by a condition that an index answers"),
    (("tags", "containsIlike", "%quant%"), "Create an index of type GIN on field tags"),
    (
        ("not", ("or", [("title", "like", "%qua%"), ("code", "like", "%xyz%")])),
        "Create an index of type GIN on field title",
    ),
]


def test_what_would_take_too_long_is_refused(world: World) -> None:
    world.model = sample_model()
    few = Tuning(scan_page_rows=20)
    for condition, remedy in _REMEDIES:
        world.settings = Settings(scan_limit=119, tuning=few)
        with pytest.raises(TooMuchAsked) as refused:
            world.find("deal", condition)
        assert refused.value.message.startswith(
            "No index answers the request: more than 119 rows of deals would have to be looked at, which is the limit. "
        )
        assert remedy in refused.value.message
        assert world.meter.read_units <= 20
        world.settings = Settings(scan_limit=120 * 6, tuning=few)
        world.find("deal", condition)


def test_an_index_that_is_being_built_is_named(world: World) -> None:
    from dataclasses import replace

    deal = world.object("deal")
    building = replace(deal, indexes=tuple(replace(index, status="BUILDING") for index in deal.indexes))
    world.model = replace(world.model, objects=tuple(building if o.id == deal.id else o for o in world.model.objects))
    world.settings = Settings(scan_limit=100, tuning=Tuning(scan_page_rows=20))
    with pytest.raises(TooMuchAsked, match="index of type GIN on title is being built"):
        world.find("deal", ("title", "ilike", "%quant%"))
