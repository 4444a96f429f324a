"""API Gateway's proxy events as HTTP requests, and answers as it wants them.

There is no web framework: every API routes by a table of its own, and no static schema can describe bodies that each
workspace's model decides. docs/decisions.md has the numbers.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import orjson

from ..errors import IcosaError
from ..store.meter import Meter
from .http_errors import AnswerTooLarge, Unexpected, rest_body, rest_headers

logger = logging.getLogger(__name__)

#: Scripts of any origin may read every answer (spec/observed.md 34).
_HEADERS = {"access-control-allow-origin": "*", "content-type": "application/json; charset=utf-8"}
#: Lambda's answers end at 6 MB, as JSON that holds the body as a text.
ANSWER_LIMIT = 6_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """``headers`` have lower-case names. ``event`` is the proxy event itself, which says who asks."""

    method: str
    path: str
    query_string: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    event: Mapping[str, Any] = field(default_factory=dict)

    @property
    def explain(self) -> bool:
        """Whether the client asks for the cost in headers."""
        return self.headers.get("x-icosa-explain") == "1"

    @property
    def request_id(self) -> str | None:
        request_id: str | None = self.event.get("requestContext", {}).get("requestId")
        return request_id


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """``body`` is JSON unless ``headers`` say otherwise."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def proxy(serve: Callable[[HttpRequest], HttpAnswer]) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """A Lambda handler for proxy events of a REST API (payload format 1.0)."""

    def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        return as_response(serve(read_event(event)))

    return handler


def answered(
    request: HttpRequest, serve: Callable[[Meter], HttpAnswer], refuse: Callable[[IcosaError], HttpAnswer]
) -> HttpAnswer:
    """What ``serve`` answers. Never raises: ``refuse`` has the answer of every failure.

    Failures that are no IcosaError are logged, and their answers say nothing of their cause. What ``serve`` counts in
    the meter is told to clients that ask for the cost.
    """
    meter = Meter(detailed=request.explain)
    try:
        answer = serve(meter)
    except IcosaError as error:
        return refuse(error)
    except Exception:
        logger.exception(
            "unexpected failure",
            extra={"request_id": request.request_id, "method": request.method, "path": request.path},
        )
        return refuse(Unexpected())
    return replace(answer, headers={**answer.headers, **meter.headers()}) if meter.detailed else answer


def refusal(error: IcosaError, body: Mapping[str, Any] | None = None) -> HttpAnswer:
    """The answer of an error, with ``body`` if it is not that of records."""
    return HttpAnswer(error.status, orjson.dumps(rest_body(error) if body is None else body), rest_headers(error))


def read_event(event: Mapping[str, Any]) -> HttpRequest:
    """The request of a proxy event. HEAD asks for what GET would answer; the gateway leaves the body out."""
    method = event["httpMethod"]
    body = event.get("body") or ""
    return HttpRequest(
        method="GET" if method == "HEAD" else method,
        path=event["path"],
        # API Gateway hands parameters on decoded, in the order of their names.
        query_string=urlencode(event.get("multiValueQueryStringParameters") or {}, doseq=True),
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        event=event,
    )


def as_response(answer: HttpAnswer) -> dict[str, Any]:
    """The proxy answer of an answer whose body is text."""
    return {
        "statusCode": answer.status,
        "headers": {**_HEADERS, **answer.headers},
        "body": answer.body.decode(),
        "isBase64Encoded": False,
    }


def base_url(request: HttpRequest, path: str) -> str:
    """Where the API is, as the caller sees it, without a slash at the end. ``path`` is what precedes the route in the
    request's path.

    The API's own domain has the stage in its paths, which the event's path leaves out; a custom domain has a base path,
    which the event's path has too.
    """
    context = request.event.get("requestContext", {})
    domain = context.get("domainName") or request.headers.get("host", "localhost")
    if domain.startswith(f"{context.get('apiId')}.execute-api."):
        path = f"/{context['stage']}{path}"
    return f"{request.headers.get('x-forwarded-proto', 'https')}://{domain}{path}"


def check_size(body: bytes, *, is_change: bool) -> None:
    """Raises AnswerTooLarge for a body that Lambda would not deliver; ``is_change`` tells the client whether something
    happened.
    """
    if len(body) > ANSWER_LIMIT // 2 and len(body) + body.count(b'"') + body.count(b"\\") > ANSWER_LIMIT:
        raise AnswerTooLarge(ANSWER_LIMIT, is_change=is_change)
