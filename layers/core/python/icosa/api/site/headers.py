"""What browsers may do with the console (docs/how-to/use-the-console.md#what-the-browser-may-do)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: What is in no list may not be loaded at all; nobody else's page may show the console in a frame. No form is ever
#: sent by the browser itself, which would put what is in it into an address.
_POLICY: Final[Mapping[str, str]] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'self'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
#: The playgrounds' editors make their styles as they run, and bring a font within them.
_OF_PLAYGROUNDS: Final[Mapping[str, str]] = {"style-src": "'self' 'unsafe-inline'", "font-src": "'self' data:"}
_NO_USE_OF: Final = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
)
_SHARED: Final[Mapping[str, str]] = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{feature}=()" for feature in _NO_USE_OF),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def _policy(directives: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in directives.items())


_STRICT: Final = _policy(_POLICY)
_PLAYGROUNDS: Final = _policy({**_POLICY, **_OF_PLAYGROUNDS})


def security_headers(*, is_playground: bool, is_encrypted: bool) -> dict[str, str]:
    """The headers of every answer of the site. Browsers stay with HTTPS where the site was reached by it."""
    transport = {"strict-transport-security": "max-age=31536000"} if is_encrypted else {}
    return {**_SHARED, "content-security-policy": _PLAYGROUNDS if is_playground else _STRICT, **transport}
