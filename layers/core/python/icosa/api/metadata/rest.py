"""The Metadata REST API: routes, statuses, errors (docs/wire/metadata.md#rest-routes,
docs/wire/metadata.md#errors-over-rest).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import orjson

from ...access.session import open_metered
from ...errors import IcosaError
from ...runtime.http import METHODS_WITH_BODY, HttpRequest, HttpResponse, check_size, error_response, handle_errors
from ...runtime.http_errors import MethodNotAllowed, UnknownRoute
from ...runtime.json_body import read_body
from ...settings import Settings, settings
from ...store.meter import Meter
from ...store.table import Table
from ..rest.params import PAGE_PARAMETERS, Params
from .call import Call, CollectionRoutes, Handler
from .errors import metadata_body
from .ids import parse_entity_id

_Verb = Literal["list", "get", "create", "update", "delete"]
_OF_ALL: dict[str, _Verb] = {"GET": "list", "POST": "create"}
_OF_ONE: dict[str, _Verb] = {"GET": "get", "PATCH": "update", "PUT": "update", "DELETE": "delete"}


class MetadataRest:
    """The Metadata REST API over a table: some of its collections, by name."""

    def __init__(
        self, table: Table, collections: Mapping[str, CollectionRoutes], *, settings: Settings = settings
    ) -> None:
        self._table = table
        self._collections = collections
        self._settings = settings

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Never raises: every failure has its answer."""
        return handle_errors(request, lambda meter: self._run(request, meter), _error_response)

    def _run(self, request: HttpRequest, meter: Meter) -> HttpResponse:
        sent = None
        if request.method in METHODS_WITH_BODY:
            sent = read_body(request.body, request.headers.get("content-type"), limit=self._settings.body_limit)
        context = open_metered(request.event, self._table, meter, self._settings)
        verb, routes, entity_id = _route(request, self._collections)
        params = Params(request.query_string)
        params.refuse_strays(PAGE_PARAMETERS | routes.parameters)
        handler: Handler = getattr(routes, verb)
        value = handler(Call(context=context, params=params, id=entity_id, body=sent))
        body = orjson.dumps(value)
        check_size(body, is_change=verb not in ("list", "get"))
        return HttpResponse(201 if verb == "create" else 200, body)


def _error_response(error: IcosaError) -> HttpResponse:
    return error_response(error, metadata_body(error))


def _route(
    request: HttpRequest, collections: Mapping[str, CollectionRoutes]
) -> tuple[_Verb, CollectionRoutes, str | None]:
    """Raises UnknownRoute, MethodNotAllowed, MalformedId."""
    root, segments = request.segments[:2], request.segments[2:]
    if root != ["rest", "metadata"] or not 1 <= len(segments) <= 2 or segments[0] not in collections:
        raise UnknownRoute(request.method, request.path)
    verbs = _OF_ALL if len(segments) == 1 else _OF_ONE
    verb = verbs.get(request.method)
    if verb is None:
        raise MethodNotAllowed(request.method, request.path, tuple(verbs))
    entity_id = parse_entity_id(segments[1]) if len(segments) == 2 else None
    return verb, collections[segments[0]], entity_id
