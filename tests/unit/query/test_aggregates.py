"""Aggregates and groups against plain computations (docs/wire/graphql.md#aggregate-fields,
docs/wire/graphql.md#aggregate-values, docs/wire/graphql.md#groups-in-graphql).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.model.record import Record
from icosa.query.aggregates import Tally, aggregates_of, quotient
from icosa.query.grouping import Grouper
from icosa.query.groups import resolve_dimensions, resolve_group_order
from icosa.query.operation import GroupBy, Selection
from tests.support.crm import crm

ROCKET = crm().by_plural["rockets"]


def _item(**values: Any) -> Record:
    return Record({ROCKET.by_name[name].key: value for name, value in values.items() if value is not None})


def _tally(items: list[Record], *names: str) -> dict[str, Any]:
    tally = Tally(ROCKET, names)
    for item in items:
        tally.add(item)
    return tally.results()


def test_names() -> None:
    names = set(aggregates_of(ROCKET))
    assert {
        "totalCount", "countUniqueValuesId", "countEmptyName", "countNotEmptyTags", "percentageEmptyPrice",
         "percentageNotEmptyStory",
        "minMass", "maxMass", "avgMass", "sumMass", "countTrueReusable", "countFalseReusable", "minBuiltOn",
         "maxLaunchedAt",
        "minPriceAmountMicros", "maxPriceAmountMicros", "avgPriceAmountMicros", "sumPriceAmountMicros",
    } <= names  # fmt: skip
    assert not {"sumExactMass", "countEmptySearchVector", "minName", "countUniqueValuesCompany"} & names
    assert not any(name.endswith(("Company", "People")) for name in aggregates_of(crm().by_plural["people"]))


def test_without_records() -> None:
    names = tuple(aggregates_of(ROCKET))
    assert _tally([], *names) == {name: 0 if name == "totalCount" else None for name in names}


def test_emptiness_and_uniqueness() -> None:
    items = [
        _item(name="a", pilot={"firstName": "Ada"}, tags=["x", "y"], extra='{"a":1}'),
        _item(name="a", pilot={"firstName": "Ada"}, tags=["x", "y"], extra='{"a":1}'),
        _item(name="b", pilot={"lastName": "Ada"}, tags=["y"]),
        _item(pilot={}),
    ]
    for name, unique, filled in (("Name", 2, 3), ("Pilot", 2, 3), ("Tags", 2, 3), ("Extra", 1, 2)):
        results = _tally(
            items, *(f"{function}{name}" for function in ("countUniqueValues", "countEmpty", "countNotEmpty"))
        )
        assert list(results.values()) == [unique, 4 - filled, filled]
    assert _tally(items, "percentageEmptyName", "percentageNotEmptyName") == {
        "percentageEmptyName": Decimal("0.25000000000000000000"),
        "percentageNotEmptyName": Decimal("0.75000000000000000000"),
    }


def test_truth() -> None:
    items = [_item(reusable=True), _item(reusable=True), _item(reusable=False), _item()]
    assert _tally(items, "countTrueReusable", "countFalseReusable") == {"countTrueReusable": 2, "countFalseReusable": 1}


def test_sums_are_exact() -> None:
    prices = [_item(price={"amountMicros": "0.1"}), _item(price={"amountMicros": "12345678901234567890.2"})]
    items = [_item(mass=0.1), _item(mass=0.2), _item(), *prices]
    results = _tally(
        items, "sumMass", "avgMass", "sumPriceAmountMicros", "minPriceAmountMicros", "maxPriceAmountMicros"
    )
    assert results["sumMass"] == 0.3
    assert results["avgMass"] == 0.15
    assert results["sumPriceAmountMicros"] == Decimal("12345678901234567890.3")
    assert (results["minPriceAmountMicros"], results["maxPriceAmountMicros"]) == ("0.1", "12345678901234567890.2")


def test_extremes_of_dates() -> None:
    items = [_item(builtOn="2024-02-01"), _item(builtOn="2023-12-31"), _item()]
    assert _tally(items, "minBuiltOn", "maxBuiltOn") == {"minBuiltOn": "2023-12-31", "maxBuiltOn": "2024-02-01"}


#: As PostgreSQL prints them.
QUOTIENTS = [
    ("1", 1, "1.00000000000000000000"),
    ("0", 2, "0.00000000000000000000"),
    ("1", 3, "0.33333333333333333333"),
    ("2", 3, "0.66666666666666666667"),
    ("6000000", 3, "2000000.000000000000"),
    ("12345678", 7, "1763668.285714285714"),
    ("-2", 3, "-0.66666666666666666667"),
    ("1.00000000000000000000000001", 1, "1.00000000000000000000000001"),
]


@pytest.mark.parametrize(("dividend", "divisor", "text"), QUOTIENTS)
def test_quotients(dividend: str, divisor: int, text: str) -> None:
    assert format(quotient(Decimal(dividend), divisor), "f") == text


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**30), max_value=10**30),
    st.integers(1, 10**6),
)
def test_quotients_have_sixteen_digits(dividend: Decimal, divisor: int) -> None:
    exact = Fraction(dividend) / divisor
    result = Fraction(quotient(dividend, divisor))
    assert abs(result - exact) <= abs(exact) / 10**15


# ------------------------------------------------------------------ groups

ITEMS = st.lists(
    st.fixed_dictionaries(
        {
            "colour": st.sampled_from([None, "RED", "GREEN"]),
            "builtOn": st.sampled_from([None, "2024-01-15", "2024-01-20", "2024-02-10", "2023-02-10"]),
            "mass": st.none() | st.integers(-5, 5),
            "tags": st.sampled_from([None, ["x"], ["x", "y"], ["y", "x", "x"]]),
        }
    ),
    max_size=20,
)


def _group_by(dimensions: list[Any], order: list[Any], aggregates: tuple[str, ...] = (), **options: Any) -> GroupBy:
    resolved = resolve_dimensions(crm(), ROCKET, dimensions)
    criteria = resolve_group_order(crm(), ROCKET, order, resolved)
    return GroupBy(object=ROCKET, dimensions=resolved, order=criteria, aggregates=aggregates, **options)


@given(ITEMS)
def test_groups_are_those_of_a_plain_sort(records: list[Record]) -> None:
    operation = _group_by(
        [{"colour": True}, {"builtOn": {"granularity": "MONTH"}}],
        [{"builtOn": {"orderBy": "DescNullsFirst", "granularity": "MONTH"}}],
        ("totalCount", "sumMass"),
    )
    grouper = Grouper(operation)
    for record in records:
        grouper.add(_item(**record))

    def key(record: dict[str, Any]) -> tuple[str, str]:
        return (record["builtOn"] or "")[:7], record["colour"] or ""

    expected = []
    for (month, colour), grouped in groupby(sorted(records, key=key), key):
        members = list(grouped)
        masses = [record["mass"] for record in members if record["mass"] is not None]
        expected.append(
            ((colour or None, f"{month}-01" if month else None), len(members), sum(masses) if masses else None)
        )
    # Latest month first, null before all; inside a month by colour, null last.
    expected.sort(key=lambda group: (group[0][0] is None, group[0][0] or ""))
    expected.sort(key=lambda group: (group[0][1] is None, group[0][1] or ""), reverse=True)
    assert [
        ((group.dimensions[0], group.dimensions[1] and group.dimensions[1].isoformat()), *group.aggregates.values())
        for group in grouper.groups()
    ] == expected


@given(ITEMS)
def test_unnested_lists_give_a_group_for_each_member(records: list[Record]) -> None:
    grouper = Grouper(_group_by([{"tags": {"unnest": True}}], [], ("totalCount",)))
    for record in records:
        grouper.add(_item(**record))
    expected: dict[Any, int] = {}
    for record in records:
        for tag in sorted(set(record["tags"])) if record["tags"] else [None]:
            expected[tag] = expected.get(tag, 0) + 1
    assert {group.dimensions[0]: group.aggregates["totalCount"] for group in grouper.groups()} == expected


def test_groups_of_whole_lists() -> None:
    grouper = Grouper(_group_by([{"tags": True}], [], ("totalCount",)))
    for tags in (["x", "y"], ["x", "y"], ["y"], None):
        grouper.add(_item(tags=tags))
    assert [(group.dimensions, group.aggregates["totalCount"]) for group in grouper.groups()] == [
        ((["x", "y"],), 2),
        ((["y"],), 1),
        ((None,), 1),
    ]


def test_order_by_an_aggregate_that_is_not_shown_and_limit() -> None:
    grouper = Grouper(
        _group_by([{"colour": True}], [{"aggregate": {"maxMass": "DescNullsLast"}}], ("totalCount",), limit=2)
    )
    for colour, mass in (("RED", 1), ("GREEN", None), ("BLUE", 7), ("RED", 3)):
        grouper.add(_item(colour=colour, mass=mass))
    assert [group.dimensions[0] for group in grouper.groups()] == ["BLUE", "RED"]


def test_records_are_kept_only_when_shown() -> None:
    for records, kept in ((None, 0), (Selection(), 2)):
        grouper = Grouper(_group_by([{"colour": True}], [], records=records))
        grouper.add(_item(colour="RED"))
        grouper.add(_item(colour="RED"))
        assert [len(group.items) for group in grouper.groups()] == [kept]


def test_groups_through_a_relation() -> None:
    model = crm()
    opportunity, company = model.by_plural["opportunities"], model.by_plural["companies"]
    dimensions = resolve_dimensions(model, opportunity, [{"company": {"name": True}}])
    grouper = Grouper(GroupBy(object=opportunity, dimensions=dimensions, aggregates=("totalCount",)))
    for related in ({company.by_name["name"].key: "Acme"}, None, {}):
        grouper.add(Record(), {"company": None if related is None else Record(related)})
    assert [(group.dimensions[0], group.aggregates["totalCount"]) for group in grouper.groups()] == [
        ("Acme", 1),
        (None, 2),
    ]
