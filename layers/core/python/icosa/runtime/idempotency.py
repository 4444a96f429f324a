"""The header ``Idempotency-Key``, and how requests that have it are refused (docs/wire/rest.md#idempotency)."""

from __future__ import annotations

from typing import Final

from ..errors import BadRequest, Conflict, Forbidden, IcosaError
from ..store.once import Once, digest
from .http import HttpRequest

#: Characters of a key.
KEY_CHARACTERS: Final = 255
_HEADER: Final = "idempotency-key"
#: Marks an answer that was made before.
REPLAYED: Final = "idempotency-replayed"
_RETRY_SECONDS: Final = 2


class InvalidIdempotencyKey(BadRequest):
    """A key that is too long, empty, or no plain text."""

    def __init__(self) -> None:
        super().__init__(
            f"Idempotency-Key must have 1 to {KEY_CHARACTERS} printable ASCII characters",
            sub_code="INVALID_IDEMPOTENCY_KEY",
        )


class IdempotencyKeyReused(IcosaError):
    """A key that has been used for another request."""

    status = 422
    rest_error = "UnprocessableEntityException"
    graphql_code = "BAD_USER_INPUT"

    def __init__(self) -> None:
        super().__init__(
            "The Idempotency-Key was used for another request in the last 24 hours. Choose a new key for each "
            "request, and send the same method, address and body when you send it again",
            sub_code="IDEMPOTENCY_KEY_REUSED",
        )


class RequestInProgress(Conflict):
    """The first request with the key still runs."""

    retry_after = _RETRY_SECONDS

    def __init__(self) -> None:
        super().__init__(
            "A request with the same Idempotency-Key is still running. Send it again in a moment",
            sub_code="IDEMPOTENCY_KEY_IN_USE",
        )


class OutcomeUnknown(Conflict):
    """The first request with the key began to change several things, and died."""

    def __init__(self) -> None:
        super().__init__(
            "The first request with this Idempotency-Key has not come to its end, and may have been carried out in "
            "part. Look at what is there, then send what is missing under a new key",
            sub_code="IDEMPOTENCY_OUTCOME_UNKNOWN",
        )


class AnswerNotKept(Conflict):
    """The request was carried out; its answer is not kept."""

    def __init__(self) -> None:
        super().__init__(
            "The request with this Idempotency-Key was carried out. Its answer is not kept, as it holds a secret or is "
            "too large",
            sub_code="IDEMPOTENCY_ANSWER_NOT_KEPT",
        )


class RightsChanged(Forbidden):
    """The request was carried out under other rights than the caller has now."""

    def __init__(self) -> None:
        super().__init__(
            "The request with this Idempotency-Key was carried out. Its answer is not shown again, as the rights of "
            "the API key have changed since",
            sub_code="IDEMPOTENCY_RIGHTS_CHANGED",
        )


#: Refusals that concern the HTTP request as such: GraphQL has statuses for them, too.
REFUSALS: Final = (
    InvalidIdempotencyKey,
    IdempotencyKeyReused,
    RequestInProgress,
    OutcomeUnknown,
    AnswerNotKept,
    RightsChanged,
)


def once_of(request: HttpRequest) -> Once | None:
    """What makes a request one that is made once; None without the header, and for reads. Raises
    InvalidIdempotencyKey.
    """
    text = request.headers.get(_HEADER)
    if text is None or request.method == "GET":
        return None
    if not (0 < len(text) <= KEY_CHARACTERS and text.isascii() and text.isprintable()):
        raise InvalidIdempotencyKey
    parts = (request.method, "/".join(request.segments), request.query_string)
    finger = digest(b"\0".join((*(part.encode() for part in parts), request.body)))
    return Once(token=digest(text.encode()), finger=finger)
