"""Writers whose calls interleave in every way: the outcome is that of some serial order, even if a process dies."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icosa.engine.executor import execute
from icosa.errors import Conflict, IcosaError
from icosa.query.operation import Create, Delete, Restore, Update
from icosa.settings import Settings
from icosa.store.ops import PutItem
from icosa.store.table import Table, chunked
from tests.support.dynoxide import fresh_table
from tests.support.soak import examples

from . import random_data
from .crashes import Crash, Fuse
from .invariants import State, Write, check_lists, settle_open_batches, visible_state
from .scheduler import run_interleaved
from .world import World, all_rows

_DEALS = 14
_NOW = "2026-03-01T00:00:00.000Z"


def random_write(world: World, random: Random, deals: list[str], firms: list[str]) -> Write:
    """A random write of a single record or of many, by ids."""
    deal = world.object("deal")
    some = random.sample(deals, random.choice((1, 3, 12, 12)))
    by_id = world.filter("deal", ("id", "in", some))
    new = [f"00000000-0000-4000-8000-{random.randrange(4):012}" for _ in range(2)]
    values = random_data.deal(random, firms)
    body = {key: value for key, value in values.items() if random.random() < 0.5 and key != "code"}
    trashed = world.filter("deal", ("and", [("id", "in", some), ("deletedAt", "is", "NOT_NULL")]))
    choices: list[Callable[[], Write]] = [
        lambda: Update(object=deal, data=values, id=some[0]),
        lambda: Update(object=deal, data=body, filter=by_id),
        lambda: Update(object=deal, data={"title": random.choice(("ann", "Ann", "ANN"))}, filter=by_id),
        lambda: Delete(object=deal, destroy=False, id=some[0]),
        lambda: Delete(object=deal, destroy=False, filter=by_id),
        lambda: Delete(object=deal, destroy=True, id=some[0]),
        lambda: Delete(object=deal, destroy=True, filter=by_id),
        lambda: Restore(object=deal, id=some[0]),
        lambda: Restore(object=deal, filter=trashed),
        lambda: Create(
            object=deal,
            data=tuple(
                {"id": i, "position": 1, **random_data.deal(random, firms)} for i in dict.fromkeys([*some, *new])
            ),
            upsert=True,
        ),
        lambda: Create(object=deal, data=({"id": new[0], "position": 1, **random_data.deal(random, firms)},)),
    ]
    return random.choice(choices)()


def started(table: Table, random: Random) -> tuple[World, list[str], list[str]]:
    """A world with deals, some of them in the trash; the ids of deals and firms."""
    world = World(table, Settings(bulk_limit=60))
    firms = [
        node.item.id for node in world.run(Create(object=world.object("firm"), data=({"name": "a"}, {"name": "b"})))
    ]
    data = tuple(
        {**random_data.deal(random, firms), "title": random.choice(("ann", "Ann")), "code": f"c{i}"}
        for i in range(_DEALS)
    )
    deals = [node.item.id for node in world.run(Create(object=world.object("deal"), data=data))]
    trashed = world.filter("deal", ("id", "in", random.sample(deals, random.choice((1, 2, 12)))))
    world.run(Delete(object=world.object("deal"), destroy=False, filter=trashed))
    return world, deals, firms


@contextlib.contextmanager
def copy_of(endpoint: str, rows: Sequence[dict[str, object]]) -> Iterator[World]:
    with fresh_table(endpoint) as table:
        world = World(table, Settings(bulk_limit=60))
        for part in chunked([PutItem(row) for row in rows], 100):
            table.transact(part)
        yield world


def run(world: World, table: Table, write: Write) -> None:
    request = world.request(table)
    request.now = _NOW
    execute(request, write)


def serial(endpoint: str, rows: Sequence[dict[str, object]], writes: Sequence[Write]) -> tuple[State, list[str | None]]:
    """What readers see after the writes in this order, and the error of each."""
    errors: list[str | None] = []
    with copy_of(endpoint, rows) as world:
        for write in writes:
            try:
                run(world, world.table, write)
                errors.append(None)
            except IcosaError as error:
                errors.append(str(error))
        return visible_state(world), errors


@pytest.mark.slow
@given(seed=st.integers(0, 2**32))
@settings(max_examples=examples(5))
@pytest.mark.parametrize("crashes", [False, True])
def test_interleaved_writes_are_serial(dynamodb_endpoint: str, crashes: bool, seed: int) -> None:
    random = Random(seed)
    with fresh_table(dynamodb_endpoint) as table, patch("time.sleep"):
        world, deals, firms = started(table, random)
        rows = list(all_rows(table).values())
        writes = [random_write(world, random, deals, firms) for _ in range(random.choice((2, 2, 3)))]
        fuses = [Fuse(random.randrange(14) if crashes and number == 0 else None) for number in range(len(writes))]
        tasks = [lambda table, write=write: run(world, table, write) for write in writes]
        raised = run_interleaved(table, random, tasks, fuses)
        for error in raised:
            if error is not None and not isinstance(error, IcosaError | Crash):
                raise error
        after = visible_state(world)
        check_lists(world, after)
        settle_open_batches(world)
        assert world.orphans() == []
        assert world.counters_agree()
        assert visible_state(world) == after, "the janitor changes nothing that readers see"
        if _may_exchange(writes):
            _assert_each_record_is_possible(
                after, [serial(dynamodb_endpoint, rows, some)[0] for some in _choices(writes)]
            )
        else:
            outcomes = [_possible(dynamodb_endpoint, rows, writes, order, raised) for order in _orders(raised)]
            assert any(after == state for state in outcomes), (
                f"not serial: {[type(write).__name__ for write in writes]}, {raised}"
            )


def _may_exchange(writes: Sequence[Write]) -> bool:
    """Whether each write may miss records that match only because of another.

    A filter picks the records that match when it is read, as in PostgreSQL at its default isolation: of "delete all
    that are live" and "restore all that are deleted" side by side each may see what was there before the other.
    """
    moving = [write for write in writes if isinstance(write, Delete | Restore) and write.filter is not None]
    return len(writes) > 2 or {type(write) for write in moving} == {Delete, Restore}


def _choices(writes: Sequence[Write]) -> Iterator[tuple[Write, ...]]:
    """Every order of every choice of the writes."""
    for size in range(len(writes) + 1):
        yield from permutations(writes, size)


def _assert_each_record_is_possible(after: State, outcomes: Sequence[State]) -> None:
    """Assert that every record is as some outcome has it."""
    for obj, records in after.items():
        for record_id in {i for state in (after, *outcomes) for i in state[obj]}:
            possible = [state[obj].get(record_id) for state in outcomes]
            assert records.get(record_id) in possible, f"{obj} {record_id}: {records.get(record_id)}"


def _orders(raised: Sequence[BaseException | None]) -> Iterator[tuple[int, ...]]:
    """Orders of the writes that took place: not of those that gave up with Conflict; a write that crashed may have."""
    certain = [i for i, error in enumerate(raised) if not isinstance(error, Conflict | Crash)]
    maybe = [i for i, error in enumerate(raised) if isinstance(error, Crash)]
    yield from permutations(certain)
    if maybe:
        yield from permutations([*certain, *maybe])


def _possible(
    endpoint: str,
    rows: Sequence[dict[str, object]],
    writes: Sequence[Write],
    order: Sequence[int],
    raised: Sequence[BaseException | None],
) -> State | None:
    """The state after this serial order, None when a request would have answered otherwise than it did."""
    state, errors = serial(endpoint, rows, [writes[i] for i in order])
    for i, error in zip(order, errors, strict=True):
        if not isinstance(raised[i], Crash) and error != (None if raised[i] is None else str(raised[i])):
            return None
    return state
