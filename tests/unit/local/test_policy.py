from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.gateway.policy import PolicyError, Verdict, check, evaluate

ARN = "arn:aws:execute-api:eu-west-1:1:api/test/GET/rest/people"
STAGE = "arn:aws:execute-api:eu-west-1:1:api/test"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource, **more}


def deny(resource: Any = "*") -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": resource}


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        ([], Verdict.NOT_ALLOWED),
        ([allow(ARN)], Verdict.ALLOW),
        ([allow(f"{STAGE}/*")], Verdict.ALLOW),
        ([allow(f"{STAGE}/GET/rest/*")], Verdict.ALLOW),
        ([allow(f"{STAGE}/POST/*")], Verdict.NOT_ALLOWED),
        ([allow(f"{STAGE}/*/rest/peopl?")], Verdict.ALLOW),
        ([allow(["nothing", ARN])], Verdict.ALLOW),
        ([allow(), deny(ARN)], Verdict.DENY),
        ([deny(), allow()], Verdict.DENY),
        ([allow(), deny(f"{STAGE}/DELETE/*")], Verdict.ALLOW),
        ([{"Effect": "Allow", "Action": ["EXECUTE-API:*"], "Resource": "*"}], Verdict.ALLOW),
        ([{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}], Verdict.NOT_ALLOWED),
        ([{"Effect": "Allow", "NotAction": "dynamodb:*", "Resource": "*"}], Verdict.ALLOW),
        ([{"Effect": "Allow", "Action": "*", "NotResource": f"{STAGE}/GET/*"}], Verdict.NOT_ALLOWED),
    ],
)
def test_verdicts(statements: list[dict[str, Any]], verdict: Verdict) -> None:
    policy = document(*statements)
    check(policy)
    assert evaluate(policy, ARN) is verdict


def test_one_statement_without_a_list() -> None:
    assert evaluate({"Statement": allow()}, ARN) is Verdict.ALLOW


@pytest.mark.parametrize(
    "policy",
    [
        None,
        {},
        {"Statement": "x"},
        document({"Action": "*", "Resource": "*"}),
        document({"Effect": "Allow", "Resource": "*"}),
        document({"Effect": "Allow", "Action": "*"}),
        document(allow(Condition={"IpAddress": {}})),
    ],
)
def test_no_policies(policy: Any) -> None:
    with pytest.raises(PolicyError):
        check(policy)


@given(st.text("ab/*?", max_size=6), st.text("ab/", max_size=6))
def test_wildcards_as_in_file_names(pattern: str, value: str) -> None:
    allowed = evaluate(document(allow(pattern)), value) is Verdict.ALLOW
    assert allowed == fnmatchcase(value, pattern)
