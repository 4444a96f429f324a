"""Events and responses of the proxy integration, against what real REST APIs were seen to send."""

from __future__ import annotations

import base64
import gzip
import zlib
from typing import Any

import orjson
import pytest

from local.gateway import proxy
from local.gateway.context import Place, method_arn, request_context
from local.gateway.failure import GatewayFailure
from local.gateway.http import Request
from local.gateway.media import accepted_coding, compress, decompress, is_binary
from local.gateway.router import Resource
from local.template.application import Api

PLACE = Place(account="111111111111", region="eu-west-1")
API = Api(
    logical_id="Api",
    id="api",
    stage="test",
    routes=(),
    binary_types=("application/octet-stream",),
    minimum_compression=1000,
)


def request(
    method: str = "GET",
    path: str = "/test-path",
    query: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    body: bytes = b"",
) -> Request:
    return Request(method=method, path=path, query=query, headers=headers, body=body, client="10.0.0.1")


def event(sent: Request, api: Api = API, parameters: dict[str, str] | None = None) -> dict[str, Any]:
    shared = proxy.parameters(sent, Resource(path="/{proxy+}", parameters=parameters or {}), api)
    parsed: dict[str, Any] = orjson.loads(proxy.event(shared, sent, request_context(sent, api, PLACE), api))
    return parsed


def test_the_recorded_shape() -> None:
    headers = (
        ("host", "abc.execute-api.eu-west-1.amazonaws.com"),
        ("user-agent", "test"),
        ("accept", "*/*"),
        ("content-length", "0"),
    )
    seen = event(request(headers=headers), parameters={"proxy": "test-path"})
    context = seen.pop("requestContext")
    assert seen == {
        "body": None,
        "headers": {"Host": "abc.execute-api.eu-west-1.amazonaws.com", "User-Agent": "test", "Accept": "*/*"},
        "httpMethod": "GET",
        "isBase64Encoded": False,
        "multiValueHeaders": {
            "Host": ["abc.execute-api.eu-west-1.amazonaws.com"],
            "User-Agent": ["test"],
            "Accept": ["*/*"],
        },
        "multiValueQueryStringParameters": None,
        "path": "/test-path",
        "pathParameters": {"proxy": "test-path"},
        "queryStringParameters": None,
        "resource": "/{proxy+}",
        "stageVariables": None,
    }
    for name in ("requestId", "extendedRequestId", "requestTime", "requestTimeEpoch"):
        assert context.pop(name)
    assert context == {
        "accountId": "111111111111",
        "apiId": "api",
        "domainName": "abc.execute-api.eu-west-1.amazonaws.com",
        "domainPrefix": "abc",
        "httpMethod": "GET",
        "identity": {
            "accessKey": None,
            "accountId": None,
            "caller": None,
            "cognitoAuthenticationProvider": None,
            "cognitoAuthenticationType": None,
            "cognitoIdentityId": None,
            "cognitoIdentityPoolId": None,
            "principalOrgId": None,
            "sourceIp": "10.0.0.1",
            "user": None,
            "userAgent": "test",
            "userArn": None,
        },
        "path": "/test/test-path",
        "protocol": "HTTP/1.1",
        "stage": "test",
    }


def test_paths_stay_encoded_and_query_strings_are_decoded() -> None:
    path = "/user/test%2Balias@example.com/plus/test+alias@example.com/"
    query = "offset=10:00:00%2B00:00&plus=a+b&url=https://example.com/&price=10&price=20&empty=&bare&a=1;b=2"
    seen = event(request(path=path, query=query))
    assert seen["path"] == path
    assert seen["requestContext"]["path"] == f"/test{path}"
    assert seen["multiValueQueryStringParameters"] == {
        "offset": ["10:00:00+00:00"],
        "plus": ["a b"],
        "url": ["https://example.com/"],
        "price": ["10", "20"],
        "empty": [""],
        "bare": [""],
        "a": ["1"],
        "b": ["2"],
    }
    assert seen["queryStringParameters"]["price"] == "20"


def test_repeated_headers() -> None:
    seen = event(request(headers=(("x-a", "1"), ("x-a", "2"))))
    assert seen["headers"] == {"X-A": "2"}
    assert seen["multiValueHeaders"] == {"X-A": ["1", "2"]}


@pytest.mark.parametrize(
    ("kind", "body", "expected", "encoded"),
    [
        ("application/json", '{"a":"ü"}'.encode(), '{"a":"ü"}', False),
        ("application/octet-stream; x=y", b"\xff", base64.b64encode(b"\xff").decode(), True),
        ("application/octet-stream", b"", None, False),
    ],
)
def test_bodies(kind: str, body: bytes, expected: str | None, encoded: bool) -> None:
    seen = event(request("POST", headers=(("content-type", kind),), body=body))
    assert (seen["body"], seen["isBase64Encoded"]) == (expected, encoded)


def test_compressed_bodies() -> None:
    headers = (("content-type", "application/json"), ("content-encoding", "gzip"))
    assert event(request("POST", headers=headers, body=gzip.compress(b'{"a":1}')))["body"] == '{"a":1}'
    with pytest.raises(GatewayFailure) as failure:
        event(request("POST", headers=headers, body=b"not gzip"))
    assert failure.value.status == 400


def test_an_event_beyond_the_limit_of_lambda() -> None:
    with pytest.raises(GatewayFailure) as failure:
        event(request("POST", body=b"x" * (6 * 1024 * 1024)))
    assert failure.value.kind.name == "REQUEST_TOO_LARGE"


def test_method_arn() -> None:
    arn = method_arn(request("POST", "/rest/people"), API, PLACE)
    assert arn == "arn:aws:execute-api:eu-west-1:111111111111:api/test/POST/rest/people"


def answer(body: dict[str, Any], sent: Request | None = None) -> tuple[int, dict[str, list[str]], bytes]:
    response = proxy.response(orjson.dumps(body), sent or request(), API)
    headers: dict[str, list[str]] = {}
    for name, value in response.headers:
        headers.setdefault(name.lower(), []).append(value)
    return response.status, headers, response.body


def test_answers() -> None:
    status, headers, body = answer({"statusCode": 201, "headers": {"X-A": "1", "X-B": True}, "body": "ü"})
    assert (status, headers, body) == (
        201,
        {"x-a": ["1"], "x-b": ["true"], "content-type": ["application/json"]},
        "ü".encode(),
    )
    assert answer({}) == (200, {"content-type": ["application/json"]}, b"")
    assert answer({"statusCode": "404"})[0] == 404
    assert answer({"headers": {"content-type": "text/plain"}})[1] == {"content-type": ["text/plain"]}


def test_several_values_of_a_header_win() -> None:
    _, headers, _ = answer({"headers": {"set-cookie": "x", "a": "1"}, "multiValueHeaders": {"Set-Cookie": ["a", "b"]}})
    assert headers["set-cookie"] == ["a", "b"]
    assert headers["a"] == ["1"]


def test_headers_of_the_gateway_itself_are_renamed() -> None:
    _, headers, _ = answer(
        {"headers": {"Date": "x", "Server": "y", "WWW-Authenticate": "z", "Transfer-Encoding": "chunked"}}
    )
    assert set(headers) == {
        "x-amzn-remapped-date",
        "x-amzn-remapped-server",
        "x-amzn-remapped-www-authenticate",
        "content-type",
    }


def test_binary_answers_need_an_accept_header_that_is_binary() -> None:
    encoded = {"body": base64.b64encode(b"\x00\xff").decode(), "isBase64Encoded": True}
    accepting = request(headers=(("accept", "application/octet-stream, */*"),))
    assert answer(encoded, accepting)[2] == b"\x00\xff"
    assert answer(encoded)[2] == b"AP8="


def test_compression_from_the_minimum_size_on() -> None:
    accepting = request(headers=(("accept-encoding", "gzip"),))
    status, headers, body = answer({"body": "x" * 1000}, accepting)
    assert (status, headers["content-encoding"]) == (200, ["gzip"])
    assert gzip.decompress(body) == b"x" * 1000
    assert answer({"body": "x" * 999}, accepting)[2] == b"x" * 999
    assert answer({"body": "x" * 1000})[2] == b"x" * 1000
    assert answer({"body": "x" * 1000, "headers": {"Content-Encoding": "br"}}, accepting)[2] == b"x" * 1000


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        {"status": 200},
        {"statusCode": "ok"},
        {"statusCode": 99},
        {"body": {"a": 1}},
        {"headers": ["x"]},
        {"headers": {"A": {"b": 1}}},
        {"headers": {"A": "x\r\nB: y"}},
        {"headers": {"A:": "x"}},
        {"multiValueHeaders": {"A": "x"}},
        {"errorMessage": "x", "errorType": "ValueError"},
    ],
)
def test_malformed_answers(body: Any) -> None:
    with pytest.raises(GatewayFailure) as failure:
        proxy.response(orjson.dumps(body), request(), API)
    assert failure.value.status == 502


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        (None, None),
        ("br", None),
        ("gzip, deflate, br", "gzip"),
        ("gzip;q=0.5, deflate", "deflate"),
        ("gzip;q=0", None),
        ("*", "gzip"),
        ("gzip;q=x", None),
    ],
)
def test_content_codings(accept: str | None, coding: str | None) -> None:
    assert accepted_coding(accept) == coding


@pytest.mark.parametrize("body", [b'{"a":"\xff\xfe"}', b"\xed\xa0\x80", b"\xc3", "é".encode("latin-1")])
def test_text_that_is_no_utf_8_is_refused(body: bytes) -> None:
    with pytest.raises(GatewayFailure, match="not UTF-8"):
        event(request("POST", headers=(("content-type", "application/json"),), body=body))
    binary = event(request("POST", headers=(("content-type", "application/octet-stream"),), body=body))
    assert binary["isBase64Encoded"]


def test_codings_are_what_they_say() -> None:
    assert gzip.decompress(compress(b"abc", "gzip")) == b"abc"
    assert zlib.decompress(compress(b"abc", "deflate")) == b"abc"
    assert decompress(compress(b"abc", "deflate"), "deflate", 3) == b"abc"
    assert decompress(compress(b"abcd", "gzip"), "gzip", 3) is None
    assert decompress(b"abc", "br", 3) is None


def test_media_types() -> None:
    assert is_binary("image/PNG", ("image/*",))
    assert is_binary(None, ("*/*",))
    assert not is_binary(None, ("image/*",))
    assert not is_binary("text/html, image/png", ("image/*",))
