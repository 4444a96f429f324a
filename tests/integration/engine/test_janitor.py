"""The janitor finishes what writers left, however often it is called."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.catalog.jobs import find_job, list_jobs
from icosa.engine.executor import execute
from icosa.engine.janitor import tidy
from icosa.engine.write.commit import MAX_COMMIT
from icosa.query import operation
from icosa.query.operation import Create, Update
from icosa.store.ops import DeleteItem
from icosa.store.places import home
from icosa.store.table import Table

from .crashes import Crash, CrashingTable, Fuse
from .sample_model import WORKSPACE
from .world import World, run_jobs

_DEALS = 2 * MAX_COMMIT


@pytest.fixture
def world(table: Table) -> World:
    """A firm with more deals than one commit can change, a third of them in the trash."""
    world = World(table)
    [firm] = world.run(Create(object=world.object("firm"), data=({"name": "Acme"},)))
    world.firm = firm.item.id  # type: ignore[attr-defined]
    deal = world.object("deal")
    for _ in range(_DEALS // 60):
        world.run(Create(object=deal, data=tuple({"title": "t", "firmId": world.firm} for _ in range(60))))  # type: ignore[attr-defined]
    nodes = world.find("deal", limit=_DEALS).nodes
    for start in range(0, _DEALS // 3, 30):
        some = [node.item.id for node in nodes[start : start + 30]]
        world.run(operation.Delete(object=deal, destroy=False, filter=world.filter("deal", ("id", "in", some))))
    return world


def references(world: World) -> int:
    """How many deals, live or trashed, point at a firm."""
    pages = [world.find("deal", condition, limit=_DEALS) for condition in (None, ("deletedAt", "is", "NOT_NULL"))]
    return sum(world.record("deal", node)["firmId"] is not None for page in pages for node in page.nodes)


def destroy(world: World, fuse: Fuse) -> None:
    """Destroy the firm, crashing when the fuse blows."""
    table = CrashingTable(world.table.name, world.table._client, fuse=fuse)
    execute(world.request(table), operation.Delete(object=world.object("firm"), destroy=True, id=world.firm))  # type: ignore[attr-defined]


def tidy_up(world: World, image: dict[str, Any]) -> None:
    """Report a removed item to the janitor."""
    tidy(world.table, lambda _: world.model, image, now="2026-01-02T00:00:00.000Z", settings=world.settings)


def test_many_references_are_cleared_by_the_request(world: World) -> None:
    assert references(world) == _DEALS
    destroy(world, Fuse(None))
    assert references(world) == 0
    assert world.orphans() == []


def test_references_left_by_a_dead_request_are_cleared(world: World) -> None:
    image = world.table.get(home(WORKSPACE, world.object("firm"), world.firm))  # type: ignore[attr-defined]
    assert image is not None
    calls = 2
    while world.table.get((image["PK"], image["SK"])) is not None:
        with pytest.raises(Crash):
            destroy(world, Fuse(calls))
        assert references(world) in (_DEALS, 0) or world.table.get((image["PK"], image["SK"])) is None
        calls += 1
    assert 0 < references(world) <= _DEALS
    for batch in world.request().register.open:
        _expire_log(world, batch)
    tidy_up(world, image)
    assert references(world) > 0, "a job was written with the destruction, and does the rest"
    for _ in range(2):
        run_jobs(world)
        assert references(world) == 0
        assert world.orphans() == []


def test_references_that_nobody_has_treated_are_cleared_by_a_job(world: World) -> None:
    """More than one commit holds: as after a request of version 0.2 that died."""
    image = world.table.get(home(WORKSPACE, world.object("firm"), world.firm))  # type: ignore[attr-defined]
    assert image is not None
    world.table.transact([DeleteItem((image["PK"], image["SK"]))])
    tidy_up(world, image)
    tidy_up(world, image)
    [job] = list_jobs(world.table, WORKSPACE)
    run_jobs(world)
    assert references(world) == 0
    done = find_job(world.table, WORKSPACE, job.id)
    assert done is not None
    assert (done.state, done.done, done.total) == ("DONE", _DEALS, _DEALS)


def test_an_expired_log_names_what_a_dead_batch_left(world: World) -> None:
    deal = world.object("deal")
    data = tuple({"title": f"new {i}", "code": f"code {i}"} for i in range(30))
    with pytest.raises(Crash):
        execute(
            world.request(CrashingTable(world.table.name, world.table._client, fuse=Fuse(5))),
            Create(object=deal, data=data),
        )
    assert world.orphans() != []
    [batch] = world.request().register.open
    _expire_log(world, batch)
    assert world.orphans() == []
    assert not world.request().register.open
    # The unique values that the dead batch had claimed are free.
    world.run(Create(object=deal, data=({"code": "code 1"},)))


def test_events_about_what_is_not_gone_do_nothing(world: World) -> None:
    """A record that moved to the trash and back, an object that is gone, a workspace that is gone."""
    deal = world.object("deal")
    node = world.find("deal", limit=1).nodes[0]
    image = dict(world.table.get(node.item.key) or {})
    world.run(Update(object=deal, data={"title": "still here"}, id=node.item.id))
    tidy_up(world, image)
    tidy_up(world, {**image, "PK": f"{WORKSPACE}#R#o99"})
    tidy(world.table, lambda _: None, image, now="2026-01-02T00:00:00.000Z", settings=world.settings)
    assert world.find("deal", ("id", "eq", node.item.id)).total_count == 1
    assert world.orphans() == []


def _expire_log(world: World, batch: str) -> None:
    """Remove the parts of a batch's log as DynamoDB does when they expire, and report each as the stream does."""
    parts = world.table.query_all(f"{WORKSPACE}#B", prefix=f"log#{batch}#")
    for part in parts:
        world.table.transact([DeleteItem((part["PK"], part["SK"]))])
    for part in parts:
        tidy_up(world, part)
