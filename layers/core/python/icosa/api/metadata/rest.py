"""The Metadata REST API: routes, statuses, errors (docs/wire/metadata.md#rest-routes,
docs/wire/metadata.md#errors-over-rest).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from ...access.context import RequestContext
from ...access.session import open_metered
from ...errors import IcosaError
from ...runtime.conditional import digest_tag, is_not_modified, not_modified, refuse_conditions, tagged
from ...runtime.delivery import deliver
from ...runtime.http import METHODS_WITH_BODY, HttpRequest, HttpResponse, error_response, handle_errors
from ...runtime.http_errors import MethodNotAllowed, UnknownRoute
from ...runtime.idempotency import once_of
from ...runtime.json_body import read_body
from ...settings import Settings, settings
from ...store.meter import Meter
from ...store.table import Table
from ..once import Ran, under_a_claim
from ..rest.ignored import ignored_header
from ..rest.params import PAGE_PARAMETERS, Params
from .call import Call, Handler, Route
from .errors import metadata_body
from .ids import parse_entity_id

#: Collections whose answers show secrets, which are kept nowhere.
_WITH_SECRETS = ("webhooks",)


class MetadataRest:
    """Some addresses of the Metadata REST API. ``hides_secrets``: no answer shows those of webhooks."""

    def __init__(
        self,
        routes: Iterable[Route],
        *,
        settings: Settings = settings,
        hides_secrets: bool = False,
    ) -> None:
        self._routes = {(route.base, _without_ids(route.segments)): route for route in routes}
        self._bases = frozenset(base for base, _ in self._routes)
        self._settings = settings
        self._hides_secrets = hides_secrets

    def answer(self, request: HttpRequest, table: Table) -> HttpResponse:
        """Never raises: every failure has its answer."""
        return handle_errors(request, lambda meter: self._run(request, table, meter), _error_response)

    def _run(self, request: HttpRequest, table: Table, meter: Meter) -> HttpResponse:
        sent = None
        if request.method in METHODS_WITH_BODY:
            sent = read_body(request.body, request.headers.get("content-type"), limit=self._settings.body_limit)
        context = open_metered(request.event, table, meter, self._settings, once_of(request))
        return self._answer(request, context, sent)

    def respond(self, request: HttpRequest, context: RequestContext, sent: Any) -> HttpResponse:
        """The answer in a session that is open, to a body that was read. Raises what is unexpected."""
        try:
            return self._answer(request, context, sent)
        except IcosaError as error:
            return _error_response(error)

    def _answer(self, request: HttpRequest, context: RequestContext, sent: Any) -> HttpResponse:
        route, handler, ids = self._route(request)
        refuse_conditions(request)
        params = Params(request.query_string)
        params.refuse_strays(PAGE_PARAMETERS | route.parameters)
        call = Call(context=context, params=params, ids=ids, body=sent, hides_secrets=self._hides_secrets)

        def run() -> HttpResponse:
            body = orjson.dumps(handler(call))
            done = 202 if route.accepts else 201
            return HttpResponse(done if request.method == "POST" else 200, body, ignored_header(params.ignored))

        if request.method != "GET":
            is_secret = route.segments[0] in _WITH_SECRETS and not self._hides_secrets
            response = under_a_claim(context, lambda: Ran(run()), is_secret=is_secret)
            return deliver(response, request, is_change=True)
        response = run()
        tag = digest_tag(response.body)
        response = tagged(response, tag)
        return not_modified(response) if is_not_modified(request, tag) else deliver(response, request)

    def _route(self, request: HttpRequest) -> tuple[Route, Handler, list[str]]:
        """Raises UnknownRoute, MethodNotAllowed, MalformedId."""
        for base in self._bases:
            root, segments = request.segments[: len(base)], request.segments[len(base) :]
            if root == list(base) and (route := self._routes.get((base, _without_ids(segments)))):
                break
        else:
            raise UnknownRoute(request.method, request.route)
        handler = route.methods.get(request.method)
        if handler is None:
            raise MethodNotAllowed(request.method, request.route, tuple(route.methods))
        return route, handler, [parse_entity_id(segment) for segment in segments[1::2]]


def _error_response(error: IcosaError) -> HttpResponse:
    return error_response(error, metadata_body(error))


def _without_ids(segments: Sequence[str]) -> tuple[str, ...]:
    return tuple("{id}" if number % 2 else segment for number, segment in enumerate(segments))
