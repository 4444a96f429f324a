"""``make pictures``: the README's pictures of the console, from a fresh demo workspace."""

from __future__ import annotations

import tempfile
from html import escape
from pathlib import Path

import httpx
from playwright.sync_api import Page

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
        _take_explain(tab.page, stack.url, stack.key)


def _run_query(tab: Console) -> None:
    tab.page.locator(".graphiql-container:not(:has(.graphiql-spinner))").wait_for()
    tab.page.locator(".graphiql-query-editor .view-line").first.wait_for()
    tab.page.locator(".graphiql-execute-button").click()
    tab.page.locator(".result-window .view-line").nth(5).wait_for()
    tab.page.get_by_role("button", name="Calls 1").click()
    tab.page.get_by_role("table", name="Calls, the newest first").wait_for()


#: What the picture of an explain asks, and the headers that it shows.
_QUESTION = "/rest/companies?order_by=annualRevenue.amountMicros[DescNullsLast]&limit=60"
_SHOWN = ("plan", "round-trips", "calls", "capacity", "cost")
_CARD = """<style>
  body {{ margin: 0; background: #fff }}
  pre {{ display: inline-block; margin: 0; padding: 20px 26px; border-radius: 10px; background: #16181d; color: #e6e8ec;
         font: 15px/1.6 'DejaVu Sans Mono', monospace }}
  b {{ color: #7ee2b8; font-weight: 400 }} i {{ color: #9aa4b2; font-style: normal }}
</style><pre>{text}</pre>"""


def _take_explain(page: Page, url: str, key: str) -> None:
    """The headers of a real answer, as a terminal would show them."""
    headers = {"Authorization": f"Bearer {key}", "X-Icosa-Explain": "1"}
    answer = httpx.get(url + _QUESTION, headers=headers).raise_for_status()
    command = (
        f"curl -g -D - -o /dev/null -H 'Authorization: Bearer …' \\\n  -H 'X-Icosa-Explain: 1' \\\n  '$URL{_QUESTION}'"
    )
    lines = [f"<i>$</i> {escape(command)}", ""]
    lines += [f"<b>x-icosa-{name}:</b> {escape(answer.headers[f'x-icosa-{name}'])}" for name in _SHOWN]
    page.set_viewport_size({"width": 1200, "height": 720})
    page.set_content(_CARD.format(text="\n".join(lines)))
    page.locator("pre").screenshot(path=_FOLDER / "explain.png")


def _take(tab: Console, name: str) -> None:
    tab.settled()
    _FOLDER.mkdir(exist_ok=True)
    tab.page.screenshot(path=_FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
