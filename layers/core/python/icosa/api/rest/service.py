"""A REST request from its bytes to the bytes of its answer (docs/wire/rest.md#order-of-checks)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import orjson

from ...access.check import authorize
from ...access.context import RequestContext
from ...access.session import open_metered, with_register
from ...engine.executor import execute
from ...errors import RecordChanged
from ...model.model import Model
from ...query.demand import Demand
from ...query.older_names import in_present_names
from ...query.operation import Create, FindOne, Operation
from ...query.partial import Refused
from ...runtime.conditional import (
    ETAG,
    digest_tag,
    expected_revisions,
    is_not_modified,
    not_modified,
    refuse_conditions,
    revision_tag,
    tagged,
)
from ...runtime.delivery import deliver
from ...runtime.http import METHODS_WITH_BODY, HttpRequest, HttpResponse, error_response, handle_errors
from ...runtime.http_errors import MethodNotAllowed, UnknownRoute
from ...runtime.idempotency import once_of
from ...runtime.json_body import read_body
from ...runtime.observation import REFUSED, observed
from ...settings import Settings, settings
from ...store.meter import Meter
from ...store.table import Table
from ..consistency import for_reads
from ..once import Ran
from ..operation_kinds import note_operations
from ..shown_record import record_of
from ..stamps import with_given_stamps
from ..trash_time import trash_header
from ..view_filter import view_filter_of
from ..watermark import watermark_header
from ..written_once import written_once
from .endpoints import ENDPOINTS, Endpoint, RecordsRequest
from .group_pages import group_headers
from .ignored import ignored_header
from .params import Params
from .path import SPECIAL, Path, parse_path


class OldAddresses(Protocol):
    """``api.older.rest.OldAddresses``."""

    def has(self, request: HttpRequest, model: Model) -> bool: ...
    def answer(self, request: HttpRequest, context: RequestContext, body: Any) -> HttpResponse: ...


class RestApi:
    """The Core REST API over a table, and addresses of other things that were once among its own."""

    def __init__(
        self, table: Table, *, settings: Settings = settings, old_addresses: OldAddresses | None = None
    ) -> None:
        self._table = table
        self._settings = settings
        self._old_addresses = old_addresses

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Never raises: every failure has its answer."""
        return handle_errors(request, lambda meter: self._run(request, meter), error_response)

    def _run(self, request: HttpRequest, meter: Meter) -> HttpResponse:
        observed().operation = REFUSED
        body_json = None
        if request.method in METHODS_WITH_BODY:
            body_json = read_body(request.body, request.headers.get("content-type"), limit=self._settings.body_limit)
        context = open_metered(
            request.event,
            self._table,
            meter,
            self._settings,
            once_of(request),
            with_register=not _may_read_one(request),
        )
        if self._old_addresses is not None and self._old_addresses.has(request, context.model):
            observed().operation = "older"
            return self._old_addresses.answer(request, with_register(context), body_json)
        path, endpoint = _route(request, body_json)
        refuse_conditions(request, takes_if_match=endpoint.takes_if_match)
        params = Params(request.query_string)
        is_conditional = request.method != "GET" and path.id is not None and params.has_filter
        params.refuse_strays(is_bulk_change=endpoint.is_bulk_change or is_conditional, names_record=is_conditional)
        parsed = RecordsRequest(
            path=path,
            params=params,
            body=body_json,
            model=context.model,
            rights=context.permissions,
            settings=self._settings,
            view_filter=view_filter_of(context),
            demand=Demand(),
            revisions=expected_revisions(request) if endpoint.takes_if_match else None,
        )
        operation = authorize(
            context.permissions, in_present_names(endpoint.parse(parsed), context.model), context.model
        )
        operation = with_given_stamps(operation, request)
        parsed.demand.operation(context.model, operation)
        note_operations([operation])
        if not (isinstance(operation, FindOne) and operation.id is not None and not operation.selection.relations):
            context = with_register(context)
        if request.method == "GET":
            return _read(request, context, endpoint, operation, parsed)
        response = _write(request, context, endpoint, operation, ignored_header(params.ignored))
        return deliver(response, request, is_change=operation.is_write)


def _may_read_one(request: HttpRequest) -> bool:
    """Whether a request looks as if it read one record by its id, without relations: its path has not been parsed."""
    match request.segments:
        case [_, _, last] if request.method == "GET" and last not in SPECIAL:
            return "depth" not in request.query_string
    return False


def _read(
    request: HttpRequest, context: RequestContext, endpoint: Endpoint, operation: Operation, parsed: RecordsRequest
) -> HttpResponse:
    result = execute(for_reads(context, request), operation)
    shown = endpoint.render(context.model, operation, result)
    record = record_of(operation, result)
    if record is not None and parsed.revisions is not None and record.revision not in parsed.revisions:
        raise RecordChanged
    body = orjson.dumps(shown)
    tag = digest_tag(body) if record is None else revision_tag(record.revision, _record_json(shown), request)
    headers = {
        **ignored_header(parsed.params.ignored),
        **group_headers(request, result),
        **trash_header(context, operation, record),
        **watermark_header(context, [operation]),
    }
    response = tagged(HttpResponse(endpoint.status, body, headers), tag)
    return not_modified(response) if is_not_modified(request, tag) else deliver(response, request)


def _write(
    request: HttpRequest,
    context: RequestContext,
    endpoint: Endpoint,
    operation: Operation,
    headers: Mapping[str, str],
) -> HttpResponse:
    """Run an operation that writes, or look for duplicates, once if the request says so."""

    def answer(result: Any) -> HttpResponse:
        shown = endpoint.render(context.model, operation, result)
        record = record_of(operation, result)
        tag = {} if record is None else {ETAG: str(revision_tag(record.revision, _record_json(shown), request))}
        until = trash_header(context, operation, record)
        status = 207 if is_partial else endpoint.status
        return HttpResponse(status, orjson.dumps(shown), {**headers, **tag, **until})

    def run() -> Ran:
        result = execute(reading, operation)
        outcomes = result if is_partial and isinstance(result, list) else None
        is_all_refused = outcomes is not None and all(isinstance(outcome, Refused) for outcome in outcomes)
        return Ran(answer(result), has_failed=is_all_refused)

    is_partial = isinstance(operation, Create) and operation.is_partial
    reading = context if operation.is_write else for_reads(context, request)
    return written_once(context, operation, run, answer)


def _record_json(shown: Any) -> bytes:
    """The record in the answer, without the key that says what was done with it: a record that was just written has the
    tag that it has when it is read.
    """
    [record] = shown["data"].values()
    return orjson.dumps(record)


def _route(request: HttpRequest, body: Any) -> tuple[Path, Endpoint]:
    path = parse_path(request.method, request.route)
    if path is None:
        raise UnknownRoute(request.method, request.route)
    if path.kind == "many" and request.method == "POST" and isinstance(body, list) and body:
        # A batch whose address a client does not know.
        path = Path("batch", path.plural)
    methods = ENDPOINTS[path.kind]
    endpoint = methods.get(request.method)
    if endpoint is None:
        raise MethodNotAllowed(request.method, request.route, tuple(methods))
    return path, endpoint
