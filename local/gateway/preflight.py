"""What SAM's Cors property makes: an OPTIONS method on every resource that has none of its own."""

from __future__ import annotations

from collections.abc import Iterable

from local.gateway.http import Response
from local.template.application import Cors

_ALL = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


def preflight(cors: Cors, methods: Iterable[str]) -> Response:
    """The answer to OPTIONS on a resource that has these methods."""
    present = set(methods) | {"OPTIONS"}
    allowed = cors.allow_methods or ",".join(_ALL if "ANY" in present else sorted(present))
    headers = [("content-type", "application/json"), ("access-control-allow-origin", cors.allow_origin)]
    headers.append(("access-control-allow-methods", allowed))
    if cors.allow_headers:
        headers.append(("access-control-allow-headers", cors.allow_headers))
    if cors.max_age:
        headers.append(("access-control-max-age", cors.max_age))
    if cors.allow_credentials:
        headers.append(("access-control-allow-credentials", "true"))
    return Response(status=200, headers=tuple(headers), body=b"{}")
