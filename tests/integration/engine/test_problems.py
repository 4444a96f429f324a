"""Batches with random wrong records, compared with a model that knows which are wrong: all problems are told, nothing
is written, and a partial batch writes exactly the others.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from icosa.engine.executor import execute
from icosa.errors import BadRequest, IcosaError
from icosa.model.record import Record
from icosa.query.operation import Create, Delete, Node
from icosa.query.partial import Refused
from icosa.query.row_scope import RowScope
from icosa.settings import Settings
from icosa.store import keys
from icosa.store.record import RECOUNTS, VERSION
from tests.support.dynoxide import fresh_table
from tests.support.soak import examples

from .sample_model import WORKSPACE
from .world import World, all_rows

_NOBODY = str(uuid.UUID(int=9))
#: Wrong members of a deal, with the fields that problems name. None of them depends on other records.
_WRONG: tuple[tuple[dict[str, Any], set[str]], ...] = (
    ({"title": 5}, {"title"}),
    ({"amount": "many"}, {"amount"}),
    ({"stage": "NOPE"}, {"stage"}),
    ({"due": "soon"}, {"due"}),
    ({"nope": 1, "hot": "yes"}, {"nope", "hot"}),
    ({"who": {"firstName": 1, "x": 2}}, {"who.firstName", "who.x"}),
    ({"firmId": _NOBODY}, {"firmId"}),
    ({"firmId": "x"}, {"firmId"}),
    ({"firm": {"connect": {"where": {"id": _NOBODY}}}}, {"firm"}),
    ({"firm": {"create": {"name": 7}}}, {"firm.create.name"}),
    ({"id": None}, {"id"}),
)

Problem = tuple[int, str]


class Batch:
    """Random rows; ``alone`` are the problems that they have by themselves."""

    def __init__(self, random: Random, codes: list[str], ids: list[str]) -> None:
        self.codes, self.ids = set(codes), set(ids)
        self.rows: list[dict[str, Any]] = []
        self.alone: set[Problem] = set()
        for index in range(random.choice((1, 2, 5, 20, 60))):
            row: dict[str, Any] = {"title": f"row {index}"}
            if random.random() < 0.6:
                row["code"] = random.choice((*codes[:2], "a", "b", f"new {index}"))
            if random.random() < 0.3:
                row["id"] = random.choice((*ids[:2], str(uuid.UUID(int=random.randrange(1, 6)))))
            if random.random() < 0.3:
                wrong, fields = random.choice(_WRONG)
                row |= wrong
                self.alone |= {(index, field) for field in fields}
            self.rows.append(row)

    def problems(self) -> set[Problem]:
        """All that is wrong where nothing is written."""
        found = set(self.alone)
        for name, path, taken in (("code", "code", self.codes), ("id", "id", self.ids)):
            seen: set[str] = set()
            for index, row in enumerate(self.rows):
                value = row.get(name)
                if value is not None and (value in taken or value in seen):
                    found.add((index, path))
                if value is not None and value not in taken:
                    seen.add(value)
        return found

    def written(self) -> list[int]:
        """The rows that can be written beside one another, the first that has a value before those after it."""
        wrong = {index for index, _ in self.alone}
        codes, ids = set(self.codes), set(self.ids)
        good: list[int] = []
        for index, row in enumerate(self.rows):
            code, record_id = row.get("code"), row.get("id")
            if index not in wrong and code not in codes and record_id not in ids:
                good.append(index)
                codes |= {code} if code else set()
                ids |= {record_id} if record_id else set()
        return good


@pytest.fixture(scope="module")
def world(dynamodb_endpoint: str) -> Iterator[World]:
    with fresh_table(dynamodb_endpoint) as table:
        yield World(table, Settings(batch_limit=60))


def _stored(world: World) -> tuple[list[str], list[str]]:
    """Codes and ids that are taken, some by records in the trash."""
    deal = world.object("deal")
    data = tuple({"code": f"taken {uuid.uuid4()}"} for _ in range(2))
    nodes = world.run(Create(object=deal, data=data))
    world.run(Delete(object=deal, destroy=False, id=nodes[0].item.id))
    return [row["code"] for row in data], [node.item.id for node in nodes]


def _written(world: World) -> Mapping[tuple[str, str], Any]:
    """All rows, but for what a batch that fails leaves behind: the register has counted it, and so have the versions of
    the records that it was about to touch.
    """
    counted = (VERSION, RECOUNTS)
    return {
        key: {name: value for name, value in row.items() if name not in counted}
        for key, row in all_rows(world.table).items()
        if key != keys.open_batches(WORKSPACE)
    }


def _told(error: IcosaError) -> set[Problem]:
    return {(problem["index"], problem["field"]) for problem in error.problems}


@given(seed=st.integers(0, 2**32))
@example(seed=3182)
@settings(max_examples=examples(12))
def test_any_batch(world: World, seed: int) -> None:
    random = Random(seed)
    _empty(world)
    codes, ids = _stored(world)
    batch = Batch(random, codes, ids)
    operation = Create(object=world.object("deal"), data=tuple(batch.rows))
    before = _written(world)
    expected = batch.problems()
    if expected:
        with pytest.raises(BadRequest) as raised:
            world.run(operation)
        assert _told(raised.value) == expected
        assert raised.value.message in {problem["message"] for problem in raised.value.problems}
        assert _written(world) == before
    outcomes = world.run(replace(operation, is_partial=True))
    good = batch.written()
    assert [index for index, outcome in enumerate(outcomes) if isinstance(outcome, Node)] == good
    titles = {batch.rows[index]["title"] for index in good}
    deals = world.find("deal", limit=200).nodes
    title = world.object("deal").by_name["title"].key
    assert {node.item.get(title) for node in deals} - {None} == titles
    for index, outcome in enumerate(outcomes):
        if isinstance(outcome, Refused):
            assert outcome.status == 400
            assert {problem["index"] for problem in outcome.problems} == {index}
            named = {(problem["index"], problem["field"]) for problem in outcome.problems}
            assert named <= expected
            assert {problem for problem in batch.alone if problem[0] == index} <= named


def _empty(world: World) -> None:
    deal = world.object("deal")
    for condition in (None, ("deletedAt", "is", "NOT_NULL")):
        for node in world.find("deal", condition, limit=200).nodes:
            world.run(Delete(object=deal, destroy=True, id=node.item.id))


# ------------------------------------------------------------------ upserts


@given(seed=st.integers(0, 2**32))
@settings(max_examples=examples(12))
def test_an_upsert_is_its_inputs_one_after_the_other(world: World, seed: int) -> None:
    """Whatever was stored before; but for values that no record has yet, which only one input may bring."""
    random = Random(seed)
    deal = world.object("deal")
    codes = ["p", "q", "r"]
    rows: list[dict[str, Any]] = []
    for number in range(random.choice((2, 3, 8))):
        row: dict[str, Any] = {random.choice(("title", "stage")): random.choice(("NEW", "WON"))}
        if random.random() < 0.7:
            row["code"] = random.choice(codes)
        if random.random() < 0.4:
            row["id"] = str(uuid.UUID(int=random.randrange(20, 23)))
        if random.random() < 0.2:
            row["amount"] = number
        rows.append(row)
    stored = [{"code": code, "amount": 7} for code in codes if random.random() < 0.4]

    def outcome(write: Callable[[], Any]) -> Any:
        _empty(world)
        if stored:
            world.run(Create(object=deal, data=tuple(stored)))
        try:
            write()
        except BadRequest as error:
            return error.message
        names = ("title", "stage", "code", "amount")
        return sorted(
            str([node.item.get(deal.by_name[name].key) for name in names])
            for node in world.find("deal", limit=200).nodes
        )

    def one_by_one() -> None:
        for row in rows:
            world.run(Create(object=deal, data=(row,), upsert=True))

    together = outcome(lambda: world.run(Create(object=deal, data=tuple(rows), upsert=True)))
    apart = outcome(one_by_one)
    known = {row["code"] for row in stored}
    new = [row["code"] for row in rows if row.get("code") not in {None, *known}]
    if isinstance(together, str) and together.startswith("Duplicate Code"):
        assert len(set(new)) < len(new)
    elif isinstance(apart, list):
        assert together == apart
    else:
        assert isinstance(together, str)


def test_inputs_for_one_record_have_its_final_state(world: World) -> None:
    deal = world.object("deal")
    _empty(world)
    rows = ({"code": "z", "title": "first"}, {"code": "z", "stage": "WON"}, {"code": "y"}, {"code": "z", "amount": 5})
    with pytest.raises(BadRequest) as refused:  # as Twenty has it: of new records nothing says that they are one
        world.run(Create(object=deal, data=rows, upsert=True))
    assert [(each["index"], each["duplicateOf"]) for each in refused.value.problems] == [(1, 0), (3, 0)]
    assert world.find("deal").nodes == []
    world.run(Create(object=deal, data=({"code": "z"},)))
    first, second, other, last = world.run(Create(object=deal, data=rows, upsert=True))
    assert first.item == second.item == last.item != other.item
    values = [first.item.get(deal.by_name[name].key) for name in ("title", "stage", "amount")]
    assert values == ["first", "WON", 5]
    again = world.run(Create(object=deal, data=rows, upsert=True))
    assert [node.item.id for node in again] == [node.item.id for node in (first, second, other, last)]


# ------------------------------------------------------------------ rows that the caller does not see


class _Even(RowScope):
    """Deals with an even amount."""

    def __init__(self) -> None:
        super().__init__(lambda obj: None)

    def limits(self, obj: Any) -> bool:
        return bool(obj.name_singular == "deal")

    def shows(self, obj: Any, record: Record) -> bool:
        amount = record.get(obj.by_name["amount"].key) if obj.name_singular == "deal" else 0
        return amount is not None and amount % 2 == 0


def test_records_that_are_not_seen_are_not_named(world: World) -> None:
    _empty(world)
    deal = world.object("deal")
    hidden, shown = world.run(Create(object=deal, data=({"code": "h", "amount": 1}, {"code": "s", "amount": 2})))
    rows = (
        {"code": "h", "amount": 2},
        {"code": "s", "amount": 4},
        {"amount": 3},
        {"amount": 6, "id": hidden.item.id},
        {"amount": 8},
    )
    for upsert in (False, True):
        request = world.request()
        request.rows = _Even()
        outcomes = execute(request, Create(object=deal, data=rows, upsert=upsert, is_partial=True))
        assert isinstance(outcomes, list)
        told = [
            [(problem["field"], problem["code"], problem.get("existingId")) for problem in outcome.problems]
            if isinstance(outcome, Refused)
            else None
            for outcome in outcomes
        ]
        assert told == [
            [("code", "DUPLICATE_ENTRY", None)],
            None if upsert else [("code", "DUPLICATE_ENTRY", shown.item.id)],
            [(None, "PERMISSION_DENIED", None)],
            [("id", "DUPLICATE_ENTRY", None)],
            None,
        ]
