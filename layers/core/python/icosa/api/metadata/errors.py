"""Errors of the Metadata APIs in the shapes of docs/wire/metadata.md#errors-over-rest."""

from __future__ import annotations

from typing import Any

from ...errors import BadRequest, IcosaError
from ...runtime.http_errors import rest_body
from ...validation.errors import InvalidInput, MetadataValidationError


class FrameworkError(BadRequest):
    """An address that Twenty's web framework refuses before the API sees it, in the framework's own shape."""

    rest_error = "Bad Request"


class MalformedId(FrameworkError):
    """A path whose id is no UUID."""

    def __init__(self) -> None:
        super().__init__("Validation failed (uuid is expected)")


def metadata_body(error: IcosaError) -> dict[str, Any]:
    """The JSON body of an error in REST."""
    match error:
        case MetadataValidationError():
            return {
                "statusCode": error.status,
                "error": error.rest_error,
                "message": error.message,
                "messages": _reasons(error) or [error.message],
                "errors": error.errors,
                "summary": error.summary,
                "userFriendlyMessage": error.friendly,
            }
        case InvalidInput():
            messages = list(error.messages)
            return {"statusCode": error.status, "message": messages, "messages": messages, "error": "Bad Request"}
        case FrameworkError():
            return {**rest_body(error), "message": error.message}
        case _:
            return rest_body(error)


def _reasons(error: MetadataValidationError) -> list[str]:
    """What is wrong, problem by problem."""
    failures = (failure for of_kind in error.errors.values() for failure in of_kind)
    return [problem["message"] for failure in failures for problem in failure["errors"]]


def metadata_extensions(error: IcosaError) -> dict[str, Any]:
    """What an error adds to its ``extensions`` in GraphQL."""
    if isinstance(error, MetadataValidationError):
        return {"errors": error.errors, "summary": error.summary, "message": error.detail}
    return {}
