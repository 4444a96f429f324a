"""Records are destroyed while others begin to point at them: once both requests have answered nothing points at what is
gone, without the janitor.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icosa.engine.executor import execute
from icosa.errors import BadRequest, IcosaError
from icosa.model.types.base import OnDelete
from icosa.query.operation import Create, Delete, Merge, Operation, Restore, Update
from icosa.settings import Settings
from icosa.store.table import Table
from tests.support.dynoxide import fresh_table
from tests.support.soak import examples

from .crashes import Crash, CrashingTable, Fuse
from .invariants import check_lists, settle_open_batches, visible_state
from .sample_model import model
from .scheduler import run_interleaved
from .world import World

_CLIENT_ID = "00000000-0000-4000-8000-000000000001"


class Scene:
    """Two firms, deals and lines of theirs, live and in the trash; a deal and its firm are to be destroyed."""

    def __init__(self, world: World) -> None:
        self.world = world
        firm, deal, line = (world.object(name) for name in ("firm", "deal", "line"))
        self.firms = self._create(Create(object=firm, data=({"name": "a"}, {"name": "b"})))
        data = tuple({"title": f"t{i}", "code": f"c{i}"} for i in range(14))
        self.deals = self._create(Create(object=deal, data=data))
        self.lines = self._create(Create(object=line, data=tuple({"name": f"l{i}"} for i in range(3))))
        #: In the trash, and already pointing at the firm and the deal to be destroyed.
        self.trashed_deal, self.trashed_line = self.deals[-1], self.lines[-1]

    def _create(self, operation: Create) -> list[str]:
        return [node.item.id for node in self.world.run(operation)]

    def point_from_the_trash(self) -> None:
        deal, line = self.world.object("deal"), self.world.object("line")
        self.world.run(Update(object=deal, data={"firmId": self.firms[0]}, id=self.trashed_deal))
        self.world.run(Update(object=line, data={"dealId": self.deals[0]}, id=self.trashed_line))
        self.world.run(Delete(object=deal, destroy=False, id=self.trashed_deal))
        self.world.run(Delete(object=line, destroy=False, id=self.trashed_line))

    def destroy(self, name: str, *, by_filter: bool) -> Delete:
        obj, target = self.world.object(name), (self.firms if name == "firm" else self.deals)[0]
        condition = self.world.filter(name, ("id", "in", [target]))
        return Delete(object=obj, destroy=True, **({"filter": condition} if by_filter else {"id": target}))

    def references(self, name: str) -> list[Callable[[], Operation]]:
        """Writes that make something point at the record to be destroyed."""
        return self._references_to_firm() if name == "firm" else self._references_to_deal()

    def _references_to_firm(self) -> list[Callable[[], Operation]]:
        deal, line, firm = self.world.object("deal"), self.world.object("line"), self.firms[0]
        many = self.world.filter("deal", ("id", "in", self.deals[1:13]))
        in_trash = self.world.filter("deal", ("deletedAt", "is", "NOT_NULL"))
        body = {"title": "new", "firmId": firm}
        return [
            lambda: Create(object=deal, data=(body,)),
            lambda: Create(object=deal, data=(body,) * 12),
            lambda: Create(object=deal, data=({**body, "id": _CLIENT_ID, "position": 1},)),
            lambda: Create(object=deal, data=({**body, "code": "c1"},), upsert=True),
            lambda: Create(object=deal, data=tuple({**body, "code": f"c{i}"} for i in range(1, 13)), upsert=True),
            lambda: Create(object=deal, data=({"firm": {"connect": {"where": {"id": firm}}}},)),
            lambda: Create(object=line, data=({"name": "l", "deal": {"create": body}},)),
            lambda: Update(object=deal, data={"firmId": firm}, id=self.deals[1]),
            lambda: Update(object=deal, data={"firm": {"connect": {"where": {"id": firm}}}}, id=self.deals[1]),
            lambda: Update(object=deal, data={"firmId": firm}, filter=many),
            lambda: Update(object=line, data={"deal": {"create": body}}, id=self.lines[0]),
            lambda: Restore(object=deal, id=self.trashed_deal),
            lambda: Restore(object=deal, filter=in_trash),
            lambda: Merge(object=deal, ids=(self.deals[1], self.trashed_deal), priority_index=0),
        ]

    def _references_to_deal(self) -> list[Callable[[], Operation]]:
        deal, line, target = self.world.object("deal"), self.world.object("line"), self.deals[0]
        many = self.world.filter("line", ("name", "startsWith", "l"))
        body = {"name": "new", "dealId": target}
        return [
            lambda: Create(object=line, data=(body,)),
            lambda: Create(object=line, data=(body,) * 14),
            lambda: Create(object=line, data=tuple({"name": "x", "dealId": i} for i in self.deals[:13])),
            lambda: Create(object=line, data=({"name": "l", "deal": {"connect": {"where": {"code": "c0"}}}},)),
            lambda: Update(object=line, data={"dealId": target}, id=self.lines[0]),
            lambda: Update(object=line, data={"dealId": target}, filter=many),
            lambda: Restore(object=line, id=self.trashed_line),
            lambda: Merge(object=deal, ids=(target, self.deals[1]), priority_index=0),
        ]


def run(world: World, table: Table, operation: Operation) -> None:
    execute(world.request(table), operation)


@pytest.mark.slow
@given(seed=st.integers(0, 2**32))
@settings(max_examples=examples(4))
@pytest.mark.parametrize("name", ["firm", "deal"])
@pytest.mark.parametrize("on_delete", ["SET_NULL", "CASCADE", "RESTRICT", "NO_ACTION"])
def test_nothing_points_at_what_is_gone(dynamodb_endpoint: str, name: str, on_delete: OnDelete, seed: int) -> None:
    random = Random(seed)
    crashes, few_checks = random.random() < 0.3, random.random() < 0.5
    with contextlib.ExitStack() as stack:
        table = stack.enter_context(fresh_table(dynamodb_endpoint))
        stack.enter_context(patch("time.sleep"))
        world = World(table, Settings(bulk_limit=60), model(firm_on_delete=on_delete, deal_on_delete=on_delete))
        scene = Scene(world)
        if random.random() < 0.7:
            scene.point_from_the_trash()
        if few_checks:
            # A commit has little room beside its records: most foreign keys are read before it instead.
            stack.enter_context(patch("icosa.store.batch.MAX_TRANSACTION", 20))
        count = random.choice((1, 1, 2))
        writes = [scene.destroy(name, by_filter=random.random() < 0.3)]
        writes += [random.choice(scene.references(name))() for _ in range(count)]  # type: ignore[misc]
        # The destroyer lives: what one leaves that died, the janitor finishes.
        fuses = [Fuse(random.randrange(14) if crashes and number == 1 else None) for number in range(len(writes))]
        tasks = [lambda table, write=write: run(world, table, write) for write in writes]
        raised = run_interleaved(table, random, tasks, fuses)
        for error in raised:
            if error is not None and not isinstance(error, IcosaError | Crash):
                raise error
        after = visible_state(world)
        check_lists(world, after)
        settle_open_batches(world)
        assert visible_state(world) == after
        assert world.orphans() == []
        assert world.counters_agree()


@pytest.mark.slow
@given(seed=st.integers(0, 2**32))
@settings(max_examples=examples(5))
@pytest.mark.parametrize("on_delete", ["RESTRICT", "NO_ACTION"])
def test_a_reference_that_forbids_and_a_destruction_exclude_each_other(
    dynamodb_endpoint: str, on_delete: OnDelete, seed: int
) -> None:
    random = Random(seed)
    with fresh_table(dynamodb_endpoint) as table, patch("time.sleep"):
        world = World(table, Settings(bulk_limit=60), model(firm_on_delete=on_delete, deal_on_delete=on_delete))
        scene = Scene(world)
        name = random.choice(("firm", "deal"))
        writes = [scene.destroy(name, by_filter=random.random() < 0.3), random.choice(scene.references(name)[:5])()]
        tasks = [lambda table, write=write: run(world, table, write) for write in writes]
        destroyed, refused = run_interleaved(table, random, tasks, [Fuse(None), Fuse(None)])
        assert (destroyed is None) != (refused is None), f"{destroyed!r} {refused!r}"
        visible_state(world)
        assert world.orphans() == []


def test_what_follows_to_the_trash_makes_a_move_look_again(table: Table) -> None:
    """A new reference by which a record goes to the trash with its target counts up the target's version, so that
    whoever is moving the target sees it.
    """
    world = World(table, model=model(lines_follow=True))
    deal, line = world.object("deal"), world.object("line")
    [target] = [node.item for node in world.run(Create(object=deal, data=({"title": "t"},)))]
    for body in ({"name": "l", "dealId": target.id},) * 2:
        before = world.find("deal").nodes[0].item
        world.run(Create(object=line, data=(body,)))
        after = world.find("deal").nodes[0].item
        assert (after.version, dict(after)) == (before.version + 1, dict(before))
    world.run(Delete(object=deal, destroy=False, id=target.id))
    assert world.find("line").total_count == 0


def test_an_id_that_is_kept_for_a_record_to_come_is_no_record(table: Table) -> None:
    """A batch reserves the ids that a client gives; until it commits nothing can refer to them."""
    world = World(table)
    firm, deal = world.object("firm"), world.object("deal")
    for calls in range(20):
        ids = [f"00000000-0000-4000-8000-{calls:04}{i:08}" for i in range(13)]
        data = tuple({"id": i, "name": "n"} for i in ids)
        broken = CrashingTable(table.name, table._client, fuse=Fuse(calls))
        with contextlib.suppress(Crash):
            execute(world.request(broken), Create(object=firm, data=data))
        there = world.find("firm", ("id", "eq", ids[0])).total_count
        for size in (1, 12):
            create = Create(object=deal, data=({"title": "t", "firmId": ids[0]},) * size)
            if there:
                world.run(create)
            else:
                with pytest.raises(BadRequest, match="refers to a firm that does not exist"):
                    world.run(create)
    assert world.find("deal").total_count
    visible_state(world)


def test_a_reference_to_a_record_that_a_dead_batch_was_moving(table: Table) -> None:
    """Whichever half of the record is there: it is settled, and the reference is good."""
    world = World(table)
    firm, deal = world.object("firm"), world.object("deal")
    for calls in range(12):
        ids = [node.item.id for node in world.run(Create(object=firm, data=({"name": "n"},) * 14))]
        some = world.filter("firm", ("id", "in", ids))
        with contextlib.suppress(Crash):
            broken = CrashingTable(table.name, table._client, fuse=Fuse(calls))
            execute(world.request(broken), Delete(object=firm, destroy=False, filter=some))
        for size in (1, 12):
            world.run(Create(object=deal, data=({"title": "t", "firmId": ids[0]},) * size))
        visible_state(world)
