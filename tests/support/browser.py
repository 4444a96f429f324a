"""The console in Debian's chromium, watched: what a page must never do is a failure of every test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit
from zlib import crc32

from playwright.sync_api import expect, sync_playwright

from tests.support.checkout import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

#: The two widths at which every page is looked at, in pixels.
WIDTHS = (1400, 390)

#: Whether ``make screens`` runs the tests: what is alike is all looked at, and pictures are kept.
THOROUGH: Final = "ICOSA_ALL_LOOKS" in os.environ
_HEIGHT = 900
#: Width and color scheme of the looks at a page.
_ALL_LOOKS: Final[tuple[tuple[int, Literal["light", "dark"]], ...]] = (
    (WIDTHS[0], "light"),
    (WIDTHS[1], "dark"),
    (WIDTHS[0], "dark"),
    (WIDTHS[1], "light"),
)
#: The first two have both widths and both schemes, and axe, which takes seconds, sees one of them: pages take turns, as
#: they share their styles. A thorough run takes all, and shows all to axe.
_LOOKS: Final = _ALL_LOOKS if THOROUGH else _ALL_LOOKS[:2]
#: Milliseconds that something may take to appear, on a machine that is busy with other tests.
_PATIENCE = 120_000
#: Tabs of one site share a process, which spares each of them a start.
_ARGUMENTS = ["--no-sandbox", "--process-per-site"]
_NETWORK = frozenset({"http", "https", "ws", "wss"})
_AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"

#: Collects what the content security policy refuses, from the first script on.
_VIOLATIONS = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(`${event.violatedDirective}: ${event.blockedURI || event.sample}`));
"""


def chromium_path() -> str | None:
    """Where chromium is, None when this machine has none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, without a window. The machine's own; Playwright downloads nothing."""
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass(slots=True, kw_only=True)
class Console:
    """A tab of the console. ``url`` is the console's folder, with a slash at its end."""

    page: Page
    url: str
    key: str
    #: What went wrong since the tab was opened: console errors, exceptions, requests to other hosts.
    faults: list[str] = field(default_factory=list)

    def open(self, path: str = "") -> None:
        """Go to a page by its address; whoever is signed in stays it."""
        self.page.goto(self.url + path)

    def sign_in(self, key: str | None = None, path: str = "") -> None:
        """Sign in with a key (the demo workspace's Admin key if none is given) and wait for the page at ``path``."""
        self.open(path)
        self.page.get_by_label("API key").fill(key or self.key)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("navigation", name="Sections").wait_for()

    def settled(self) -> None:
        """Wait until nothing is loading any more."""
        self.page.wait_for_load_state("networkidle")
        # Not by a function: the browser would have to evaluate its text, which the content security policy forbids.
        expect(self.page.locator(".skeleton, .boot, [aria-busy=true]")).to_have_count(0)

    def accessibility_violations(self, *, ignored: tuple[str, ...] = (), outside: str = "") -> list[str]:
        """What axe finds, as ``rule: element`` lines; ``outside`` selects what is not looked at."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(_AXE.read_text(encoding="utf-8"))
        options = {"rules": {rule: {"enabled": False} for rule in ignored}}
        context = {"include": [["html"]], "exclude": [[outside]] if outside else []}
        found: dict[str, Any] = self.page.evaluate(
            "([context, options]) => axe.run(context, options)", [context, options]
        )
        return [f"{rule['id']}: {node['html'][:160]}" for rule in found["violations"] for node in rule["nodes"]]

    def policy_violations(self) -> list[str]:
        """What the content security policy refused on the present page."""
        found: list[str] = self.page.evaluate("window.__violations")
        return found

    def token(self) -> str:
        """The session's token, empty when nobody is signed in."""
        found: str = self.page.evaluate("JSON.parse(sessionStorage.getItem('icosa.session') ?? '{}').token ?? ''")
        return found

    def places_of_token(self) -> list[str]:
        """Where the session's token can be found beside ``sessionStorage``: storages, cookies, address, document."""
        token = self.token()
        assert token
        places: dict[str, str] = self.page.evaluate(
            """() => ({
              localStorage: JSON.stringify({...localStorage}), cookie: document.cookie, address: location.href,
              document: document.documentElement.outerHTML,
            })"""
        )
        return [place for place, text in places.items() if token in text]

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        found: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return found

    def check(self, name: str, *, ignored: tuple[str, ...] = (), outside: str = "", axe: bool = True) -> None:
        """All that must hold on every page, at both widths and in both schemes; ``make screens`` gets a picture of each
        look. Without ``axe`` for a page that has much of what axe sees on another one.

        ``ignored`` names axe's rules that do not count, and ``outside`` selects what axe does not look at, for what is
        not ours (the playgrounds).
        """
        before = self.page.viewport_size
        turn = crc32(name.encode()) % len(_LOOKS)
        for number, (width, scheme) in enumerate(_LOOKS):
            self.page.set_viewport_size({"width": width, "height": _HEIGHT})
            self.page.emulate_media(color_scheme=scheme)
            self.settled()
            self.shot(f"{name}-{width}-{scheme}")
            if axe and (THOROUGH or number == turn):
                found = self.accessibility_violations(ignored=ignored, outside=outside)
                assert found == [], f"{name} at {width}, {scheme}"
            assert self.overflow() <= 0, f"{name} is wider than {width}"
        self.page.emulate_media(color_scheme="light")
        if before:
            self.page.set_viewport_size(before)
        assert self.policy_violations() == []
        assert self.faults == []
        assert self.places_of_token() == []

    def shot(self, name: str) -> None:
        """Keep a picture of the whole page in ``build/screenshots``, for ``make screens``."""
        if not THOROUGH:
            return
        folder = ROOT / "build" / "screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png", full_page=True)


@contextmanager
def profile(browser: Browser, *, url: str) -> Iterator[BrowserContext]:
    """A profile for tabs of one site, one after the other. Its cache has the console's files compiled, and nothing but
    its cache outlives a tab (``console``): a profile for each tab would take most of a test's time to load them.
    """
    with browser.new_context(viewport={"width": WIDTHS[0], "height": _HEIGHT}) as context:
        context.add_init_script(_VIOLATIONS)
        context.set_default_timeout(_PATIENCE)
        # The process of a site ends with its last tab.
        context.new_page().goto(f"{url.rstrip('/')}/healthz")
        yield context


@contextmanager
def console(context: BrowserContext, *, url: str, key: str) -> Iterator[Console]:
    """A fresh tab: nothing is stored of another one."""
    tab = Console(page=context.new_page(), url=url.rstrip("/") + "/", key=key)
    address = urlsplit(url)
    host = address.netloc

    def complain(message: ConsoleMessage) -> None:
        if message.type == "error":
            tab.faults.append(f"console: {message.text}")

    def look(request: Request) -> None:
        target = urlsplit(request.url)
        if target.scheme in _NETWORK and target.netloc != host:
            tab.faults.append(f"foreign request: {request.url}")

    tab.page.on("pageerror", lambda error: tab.faults.append(f"exception: {error}"))
    tab.page.on("console", complain)
    context.on("request", look)
    try:
        yield tab
    finally:
        keeper, *tabs = context.pages
        for page in tabs:
            page.close()
        context.remove_listener("request", look)
        context.clear_cookies()
        context.clear_permissions()
        session = context.new_cdp_session(keeper)
        session.send("Storage.clearDataForOrigin", {"origin": f"{address.scheme}://{host}", "storageTypes": "all"})
        session.detach()
