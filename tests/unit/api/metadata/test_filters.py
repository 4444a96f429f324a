"""Filters of metadata lists."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.api.metadata.graphql.filters import accepts

LOW = "11111111-1111-4111-8111-111111111111"
HIGH = "99999999-9999-4999-8999-999999999999"
MEMBERS = {"id": LOW, "isActive": True, "isSystem": False, "morphId": None}


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({}, True),
        ({"isActive": {"is": True}}, True),
        ({"isActive": {"is": False}}, False),
        ({"isActive": {"isNot": False}}, True),
        ({"isActive": {"is": None}}, False),
        ({"morphId": {"is": None}}, True),
        ({"morphId": {"isNot": None}}, False),
        ({"isActive": None}, True),
        ({"isActive": {"is": True}, "isSystem": {"is": True}}, False),
        ({"and": [{"isActive": {"is": True}}, {"isSystem": {"is": False}}]}, True),
        ({"or": [{"isActive": {"is": False}}, {"isSystem": {"is": False}}]}, True),
        ({"or": [{"isActive": {"is": False}}, {"isSystem": {"is": True}}]}, False),
        ({"or": []}, True),
        ({"id": {"eq": LOW}}, True),
        ({"id": {"neq": LOW}}, False),
        ({"id": {"in": [LOW, HIGH]}}, True),
        ({"id": {"notIn": [LOW]}}, False),
        ({"id": {"gt": HIGH}}, False),
        ({"id": {"gte": LOW, "lt": HIGH}}, True),
        ({"id": {"lte": LOW}}, True),
        ({"id": {"like": "1111%"}}, True),
        ({"id": {"notLike": "1111%"}}, False),
        ({"id": {"iLike": "%1111"}}, True),
        ({"id": {"notILike": "2%"}}, True),
        ({"morphId": {"eq": LOW}}, False),
        ({"morphId": {"neq": LOW}}, False),
        ({"id": {"eq": None}}, False),
    ],
)
def test_conditions(filter: dict[str, Any], expected: bool) -> None:
    assert accepts(filter, MEMBERS) is expected
