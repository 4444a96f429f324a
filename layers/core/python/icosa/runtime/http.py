"""API Gateway's proxy events as HTTP requests, and responses as it wants them.

Shared by both styles of API: those that route by a table of their own, because no static schema can describe bodies
that each workspace's model decides, and those that are FastAPI applications (``fastapi_app``). docs/decisions.md has
the numbers behind the choice.
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote, urlencode

import orjson

from ..errors import IcosaError
from ..settings import settings
from ..store.meter import Meter
from .http_errors import AnswerTooLarge, Unexpected, rest_body, rest_headers
from .observation import observed

logger = logging.getLogger(__name__)

#: Scripts of any origin may read every response with all its headers, and the gateway compresses them for clients that
#: take it (docs/wire/rest.md#headers).
_HEADERS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "*",
    "content-type": "application/json; charset=utf-8",
    "vary": "accept-encoding",
}
#: Lambda's responses end at 6 MB, as JSON that holds the body as a text.
ANSWER_LIMIT = 6_000_000
#: Names the jobs that a request has left work to (docs/wire/metadata.md#jobs).
JOB_HEADER = "X-Icosa-Job"
METHODS_WITH_BODY = frozenset(("POST", "PUT", "PATCH"))
_ENCODED_SLASH = re.compile("%2f", re.IGNORECASE)
_GREEDY = re.compile(r"\{(\w+)\+\}")
#: Headers whose lines are one list (RFC 9110, 5.3): a condition is not obeyed by a part of it.
_LISTS = frozenset(("if-match", "if-none-match"))


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """``headers`` have lower-case names. ``event`` is the proxy event itself, which says who asks.

    ``path`` is ``base_path``, where a custom domain has the API, and ``route``, which is the same for every
    installation.
    """

    method: str
    path: str
    base_path: str = ""
    query_string: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    event: Mapping[str, Any] = field(default_factory=dict)

    @property
    def route(self) -> str:
        """The path below the base path, as it was sent."""
        return self.path[len(self.base_path) :]

    @property
    def segments(self) -> list[str]:
        return path_segments(self.route)

    @property
    def explain(self) -> bool:
        """Whether the client asks for the cost in headers."""
        return self.headers.get("x-icosa-explain") == "1"

    @property
    def request_id(self) -> str | None:
        request_id: str | None = self.event.get("requestContext", {}).get("requestId")
        return request_id


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """``body`` is JSON unless ``headers`` say otherwise; ``is_binary`` is for bytes that are no text."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    is_binary: bool = False


def proxy(serve: Callable[[HttpRequest], HttpResponse]) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """A Lambda handler for proxy events of a REST API (payload format 1.0)."""

    def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        return proxy_response(serve(read_event(event)), event)

    return handler


def handle_errors(
    request: HttpRequest,
    serve: Callable[[Meter], HttpResponse],
    respond: Callable[[IcosaError], HttpResponse],
) -> HttpResponse:
    """The response of ``serve``. Never raises: ``respond`` has the response of every error.

    What ``serve`` counts in the meter is told to clients that ask for the cost, and the jobs that it leaves to all.
    """
    meter = Meter(detailed=request.explain)
    observed().use(meter)
    try:
        with unexpected_errors(request):
            try:
                response = serve(meter)
            finally:
                meter.settle()
    except IcosaError as error:
        return respond(error)
    added = {JOB_HEADER: ", ".join(meter.jobs)} if meter.jobs else {}
    if meter.detailed:
        added |= meter.headers()
    return replace(response, headers={**response.headers, **added}) if added else response


@contextmanager
def unexpected_errors(request: HttpRequest) -> Iterator[None]:
    """Log everything that is raised inside and is no IcosaError, and raise Unexpected, which says nothing of it."""
    try:
        yield
    except IcosaError:
        raise
    except Exception:
        logger.exception(
            "unexpected failure",
            extra={"request_id": request.request_id, "method": request.method, "route": request.event.get("resource")},
        )
        raise Unexpected from None


def error_response(error: IcosaError, body: Mapping[str, Any] | None = None) -> HttpResponse:
    """The response of an error, with ``body`` if it is not that of records."""
    return HttpResponse(error.status, orjson.dumps(rest_body(error) if body is None else body), rest_headers(error))


def read_event(event: Mapping[str, Any]) -> HttpRequest:
    """The request of a proxy event. HEAD asks for what GET would answer; the gateway leaves the body out."""
    method, path = event["httpMethod"], event["path"]
    body = event.get("body") or ""
    return HttpRequest(
        method="GET" if method == "HEAD" else method,
        path=path,
        base_path=_base_path(path, event.get("resource"), event.get("pathParameters") or {}),
        # API Gateway hands parameters on decoded, in the order of their names.
        query_string=urlencode(event.get("multiValueQueryStringParameters") or {}, doseq=True),
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
        headers=_headers(event),
        event=event,
    )


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    """By lower-case names. Of a header that is sent in several lines ``headers`` has the last alone."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    for name, values in (event.get("multiValueHeaders") or {}).items():
        if len(values) > 1 and name.lower() in _LISTS:
            headers[name.lower()] = ", ".join(values)
    return headers


def _base_path(path: str, resource: str | None, parameters: Mapping[str, str]) -> str:
    """What precedes the route in a path: the path has so many segments more than the gateway's resource
    (``/rest/{proxy+}``) stands for. A base path may have the name of a route.
    """
    if resource == "/":
        return path.rstrip("/")
    route = resource or ""
    for name, value in parameters.items():
        route = route.replace(f"{{{name}+}}", value).replace(f"{{{name}}}", value)
    if route and path.endswith(route):
        return path[: -len(route)]
    return _base_path_by_segments(path, resource, parameters)


def _base_path_by_segments(path: str, resource: str | None, parameters: Mapping[str, str]) -> str:
    """The same for paths that are written otherwise than the gateway has understood them: with doubled slashes, or
    with encoded characters that only one of path and parameters has decoded.
    """
    pattern = [segment for segment in (resource or "").split("/") if segment]
    segments = [segment for segment in path.split("/") if segment]
    if not pattern or pattern[0] not in segments:
        return ""
    length = len(pattern)
    if greedy := _GREEDY.fullmatch(pattern[-1]):
        length += sum(1 for segment in parameters.get(greedy[1], "").split("/") if segment) - 1
    before = len(segments) - length
    if before < 0 or segments[before] != pattern[0]:
        # An encoded slash that only one of path and parameters has decoded.
        before = segments.index(pattern[0])
    match = re.match(rf"(?:/*[^/]+){{{before}}}", path)
    assert match is not None
    return match[0]


def proxy_response(response: HttpResponse, event: Mapping[str, Any]) -> dict[str, Any]:
    """A response to an event, in the form of the proxy integration."""
    body = base64.b64encode(response.body) if response.is_binary else response.body
    return {
        "statusCode": response.status,
        "headers": {**_HEADERS, **_request_id(event), **_limits(event), **response.headers},
        "body": body.decode(),
        "isBase64Encoded": response.is_binary,
    }


#: Routes whose calls the workspace's plan limits, all together; others have limits by method.
_COUNTED_BY_PLAN = ("/rest/{proxy+}", "/graphql")


def _request_id(event: Mapping[str, Any]) -> dict[str, str]:
    """What clients name when they ask about a call; each line of its log has it as ``correlation_id``."""
    request_id = event.get("requestContext", {}).get("requestId")
    return {"x-request-id": request_id} if request_id else {}


def _limits(event: Mapping[str, Any]) -> dict[str, str]:
    """How often the workspace may call, where the usage plan counts. How much of it is left only the gateway knows.

    ``RateLimit-Policy`` is that of draft-ietf-httpapi-ratelimit-headers; clients of its first versions read
    ``RateLimit-Limit``.
    """
    authorizer = event.get("requestContext", {}).get("authorizer")
    if not authorizer:
        return {}
    of_plan = event.get("resource") in _COUNTED_BY_PLAN and authorizer.get("calls")
    limit = int(of_plan or settings.rate_limit)
    return {"ratelimit-limit": str(limit), "ratelimit-policy": f'"workspace";q={limit};w=60'}


def path_segments(path: str) -> list[str]:
    """The segments of a path; empty ones are dropped. What they encode is what they mean, but for slashes, which would
    make two of one.

    >>> path_segments("/rest//%70eople/a%2Fb")
    ['rest', 'people', 'a%2Fb']
    """
    return [unquote(_ENCODED_SLASH.sub("%252F", segment)) for segment in path.split("/") if segment]


def base_url(request: HttpRequest) -> str:
    """Where the API is, as the caller sees it, without a slash at the end."""
    scheme = request.headers.get("x-forwarded-proto", "https")
    return f"{scheme}://{_domain(request)}{root_path(request)}"


def root_path(request: HttpRequest) -> str:
    """The path of the API itself, as the caller sees it, without a slash at the end.

    The API's own domain has the stage in its paths, which the event's path leaves out; a custom domain has a base path,
    which the event's path has too.
    """
    context = request.event.get("requestContext", {})
    if _domain(request).startswith(f"{context.get('apiId')}.execute-api."):
        return f"/{context['stage']}{request.base_path}"
    return request.base_path


def _domain(request: HttpRequest) -> str:
    domain: str = request.event.get("requestContext", {}).get("domainName") or request.headers.get("host", "localhost")
    return domain


def check_size(body: bytes, *, is_change: bool) -> None:
    """Raises AnswerTooLarge for a body that Lambda would not deliver; ``is_change`` tells the client whether something
    happened. ``delivery.deliver`` is for answers that may be compressed.
    """
    if not is_deliverable(body):
        raise too_large(is_change=is_change)


def too_large(*, is_change: bool, is_compressible: bool = False) -> AnswerTooLarge:
    """The error of an answer that Lambda would not deliver."""
    return AnswerTooLarge(ANSWER_LIMIT, is_change=is_change, is_compressible=is_compressible)


def is_deliverable(body: bytes) -> bool:
    """Whether Lambda delivers a body that is text."""
    return len(body) <= ANSWER_LIMIT // 2 or len(body) + body.count(b'"') + body.count(b"\\") <= ANSWER_LIMIT
