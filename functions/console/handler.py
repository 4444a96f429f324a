"""The console: its page and the files of it, which the build put into the folder ``site``; and the preflights of all
routes, which any function could answer, and this one may do least.
"""

from __future__ import annotations

from pathlib import Path

from icosa.api.site.files import Site
from icosa.api.site.preflight import PREFLIGHT
from icosa.api.site.site import SiteApi
from icosa.runtime.handlers import api_handler
from icosa.runtime.prime import prime

site = SiteApi(Site.read(Path(__file__).parent / "site"))
handler = api_handler(lambda request: PREFLIGHT if request.method == "OPTIONS" else site.answer(request))
prime()
