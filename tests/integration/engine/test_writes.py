"""Random writes whose process dies between any two calls: a write shows as a whole or not at all, and nothing is left
over.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from icosa.engine.executor import execute
from icosa.errors import BadRequest, IcosaError
from icosa.query.operation import Create, Delete, Restore, Update
from icosa.settings import Settings, Tuning
from icosa.store import keys
from icosa.store.register import Register
from icosa.store.settle import settle_abandoned
from icosa.store.table import Table

from . import generate
from .faults import Crash, Fuse, MortalTable
from .objects import WORKSPACE
from .worlds import World

_WRITES = 14
State = dict[str, dict[str, dict[str, Any]]]
Write = Create | Update | Delete | Restore


def shown(world: World) -> State:
    """All records of all objects as reads show them, live and trashed; every list agrees with its total."""
    found: State = {}
    for name in ("firm", "deal", "line"):
        found[name] = {}
        for condition in (None, ("deletedAt", "is", "NOT_NULL")):
            page = world.find(name, condition, limit=200)
            assert page.total_count == len(page.nodes)
            for node in page.nodes:
                assert node.item.id not in found[name], "a record shows twice"
                found[name][node.item.id] = world.record(name, node)
    for name, column, target in (("deal", "firmId", "firm"), ("line", "dealId", "deal")):
        for record in found[name].values():
            assert record[column] is None or record[column] in found[target], "a reference to nothing"
    return found


def lists_agree(world: World, state: State) -> None:
    """Filters and orders through indexes show the same records as the default list."""
    live = {i: r for i, r in state["deal"].items() if r["deletedAt"] is None}
    for path, value in (("stage", "NEW"), ("hot", True), ("title", "Ann")):
        found = world.find("deal", (path, "eq", value), limit=200)
        expected = sorted(i for i, r in live.items() if r[path] == value)
        assert [node.item.id for node in found.nodes] == expected
        assert found.total_count == len(expected)
    ordered = world.find("deal", None, [("amount", "DescNullsLast")], limit=200)
    assert sorted(node.item.id for node in ordered.nodes) == sorted(live)
    for firm in state["firm"]:
        found = world.find("deal", ("firmId", "eq", firm), limit=200)
        assert sorted(node.item.id for node in found.nodes) == sorted(
            i for i, r in live.items() if r["firm" + "Id"] == firm
        )


def some_write(world: World, random: Random, state: State) -> Write:
    """A random operation on the records as they are."""
    deal, firm, line = (world.object(name) for name in ("deal", "firm", "line"))
    deals, firms = sorted(state["deal"]), sorted(state["firm"])
    choices: list[Callable[[], Write]] = [
        lambda: Create(object=firm, data=tuple({"name": generate.text(random)} for _ in range(random.choice((1, 3))))),
        lambda: Create(
            object=deal, data=tuple(generate.deal(random, firms) for _ in range(random.choice((1, 1, 7, 20))))
        ),
    ]
    if deals:
        some = random.sample(deals, min(len(deals), random.choice((1, 2, 12))))
        by_id = world.filter("deal", ("and", [("id", "in", some), _EVERYTHING]))
        body = {
            key: value for key, value in generate.deal(random, firms).items() if random.random() < 0.5 and key != "code"
        }
        choices += [
            lambda: Update(object=deal, data=generate.deal(random, firms), id=some[0]),
            lambda: Update(object=deal, data=body, filter=by_id),
            lambda: Delete(object=deal, destroy=False, filter=by_id),
            lambda: Delete(object=deal, destroy=True, filter=by_id),
            lambda: Restore(object=deal, filter=by_id),
            lambda: Create(
                object=deal, data=tuple({"id": i, **generate.deal(random, firms)} for i in some), upsert=True
            ),
            lambda: Create(object=line, data=tuple({"name": "l", "dealId": random.choice(deals)} for _ in range(4))),
        ]
    if firms:
        choices.append(lambda: Delete(object=firm, destroy=random.random() < 0.5, id=random.choice(firms)))
    return random.choice(choices)()


_EVERYTHING = ("or", [("deletedAt", "is", "NULL"), ("deletedAt", "is", "NOT_NULL")])


def attempt(world: World, operation: Write, fuse: Fuse) -> None:
    """Run an operation through a table that dies when the fuse blows. Errors that a client would see are fine."""
    request = world.request(MortalTable(world.table.name, world.table._client, fuse=fuse))
    with contextlib.suppress(IcosaError):
        execute(request, operation)


def janitor(world: World) -> None:
    """What the expiry of the batch logs brings about."""
    register = Register.parse(world.table.get(keys.open_batches(WORKSPACE)))
    for one in register.open:
        settle_abandoned(world.table, world.model, register, one)
    left = Register.parse(world.table.get(keys.open_batches(WORKSPACE)))
    assert not left.open


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_crash_shows_all_or_nothing(dynamodb_endpoint: str, seed: int) -> None:
    from tests.support.dynoxide import fresh_table

    random = Random(seed)
    with fresh_table(dynamodb_endpoint) as table:
        world = World(table, Settings(bulk_limit=60, tuning=Tuning(walk_records=50)))
        state = shown(world)
        for _ in range(_WRITES):
            operation = some_write(world, random, state)
            clock = world.clock
            if random.random() < 0.6:
                after = _with_crash(world, operation, random, state)
            else:
                attempt(world, operation, Fuse(None))
                after = shown(world)
            assert world.clock >= clock
            lists_agree(world, after)
            state = after
            if random.random() < 0.3:
                janitor(world)
                assert world.orphans() == []
        janitor(world)
        assert shown(world) == state
        assert world.orphans() == []
        assert world.counters_agree()


def _deals(world: World, title: str, count: int) -> list[str]:
    nodes = world.run(
        Create(object=world.object("deal"), data=tuple({"title": title, "hot": True} for _ in range(count)))
    )
    return [node.item.id for node in nodes]


def _die_at_each_call(world: World, operation: Write, check: Callable[[], None]) -> None:
    """Run an operation until it has no more calls at which it could die; ``check`` after every death and
    after the end.
    """
    for calls in count(2):
        fuse = Fuse(calls)
        with contextlib.suppress(Crash):
            attempt(world, operation, fuse)
        check()
        janitor(world)
        assert world.orphans() == []
        if fuse.left is not None and fuse.left >= 0:
            return


def test_text_that_changes_its_case_is_found_by_one_of_its_states(table: Table) -> None:
    """Their index rows have the same keys: a dead update must not make them say something that no record does."""
    world = World(table, Settings(bulk_limit=60))
    ids = _deals(world, "ann", 40)

    def check() -> None:
        found = [len(world.find("deal", ("title", "eq", title)).nodes) for title in ("ann", "Ann")]
        totals = [world.find("deal", ("title", "eq", title)).total_count for title in ("ann", "Ann")]
        assert found == totals
        assert sorted(found) == [0, len(ids)]

    _die_at_each_call(
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
            attempt(world, moving, Fuse(calls))
        before = shown(world)["deal"]
        world.run(Delete(object=deal, destroy=True, id=ids[0]))
        # Of the others one is moved by itself, one changed.
        if before[ids[1]]["deletedAt"] is None:
            world.run(Delete(object=deal, destroy=False, id=ids[1]))
        else:
            world.run(Restore(object=deal, id=ids[1]))
        world.run(Update(object=deal, data={"title": "Bob"}, id=ids[2]))
        after = shown(world)["deal"]
        assert before.keys() - after.keys() == {ids[0]}
        assert (before[ids[1]]["deletedAt"] is None) != (after[ids[1]]["deletedAt"] is None)
        assert after[ids[2]]["title"] == "Bob"
        janitor(world)
        assert shown(world)["deal"] == after
        assert world.orphans() == []
        assert world.counters_agree()
        for state in after:
            world.run(Delete(object=deal, destroy=True, id=state))


@pytest.mark.parametrize("size", [1, 20])
def test_an_id_is_taken_by_a_record_in_the_trash_and_not_by_what_a_dead_batch_left(table: Table, size: int) -> None:
    world = World(table)
    deal = world.object("deal")
    data = tuple({"id": f"00000000-0000-4000-8000-{i:012}", "title": "Ann", "stage": "NEW"} for i in range(size))
    for calls in range(1, 6):
        with contextlib.suppress(Crash):
            attempt(world, Create(object=deal, data=(*data, *({"title": "Bob"} for _ in range(20)))), Fuse(calls))
        if not shown(world)["deal"]:
            world.run(Create(object=deal, data=data))
        assert data[0]["id"] in shown(world)["deal"]
        world.run(Delete(object=deal, destroy=False, id=data[0]["id"]))
        before = shown(world)
        with pytest.raises(BadRequest, match="A duplicate entry was detected"):
            world.run(Create(object=deal, data=data))
        assert shown(world) == before
        for record_id in before["deal"]:
            world.run(Delete(object=deal, destroy=True, id=record_id))
        janitor(world)
        assert world.orphans() == []
        assert world.counters_agree()


def _with_crash(world: World, operation: Write, random: Random, before: State) -> State:
    """Die at a random call. What shows then is the state before, or one that a whole run could have left."""
    try:
        attempt(world, operation, Fuse(random.randrange(12)))
    except Crash:
        after = shown(world)
        if not _is_whole(operation, before, after):
            raise AssertionError(f"half of {type(operation).__name__} shows") from None
        return after
    return shown(world)


def _is_whole(operation: Write, before: State, after: State) -> bool:
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
