"""Filters and orders as functions of a record, against SQL's rules written down naively."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cmp_to_key
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.model.model import Field
from icosa.model.record import Record
from icosa.model.types.base import Leaf
from icosa.query.evaluate import compile_filter, compile_keyset, compile_order, deleted_scope, ordered_values
from icosa.query.operation import (
    And,
    Compare,
    Cursor,
    Direction,
    Filter,
    Not,
    Or,
    Order,
    OrderTerm,
    Related,
    RelatedAny,
)
from tests.unit.model.fields import make_field, make_object, many_to_one, one_to_many

COMPANY = make_object("company", make_field("TEXT", "name", "f10"), one_to_many("people", "person", "f11"), key="o1")
PERSON = make_object(
    "person",
    make_field("TEXT", "city", "f10"),
    make_field("NUMBER", "age", "f11"),
    make_field("SELECT", "stage", "f12"),
    make_field("MULTI_SELECT", "tags", "f13"),
    make_field("FULL_NAME", "name", "f14"),
    make_field("ARRAY", "words", "f15"),
    many_to_one("company", "company", "f16"),
    key="o2",
)
COMPANY_FIELD, PEOPLE_FIELD = PERSON.by_name["company"], COMPANY.by_name["people"]
TEXTS = ("a", "A", "b", "Ba")

Value = bool | None


class World:
    """Companies by id, and people with the companies they point at."""

    def __init__(self, companies: Mapping[str, Record], people: Sequence[Record]) -> None:
        self.companies = companies
        self.people = people

    def target(self, field: Field, target_id: str) -> Record | None:
        assert field is COMPANY_FIELD
        return self.companies.get(target_id)

    def children(self, field: Field, record_id: str) -> Sequence[Record]:
        assert field is PEOPLE_FIELD
        return [person for person in self.people if person.get("f16") == record_id]


def without_nulls(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if value not in (None, {}, [])}


def people() -> st.SearchStrategy[list[Record]]:
    return st.lists(
        st.fixed_dictionaries(
            {
                "f3": st.sampled_from([None, "2024-01-01T00:00:00.000Z"]),
                "f10": st.sampled_from([None, *TEXTS]),
                "f11": st.sampled_from([None, -1, 0, 1.5]),
                "f12": st.sampled_from([None, "RED", "GREEN", "BLUE"]),
                "f13": st.sampled_from([None, ["RED"], ["GREEN", "RED"]]),
                "f14": st.fixed_dictionaries({"firstName": st.sampled_from([None, *TEXTS])}).map(without_nulls),
                "f15": st.sampled_from([None, ["a", "B"]]),
                "f16": st.sampled_from([None, "c0", "c1", "gone"]),
            }
        ).map(without_nulls),
        max_size=8,
    ).map(lambda items: [Record.of({**item, "f1": f"p{i}"}, id=f"p{i}") for i, item in enumerate(items)])


def companies() -> st.SearchStrategy[dict[str, Record]]:
    names = st.sampled_from([None, *TEXTS])
    return st.tuples(names, names).map(
        lambda pair: {
            f"c{i}": Record.of(without_nulls({"f1": f"c{i}", "f10": name}), id=f"c{i}") for i, name in enumerate(pair)
        }
    )


worlds = st.builds(World, companies(), people())


def conditions(leaf: Leaf) -> st.SearchStrategy[Filter]:
    operands: dict[str, Any] = {"is": st.sampled_from(["NULL", "NOT_NULL"]), "isEmptyArray": st.booleans()}
    name = leaf.kind.name
    if name == "TEXT":
        texts = st.sampled_from(["", *TEXTS])
        operands |= dict.fromkeys(("eq", "neq", "gt", "gte", "lt", "lte", "startsWith", "endsWith"), texts)
        operands |= {"in": st.lists(texts, min_size=1, max_size=2).map(tuple)}
        operands |= dict.fromkeys(("like", "ilike"), st.sampled_from(["", "%", "a%", "%A", "_a"]))
    elif name == "NUMBER":
        operands |= dict.fromkeys(("eq", "neq", "gt", "gte", "lt", "lte"), st.sampled_from([-1, 0, 1, 1.5]))
        operands |= {"in": st.just((0, 1.5))}
    elif name == "DATE_TIME":
        operands |= dict.fromkeys(("eq", "gt"), st.just("2024-01-01T00:00:00.000Z"))
    else:
        options = st.sampled_from(["RED", "GREEN", "BLUE"])
        operands |= dict.fromkeys(("eq", "neq", "gt", "gte", "lt", "lte"), options)
        operands |= dict.fromkeys(("in", "containsAny"), st.lists(options, min_size=1, max_size=2).map(tuple))
        operands |= {"containsIlike": st.sampled_from(["b", "%c%"])}
    return st.sampled_from([operator for operator in leaf.kind.operators if operator in operands]).flatmap(
        lambda name: operands[name].map(lambda operand: Compare(leaf, leaf.kind.operators[name], operand))
    )


LEAVES = [
    PERSON.leaves[path]
    for path in [("city",), ("age",), ("stage",), ("tags",), ("name", "firstName"), ("words",), ("deletedAt",)]
]
own = st.sampled_from(LEAVES).flatmap(conditions)
company_name = conditions(COMPANY.leaves[("name",)])


def combined(parts: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    lists = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return lists.map(And) | lists.map(Or) | parts.map(Not)


def related(inner: Filter) -> Filter:
    return Related(COMPANY_FIELD, COMPANY, inner)


filters = st.recursive(own | (company_name | combined(company_name)).map(related), combined, max_leaves=6)

# ------------------------------------------------------------------ SQL, naively


def sql(filter: Filter, item: Record, world: World) -> Value:
    """Kleene's logic over comparisons that are unknown for null."""
    match filter:
        case And(items=items):
            results = [sql(part, item, world) for part in items]
            return False if False in results else None if None in results else True
        case Or(items=items):
            results = [sql(part, item, world) for part in items]
            return True if True in results else None if None in results else False
        case Not(item=inner):
            result = sql(inner, item, world)
            return None if result is None else not result
        case Related(filter=inner):
            return sql(inner, world.companies.get(item.get("f16", ""), Record()), world)
        case RelatedAny(filter=inner):
            return any(sql(inner, person, world) is True for person in world.people if person.get("f16") == item.id)
        case Compare(leaf=leaf, operator=operator, operand=operand):
            return comparison(leaf, operator.name, operand, leaf.get(item))


def comparison(leaf: Leaf, operator: str, operand: Any, value: Any) -> Value:
    is_text = leaf.kind.name == "TEXT"
    match operator:
        case "is":
            return (value is None) is bool(operand == "NULL")
        case "isEmptyArray":
            return value is None
        case "eq" if is_text and operand == "":
            return value is None
        case "neq" if is_text and operand == "":
            return value is not None
        case "like" | "ilike" if operand == "":
            return value is None
    if value is None:
        return None
    if leaf.kind.name == "SELECT" and operator in ("gt", "gte", "lt", "lte"):
        order = ["RED", "GREEN", "BLUE"]
        value, operand = order.index(value), order.index(operand)
    if is_text and operator in ("gt", "gte", "lt", "lte"):
        value, operand = value.lower(), operand.lower()
    match operator:
        case "eq":
            return bool(value == operand)
        case "neq":
            return bool(value != operand)
        case "gt":
            return bool(value > operand)
        case "gte":
            return bool(value >= operand)
        case "lt":
            return bool(value < operand)
        case "lte":
            return bool(value <= operand)
        case "in":
            return value in operand
        case "startsWith":
            return bool(value.startswith(operand))
        case "endsWith":
            return bool(value.endswith(operand))
        case "containsAny":
            return bool(set(operand) & ({value} if isinstance(value, str) else set(value)))
        case "containsIlike":
            return any(pattern(operand, member, fold=True) for member in value)
        case "like" | "ilike":
            return pattern(operand, value, fold=operator == "ilike")
    raise AssertionError(operator)


def pattern(like: str, text: str, *, fold: bool) -> bool:
    if fold:
        like, text = like.lower(), text.lower()
    if like.startswith("%"):
        return any(pattern(like[1:], text[i:], fold=False) for i in range(len(text) + 1))
    if not like or not text:
        return like == text
    return like[0] in ("_", text[0]) and pattern(like[1:], text[1:], fold=False)


@given(filters, worlds)
def test_filters(filter: Filter, world: World) -> None:
    matches = compile_filter(filter)
    for person in world.people:
        assert matches(person, world) is sql(filter, person, world)


@given(own | combined(own), worlds)
def test_filters_on_lists(inner: Filter, world: World) -> None:
    some = RelatedAny(PEOPLE_FIELD, PERSON, inner)
    for filter in (some, Not(some)):
        matches = compile_filter(filter)
        for company in world.companies.values():
            assert matches(company, world) is sql(filter, company, world)


def test_no_filter_matches_all() -> None:
    assert compile_filter(None)(Record(), World({}, [])) is True


@given(filters, worlds)
def test_the_scope_holds_every_match(filter: Filter, world: World) -> None:
    scope = deleted_scope(filter)
    for person in world.people:
        if mentions(filter) and sql(filter, person, world):
            assert scope in ("all", "trash" if "f3" in person else "live")
    if not mentions(filter):
        assert scope == "live"


def mentions(filter: Filter) -> bool:
    match filter:
        case Compare(leaf=leaf):
            return leaf.path == ("deletedAt",)
        case And(items=items) | Or(items=items):
            return any(map(mentions, items))
        case Not(item=item):
            return mentions(item)
    return False


# ------------------------------------------------------------------ orders

DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
TERMS = [
    (PERSON.leaves[("city",)], None),
    (PERSON.leaves[("age",)], None),
    (PERSON.leaves[("stage",)], None),
    (PERSON.leaves[("name", "firstName")], None),
    (PERSON.leaves[("id",)], None),
    (COMPANY.leaves[("name",)], COMPANY_FIELD),
]
orders: st.SearchStrategy[Order] = st.lists(
    st.builds(
        lambda term, direction: OrderTerm(term[0], direction, term[1]),
        st.sampled_from(TERMS),
        st.sampled_from(DIRECTIONS),
    ),
    max_size=3,
    unique_by=lambda term: term.path,
).map(tuple)


def before(order: Order, left: Record, right: Record, world: World) -> int:
    """-1, 0 or 1 as SQL's ORDER BY places two records, with the id as the last criterion."""
    for term in order:
        a, b = (folded(term, item, world) for item in (left, right))
        if a == b:
            continue
        if a is None or b is None:
            return -1 if (a is None) == term.direction.endswith("First") else 1
        return (-1 if a < b else 1) * (-1 if term.direction.startswith("Desc") else 1)
    return int(left.id > right.id) - int(left.id < right.id)


def folded(term: OrderTerm, item: Record, world: World) -> Any:
    if term.relation is not None:
        item = world.companies.get(item.get("f16", ""), Record())
    value = term.leaf.get(item)
    return value.lower() if isinstance(value, str) else value


@given(orders, worlds)
def test_orders(order: Order, world: World) -> None:
    key = compile_order(order)
    outcome = sorted(world.people, key=lambda person: key(person, world))

    def compare(left: Record, right: Record) -> int:
        return before(order, left, right, world)

    expected = sorted(world.people, key=cmp_to_key(compare))
    assert [person.id for person in outcome] == [person.id for person in expected]


@given(orders, worlds, st.booleans())
def test_keysets(order: Order, world: World, backward: bool) -> None:
    for start in world.people:
        cursor = Cursor(ordered_values(order, start, world), start.id)
        beyond = compile_keyset(order, cursor, backward=backward)
        for person in world.people:
            assert beyond(person, world) is (before(order, start, person, world) == (1 if backward else -1))


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("AscNullsFirst", ["p3", "p0", "p2", "p1"]),
        ("AscNullsLast", ["p0", "p2", "p1", "p3"]),
        ("DescNullsFirst", ["p3", "p1", "p0", "p2"]),
        ("DescNullsLast", ["p1", "p0", "p2", "p3"]),
    ],
)
def test_nulls_and_ties(direction: Direction, expected: list[str]) -> None:
    values: list[dict[str, str]] = [{"f10": "a"}, {"f10": "B"}, {"f10": "A"}, {}]
    items = [Record.of(own, id=f"p{i}") for i, own in enumerate(values)]
    key = compile_order((OrderTerm(PERSON.leaves[("city",)], direction),))
    assert [item.id for item in sorted(items, key=lambda item: key(item, World({}, [])))] == expected
