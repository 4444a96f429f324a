"""Errors of the HTTP layer itself, and what REST answers for an error (docs/wire/rest.md#error-bodies,
docs/wire/rest.md#malformed-json, docs/wire/access.md#authentication).
"""

from __future__ import annotations

from typing import Any

from ..errors import BadRequest, Conflict, IcosaError, NotFound, RecordNotFound, Unavailable


class MalformedJson(BadRequest):
    """A body that is not JSON. Twenty's framework answers before the API does, hence the other ``error``
    (docs/wire/quirks.md#malformed-json).
    """

    rest_error = "Bad Request"

    def __init__(self, reason: str) -> None:
        super().__init__(f"Request body is not valid JSON: {reason}")


class UnknownRoute(NotFound):
    """No such address."""

    def __init__(self, method: str, path: str) -> None:
        super().__init__(f"Cannot {method} {path}")


class MethodNotAllowed(IcosaError):
    """The address exists, for other methods."""

    status = 405
    rest_error = "MethodNotAllowedException"
    graphql_code = "METHOD_NOT_ALLOWED"

    def __init__(self, method: str, path: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"Cannot {method} {path}. Allowed methods are {', '.join(allowed)}")
        self.allowed = allowed


class UnsupportedMediaType(IcosaError):
    """A body that does not claim to be JSON."""

    status = 415
    rest_error = "UnsupportedMediaTypeException"
    graphql_code = "BAD_USER_INPUT"

    def __init__(self, content_type: str) -> None:
        super().__init__(f"Content-Type '{content_type}' is not supported. Send application/json")


class AnswerTooLarge(BadRequest):
    """An answer that Lambda would not deliver. ``is_compressible``: the client has not said that it takes gzip."""

    def __init__(self, limit: int, *, is_change: bool, is_compressible: bool = False) -> None:
        done = "The change was made, but its answer" if is_change else "The answer"
        remedy = "Send Accept-Encoding: gzip. Ask" if is_compressible else "Ask"
        super().__init__(f"{done} is larger than {limit} bytes. {remedy} for fewer records or fewer fields")


class Unexpected(IcosaError):
    """A fault of ours. Says nothing about its cause; the log has it under the request id."""

    def __init__(self) -> None:
        super().__init__("Internal server error")


def rest_body(error: IcosaError) -> dict[str, Any]:
    """The JSON body of an error. ``messages`` is always a list; malformed JSON has the framework's ``message`` as well.

    A record that is missing has one text, whatever was done with it (docs/wire/rest.md#missing-records).
    """
    message = RecordNotFound().message if isinstance(error, RecordNotFound) else error.message
    body: dict[str, Any] = {"statusCode": error.status, "error": error.rest_error, "messages": [message]}
    if isinstance(error, MalformedJson):
        body["message"] = error.message
    if error.sub_code is not None:
        body["code"] = error.sub_code
    if error.problems:
        body["errors"] = list(error.problems)
    if error.untold:
        body["errorsOmitted"] = error.untold
    return body


def rest_headers(error: IcosaError) -> dict[str, str]:
    """Headers that belong to an error."""
    if isinstance(error, MethodNotAllowed):
        # Where GET is a method, so is HEAD.
        return {"allow": ", ".join((*error.allowed, "HEAD") if "GET" in error.allowed else error.allowed)}
    if isinstance(error, Conflict | Unavailable) and error.retry_after is not None:
        return {"retry-after": str(error.retry_after)}
    return {}
