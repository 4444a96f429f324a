"""Arguments (docs/wire/graphql.md#arguments, docs/wire/graphql.md#pages)."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.api.graphql import arguments
from icosa.api.graphql.roots import ROOT_FIELDS
from icosa.errors import BadRequest
from icosa.query.operation import Page

ID = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"
_BY_PREFIX = {f"{kind.prefix}{'Many' if kind.plural else 'One'}{kind.suffix}": kind for kind in ROOT_FIELDS}


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("Many", {"skip": 1}, "Argument not allowed: skip"),
        ("One", {"id": ID}, "Argument not allowed: id"),
        ("Many", {"first": "1"}, 'Invalid argument: "first" must be a number'),
        ("Many", {"first": True}, 'Invalid argument: "first" must be a number'),
        ("Many", {"offset": 1.5}, 'Invalid argument: "offset" must be an integer'),
        ("Many", {"last": float("inf")}, 'Invalid argument: "last" must be an integer'),
        ("Many", {"filter": []}, 'Invalid argument: "filter" must be an object'),
        ("Many", {"orderBy": "createdAt"}, 'Invalid argument: "orderBy" must be an array'),
        ("Many", {"after": 1}, 'Invalid argument: "after" must be a string'),
        ("One", {"filter": "x"}, 'Missing required argument: "filter" (object)'),
        ("createMany", {"data": "x"}, 'Missing required argument: "data" (array)'),
        ("createMany", {"data": [1]}, 'Invalid argument: "data" must be an array of objects'),
        ("createOne", {"data": []}, 'Missing required argument: "data" (object)'),
        ("createOne", {"data": {}, "upsert": "yes"}, 'Invalid argument: "upsert" must be a boolean'),
        (
            "createOne",
            {"data": {}, "shareWith": [{"accessLevel": "READ"}]},
            'Invalid argument: "shareWith" must be an array of objects with an accessLevel '
            "and one of workspaceMemberId, roleId or everyone",
        ),
        ("updateOne", {"id": 1}, 'Missing required argument: "id" (UUID)'),
        ("updateOne", {"id": "x"}, 'Value "x" is not a valid UUID'),
        ("OneDuplicates", {"ids": 1}, 'Invalid argument: "ids" must be an array'),
        ("OneDuplicates", {"data": 1}, 'Invalid argument: "data" must be an array'),
        ("mergeMany", {"ids": {}}, 'Missing required argument: "ids" (array)'),
        ("mergeMany", {"ids": ["x"]}, 'Value "x" is not a valid UUID'),
        ("mergeMany", {"conflictPriorityIndex": "0"}, 'Missing required argument: "conflictPriorityIndex" (number)'),
        ("ManyGroupBy", {"groupBy": "stage"}, '"groupBy" must be an array.'),
        ("ManyGroupBy", {"groupBy": []}, '"groupBy" must be an array.'),
        ("ManyGroupBy", {"viewId": 1}, 'Invalid argument: "viewId" must be a string'),
    ],
)
def test_refusals(kind: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        arguments.read(_BY_PREFIX[kind].arguments, given)

    assert (caught.value.message, caught.value.sub_code) == (message, "INVALID_QUERY_INPUT")


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("Many", {"orderBy": {"createdAt": "AscNullsFirst"}}, {"orderBy": [{"createdAt": "AscNullsFirst"}]}),
        ("Many", {"first": 2.0}, {"first": 2}),
        ("createMany", {"data": {"name": "x"}}, {"data": [{"name": "x"}]}),
        ("mergeMany", {"ids": ID.upper()}, {"ids": (ID,)}),
        ("OneDuplicates", {"ids": [ID.upper()]}, {"ids": (ID,)}),
        ("ManyGroupBy", {"groupBy": {"stage": True}}, {"groupBy": [{"stage": True}]}),
        (
            "createOne",
            {"shareWith": {"accessLevel": "READ", "everyone": True}},
            {"shareWith": [{"accessLevel": "READ", "everyone": True}]},
        ),
    ],
)
def test_one_value_stands_for_a_list_of_one(kind: str, given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert arguments.read(_BY_PREFIX[kind].arguments, given) == expected


@pytest.mark.parametrize("name", ["data", "filter", "id"])
def test_required_arguments(name: str) -> None:
    with pytest.raises(BadRequest) as caught:
        arguments.require({}, name, "object")

    assert caught.value.message == f'Missing required argument: "{name}" (object)'


@pytest.mark.parametrize(
    ("given", "sub_code"),
    [
        ({"first": 1, "last": 1}, "ARGS_CONFLICT"),
        ({"before": "x", "after": "y"}, "ARGS_CONFLICT"),
        ({"before": "x", "first": 1}, "ARGS_CONFLICT"),
        ({"after": "x", "last": 1}, "ARGS_CONFLICT"),
        ({"first": -1}, "INVALID_ARGS_FIRST"),
        ({"last": -1}, "INVALID_ARGS_LAST"),
        ({"offset": -1}, "INVALID_QUERY_INPUT"),
        ({"after": "abc"}, "INVALID_CURSOR"),
    ],
)
def test_pages_that_are_none(given: dict[str, Any], sub_code: str) -> None:
    with pytest.raises(BadRequest) as caught:
        arguments.page(given, (), default=60, most=200)

    assert caught.value.sub_code == sub_code


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Page(limit=60)),
        ({"first": 5, "offset": 2}, Page(limit=5, offset=2)),
        ({"first": 1000}, Page(limit=200)),
        ({"first": 0}, Page(limit=0)),
        ({"last": 5}, Page(limit=5, from_end=True)),
        ({"last": 5, "before": ""}, Page(limit=5, from_end=True)),
    ],
)
def test_pages(given: dict[str, Any], expected: Page) -> None:
    assert arguments.page(given, (), default=60, most=200) == expected
