"""Request bodies and the bodies of errors (docs/wire/rest.md#error-bodies, docs/wire/rest.md#malformed-json)."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.api.rest.body import as_ids, as_index, as_record, as_records
from icosa.errors import BadRequest, PayloadTooLarge, PermissionDenied, RecordNotFound, Unavailable
from icosa.runtime.http_errors import (
    MalformedJson,
    MethodNotAllowed,
    Unexpected,
    UnsupportedMediaType,
    rest_body,
    rest_headers,
)
from icosa.runtime.json_body import read_body

ID = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"


def _read(raw: bytes, content_type: str | None = None) -> Any:
    return read_body(raw, content_type, limit=100)


@pytest.mark.parametrize(
    "content_type", [None, "application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"]
)
def test_json_is_read(content_type: str | None) -> None:
    assert _read(b'{"a": [1, "\xc3\xa9"]}', content_type) == {"a": [1, "é"]}


@pytest.mark.parametrize("raw", [b"", b" \n"])
def test_no_body(raw: bytes) -> None:
    assert _read(raw, "text/plain") is None


@pytest.mark.parametrize(
    "raw", [b'{"name": ', b"{", b"nope", b"\xff", b"NaN", b"[" * 90, b'"text"', b"5", b"true", b"null"]
)
def test_malformed_json(raw: bytes) -> None:
    with pytest.raises(MalformedJson) as caught:
        _read(raw)
    body = rest_body(caught.value)
    assert (body["statusCode"], body["error"], body["messages"]) == (400, "Bad Request", [body["message"]])


def test_other_media_types_are_refused() -> None:
    with pytest.raises(
        UnsupportedMediaType, match=r"Content-Type 'text/plain' is not supported\. Send application/json"
    ) as caught:
        _read(b"{}", "text/plain; charset=utf-8")
    assert caught.value.status == 415


def test_large_bodies_are_refused() -> None:
    with pytest.raises(PayloadTooLarge, match="Request body is larger than 100 bytes"):
        _read(b" " * 101)


@pytest.mark.parametrize("body", [None, [], "x", 1, [{}]])
def test_a_record_is_an_object(body: Any) -> None:
    with pytest.raises(BadRequest, match="Request body must be a JSON object"):
        as_record(body)


@pytest.mark.parametrize("body", [None, {}, "x", [1], [{}, None]])
def test_a_batch_is_an_array_of_objects(body: Any) -> None:
    with pytest.raises(BadRequest, match="Request body must be a JSON array of objects"):
        as_records(body)


def test_ids_are_normalised() -> None:
    assert as_ids("ids", [ID.upper()]) == (ID,)


@pytest.mark.parametrize(
    ("value", "message"),
    [("x", '"ids" must be an array of record IDs'), (["x"], 'Value "x" is not a valid UUID'), ([1], 'Value "1" is')],
)
def test_wrong_ids(value: Any, message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        as_ids("ids", value)


@pytest.mark.parametrize("value", [None, True, 1.0, "1"])
def test_wrong_index(value: Any) -> None:
    with pytest.raises(BadRequest, match='"conflictPriorityIndex" must be an integer'):
        as_index("conflictPriorityIndex", value)


def test_error_bodies() -> None:
    assert rest_body(BadRequest("no")) == {"statusCode": 400, "error": "BadRequestException", "messages": ["no"]}
    assert rest_body(RecordNotFound()) == {
        "statusCode": 404,
        "error": "NotFoundException",
        "messages": ["Record not found"],
        "code": "RECORD_NOT_FOUND",
    }
    assert rest_body(PermissionDenied()) == {
        "statusCode": 403,
        "error": "ForbiddenException",
        "messages": ["Entity performing the request does not have permission"],
        "code": "PERMISSION_DENIED",
    }
    assert rest_body(Unexpected()) == {
        "statusCode": 500,
        "error": "InternalServerErrorException",
        "messages": ["Internal server error"],
    }


def test_error_headers() -> None:
    assert rest_headers(BadRequest("no")) == {}
    assert rest_headers(Unavailable("later")) == {"retry-after": "1"}
    assert rest_headers(MethodNotAllowed("PUT", "/rest/x/merge", ("PATCH",))) == {"allow": "PATCH"}
    assert rest_headers(MethodNotAllowed("PUT", "/rest/x", ("GET", "POST"))) == {"allow": "GET, POST, HEAD"}
