"""The playgrounds of a workspace with 100 objects, below a path as on API Gateway."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import Console, console, profile
from tests.support.many_objects import create_objects
from tests.support.stack import RunningStack

from .conftest import PREFIX

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow

#: With the standard ones more than 100.
_ADDED = 86


@pytest.fixture(scope="module")
def large(below: RunningStack) -> RunningStack:
    create_objects(below, (f"gadget{number}x" for number in range(_ADDED)))
    return below


@pytest.fixture
def visitor(browser: Browser, large: RunningStack) -> Iterator[Console]:
    with profile(browser, url=large.url) as context, console(context, url=large.url, key=large.key) as fresh:
        fresh.sign_in(path="playground")
        yield fresh


def test_the_rest_playground_opens_with_the_picked_objects(visitor: Console) -> None:
    page = visitor.page
    page.get_by_role("link", name="Core REST").click()
    objects = page.get_by_role("group", name="Objects").get_by_role("checkbox")
    objects.first.wait_for()
    assert objects.count() > 100
    expect(page.get_by_role("button", name=re.compile("^All"))).to_have_count(0)
    page.get_by_label("Search").fill("gadget77x")
    page.get_by_label("Search").press("Enter")
    expect(page).to_have_url(re.compile(rf"{PREFIX}/playground/rest/core\?object=gadget77xs"))
    expect(page.get_by_role("link", name=re.compile("^Create One gadget77x"))).to_be_visible()
    expect(page.locator(".scalar-tool")).not_to_contain_text("gadget78xs")
    _clean(visitor)


def test_the_graphql_playground_knows_all_objects_and_reads_one(visitor: Console) -> None:
    page = visitor.page
    visitor.open("playground/graphql/core?object=gadget77xs")
    explorer = page.locator(".graphiql-explorer-root")
    expect(explorer).to_contain_text("gadget85xs")
    page.locator(".graphiql-execute-button").click()
    expect(page.locator(".graphiql-response")).to_contain_text('"gadget77xs"')
    page.get_by_role("link", name="Close").click()
    expect(page).to_have_url(visitor.url + "playground")
    _clean(visitor)


def _clean(visitor: Console) -> None:
    visitor.settled()
    assert visitor.policy_violations() == []
    assert visitor.faults == []
    assert visitor.places_of_token() == []
