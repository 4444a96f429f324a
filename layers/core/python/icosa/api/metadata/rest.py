"""The Metadata REST API: routes, statuses, errors (spec/metadata.md §2, §9.2)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import orjson

from ...access.session import open_context
from ...errors import IcosaError
from ...settings import Settings, settings
from ...store.meter import Meter
from ...store.table import Table
from ..errors import MethodNotAllowed, Unexpected, UnknownRoute, rest_headers
from ..gateway import HttpAnswer, HttpRequest, check_size
from ..rest.body import read_body
from ..rest.params import Params
from ..rest.path import parse_id
from .call import Call, Collection, Handler
from .errors import MalformedId, metadata_body

logger = logging.getLogger(__name__)

_Verb = Literal["list", "get", "create", "update", "delete"]
_OF_ALL: dict[str, _Verb] = {"GET": "list", "POST": "create"}
_OF_ONE: dict[str, _Verb] = {"GET": "get", "PATCH": "update", "PUT": "update", "DELETE": "delete"}
_WITH_BODY = frozenset(("create", "update"))


class MetadataRest:
    """The Metadata REST API over a table: some of its collections, by name."""

    def __init__(self, table: Table, collections: Mapping[str, Collection], *, settings: Settings = settings) -> None:
        self._table = table
        self._collections = collections
        self._settings = settings

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Never raises: every failure has its answer. Those that are no IcosaError are logged and say nothing of their cause."""
        meter = Meter(detailed=request.explain)
        try:
            status, body = self._run(request, meter)
        except IcosaError as error:
            return failure(error)
        except Exception:
            logger.exception("unexpected failure", extra={"request_id": request.request_id, "method": request.method, "path": request.path})
            return failure(Unexpected())
        return HttpAnswer(status, body, meter.headers() if request.explain else {})

    def _run(self, request: HttpRequest, meter: Meter) -> tuple[int, bytes]:
        """Status and body. ``meter`` counts what comes after authentication."""
        context = open_context(request.event, self._table.metered(Meter()))
        context = replace(context, table=self._table.metered(meter))
        verb, handler, entity_id = _route(request, self._collections)
        sent = None
        if verb in _WITH_BODY:
            sent = read_body(request.body, request.headers.get("content-type"), limit=self._settings.body_limit)
        value = handler(Call(context=context, params=Params(request.query_string), id=entity_id, body=sent))
        body = orjson.dumps(value)
        check_size(body, is_change=verb not in ("list", "get"))
        return 201 if verb == "create" else 200, body


def failure(error: IcosaError) -> HttpAnswer:
    """The answer of an error."""
    return HttpAnswer(error.status, orjson.dumps(metadata_body(error)), rest_headers(error))


def _route(request: HttpRequest, collections: Mapping[str, Collection]) -> tuple[_Verb, Handler, str | None]:
    """Raises UnknownRoute, MethodNotAllowed, MalformedId."""
    # What precedes /rest/metadata is the stage, or a base path of a custom domain.
    segments = [segment for segment in request.path.rpartition("/rest/metadata")[2].split("/") if segment]
    if not 1 <= len(segments) <= 2 or segments[0] not in collections:
        raise UnknownRoute(request.method, request.path)
    verbs = _OF_ALL if len(segments) == 1 else _OF_ONE
    verb = verbs.get(request.method)
    if verb is None:
        raise MethodNotAllowed(request.method, request.path, tuple(verbs))
    return verb, getattr(collections[segments[0]], verb), _id(segments[1:])


def _id(segments: list[str]) -> str | None:
    if not segments:
        return None
    entity_id = parse_id(segments[0])
    if entity_id is None:
        raise MalformedId
    return entity_id
