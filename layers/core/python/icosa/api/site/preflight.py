"""The browser's question whether a script of another origin may call an API (docs/wire/rest.md#headers).

A function answers it because the gateway cannot: its mock integrations fail where all bodies count as binary
(docs/decisions.md#binary-bodies).
"""

from __future__ import annotations

from typing import Final

from ...runtime.http import HttpResponse

#: Every method that any route has. A browser does not let the asterisk stand for Authorization.
ALLOWED_METHODS: Final = "GET,HEAD,PUT,PATCH,POST,DELETE"
ALLOWED_HEADERS: Final = (
    "*,Authorization,Content-Type,If-Match,If-None-Match,Idempotency-Key,"
    "X-Icosa-Consistency,X-Icosa-Explain,X-Icosa-Import,X-Icosa-Strict"
)
_SECONDS: Final = 600

PREFLIGHT: Final = HttpResponse(
    200,
    b"{}",
    {
        "access-control-allow-methods": ALLOWED_METHODS,
        "access-control-allow-headers": ALLOWED_HEADERS,
        "access-control-max-age": str(_SECONDS),
    },
)
