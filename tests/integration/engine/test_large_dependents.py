"""What depends on a record may exceed what one commit holds, by number or by bytes: it is written in steps then."""

from __future__ import annotations

import pytest

from icosa.model.types.base import OnDelete
from icosa.query.operation import Create, Delete, Merge, Restore, Update
from icosa.store.meter import Meter
from icosa.store.table import Table

from .invariants import visible_state
from .sample_model import model
from .world import World

_TEXT = "x" * 110_000
_MANY = 40


class LargeWorld(World):
    """A firm, and 40 deals of it of 110 KB each: more than the 4 MB of one transaction."""

    def __init__(self, table: Table, *, firm_on_delete: OnDelete = "SET_NULL", lines_follow: bool = False) -> None:
        super().__init__(table, model=model(firm_on_delete=firm_on_delete, lines_follow=lines_follow))
        [self.firm] = self.ids(Create(object=self.object("firm"), data=({"name": "Acme"},)))
        body = {"title": _TEXT, "firmId": self.firm}
        self.deals = [
            i for _ in range(_MANY // 10) for i in self.ids(Create(object=self.object("deal"), data=(body,) * 10))
        ]

    def ids(self, operation: Create) -> list[str]:
        return [node.item.id for node in self.run(operation)]

    def total(self, name: str) -> int:
        return self.find(name, limit=1).total_count or 0


@pytest.mark.parametrize(("on_delete", "left"), [("SET_NULL", _MANY), ("CASCADE", 0)])
def test_destroy(table: Table, on_delete: OnDelete, left: int) -> None:
    world = LargeWorld(table, firm_on_delete=on_delete)
    world.run(Delete(object=world.object("firm"), destroy=True, id=world.firm))
    assert (world.total("firm"), world.total("deal")) == (0, left)
    visible_state(world)
    assert world.orphans() == []
    assert world.counters_agree()


def test_soft_delete_and_restore_by_filter(table: Table) -> None:
    """The records of the request themselves: as a whole, since each is written by itself before the commit."""
    world = LargeWorld(table)
    deal = world.object("deal")
    world.run(Delete(object=deal, destroy=False, filter=world.filter("deal", ("firmId", "eq", world.firm))))
    assert world.total("deal") == 0
    in_trash = world.filter("deal", ("deletedAt", "is", "NOT_NULL"))
    world.run(Restore(object=deal, filter=in_trash))
    assert world.total("deal") == _MANY
    assert world.orphans() == []
    assert world.counters_agree()


def test_soft_delete_and_restore_with_followers(table: Table) -> None:
    world = World(table, model=model(lines_follow=True))
    deal, line = world.object("deal"), world.object("line")
    [parent] = [node.item.id for node in world.run(Create(object=deal, data=({"title": "t"},)))]
    for _ in range(4):
        world.run(Create(object=line, data=({"name": _TEXT, "dealId": parent},) * 10))
    world.run(Delete(object=deal, destroy=False, id=parent))
    assert world.find("line", limit=1).total_count == 0
    world.run(Restore(object=deal, id=parent))
    assert world.find("line", limit=1).total_count == 40
    world.run(Delete(object=deal, destroy=True, id=parent))
    assert world.find("line", limit=1).total_count == 0
    assert world.orphans() == []


def test_merge(table: Table) -> None:
    """Of the lines that point at the deal that goes; and of large deals themselves."""
    world = World(table)
    deal, line = world.object("deal"), world.object("line")
    large = "x" * 390_000
    ids = [
        i
        for number in range(9)
        for i in (node.item.id for node in world.run(Create(object=deal, data=({"title": f"{number}{large}"},))))
    ]
    for _ in range(4):
        world.run(Create(object=line, data=({"name": _TEXT, "dealId": ids[1]},) * 10))
    world.run(Merge(object=deal, ids=tuple(ids), priority_index=0))
    assert world.find("deal", limit=1).total_count == 1
    assert world.find("line", ("dealId", "eq", ids[0]), limit=1).total_count == 40
    assert world.orphans() == []


def test_cascades_of_cascades_beyond_one_commit(table: Table) -> None:
    """120 deals go with the firm and 120 lines with them, without the janitor."""
    world = World(table, model=model(firm_on_delete="CASCADE"))
    [firm] = [node.item.id for node in world.run(Create(object=world.object("firm"), data=({"name": "Acme"},)))]
    for _ in range(2):
        deals = [node.item.id for node in world.run(Create(object=world.object("deal"), data=({"firmId": firm},) * 60))]
        world.run(Create(object=world.object("line"), data=tuple({"dealId": i} for i in deals)))
    world.run(Delete(object=world.object("firm"), destroy=True, id=firm))
    assert [world.find(name, limit=1).total_count for name in ("firm", "deal", "line")] == [0, 0, 0]
    assert world.orphans() == []
    assert world.counters_agree()


def test_a_destruction_looks_once_more_and_pays_a_unit(table: Table) -> None:
    """For each destroyed record that others can point at: the edges it has left, of which there are none."""
    world = World(table)
    deal, line = world.object("deal"), world.object("line")
    [record] = [node.item.id for node in world.run(Create(object=deal, data=({"title": "t"},)))]
    [leaf] = [node.item.id for node in world.run(Create(object=line, data=({"name": "t"},)))]
    costs: dict[str, tuple[int, float]] = {}
    for name, obj, record_id in (("deal", deal, record), ("line", line, leaf)):
        world.run(Update(object=obj, data={}, id=record_id))
        world.run(Delete(object=obj, destroy=True, id=record_id))
        meter: Meter = world.meter
        costs[name] = (meter.round_trips, meter.read_units)
    assert costs["deal"][0] == 3
    assert costs["line"][0] == 2, "nothing can point at a line"
    assert costs["deal"][1] == costs["line"][1] + 1


def test_what_a_child_costs_does_not_grow_with_their_number(table: Table) -> None:
    """Read units: its record once, and some thirty edges each, before and after the parent's own commit. A move reads
    both places of a record once more before it clears up.
    """
    world = World(table, model=model(lines_follow=True))
    firm, deal, line = (world.object(name) for name in ("firm", "deal", "line"))
    for children in (120, 300):
        [parent] = [node.item.id for node in world.run(Create(object=firm, data=({"name": "Acme"},)))]
        [other] = [node.item.id for node in world.run(Create(object=deal, data=({"title": "t"},)))]
        for _ in range(children // 60):
            world.run(Create(object=deal, data=({"firmId": parent},) * 60))
            world.run(Create(object=line, data=({"dealId": other},) * 60))
        for operation, units in (
            (Delete(object=firm, destroy=True, id=parent), 1.1),
            (Delete(object=deal, destroy=False, id=other), 3.1),
            (Restore(object=deal, id=other), 3.1),
        ):
            world.run(operation)
            commits = children // 90 + 2
            assert world.meter.read_units <= children * units + 8 * commits, operation
        world.run(Delete(object=deal, destroy=True, id=other))
    assert world.orphans() == []
    assert world.counters_agree()
