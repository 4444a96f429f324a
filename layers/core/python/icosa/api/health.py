"""``GET /healthz``: that the API answers, and of which release it is, for monitors, load balancers and deployments. It
reads nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import orjson

from ..runtime.http import HttpRequest, HttpResponse
from ..version import VERSION

_ROUTE = ["healthz"]
_BODY = orjson.dumps({"status": "ok", "version": VERSION})


def with_health(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """An API that answers the route, and leaves all others to ``answer``."""

    def serve(request: HttpRequest) -> HttpResponse:
        if list(request.segments) == _ROUTE:
            return HttpResponse(200, _BODY, {"cache-control": "no-store"})
        return answer(request)

    return serve
