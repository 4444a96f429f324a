"""Arguments of groupBy against a model (docs/wire/rest.md#group-parameters, docs/wire/graphql.md#groups-in-graphql)."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.errors import BadRequest
from icosa.query.groups import resolve_dimensions, resolve_group_order
from icosa.query.operation import Dimension
from tests.support.crm import crm

PARIS = "Europe/Paris"


def _dimensions(*raw: Any, plural: str = "opportunities") -> tuple[Dimension, ...]:
    model = crm()
    return resolve_dimensions(model, model.by_plural[plural], list(raw))


def _shape(dimension: Dimension) -> tuple[Any, ...]:
    name = dimension.leaf.dotted if dimension.relation is None else f"{dimension.relation.name}.{dimension.leaf.dotted}"
    return name, dimension.granularity, dimension.time_zone, dimension.week_start_day, dimension.unnest


DIMENSIONS: list[tuple[str, Any, tuple[Any, ...]]] = [
    ("opportunities", {"stage": True}, ("stage", "NONE", None, "MONDAY", False)),
    ("opportunities", {"companyId": True}, ("companyId", "NONE", None, "MONDAY", False)),
    ("opportunities", {"amount": {"currencyCode": True}}, ("amount.currencyCode", "NONE", None, "MONDAY", False)),
    ("opportunities", {"closeDate": True}, ("closeDate", "NONE", None, "MONDAY", False)),
    ("opportunities", {"createdAt": {"granularity": "NONE"}}, ("createdAt", "NONE", None, "MONDAY", False)),
    ("opportunities", {"closeDate": {"granularity": "MONTH", "timeZone": PARIS}},
    ("closeDate", "MONTH", PARIS, "MONDAY", False)),
    ("opportunities", {"closeDate": {"granularity": "WEEK", "timeZone": "UTC", "weekStartDay": "SUNDAY"}},
     ("closeDate", "WEEK", "UTC", "SUNDAY", False)),
    ("opportunities", {"closeDate": {"granularity": "MONTH_OF_THE_YEAR"}},
    ("closeDate", "MONTH_OF_THE_YEAR", None, "MONDAY", False)),
    ("opportunities", {"company": {"name": True}}, ("company.name", "NONE", None, "MONDAY", False)),
    ("opportunities", {"company": {"address": {"addressCity": True}}},
    ("company.address.addressCity", "NONE", None, "MONDAY", False)),
    ("opportunities", {"company": {"createdAt": {"granularity": "YEAR", "timeZone": "UTC"}}},
     ("company.createdAt", "YEAR", "UTC", "MONDAY", False)),
    ("rockets", {"builtOn": {"granularity": "DAY"}}, ("builtOn", "DAY", None, "MONDAY", False)),
    ("rockets", {"builtOn": {"granularity": "DAY", "timeZone": "nonsense"}}, ("builtOn", "DAY", None, "MONDAY", False)),
    ("rockets", {"colours": True}, ("colours", "NONE", None, "MONDAY", False)),
    ("rockets", {"colours": {"unnest": True}}, ("colours", "NONE", None, "MONDAY", True)),
    ("rockets", {"tags": {"unnest": False}}, ("tags", "NONE", None, "MONDAY", False)),
]  # fmt: skip


@pytest.mark.parametrize(("plural", "raw", "expected"), DIMENSIONS)
def test_dimensions_are_resolved(plural: str, raw: Any, expected: tuple[Any, ...]) -> None:
    [dimension] = _dimensions(raw, plural=plural)
    assert _shape(dimension) == expected


SEVERAL_FIELDS = "You cannot provide multiple fields in one GroupByInput, split them into multiple GroupByInput"
SEVERAL_SUBFIELDS = "You cannot provide multiple subfields in one GroupByInput, split them into multiple GroupByInput"
ZONE = "Time zone should be specified for a group by date on Day, Week, Month, Quarter or Year"

DIMENSION_ERRORS: list[tuple[str, Any, str]] = [
    ("opportunities", {"foo": True}, "Unidentified field in groupBy: foo"),
    ("opportunities", {"stage": True, "name": True}, SEVERAL_FIELDS),
    ("opportunities", {}, SEVERAL_FIELDS),
    ("opportunities", {"id": True}, 'Field "id" is not supported in groupBy'),
    ("opportunities", {"deletedAt": True}, 'Field "deletedAt" is not supported in groupBy'),
    ("opportunities", {"position": True}, 'Field "position" is not supported in groupBy'),
    ("opportunities", {"createdBy": {"source": True}}, 'Field "createdBy" is not supported in groupBy'),
    ("opportunities", {"searchVector": True}, 'Field "searchVector" is not supported in groupBy'),
    ("companies", {"people": {"jobTitle": True}}, 'Field "people" is not supported in groupBy'),
    ("rockets", {"extra": True}, 'Field "extra" is not supported in groupBy'),
    ("opportunities", {"amount": {"amountMicros": True, "currencyCode": True}}, SEVERAL_SUBFIELDS),
    ("opportunities", {"company": {"name": True, "createdAt": True}}, SEVERAL_SUBFIELDS),
    ("opportunities", {"name": {"x": True}}, 'Field "name" does not support nested subfields in groupBy'),
    ("opportunities", {"stage": {"unnest": True}}, 'Field "stage" does not support nested subfields in groupBy'),
    ("opportunities", {"closeDate": {"granularity": "HOUR"}},
     'Field "closeDate" does not support nested subfields in groupBy'),
    ("opportunities", {"closeDate": {}}, 'Field "closeDate" does not support nested subfields in groupBy'),
    ("opportunities", {"closeDate": {"granularity": "DAY", "x": 1}}, SEVERAL_SUBFIELDS),
    ("opportunities", {"amount": {"x": True}}, 'Composite subfield "x" is not supported in groupBy for "amount"'),
    ("people", {"emails": {"additionalEmails": True}},
     'Composite subfield "additionalEmails" is not supported in groupBy for "emails"'),
    ("opportunities", {"amount": {"currencyCode": False}},
     'Composite subfield "currencyCode" must be set to true in groupBy for "amount"'),
    ("opportunities", {"stage": False}, 'Invalid groupBy definition for field "stage"'),
    ("opportunities", {"stage": "x"}, 'Invalid groupBy definition for field "stage"'),
    ("opportunities", {"amount": True}, 'Invalid groupBy definition for field "amount"'),
    ("opportunities", {"company": True}, 'Invalid groupBy definition for field "company"'),
    ("opportunities", {"closeDate": {"granularity": "WEEK", "timeZone": "UTC", "weekStartDay": "FRIDAY"}},
     'Invalid groupBy definition for field "closeDate"'),
    ("opportunities", {"company": {"x": True}}, 'Nested field "x" not found in target object "company"'),
    ("opportunities", {"company": {"accountOwner": {"name": True}}},
     'Cannot group by a relation field of the relation field "company"'),
    ("opportunities", {"closeDate": {"granularity": "MONTH"}}, ZONE),
    ("opportunities", {"closeDate": {"granularity": "DAY", "timeZone": "Mars/Base"}}, "Invalid timezone: Mars/Base"),
    ("opportunities", {"closeDate": {"granularity": "DAY", "timeZone": "../etc/passwd"}},
     "Invalid timezone: ../etc/passwd"),
    ("opportunities", {"closeDate": {"granularity": "DAY", "timeZone": "Europe"}}, "Invalid timezone: Europe"),
    ("opportunities", {"closeDate": {"granularity": "DAY", "timeZone": 1}}, "Invalid timezone: 1"),
    *(("opportunities", {"closeDate": {"granularity": "DAY", "timeZone": zone}}, f"Invalid timezone: {zone}")
      for zone in ("localtime", "posixrules", "Factory", "posix/Europe/Paris", "right/Europe/Paris")),
]  # fmt: skip


@pytest.mark.parametrize(("plural", "raw", "message"), DIMENSION_ERRORS)
def test_wrong_dimensions_are_refused(plural: str, raw: Any, message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        _dimensions(raw, plural=plural)
    assert caught.value.message == message


def test_zone_errors_have_codes() -> None:
    for zone, code in (({}, "MISSING_TIMEZONE_FOR_DATE_GROUP_BY"), ({"timeZone": "x"}, "INVALID_TIMEZONE")):
        with pytest.raises(BadRequest) as caught:
            _dimensions({"closeDate": {"granularity": "DAY", **zone}})
        assert caught.value.sub_code == code


MONTHS = {"closeDate": {"granularity": "MONTH", "timeZone": "UTC"}}
GROUPED = (
    {"stage": True},
    MONTHS,
    {"amount": {"currencyCode": True}},
    {"company": {"name": True}},
    {"createdAt": True},
)


def _order(*raw: Any) -> list[tuple[Any, ...]]:
    model = crm()
    obj = model.by_plural["opportunities"]
    return [
        (order.aggregate if order.aggregate is not None else order.dimension, order.direction)
        for order in resolve_group_order(model, obj, list(raw), resolve_dimensions(model, obj, GROUPED))
    ]


def test_group_orders_are_resolved() -> None:
    assert _order(
        {"aggregate": {"sumAmountAmountMicros": "DescNullsLast"}},
        {"stage": "AscNullsFirst"},
        {"closeDate": {"orderBy": "AscNullsLast", "granularity": "MONTH"}},
        {"amount": {"currencyCode": "AscNullsLast"}},
        {"company": {"name": "DescNullsFirst"}},
        {"createdAt": "AscNullsLast"},
        {"createdAt": {"orderBy": "AscNullsLast"}},
        {},
    ) == [
        ("sumAmountAmountMicros", "DescNullsLast"),
        (0, "AscNullsFirst"),
        (1, "AscNullsLast"),
        (2, "AscNullsLast"),
        (3, "DescNullsFirst"),
        (4, "AscNullsLast"),
        (4, "AscNullsLast"),
    ]


DIRECTIONS = "AscNullsFirst, AscNullsLast, DescNullsFirst, DescNullsLast"
ONE_BY_ONE = "Please provide orderBy field criteria one by one in orderBy array"
ORDER_ERRORS: list[tuple[Any, str]] = [
    ({"stage": "AscNullsFirst", "name": "AscNullsFirst"}, ONE_BY_ONE),
    ({"amount": {"currencyCode": "AscNullsFirst", "amountMicros": "AscNullsFirst"}}, ONE_BY_ONE),
    ({"company": "AscNullsFirst"}, ONE_BY_ONE),
    ({"aggregate": {"totalCount": "AscNullsFirst", "countNotEmptyId": "AscNullsFirst"}},
     "Please provide aggregate criteria one by one in orderBy array"),
    ({"aggregate": "totalCount"}, "Please provide aggregate criteria one by one in orderBy array"),
    ({"aggregate": {"fooBar": "AscNullsFirst"}}, "Unknown aggregate field: fooBar"),
    ({"foo": "AscNullsFirst"}, "Cannot orderBy unknown field: foo."),
    ({"searchVector": "AscNullsFirst"}, "Cannot orderBy unknown field: searchVector."),
    ({"noteTargets": "AscNullsFirst"}, "Cannot orderBy unknown field: noteTargets."),
    ({"amount": {"x": "AscNullsFirst"}}, "Cannot orderBy unknown field: amount.x."),
    ({"company": {"x": "AscNullsFirst"}}, "Cannot orderBy unknown field: company.x."),
    ({"name": "AscNullsFirst"}, "Cannot order by a field that is not an aggregate nor in groupBy criteria: name."),
    ({"closeDate": "AscNullsFirst"},
     "Cannot order by a field that is not an aggregate nor in groupBy criteria: closeDate."),
    ({"amount": {"amountMicros": "AscNullsFirst"}},
     "Cannot order by a field that is not in groupBy or that is not an aggregate field: amount.amountMicros"),
    ({"closeDate": {"orderBy": "AscNullsFirst", "granularity": "DAY"}},
     "Cannot order by a date granularity that is not in groupBy criteria: DAY"),
    ({"company": {"createdAt": "AscNullsFirst"}},
     "Cannot order by a relation field that is not in groupBy criteria: company.createdAt"),
    ({"stage": "up"}, f'Scalar field "stage" requires a direction value ({DIRECTIONS})'),
    ({"aggregate": {"totalCount": "up"}}, f'Scalar field "totalCount" requires a direction value ({DIRECTIONS})'),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "message"), ORDER_ERRORS)
def test_wrong_group_orders_are_refused(raw: Any, message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        _order(raw)
    assert caught.value.message == message
