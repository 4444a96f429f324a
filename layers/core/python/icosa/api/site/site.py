"""Answers the routes of the console: one page for every address of it, and the files that the page loads.

All of it is public and the same for everybody. What a page shows it asks the APIs for, with the token of whoever signed
in.
"""

from __future__ import annotations

import hashlib
import html
from dataclasses import replace
from typing import Final

from ...errors import IcosaError, NotFound
from ...lru import LRUCache
from ...runtime.compression import accepts_gzip, gzipped
from ...runtime.http import HttpRequest, HttpResponse, error_response, handle_errors, root_path
from ...runtime.http_errors import UnknownRoute
from .files import Asset, Site
from .headers import security_headers

_ASSETS: Final = "assets"
_PLAYGROUND: Final = "playground"
#: Stands in the page as it was built, and becomes the path under which the page was asked for.
_BASE: Final = '<base href="/">'
_PAGE: Final = {"content-type": "text/html; charset=utf-8", "cache-control": "no-cache"}
_FOREVER: Final = {"cache-control": "public, max-age=31536000, immutable"}


class NoConsole(NotFound):
    """The function was deployed or started without the console's files."""

    def __init__(self) -> None:
        super().__init__("The console was not built. Run: make console")


class NotAcceptable(IcosaError):
    """A file that there is only as gzip, for a client that does not take it."""

    status = 406
    rest_error = "NotAcceptableException"
    graphql_code = "BAD_USER_INPUT"

    def __init__(self) -> None:
        super().__init__("This file is sent compressed only. Send Accept-Encoding: gzip")


class SiteApi:
    """The site over its files."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._pages: LRUCache[str, HttpResponse] = LRUCache(size=16)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer to GET or HEAD of a route of the site. Never raises: every failure has its answer."""
        response = handle_errors(request, lambda _meter: self._answer(request), error_response)
        headers = security_headers(
            is_playground=request.segments[:1] == [_PLAYGROUND] and len(request.segments) > 1,
            is_encrypted=request.headers.get("x-forwarded-proto") == "https",
        )
        return replace(response, headers={**response.headers, **headers})

    def _answer(self, request: HttpRequest) -> HttpResponse:
        first, *rest = request.segments or [""]
        if first != _ASSETS:
            return self._page(request)
        asset = self._site.assets.get("/".join(rest))
        if asset is None:
            raise UnknownRoute(request.method, request.route)
        return _file(asset, request)

    def _page(self, request: HttpRequest) -> HttpResponse:
        prefix = _prefix(request)
        page = self._pages.get(prefix)
        if page is None:
            page = self._rendered(prefix)
            self._pages.put(prefix, page)
        if _matches(page.headers["etag"], request.headers.get("if-none-match", "")):
            return HttpResponse(304, b"", page.headers)
        return page

    def _rendered(self, prefix: str) -> HttpResponse:
        if self._site.index is None:
            raise NoConsole
        body = self._site.index.replace(_BASE, f'<base href="{html.escape(prefix)}">', 1).encode()
        # Weak, as the gateway compresses the page for some clients.
        return HttpResponse(200, body, {**_PAGE, "etag": f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'})


def _file(asset: Asset, request: HttpRequest) -> HttpResponse:
    """Raises NotAcceptable."""
    headers = {**_FOREVER, "content-type": asset.media_type}
    if asset.packed is not None and accepts_gzip(request):
        return gzipped(HttpResponse(200, b"", headers), asset.packed)
    if asset.plain is None:
        raise NotAcceptable
    return HttpResponse(200, asset.plain, headers, is_binary=True)


def _prefix(request: HttpRequest) -> str:
    """The path under which the site was asked for, between slashes. No part of it is empty: ``//`` at the beginning of
    an address would name another host.
    """
    return "/" + "".join(f"{part}/" for part in root_path(request).split("/") if part)


def _matches(etag: str, condition: str) -> bool:
    """Whether an If-None-Match names a weak tag (RFC 9110 §13.1.2)."""
    tags = [tag.strip() for tag in condition.split(",")]
    return "*" in tags or any(tag.removeprefix("W/") == etag.removeprefix("W/") for tag in tags)
