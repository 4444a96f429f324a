"""``GET /rest/open-api/{schema}`` and ``GET /open-api/{schema}``: public, and for callers with a token about their
workspace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import get_args
from urllib.parse import parse_qs

from ..access.optional_caller import optional_caller
from ..access.secret import Keyring
from ..documents.core_document import core_document
from ..documents.openapi.base import DocumentName, skeleton
from ..errors import IcosaError
from ..runtime.delivery import deliver
from ..runtime.http import HttpRequest, HttpResponse, base_url, error_response, handle_errors
from ..runtime.http_errors import UnknownRoute
from ..store.table import Table
from .rest.ignored import ignored_header

_SCHEMAS: tuple[DocumentName, ...] = get_args(DocumentName)
#: What is public may not be kept by caches, because the answer depends on who asks.
_HEADERS = {"cache-control": "private, no-cache"}


class DocumentsApi:
    """The documents over a table. ``signing_keys`` gives what tokens are signed with."""

    def __init__(self, table: Table, signing_keys: Callable[[], Keyring]) -> None:
        self._table = table
        self._signing_keys = signing_keys

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request that passed no authorizer. Never raises: every failure has its answer."""
        return handle_errors(
            request,
            lambda meter: deliver(
                HttpResponse(200, self._document(request, self._table.metered(meter)), _headers(request)), request
            ),
            _error_response,
        )

    def _document(self, request: HttpRequest, table: Table) -> bytes:
        schema = next((known for known in _SCHEMAS if request.segments[-1:] == [known]), None)
        if schema is None:
            raise UnknownRoute(request.method, request.route)
        url = base_url(request)
        caller = optional_caller(request.headers.get("authorization"), table, signing_keys=self._signing_keys())
        if caller is None:
            return skeleton(schema, url)
        if schema == "metadata":
            # Here, because the document of records needs no validation library.
            from ..documents.metadata_examples import metadata_examples
            from ..documents.openapi.metadata import metadata_document

            return metadata_document(
                url,
                is_direct=caller.preferences.get("metadataEnvelope") == "direct",
                examples=metadata_examples(table, caller.workspace_id, caller.metadata, role_id=caller.role_id),
            )
        return core_document(table, caller.workspace_id, caller.metadata, url, names=_object_names(request))


def _headers(request: HttpRequest) -> dict[str, str]:
    others = [name for name in parse_qs(request.query_string, keep_blank_values=True) if name != "objects"]
    return {**_HEADERS, **ignored_header(others)}


def _object_names(request: HttpRequest) -> list[str] | None:
    """The names in ``objects``, which may be repeated; None when there is no such parameter."""
    values = parse_qs(request.query_string, keep_blank_values=True).get("objects")
    if values is None:
        return None
    return [name for value in values for part in value.split(",") if (name := part.strip())]


def _error_response(error: IcosaError) -> HttpResponse:
    response = error_response(error)
    return replace(response, headers={**_HEADERS, **response.headers})
