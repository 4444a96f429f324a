"""Requests to the stack's API."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx

from .conftest import RunningStack


def event(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    event: dict[str, Any] = response.json()["event"]
    return event


def test_a_request_reaches_its_function(stack: RunningStack) -> None:
    response = stack.get("/echo/a%2Fb/c?x=1&x=2&y=a+b")
    seen = event(response)
    assert seen["path"] == "/echo/a%2Fb/c"
    assert seen["pathParameters"] == {"proxy": "a%2Fb/c"}
    assert seen["multiValueQueryStringParameters"] == {"x": ["1", "2"], "y": ["a b"]}
    assert seen["stageVariables"] == {"colour": "blue"}
    context = seen["requestContext"]
    assert context["stage"] == "v1"
    assert context["authorizer"]["flag"] == "true"
    assert context["identity"]["apiKey"] == stack.token
    assert context["requestId"] == response.headers["x-amzn-requestid"]
    body = response.json()
    assert (body["own"], body["shared"], body["function"]) == ("echo", "shared", "icosa-local-EchoFunction")
    assert 0 < body["left"] <= 2000


def test_bodies_and_their_limit(stack: RunningStack) -> None:
    headers = {"Authorization": stack.token}
    seen = event(httpx.post(f"{stack.url}/echo/x", headers=headers, json={"a": "ü"}))
    assert seen["body"] == '{"a":"ü"}'
    binary = {**headers, "Content-Type": "application/octet-stream"}
    seen = event(httpx.post(f"{stack.url}/echo/x", headers=binary, content=b"\xff\x00"))
    assert (seen["body"], seen["isBase64Encoded"]) == ("/wA=", True)
    for size in (7 * 1024 * 1024, 11 * 1024 * 1024):
        assert httpx.post(f"{stack.url}/echo/x", headers=headers, content=b"x" * size).status_code == 413


def test_answers(stack: RunningStack) -> None:
    assert stack.get("/echo/binary", headers={"Accept": "application/octet-stream"}).content == bytes(range(256))
    assert stack.get("/echo/cookies").headers.get_list("set-cookie") == ["a=1", "b=2"]
    large = stack.get("/echo/large")
    assert large.headers["content-encoding"] == "gzip"
    assert len(large.json()) == 20_000


def test_refusals(stack: RunningStack) -> None:
    missing = stack.get("/echo/x", "")
    assert (missing.status_code, missing.json()) == (403, {"said": "Unauthorized", "stage": "v1"})
    assert missing.headers["x-reason"] == "no token"
    assert stack.get("/echo/x", "none").status_code == 403
    denied = stack.get("/echo/x", "bad")
    assert (denied.status_code, denied.json()) == (401, {"said": "bad is not welcome"})
    assert stack.get("/echo/x", "broken").status_code == 500
    unknown = stack.get("/echo/x", "a-key-that-is-not-there")
    assert (unknown.status_code, unknown.json()) == (403, {"message": "Forbidden"})
    nowhere = stack.get("/nowhere")
    assert (nowhere.status_code, nowhere.json()) == (403, {"message": "Missing Authentication Token"})


def test_functions_that_fail(stack: RunningStack) -> None:
    for path in ("fail", "malformed", "exit", "sleep"):
        response = stack.get(f"/echo/{path}")
        assert (response.status_code, response.json()) == (502, {"message": "Internal server error"}), path
    assert stack.get("/echo/x").status_code == 200
    log = (stack.data / "logs" / "EchoFunction.log").read_text()
    assert "ValueError: as asked" in log


def test_preflight(stack: RunningStack) -> None:
    response = httpx.options(f"{stack.url}/echo/x", headers={"Origin": "https://example.com"})
    assert response.status_code == 200
    assert response.headers["access-control-allow-methods"] == "GET,OPTIONS,POST"


def test_many_at_once(stack: RunningStack) -> None:
    with ThreadPoolExecutor(8) as threads:
        responses = list(threads.map(lambda number: stack.get(f"/echo/{number}"), range(40)))
    assert [event(response)["pathParameters"]["proxy"] for response in responses] == [
        str(number) for number in range(40)
    ]
    assert len({response.json()["pid"] for response in responses}) <= 2


def test_what_is_no_http(stack: RunningStack) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(stack.url).port or 0)) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
    assert stack.get("/echo/x").status_code == 200
