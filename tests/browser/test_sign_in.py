"""Signing in and out, and what is kept of a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser import Console, console
from tests.support.stack import RunningStack

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.slow


def test_a_key_is_exchanged_for_a_session_and_the_reload_keeps_it(tab: Console) -> None:
    tab.sign_in(path="settings/roles")
    assert tab.page.url == tab.url + "settings/roles"
    assert tab.token() not in ("", tab.key)
    assert tab.places_of_token() == []
    tab.page.reload()
    tab.page.get_by_role("heading", name="Roles", exact=True).wait_for()
    tab.page.get_by_role("button", name="Sign out").click()
    tab.page.get_by_label("API key").wait_for()
    assert tab.token() == ""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "Paste an API key"),
        ("nonsense", "cut off"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.AAAA", "expired on"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOj.AAAA", "damaged"),
    ],
)
def test_what_is_wrong_with_a_key_is_said(tab: Console, given: str, said: str) -> None:
    tab.open()
    tab.page.get_by_label("API key").fill(given)
    tab.page.get_by_role("button", name="Sign in").click()
    assert said in tab.page.locator(".error").inner_text()


def test_a_key_that_the_server_does_not_know_is_refused(tab: Console) -> None:
    tab.open()
    tab.page.get_by_label("API key").fill(tab.key[:-4] + "AAAA")
    tab.page.get_by_role("button", name="Sign in").click()
    assert "belongs to another installation" in tab.page.locator(".error").inner_text()
    assert tab.token() == ""


def test_a_link_signs_in_once_and_leaves_no_code_behind(tab: Console, stack: RunningStack) -> None:
    code = "#" + stack.new_link().partition("#")[2]
    tab.open(f"settings/roles{code}")
    tab.page.get_by_role("heading", name="Roles", exact=True).wait_for()
    assert tab.page.url == tab.url + "settings/roles"
    assert tab.places_of_token() == []
    tab.page.get_by_role("button", name="Sign out").click()
    tab.page.get_by_label("API key").wait_for()
    tab.page.goto("about:blank")
    tab.open(code)
    assert "This sign-in link has been used" in tab.page.locator(".error").inner_text()
    assert tab.page.url == tab.url


def test_the_sign_in_page_is_accessible(tab: Console) -> None:
    tab.open()
    tab.page.get_by_label("API key").wait_for()
    tab.shot("sign-in")
    assert tab.accessibility_violations() == []
    assert tab.policy_violations() == []
    assert tab.faults == []


def test_a_tab_finds_nothing_of_an_earlier_one(tabs: BrowserContext, site: str) -> None:
    """What every test here relies on: they share a profile."""
    values = "[localStorage.left ?? '', document.cookie, sessionStorage.length]"
    for _ in range(2):
        with console(tabs, url=site, key="") as tab:
            tab.open()
            assert tab.page.evaluate(values) == ["", "", 0]
            tab.page.evaluate("localStorage.left = sessionStorage.left = 'x'; document.cookie = 'left=x'")
