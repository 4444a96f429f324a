"""What API Gateway answers by itself reads like the product's own errors, for both kinds of client
(docs/wire/access.md#refusals-of-the-gateway).
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.support.checkout import template_document

_RESPONSES: dict[str, dict[str, Any]] = template_document()["Resources"]["Api"]["Properties"]["GatewayResponses"]

_RATES = {
    "free": "FreeRateLimit",
    "standard": "RateLimit",
    "scale": "ScaleRateLimit",
    "metadata": "MetadataRateLimit",
}
_DEFAULTS = {name: str(body.get("Default")) for name, body in template_document()["Parameters"].items()}

#: What a gateway response may quote. $context.error.message is not among them: it can hold the Authorization header.
#: Nor is $context.path, which begins with the stage.
_CONTEXT = {
    "$context.authorizer.message": "Token invalid.",
    "$context.authorizer.limit": "(100 tokens per 60000 ms)",
    "$context.authorizer.error": "UNAUTHENTICATED",
    "$context.httpMethod": "GET",
}


def _body(kind: str) -> dict[str, Any]:
    template = _RESPONSES[kind]["ResponseTemplates"]["application/json"]
    if isinstance(template, dict):
        template = re.sub(r"\$\{(\w+)\}", lambda match: _DEFAULTS[match[1]], template["Fn::Sub"])
    text = re.sub(r"\$context\.[A-Za-z.]*[A-Za-z]", lambda match: _CONTEXT[match.group()], template)
    body: dict[str, Any] = json.loads(text)
    return body


@pytest.mark.parametrize("kind", _RESPONSES)
def test_the_body_is_complete_for_rest_and_graphql(kind: str) -> None:
    body = _body(kind)

    assert set(body) - {"code"} == {"statusCode", "messages", "error", "errors"}
    assert body.get("code") == ("LIMIT_REACHED" if kind == "THROTTLED" else None)
    assert body["statusCode"] == _RESPONSES[kind]["StatusCode"]
    [message] = body["messages"]
    [error] = body["errors"]
    assert message and body["error"]
    assert error["message"] == message
    assert error["extensions"]["code"] in {
        "FORBIDDEN",
        "UNAUTHENTICATED",
        "BAD_USER_INPUT",
        "NOT_FOUND",
        "INTERNAL_SERVER_ERROR",
    }


@pytest.mark.parametrize("kind", _RESPONSES)
def test_a_browser_may_read_it(kind: str) -> None:
    assert _RESPONSES[kind]["ResponseParameters"]["Headers"]["Access-Control-Allow-Origin"] == "'*'"


@pytest.mark.parametrize("kind", _RESPONSES)
def test_it_says_which_request_it_was(kind: str) -> None:
    assert _RESPONSES[kind]["ResponseParameters"]["Headers"]["X-Request-Id"] == "context.requestId"


def test_every_kind_is_covered_by_a_default() -> None:
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= set(_RESPONSES)


@pytest.mark.parametrize(
    ("kind", "status", "message", "error"),
    [
        ("UNAUTHORIZED", 403, "Missing authentication token", "FORBIDDEN_EXCEPTION"),
        ("ACCESS_DENIED", 401, "Token invalid.", "UNAUTHENTICATED"),
        ("INVALID_API_KEY", 403, "This API Key is revoked", "FORBIDDEN_EXCEPTION"),
        ("THROTTLED", 429, "Limit reached (100 tokens per 60000 ms)", "HttpException"),
    ],
)
def test_texts_of_the_specification(kind: str, status: int, message: str, error: str) -> None:
    body = _body(kind)

    assert (body["statusCode"], body["messages"], body["error"]) == (status, [message], error)


def test_a_throttled_client_learns_when_to_return() -> None:
    headers = _RESPONSES["THROTTLED"]["ResponseParameters"]["Headers"]

    assert headers["Retry-After"] == "'1'"
    assert headers["Access-Control-Expose-Headers"] == "'Retry-After,RateLimit-Policy,X-Request-Id'"


def test_a_throttled_client_learns_all_limits() -> None:
    policy = _RESPONSES["THROTTLED"]["ResponseParameters"]["Headers"]["RateLimit-Policy"]["Fn::Sub"]
    [error] = _body("THROTTLED")["errors"]

    rates = [*(f'"{name}";q=${{{parameter}}};w=60' for name, parameter in _RATES.items())]
    assert policy == f"'{', '.join(rates)}'"
    assert error["extensions"]["limits"] == {"plans": {"free": 60, "standard": 100, "scale": 1000}, "metadata": 300}
