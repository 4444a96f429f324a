"""``GET /rest/open-api/{schema}`` and ``GET /open-api/{schema}``: public, and for callers with a token about their
workspace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

from ..access.visitor import visitor_of
from ..documents.core_document import core_document
from ..documents.openapi.base import DocumentName, skeleton
from ..documents.openapi.metadata import metadata_document
from ..errors import IcosaError
from ..runtime.http import HttpAnswer, HttpRequest, answered, base_url, check_size, refusal
from ..runtime.http_errors import UnknownRoute
from ..store.table import Table

_SCHEMAS: tuple[DocumentName, ...] = get_args(DocumentName)
#: What is public may not be kept by caches, because the answer depends on who asks.
_HEADERS = {"cache-control": "private, no-cache"}


class DocumentsApi:
    """The documents over a table. ``secret`` gives the signing secret."""

    def __init__(self, table: Table, secret: Callable[[], str]) -> None:
        self._table = table
        self._secret = secret

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """The answer to a request that passed no authorizer. Never raises: every failure has its answer."""
        return answered(
            request,
            lambda meter: HttpAnswer(200, self._document(request, self._table.metered(meter)), _HEADERS),
            _refusal,
        )

    def _document(self, request: HttpRequest, table: Table) -> bytes:
        wanted = (request.event.get("pathParameters") or {}).get("schema")
        schema = next((known for known in _SCHEMAS if known == wanted), None)
        if schema is None:
            raise UnknownRoute(request.method, request.path)
        url = base_url(request, request.path.rpartition("/open-api/")[0].removesuffix("/rest"))
        visitor = visitor_of(request.headers.get("authorization"), table, secret=self._secret())
        if visitor is None:
            return skeleton(schema, url)
        if schema == "metadata":
            return metadata_document(url, is_direct=visitor.preferences.get("metadataEnvelope") == "direct")
        made = core_document(table, visitor.workspace_id, visitor.metadata, url)
        check_size(made, is_change=False)
        return made


def _refusal(error: IcosaError) -> HttpAnswer:
    answer = refusal(error)
    return replace(answer, headers={**_HEADERS, **answer.headers})
