"""The Metadata REST API: routes, statuses, errors (docs/wire/metadata.md#rest-routes,
docs/wire/metadata.md#errors-over-rest).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import orjson

from ...access.session import open_metered
from ...errors import IcosaError
from ...runtime.delivery import deliver
from ...runtime.http import METHODS_WITH_BODY, HttpRequest, HttpResponse, error_response, handle_errors
from ...runtime.http_errors import MethodNotAllowed, UnknownRoute
from ...runtime.json_body import read_body
from ...settings import Settings, settings
from ...store.meter import Meter
from ...store.table import Table
from ..rest.params import PAGE_PARAMETERS, Params
from .call import Call, Handler, Route
from .errors import metadata_body
from .ids import parse_entity_id


class MetadataRest:
    """The Metadata REST API over a table: some of its addresses."""

    def __init__(self, table: Table, routes: Iterable[Route], *, settings: Settings = settings) -> None:
        self._table = table
        self._routes = {(route.base, *_without_ids(route.segments)): route for route in routes}
        self._settings = settings

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Never raises: every failure has its answer."""
        return handle_errors(request, lambda meter: self._run(request, meter), _error_response)

    def _run(self, request: HttpRequest, meter: Meter) -> HttpResponse:
        sent = None
        if request.method in METHODS_WITH_BODY:
            sent = read_body(request.body, request.headers.get("content-type"), limit=self._settings.body_limit)
        context = open_metered(request.event, self._table, meter, self._settings)
        route, handler, ids = self._route(request)
        params = Params(request.query_string)
        params.refuse_strays(PAGE_PARAMETERS | route.parameters)
        value = handler(Call(context=context, params=params, ids=ids, body=sent))
        body = orjson.dumps(value)
        done = 202 if route.accepts else 201
        response = HttpResponse(done if request.method == "POST" else 200, body)
        return deliver(response, request, is_change=request.method != "GET")

    def _route(self, request: HttpRequest) -> tuple[Route, Handler, list[str]]:
        """Raises UnknownRoute, MethodNotAllowed, MalformedId."""
        root, base, segments = request.segments[:1], request.segments[1:2], request.segments[2:]
        route = self._routes.get((*base, *_without_ids(segments))) if root == ["rest"] else None
        if route is None:
            raise UnknownRoute(request.method, request.path)
        handler = route.methods.get(request.method)
        if handler is None:
            raise MethodNotAllowed(request.method, request.path, tuple(route.methods))
        return route, handler, [parse_entity_id(segment) for segment in segments[1::2]]


def _error_response(error: IcosaError) -> HttpResponse:
    return error_response(error, metadata_body(error))


def _without_ids(segments: Sequence[str]) -> tuple[str, ...]:
    return tuple("{id}" if number % 2 else segment for number, segment in enumerate(segments))
