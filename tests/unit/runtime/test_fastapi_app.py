"""FastAPI applications answer as all APIs do."""

from __future__ import annotations

import logging
from typing import Any

import orjson
import pytest
from fastapi import APIRouter, Depends, Request

from icosa.errors import Forbidden, Unavailable
from icosa.runtime.asgi import asgi_proxy
from icosa.runtime.fastapi_app import ApiRoute, create_app
from icosa.runtime.http import HttpRequest, HttpResponse, handle_errors, proxy
from icosa.settings import Settings
from icosa.store.meter import Meter
from icosa.validation.body import RequestBody
from icosa.validation.types import Integer, Text

router = APIRouter(prefix="/things", route_class=ApiRoute)


class Thing(RequestBody):
    name: Text
    size: Integer = 0


@router.get("")
async def list_things(request: Request) -> list[str]:
    request.state.meter.calls += 1
    return ["ä"]


@router.post("", status_code=201)
async def create_thing(thing: Thing) -> Thing:
    return thing


@router.get("/{id}")
async def get_thing(id: str) -> None:
    if id == "busy":
        raise Unavailable("busy")
    raise RuntimeError("a secret")


@router.put("/{id}")
async def put_thing(id: str) -> str:
    return id


async def _session(request: Request) -> None:
    if "x-stranger" in request.headers:
        raise Forbidden("Who are you?")


handler = asgi_proxy(
    create_app("things", [router], dependencies=[Depends(_session)], settings=Settings(body_limit=100))
)


def event(method: str, path: str = "/things", body: str | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "resource": "/things" if path.endswith("/things") else "/things/{id}",
        "path": path,
        "httpMethod": method,
        "headers": {"Content-Type": "application/json"},
        "requestContext": {"requestId": "r1"},
        "body": body,
    } | changes


def call(*arguments: Any, **changes: Any) -> tuple[int, Any]:
    response = handler(event(*arguments, **changes), None)
    return response["statusCode"], orjson.loads(response["body"])


def refused(*arguments: Any, **changes: Any) -> tuple[int, list[str]]:
    status, body = call(*arguments, **changes)
    assert body["statusCode"] == status
    return status, body["messages"]


@pytest.mark.parametrize("explain", [False, True])
def test_a_response_has_the_form_of_the_other_apis(explain: bool) -> None:
    def serve(meter: Meter) -> HttpResponse:
        meter.calls += 1
        return HttpResponse(200, '["ä"]'.encode())

    def other(request: HttpRequest) -> HttpResponse:
        return handle_errors(request, serve, lambda _error: HttpResponse(500, b""))

    asked = event("GET", headers={"X-Icosa-Explain": "1"} if explain else {})
    own, others = handler(asked, None), proxy(other)(asked, None)
    for answer in (own, others):
        answer["headers"].pop("X-Icosa-Cost", None)  # which follows from the time that it took
    assert own == others


@pytest.mark.parametrize("base_path", ["", "/crm", "/things", "/things/things"])
def test_routes_are_below_any_base_path(base_path: str) -> None:
    assert call("GET", f"{base_path}/things") == (200, ["ä"])
    assert call("PUT", f"{base_path}/things/things", "{}", resource="/things/{id}") == (200, "things")


def test_head_is_get() -> None:
    assert call("HEAD") == (200, ["ä"])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "name must be a string"),
        ("[]", "Request body must be a JSON object"),
        ('{"name":1,"size":"x"}', "name must be a string, size must be an integer number"),
    ],
)
def test_bodies_that_fit_no_model(body: str | None, message: str) -> None:
    assert refused("POST", "/things", body) == (400, [message])


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"body": "{"}, 400),
        ({"body": "x" * 101}, 413),
        ({"body": "{}", "headers": {"Content-Type": "text/plain"}}, 415),
        ({"body": '{"name":"x"}', "headers": {"Content-Type": "text/x+json"}}, 201),
        ({"body": '{"name":"x"}', "headers": {}}, 201),
    ],
)
def test_bodies_are_read_by_the_rules_of_all_apis(changes: dict[str, Any], status: int) -> None:
    assert call("POST", **changes)[0] == status


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", (404, ["Cannot GET /"])),
        ("GET", "/things/1/2", (404, ["Cannot GET /things/1/2"])),
        ("DELETE", "/things", (405, ["Cannot DELETE /things. Allowed methods are GET, POST"])),
        ("POST", "/things/1", (405, ["Cannot POST /things/1. Allowed methods are GET, PUT"])),
        ("BREW", "/things/1", (405, ["Cannot BREW /things/1. Allowed methods are GET, PUT"])),
    ],
)
def test_what_no_route_takes(method: str, path: str, expected: tuple[int, list[str]]) -> None:
    assert refused(method, path) == expected


def test_a_refused_method_comes_with_those_that_are_allowed() -> None:
    assert handler(event("DELETE"), None)["headers"]["allow"] == "GET, POST, HEAD"


@pytest.mark.parametrize("method", ["DELETE", "TRACE", "CONNECT", "OPTIONS", "BREW", "get", "OTHER"])
@pytest.mark.parametrize("path", ["/things", "/things/1/2", "/", "/things/1/\n", "/things\n", "\n", "/a\r\nb/c/d"])
def test_strangers_do_not_learn_which_routes_exist(method: str, path: str) -> None:
    assert refused(method, path, headers={"X-Stranger": "1"}) == (403, ["Who are you?"])
    status, [message] = refused(method, path)
    assert status in {404, 405}
    assert message.startswith(f"Cannot {method} ")


def test_errors_have_their_headers() -> None:
    response = handler(event("GET", "/things/busy"), None)
    assert (response["statusCode"], response["headers"]["retry-after"]) == (503, "1")


def test_a_fault_of_ours_is_logged_and_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert refused("GET", "/things/1") == (500, ["Internal server error"])
    [record] = caplog.records
    assert record.request_id == "r1"  # type: ignore[attr-defined]
