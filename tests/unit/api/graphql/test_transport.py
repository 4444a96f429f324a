"""GraphQL over HTTP (docs/wire/quirks.md#malformed-json, docs/wire/quirks.md#statuses-over-graphql)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from icosa.access.failures import InvalidToken, KeyRevoked
from icosa.api.graphql.transport import (
    GraphqlRequest,
    MutationOverGet,
    answer,
    authenticated,
    error_entry,
    not_runnable,
    read_request,
    refused,
)
from icosa.errors import IcosaError, PermissionDenied, RecordNotFound
from icosa.runtime.http import HttpRequest


def _post(body: Any, *, content_type: str = "application/json") -> HttpRequest:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return HttpRequest(method="POST", path="/graphql", body=raw, headers={"content-type": content_type})


def _get(**parameters: str) -> HttpRequest:
    return HttpRequest(method="GET", path="/graphql", query_string=urlencode(parameters))


def test_a_body_says_what_to_run() -> None:
    body = {"query": "{ a }", "variables": {"x": 1}, "operationName": "Q", "extensions": {"persistedQuery": {}}}

    assert read_request(_post(body), limit=1000) == GraphqlRequest(
        query="{ a }", variables={"x": 1}, operation_name="Q"
    )


def test_nulls_are_nothing() -> None:
    body = {"query": "{ a }", "variables": None, "operationName": None}

    assert read_request(_post(body), limit=1000) == GraphqlRequest(query="{ a }")


def test_a_query_string_says_what_to_read() -> None:
    request = read_request(
        _get(query="query Q { a }", variables='{"x":1}', operationName="Q", token="ignored"), limit=1000
    )

    assert request == GraphqlRequest(query="query Q { a }", variables={"x": 1}, operation_name="Q", read_only=True)


@pytest.mark.parametrize(
    ("http", "status", "message"),
    [
        (_post([{"query": "{ a }"}]), 400, "Batching is not supported."),
        (_post({}), 400, "Must provide query string."),
        (_post({"query": ""}), 400, "Must provide query string."),
        (_get(), 200, "Must provide query string."),
        (_post({"query": 1}), 400, "Expected query to be a string, but received number."),
        (_post({"query": "{ a }", "foo": 1}), 400, 'Unexpected parameter "foo" in the request body.'),
        (_post({"query": "{ a }", "variables": []}), 400, "Expected variables to be an object, but received array."),
        (
            _post({"query": "{ a }", "operationName": 1}),
            400,
            "Expected operationName to be a string, but received number.",
        ),
        (
            _get(query="{ a }", variables="{"),
            400,
            "The variables parameter is not valid JSON: unexpected end of data: line 1 column 2 (char 1)",
        ),
        (_post("a text"), 400, "Request body is not valid JSON: it must be an object or an array"),
        (_post(b"{"), 400, "Request body is not valid JSON: unexpected end of data: line 1 column 2 (char 1)"),
        (_post({"query": "x" * 2000}), 413, "Request body is larger than 1000 bytes"),
        (_post({"query": "{ a }"}, content_type="application/graphql"), 415, None),
        (HttpRequest(method="PUT", path="/graphql"), 405, "Cannot PUT /graphql. Allowed methods are GET, POST"),
    ],
)
def test_what_cannot_be_run(http: HttpRequest, status: int, message: str | None) -> None:
    with pytest.raises(IcosaError) as caught:
        read_request(http, limit=1000)

    result = not_runnable(caught.value)
    body = orjson.loads(result.body)
    assert result.status == status
    assert message is None or body["errors"][0]["message"] == message
    if status != 200:
        assert body["statusCode"] == status
        assert body["messages"] == [body["errors"][0]["message"]]


def test_malformed_json_reads_as_the_framework_wrote_it() -> None:
    with pytest.raises(IcosaError) as caught:
        read_request(_post(b"{"), limit=1000)

    body = orjson.loads(not_runnable(caught.value).body)
    assert (body["statusCode"], body["error"], body["message"]) == (400, "Bad Request", body["errors"][0]["message"])


def test_mutations_need_a_post() -> None:
    result = not_runnable(MutationOverGet())

    assert (result.status, result.headers["allow"]) == (405, "POST")


def test_errors_have_codes_and_a_text_for_people() -> None:
    assert error_entry(RecordNotFound(), path=["company"]) == {
        "message": "Record not found",
        "extensions": {
            "subCode": "RECORD_NOT_FOUND",
            "userFriendlyMessage": "This record does not exist or has been deleted.",
            "code": "NOT_FOUND",
        },
        "path": ["company"],
    }
    assert error_entry(PermissionDenied(), extensions={"more": 1})["extensions"] == {
        "subCode": "PERMISSION_DENIED",
        "userFriendlyMessage": "User does not have permission.",
        "code": "FORBIDDEN",
        "more": 1,
    }
    assert error_entry(IcosaError("x"))["extensions"] == {
        "userFriendlyMessage": "An error occurred.",
        "code": "INTERNAL_SERVER_ERROR",
    }


@pytest.mark.parametrize(
    ("failure", "code", "sub_code"),
    [(InvalidToken(), "UNAUTHENTICATED", "UNAUTHENTICATED"), (KeyRevoked(), "FORBIDDEN", "FORBIDDEN_EXCEPTION")],
)
def test_failures_of_the_token_are_answered_with_200(failure: IcosaError, code: str, sub_code: str) -> None:
    def fail() -> None:
        raise failure

    with pytest.raises(IcosaError) as caught:
        authenticated(fail)

    result = refused(caught.value)
    body = orjson.loads(result.body)
    assert result.status == 200
    assert list(body) == ["errors"]
    assert (body["errors"][0]["extensions"]["code"], body["errors"][0]["extensions"]["subCode"]) == (code, sub_code)


def test_answers_are_200() -> None:
    assert answer({"data": {"a": 1}}).status == 200
