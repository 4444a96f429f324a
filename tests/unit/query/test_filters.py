"""Filters against a model (docs/wire/rest.md#operators, docs/wire/graphql.md#filters-in-graphql)."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.errors import InvalidFilter
from icosa.model.types.kinds import Text, Uuid
from icosa.query.filters import MAX_DEPTH, resolve_filter
from icosa.query.operation import And, Compare, Filter, Not, Or, Related, RelatedAny
from tests.support.crm import crm

ID = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"


def _resolve(raw: Any, plural: str = "people") -> Filter | None:
    model = crm()
    return resolve_filter(model, model.by_plural[plural], raw)


def _shape(filter: Filter | None) -> Any:
    """A filter as nested tuples that can be compared."""
    match filter:
        case Compare(leaf=leaf, operator=operator, operand=operand):
            return (leaf.dotted, operator.name, operand)
        case And(items=items):
            return ("and", *map(_shape, items))
        case Or(items=items):
            return ("or", *map(_shape, items))
        case Not(item=item):
            return ("not", _shape(item))
        case Related(field=field, target=target, filter=inner):
            return (f"{field.name} is a {target.name_singular}", _shape(inner))
        case RelatedAny(field=field, target=target, filter=inner):
            return (f"any {target.name_singular} of {field.name}", _shape(inner))
    return None


FILTERS: list[tuple[Any, Any]] = [
    ({"jobTitle": {"eq": "CTO"}}, ("jobTitle", "eq", "CTO")),
    ({"name": {"firstName": {"eq": "Ada"}, "lastName": {"like": "L%"}}},
     ("and", ("name.firstName", "eq", "Ada"), ("name.lastName", "like", "L%"))),
    ({"companyId": {"is": "NULL"}}, ("companyId", "is", "NULL")),
    ({"companyId": {"eq": ID.upper()}}, ("companyId", "eq", ID)),
    ({"position": {"gt": "3"}}, ("position", "gt", 3)),
    ({"createdAt": {"gte": "2024-01-01"}}, ("createdAt", "gte", "2024-01-01T00:00:00.000Z")),
    ({"createdBy": {"source": {"in": ["API", "IMPORT"]}}}, ("createdBy.source", "in", ("API", "IMPORT"))),
    ({"emails": {"additionalEmails": {"like": "%x%"}}}, ("emails.additionalEmails", "like", "%x%")),
    ({"jobTitle": {"eq": "a"}, "id": {"neq": ID}}, ("and", ("jobTitle", "eq", "a"), ("id", "neq", ID))),
    ({"or": [{"jobTitle": {"eq": "a"}}, {"not": {"jobTitle": {"eq": "b"}}}]},
     ("or", ("jobTitle", "eq", "a"), ("not", ("jobTitle", "eq", "b")))),
    ({"and": {"jobTitle": {"eq": "a"}}}, ("jobTitle", "eq", "a")),
    ({"company": {"name": {"ilike": "%a%"}}}, ("company is a company", ("name", "ilike", "%a%"))),
    ({"company": {"domainName": {"primaryLinkUrl": {"eq": "https://a.example"}}, "or": [{"name": {"eq": "x"}}]}},
     ("company is a company", ("and", ("domainName.primaryLinkUrl", "eq", "https://a.example"), ("name", "eq", "x")))),
    # Nothing to check.
    (None, None), ({}, None), ({"and": []}, None), ({"or": []}, None), ({"not": {}}, None),
    ({"and": [{"or": []}, {}]}, None),
    ({"company": {}}, None), ({"and": None, "not": None}, None), ({"name": {}}, None),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "shape"), FILTERS)
def test_filters_are_resolved(raw: Any, shape: Any) -> None:
    assert _shape(_resolve(raw)) == shape


def test_one_to_many_means_any_of_the_records() -> None:
    assert _shape(_resolve({"people": {"jobTitle": {"eq": "CTO"}}}, "companies")) == (
        "any person of people",
        ("jobTitle", "eq", "CTO"),
    )


def test_an_empty_block_means_any_record() -> None:
    raws: list[Any] = [{"people": {}}, {"people": {"and": []}}]
    for raw in raws:
        assert _shape(_resolve(raw, "companies")) == ("any person of people", ("and",))


def test_morph_relations_are_filtered_by_their_flattened_names() -> None:
    assert _shape(_resolve({"targetPersonId": {"eq": ID}}, "noteTargets")) == ("targetPersonId", "eq", ID)


def test_operators_of_graphql_only() -> None:
    raw = {
        "and": [
            {"colours": {"isEmptyArray": True}},
            {"tags": {"containsIlike": "%x%"}},
            {"colours": {"containsAny": ["RED"]}},
        ]
    }
    assert _shape(_resolve(raw, "rockets")) == (
        "and", ("colours", "isEmptyArray", True), ("tags", "containsIlike", "%x%"),
        ("colours", "containsAny", ("RED",)),
    )  # fmt: skip


TEXT, ORDERED = ", ".join(Text.operators), ", ".join(Uuid.operators)

ERRORS: list[tuple[str, Any, str]] = [
    ("people", {"foo": {"eq": 1}}, 'Object person doesn\'t have any "foo" field.'),
    ("people", {"searchVector": {"eq": "x"}}, 'Object person doesn\'t have any "searchVector" field.'),
    ("people", {"name": {"x": {"eq": 1}}}, 'Sub field "x" not found for composite type: FULL_NAME'),
    ("people", {"createdBy": {"foo": {"eq": 1}}}, 'Sub field "foo" not found for composite type: ACTOR'),
    ("people", {"jobTitle": "x"}, 'Filter value for field "jobTitle" must be an object'),
    ("people", {"jobTitle": None}, 'Filter value for field "jobTitle" must be an object'),
    ("people", {"name": ["x"]}, 'Filter value for field "name" must be an object'),
    ("people", {"name": {"eq": "x"}}, 'Sub field "eq" not found for composite type: FULL_NAME'),
    ("people", {"jobTitle": {}}, 'Filter for field "jobTitle" must have exactly one operator'),
    ("people", {"jobTitle": {"eq": "a", "neq": "b"}}, 'Filter for field "jobTitle" must have exactly one operator'),
    ("people", {"createdBy": {"source": {}}}, 'Filter for field "createdBy.source" must have exactly one operator'),
    ("people", {"jobTitle": {"regex": "x"}},
     f'Operator "regex" is not valid for field "jobTitle" of type TEXT - Allowed operators: {TEXT}'),
    ("people", {"createdAt": {"like": "x"}},
     f'Operator "like" is not valid for field "createdAt" of type DATE_TIME - Allowed operators: {ORDERED}'),
    ("people", {"companyId": {"like": "x"}},
     f'Operator "like" is not valid for field "companyId" of type UUID - Allowed operators: {ORDERED}'),
    ("people", {"name": {"firstName": {"contains": "x"}}},
     f'Operator "contains" is not valid for field "name.firstName" of type TEXT - Allowed operators: {TEXT}'),
    ("opportunities", {"stage": {"like": "x"}},
     'Operator "like" is not valid for field "stage" of type SELECT - '
     "Allowed operators: eq, neq, gt, gte, lt, lte, in, containsAny, is, isEmptyArray"),
    ("opportunities", {"amount": {"amountMicros": {"like": "x"}}},
     f'Operator "like" is not valid for field "amount.amountMicros" of type NUMERIC - Allowed operators: {ORDERED}'),
    ("rockets", {"reusable": {"neq": "true"}},
     'Operator "neq" is not valid for field "reusable" of type BOOLEAN - Allowed operators: eq, is'),
    ("rockets", {"colours": {"eq": "RED"}},
     'Operator "eq" is not valid for field "colours" of type MULTI_SELECT'
     ' - Allowed operators: containsAny, is, isEmptyArray'),
    ("rockets", {"tags": {"eq": "x"}},
     'Operator "eq" is not valid for field "tags" of type ARRAY - Allowed operators: containsIlike, is, isEmptyArray'),
    ("rockets", {"extra": {"eq": "x"}},
     'Operator "eq" is not valid for field "extra" of type RAW_JSON - Allowed operators: is, like'),
    ("people", {"jobTitle": {"is": "x"}}, 'Invalid filter value for "is" operator. Expected "NULL" or "NOT_NULL"'),
    ("people", {"jobTitle": {"in": None}}, 'Filter operator "in" requires an array value for field jobTitle'),
    ("people", {"jobTitle": {"in": []}}, "Invalid filter value for field jobTitle. Expected non-empty array"),
    ("people", {"jobTitle": {"like": 1}},
     'Filter operator "like" requires a string value for field "jobTitle", got number'),
    ("rockets", {"colours": {"isEmptyArray": "x"}},
     'Filter operator "isEmptyArray" requires a boolean value for field colours'),
    ("rockets", {"mass": {"gt": "x"}}, 'Invalid number value NaN for field "mass"'),
    ("rockets", {"exactMass": {"gt": "x"}}, 'Invalid number value NaN for field "exactMass"'),
    ("people", {"position": {"gt": "x"}}, 'Invalid number value NaN for field "position"'),
    ("rockets", {"reusable": {"eq": "x"}}, "Invalid boolean value 'x' for field \"reusable\""),
    ("people", {"companyId": {"eq": "x"}}, "Invalid UUID value 'x' for field \"companyId\""),
    ("rockets", {"builtOn": {"eq": "x"}},
     "Invalid value 'x' for date field \"builtOn\". Expected format: 'YYYY-MM-DD'"),
    ("people", {"createdAt": {"gt": "abc"}},
     "Invalid value 'abc' for date-time field \"createdAt\". Expected format: 'YYYY-MM-DDTHH:mm:ssZ'"),
    ("opportunities", {"stage": {"eq": "NOPE"}}, "Invalid value 'NOPE' for field \"stage\""),
    ("people", {"company": {"eq": ID}}, 'Object company doesn\'t have any "eq" field.'),
    ("people", {"company": ID}, 'Cannot filter by relation field "company": use "companyId" instead'),
    ("people", {"company": {"accountOwner": {"name": {"firstName": {"eq": "x"}}}}},
     "Relation filter nesting deeper than 1 hop is not supported"),
    ("companies", {"people": {"company": {"name": {"eq": "x"}}}},
     "Relation filter nesting deeper than 1 hop is not supported"),
    ("companies", {"people": {"eq": ID}}, 'Cannot filter by relation field "people"'),
    ("companies", {"people": ID}, 'Cannot filter by relation field "people"'),
    ("companies", {"people": {"foo": {"eq": 1}}}, 'Object person doesn\'t have any "foo" field.'),
    ("people", {"and": "x"}, 'Filter value for "and" must be an array of objects'),
    ("people", {"or": ["x"]}, "Filter for object person must be an object"),
    ("people", [], "Filter for object person must be an object"),
]  # fmt: skip


@pytest.mark.parametrize(("plural", "raw", "message"), ERRORS)
def test_wrong_filters_are_refused(plural: str, raw: Any, message: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        _resolve(raw, plural)
    assert caught.value.message == message
    assert caught.value.sub_code == "INVALID_ARGS_FILTER"


def test_depth_is_limited() -> None:
    raw: Any = {"jobTitle": {"eq": "x"}}
    for _ in range(MAX_DEPTH):
        raw = {"not": raw}
    assert _resolve(raw) is not None
    with pytest.raises(InvalidFilter, match="Filter conditions cannot be nested deeper than 50 levels"):
        _resolve({"not": raw})
