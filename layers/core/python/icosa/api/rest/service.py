"""A REST request from its bytes to the bytes of its answer (spec/rest-core.md §8)."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial

import orjson

from ...access.check import authorize
from ...access.session import open_context
from ...engine.executor import execute
from ...errors import IcosaError
from ...metadata.views.condition import view_condition
from ...query.operation import FindDuplicates, FindMany, FindOne, GroupBy
from ...settings import Settings, settings
from ...store.meter import Meter
from ...store.table import Table
from ..errors import MethodNotAllowed, Unexpected, UnknownRoute, rest_body, rest_headers
from ..gateway import HttpAnswer, HttpRequest, check_size
from .body import read_body
from .endpoints import ENDPOINTS, Call, Endpoint
from .params import Params
from .path import Path, parse_path

logger = logging.getLogger(__name__)

_WITH_BODY = frozenset(("POST", "PUT", "PATCH"))


class RestApi:
    """The Core REST API over a table."""

    def __init__(self, table: Table, *, settings: Settings = settings) -> None:
        self._table = table
        self._settings = settings

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Never raises: every failure has its answer. Those that are no IcosaError are logged and say nothing of their cause."""
        meter = Meter(detailed=request.explain)
        try:
            status, body = self._run(request, meter)
            return HttpAnswer(status, body, meter.headers() if request.explain else {})
        except IcosaError as error:
            failure = error
        except Exception:
            extra = {"request_id": request.request_id, "method": request.method, "path": request.path}
            logger.exception("unexpected failure", extra=extra)
            failure = Unexpected()
        return HttpAnswer(failure.status, orjson.dumps(rest_body(failure)), rest_headers(failure))

    def _run(self, request: HttpRequest, meter: Meter) -> tuple[int, bytes]:
        """Status and body. ``meter`` counts what comes after authentication."""
        sent = None
        if request.method in _WITH_BODY:
            sent = read_body(request.body, request.headers.get("content-type"), limit=self._settings.body_limit)
        context = open_context(request.event, self._table.metered(Meter()))
        metered = replace(context, table=self._table.metered(meter), settings=self._settings)
        path, endpoint = _route(request)
        call = Call(
            path=path,
            params=Params(request.query_string),
            body=sent,
            model=context.model,
            rights=context.permissions,
            settings=self._settings,
            view_condition=partial(view_condition, metered.table, context.model, now=context.now),
        )
        operation = authorize(context.permissions, endpoint.ask(call), context.model)
        body = orjson.dumps(endpoint.show(context.model, operation, execute(metered, operation)))
        check_size(body, is_change=not isinstance(operation, FindOne | FindMany | FindDuplicates | GroupBy))
        return endpoint.status, body


def _route(request: HttpRequest) -> tuple[Path, Endpoint]:
    path = parse_path(request.method, request.path)
    if path is None:
        raise UnknownRoute(request.method, request.path)
    methods = ENDPOINTS[path.shape]
    endpoint = methods.get(request.method)
    if endpoint is None:
        raise MethodNotAllowed(request.method, request.path, tuple(methods))
    return path, endpoint
