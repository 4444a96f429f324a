"""``GET /healthz``: whether the API answers, for monitors and load balancers. It tells and reads nothing."""

from __future__ import annotations

from collections.abc import Callable

from ..runtime.http import HttpRequest, HttpResponse

_ROUTE = ["healthz"]
_BODY = b'{"status":"ok"}'


def with_health(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """An API that answers the route, and leaves all others to ``answer``."""

    def serve(request: HttpRequest) -> HttpResponse:
        if list(request.segments) == _ROUTE:
            return HttpResponse(200, _BODY, {"cache-control": "no-store"})
        return answer(request)

    return serve
