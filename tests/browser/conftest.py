"""Fixtures of the tests in a real browser: one stack and one chromium for all of them, a fresh tab for each. They end
with the folder: Playwright has an event loop of its own, beside which no other test could run one.

Without chromium on the machine they are skipped and say so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import Console, chromium, chromium_path, console, profile
from tests.support.stack import RunningStack, local_stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

#: The path of the stack ``below``.
PREFIX = "/settings/rest"


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if chromium_path() is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with chromium() as running:
        yield running


@pytest.fixture(scope="package")
def stack(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack with the demo workspace; tests leave behind only what they made under names of their own."""
    with local_stack(tmp_path_factory.mktemp("console") / "data") as running:
        yield running


@pytest.fixture(scope="package")
def below(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """Another stack, below a path, as on API Gateway. The last tests make many objects in it."""
    with local_stack(tmp_path_factory.mktemp("below") / "data", prefix=PREFIX) as running:
        yield running


@pytest.fixture(scope="package")
def site(stack: RunningStack) -> str:
    """Address of the console. ``CONSOLE_URL`` names another one, such as a development server before the same data."""
    return os.environ.get("CONSOLE_URL") or stack.url


@pytest.fixture(scope="package")
def tabs(browser: Browser, site: str) -> Iterator[BrowserContext]:
    with profile(browser, url=site) as context:
        yield context


@pytest.fixture
def tab(tabs: BrowserContext, stack: RunningStack, site: str) -> Iterator[Console]:
    """A fresh tab, not signed in."""
    with console(tabs, url=site, key=stack.key) as fresh:
        yield fresh


@pytest.fixture
def admin(tab: Console) -> Console:
    """A fresh tab, signed in with the Admin key."""
    tab.sign_in()
    return tab
