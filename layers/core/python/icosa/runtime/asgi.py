"""ASGI applications behind API Gateway, through Mangum."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from mangum import Mangum
from mangum.types import ASGI, LambdaConfig, LambdaContext, Response, Scope

from .http import HttpResponse, proxy_response, read_event

#: What Starlette adds to every response, and the gateway or ``proxy_response`` writes.
_GENERATED = frozenset((b"content-length", b"content-type"))
_JSON = b"application/json"
_METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
#: What stands for all other methods: applications list those that their routes take, and none may miss every route.
OTHER_METHOD = "OTHER"

# Mangum reports every request; the gateway's access log does that already.
logging.getLogger("mangum").setLevel(logging.WARNING)


def asgi_proxy(application: ASGI) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """A Lambda handler that answers proxy events of a REST API with an ASGI application; what ``http.proxy`` is for the
    other APIs.
    """
    loop = _event_loop()
    asyncio.set_event_loop(loop)
    mangum = Mangum(application, lifespan="off", custom_handlers=[ProxyIntegration])

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        # Mangum runs requests on the loop of the thread, and whatever ran a loop before may have taken it away.
        asyncio.set_event_loop(loop)
        return mangum(event, context)

    return handler


class ProxyIntegration:
    """A proxy event as an ASGI request and back, by the rules of all APIs.

    The application finds the ``HttpRequest`` as ``request.state.http``, and its routes below any base path.
    """

    def __init__(self, event: Mapping[str, Any], _context: LambdaContext, _config: LambdaConfig) -> None:
        self._event = event
        self._request = read_event(event)

    @classmethod
    def infer(cls, event: Mapping[str, Any], _context: LambdaContext, _config: LambdaConfig) -> bool:
        return "httpMethod" in event

    @property
    def body(self) -> bytes:
        return self._request.body

    @property
    def scope(self) -> Scope:
        request = self._request
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method if request.method in _METHODS else OTHER_METHOD,
            "scheme": request.headers.get("x-forwarded-proto", "https"),
            "root_path": request.base_path,
            "path": f"{request.base_path}/{'/'.join(request.segments)}",
            "raw_path": None,
            "query_string": request.query_string.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in request.headers.items()],
            "server": None,
            "client": None,
            "state": {"http": request},
        }

    def __call__(self, response: Response) -> dict[str, Any]:
        headers = {
            name.decode(): value.decode()
            for name, value in response["headers"]
            if name not in _GENERATED or (name == b"content-type" and value != _JSON)
        }
        return proxy_response(HttpResponse(response["status"], response["body"], headers), self._event)


@cache
def _event_loop() -> asyncio.AbstractEventLoop:
    """One for the life of the process."""
    return asyncio.new_event_loop()
