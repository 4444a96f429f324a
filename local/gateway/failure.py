"""Answers that come from the gateway itself, not from a function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A gateway response type: its default status, and the exception name in the header ``x-amzn-ErrorType``."""

    name: str
    status: int
    error_type: str


def _kinds(*rows: tuple[str, int, str]) -> dict[str, Kind]:
    return {name: Kind(name=name, status=status, error_type=error) for name, status, error in rows}


#: API Gateway developer guide, "Gateway response types".
KINDS: Final = _kinds(
    ("ACCESS_DENIED", 403, "AccessDeniedException"),
    ("API_CONFIGURATION_ERROR", 500, "InternalServerErrorException"),
    ("AUTHORIZER_CONFIGURATION_ERROR", 500, "AuthorizerConfigurationException"),
    ("AUTHORIZER_FAILURE", 500, "AuthorizerFailureException"),
    ("BAD_REQUEST_BODY", 400, "BadRequestException"),
    ("BAD_REQUEST_PARAMETERS", 400, "BadRequestException"),
    ("DEFAULT_4XX", 400, "BadRequestException"),
    ("DEFAULT_5XX", 500, "InternalServerErrorException"),
    ("INTEGRATION_FAILURE", 504, "InternalServerErrorException"),
    ("INTEGRATION_TIMEOUT", 504, "GatewayTimeoutException"),
    ("INVALID_API_KEY", 403, "ForbiddenException"),
    ("MISSING_AUTHENTICATION_TOKEN", 403, "MissingAuthenticationTokenException"),
    ("QUOTA_EXCEEDED", 429, "LimitExceededException"),
    ("REQUEST_TOO_LARGE", 413, "RequestTooLargeException"),
    ("RESOURCE_NOT_FOUND", 404, "NotFoundException"),
    ("THROTTLED", 429, "TooManyRequestsException"),
    ("UNAUTHORIZED", 401, "UnauthorizedException"),
    ("UNSUPPORTED_MEDIA_TYPE", 415, "UnsupportedMediaTypeException"),
)


class GatewayFailure(Exception):
    """The gateway answers in place of the function. ``message`` is API Gateway's own wording, None where it has none.

    ``status`` replaces the kind's status; ``retry_after`` is in whole seconds.
    """

    def __init__(
        self, kind: str, message: str | None, *, status: int | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message or kind)
        self.kind = KINDS[kind]
        self.message = message
        self.status = status or self.kind.status
        self.retry_after = retry_after
