"""Bodies that functions compress themselves: files that were compressed when they were built, and answers that Lambda
would not deliver as they are.

The gateway compresses every other body. It leaves alone what has a ``Content-Encoding``, and turns base64 back into
bytes for every client, because ``*/*`` is the template's binary media type (docs/decisions.md#binary-bodies).
"""

from __future__ import annotations

from dataclasses import replace

from .http import ANSWER_LIMIT, HttpRequest, HttpResponse
from .http_errors import AnswerTooLarge

#: What base64 makes of three bytes.
_GROWTH = 4 / 3


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether the client takes gzip (RFC 9110 §12.5.3). Without a header it gets bodies as they are.

    >>> accepts_gzip(HttpRequest(method="GET", path="/", headers={"accept-encoding": "br, gzip;q=0.5"}))
    True
    >>> accepts_gzip(HttpRequest(method="GET", path="/", headers={"accept-encoding": "*, gzip;q=0"}))
    False
    """
    weights = dict(map(_weight, request.headers.get("accept-encoding", "").split(",")))
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def gzipped(response: HttpResponse, body: bytes, *, is_change: bool = False) -> HttpResponse:
    """The response with a body that is gzip already. Raises AnswerTooLarge."""
    if len(body) * _GROWTH > ANSWER_LIMIT:
        raise AnswerTooLarge(ANSWER_LIMIT, is_change=is_change)
    return replace(response, body=body, is_binary=True, headers={**response.headers, "content-encoding": "gzip"})


def _weight(item: str) -> tuple[str, float]:
    """A coding and its weight; one that cannot be read counts as refused."""
    name, _, parameter = item.partition(";")
    key, _, value = parameter.partition("=")
    if key.strip().lower() != "q":
        return name.strip().lower(), 1.0
    try:
        return name.strip().lower(), float(value)
    except ValueError:
        return name.strip().lower(), 0.0
