"""Rows that are staged outside of transactions: whoever dies, cleans up, or is refused meanwhile, what remains follows
from the records.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from pydynox import pydynox_core as dynamo

from icosa.engine.executor import execute
from icosa.errors import BadRequest, Conflict
from icosa.query.operation import Create, Delete, Restore, Update
from icosa.store import register, staging
from icosa.store.meter import Meter
from icosa.store.table import Table
from tests.support import dynoxide

from .crashes import Crash, Fuse
from .interrupted import InterruptedTable, Interruption
from .invariants import Write, check_lists, run_with_fuse, settle_open_batches, visible_state
from .sample_model import WORKSPACE
from .world import World, all_rows

_DEALS = 12
#: Of a batch's calls every so many-th is where it dies.
_STEPS = {"create": 5, "update": 4, "restore": 9, "destroy": 9}


@pytest.fixture(scope="module")
def shared(dynamodb_endpoint: str) -> Iterator[Table]:
    with dynoxide.fresh_table(dynamodb_endpoint) as made:
        yield made


def started(table: Table, kind: str) -> World:
    """A world of twelve deals, which are in the trash if they are to be restored."""
    table.write_batch(deletes=list(all_rows(table)))
    world = World(table)
    world.run(_new_deals(world, "Ann"))
    if kind == "restore":
        world.run(batch(world, "delete"))
    return world


def _new_deals(world: World, title: str) -> Create:
    data = tuple({"title": title, "code": f"{title} {i}", "amount": i} for i in range(_DEALS))
    return Create(object=world.object("deal"), data=data)


def batch(world: World, kind: str) -> Write:
    """A batch that does something to all deals there are, or makes as many."""
    deal = world.object("deal")
    every = world.filter("deal", ("amount", "gte", 0))
    match kind:
        case "create":
            return _new_deals(world, "Bob")
        case "update":
            return Update(object=deal, data={"title": "Zoë", "stage": "WON"}, filter=every)
        case "update back":
            return Update(object=deal, data={"title": "Ann", "stage": None}, filter=every)
        case "update one back":
            return Update(object=deal, data={"title": "Ann", "stage": None}, id=_ids(world)[0])
        case "recode" | "recode back":
            code = "Ann" if kind == "recode back" else "new"
            data = tuple(
                {"id": each, "code": f"{code} {number}", "title": code, "stage": None if code == "Ann" else "WON"}
                for number, each in enumerate(_ids(world))
            )
            return Create(object=deal, data=data, upsert=True)
        case "small" | "capital":
            return Update(
                object=deal, data={"title": "bob" if kind == "small" else "BOB", "stage": "WON"}, filter=every
            )
        case "change of case":
            return Update(object=deal, data={"title": "ANN"}, filter=every)
        case "restore":
            return Restore(object=deal, filter=world.filter("deal", ("deletedAt", "is", "NOT_NULL")))
        case _:
            return Delete(object=deal, destroy=kind == "destroy", filter=every)


def _ids(world: World) -> list[str]:
    return [node.item.id for node in world.find("deal", order=[("amount", "AscNullsFirst")]).nodes]


def is_tidy(world: World) -> bool:
    return not world.orphans() and world.counters_agree() and not world.request().register.open


def run_interrupted(world: World, operation: Write, write: Callable[[World], object], at: int) -> int:
    """Run an operation with a write before call number ``at``; returns how many calls it made. Calls that happen side
    by side come in their order or in the opposite one.
    """

    def interrupt() -> None:
        write(world)

    interruption = Interruption(interrupt, [at])
    table = InterruptedTable(world.table.name, world.table._client, None, interruption, backward=at % 2 == 1)
    execute(world.request(table), operation)
    return interruption.calls


@pytest.mark.parametrize("kind", ["create", "update"])
def test_a_batch_that_is_settled_while_it_is_written_begins_again(shared: Table, kind: str) -> None:
    """As if its writer had been taken for dead: what it stages after that goes, and it does not commit."""
    for at in count(1, 7 if kind == "create" else 31):
        world = started(shared, kind)
        before = visible_state(world)["deal"]
        calls = run_interrupted(world, batch(world, kind), settle_open_batches, at)
        after = visible_state(world)
        changed = [i for i, record in after["deal"].items() if record != before.get(i)]
        assert len(changed) == _DEALS
        check_lists(world, after)
        assert is_tidy(world)
        if calls <= at:
            return


@pytest.mark.parametrize("kind", ["create", "update", "restore", "destroy"])
def test_a_batch_that_dies_between_its_calls_leaves_what_the_janitor_finds(shared: Table, kind: str) -> None:
    for calls in count(2, _STEPS[kind]):
        world = started(shared, kind)
        before = visible_state(world)["deal"]
        fuse = Fuse(calls)
        with contextlib.suppress(Crash):
            run_with_fuse(world, batch(world, kind), fuse)
        after = visible_state(world)
        changed = {i for i in after["deal"].keys() | before if after["deal"].get(i) != before.get(i)}
        assert len(changed) in (0, _DEALS), "half a batch is visible"
        check_lists(world, after)
        settle_open_batches(world)
        assert visible_state(world) == after
        assert is_tidy(world)
        if fuse.left is not None and fuse.left >= 0:
            return


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("update", "update"),
        ("update", "update back"),
        ("update", "update one back"),
        ("recode", "recode back"),
        ("small", "capital"),
        ("update", "change of case"),
        ("update", "delete"),
        ("update", "destroy"),
    ],
)
def test_two_batches_over_the_same_records(shared: Table, kind: str, other: str) -> None:
    """The second runs as a whole between two calls of the first, and may stage and remove the very same rows."""
    for at in count(3, 31):
        world = started(shared, kind)
        calls = run_interrupted(world, batch(world, kind), lambda world: world.run(batch(world, other)), at)
        state = visible_state(world)
        check_lists(world, state)
        assert is_tidy(world)
        if calls <= at:
            return


def test_a_row_with_another_text_is_not_overwritten(shared: Table) -> None:
    """A writer that has read records before they got a text stages rows with the same key for another text, and dies:
    the rows are those of the records.
    """
    for dies_at in range(6, 60, 18):
        world = started(shared, "small")
        calls = count()

        def interrupt(world: World = world, calls: Iterator[int] = calls, dies_at: int = dies_at) -> None:
            number = next(calls)
            if number == 4:
                world.run(batch(world, "capital"))
            elif number == dies_at:
                raise Crash

        table = InterruptedTable(shared.name, shared._client, None, Interruption(interrupt, None), backward=False)
        with contextlib.suppress(Crash):
            execute(world.request(table), batch(world, "small"))
        assert len(world.find("deal", ("title", "eq", "BOB")).nodes) == _DEALS
        settle_open_batches(world)
        assert is_tidy(world)


@pytest.mark.parametrize(("age", "is_open"), [(70, False), (400, True), (5 * 86_400, False)])
def test_an_entry_without_a_log_is_removed_unless_the_janitor_has_the_log(
    shared: Table, age: int, is_open: bool
) -> None:
    """Its writer died before the log was there; or the log has expired, and the janitor settles what it named."""
    world = started(shared, "create")
    began = int((time.time() - age) * 1000)
    assert shared.update(register.open_batch(WORKSPACE, "dead", [world.object("deal").key], began))
    for _ in range(2):
        world.find("deal")
    assert ("dead" in world.request().register.open) is is_open
    world.run(batch(world, "create"))
    assert len(visible_state(world)["deal"]) == 2 * _DEALS


class Refusing(Table):
    """DynamoDB writes only a part of each of some calls, and the client gives up on the rest."""

    def __init__(self, table: Table, refusals: list[str], meter: Meter | None = None) -> None:
        super().__init__(table.name, table._client, meter)
        self.refusals = refusals

    def metered(self, meter: Meter) -> Refusing:
        return Refusing(self, self.refusals, meter)

    def _call[T](self, name: str, send: Callable[[], T]) -> T:
        def refusing() -> T:
            answer = send()
            if name == "write_batch" and self.refusals:
                raise dynamo.PydynoxException(self.refusals.pop())
            return answer

        return super()._call(name, refusing)


def test_items_that_were_not_processed_are_sent_again(shared: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    world = started(shared, "create")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    refusals = ["Failed to build request: Failed to process 3 items after 5 retries"] * 4
    execute(world.request(Refusing(shared, refusals)), batch(world, "create"))
    assert refusals == []
    assert world.meter.throttles == 4
    assert len(visible_state(world)["deal"]) == 2 * _DEALS
    assert is_tidy(world)


@pytest.mark.parametrize("kind", ["create", "update"])
def test_a_writer_that_is_late_stages_nothing(shared: Table, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = started(shared, kind)
    before = visible_state(world)
    monkeypatch.setattr(staging, "STAGING_SECONDS", -1.0)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(Conflict):
        world.run(batch(world, kind))
    assert visible_state(world) == before
    assert is_tidy(world)


def test_a_batch_that_is_refused_takes_back_its_rows_for_a_unit_each(shared: Table) -> None:
    world = started(shared, "create")
    before = visible_state(world)
    [*data] = _new_deals(world, "Bob").data
    world.run(Create(object=world.object("deal"), data=tuple(data)))
    written = world.meter.write_units
    world.run(Delete(object=world.object("deal"), destroy=True, filter=world.filter("deal", ("title", "eq", "Bob"))))
    data[-1] = {**data[-1], "code": "Ann 3"}
    with pytest.raises(BadRequest, match="Ann 3"):
        world.run(Create(object=world.object("deal"), data=tuple(data)))
    assert world.meter.write_units < 2 * written
    assert visible_state(world) == before
    assert is_tidy(world)
