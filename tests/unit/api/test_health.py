"""``/healthz``, and nothing else."""

from __future__ import annotations

import json

import pytest

from icosa.api.health import with_health
from icosa.runtime.http import HttpRequest, HttpResponse
from icosa.version import VERSION

answer = with_health(lambda request: HttpResponse(404, b"other"))


@pytest.mark.parametrize(("path", "base_path"), [("/healthz", ""), ("/healthz/", ""), ("/crm/healthz", "/crm")])
def test_the_api_answers(path: str, base_path: str) -> None:
    response = answer(HttpRequest(method="GET", path=path, base_path=base_path))
    assert (response.status, json.loads(response.body)) == (200, {"status": "ok", "version": VERSION})
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/health", "/healthz/x", "/rest/healthz", "/open-api/core"])
def test_other_routes_are_left_to_others(path: str) -> None:
    assert answer(HttpRequest(method="GET", path=path)).body == b"other"
