"""The API below a base path of any name, also one that its own routes have: what functions make of the events."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.runtime.http import base_url, read_event, root_path
from local.gateway.context import Place, request_context
from local.gateway.http import Request
from local.gateway.proxy import parameters
from local.gateway.router import Router
from local.template.application import Api
from tests.support.checkout import template_document

_BASE_PATHS = (
    "crm",
    "v1",
    "rest",
    "graphql",
    "metadata",
    "console",
    "settings",
    "playground",
    "assets",
    "healthz",
    "open-api",
    "a/b",
    "rest/metadata",
    "rest/rest",
    "v1.2_x-y",
)
#: What parts of a path that a resource leaves open may be, also what looks like the resource itself.
_FILLINGS = ("people", "rest", "metadata", "people/1/restore", "core", "a%2Fb")
_RESOURCES = sorted(
    {
        event["Properties"]["Path"]
        for body in template_document()["Resources"].values()
        if body["Type"] == "AWS::Serverless::Function"
        for event in body["Properties"].get("Events", {}).values()
        if event["Type"] == "Api"
    }
)
_ROUTER = Router(_RESOURCES)


def _routes() -> list[str]:
    """Paths below the base path, for every resource of the template."""
    result = set()
    for resource in _RESOURCES:
        for filling in _FILLINGS:
            path = resource.replace("{proxy+}", filling).replace("{schema}", filling.split("/")[0])
            result.add(path)
    return sorted(result)


def _custom_domain(path: str, resource: str, filled: dict[str, str] | None) -> dict[str, Any]:
    """As API Gateway's events are there: the paths have the base path, and only the resource has not."""
    return {
        "resource": resource,
        "path": path,
        "httpMethod": "GET",
        "headers": {"Host": "api.example.com", "X-Forwarded-Proto": "https"},
        "multiValueQueryStringParameters": None,
        "pathParameters": filled,
        "requestContext": {
            "apiId": "a1",
            "domainName": "api.example.com",
            "domainPrefix": "api",
            "path": path,
            "resourcePath": resource,
            "stage": "prod",
        },
        "body": None,
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize("base", _BASE_PATHS)
def test_every_route_is_the_same_below_it(base: str) -> None:
    api = Api(logical_id="Api", id="a1", stage="dev", routes=())
    for route in _routes():
        matched = _ROUTER.match(route)
        assert matched
        path = f"/{base}{route}"
        sent = Request(method="GET", path=path, query="", headers=(), body=b"", client="10.0.0.1")
        local = parameters(sent, matched, api)
        local["requestContext"] = request_context(sent, api, Place(account="1", region="r"))
        for event in (local, _custom_domain(path, matched.path, dict(matched.parameters) or None)):
            request = read_event(event)
            assert (request.base_path, request.route.rstrip("/")) == (f"/{base}", route.rstrip("/")), path
        assert base_url(request) == f"https://api.example.com/{base}"


@pytest.mark.parametrize("base", ["", *_BASE_PATHS])
def test_the_address_of_the_api_itself(base: str) -> None:
    path = f"/{base}" if base else "/"

    request = read_event(_custom_domain(path, "/", None))

    assert (root_path(request), base_url(request)) == (path.rstrip("/"), f"https://api.example.com{path}".rstrip("/"))


def test_the_stage_of_the_gateways_own_address_is_told_in_addresses_only() -> None:
    event = _custom_domain("/nope", "/{proxy+}", {"proxy": "nope"})
    event["requestContext"] |= {"domainName": "a1.execute-api.r.amazonaws.com", "path": "/prod/nope"}

    request = read_event(event)

    assert request.route == "/nope"
    assert base_url(request) == "https://a1.execute-api.r.amazonaws.com/prod"
