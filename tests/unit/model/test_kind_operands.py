"""Checks and normal forms of filter operands (docs/wire/rest.md#operands, docs/wire/graphql.md#filters-in-graphql)."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.errors import InvalidFilter
from icosa.model.types.base import Kind
from icosa.model.types.graphql_types import BIG_INT
from icosa.model.types.kinds import (
    Array,
    Boolean,
    Date,
    DateTime,
    EmailText,
    MultiSelect,
    Number,
    Numeric,
    RawJson,
    Select,
    Text,
    UrlText,
    Uuid,
)

UUID = "7C1B6B6E-3a3e-4f61-8b64-0a5a0d6a0001"
SELECT = Select(("RED", "GREEN"))

ACCEPTED: list[tuple[Kind, str, Any, Any]] = [
    (Text(), "eq", "Ada", "Ada"),
    (Text(), "eq", "", ""),
    (Text(), "eq", None, ""),
    (Text(), "in", ["a", ""], ("a", "")),
    (Text(), "like", "%a%", "%a%"),
    (Text(), "is", "NULL", "NULL"),
    (EmailText(), "eq", " Ada@Example.ORG ", "ada@example.org"),
    (EmailText(), "in", ["A@B.org", "No Mail"], ("a@b.org", "no mail")),
    (EmailText(), "neq", "", ""),
    (Text(), "in", "a", ("a",)),
    (SELECT, "containsAny", "RED", ("RED",)),
    (UrlText(), "eq", "HTTPS://ACME.example/", "https://acme.example"),
    (UrlText(), "in", ["HTTP://A.example", "no link", ""], ("http://a.example", "no link", "")),
    (UrlText(), "neq", "https://acme.example/a/", "https://acme.example/a"),
    (UrlText(), "like", "HTTPS://%", "HTTPS://%"),
    (EmailText(), "ilike", "%@B.org", "%@B.org"),
    (Number(), "eq", "42", 42),
    (Number(), "eq", " 4.50 ", 4.5),
    (Number(), "gt", "1e3", 1000),
    (Number(), "eq", 1.0, 1),
    (Number(), "in", ["1", 2], (1, 2)),
    (Number(), "eq", str(2**53 + 1), float(2**53)),
    (Number(scalar=BIG_INT), "eq", str(2**53 + 1), 2**53 + 1),
    (Number(scalar=BIG_INT), "gt", "1.5", 1.5),
    (Numeric(), "eq", "01.50", "1.5"),
    (Numeric(), "eq", 3, "3"),
    (Numeric(), "eq", "1e3", "1000"),
    (Numeric(), "eq", -0.0, "0"),
    (Boolean(), "eq", "true", True),
    (Boolean(), "eq", False, False),
    (Date(), "eq", "January 13, 2025", "2025-01-13"),
    (DateTime(), "eq", "2025-01-13T10:00:00.1239+01:00", "2025-01-13T09:00:00.123Z"),
    (Uuid(), "in", [UUID], (UUID.lower(),)),
    (SELECT, "gt", "RED", "RED"),
    (SELECT, "containsAny", ["RED"], ("RED",)),
    (SELECT, "isEmptyArray", True, True),
    (MultiSelect(("RED",)), "containsAny", ["RED"], ("RED",)),
    (Array(), "containsIlike", "%a%", "%a%"),
    (RawJson(), "like", "%a%", "%a%"),
]


@pytest.mark.parametrize(("kind", "operator", "raw", "operand"), ACCEPTED)
def test_accepted(kind: Kind, operator: str, raw: Any, operand: Any) -> None:
    result = kind.operand("f", kind.operators[operator], raw)
    assert result == operand
    assert type(result) is type(operand)


REFUSED: list[tuple[Kind, str, Any, str]] = [
    (Text(), "is", "null", 'Invalid filter value for "is" operator. Expected "NULL" or "NOT_NULL"'),
    (Text(), "in", None, 'Filter operator "in" requires an array value for field f'),
    (Text(), "in", [], "Invalid filter value for field f. Expected non-empty array"),
    (Text(), "eq", 1, 'Invalid string value 1 for text field "f"'),
    (Text(), "like", 1, 'Filter operator "like" requires a string value for field "f", got number'),
    (Text(), "ilike", None, 'Filter operator "ilike" requires a string value for field "f", got object'),
    (Text(), "endsWith", True, 'Filter operator "endsWith" requires a string value for field "f", got boolean'),
    (SELECT, "containsAny", None, 'Filter operator "containsAny" requires an array value for field f'),
    (SELECT, "containsAny", "NO", "Invalid value 'NO' for field \"f\""),
    (SELECT, "isEmptyArray", "true", 'Filter operator "isEmptyArray" requires a boolean value for field f'),
    (SELECT, "eq", "X", "Invalid value 'X' for field \"f\""),
    (MultiSelect(("RED",)), "containsAny", ["X"], "Invalid value 'X' for multi select field \"f\""),
    (Number(), "eq", "abc", 'Invalid number value NaN for field "f"'),
    (Number(), "eq", "", 'Invalid number value NaN for field "f"'),
    (Number(), "eq", "1_000", 'Invalid number value NaN for field "f"'),
    (Number(), "eq", "inf", 'Invalid number value NaN for field "f"'),
    (Number(), "eq", True, 'Invalid number value true for field "f"'),
    (Number(), "eq", None, 'Invalid number value null for field "f"'),
    (Number(), "in", [1, "x"], 'Invalid number value NaN for field "f"'),
    (Number(), "eq", 1e200, 'Invalid number value 1e+200 for field "f" - The largest number is 9.99e+125.'),
    (Numeric(), "eq", "abc", 'Invalid number value NaN for field "f"'),
    (Numeric(), "eq", {}, 'Invalid number value {} for field "f"'),
    (Boolean(), "eq", "yes", "Invalid boolean value 'yes' for field \"f\""),
    (Boolean(), "eq", 1, 'Invalid boolean value 1 for field "f"'),
    (Uuid(), "eq", "x", "Invalid UUID value 'x' for field \"f\""),
    (Date(), "eq", "2024", "Invalid value '2024' for date field \"f\". Expected format: 'YYYY-MM-DD'"),
    (DateTime(), "gt", 5, "Invalid value 5 for date-time field \"f\". Expected format: 'YYYY-MM-DDTHH:mm:ssZ'"),
]


@pytest.mark.parametrize(("kind", "operator", "raw", "message"), REFUSED)
def test_refused(kind: Kind, operator: str, raw: Any, message: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        kind.operand("f", kind.operators[operator], raw)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("kind", "operators"),
    [
        (Text(), "eq, neq, gt, gte, lt, lte, in, is, like, ilike, startsWith, endsWith"),
        (Number(), "eq, neq, gt, gte, lt, lte, in, is"),
        (Numeric(), "eq, neq, gt, gte, lt, lte, in, is"),
        (DateTime(), "eq, neq, gt, gte, lt, lte, in, is"),
        (Uuid(), "eq, neq, gt, gte, lt, lte, in, is"),
        (Boolean(), "eq, is"),
        (SELECT, "eq, neq, gt, gte, lt, lte, in, containsAny, is, isEmptyArray"),
        (MultiSelect(()), "containsAny, is, isEmptyArray"),
        (Array(), "containsIlike, is, isEmptyArray"),
        (RawJson(), "is, like"),
    ],
)
def test_operators_are_listed_in_the_order_of_messages(kind: Kind, operators: str) -> None:
    assert ", ".join(kind.operators) == operators


@pytest.mark.parametrize(
    ("kind", "operator", "value", "operand", "holds"),
    [
        (Text(), "gt", "b", "B", False),  # as orders: without regard to case
        (Text(), "gte", "b", "B", True),
        (Text(), "gt", "Cleo", "bob", True),
        (Text(), "lt", "Ann", "b", True),
        (Text(), "lt", "B", "a", False),
        (Text(), "startsWith", "abc", "a%", False),
        (Text(), "ilike", "ÄB", "ä_", True),
        (SELECT, "gt", "GREEN", "RED", True),  # by position, although orders are alphabetical
        (SELECT, "lte", "GREEN", "RED", False),
        (SELECT, "containsAny", "RED", ("RED", "GREEN"), True),
        (SELECT, "isEmptyArray", "RED", True, False),
        (MultiSelect(("A", "B", "C")), "containsAny", ["A", "B"], ("B", "C"), True),
        (MultiSelect(("A", "B", "C")), "containsAny", ["A"], ("B",), False),
        (Array(), "containsIlike", ["Foo", "bar"], "fo%", True),
        (Array(), "containsIlike", ["Foo"], "fo", False),
        (RawJson(), "like", '{"k":"v1","a":[1,{"b":null}]}', '{"a": [1, {"b": null}], "k": "v1"}', True),
        (RawJson(), "like", '{"long":1,"b":"é\\n\\u0001"}', '{"b": "é\\\\n\\\\u0001", "long": 1}', True),
        (RawJson("FILES"), "like", [{"fileId": "x", "label": "cv.pdf"}], "%cv.pdf%", True),
        (Numeric(), "gt", "10", "9.5", True),
        (Numeric(), "eq", "1.5", "1.5", True),
        (DateTime(), "lte", "2024-01-01T00:00:00.000Z", "2024-01-01T00:00:00.000Z", True),
        (Boolean(), "eq", False, False, True),
    ],
)
def test_meaning(kind: Kind, operator: str, value: Any, operand: Any, holds: bool) -> None:
    assert kind.predicate(kind.operators[operator], operand)(value) is holds
