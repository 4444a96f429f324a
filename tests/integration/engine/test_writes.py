"""Random writes whose process dies between any two calls: readers see a write as a whole or not at all, and nothing is
left over.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icosa.errors import BadRequest
from icosa.query.operation import Create, Delete, Restore, Update
from icosa.settings import Settings, Tuning
from icosa.store.table import Table
from tests.support.soak import examples

from . import random_data
from .crashes import Crash, Fuse
from .invariants import State, Write, check_lists, run_with_fuse, settle_open_batches, visible_state
from .world import World

_WRITES = 14


def random_write(world: World, random: Random, state: State) -> Write:
    """A random operation on the records as they are."""
    deal, firm, line = (world.object(name) for name in ("deal", "firm", "line"))
    deals, firms = sorted(state["deal"]), sorted(state["firm"])
    choices: list[Callable[[], Write]] = [
        lambda: Create(
            object=firm, data=tuple({"name": random_data.text(random)} for _ in range(random.choice((1, 3))))
        ),
        lambda: Create(
            object=deal, data=tuple(random_data.deal(random, firms) for _ in range(random.choice((1, 1, 7, 20))))
        ),
    ]
    if deals:
        some = random.sample(deals, min(len(deals), random.choice((1, 2, 12))))
        by_id = world.filter("deal", ("and", [("id", "in", some), _EVERYTHING]))
        body = {
            key: value
            for key, value in random_data.deal(random, firms).items()
            if random.random() < 0.5 and key != "code"
        }
        choices += [
            lambda: Update(object=deal, data=random_data.deal(random, firms), id=some[0]),
            lambda: Update(object=deal, data=body, filter=by_id),
            lambda: Delete(object=deal, destroy=False, filter=by_id),
            lambda: Delete(object=deal, destroy=True, filter=by_id),
            lambda: Restore(object=deal, filter=by_id),
            lambda: Create(
                object=deal, data=tuple({"id": i, **random_data.deal(random, firms)} for i in some), upsert=True
            ),
            lambda: Create(object=line, data=tuple({"name": "l", "dealId": random.choice(deals)} for _ in range(4))),
        ]
    if firms:
        choices.append(lambda: Delete(object=firm, destroy=random.random() < 0.5, id=random.choice(firms)))
    return random.choice(choices)()


_EVERYTHING = ("or", [("deletedAt", "is", "NULL"), ("deletedAt", "is", "NOT_NULL")])


@pytest.mark.slow
@given(seed=st.integers(0, 2**32))
@settings(max_examples=examples(7))
def test_a_crash_shows_all_or_nothing(dynamodb_endpoint: str, seed: int) -> None:
    from tests.support.dynoxide import fresh_table

    random = Random(seed)
    with fresh_table(dynamodb_endpoint) as table:
        world = World(table, Settings(bulk_limit=60, tuning=Tuning(walk_records=50)))
        state = visible_state(world)
        for _ in range(_WRITES):
            operation = random_write(world, random, state)
            clock = world.clock
            if random.random() < 0.6:
                after = _with_crash(world, operation, random, state)
            else:
                run_with_fuse(world, operation, Fuse(None))
                after = visible_state(world)
            assert world.clock >= clock
            check_lists(world, after)
            state = after
            if random.random() < 0.3:
                settle_open_batches(world)
                assert world.orphans() == []
        settle_open_batches(world)
        assert visible_state(world) == state
        assert world.orphans() == []
        assert world.counters_agree()


def _deals(world: World, title: str, count: int) -> list[str]:
    nodes = world.run(
        Create(object=world.object("deal"), data=tuple({"title": title, "hot": True} for _ in range(count)))
    )
    return [node.item.id for node in nodes]


def _crash_at_each_call(world: World, operation: Write, check: Callable[[], None]) -> None:
    """Run an operation again and again, crashing at its third call, its fourth and so on until it gets to its end.
    ``check`` is called after each run.
    """
    for calls in count(2):
        fuse = Fuse(calls)
        with contextlib.suppress(Crash):
            run_with_fuse(world, operation, fuse)
        check()
        settle_open_batches(world)
        assert world.orphans() == []
        if fuse.left is not None and fuse.left >= 0:
            return


def test_text_that_changes_its_case_is_found_by_one_of_its_states(table: Table) -> None:
    """The index rows of both texts have the same key: a crashed update must not leave a value that no record has."""
    world = World(table, Settings(bulk_limit=60))
    ids = _deals(world, "ann", 40)

    def check() -> None:
        sizes = [len(world.find("deal", ("title", "eq", title)).nodes) for title in ("ann", "Ann")]
        totals = [world.find("deal", ("title", "eq", title)).total_count for title in ("ann", "Ann")]
        assert sizes == totals
        assert sorted(sizes) == [0, len(ids)]

    _crash_at_each_call(
        world,
        Update(object=world.object("deal"), data={"title": "Ann"}, filter=world.filter("deal", ("hot", "eq", True))),
        check,
    )
    assert world.find("deal", ("title", "eq", "Ann")).total_count == len(ids)


@pytest.mark.parametrize("back", [False, True])
def test_records_destroyed_while_a_dead_batch_was_moving_them_stay_so(table: Table, back: bool) -> None:
    world = World(table)
    deal = world.object("deal")
    for calls in range(2, 9):
        ids = _deals(world, "ann", 12)
        by_id = world.filter("deal", ("id", "in", ids))
        trashed = world.filter("deal", ("and", [("id", "in", ids), ("deletedAt", "is", "NOT_NULL")]))
        if back:
            world.run(Delete(object=deal, destroy=False, filter=by_id))
        moving = Restore(object=deal, filter=trashed) if back else Delete(object=deal, destroy=False, filter=by_id)
        with contextlib.suppress(Crash):
            run_with_fuse(world, moving, Fuse(calls))
        before = visible_state(world)["deal"]
        world.run(Delete(object=deal, destroy=True, id=ids[0]))
        # The two others change as well: one is moved to the other side, one gets a new title.
        if before[ids[1]]["deletedAt"] is None:
            world.run(Delete(object=deal, destroy=False, id=ids[1]))
        else:
            world.run(Restore(object=deal, id=ids[1]))
        world.run(Update(object=deal, data={"title": "Bob"}, id=ids[2]))
        after = visible_state(world)["deal"]
        assert before.keys() - after.keys() == {ids[0]}
        assert (before[ids[1]]["deletedAt"] is None) != (after[ids[1]]["deletedAt"] is None)
        assert after[ids[2]]["title"] == "Bob"
        settle_open_batches(world)
        assert visible_state(world)["deal"] == after
        assert world.orphans() == []
        assert world.counters_agree()
        for state in after:
            world.run(Delete(object=deal, destroy=True, id=state))


@pytest.mark.parametrize("size", [1, 20])
def test_an_id_is_taken_by_a_record_in_the_trash_and_not_by_what_a_dead_batch_left(table: Table, size: int) -> None:
    world = World(table)
    deal = world.object("deal")
    data = tuple({"id": f"00000000-0000-4000-8000-{i:012}", "title": "Ann", "stage": "NEW"} for i in range(size))
    for calls in (1, 2, 4, 9, 20):
        with contextlib.suppress(Crash):
            run_with_fuse(world, Create(object=deal, data=(*data, *({"title": "Bob"} for _ in range(20)))), Fuse(calls))
        if not visible_state(world)["deal"]:
            world.run(Create(object=deal, data=data))
        assert data[0]["id"] in visible_state(world)["deal"]
        world.run(Delete(object=deal, destroy=False, id=data[0]["id"]))
        before = visible_state(world)
        with pytest.raises(BadRequest, match="A duplicate entry was detected"):
            world.run(Create(object=deal, data=data))
        assert visible_state(world) == before
        for record_id in before["deal"]:
            world.run(Delete(object=deal, destroy=True, id=record_id))
        settle_open_batches(world)
        assert world.orphans() == []
        assert world.counters_agree()


def _with_crash(world: World, operation: Write, random: Random, before: State) -> State:
    """Run an operation that crashes at a random call; returns what readers see then. Asserts that this is the state
    before, or one that a whole run could have left.
    """
    try:
        run_with_fuse(world, operation, Fuse(random.randrange(12)))
    except Crash:
        after = visible_state(world)
        if not _is_whole(operation, before, after):
            raise AssertionError(f"half of {type(operation).__name__} is visible") from None
        return after
    return visible_state(world)


def _is_whole(operation: Write, before: State, after: State) -> bool:
    """Whether the operation is visible as a whole or not at all."""
    if after == before:
        return True
    name = operation.object.name_singular
    changed = {i for i in before[name].keys() | after[name].keys() if before[name].get(i) != after[name].get(i)}
    match operation:
        case Create(data=data, upsert=False):
            return len(changed) == len(data) and not changed & before[name].keys()
        case Create(data=data):
            return {body["id"] for body in data} == changed
        case Update(id=str()) | Delete(id=str()):
            return len(changed) == 1
        case _:
            return len(changed) == len(_targets(operation, before))


def _targets(operation: Any, before: State) -> set[str]:
    """The records that a bulk operation of ``some_write`` names."""
    wanted = copy.copy(operation.filter.items[0].operand)
    return {i for i in wanted if i in before[operation.object.name_singular]}
