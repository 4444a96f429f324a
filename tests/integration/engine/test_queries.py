"""Random records, filters, orders and pages against the in-memory reference."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from icosa.model.model import Model
from icosa.query.cursors import cursor_of, decode
from icosa.query.operation import Connection, Create, Delete
from icosa.settings import Settings, Tuning
from icosa.store.table import Table
from tests.support.soak import examples

from . import random_data
from .reference import Record, Reference
from .sample_model import model as sample_model
from .sample_model import with_composites, with_fragments, with_some_leaf_indexes
from .world import World

_QUERIES = 40
#: The planner's thresholds, lowered so that small data takes every plan.
_TUNINGS = (
    Tuning(),
    Tuning(probe_rows=4, join_fetch_records=1),
    Tuning(probe_rows=1, index_only_scan_indexes=0),
    Tuning(probe_rows=2, walk_records=5, walk_run_rows=3, walk_read_ahead=1),
    Tuning(probe_rows=2, parallel_scan_records=5, index_only_scan_indexes=1),
)


def _with_composites() -> Model:
    return with_composites(sample_model())


def _with_fragments() -> Model:
    return with_fragments(sample_model())


def populate(world: World, random: Random, deals: int) -> Reference:
    """Firms and deals in the store and in the reference, some in the trash."""
    reference = Reference({"firm": {}, "deal": {}})
    firm, deal = world.object("firm"), world.object("deal")
    bodies = [{"name": random_data.maybe(random, random_data.text(random))} for _ in range(4)]
    nodes = world.run(Create(object=firm, data=tuple(bodies)))
    reference.objects["firm"] = {
        node.item.id: {**world.record("firm", node), **body} for node, body in zip(nodes, bodies, strict=True)
    }
    firms = list(reference.objects["firm"])
    made: list[dict[str, Any]] = []
    codes: set[str | None] = set()
    while len(made) < deals:
        body = random_data.deal(random, firms)
        if body["code"] not in codes or body["code"] is None:
            codes.add(body["code"])
            made.append(body)
    for start in range(0, deals, 20):
        part = made[start : start + 20]
        for node, body in zip(world.run(Create(object=deal, data=tuple(part))), part, strict=True):
            reference.objects["deal"][node.item.id] = {**world.record("deal", node), **body, "deletedAt": None}
    for record_id in random.sample(sorted(reference.objects["deal"]), deals // 8):
        [node] = world.run(Delete(object=deal, destroy=False, id=record_id))
        reference.objects["deal"][record_id]["deletedAt"] = world.record("deal", node)["deletedAt"]
        reference.objects["deal"][record_id]["updatedAt"] = world.record("deal", node)["updatedAt"]
    for record_id in random.sample(firms, random.randrange(3)):  # which deals go on to point at
        world.run(Delete(object=firm, destroy=False, id=record_id))
    return reference


def check_page(
    world: World, expected: list[Record], condition: Any, order: Any, limit: int, start: int | None, *, backward: bool
) -> None:
    """Assert that a page from the store is the same slice of the expected list."""
    page: dict[str, Any] = {"limit": limit}
    if start is not None:
        whole: Connection = world.find("deal", condition, order, limit=len(expected))
        deal, resolved = world.object("deal"), world.order("deal", order)
        cursor = decode(resolved, cursor_of(deal, resolved, whole.nodes[start]))
        page["before" if backward else "after"] = cursor
    connection = world.find("deal", condition, order, **page)
    ids = [record["id"] for record in expected]
    if backward and start is not None:
        wanted, more = ids[max(0, start - limit) : start], start > limit
        assert connection.has_previous_page == more
    else:
        begin = 0 if start is None else start + 1
        wanted, more = ids[begin : begin + limit], len(ids) > begin + limit
        assert connection.has_next_page == more
    assert [node.item.id for node in connection.nodes] == wanted
    assert connection.total_count == len(ids)


@pytest.mark.slow
@given(seed=st.integers(0, 2**32), tuning=st.sampled_from(_TUNINGS))
@settings(
    max_examples=examples(14),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_query_answers_like_the_reference(dynamodb_endpoint: str, seed: int, tuning: Tuning) -> None:
    from tests.support.dynoxide import fresh_table

    random = Random(seed)
    with fresh_table(dynamodb_endpoint) as table:
        model = random.choice((sample_model, _with_composites, _with_fragments))()
        if random.random() < 0.5:
            model = with_some_leaf_indexes(model, random)
        world = World(table, Settings(tuning=tuning), model)
        reference = populate(world, random, random.choice((3, 20, 45)))
        _check_queries(world, reference, random)


def _check_queries(world: World, reference: Reference, random: Random) -> None:
    firms = list(reference.objects["firm"])
    for _ in range(_QUERIES):
        condition = None if random.random() < 0.15 else random_data.condition(random, firms=firms)
        scope = random.choice(("live", "live", "live", "trash", "all"))
        order = random_data.order(random)
        if random.random() < 0.15:
            condition, order = random_data.composite_query(random)
        expected = reference.select("deal", condition, order, scope=_SCOPES[scope])
        start = random.randrange(len(expected)) if expected and random.random() < 0.5 else None
        check_page(
            world,
            expected,
            _scoped(condition, scope),
            order,
            random.choice((1, 3, 60)),
            start,
            backward=random.random() < 0.4,
        )


_SCOPES = {
    "live": lambda record: record["deletedAt"] is None,
    "trash": lambda record: record["deletedAt"] is not None,
    "all": lambda record: True,
}


def _scoped(condition: Any, scope: str) -> Any:
    mention: Any = {
        "live": None,
        "trash": ("deletedAt", "is", "NOT_NULL"),
        "all": ("or", [("deletedAt", "is", "NULL"), ("deletedAt", "is", "NOT_NULL")]),
    }[scope]
    parts = [part for part in (condition, mention) if part is not None]
    return None if not parts else parts[0] if len(parts) == 1 else ("and", parts)


def test_tables_are_separate(table: Table) -> None:
    world = World(table)
    assert world.find("deal").nodes == []
    assert world.find("deal").total_count == 0
