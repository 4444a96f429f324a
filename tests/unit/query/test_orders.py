"""Orders against a model (docs/wire/rest.md#order, docs/wire/graphql.md#orders-in-graphql)."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.errors import BadRequest
from icosa.query.orders import resolve_order
from tests.support.crm import crm

DIRECTIONS = "AscNullsFirst, AscNullsLast, DescNullsFirst, DescNullsLast"


def _resolve(raw: Any, plural: str = "people") -> list[tuple[str, str]]:
    model = crm()
    return [(".".join(term.path), term.direction) for term in resolve_order(model, model.by_plural[plural], raw)]


ORDERS: list[tuple[Any, list[tuple[str, str]]]] = [
    (None, []),
    ([], []),
    ([{}], []),
    ([{"jobTitle": "AscNullsFirst"}], [("jobTitle", "AscNullsFirst")]),
    ({"jobTitle": "DescNullsLast"}, [("jobTitle", "DescNullsLast")]),
    ([{"name": {"lastName": "AscNullsLast", "firstName": "DescNullsFirst"}}],
     [("name.lastName", "AscNullsLast"), ("name.firstName", "DescNullsFirst")]),
    ([{"jobTitle": "AscNullsLast", "id": "DescNullsLast"}], [("jobTitle", "AscNullsLast"), ("id", "DescNullsLast")]),
    ([{"companyId": "AscNullsLast"}], [("companyId", "AscNullsLast")]),
    ([{"company": {"name": "AscNullsLast"}}], [("company.name", "AscNullsLast")]),
    ([{"company": {"address": {"addressCity": "DescNullsLast"}}}], [("company.address.addressCity", "DescNullsLast")]),
    # Of a repeated field the first counts.
    ([{"name": {"firstName": "DescNullsLast"}}, {"name": {"firstName": "AscNullsFirst"}}],
     [("name.firstName", "DescNullsLast")]),
    ([{"company": {"name": "AscNullsLast"}}, {"jobTitle": "AscNullsLast"}, {"company": {"name": "DescNullsLast"}}],
     [("company.name", "AscNullsLast"), ("jobTitle", "AscNullsLast")]),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), ORDERS)
def test_orders_are_resolved(raw: Any, expected: list[tuple[str, str]]) -> None:
    assert _resolve(raw) == expected


def test_lists_and_options_can_be_ordered_by() -> None:
    assert _resolve([{"colours": "AscNullsFirst"}, {"grade": "DescNullsLast"}], "rockets") == [
        ("colours", "AscNullsFirst"),
        ("grade", "DescNullsLast"),
    ]


ERRORS: list[tuple[str, Any, str]] = [
    ("people", {"foo": "AscNullsFirst"}, 'Field "foo" does not exist or is not sortable'),
    ("people", {"searchVector": "AscNullsFirst"}, 'Field "searchVector" does not exist or is not sortable'),
    ("companies", {"people": "AscNullsFirst"}, 'Field "people" does not exist or is not sortable'),
    ("companies", {"people": {"jobTitle": "AscNullsFirst"}},
     "Cannot filter or order through people: only to-one relations are supported"),
    ("people", {"name": "AscNullsFirst"},
     "Composite field \"name\" requires subfield ordering (e.g., { name: { subFieldName: 'AscNullsFirst' } })"),
    ("people", {"name": {"x": "AscNullsFirst"}}, 'Sub field "x" not found for composite field "name"'),
    ("people", {"company": "AscNullsFirst"},
     "Relation field \"company\" requires nested field ordering (e.g., { company: { fieldName: 'AscNullsFirst' } })"),
    ("people", {"company": {"x": "AscNullsFirst"}}, 'Nested field "x" not found in target object "company"'),
    ("people", {"company": {"people": "AscNullsFirst"}}, 'Nested field "people" not found in target object "company"'),
    ("people", {"company": {"address": "AscNullsFirst"}},
     'Composite field "company.address" requires one of its sub fields to be ordered'),
    ("people", {"company": {"address": {"x": "AscNullsFirst"}}},
     'Sub field "x" not found for composite field "company.address"'),
    ("people", {"company": {"name": {"x": "AscNullsFirst"}}}, 'Field "company.name" does not support nested ordering'),
    ("people", {"company": {"accountOwner": {"name": "AscNullsFirst"}}},
     'Field "company.accountOwner" does not support nested ordering'),
    ("people", {"jobTitle": {"x": "AscNullsFirst"}},
     f'Scalar field "jobTitle" requires a direction value ({DIRECTIONS})'),
    ("people", {"jobTitle": "asc"}, f'Scalar field "jobTitle" requires a direction value ({DIRECTIONS})'),
    ("people", {"name": {"firstName": None}},
     f'Scalar field "name.firstName" requires a direction value ({DIRECTIONS})'),
    ("people", {"company": {"name": 1}}, f'Scalar field "company.name" requires a direction value ({DIRECTIONS})'),
]  # fmt: skip


@pytest.mark.parametrize(("plural", "raw", "message"), ERRORS)
def test_wrong_orders_are_refused(plural: str, raw: Any, message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        _resolve([raw], plural)
    assert caught.value.message == message


@pytest.mark.parametrize("raw", ["x", 1, ["x"], [None]])
def test_other_shapes_are_refused(raw: Any) -> None:
    with pytest.raises(BadRequest, match="Order must be an array of objects"):
        _resolve(raw)
