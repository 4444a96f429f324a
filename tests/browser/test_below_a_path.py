"""The console below a path, as API Gateway serves it below its stage: every page, from the address bar and by links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import Console, console, profile
from tests.support.stack import RunningStack

from .conftest import PREFIX

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

pytestmark = pytest.mark.slow
#: The menu's links, and where they lead.
_LINKS = {
    "General": "settings/general",
    "APIs & Webhooks": "settings/api-webhooks",
    "Roles": "settings/roles",
    "Data model": "settings/objects",
    "Playground": "playground",
}


@pytest.fixture(scope="module")
def tabs(browser: Browser, below: RunningStack) -> Iterator[BrowserContext]:
    with profile(browser, url=below.url) as context:
        yield context


@pytest.fixture
def tab(tabs: BrowserContext, below: RunningStack) -> Iterator[Console]:
    with console(tabs, url=below.url, key=below.key) as fresh:
        yield fresh


def test_a_link_leads_to_every_page(tab: Console, below: RunningStack) -> None:
    assert tab.url.endswith(f"{PREFIX}/")
    tab.page.goto(below.new_link())
    menu = tab.page.get_by_role("navigation", name="Sections")
    for name, path in _LINKS.items():
        menu.get_by_role("link", name=name, exact=True).click()
        tab.page.wait_for_url(tab.url + path)
        tab.settled()
    assert tab.policy_violations() == []
    assert tab.faults == []
    assert tab.places_of_token() == []


def test_every_address_opens(tab: Console) -> None:
    """Whoever signs in goes to the first of them."""
    addresses = [*_LINKS.values(), "settings/objects/people", "settings/audit", ""]
    first, others = addresses[0], addresses[1:]
    tab.sign_in(path=first)
    _is_there(tab, first)
    tab.page.reload()
    _is_there(tab, first)
    for path in others:
        tab.open(path)
        _is_there(tab, path)


def _is_there(tab: Console, path: str) -> None:
    tab.settled()
    assert tab.page.url.startswith(tab.url + path)
    assert tab.page.get_by_role("heading", level=1).count() == 1, path
    assert tab.policy_violations() == []
    assert tab.faults == []


@pytest.mark.parametrize("path", ["playground/rest/core", "playground/graphql/core"])
def test_playgrounds_load_all_their_files(tab: Console, path: str) -> None:
    failed: list[str] = []
    tab.page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    tab.sign_in()
    tab.open(path)
    tab.page.wait_for_load_state("networkidle")
    assert failed == []
    assert [fault for fault in tab.faults if "foreign" in fault] == []
