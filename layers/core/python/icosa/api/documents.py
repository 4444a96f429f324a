"""``GET /rest/open-api/{schema}`` and ``GET /open-api/{schema}``: public, and for callers with a token about their workspace."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, get_args

import orjson

from ..access.visitor import visitor_of
from ..errors import IcosaError
from ..schema.documents import core_document
from ..schema.openapi.base import Schema, skeleton
from ..schema.openapi.metadata import metadata_document
from ..store.table import Table
from .errors import AnswerTooLarge, Unexpected, UnknownRoute, rest_body, rest_headers

logger = logging.getLogger(__name__)

_SCHEMAS: tuple[Schema, ...] = get_args(Schema)
#: As of the APIs themselves; what is public may not be kept by caches, because the answer depends on who asks.
_HEADERS = {"access-control-allow-origin": "*", "content-type": "application/json; charset=utf-8", "cache-control": "private, no-cache"}
#: Lambda's answers end at 6 MB, as JSON that holds this JSON as a text.
_ANSWER_LIMIT = 6_000_000


class DocumentsApi:
    """The documents over a table. ``secret`` gives the signing secret."""

    def __init__(self, table: Table, secret: Callable[[], str]) -> None:
        self._table = table
        self._secret = secret

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The proxy answer to a proxy event that passed no authorizer. Never raises."""
        try:
            return _answer(200, self._document(event), {})
        except IcosaError as error:
            failure = error
        except Exception:
            logger.exception("unexpected failure", extra={"request_id": event.get("requestContext", {}).get("requestId")})
            failure = Unexpected()
        return _answer(failure.status, orjson.dumps(rest_body(failure)), rest_headers(failure))

    def _document(self, event: Mapping[str, Any]) -> bytes:
        wanted = (event.get("pathParameters") or {}).get("schema")
        schema = next((known for known in _SCHEMAS if known == wanted), None)
        if schema is None:
            raise UnknownRoute(event["httpMethod"], event["path"])
        url = base_url(event)
        visitor = visitor_of(event, self._table, secret=self._secret())
        if visitor is None:
            return skeleton(schema, url)
        if schema == "metadata":
            return metadata_document(url, is_direct=visitor.preferences.get("metadataEnvelope") == "direct")
        made = core_document(self._table, visitor.workspace_id, visitor.metadata, url)
        if len(made) + made.count(b'"') + made.count(b"\\") > _ANSWER_LIMIT:
            raise AnswerTooLarge(_ANSWER_LIMIT, is_change=False)
        return made


def base_url(event: Mapping[str, Any]) -> str:
    """Where the API is, as the caller sees it: without ``/rest``, without a slash at the end.

    The API's own domain has the stage in its paths, which the event's path leaves out; a custom domain has a base path, which
    the event's path has too.
    """
    context = event["requestContext"]
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    domain = context["domainName"]
    head, _, _ = event["path"].rpartition("/open-api/")
    path = head.removesuffix("/rest")
    if domain.startswith(f"{context['apiId']}.execute-api."):
        path = f"/{context['stage']}{path}"
    return f"{headers.get('x-forwarded-proto', 'https')}://{domain}{path}"


def _answer(status: int, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {**_HEADERS, **headers}, "body": body.decode(), "isBase64Encoded": False}
