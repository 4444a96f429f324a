"""The evaluator of IAM's policies."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.iam import Context, is_allowed

_TABLE = "arn:aws:dynamodb:eu-central-1:1:table/t"


def _statement(**members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": _TABLE, **members}


@pytest.mark.parametrize(
    ("statement", "context", "allowed"),
    [
        (_statement(), {}, True),
        (_statement(Action=["dynamodb:Put*", "dynamodb:getitem"]), {}, True),
        (_statement(Action="dynamodb:PutItem"), {}, False),
        (_statement(Resource="arn:aws:dynamodb:*:1:table/?"), {}, True),
        (_statement(Resource=f"{_TABLE}/index/*"), {}, False),
        (_statement(Condition={"StringEquals": {"k": "a*"}}), {"k": ["ab"]}, False),
        (_statement(Condition={"StringLike": {"k": ["x", "a*"]}}), {"k": ["ab"]}, True),
        (_statement(Condition={"StringLike": {"k": "a*"}}), {}, False),
        (_statement(Condition={"ForAllValues:StringLike": {"k": "a*"}}), {"k": ["ab", "b"]}, False),
        (_statement(Condition={"ForAllValues:StringLike": {"k": "a*"}}), {}, True),
        (_statement(Condition={"ForAllValues:StringLike": {"k": "a*"}, "Null": {"k": "false"}}), {}, False),
        (_statement(Condition={"ForAnyValue:StringLike": {"k": "a*"}}), {"k": ["ab", "b"]}, True),
        (_statement(Condition={"StringLike": {"k": "${t}#*"}}), {"k": ["w#R"], "t": ["w"]}, True),
        (_statement(Condition={"StringLike": {"k": "${t}#*"}}), {"k": ["w2#R"], "t": ["w"]}, False),
        (_statement(Condition={"StringLike": {"k": "${t}#*"}}), {"k": ["w#R"]}, False),
        (_statement(Condition={"StringLike": {"k": "${t}#*"}}), {"k": ["w#R"], "t": ["*"]}, False),
    ],
)
def test_statements(statement: dict[str, Any], context: Context, allowed: bool) -> None:
    assert is_allowed([statement], "dynamodb:GetItem", _TABLE, context) is allowed


def test_denials_come_first() -> None:
    assert not is_allowed([_statement(), _statement(Effect="Deny", Action="*")], "dynamodb:GetItem", _TABLE, {})
    assert not is_allowed([], "dynamodb:GetItem", _TABLE, {})


@pytest.mark.parametrize("odd", [{"NotAction": "*"}, {"Condition": {"DateLessThan": {"k": "x"}}}])
def test_what_is_not_known_is_no_guess(odd: dict[str, Any]) -> None:
    with pytest.raises((AssertionError, KeyError)):
        is_allowed([_statement(**odd)], "dynamodb:GetItem", _TABLE, {"k": ["x"]})
