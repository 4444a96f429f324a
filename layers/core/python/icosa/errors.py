"""Every error that a client can see.

The engine raises these and knows nothing about REST or GraphQL; the two renderers (``api/rest``, ``api/graphql``) turn
them into their wire shapes. Messages are Twenty's wording (docs/wire/rest.md#errors,
docs/wire/graphql.md#errors-in-graphql), because clients match on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class IcosaError(Exception):
    """An error with a wire form.

    ``message`` is shown to the client and must never hold a secret. ``sub_code`` is Twenty's own exception code
    (``INVALID_CURSOR`` …): REST sends it as ``code``, GraphQL as ``extensions.subCode``. ``friendly`` is the text for
    people in GraphQL's ``userFriendlyMessage``. ``problem_code`` is the code among ``problems`` of an error without
    ``sub_code``.

    >>> BadRequest("limit 'abc' is invalid. Should be an integer").status
    400
    """

    status: int = 500
    #: ``error`` in REST bodies: the class name of the HTTP exception in Twenty.
    rest_error: str = "InternalServerErrorException"
    #: ``extensions.code`` in GraphQL.
    graphql_code: str = "INTERNAL_SERVER_ERROR"
    problem_code: str | None = None

    def __init__(self, message: str, *, sub_code: str | None = None, friendly: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.sub_code = sub_code
        self.friendly = friendly
        #: Lines and columns of a GraphQL document that the error is about.
        self.locations: Sequence[Mapping[str, int]] = ()
        #: What is wrong with the records of the request, of which this error is the first (``model.problems``), and
        #: how much more than an answer tells.
        self.problems: Sequence[Mapping[str, Any]] = ()
        self.untold = 0


class BadRequest(IcosaError):
    """The request cannot be understood or breaks a rule of the data (400)."""

    status = 400
    rest_error = "BadRequestException"
    graphql_code = "BAD_USER_INPUT"


class TooMuchAsked(BadRequest):
    """A request that asks for more than one request may (docs/limits.md)."""

    def __init__(self, message: str) -> None:
        super().__init__(message, sub_code="TOO_COMPLEX_QUERY")


class InvalidFilter(BadRequest):
    """A filter that names unknown fields, operators or values."""

    def __init__(self, message: str) -> None:
        super().__init__(message, sub_code="INVALID_ARGS_FILTER")


class InapplicableFilter(BadRequest):
    """A stored filter that its field does not know, or whose value means nothing. ``detail`` says why."""

    def __init__(self, detail: str, *, message: str | None = None) -> None:
        super().__init__(message or f"View filter cannot be applied. {detail}", sub_code="INVALID_VIEW_FILTER_DATA")
        self.detail = detail


class InvalidData(BadRequest):
    """Record data that does not fit the object's fields."""

    def __init__(self, message: str, *, sub_code: str = "INVALID_ARGS_DATA", friendly: str | None = None) -> None:
        super().__init__(message, sub_code=sub_code, friendly=friendly)


class Unauthenticated(IcosaError):
    """The token is not valid (401)."""

    status = 401
    rest_error = "UNAUTHENTICATED"
    graphql_code = "UNAUTHENTICATED"


class Forbidden(IcosaError):
    """The caller is known and may not do this (403)."""

    status = 403
    rest_error = "ForbiddenException"
    graphql_code = "FORBIDDEN"


class PermissionDenied(Forbidden):
    """The caller's role does not allow the operation."""

    def __init__(self) -> None:
        super().__init__(
            "Entity performing the request does not have permission",
            sub_code="PERMISSION_DENIED",
            friendly="User does not have permission.",
        )


class NotFound(IcosaError):
    """The record does not exist for this caller (404)."""

    status = 404
    rest_error = "NotFoundException"
    graphql_code = "NOT_FOUND"


class RecordNotFound(NotFound):
    """No live record has this id."""

    def __init__(self, message: str = "Record not found") -> None:
        super().__init__(
            message,
            sub_code="RECORD_NOT_FOUND",
            friendly="This record does not exist or has been deleted.",
        )


class PayloadTooLarge(IcosaError):
    """The body or the record exceeds a limit, which the message names (413)."""

    status = 413
    rest_error = "PayloadTooLargeException"
    graphql_code = "BAD_USER_INPUT"
    problem_code = "TOO_LARGE"


class Conflict(IcosaError):
    """Other writers kept changing the same records until the attempts were used up (409). Retrying is safe."""

    status = 409
    rest_error = "ConflictException"
    graphql_code = "CONFLICT"
    #: Seconds after which to try again, where the server knows them.
    retry_after: int | None = None


class PreconditionFailed(IcosaError):
    """The record is not as the request demands: nothing was written (412)."""

    status = 412
    rest_error = "PreconditionFailedException"
    graphql_code = "PRECONDITION_FAILED"


class RecordChanged(PreconditionFailed):
    """The record has been written since the client read it."""

    def __init__(self) -> None:
        super().__init__(
            "The record has changed since it was read. Read it again, and decide anew",
            sub_code="RECORD_CHANGED",
            friendly="Somebody else has changed this record. Please load it again.",
        )


class ConditionNotMet(PreconditionFailed):
    """The record does not match the filter that stands beside its id."""

    def __init__(self) -> None:
        super().__init__(
            "The record does not match the filter",
            sub_code="CONDITION_NOT_MET",
            friendly="This record is not as expected any more. Please load it again.",
        )


class Unavailable(IcosaError):
    """The store throttles or does not answer (503). Retrying is safe."""

    status = 503
    rest_error = "ServiceUnavailableException"
    graphql_code = "INTERNAL_SERVER_ERROR"
    #: Seconds after which to try again, for ``Retry-After``.
    retry_after = 1


class WorkspaceUnavailable(Unavailable):
    """Nothing of the workspace can be read or written for some time (503), whatever is asked. GraphQL answers it with
    this status as well, so that whatever stands in front of it can tell.
    """
