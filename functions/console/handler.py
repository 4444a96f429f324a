"""The console: its page and the files of it, which the build put into the folder ``site``; and what any function could
answer, and this one may do least: preflights of all routes, addresses that there are not, and methods
that public routes do not have.
"""

from __future__ import annotations

from pathlib import Path

from icosa.api.site.files import Site
from icosa.api.site.nowhere import nowhere
from icosa.api.site.preflight import PREFLIGHT
from icosa.api.site.site import SiteApi
from icosa.runtime.handlers import api_handler
from icosa.runtime.http import HttpRequest, HttpResponse
from icosa.runtime.prime import prime

site = SiteApi(Site.read(Path(__file__).parent / "site"))


def _answer(request: HttpRequest) -> HttpResponse:
    if request.method == "OPTIONS":
        return PREFLIGHT
    return nowhere(request) or site.answer(request)


handler = api_handler(_answer)
prime()
