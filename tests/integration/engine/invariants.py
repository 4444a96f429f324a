"""What must hold after every write, whole or crashed: helpers of the tests that write at random."""

from __future__ import annotations

import contextlib
from typing import Any

from icosa.engine.executor import execute
from icosa.errors import IcosaError
from icosa.query.operation import Create, Delete, Restore, Update
from icosa.store import keys
from icosa.store.register import Register
from icosa.store.settle import settle_abandoned

from .crashes import CrashingTable, Fuse
from .sample_model import WORKSPACE
from .world import World

#: Records by object name and id, as plain dicts of wire values.
State = dict[str, dict[str, dict[str, Any]]]
Write = Create | Update | Delete | Restore


def visible_state(world: World) -> State:
    """All records of all objects as reads return them, live and trashed. Asserts that every list agrees with its total,
    and that references lead to records.
    """
    state: State = {}
    for name in ("firm", "deal", "line"):
        state[name] = {}
        for condition in (None, ("deletedAt", "is", "NOT_NULL")):
            page = world.find(name, condition, limit=200)
            assert page.total_count == len(page.nodes)
            for node in page.nodes:
                assert node.item.id not in state[name], "a record shows twice"
                state[name][node.item.id] = world.record(name, node)
    for name, column, target in (("deal", "firmId", "firm"), ("line", "dealId", "deal")):
        for record in state[name].values():
            assert record[column] is None or record[column] in state[target], "a reference to nothing"
    return state


def check_lists(world: World, state: State) -> None:
    """Assert that filters and orders through indexes give the same records as ``state``."""
    live = {i: r for i, r in state["deal"].items() if r["deletedAt"] is None}
    for path, value in (("stage", "NEW"), ("hot", True), ("title", "Ann")):
        page = world.find("deal", (path, "eq", value), limit=200)
        expected = sorted(i for i, r in live.items() if r[path] == value)
        assert [node.item.id for node in page.nodes] == expected
        assert page.total_count == len(expected)
    ordered = world.find("deal", None, [("amount", "DescNullsLast")], limit=200)
    assert sorted(node.item.id for node in ordered.nodes) == sorted(live)
    newest = world.find("deal", None, [("createdAt", "DescNullsLast")], limit=200)
    assert {node.item.id: world.record("deal", node) for node in newest.nodes} == live
    for firm in state["firm"]:
        page = world.find("deal", ("firmId", "eq", firm), limit=200)
        assert sorted(node.item.id for node in page.nodes) == sorted(i for i, r in live.items() if r["firmId"] == firm)


def run_with_fuse(world: World, operation: Write, fuse: Fuse) -> None:
    """Run an operation through a table that crashes when the fuse blows. Errors that a client would see are ignored."""
    request = world.request(CrashingTable(world.table.name, world.table._client, fuse=fuse))
    with contextlib.suppress(IcosaError):
        execute(request, operation)


def settle_open_batches(world: World) -> None:
    """Settle the batches that crashed writers have left open, as the janitor does when their logs expire."""
    register = Register.parse(world.table.get(keys.open_batches(WORKSPACE)))
    for batch in register.open:
        settle_abandoned(world.table, world.model, register, batch)
    after = Register.parse(world.table.get(keys.open_batches(WORKSPACE)))
    assert not after.open
