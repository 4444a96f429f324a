"""Addresses that no other route has. The gateway knows them only with the stage before them, which is no part of an
address to those who call.
"""

from __future__ import annotations

from typing import Final

from ...runtime.http import HttpRequest, HttpResponse, error_response
from ...runtime.http_errors import UnknownRoute, rest_body

#: The gateway's resource for all of them.
ANYWHERE: Final = "/{proxy+}"


def nowhere(request: HttpRequest) -> HttpResponse:
    """The answer to any call of such an address, for both kinds of client, as the gateway's own are
    (docs/wire/access.md#refusals-of-the-gateway).
    """
    error = UnknownRoute(request.method, request.route)
    graphql = {"message": error.message, "extensions": {"code": error.graphql_code}}
    return error_response(error, {**rest_body(error), "errors": [graphql]})
