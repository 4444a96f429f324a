"""``POST /console/session``: a session of the console in exchange for an API key or for the code of a sign-in link
(docs/wire/access.md#console-sessions).

The route is public: whoever signs in has nothing yet that an authorizer could look at.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import orjson
from pydantic import Field

from ..access import minting
from ..access.sign_in_links import use_link
from ..access.times import stored_time
from ..access.token_shape import from_header, require_whole
from ..errors import BadRequest, IcosaError, Unauthenticated
from ..runtime.http import HttpRequest, HttpResponse, error_response, handle_errors
from ..runtime.json_body import read_body
from ..store.meter import Meter
from ..store.table import Table
from ..validation.body import UNNAMED, RequestBody, validate
from ..validation.types import Text

logger = logging.getLogger(__name__)

ROUTE: Final = "/console/session"
#: Bytes of a body and characters of a code: far more than either has.
_BODY_LIMIT: Final = 10_000
_CODE_LIMIT: Final = 200
#: The answer is a secret.
_HEADERS: Final = {"cache-control": "no-store"}


class SignIn(RequestBody):
    code: Annotated[Text, Field(max_length=_CODE_LIMIT)] = UNNAMED


class SignInApi:
    """Sessions over a table. ``tokens`` is ``access.minting``, or stands for it."""

    def __init__(self, table: Table, tokens: Any = minting) -> None:
        self._table = table
        self._tokens = tokens

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer to POST. Never raises: every failure has its answer."""
        return handle_errors(request, lambda meter: self._begin(request, meter), _refuse)

    def _begin(self, request: HttpRequest, meter: Meter) -> HttpResponse:
        """What ``SessionTokens.begin`` costs, and for a code one read unit and 4 write units more."""
        sent = read_body(request.body, request.headers.get("content-type"), limit=_BODY_LIMIT)
        if not isinstance(sent, Mapping | None):
            raise BadRequest("The body must be an object")
        code = validate(SignIn, sent or {}).code
        authorization = request.headers.get("authorization")
        if code is not None and authorization is not None:
            raise BadRequest("Send either a code or an API key, not both")
        session = self._by_code(code, request, meter) if code is not None else self._by_token(authorization)
        return HttpResponse(201, orjson.dumps(session), _HEADERS)

    def _by_token(self, authorization: str | None) -> dict[str, Any]:
        token = from_header(authorization)
        require_whole(token)  # Before another function is asked: anybody can send anything.
        session: dict[str, Any] = self._tokens.session_of_token(token)
        return session

    def _by_code(self, code: str, request: HttpRequest, meter: Meter) -> dict[str, Any]:
        try:
            holder = use_link(self._table.metered(meter), code, now=stored_time(datetime.now(UTC)))
        except Unauthenticated as refusal:
            source = request.event.get("requestContext", {}).get("identity", {}).get("sourceIp")
            logger.warning("a sign-in link was refused", extra={"reason": refusal.sub_code, "source": source})
            raise
        session: dict[str, Any] = self._tokens.session_of_key(holder.workspace_id, holder.key_id)
        return session


def with_sign_in(
    sign_in: Callable[[dict[str, Any], Any], dict[str, Any]], others: Callable[[dict[str, Any], Any], dict[str, Any]]
) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """A handler of proxy events that hands those of the route to ``sign_in``, and all others on."""

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return (sign_in if event.get("resource") == ROUTE else others)(event, context)

    return handler


def _refuse(error: IcosaError) -> HttpResponse:
    response = error_response(error)
    return replace(response, headers={**response.headers, **_HEADERS})
