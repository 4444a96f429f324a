"""FastAPI applications behind API Gateway: for APIs whose routes and bodies have static types.

They read bodies, answer errors, tell the cost and log as the APIs of ``http`` do. Their paths are those below the base
path. Endpoints and dependencies are coroutines although they wait for nothing: an environment of Lambda has one request
at a time, so a thread for each of them would only cost.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, override

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.params import Depends
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException

from ..errors import BadRequest, IcosaError
from ..settings import Settings, settings
from ..store.meter import Meter
from ..validation.errors import InvalidInput
from ..validation.messages import messages
from .asgi import OTHER_METHOD
from .conditional import refuse_conditions
from .http import METHODS_WITH_BODY, HttpRequest, HttpResponse, check_size, error_response, unexpected_errors
from .http_errors import MethodNotAllowed, UnknownRoute, rest_body
from .json_body import read_body
from .observation import observed

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", OTHER_METHOD)
_ANYWHERE = "/{path:anything}"


class _Anything(Convertor[str]):
    """The rest of a path, also with line feeds, which ``path`` leaves out: no request may miss the session."""

    regex = r"[\s\S]*"

    @override
    def convert(self, value: str) -> str:
        return value

    @override
    def to_string(self, value: str) -> str:
        return value


register_url_convertor("anything", _Anything())


def create_app(
    title: str,
    routers: Iterable[APIRouter],
    *,
    dependencies: Sequence[Depends] = (),
    error_body: Callable[[IcosaError], Mapping[str, Any]] = rest_body,
    settings: Settings = settings,
) -> FastAPI:
    """An application of ``routers``, which must have ``ApiRoute`` as their class of routes.

    ``dependencies`` are solved for every request, also for one that no route matches; ``error_body`` is the JSON of an
    error. Nothing is public but the routes: documents of the API are made from its models elsewhere.
    """
    app = FastAPI(
        title=title,
        dependencies=dependencies,
        openapi_url=None,
        redirect_slashes=False,
        strict_content_type=False,
        # Looking for somebody who listens takes 0.1 ms of every request; tracing is X-Ray's.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.router.route_class = ApiRoute
    app.state.settings = settings

    async def refuse(_request: Request, error: Exception) -> Response:
        assert isinstance(error, IcosaError)
        refusal = error_response(error, error_body(error))
        return Response(refusal.body, refusal.status, refusal.headers, media_type="application/json")

    async def refuse_route(request: Request, _error: Exception) -> Response:
        return await refuse(request, _route_error(request))

    app.add_exception_handler(IcosaError, refuse)
    app.add_exception_handler(HTTPException, refuse_route)
    for router in routers:
        app.include_router(router)
    app.add_api_route(_ANYWHERE, _no_route, methods=[*_METHODS], include_in_schema=False)
    return app


class KnownAnswer(Exception):
    """A dependency knows the answer: the endpoint is not run."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__(answer.status)
        self.answer = answer


#: What a dependency wants to be told of the end of the request: its answer, or the error that refuses it.
Ending = Callable[[HttpResponse | IcosaError], None]


#: Headers that a dependency has for an answer that succeeds.
Telling = Callable[[], Mapping[str, str]]


class ApiRoute(APIRoute):
    """A route whose requests and responses are those of all APIs. Raises IcosaError only."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        run = super().get_route_handler()

        async def handle(request: Request) -> Response:
            http: HttpRequest = request.state.http
            meter = request.state.meter = Meter(detailed=http.explain)
            endings: list[Ending] = []
            request.state.endings = endings
            telling: list[Telling] = []
            request.state.telling = telling
            observed().use(meter)
            with unexpected_errors(http):
                refuse_conditions(http)
                if http.method in METHODS_WITH_BODY:
                    limit = request.app.state.settings.body_limit
                    request = _JsonRequest(request, read_body(http.body, http.headers.get("content-type"), limit=limit))
                try:
                    response = await _run(run, request)
                except KnownAnswer as known:
                    response = Response(
                        known.answer.body, known.answer.status, known.answer.headers, media_type="application/json"
                    )
                except IcosaError as error:
                    for ending in endings:
                        ending(error)
                    raise
                else:
                    for ending in endings:
                        ending(HttpResponse(response.status_code, bytes(response.body)))
                check_size(bytes(response.body), is_change=http.method != "GET")
            for tell in telling:
                response.headers.update(tell())
            if meter.detailed:
                response.raw_headers += [(name.encode(), value.encode()) for name, value in meter.headers().items()]
            return response

        return handle


async def _run(run: Callable[[Request], Coroutine[Any, Any, Response]], request: Request) -> Response:
    try:
        return await run(request)
    except RequestValidationError as error:
        raise _body_error(error) from None


class _JsonRequest(Request):
    """A request whose body was read before FastAPI would read it by other rules. No body is an empty object."""

    def __init__(self, request: Request, value: Any) -> None:
        # Whatever counted as JSON for us is JSON.
        super().__init__({**request.scope, "headers": []}, request.receive)
        self._value = {} if value is None else value

    @override
    async def body(self) -> bytes:
        http: HttpRequest = self.state.http
        return http.body or b"{}"

    @override
    async def json(self) -> Any:
        return self._value


def _body_error(error: RequestValidationError) -> IcosaError:
    errors = error.errors()
    if any(len(entry["loc"]) == 1 and entry["type"] != "characters" for entry in errors):
        return BadRequest("Request body must be a JSON object")
    return InvalidInput(messages(errors, skip=1))


async def _no_route(request: Request) -> None:
    raise _route_error(request)


def _route_error(request: Request) -> IcosaError:
    """Why no route matches a request."""
    http: HttpRequest = request.state.http
    path = f"/{'/'.join(http.segments)}"
    methods = [
        method
        for route in iter_route_contexts(request.app.routes)
        if route.path != _ANYWHERE and route.path_regex.match(path)
        for method in route.methods or ()
    ]
    if methods:
        return MethodNotAllowed(http.method, http.route, tuple(methods))
    return UnknownRoute(http.method, http.route)
