"""Proxy events to requests, and answers back."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from icosa.runtime import http
from icosa.runtime.http import ANSWER_LIMIT, HttpRequest, HttpResponse, base_url, check_size, proxy, read_event
from icosa.runtime.http_errors import AnswerTooLarge
from icosa.settings import Settings


def _event(**changes: Any) -> dict[str, Any]:
    return {
        "httpMethod": "POST",
        "path": "/rest/metadata/objects",
        "headers": {"Content-Type": "application/json"},
        "body": "{}",
    } | changes


def test_a_request_has_the_events_parts() -> None:
    event = _event(
        multiValueQueryStringParameters={"limit": ["2"], "x": ["a b", "&"]}, requestContext={"requestId": "r1"}
    )

    request = read_event(event)

    assert (request.method, request.path, request.body) == ("POST", "/rest/metadata/objects", b"{}")
    assert request.query_string == "limit=2&x=a+b&x=%26"
    assert request.headers == {"content-type": "application/json"}
    assert request.request_id == "r1"


def test_what_is_absent_is_empty() -> None:
    request = read_event(
        {"httpMethod": "GET", "path": "/", "headers": None, "multiValueQueryStringParameters": None, "body": None}
    )

    assert (request.query_string, request.body, request.headers, request.request_id) == ("", b"", {}, None)


@pytest.mark.parametrize("name", ["If-Match", "if-none-match"])
def test_conditions_in_several_lines_are_one_list(name: str) -> None:
    lines = ['"1.a", "2.b"', '"3.c"']
    event = _event(headers={name: lines[-1]}, multiValueHeaders={name: lines, "X-Other": ["1", "2"]})
    assert read_event(event).headers == {name.lower(): '"1.a", "2.b", "3.c"'}


def test_head_asks_for_what_get_would_answer() -> None:
    assert read_event(_event(httpMethod="HEAD")).method == "GET"


def test_binary_bodies_are_decoded() -> None:
    assert read_event(_event(body=base64.b64encode(b"\xff\x00").decode(), isBase64Encoded=True)).body == b"\xff\x00"


def test_the_handler_answers_as_api_gateway_wants_it() -> None:
    def serve(request: HttpRequest) -> HttpResponse:
        return HttpResponse(201, '{"ä":1}'.encode(), {"allow": request.method})

    response = proxy(serve)(_event(), None)

    assert response["statusCode"] == 201
    assert response["body"] == '{"ä":1}'
    assert response["isBase64Encoded"] is False
    assert response["headers"]["allow"] == "POST"
    assert response["headers"]["access-control-allow-origin"] == "*"
    assert response["headers"]["content-type"].startswith("application/json")


def test_only_what_lambda_would_not_deliver_is_too_large() -> None:
    check_size(b"x" * (ANSWER_LIMIT - 1), is_change=False)

    with pytest.raises(AnswerTooLarge, match=r"^The answer is larger"):
        check_size(b'"' * (ANSWER_LIMIT // 2 + 1), is_change=False)
    with pytest.raises(AnswerTooLarge, match=r"^The change was made"):
        check_size(b"x" * (ANSWER_LIMIT + 1), is_change=True)


@pytest.mark.parametrize(
    ("path", "resource", "parameters", "base_path"),
    [
        ("/rest/people", "/rest/{proxy+}", {"proxy": "people"}, ""),
        ("//rest//people/", "/rest/{proxy+}", {"proxy": "people"}, ""),
        ("/crm/v1/rest/people/1", "/rest/{proxy+}", {"proxy": "people/1"}, "/crm/v1"),
        ("/rest/rest/people", "/rest/{proxy+}", {"proxy": "people"}, "/rest"),
        ("/rest/rest/rest", "/rest/{proxy+}", {"proxy": "rest"}, "/rest"),
        ("/rest/metadata/apiKeys/1", "/rest/metadata/apiKeys/{id}", {"id": "1"}, ""),
        ("/rest/rest/metadata/apiKeys", "/rest/metadata/apiKeys", None, "/rest"),
        ("/graphql/graphql", "/graphql", None, "/graphql"),
        # A slash in a segment, which the path has decoded and the parameters have not, or the other way round.
        ("/rest/people/1", "/rest/{proxy+}", {"proxy": "people%2F1"}, ""),
        ("/crm/rest/people%2F1", "/rest/{proxy+}", {"proxy": "people/1"}, "/crm"),
        ("/anything", "/{proxy+}", {"proxy": "anything"}, ""),
        ("/rest/people", None, None, ""),
    ],
)
def test_routes_are_found_below_any_base_path(
    path: str, resource: str | None, parameters: dict[str, str] | None, base_path: str
) -> None:
    request = read_event(_event(path=path, resource=resource, pathParameters=parameters))

    assert (request.base_path, request.route) == (base_path, path.removeprefix(base_path))
    assert request.segments == [segment for segment in request.route.split("/") if segment]


@pytest.mark.parametrize(
    ("domain", "path", "expected"),
    [
        (
            "a1.execute-api.eu-central-1.amazonaws.com",
            "/metadata",
            "https://a1.execute-api.eu-central-1.amazonaws.com/dev",
        ),
        ("crm.example", "/metadata", "https://crm.example"),
        ("crm.example", "/api/metadata", "https://crm.example/api"),
    ],
)
def test_where_the_api_is(domain: str, path: str, expected: str) -> None:
    event = _event(
        path=path, resource="/metadata", requestContext={"domainName": domain, "apiId": "a1", "stage": "dev"}
    )

    assert base_url(read_event(event)) == expected
    plain = read_event(event | {"headers": {"X-Forwarded-Proto": "http"}})
    assert base_url(plain) == expected.replace("https", "http")


def test_limits_are_told_to_those_whom_the_plan_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "settings", Settings(rate_limit=300))
    handler = proxy(lambda request: HttpResponse(200, b"{}"))
    counted = {"httpMethod": "GET", "path": "/", "requestContext": {"authorizer": {"workspaceId": "w"}}}
    told = {name: value for name, value in handler(counted, None)["headers"].items() if "ratelimit" in name}
    assert told == {"ratelimit-limit": "300", "ratelimit-policy": '"workspace";q=300;w=60'}
    for uncounted in ({**counted, "requestContext": {}}, {"httpMethod": "GET", "path": "/"}):
        assert not [name for name in handler(uncounted, None)["headers"] if "ratelimit" in name]
