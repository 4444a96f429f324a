"""Lambda proxy integration: a request as an event, and a function's answer as a response.

Shapes: API Gateway developer guide, "Lambda proxy integrations", and events recorded from REST APIs.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import orjson

from local.gateway.failure import GatewayFailure
from local.gateway.http import Request, Response
from local.gateway.media import accepted_coding, compress, decompress, is_binary
from local.gateway.router import Resource
from local.template.application import Api

#: Bytes. API Gateway's limit of a request's payload, and Lambda's of an event or answer.
PAYLOAD_LIMIT = 10 * 1024 * 1024
EVENT_LIMIT = 6 * 1024 * 1024

#: Renamed in the answers of functions (recorded for proxy integrations).
_REMAPPED = frozenset({"connection", "content-length", "date", "server", "www-authenticate"})
_ANSWER_KEYS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded", "cookies"})


def parameters(request: Request, resource: Resource, api: Api) -> dict[str, Any]:
    """What a proxy event and a REQUEST authorizer's event share. Maps that would be empty are null."""
    query, headers = request.query_lists, request.header_lists
    return {
        "resource": resource.path,
        "path": request.path,
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": resource.parameters or None,
        "stageVariables": api.stage_variables or None,
    }


def event(shared: Mapping[str, Any], request: Request, context: Mapping[str, Any], api: Api) -> bytes:
    """The function's event as JSON. Raises GatewayFailure for a body that cannot be decoded or an event beyond Lambda's
    limit.
    """
    body = request.body
    coding = request.header.get("content-encoding", "identity")
    if coding != "identity" and api.minimum_compression is not None:
        plain = decompress(body, coding, PAYLOAD_LIMIT)
        if plain is None:
            raise GatewayFailure("BAD_REQUEST_BODY", "Invalid request body")
        body = plain
    binary = bool(body) and is_binary(request.header.get("content-type"), api.binary_types)
    try:
        text = base64.b64encode(body).decode() if binary else body.decode()
    except UnicodeDecodeError as error:  # API Gateway replaces what is no UTF-8, which would be stored for good
        raise GatewayFailure("BAD_REQUEST_BODY", "Invalid request body: it is not UTF-8") from error
    payload = orjson.dumps({**shared, "requestContext": context, "body": text or None, "isBase64Encoded": binary})
    if len(payload) > EVENT_LIMIT:
        raise GatewayFailure("REQUEST_TOO_LARGE", "Request Too Long")
    return payload


def response(answer: bytes, request: Request, api: Api) -> Response:
    """The HTTP response for a function's answer. Raises GatewayFailure (502) when the answer has not the
    shape of one.
    """
    parsed = _parsed(answer)
    body = _body(parsed, request, api)
    headers = _headers(parsed)
    if "content-type" not in (names := {name.lower() for name, _ in headers}):
        headers.append(("content-type", "application/json"))
    if api.minimum_compression is not None and len(body) >= api.minimum_compression and "content-encoding" not in names:
        coding = accepted_coding(request.header.get("accept-encoding"))
        if coding:
            body = compress(body, coding)
            headers.append(("content-encoding", coding))
    return Response(status=int(parsed.get("statusCode") or 200), headers=tuple(headers), body=body)


def malformed() -> GatewayFailure:
    """A function failed or answered something that is not a proxy response."""
    return GatewayFailure("DEFAULT_5XX", "Internal server error", status=502)


def _parsed(answer: bytes) -> dict[str, Any]:
    try:
        parsed = orjson.loads(answer)
    except orjson.JSONDecodeError as error:
        raise malformed() from error
    if not isinstance(parsed, dict) or not parsed.keys() <= _ANSWER_KEYS:
        raise malformed()
    status, body = parsed.get("statusCode"), parsed.get("body")
    if (
        not str(status or 200).isdigit()
        or not 100 <= int(status or 200) <= 599
        or not (body is None or isinstance(body, str))
    ):
        raise malformed()
    return parsed


def _body(parsed: Mapping[str, Any], request: Request, api: Api) -> bytes:
    text = parsed.get("body") or ""
    if parsed.get("isBase64Encoded") and is_binary(request.header.get("accept"), api.binary_types):
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise malformed() from error
    return str(text).encode()


def _headers(parsed: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Single and multiple values together; a name that is in both has the multiple ones. No line break may pass."""
    single, multiple = parsed.get("headers") or {}, parsed.get("multiValueHeaders") or {}
    if not isinstance(single, dict) or not isinstance(multiple, dict):
        raise malformed()
    several = {name.lower() for name in multiple}
    pairs = [(name, value) for name, value in single.items() if name.lower() not in several]
    for name, values in multiple.items():
        if not isinstance(values, list):
            raise malformed()
        pairs += [(name, value) for value in values]
    return [(_name(name), _value(value)) for name, value in pairs if name.lower() != "transfer-encoding"]


def _name(name: str) -> str:
    if not name.isascii() or any(character in name for character in " \r\n:"):
        raise malformed()
    return f"x-amzn-remapped-{name}" if name.lower() in _REMAPPED else name


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (str, int, float)) or "\n" in str(value) or "\r" in str(value):
        raise malformed()
    return str(value)
