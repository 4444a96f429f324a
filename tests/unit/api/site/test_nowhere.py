"""What the console's function answers beside its files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from icosa.api.site.nowhere import ANYWHERE, METHODS, nowhere
from icosa.runtime.http import HttpResponse, read_event


def answer(method: str, resource: str, path: str) -> HttpResponse | None:
    event: dict[str, Any] = {"httpMethod": method, "path": path, "resource": resource}
    return nowhere(read_event(event))


@pytest.mark.parametrize("resource", METHODS)
def test_a_method_that_a_public_route_does_not_have(resource: str) -> None:
    path = resource.replace("{schema}", "core").replace("{proxy+}", "a")
    refused = answer("DELETE", resource, path)
    assert refused is not None and refused.status == 405
    body = json.loads(refused.body)
    allowed = METHODS[resource][0]
    assert body["messages"] == [f"Cannot DELETE {path}. Allowed methods are {allowed}"]
    assert body["errors"][0]["extensions"] == {"code": "METHOD_NOT_ALLOWED"}
    assert refused.headers["allow"] == ("GET, HEAD" if allowed == "GET" else allowed)
    for method in METHODS[resource]:
        assert answer(method, resource, path) is None


def test_an_address_that_there_is_not() -> None:
    refused = answer("PUT", ANYWHERE, "/nope")
    assert refused is not None and refused.status == 404
    assert json.loads(refused.body)["messages"] == ["Cannot PUT /nope"]
