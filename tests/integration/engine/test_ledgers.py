"""Numbers of rows that are kept (docs/storage.md#ledgers): exact after any writes, beside writers, whatever dies."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from icosa.engine.executor import execute
from icosa.errors import IcosaError
from icosa.model.types.base import Leaf
from icosa.query.aggregates import TOTAL_COUNT
from icosa.query.operation import Create, Delete, Dimension, FindMany, GroupBy, Page, Restore, Update
from icosa.settings import Settings, Tuning
from icosa.store import keys, ledger
from icosa.store.ops import DeleteItem
from icosa.store.places import partitions
from icosa.store.record import unpack
from icosa.store.register import Kept, Register, keep_leaf
from icosa.store.table import Table
from tests.support.soak import examples

from .crashes import Crash, CrashingTable, Fuse
from .interrupted import InterruptedTable, Interruption
from .invariants import settle_open_batches
from .sample_model import WORKSPACE
from .world import World, all_rows

_TUNING = Tuning(ledger_rows=6, ledger_block=3, ledger_deltas=4, probe_rows=5)
_DAYS = tuple(f"2020-01-{day:02}T00:00:00.000Z" for day in range(1, 29))
_NOBODY = "00000000-0000-4000-8000-000000000000"
_OPERATORS = ("gte", "gt", "lt", "lte")


def kept_world(table: Table, *, kept: bool = True) -> World:
    """A world in which the numbers of three leaves of deals have been kept for long."""
    world = World(table, Settings(bulk_limit=60, tuning=_TUNING))
    if kept:
        keep_leaves(world)
    return world


def keep_leaves(world: World) -> None:
    deal = world.object("deal")
    for name in ("createdAt", "stage", "title"):
        leaf = deal.leaves[name,]
        world.table.update(keep_leaf(WORKSPACE, deal.key, leaf.key, Kept(0, 2**52), seen=None))


def bodies(random: Random, number: int) -> tuple[dict[str, Any], ...]:
    """Deals, most of them created long ago, many in the same moment."""
    return tuple(
        {
            "title": random.choice(("ann", "Ann", "ANN", "Bob", None, "x" * 200)),
            "stage": random.choice(("NEW", "WON", None)),
            **({"createdAt": random.choice(_DAYS[:: random.choice((1, 9))])} if random.random() < 0.8 else {}),
        }
        for _ in range(number)
    )


def write(world: World, random: Random) -> None:
    """Any write, of one record or of many in a batch."""
    deal = world.object("deal")
    live, trash = ([record.id for record in records(world, live=live)] for live in (True, False))
    some = random.sample(live, min(len(live), random.choice((1, 1, 9)))) or [_NOBODY]
    gone = random.sample(trash, min(len(trash), random.choice((1, 9)))) or [_NOBODY]
    by_id = world.filter("deal", ("id", "in", some))
    [body] = bodies(random, 1)
    operations = (
        Create(object=deal, data=bodies(random, random.choice((1, 2, 9)))),
        Update(object=deal, data=body, filter=by_id),
        Update(object=deal, data={"stage": body["stage"]}, id=some[0]),
        Delete(object=deal, destroy=False, filter=by_id),
        Delete(object=deal, destroy=True, filter=by_id),
        Delete(object=deal, destroy=True, id=random.choice((some[0], gone[0]))),
        Restore(
            object=deal, filter=world.filter("deal", ("and", [("id", "in", gone), ("deletedAt", "is", "NOT_NULL")]))
        ),
    )
    with contextlib.suppress(IcosaError):
        world.run(random.choice(operations))


def records(world: World, *, live: bool = True) -> list[Any]:
    deal = world.object("deal")
    pks = partitions(WORKSPACE, deal) if live else [keys.trash(WORKSPACE, deal.key)]
    return [unpack(row, deal.stored_form) for (at, _), row in all_rows(world.table).items() if at in pks]


def groups_of(path: str, world: World) -> GroupBy:
    return GroupBy(
        object=world.object("deal"),
        dimensions=(Dimension(leaf=world.object("deal").leaves[path,]),),
        aggregates=(TOTAL_COUNT,),
        limit=200,
    )


def found_groups(path: str, world: World) -> dict[Any, int]:
    groups = world.run(groups_of(path, world))
    return {group.dimensions[0]: group.aggregates[TOTAL_COUNT] for group in groups}


def true_groups(leaf: Leaf, world: World) -> Mapping[Any, int]:
    return Counter(leaf.get(record) for record in records(world))


def check_counts(world: World, random: Random) -> None:
    """Assert that totals of ranges and groups are those of the records."""
    deal = world.object("deal")
    created = deal.leaves["createdAt",]
    for _ in range(3):
        operator, day = random.choice(_OPERATORS), random.choice(_DAYS)
        condition: Any = ("createdAt", operator, day)
        if random.random() < 0.4:
            condition = ("createdAt", "eq", day)
        test = created.kind.predicate(*_compared(world, condition))
        expected = sum(test(created.get(record)) for record in records(world))
        order = random.choice(([], [("createdAt", "DescNullsLast")], [("title", "AscNullsFirst")]))
        page = world.find("deal", condition, order, limit=random.choice((1, 2)))
        assert page.total_count == expected, condition
    for path in ("stage", "title"):
        assert found_groups(path, world) == true_groups(deal.leaves[path,], world)


def _compared(world: World, condition: Any) -> tuple[Any, Any]:
    compare: Any = world.filter("deal", condition)
    return compare.operator, compare.operand


@pytest.mark.slow
@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=examples(4),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_counts_are_exact_after_any_writes(dynamodb_endpoint: str, seed: int) -> None:
    from tests.support.dynoxide import fresh_table

    random = Random(seed)
    with fresh_table(dynamodb_endpoint) as table:
        world = kept_world(table)
        world.run(Create(object=world.object("deal"), data=bodies(random, random.choice((5, 30)))))
        for _ in range(6):
            for _ in range(random.choice((0, 1, 2, 5))):
                write(world, random)
            check_counts(world, random)
        assert world.orphans() == []


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    with patch("time.sleep"):
        yield


def filled(table: Table, number: int = 24) -> World:
    world = kept_world(table)
    data = tuple({"title": "a", "stage": "NEW", "createdAt": _DAYS[i % len(_DAYS)]} for i in range(number))
    world.run(Create(object=world.object("deal"), data=data))
    return world


def listing(world: World, condition: Any) -> FindMany:
    return FindMany(object=world.object("deal"), filter=world.filter("deal", condition), page=Page(limit=1))


@pytest.mark.parametrize(("is_known", "backward"), [(False, False), (True, True)], ids=["first count", "later count"])
def test_counts_beside_a_writer(table: Table, is_known: bool, backward: bool) -> None:
    """Before each call of a reader something is committed: what it keeps is true all the same."""
    world = filled(table)
    deal = world.object("deal")
    since = listing(world, ("createdAt", "gte", _DAYS[2]))
    created = deal.leaves["createdAt",]
    [moving] = [record.id for record in records(world) if created.get(record) == _DAYS[5]]
    turns = iter(range(10_000))

    def step() -> None:
        turn = next(turns)
        body = {"stage": ("NEW", "WON")[turn % 2], "createdAt": _DAYS[(5, 20)[turn % 2]]}
        world.run(Update(object=deal, data=body, id=moving))

    for operation in (since, groups_of("stage", world)):
        at = 0
        while True:
            forget(world)
            if is_known:
                world.run(operation)
            interruption = Interruption(step, (at,))
            reader = InterruptedTable(table.name, table._client, None, interruption, backward=backward)
            request = world.request()
            result: Any = execute(replace(request, table=reader.metered(world.meter)), operation)
            numbers = result.total_count if operation is since else sum(g.aggregates[TOTAL_COUNT] for g in result)
            expected = 22 if operation is since else 24
            assert numbers == expected, at
            # And what it has kept of it, if anything.
            result = world.run(operation)
            numbers = result.total_count if operation is since else sum(g.aggregates[TOTAL_COUNT] for g in result)
            assert numbers == expected, at
            if interruption.calls <= at:
                break
            at += 1


def forget(world: World) -> None:
    """Remove all ledgers."""
    for key in all_rows(world.table):
        if key[0] == keys.ledgers(WORKSPACE, world.object("deal").key):
            world.table.transact([DeleteItem(key)])


def test_counts_after_a_writer_died(table: Table) -> None:
    """Of a batch that dies at any of its calls either all is counted or nothing."""
    world = filled(table)
    deal = world.object("deal")
    random = Random(7)
    check_counts(world, random)
    for at in range(40):
        some = world.filter("deal", ("id", "in", sorted(record.id for record in records(world))[at % 3 : at % 3 + 9]))
        body = {"stage": ("WON", "NEW", None)[at % 3], "createdAt": _DAYS[at % len(_DAYS)]}
        fuse = Fuse(at)
        request = world.request()
        dying = CrashingTable(table.name, table._client, world.meter, fuse)
        try:
            execute(replace(request, table=dying), Update(object=deal, data=body, filter=some))
        except Crash:
            check_counts(world, random)  # while its batch is open
            settle_open_batches(world)
        check_counts(world, random)
        if fuse.left is not None and fuse.left >= 0:
            return
    raise AssertionError("the write never came to its end")


# ---------------------------------------------------------------------- what it costs


def test_nobody_pays_before_somebody_has_counted_much(table: Table) -> None:
    world = kept_world(table, kept=False)
    deal = world.object("deal")
    data = tuple({"title": "a", "stage": "NEW", "createdAt": day} for day in _DAYS)
    nodes = world.run(Create(object=deal, data=data))
    log = [key for key in all_rows(table) if key[0] == f"{WORKSPACE}#L"]
    assert log == []
    assert world.find("deal", ("createdAt", "gte", _DAYS[27]), limit=1).total_count == 1
    assert register(world).kept == {}, "few rows are counted as they are"
    assert world.find("deal", ("createdAt", "gte", _DAYS[5]), limit=1).total_count == 23
    assert register(world).kept[deal.key].keys() == {deal.leaves["createdAt",].key}
    assert found_groups("stage", world) == {"NEW": 28}
    assert len(register(world).kept[deal.key]) == 2
    # Asked again at once, it is neither used nor asked for.
    assert world.find("deal", ("createdAt", "gte", _DAYS[5]), limit=1).total_count == 23
    assert world.meter.write_units == 0
    assert not any(key[0] == keys.ledgers(WORKSPACE, deal.key) for key in all_rows(table))
    world.run(Delete(object=deal, destroy=True, id=nodes[0].item.id))
    assert sum(key[0] == f"{WORKSPACE}#L" for key in all_rows(table)) == 1


def test_a_ledger_is_made_when_all_writers_know_of_it(table: Table) -> None:
    world = kept_world(table, kept=False)
    deal = world.object("deal")
    world.run(Create(object=deal, data=tuple({"stage": "NEW", "createdAt": day} for day in _DAYS)))
    world.find("deal", ("createdAt", "gte", _DAYS[5]), limit=1)
    kept = register(world).kept[deal.key][deal.leaves["createdAt",].key]
    place = ledger.place(WORKSPACE, deal.key, deal.leaves["createdAt",].key)
    for moment, is_made in ((kept.since + ledger.WAIT_MS - 1, False), (kept.since + ledger.WAIT_MS, True)):
        with patch("icosa.engine.read.ledgers.time.time", return_value=moment / 1000):
            assert world.find("deal", ("createdAt", "gte", _DAYS[5]), limit=1).total_count == 23
        assert (table.get(place) is not None) == is_made
    # When it was not asked for in a week, nothing is kept; who asks then begins anew.
    later = kept.until + 1_000
    with patch("icosa.engine.read.ledgers.time.time", return_value=later / 1000):
        assert world.find("deal", ("createdAt", "gte", _DAYS[5]), limit=1).total_count == 23
    assert register(world).kept[deal.key][deal.leaves["createdAt",].key].since == later


def test_writes_cost_one_row_of_the_log_where_numbers_are_kept(table: Table) -> None:
    """Two units for a commit that changes the value of a kept leaf, whatever it writes besides; nothing for others, nor
    for what writes a row of the log anyway: moves, and destructions of what others can point at.
    """
    world = kept_world(table, kept=False)
    deal = world.object("deal")
    units: dict[bool, list[float]] = {}
    for kept in (False, True):
        if kept:
            keep_leaves(world)
        spent = units.setdefault(kept, [])
        [made] = world.run(Create(object=deal, data=({"stage": "NEW", "createdAt": _DAYS[0]},)))
        spent.append(world.meter.write_units)
        for operation in (
            Update(object=deal, data={"stage": "WON"}, id=made.item.id),
            Update(object=deal, data={"amount": 7}, id=made.item.id),
            Delete(object=deal, destroy=False, id=made.item.id),
            Restore(object=deal, id=made.item.id),
            Delete(object=deal, destroy=True, id=made.item.id),
            Create(object=deal, data=tuple({"stage": "NEW"} for _ in range(60))),
        ):
            world.run(operation)
            spent.append(world.meter.write_units)
    assert [with_ledger - without for without, with_ledger in zip(*units.values(), strict=True)] == [
        2,
        2,
        0,
        0,
        0,
        0,
        2,
    ]


def register(world: World) -> Register:
    return Register.parse(world.table.get(keys.open_batches(WORKSPACE)))


def test_what_is_known_is_not_read(table: Table) -> None:
    """600 deals, 22 units of rows: later counts read the ledger, the log, and half a block."""
    world = kept_world(table)
    world.settings = replace(world.settings, tuning=Tuning(ledger_rows=300, ledger_block=60))
    deal = world.object("deal")
    for block in range(10):
        moment = f"2020-02-0{block % 9 + 1}T00:00:00"
        data = tuple({"stage": ("NEW", "WON")[i % 2], "createdAt": f"{moment}.{i:03}Z"} for i in range(60))
        world.run(Create(object=deal, data=data))
    world.clock += 10_000
    operation = replace(listing(world, ("createdAt", "gte", "2020-02-02T00:00:00.000Z")), records=False)
    with patch("icosa.store.ledger.WINDOW_MS", 0):  # the log of the test's own writes
        first = world.run(operation)
        before = world.meter.read_units
        again = world.run(operation)
        assert first.total_count == again.total_count == 480
        assert before > 20
        assert world.meter.read_units <= 9
        assert world.meter.round_trips <= 3
        world.run(groups_of("stage", world))
        assert found_groups("stage", world) == {"NEW": 300, "WON": 300}
        assert world.meter.read_units <= 5
        assert world.meter.round_trips == 2
