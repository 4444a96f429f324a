"""Rules of rows become filters that show no more than they say, checked on records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from icosa.access.permissions import Permissions
from icosa.access.roles import Role
from icosa.access.row_rules import BrokenRule, rows_of, rules_filter
from icosa.model.input import parse_input
from icosa.model.record import Record
from icosa.query.row_scope import EVERYTHING
from tests.support.crm import crm

NOW = "2026-11-18T10:30:00.000Z"  # a Wednesday
ROCKET = crm().by_plural["rockets"]
COMPANY = crm().by_plural["companies"]
ADA, BOB = "20000000-0000-4000-8000-000000000001", "20000000-0000-4000-8000-000000000002"

FLEET: dict[str, dict[str, Any]] = {
    "ariane": {
        "name": "Ariane",
        "mass": 500,
        "reusable": False,
        "builtOn": "2026-11-18",
        "launchedAt": "2026-11-18T08:00:00Z",
        "colour": "RED",
        "colours": ["RED", "BLUE"],
        "price": {"amountMicros": 5_000_000, "currencyCode": "EUR"},
        "pilot": {"firstName": "Ada", "lastName": "Lovelace"},
        "boosterId": ADA,
    },
    "falcon": {"name": "Falcon", "mass": 22, "reusable": True, "colour": "BLUE", "boosterId": BOB},
    "empty": {},
}


def stored(data: dict[str, Any]) -> Record:
    parsed = parse_input(crm(), ROCKET, data, mode="create", now=NOW)
    return Record.of({ROCKET.by_name["id"].key: ADA, **parsed.values}, id=ADA)


RECORDS = {name: stored(data) for name, data in FLEET.items()}


def rule(field: str, operand: str, value: Any = None, *, group: str | None = None, **members: Any) -> dict[str, Any]:
    return {
        "id": f"{field} {operand} {value}",
        "objectMetadataId": ROCKET.id,
        "fieldMetadataId": ROCKET.by_name[field].id if field in ROCKET.by_name else field,
        "operand": operand,
        "value": value,
        "rowLevelPermissionPredicateGroupId": group,
        **members,
    }


def group(name: str, operator: str, *, inside: str | None = None) -> dict[str, Any]:
    return {
        "id": name,
        "objectMetadataId": ROCKET.id,
        "logicalOperator": operator,
        "parentRowLevelPermissionPredicateGroupId": inside,
    }


def role(*rules: dict[str, Any], groups: Sequence[dict[str, Any]] = ()) -> Role:
    return Role.parse(
        {
            "SK": "r",
            "label": "Some role",
            "canReadAllObjectRecords": True,
            "rowLevelPredicates": list(rules),
            "rowLevelPredicateGroups": list(groups),
        }
    )


def seen(*rules: dict[str, Any], groups: Sequence[dict[str, Any]] = ()) -> set[str]:
    """The rockets that a role with these rules sees. Fails if it is denied all of them."""
    rows = rows_of(role(*rules, groups=groups), crm(), now=NOW)
    assert not rows.denies(ROCKET)
    return {name for name, record in RECORDS.items() if rows.shows(ROCKET, record)}


def detail(*rules: dict[str, Any], groups: Sequence[dict[str, Any]] = ()) -> str:
    """Why a role with these rules is denied rockets."""
    permissions = Permissions(role(*rules, groups=groups), rows_of(role(*rules, groups=groups), crm(), now=NOW))
    assert not permissions.can(ROCKET, "read")
    assert permissions.can(COMPANY, "read")
    assert not any(permissions.rows.shows(ROCKET, record) for record in RECORDS.values())
    with pytest.raises(BrokenRule) as broken:
        rules_filter(crm(), ROCKET, rules, groups, now=NOW)
    return broken.value.detail


MEMBER = {"workspaceMemberFieldMetadataId": "some-field-of-members"}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule("colour", "IS", "RED")], {"ariane"}),
        ([rule("colour", "IS", '["RED", "BLUE"]')], {"ariane", "falcon"}),
        ([rule("colour", "IS_NOT", "RED")], {"falcon", "empty"}),
        ([rule("name", "CONTAINS", "ari")], {"ariane"}),
        ([rule("name", "DOES_NOT_CONTAIN", "ari")], {"falcon", "empty"}),
        ([rule("mass", "GREATER_THAN_OR_EQUAL", "22"), rule("mass", "LESS_THAN_OR_EQUAL", 100)], {"falcon"}),
        ([rule("boosterId", "IS", ADA)], {"ariane"}),
        ([rule("booster", "IS", {"selectedRecordIds": [ADA], "isCurrentWorkspaceMemberSelected": False})], {"ariane"}),
        ([rule("booster", "IS", {"selectedRecordIds": [ADA], "isCurrentWorkspaceMemberSelected": True})], {"ariane"}),
        ([rule("booster", "IS_EMPTY")], {"empty"}),
        ([rule("reusable", "IS", "true")], {"falcon"}),
        ([rule("builtOn", "IS_TODAY")], {"ariane"}),
        ([rule("launchedAt", "IS_RELATIVE", "PAST_1_DAY")], set()),
        ([rule("launchedAt", "IS_RELATIVE", {"direction": "THIS", "amount": 1, "unit": "WEEK"})], {"ariane"}),
        ([rule("launchedAt", "IS_IN_PAST")], {"ariane"}),
        ([rule("price", "IS", "EUR", subFieldName="currencyCode")], {"ariane"}),
        ([rule("pilot", "CONTAINS", "ada")], {"ariane"}),
    ],
)
def test_predicates(rules: list[dict[str, Any]], expected: set[str]) -> None:
    rules = [
        {**each, "fieldMetadataId": ROCKET.by_name["booster"].id} if each["fieldMetadataId"] == "boosterId" else each
        for each in rules
    ]
    assert seen(*rules) == expected


def test_groups() -> None:
    red, heavy = rule("colour", "IS", "RED", group="any"), rule("mass", "IS", "22", group="any")
    assert seen(red, heavy, groups=[group("any", "OR")]) == {"ariane", "falcon"}
    assert seen(red, heavy, groups=[group("any", "AND")]) == set()
    assert seen(red, heavy, rule("reusable", "IS", "true"), groups=[group("any", "OR")]) == {"falcon"}
    nested = [group("outer", "OR"), group("inner", "AND", inside="outer")]
    rules = [
        rule("colour", "IS", "RED", group="inner"),
        rule("mass", "IS", "1", group="inner"),
        rule("name", "IS_EMPTY", group="outer"),
    ]
    assert seen(*rules, groups=nested) == {"empty"}
    # A group that no predicate names says nothing; one that is only an ancestor counts.
    assert seen(rule("colour", "IS", "RED"), groups=[group("unused", "OR")]) == {"ariane"}
    assert seen(rule("colour", "IS", "RED", group="inner"), groups=nested) == {"ariane"}


def test_what_compares_with_the_calling_member_holds_for_no_record() -> None:
    mine = rule("name", "IS", "Ada", **MEMBER)
    assert seen(mine) == set()
    assert seen(mine, rule("colour", "IS", "RED")) == set()
    in_group = {**mine, "rowLevelPermissionPredicateGroupId": "any"}
    assert seen(in_group, rule("colour", "IS", "RED", group="any"), groups=[group("any", "OR")]) == {"ariane"}
    assert seen(in_group, rule("colour", "IS", "RED", group="any"), groups=[group("any", "AND")]) == set()
    assert seen(rule("name", "IS_NOT", "Ada", **MEMBER)) == set()
    me = {"isCurrentWorkspaceMemberSelected": True, "selectedRecordIds": []}
    assert seen(rule("booster", "IS", me)) == set()
    assert seen(rule("booster", "IS_NOT", me)) == set()
    assert seen(rule("booster", "IS_NOT", {**me, "selectedRecordIds": [ADA]})) == set()


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (rule("no-such-field", "IS", "x"), "field no-such-field is gone"),
        (rule("name", "RESEMBLES", "x"), "RESEMBLES cannot be applied to field name"),
        (rule("name", "VECTOR_SEARCH", "x"), "VECTOR_SEARCH cannot be applied to field name"),
        (rule("boosted", "IS", ADA), "IS cannot be applied to field boosted"),
        (rule("pilot", "IS", "x", subFieldName="middleName"), "IS cannot be applied to field pilot"),
        (rule("mass", "DOES_NOT_CONTAIN", "5"), "DOES_NOT_CONTAIN cannot be applied to field mass"),
        (rule("mass", "IS", "heavy"), "Invalid number value"),
        (rule("colour", "IS", "PURPLE"), "PURPLE"),
        (rule("colour", "IS_NOT", "PURPLE"), "PURPLE"),
        (rule("colours", "DOES_NOT_CONTAIN", '["PURPLE"]'), "PURPLE"),
        (rule("booster", "IS", "somebody"), "somebody"),
        (rule("launchedAt", "IS", "soon"), "'soon' is no date"),
        (rule("launchedAt", "IS_AFTER", "soon"), "soon"),
        (rule("launchedAt", "IS_RELATIVE", "SOMETIMES"), "'SOMETIMES' is no relative period"),
        (rule("name", "IS_TODAY"), "Field name holds no dates"),
        (rule("name", "IS", ""), "IS of field name needs a value"),
        (rule("name", "CONTAINS", None), "CONTAINS of field name needs a value"),
        (rule("colours", "DOES_NOT_CONTAIN", "[]"), "DOES_NOT_CONTAIN of field colours needs a value"),
        (rule("booster", "IS_NOT", {"selectedRecordIds": []}), "IS_NOT of field booster needs a value"),
        (rule("name", "IS_NOT", {"a": 1}), "IS_NOT of field name needs a value"),
        (rule("name", "IS_NOT", [None]), "IS_NOT of field name needs a value of another form"),
        (rule("name", "IS_NOT", ["Ariane", [None]]), "IS_NOT of field name needs a value of another form"),
        (rule("name", "IS_NOT", [""]), "IS_NOT of field name needs a value"),
        (rule("name", "DOES_NOT_CONTAIN", {"x": 1}), "DOES_NOT_CONTAIN of field name needs a value"),
        (rule("name", "DOES_NOT_CONTAIN", ["x"]), "DOES_NOT_CONTAIN of field name needs a value of another form"),
        (rule("colours", "IS_NOT", "RED"), 'Operator "eq" is not valid'),
        (rule("reusable", "IS_NOT", "maybe"), "Invalid boolean value"),
        (rule("name", "IS", "x", group="gone"), "there is no group gone"),
        ({"objectMetadataId": ROCKET.id}, "a member is missing"),
        ({**rule("name", "IS", "x"), "operand": None}, "None cannot be applied to field name"),
        ({**rule("name", "IS", "x"), "operand": ["IS"]}, "a member is missing or has another form"),
    ],
)
def test_what_cannot_be_understood_denies_the_object(broken: dict[str, Any], why: str) -> None:
    assert why in detail(broken)
    # Not even beside others, of which one would hold.
    groups = [group("any", "OR")]
    members = (
        {"rowLevelPermissionPredicateGroupId": "any"} if not broken.get("rowLevelPermissionPredicateGroupId") else {}
    )
    assert detail({**broken, **members}, rule("colour", "IS", "RED", group="any"), groups=groups)


def test_groups_that_cannot_be_understood() -> None:
    inside = rule("colour", "IS", "RED", group="a")
    circle = [group("a", "AND", inside="b"), group("b", "AND", inside="a")]
    assert "not contain themselves" in detail(inside, groups=circle)
    assert "there is no group b" in detail(inside, groups=[group("a", "AND", inside="b")])
    assert "'NOT' is no logical operator" in detail(inside, groups=[group("a", "NOT")])
    deep = [group(str(i), "AND", inside=str(i - 1) if i else None) for i in range(11)]
    assert "10 levels deep" in detail(rule("colour", "IS", "RED", group="10"), groups=deep)
    assert seen(rule("colour", "IS", "RED", group="9"), groups=deep) == {"ariane"}


def test_a_role_without_rules_sees_everything() -> None:
    assert rows_of(role(), crm(), now=NOW) is EVERYTHING
    assert rows_of(role(groups=[group("any", "OR")]), crm(), now=NOW) is EVERYTHING
    rows = rows_of(role(rule("colour", "IS", "RED")), crm(), now=NOW)
    assert rows.narrow(COMPANY, None) is None
    assert not rows.limits(COMPANY)


def test_fields_that_rules_name_may_be_set_on_new_records() -> None:
    colour, name = ROCKET.by_name["colour"].id, ROCKET.by_name["name"].id
    locked = {ROCKET.id: {colour: {"canUpdateFieldValue": False}, name: {"canUpdateFieldValue": False}}}
    item = {"SK": "r", "label": "x", "fieldPermissions": locked}
    permissions = Permissions(Role.parse({**item, "rowLevelPredicates": [rule("colour", "IS", "RED")]}))
    assert permissions.unwritable_fields(ROCKET) == {colour, name}
    assert permissions.unset_fields(ROCKET) == {name}
    assert Permissions(Role.parse(item)).unset_fields(ROCKET) == {colour, name}
