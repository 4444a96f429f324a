"""``make pictures``: the README's pictures of the console, from a fresh demo workspace."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.support.browser import Console, chromium, console, profile
from tests.support.checkout import ROOT
from tests.support.stack import local_stack

_FOLDER = ROOT / "docs" / "images"


def main() -> None:
    """Take all pictures; those that are there are replaced."""
    with (
        tempfile.TemporaryDirectory() as folder,
        local_stack(Path(folder) / "data") as stack,
        chromium() as browser,
        profile(browser, url=stack.url) as context,
        console(context, url=stack.url, key=stack.key) as tab,
    ):
        tab.page.set_viewport_size({"width": 1200, "height": 720})
        tab.sign_in(path="settings/objects/opportunities")
        _take(tab, "data-model")
        tab.open("playground/graphql/core?object=companies")
        _run_query(tab)
        _take(tab, "playground")


def _run_query(tab: Console) -> None:
    tab.page.locator(".graphiql-container:not(:has(.graphiql-spinner))").wait_for()
    tab.page.locator(".graphiql-query-editor .view-line").first.wait_for()
    tab.page.locator(".graphiql-execute-button").click()
    tab.page.locator(".result-window .view-line").nth(5).wait_for()
    tab.page.get_by_role("button", name="Calls 1").click()
    tab.page.get_by_role("table", name="Calls, the newest first").wait_for()


def _take(tab: Console, name: str) -> None:
    tab.settled()
    _FOLDER.mkdir(exist_ok=True)
    tab.page.screenshot(path=_FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
