"""Addresses that no other route has, which the gateway knows only with the stage before them, and methods that public
routes do not have, of which the gateway would say that the address is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...errors import IcosaError
from ...runtime.http import HttpRequest, HttpResponse, error_response
from ...runtime.http_errors import MethodNotAllowed, UnknownRoute, rest_body

#: The gateway's resource for all addresses that there are not.
ANYWHERE: Final = "/{proxy+}"
_READ: Final = ("GET",)
#: The methods of public routes, by the gateway's resources.
METHODS: Final[Mapping[str, tuple[str, ...]]] = {
    "/rest/open-api/{schema}": _READ,
    "/open-api/{schema}": _READ,
    "/healthz": _READ,
    "/": _READ,
    "/settings": _READ,
    "/settings/{proxy+}": _READ,
    "/playground": _READ,
    "/playground/{proxy+}": _READ,
    "/assets/{proxy+}": _READ,
    "/console/session": ("POST",),
}


def nowhere(request: HttpRequest) -> HttpResponse | None:
    """The answer to a call of an address that there is not, or by a method that it does not have; None for others.
    It is for both kinds of client, as the gateway's own are (docs/wire/access.md#refusals-of-the-gateway).
    """
    resource = request.event.get("resource", "")
    if resource == ANYWHERE:
        return _refused(UnknownRoute(request.method, request.route))
    methods = METHODS.get(resource)
    if methods is None or request.method in methods:
        return None
    return _refused(MethodNotAllowed(request.method, request.route, methods))


def _refused(error: IcosaError) -> HttpResponse:
    graphql = {"message": error.message, "extensions": {"code": error.graphql_code}}
    return error_response(error, {**rest_body(error), "errors": [graphql]})
