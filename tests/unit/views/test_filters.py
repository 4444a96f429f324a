"""The stored filters of a view select the records that they say, checked on records."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from icosa.errors import BadRequest
from icosa.model.input import parse_input
from icosa.model.record import Record
from icosa.query.evaluate import compile_filter
from icosa.query.filters import resolve_filter
from icosa.views.bodies import Operand
from icosa.views.condition import combined
from icosa.views.entity_types import VIEW, VIEW_FILTER, VIEW_FILTER_GROUP, Entity
from icosa.views.filters import view_filter
from icosa.views.tree import Root
from tests.support.crm import crm

NOW = "2026-11-18T10:30:00.000Z"  # a Wednesday
ROCKET = crm().by_plural["rockets"]
ADA, BOB = "20000000-0000-4000-8000-000000000001", "20000000-0000-4000-8000-000000000002"

ARIANE = {
    "name": "Ariane 100%",
    "mass": 500,
    "reusable": False,
    "builtOn": "2026-11-18",
    "launchedAt": "2026-11-18T08:00:00Z",
    "colour": "RED",
    "colours": ["RED", "BLUE"],
    "grade": "RATING_4",
    "tags": ["heavy", "european"],
    "price": {"amountMicros": 5_000_000, "currencyCode": "EUR"},
    "pilot": {"firstName": "Ada", "lastName": "Lovelace"},
    "site": {"primaryLinkUrl": "https://ariane.example"},
    "boosterId": ADA,
    "createdBy": {"source": "IMPORT", "name": "Grace"},
    "story": {"blocknote": '[{"type": "paragraph", "content": "up"}]', "markdown": "went up"},
}
FALCON = {
    "name": "Falcon",
    "mass": 22,
    "reusable": True,
    "builtOn": "2026-10-01",
    "launchedAt": "2026-12-01T00:00:00Z",
    "colour": "BLUE",
    "colours": ["GREEN"],
    "grade": "RATING_2",
    "price": {"amountMicros": 1_000_000, "currencyCode": "USD"},
    "boosterId": BOB,
    "createdBy": {"source": "API", "name": "key"},
}
EMPTY: dict[str, Any] = {}
FLEET = {"ariane": ARIANE, "falcon": FALCON, "empty": EMPTY}


def stored(data: dict[str, Any]) -> Record:
    model = crm()
    parsed = parse_input(
        model, ROCKET, {name: value for name, value in data.items() if name != "createdBy"}, mode="create", now=NOW
    )
    item = Record.of({ROCKET.by_name["id"].key: ADA, **parsed.values}, id="id")
    if "createdBy" in data:
        item[ROCKET.by_name["createdBy"].key] = data["createdBy"]
    return item


ITEMS = {name: stored(data) for name, data in FLEET.items()}


def part(field: str, operand: str, value: Any = "", *, sub: str | None = None, group: str | None = None) -> Entity:
    return {
        "id": f"{field}{operand}{value}",
        "fieldMetadataId": ROCKET.by_name[field].id,
        "operand": operand,
        "value": value,
        "subFieldName": sub,
        "viewFilterGroupId": group,
        "deletedAt": None,
    }


def group(name: str, operator: str, *, inside: str | None = None) -> Entity:
    return {"id": name, "logicalOperator": operator, "parentViewFilterGroupId": inside, "deletedAt": None}


def matching(*filters: Entity, groups: tuple[Entity, ...] = (), anywhere: str | None = None) -> set[str]:
    view = Root.new(VIEW, {"id": "v", "anyFieldFilterValue": anywhere, "deletedAt": None})
    raw = view_filter(ROCKET, view.with_parts(VIEW_FILTER, filters).with_parts(VIEW_FILTER_GROUP, groups), now=NOW)
    test = compile_filter(resolve_filter(crm(), ROCKET, raw))
    return {name for name, item in ITEMS.items() if test(item, None) is True}  # type: ignore[arg-type]  # Nothing is joined.


ALL = {"ariane", "falcon", "empty"}


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (part("name", "CONTAINS", "aria"), {"ariane"}),
        (part("name", "CONTAINS", "0%"), {"ariane"}),
        (part("name", "CONTAINS", "%"), {"ariane"}),
        (part("name", "DOES_NOT_CONTAIN", "aria"), {"falcon", "empty"}),
        (part("name", "IS_EMPTY"), {"empty"}),
        (part("name", "IS_NOT_EMPTY"), {"ariane", "falcon"}),
        (part("mass", "IS", "500"), {"ariane"}),
        (part("mass", "IS_NOT", "500"), {"falcon", "empty"}),
        (part("mass", "GREATER_THAN_OR_EQUAL", "22"), {"ariane", "falcon"}),
        (part("mass", "LESS_THAN_OR_EQUAL", "22"), {"falcon"}),
        (part("mass", "IS_NOT_NULL"), {"ariane", "falcon"}),
        (part("reusable", "IS", "true"), {"falcon"}),
        (part("reusable", "IS", False), {"ariane"}),
        (part("builtOn", "IS", "2026-11-18"), {"ariane"}),
        (part("builtOn", "IS_TODAY"), {"ariane"}),
        (part("builtOn", "IS_BEFORE", "2026-11-18"), {"falcon"}),
        (part("builtOn", "IS_AFTER", "2026-10-01"), {"ariane"}),
        (part("builtOn", "IS_IN_PAST"), {"falcon"}),
        (part("builtOn", "IS_RELATIVE", "PAST_2_MONTH"), {"falcon"}),
        (part("builtOn", "IS_RELATIVE", "THIS_1_WEEK;;UTC;;"), {"ariane"}),
        (part("launchedAt", "IS", "2026-11-18T23:00:00Z"), {"ariane"}),
        (part("launchedAt", "IS_TODAY"), {"ariane"}),
        (part("launchedAt", "IS_IN_PAST"), {"ariane"}),
        (part("launchedAt", "IS_IN_FUTURE"), {"falcon"}),
        (part("launchedAt", "IS_RELATIVE", {"direction": "NEXT", "amount": 1, "unit": "MONTH"}), {"falcon"}),
        (part("launchedAt", "IS_RELATIVE", "PAST_3_HOUR"), {"ariane"}),
        (part("colour", "IS", '["RED","GREEN"]'), {"ariane"}),
        (part("colour", "IS", ["BLUE"]), {"falcon"}),
        (part("colour", "IS", ["BLUE", ""]), {"falcon", "empty"}),
        (part("colour", "IS_NOT", '["RED"]'), {"falcon", "empty"}),
        (part("colours", "CONTAINS", '["RED","GREEN"]'), {"ariane", "falcon"}),
        (part("colours", "DOES_NOT_CONTAIN", '["RED"]'), {"falcon", "empty"}),
        (part("grade", "GREATER_THAN_OR_EQUAL", "RATING_3"), {"ariane"}),
        (part("grade", "LESS_THAN_OR_EQUAL", "Rating_2"), {"falcon"}),
        (part("tags", "CONTAINS", "EURO"), {"ariane"}),
        (part("tags", "IS_EMPTY"), {"falcon", "empty"}),
        (part("price", "GREATER_THAN_OR_EQUAL", "2.5"), {"ariane"}),
        (part("price", "IS", "1", sub="amountMicros"), {"falcon"}),
        (part("price", "IS", '["EUR"]', sub="currencyCode"), {"ariane"}),
        (part("price", "IS_EMPTY"), {"empty"}),
        (part("pilot", "CONTAINS", "love"), {"ariane"}),
        (part("pilot", "CONTAINS", "love", sub="firstName"), set()),
        (part("pilot", "DOES_NOT_CONTAIN", "ada"), {"falcon", "empty"}),
        (part("site", "CONTAINS", "ariane"), {"ariane"}),
        (part("story", "CONTAINS", "up"), {"ariane"}),
        (part("story", "CONTAINS", "paragraph"), set()),
        (
            part("booster", "IS", f'{{"isCurrentWorkspaceMemberSelected": false, "selectedRecordIds": ["{ADA}"]}}'),
            {"ariane"},
        ),
        (part("booster", "IS", {"isCurrentWorkspaceMemberSelected": True, "selectedRecordIds": []}), set()),
        (part("booster", "IS_NOT", [ADA]), {"falcon", "empty"}),
        (part("booster", "IS_EMPTY"), {"empty"}),
        (part("createdBy", "IS", '["IMPORT"]', sub="source"), {"ariane"}),
        (part("createdBy", "IS", ["API", "IMPORT"]), {"ariane", "falcon"}),
        (part("createdBy", "CONTAINS", "grace"), {"ariane"}),
        (part("name", "CONTAINS", ""), ALL),
        (part("colour", "IS", "[]"), ALL),
    ],
    ids=lambda value: f"{value['operand']} {value['value']}" if isinstance(value, dict) else None,
)
def test_operands(filter: Entity, expected: set[str]) -> None:
    assert matching(filter) == expected


def test_filters_outside_of_groups_are_all_required() -> None:
    assert matching(part("mass", "IS_NOT_NULL"), part("name", "CONTAINS", "falcon")) == {"falcon"}
    assert matching() == ALL


def test_groups_combine_filters() -> None:
    heavy, red, named = (("mass", "IS", "22"), ("colour", "IS", ["RED"]), ("name", "IS_NOT_EMPTY", ""))
    either = group("g", "OR")
    assert matching(part(*heavy, group="g"), part(*red, group="g"), groups=(either,)) == {"ariane", "falcon"}
    both_of = group("g", "AND")
    assert matching(part(*heavy, group="g"), part(*red, group="g"), groups=(both_of,)) == set()
    neither = group("n", "NOT", inside="g")
    assert matching(part(*named, group="g"), part(*red, group="n"), groups=(both_of, neither)) == {"falcon"}
    assert matching(groups=(either, neither)) == ALL


def test_a_text_anywhere() -> None:
    assert matching(anywhere="love") == {"ariane"}
    assert matching(anywhere="22") == {"falcon"}
    assert matching(anywhere="blue") == {"ariane", "falcon"}
    assert matching(anywhere="nowhere to be found") == set()
    assert matching(part("mass", "IS", "22"), anywhere="blue") == {"falcon"}
    assert matching(anywhere="  ") == ALL


@pytest.mark.parametrize(
    "filter",
    [
        part("boosted", "IS", [ADA]),
        part("searchVector", "VECTOR_SEARCH", "x"),
        part("name", "VECTOR_SEARCH", "x"),
        part("name", "IS_TODAY"),
        part("launchedAt", "IS", "soon"),
        part("launchedAt", "IS_RELATIVE", "PAST_x_DAY"),
        part("launchedAt", "IS_RELATIVE", "PAST_999999999_YEAR"),
        part("mass", "IS", "heavy"),
        part("colour", "IS", ["PINK"]),
    ],
    ids=lambda value: value["operand"],
)
def test_what_cannot_be_applied_is_said(filter: Entity) -> None:
    with pytest.raises(BadRequest):
        matching(filter)


def test_any_operand_is_applied_or_rejected_with_bad_request() -> None:
    values: tuple[Any, ...] = (
        "",
        "x",
        "5",
        "true",
        "[]",
        '["RED"]',
        ["RED"],
        {},
        {"selectedRecordIds": [ADA]},
        "2026-01-01",
        "PAST_1_DAY",
        7,
        None,
        "{",
    )
    for field in ROCKET.fields:
        for operand in get_args(Operand):
            for value in values:
                try:
                    matching(part(field.name, operand, value))
                except BadRequest:
                    continue


def test_with_the_filter_of_a_request() -> None:
    assert combined(None, None) is None
    assert combined({"a": 1}, None) == {"a": 1}
    assert combined(None, {"b": 1}) == {"b": 1}
    assert combined({"a": 1}, {"b": 1}) == {"and": [{"a": 1}, {"b": 1}]}
