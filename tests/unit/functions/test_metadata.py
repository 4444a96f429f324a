"""The metadata function: what Lambda calls."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

from tests.support import functions


@dataclass
class LambdaContext:
    function_name: str = "metadata"
    memory_limit_in_mb: int = 1769
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:metadata"
    aws_request_id: str = "0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0001"


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("TABLE_NAME", "none")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "metadata")
    return functions.load("metadata")


def _event(path: str, **changes: Any) -> dict[str, Any]:
    return {
        "path": path,
        "httpMethod": "GET",
        "headers": {"Host": "api.example"},
        "multiValueQueryStringParameters": None,
        "requestContext": {"requestId": "r1", "authorizer": None},
        "body": None,
        "isBase64Encoded": False,
        **changes,
    }


def test_a_rest_call_without_caller(metadata: ModuleType) -> None:
    answer = metadata.handler(_event("/rest/metadata/objects"), LambdaContext())

    assert answer["statusCode"] == 403
    assert json.loads(answer["body"])["messages"] == ["Missing authentication token"]


def test_bodies_are_read_before_the_caller_is_known_as_in_the_other_apis(metadata: ModuleType) -> None:
    answer = metadata.handler(_event("/rest/metadata/objects", httpMethod="POST", body="{"), LambdaContext())

    assert (answer["statusCode"], json.loads(answer["body"])["error"]) == (400, "Bad Request")


def test_a_graphql_call_without_caller(metadata: ModuleType) -> None:
    answer = metadata.handler(
        _event("/metadata", httpMethod="POST", body='{"query":"{ __typename }"}'), LambdaContext()
    )

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["errors"][0]["message"] == "Missing authentication token"


def test_a_graphql_call_without_query(metadata: ModuleType) -> None:
    answer = metadata.handler(_event("/metadata", httpMethod="POST", body="{}"), LambdaContext())

    assert (answer["statusCode"], json.loads(answer["body"])["messages"]) == (400, ["Must provide query string."])


def test_a_fault_of_ours_is_logged_and_says_nothing(
    metadata: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("icosa.api.metadata.rest.open_metered", fail)
    with caplog.at_level(logging.ERROR, logger="icosa"):
        answer = metadata.handler(_event("/rest/metadata/objects"), LambdaContext())

    assert (answer["statusCode"], json.loads(answer["body"])["messages"]) == (500, ["Internal server error"])
    [record] = caplog.records
    assert record.request_id == "r1"  # type: ignore[attr-defined]
