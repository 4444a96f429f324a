"""What a request leaves to a job: readers see the record gone at once, and the rest follows, whoever dies and when."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import pytest

from icosa.catalog.jobs import all_jobs, list_jobs
from icosa.engine.write import cascade, commit, dependents, follow_up, merge, trash
from icosa.errors import BadRequest, IcosaError
from icosa.query.operation import Create, Delete, Merge, Restore, Update
from icosa.store.table import Table

from .crashes import Crash, CrashingTable, Fuse
from .invariants import run_with_fuse, settle_open_batches, visible_state
from .sample_model import WORKSPACE
from .sample_model import model as sample_model
from .world import World, run_jobs

_CHILDREN = 7
Work = Delete | Restore | Merge
Case = tuple[World, Work, Callable[[], None]]


@pytest.fixture(autouse=True)
def small() -> Iterator[None]:
    """Commits of a few records, so that a few dependents take several."""
    with ExitStack() as patches:
        for module in (cascade, trash, merge):
            patches.enter_context(patch.object(module, "MAX_COMMIT", 3))
        patches.enter_context(patch.object(commit, "MAX_COMMIT", 12))
        patches.enter_context(patch.object(follow_up, "PART_RECORDS", 2))
        patches.enter_context(patch.object(follow_up, "REQUEST_RECORDS", 0))
        patches.enter_context(patch.object(cascade, "REQUEST_RECORDS", 0))
        patches.enter_context(patch("time.sleep"))
        yield


def _made(world: World, name: str, *data: dict[str, Any]) -> list[str]:
    return [node.item.id for node in world.run(Create(object=world.object(name), data=data))]


def _total(world: World, name: str, condition: object = None) -> int:
    return world.find(name, condition, limit=1).total_count or 0


def _cleared(table: Table) -> Case:
    world = World(table)
    [firm] = _made(world, "firm", {"name": "Acme"})
    _made(world, "deal", *({"firmId": firm},) * _CHILDREN)

    def check() -> None:
        assert (_total(world, "firm"), _total(world, "deal")) == (0, _CHILDREN)
        assert _total(world, "deal", ("firmId", "is", "NULL")) == _CHILDREN

    return world, Delete(object=world.object("firm"), destroy=True, id=firm), check


def _cascaded(table: Table) -> Case:
    world = World(table, model=sample_model(firm_on_delete="CASCADE", deal_on_delete="CASCADE"))
    [firm] = _made(world, "firm", {"name": "Acme"})
    deals = _made(world, "deal", *({"firmId": firm},) * 4)
    _made(world, "line", *({"dealId": deals[0]},) * 4, {"dealId": deals[3]})

    def check() -> None:
        assert [_total(world, name) for name in ("firm", "deal", "line")] == [0, 0, 0]

    return world, Delete(object=world.object("firm"), destroy=True, id=firm), check


def _trashed(table: Table) -> Case:
    world = World(table, model=sample_model(lines_follow=True))
    deals = _made(world, "deal", {"title": "a"}, {"title": "b"})
    _made(world, "line", *({"dealId": deals[0]},) * 4, *({"dealId": deals[1]},) * 3)

    def check() -> None:
        assert (_total(world, "deal"), _total(world, "line")) == (0, 0)
        moments = [
            world.record(name, node)["deletedAt"]
            for name in ("deal", "line")
            for node in world.find(name, ("deletedAt", "is", "NOT_NULL")).nodes
        ]
        assert len(moments) == 2 + _CHILDREN
        assert len(set(moments)) == 1, "they went together, and come back together"

    return (
        world,
        Delete(object=world.object("deal"), destroy=False, filter=world.filter("deal", ("id", "in", deals))),
        check,
    )


def _restored(table: Table) -> Case:
    world, delete, _ = _trashed(table)
    [alone] = _made(world, "line", {"name": "alone"})
    world.run(Delete(object=world.object("line"), destroy=False, id=alone))
    world.run(delete)
    run_jobs(world)

    def check() -> None:
        assert (_total(world, "deal"), _total(world, "line")) == (2, _CHILDREN)

    assert isinstance(delete, Delete)
    trashed = world.filter("deal", ("deletedAt", "is", "NOT_NULL"))
    return world, Restore(object=world.object("deal"), filter=trashed), check


def _merged(table: Table) -> Case:
    world = World(table)
    deals = _made(world, "deal", {"title": "a"}, {"title": "b"}, {"title": "c"})
    _made(world, "line", *({"dealId": deals[1]},) * 4, *({"dealId": deals[2]},) * 3)

    def check() -> None:
        assert _total(world, "deal") == 1
        assert _total(world, "line", ("dealId", "eq", deals[0])) == _CHILDREN

    return world, Merge(object=world.object("deal"), ids=tuple(deals), priority_index=0), check


_CASES = (_cleared, _cascaded, _trashed, _restored, _merged)


@pytest.mark.parametrize("case", _CASES)
def test_a_job_does_the_rest_and_is_seen(table: Table, case: Callable[[Table], Case]) -> None:
    world, operation, check = case(table)
    world.run(operation)
    [named] = world.meter.jobs
    [job] = list_jobs(world.table, WORKSPACE)
    assert (job.id, job.state, job.done) == (named, "WAITING", 0)
    visible = visible_state if not isinstance(operation, Delete) or not operation.destroy else (lambda _: None)
    visible(world)
    run_jobs(world)
    check()
    done = [each for each in all_jobs(world.table, WORKSPACE) if each.id == named]
    assert [(each.state, each.done) for each in done] == [("DONE", done[0].total)]
    assert done[0].total
    assert world.orphans() == []
    assert world.counters_agree()


@pytest.mark.parametrize("calls", (4, 7))
@pytest.mark.parametrize("case", _CASES)
def test_crashes_lose_nothing(table: Table, case: Callable[[Table], Case], calls: int) -> None:
    """The request dies at each of its calls until it has happened, and then the job, after every few calls."""
    world, operation, check = case(table)
    fuse = 2
    while not list_jobs(world.table, WORKSPACE):
        with contextlib.suppress(Crash):
            run_with_fuse(world, operation, Fuse(fuse))  # type: ignore[arg-type]
        settle_open_batches(world)
        fuse += 3
    while list_jobs(world.table, WORKSPACE):
        with contextlib.suppress(Crash, IcosaError):
            run_jobs(world, CrashingTable(world.table.name, world.table._client, fuse=Fuse(calls + fuse)))
        settle_open_batches(world)
        fuse += 1
    check()
    visible_state(world)
    assert world.orphans() == []
    assert world.counters_agree()


def test_what_comes_back_before_its_followers_have_gone(table: Table) -> None:
    """And goes again: all of them are where the record is."""
    world, delete, _ = _trashed(table)
    world.run(delete)
    in_trash = world.filter("deal", ("deletedAt", "is", "NOT_NULL"))
    world.run(Restore(object=world.object("deal"), filter=in_trash))
    run_jobs(world)
    assert (_total(world, "deal"), _total(world, "line")) == (2, _CHILDREN)
    world.run(delete)
    run_jobs(world)
    world.run(Restore(object=world.object("deal"), filter=in_trash))
    world.run(delete)
    run_jobs(world)
    assert (_total(world, "deal"), _total(world, "line")) == (0, 0)
    world.run(Restore(object=world.object("deal"), filter=in_trash))
    run_jobs(world)
    assert (_total(world, "deal"), _total(world, "line")) == (2, _CHILDREN)
    assert world.orphans() == []


def test_a_survivor_that_is_destroyed_meanwhile(table: Table) -> None:
    world, operation, _ = _merged(table)
    assert isinstance(operation, Merge)
    world.run(operation)
    world.run(Delete(object=world.object("deal"), destroy=True, id=operation.ids[0]))
    run_jobs(world)
    visible_state(world)
    assert _total(world, "line") == _CHILDREN
    assert world.orphans() == []


def test_two_workers_do_a_job_once(table: Table) -> None:
    """A message may be delivered twice: who is late sees that the job has moved on."""
    world, operation, check = _cleared(table)
    world.run(operation)
    [job] = list_jobs(world.table, WORKSPACE)
    first = follow_up.advance(world.request(), job)
    again = follow_up.advance(world.request(), job)
    assert first is not None and again is not None
    assert (first.moves, again.moves) == (1, 2)
    run_jobs(world)
    check()


class TestForbidding:
    @pytest.fixture(autouse=True)
    def few(self) -> Iterator[None]:
        with patch.object(dependents, "MAX_EDGES", 3), patch.object(cascade, "MAX_CHECKED", 10):
            yield

    @pytest.mark.parametrize(("children", "lines"), ((8, ()), (3, (2,))))
    def test_a_reference_that_forbids_refuses_before_anything_is_written(
        self, table: Table, children: int, lines: Sequence[int]
    ) -> None:
        """It may be the last of many, and it may point at what would go with the record."""
        world = World(
            table, model=sample_model(firm_on_delete="CASCADE" if lines else "RESTRICT", deal_on_delete="RESTRICT")
        )
        [firm] = _made(world, "firm", {"name": "Acme"})
        deals = _made(world, "deal", *({"firmId": firm},) * children)
        if lines:
            _made(world, "line", *({"dealId": deals[i]} for i in lines))
        with pytest.raises(BadRequest, match="still referenced"):
            world.run(Delete(object=world.object("firm"), destroy=True, id=firm))
        assert (_total(world, "firm"), _total(world, "deal")) == (1, children)
        assert list_jobs(world.table, WORKSPACE) == []

    def test_too_many_that_might_forbid_are_refused_with_the_limit(self, table: Table) -> None:
        world = World(table, model=sample_model(firm_on_delete="CASCADE", deal_on_delete="RESTRICT"))
        [firm] = _made(world, "firm", {"name": "Acme"})
        _made(world, "deal", *({"firmId": firm},) * 11)
        with pytest.raises(BadRequest, match="more than 10 others"):
            world.run(Delete(object=world.object("firm"), destroy=True, id=firm))
        assert _total(world, "deal") == 11

    def test_a_request_reads_the_first_edges_only(self, table: Table) -> None:
        world, operation, check = _cleared(table)
        world.run(operation)
        [job] = list_jobs(world.table, WORKSPACE)
        assert job.total is None
        run_jobs(world)
        check()
        [done] = all_jobs(world.table, WORKSPACE)
        assert (done.done, done.total) == (_CHILDREN, _CHILDREN)


def test_a_small_job_is_done_by_its_request(table: Table) -> None:
    world, operation, check = _cleared(table)
    with patch.object(follow_up, "REQUEST_RECORDS", 100), patch.object(cascade, "REQUEST_RECORDS", 100):
        world.run(operation)
    assert world.meter.jobs == []
    assert all_jobs(world.table, WORKSPACE) == []
    check()
    [firm] = _made(world, "firm", {"name": "Acme"})
    world.run(Update(object=world.object("firm"), data={"name": "b"}, id=firm))
