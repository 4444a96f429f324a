"""Reads beside a writer: whatever it does between any two calls to the store, a list shows what was true.

A record that matches all the time is in the list, once, and counted; an exchange that happens in one commit is seen as
a whole or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import combinations, cycle
from typing import Any
from unittest.mock import patch

import pytest

from icosa.engine.executor import execute
from icosa.errors import RecordNotFound
from icosa.query.aggregates import TOTAL_COUNT
from icosa.query.filters import resolve_filter
from icosa.query.operation import (
    Connection,
    Create,
    Delete,
    Dimension,
    FindMany,
    Group,
    GroupBy,
    Operation,
    Page,
    Patching,
    RelationSelection,
    Restore,
    Selection,
    Update,
)
from icosa.query.orders import resolve_order
from icosa.settings import Settings, Tuning
from icosa.store.table import Table

from .interrupted import InterruptedTable, Interruption
from .sample_model import model as sample_model
from .world import World

#: Whether to try more schedules (``make steady``).
THOROUGH = "ICOSA_STEADY" in os.environ
#: Tunings, of which all but the first take other plans than the usual ones for few records.
TUNINGS = {
    "usual": Tuning(),
    "ids": Tuning(),
    "scans": Tuning(probe_rows=1),
    "scans of records": Tuning(probe_rows=1, index_only_scan_indexes=0),
    "rows": Tuning(plan="rows", probe_rows=1),
    "sets": Tuning(plan="set", probe_rows=1),
    "walks": Tuning(plan="walk", probe_rows=1),
    "remembered": Tuning(remembered_least=1, trace_rows=10_000, trace_logs=10_000),
    "short pages": Tuning(probe_rows=1, walk_read_ahead=1, edge_rows=2, child_list_records=1_000),
}


class Stage:
    """Two firms, some deals that stay as they are, and deals that a writer moves. Everything that is moved has the
    title ``x``.
    """

    def __init__(self, table: Table, tuning: Tuning, *, moving: int = 1, others: int = 6) -> None:
        self.world = World(table, Settings(tuning=tuning))
        #: What lists show: where that is ids, rows may tell it.
        self.selection = Selection(fields=("id",) if tuning is TUNINGS["ids"] else None)
        self.deal, self.firm = self.world.object("deal"), self.world.object("firm")
        self.firms = [
            node.item.id
            for node in self.world.run(Create(object=self.firm, data=({"name": "Pa"}, {"name": "Pb"}, {"name": "Q"})))
        ]
        stages = cycle(("NEW", "WON"))
        self.world.run(
            Create(
                object=self.deal,
                data=tuple(
                    {"title": f"other {i}", "stage": next(stages), "amount": i, "firmId": self.firms[i % 2]}
                    for i in range(others)
                ),
            )
        )
        self.moving = [
            node.item.id
            for node in self.world.run(
                Create(
                    object=self.deal,
                    data=tuple(
                        {"title": "x", "stage": "NEW", "amount": 1, "firmId": self.firms[0]} for _ in range(moving)
                    ),
                )
            )
        ]
        self.others = others
        self._writers: dict[Write, Callable[[], None]] = {}

    def writer(self, write: Write) -> Callable[[], None]:
        """The one writer of this kind: it goes on where it stopped."""
        if write not in self._writers:
            self._writers[write] = write(self)
        return self._writers[write]

    def filter(self, raw: Any, obj: Any = None) -> Any:
        return resolve_filter(self.world.model, obj or self.deal, raw)

    def lists(self, raw: Any, order: Any = (), **page: Any) -> FindMany:
        return FindMany(
            object=self.deal,
            filter=self.filter(raw),
            order=self.world.order("deal", order),
            page=Page(**{"limit": 200, **page}),
            selection=self.selection,
        )

    def run(self, operation: Operation) -> Any:
        return execute(self.world.request(), operation)


Write = Callable[[Stage], Callable[[], None]]


def patching(*bodies: Any, named: bool = False) -> Write:
    """Updates that give the moving record one body after the other."""

    def start(stage: Stage) -> Callable[[], None]:
        turns = cycle([*bodies[1:], bodies[0]])

        def write() -> None:
            body = dict(next(turns))
            if body.get("firm") is not None:
                body = {"firmId": stage.firms[body.pop("firm")]}
            if named:
                body["updatedAt"] = "2020-01-01T00:00:00.000Z"
            patching = Patching(takes_updated_at=named)
            stage.run(Update(object=stage.deal, data=body, id=stage.moving[0], patching=patching))

        return write

    return start


def trashing(stage: Stage) -> Callable[[], None]:
    """Moves to the trash and back."""
    turns = cycle((True, False))

    def write() -> None:
        if next(turns):
            stage.run(Delete(object=stage.deal, destroy=False, id=stage.moving[0]))
        else:
            stage.run(Restore(object=stage.deal, id=stage.moving[0]))

    return write


def trashing_many(stage: Stage) -> Callable[[], None]:
    """Moves to the trash and back in batches."""
    turns = cycle((True, False))
    by_id = stage.filter({"id": {"in": stage.moving}})

    def write() -> None:
        if next(turns):
            stage.run(Delete(object=stage.deal, destroy=False, filter=by_id))
        else:
            stage.run(Restore(object=stage.deal, filter=by_id))

    return write


STAGES = patching({"stage": "NEW"}, {"stage": "WON"})
NAMED = patching({"stage": "NEW"}, {"stage": "WON"}, named=True)
PARENTS = patching({"firm": 0}, {"firm": 1})
AMOUNTS = patching({"amount": 1}, {"amount": 5}, {"amount": None}, {"amount": 3})
BOTH_PLACES = {"or": [{"deletedAt": {"is": "NULL"}}, {"deletedAt": {"is": "NOT_NULL"}}]}

#: What a writer does, and a filter that is true for its record all the time.
ALWAYS: dict[str, tuple[Write, Any]] = {
    "in": (STAGES, {"stage": {"in": ["NEW", "WON"]}}),
    "or": (STAGES, {"or": [{"stage": {"eq": "NEW"}}, {"stage": {"eq": "WON"}}]}),
    "neq": (STAGES, {"stage": {"neq": "LOST"}}),
    "in and another": (STAGES, {"title": {"eq": "x"}, "stage": {"in": ["NEW", "WON"]}}),
    "named updatedAt": (NAMED, {"stage": {"in": ["NEW", "WON"]}}),
    "parents": (PARENTS, "PARENTS"),
    "through a relation": (PARENTS, {"firm": {"name": {"startsWith": "P"}}}),
    "range": (AMOUNTS, {"or": [{"amount": {"gte": 0}}, {"amount": {"is": "NULL"}}]}),
    "negated": (STAGES, {"not": {"stage": {"eq": "LOST"}}, "title": {"eq": "x"}}),
    "title": (STAGES, {"title": {"eq": "x"}}),
    "substring": (STAGES, {"title": {"ilike": "%x%"}}),
    "both places": (trashing, {"title": {"eq": "x"}, **BOTH_PLACES}),
    "both places by id": (trashing, "BY ID"),
    "no filter": (AMOUNTS, None),
}


def interrupted(
    stage: Stage, write: Write, at: Any, operation: Operation, *, backward: bool = False, most: int = 60
) -> tuple[Any, int]:
    """The operation's result and how many calls it made, with writes before some of them."""
    interruption = Interruption(stage.writer(write), at, most=most)
    world = stage.world
    table = InterruptedTable(world.table.name, world.table._client, None, interruption, backward=backward)
    table.memory = world.table.memory
    request = world.request()
    request = replace(request, table=table.metered(world.meter))
    return execute(request, operation), interruption.calls


def schedules(stage: Stage, write: Write, operation: Operation) -> Iterator[tuple[Any, bool]]:
    """Before all calls, and before each one, by turns with the branches in one order and in the other; in a thorough
    run before each one and each pair of them, in both orders.
    """
    for backward in (False, True):
        _, calls = interrupted(stage, write, (), operation, backward=backward)
        yield None, backward
        if THOROUGH:
            for size in (1, 2):
                yield from ((numbers, backward) for numbers in combinations(range(calls + 1), size))
        else:
            yield from (((number,), backward) for number in range(backward, calls + 1, 2))


def moments(calls: int) -> Iterator[tuple[int, ...]]:
    """Before each of so many calls, and in a thorough run before each pair of them."""
    for size in (1, 2) if THOROUGH else (1,):
        yield from combinations(range(calls), size)


def raw_of(stage: Stage, raw: Any) -> Any:
    match raw:
        case "PARENTS":
            return {"firmId": {"in": stage.firms[:2]}}
        case "BY ID":
            return {"id": {"in": stage.moving}, **BOTH_PLACES}
    return raw


def expect_once(stage: Stage, page: Connection, how: Any) -> None:
    ids = [node.item.id for node in page.nodes]
    assert len(ids) == len(set(ids)), f"twice: {how}"
    assert stage.moving[0] in ids, f"missing: {how}"
    if page.total_count is not None:
        assert page.total_count == len(ids), how


ORDERS: dict[str, Any] = {
    "by id": (),
    "by stage": [("stage", "DescNullsLast")],
    "by amount": [("amount", "AscNullsFirst")],
    "newest": [("createdAt", "DescNullsLast")],
    "by firm": [("firm.name", "AscNullsLast")],
    "by firm, nulls first": [("firm.name", "AscNullsFirst")],
    "by amount and title": [("amount", "DescNullsLast"), ("title", "AscNullsFirst")],
}


def tuned(names: Iterable[str]) -> list[tuple[str, str]]:
    """Names with tunings: each with the usual one and, by turns, with one of the others; in a thorough run with all."""
    usual, *others = TUNINGS
    return [
        (name, tuning)
        for i, name in enumerate(names)
        for j, tuning in enumerate([usual, *others])
        if THOROUGH or tuning == usual or (i + j) % 6 == 0
    ]


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    with patch("time.sleep"):
        yield


@pytest.mark.parametrize(("name", "tuning"), tuned(ALWAYS))
def test_what_matches_all_the_time_is_shown_once(table: Table, name: str, tuning: str) -> None:
    stage = Stage(table, TUNINGS[tuning])
    write, raw = ALWAYS[name]
    for order in ORDERS.values() if THOROUGH or name in ("in", "no filter") else [()]:
        operation = stage.lists(raw_of(stage, raw), order)
        for at, backward in schedules(stage, write, operation):
            page, _ = interrupted(stage, write, at, operation, backward=backward)
            expect_once(stage, page, (order, at, backward))


@pytest.mark.parametrize("name", ["in", "parents", "neq", "named updatedAt", "range", "both places"])
def test_totals_beside_a_part_of_the_list(table: Table, name: str) -> None:
    stage = Stage(table, Tuning())
    write, raw = ALWAYS[name]
    raw = raw_of(stage, raw)
    expected = stage.run(stage.lists(raw)).total_count
    for order in ((), ORDERS["by stage"]):
        operations = [stage.lists(raw, order, limit=1), replace(stage.lists(raw, order), records=False)]
        for operation in operations if THOROUGH or not order else operations[:1]:
            for at, backward in schedules(stage, write, operation):
                page, _ = interrupted(stage, write, at, operation, backward=backward)
                assert page.total_count == expected, (order, at, backward)


@pytest.mark.parametrize(
    ("name", "tuning"),
    tuned(["in", "parents", "in and another", "substring", "both places", "range", "no filter"]),
)
def test_aggregates_and_groups(table: Table, name: str, tuning: str) -> None:
    stage = Stage(table, TUNINGS[tuning])
    write, raw = ALWAYS[name]
    raw = raw_of(stage, raw)
    expected = stage.run(stage.lists(raw)).total_count
    listing = replace(stage.lists(raw, limit=1), aggregates=frozenset({TOTAL_COUNT}))
    leaf = stage.deal.leaves["stage",]
    groups = GroupBy(
        object=stage.deal,
        dimensions=(Dimension(leaf=leaf),),
        aggregates=(TOTAL_COUNT,),
        filter=stage.filter(raw),
        records=Selection(),
    )
    for at, backward in schedules(stage, write, listing):
        page, _ = interrupted(stage, write, at, listing, backward=backward)
        assert page.aggregates[TOTAL_COUNT] == page.total_count == expected, (at, backward)
    for at, backward in schedules(stage, write, groups):
        result: list[Group] = interrupted(stage, write, at, groups, backward=backward)[0]
        assert sum(group.aggregates[TOTAL_COUNT] for group in result) == expected, (at, backward)
        for group in result:
            for node in group.records:
                assert leaf.get(node.item) == group.dimensions[0]


_MODEL = sample_model()
_NEWEST = resolve_order(_MODEL, _MODEL.by_singular["deal"], [{"createdAt": "DescNullsLast"}])
CHILD_LISTS: dict[str, RelationSelection] = {
    "records": RelationSelection(selection=Selection(), total_count=True),
    "number": RelationSelection(selection=Selection(), total_count=True, records=False),
    "first": RelationSelection(selection=Selection(), total_count=True, page=Page(limit=2)),
    "aggregates": RelationSelection(selection=Selection(), total_count=True, aggregates=frozenset({TOTAL_COUNT})),
    "newest": RelationSelection(selection=Selection(), total_count=True, order=_NEWEST, page=Page(limit=2)),
    "all by age": RelationSelection(selection=Selection(), total_count=True, order=_NEWEST),
}


@pytest.mark.parametrize("tuning", ["usual", "short pages"])
@pytest.mark.parametrize("kind", CHILD_LISTS)
def test_children_of_several_parents(table: Table, kind: str, tuning: str) -> None:
    if (kind, tuning) == ("newest", "short pages"):
        pytest.skip("a list of many children in an order is read for each parent by itself")
    stage = Stage(table, TUNINGS[tuning])
    operation = FindMany(
        object=stage.firm,
        filter=stage.filter({"id": {"in": stage.firms[:2]}}, stage.firm),
        selection=Selection(relations={"deals": CHILD_LISTS[kind]}),
    )
    for at, backward in schedules(stage, PARENTS, operation):
        page, _ = interrupted(stage, PARENTS, at, operation, backward=backward)
        lists = [node.related["deals"] for node in page.nodes]
        how = (at, backward, [part.total_count for part in lists])
        assert sum(part.total_count for part in lists) == stage.others + 1, how
        shown = [node.item.id for part in lists for node in part.nodes]
        assert len(shown) == len(set(shown)), how
        for part in lists:
            ages = [node.item[stage.deal.by_name["createdAt"].key] for node in part.nodes]
            assert not CHILD_LISTS[kind].order or ages == sorted(ages, reverse=True), how
        if kind in ("records", "aggregates", "all by age"):
            assert stage.moving[0] in shown, how
            assert [part.total_count for part in lists] == [len(part.nodes) for part in lists]
        for parent in page.nodes:
            for node in parent.related["deals"].nodes:
                assert node.item[stage.deal.by_name["firm"].key] == parent.item.id


@pytest.mark.parametrize("raw", [{"deals": {"title": {"eq": "x"}}}, {"not": {"deals": {"title": {"eq": "x"}}}}])
def test_parents_by_their_children(table: Table, raw: Any) -> None:
    """One of two firms has the child, and one has not."""
    stage = Stage(table, Tuning())
    operation = FindMany(
        object=stage.firm, filter=stage.filter({"id": {"in": stage.firms[:2]}, **raw}, stage.firm), page=Page(limit=60)
    )
    for at, backward in schedules(stage, PARENTS, operation):
        if at is not None:
            page, _ = interrupted(stage, PARENTS, at, operation, backward=backward)
            assert (len(page.nodes), page.total_count) == (1, 1), (at, backward)


@pytest.mark.parametrize("name", ["in", "in and another", "parents", "title", "substring", "range"])
def test_bulk_changes_reach_what_matches_all_the_time(table: Table, name: str) -> None:
    stage = Stage(table, Tuning())
    write, raw = ALWAYS[name]
    operation = Update(object=stage.deal, data={"hot": True}, filter=stage.filter(raw_of(stage, raw)))
    for backward in (False, True):
        for at in moments(6):
            nodes, _ = interrupted(stage, write, at, operation, backward=backward)
            assert stage.moving[0] in [node.item.id for node in nodes], (at, backward)


def trashing_until_it_is_gone(stage: Stage) -> Callable[[], None]:
    write = trashing(stage)

    def attempt() -> None:
        with suppress(RecordNotFound):  # the destruction looks once more at what points at the record, after its commit
            write()

    return attempt


def test_destroying_by_filter_reaches_a_record_that_moves(table: Table) -> None:
    for at in moments(4):
        stage = Stage(table, Tuning())
        operation = Delete(object=stage.deal, destroy=True, filter=stage.filter({"id": {"in": stage.moving}}))
        nodes, _ = interrupted(stage, trashing_until_it_is_gone, at, operation)
        assert [node.item.id for node in nodes] == stage.moving, at
        stage.run(Delete(object=stage.deal, destroy=True, filter=stage.filter({"amount": {"gte": 0}})))


# ------------------------------------------------------------------ exchanges


def exchanging(stage: Stage) -> Callable[[], None]:
    """Two halves of the moving records exchange their tags in one commit."""
    half = len(stage.moving) // 2
    turns = cycle((("b", "a"), ("a", "b")))

    def write() -> None:
        first, second = next(turns)
        firms = {"a": stage.firms[0], "b": stage.firms[2]}
        data = tuple(
            {"id": record_id, "code": None, "who": {"firstName": tag}, "firmId": firms[tag]}
            for tag, ids in ((first, stage.moving[:half]), (second, stage.moving[half:]))
            for record_id in ids
        )
        stage.run(Create(object=stage.deal, data=data, upsert=True))

    return write


@pytest.mark.parametrize("moving", [2, 20])
@pytest.mark.parametrize(
    "kind", ["one condition", "two conditions", "three", "substring", "ordered", "parent", "groups", "bulk"]
)
def test_an_exchange_is_seen_as_a_whole(table: Table, kind: str, moving: int) -> None:
    stage = Stage(table, Tuning(), moving=moving, others=2)
    write = exchanging
    stage.writer(write)()
    stage.writer(write)()  # now the first half has tag a, the second b
    tag = {"who": {"firstName": {"eq": "a"}}}
    operation: Any = {
        "one condition": stage.lists(tag),
        "two conditions": stage.lists({**tag, "title": {"startsWith": "x"}}),
        "three": stage.lists({**tag, "title": {"startsWith": "x"}, "amount": {"gte": 1}}),
        "substring": stage.lists({"who": {"firstName": {"ilike": "%a"}}}),
        "ordered": stage.lists(tag, [("createdAt", "DescNullsLast"), ("title", "AscNullsFirst")]),
        "parent": FindMany(
            object=stage.firm,
            filter=stage.filter({"id": {"eq": stage.firms[2]}}, stage.firm),
            selection=Selection(relations={"deals": CHILD_LISTS["records"]}),
        ),
        "groups": GroupBy(
            object=stage.deal,
            dimensions=(Dimension(leaf=stage.deal.leaves["who", "firstName"]),),
            aggregates=(TOTAL_COUNT,),
            filter=stage.filter({"title": {"eq": "x"}}),
        ),
        "bulk": Update(object=stage.deal, data={"hot": True}, filter=stage.filter(tag)),
    }[kind]
    sized = "groups" if kind == "groups" else kind
    for backward in (False, True):
        _, calls = interrupted(stage, write, (), operation, backward=backward)
        for at in moments(calls + 2):
            result, _ = interrupted(stage, write, at, operation, backward=backward)
            how = (at, backward)
            match sized:
                case "groups":
                    assert [group.aggregates[TOTAL_COUNT] for group in result] == [moving // 2] * 2, how
                case "bulk":
                    assert len(result) == moving // 2, how
                case "parent":
                    children = result.nodes[0].related["deals"]
                    assert (children.total_count, len(children.nodes)) == (moving // 2, moving // 2), how
                case _:
                    assert (len(result.nodes), result.total_count) == (moving // 2, moving // 2), how


@pytest.mark.parametrize("raw", [{"title": {"eq": "x"}}, {"amount": {"gte": 0}}, {"title": {"ilike": "%x"}}])
def test_batches_that_move_many_to_the_trash(table: Table, raw: Any) -> None:
    stage = Stage(table, Tuning(), moving=12, others=2)
    operation = stage.lists({**raw, **BOTH_PLACES})
    expected = stage.run(operation).total_count
    for backward in (False, True):
        for at in moments(4):
            page, _ = interrupted(stage, trashing_many, at, operation, backward=backward)
            ids = [node.item.id for node in page.nodes]
            assert (len(ids), len(set(ids)), page.total_count) == (expected, expected, expected), (at, backward)
