"""The core_rest function: what Lambda calls, and what it imports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support import functions
from tests.support.functions import LambdaContext

ROOT = Path(__file__).parents[3]


@pytest.fixture
def core_rest(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("TABLE_NAME", "none")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "core-rest")
    return functions.load("core_rest")


def _event(**changes: Any) -> dict[str, Any]:
    return {
        "resource": "/rest/{proxy+}",
        "path": "/rest/people",
        "httpMethod": "GET",
        "headers": {"Host": "api.example"},
        "multiValueHeaders": {"Host": ["api.example"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "requestContext": {"requestId": "r1", "authorizer": None},
        "body": None,
        "isBase64Encoded": False,
        **changes,
    }


def test_a_call_without_caller(core_rest: ModuleType) -> None:
    answer = core_rest.handler(_event(), LambdaContext())
    assert answer["statusCode"] == 403
    assert answer["isBase64Encoded"] is False
    assert json.loads(answer["body"])["messages"] == ["Missing authentication token"]


def test_a_binary_body_is_decoded(core_rest: ModuleType) -> None:
    answer = core_rest.handler(
        _event(httpMethod="POST", body="e30g/w==", isBase64Encoded=True, headers={"Content-Type": "application/json"}),
        LambdaContext(),
    )
    assert (answer["statusCode"], json.loads(answer["body"])["error"]) == (400, "Bad Request")


def test_nothing_is_imported_that_records_do_not_need() -> None:
    code = (
        "import sys, handler; "
        "print(sorted(sys.modules.keys() & "
        "{'boto3', 'botocore.session', 'pynamodb', 'ariadne', 'graphql', 'moto', 'jwt', 'fastapi', 'pydantic'}))"
    )
    path = f"{ROOT / 'layers/core/python'}:{ROOT / 'functions/core_rest'}"
    environment = {
        "PYTHONPATH": path,
        "TABLE_NAME": "none",
        "AWS_REGION": "eu-central-1",
        "POWERTOOLS_SERVICE_NAME": "core-rest",
    }
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
