"""The console function: what Lambda calls, and what it does without."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support import functions
from tests.support.checkout import ROOT
from tests.support.first_requests import LambdaContext

#: What costs time at a cold start, or leads to the table.
_UNUSED = ("boto3", "fastapi", "icosa.store.table", "jwt", "mangum", "pydantic", "pydynox")


def _call(method: str, resource: str, path: str, parameters: dict[str, str] | None = None) -> dict[str, Any]:
    event: dict[str, Any] = {
        "httpMethod": method,
        "resource": resource,
        "path": path,
        "headers": {},
        "requestContext": {},
    }
    event["pathParameters"] = parameters
    answer: dict[str, Any] = functions.load("console").handler(event, LambdaContext())
    return answer


def test_it_answers_pages_and_preflights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "console")

    page, preflight = _call("GET", "/settings", "/settings"), _call("OPTIONS", "/graphql", "/graphql")

    assert "content-security-policy" in page["headers"]
    assert page["statusCode"] == 200 or json.loads(page["body"])["messages"] == [
        "The console was not built. Run: make console"
    ]
    assert (preflight["statusCode"], preflight["body"]) == (200, "{}")
    assert preflight["headers"]["access-control-max-age"] == "600"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_it_answers_for_addresses_that_there_are_not(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "console")

    answer = _call(method, "/{proxy+}", "/crm/nope", {"proxy": "nope"})

    message = f"Cannot {method} /nope"
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"]) == {
        "statusCode": 404,
        "error": "NotFoundException",
        "messages": [message],
        "errors": [{"message": message, "extensions": {"code": "NOT_FOUND"}}],
    }


def test_it_imports_what_it_needs() -> None:
    code = f"import handler, sys; print([name for name in {_UNUSED} if name in sys.modules])"
    path = f"{ROOT / 'layers/core/python'}:{ROOT / 'functions/console'}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": path, "POWERTOOLS_SERVICE_NAME": "console"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "[]"
