"""The Metadata REST API: routes, statuses, errors (spec/metadata.md §2, §9.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import orjson

from ...access.session import open_metered
from ...errors import IcosaError
from ...identifiers import parse_uuid
from ...runtime.http import HttpAnswer, HttpRequest, answered, check_size, refusal
from ...runtime.http_errors import MethodNotAllowed, UnknownRoute
from ...settings import Settings, settings
from ...store.meter import Meter
from ...store.table import Table
from ..rest.body import read_body
from ..rest.params import Params
from .call import Call, Collection, Handler
from .errors import MalformedId, metadata_body

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
        """Never raises: every failure has its answer."""
        return answered(request, lambda meter: self._run(request, meter), _refusal)

    def _run(self, request: HttpRequest, meter: Meter) -> HttpAnswer:
        context = open_metered(request.event, self._table, meter, self._settings)
        verb, handler, entity_id = _route(request, self._collections)
        sent = None
        if verb in _WITH_BODY:
            sent = read_body(request.body, request.headers.get("content-type"), limit=self._settings.body_limit)
        value = handler(Call(context=context, params=Params(request.query_string), id=entity_id, body=sent))
        body = orjson.dumps(value)
        check_size(body, is_change=verb not in ("list", "get"))
        return HttpAnswer(201 if verb == "create" else 200, body)


def _refusal(error: IcosaError) -> HttpAnswer:
    return refusal(error, metadata_body(error))


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
    entity_id = parse_uuid(segments[0])
    if entity_id is None:
        raise MalformedId
    return entity_id
