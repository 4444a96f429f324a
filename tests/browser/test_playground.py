"""The playgrounds: REST with Scalar, GraphQL with GraphiQL, against the workspace's own schema."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import WIDTHS, Console
from tests.support.workspace_api import WorkspaceApi

pytestmark = pytest.mark.slow

#: What is not ours on a playground's page.
TOOL = ".tool"
#: Rules that the tools break by themselves, with grey texts, buttons within tabs and fields without a name.
RULES_OF_SCALAR = ("color-contrast",)
RULES_OF_GRAPHIQL = ("color-contrast", "label", "nested-interactive", "select-name")


def _reference(page: Page) -> Locator:
    """Scalar, once it shows the document."""
    found = page.locator(".scalar-tool .references-rendered")
    found.first.wait_for()
    return found


def _editor(page: Page) -> Locator:
    """GraphiQL's editor, once it has a query and the schema."""
    page.locator(".graphiql-query-editor .view-line").first.wait_for()
    page.locator(".graphiql-container:not(:has(.graphiql-spinner))").wait_for()
    return page.locator(".graphiql-query-editor")


def _send_example(tab: Console, operation: str) -> Locator:
    """Send an operation's example with one click in Scalar, and one on Send. What the line of calls says."""
    tab.page.get_by_role("button", name=re.compile(f"Test Request.*{operation}.$")).click()
    tab.page.get_by_role("dialog").get_by_role("button", name=re.compile("^Send")).first.click()
    return tab.page.get_by_role("region", name="Calls", exact=True).get_by_role("status")


def test_the_launcher_leads_to_four_playgrounds_and_says_whose_data_they_change(admin: Console) -> None:
    admin.open("playground/")
    for name in ("Core REST", "Core GraphQL", "Metadata REST", "Metadata GraphQL"):
        expect(admin.page.get_by_role("link", name=name)).to_be_visible()
    expect(admin.page.get_by_role("note")).to_contain_text(
        "Calls are real. They change Demo with the rights of the role Admin"
    )
    admin.check("playground")


def test_objects_are_picked_before_the_reference_opens(admin: Console) -> None:
    page = admin.page
    admin.open("playground/rest/core")
    page.get_by_label("Search").fill("oppor")
    expect(page.get_by_role("group", name="Objects").get_by_role("checkbox")).to_have_count(1)
    admin.check("playground-objects")
    page.get_by_label("Search").press("Enter")
    expect(page).to_have_url(re.compile(r"/playground/rest/core\?object=opportunities$"))
    _reference(page)
    page.get_by_role("button", name="Objects 1").click()
    expect(page.get_by_role("dialog").get_by_role("checkbox", name="Opportunities")).to_be_checked()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_rest_examples_succeed_at_the_first_click_and_tell_what_they_cost(admin: Console) -> None:
    page = admin.page
    admin.open("playground/rest/core?object=tasks#tag/tasks")
    _reference(page)
    created = _send_example(admin, "post .tasks")
    expect(created).to_contain_text("201")
    expect(created).to_contain_text("POST rest/tasks")
    expect(created).to_contain_text(re.compile(r"[1-9]\d* write.*\$0\.0000"))
    page.get_by_role("button", name="Close Client").click()
    expect(_send_example(admin, "get .tasks")).to_contain_text(re.compile("^200.*GET rest/tasks.*round trip"))
    assert admin.policy_violations() == []
    assert admin.places_of_token() == []
    page.get_by_role("button", name=re.compile("^Calls 2")).click()
    rows = page.get_by_role("table", name="Calls, the newest first").get_by_role("row")
    expect(rows).to_have_count(3)
    expect(rows.nth(2)).to_contain_text("transaction of")
    assert admin.faults == []


def test_an_error_shows_its_body_and_the_explain_can_be_left_out(admin: Console) -> None:
    page = admin.page
    admin.open(f"playground/graphql/core?query={quote('{ nothing }')}")
    _editor(page)
    page.get_by_label("Explain").uncheck()
    page.locator(".graphiql-execute-button").click()
    calls = page.get_by_role("region", name="Calls", exact=True)
    expect(calls.get_by_role("status")).to_contain_text("with errors")
    expect(calls.get_by_role("status")).not_to_contain_text("round trip")
    page.get_by_role("button", name=re.compile("^Calls 1")).click()
    expect(page.locator(".call-error")).to_contain_text("nothing")


def test_another_token_is_sent_as_it_is_and_does_not_end_the_session(admin: Console) -> None:
    page = admin.page
    admin.open("playground/rest/core?object=tasks#tag/tasks")
    _reference(page)
    page.get_by_role("button", name=re.compile("Test Request.*get .tasks.$")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Bearer Token").first.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("not.a.token")
    dialog.get_by_role("button", name=re.compile("^Send")).first.click()
    calls = page.get_by_role("region", name="Calls", exact=True)
    expect(calls.get_by_role("status")).to_contain_text("401")
    page.get_by_role("button", name="Close Client").click()
    calls.get_by_role("button", name=re.compile("^Calls 1")).click()
    expect(calls.locator(".call-error")).to_contain_text("UNAUTHENTICATED")
    assert admin.token() != ""


def test_the_rest_playground_holds_what_every_page_must(admin: Console) -> None:
    admin.open("playground/rest/core?object=tasks")
    _reference(admin.page)
    admin.check("playground-rest", outside=TOOL)
    assert admin.accessibility_violations(ignored=RULES_OF_SCALAR) == []


def test_the_first_graphql_query_runs_and_one_from_the_explorer_returns_rows(admin: Console) -> None:
    page = admin.page
    admin.open("playground/graphql/core?object=companies")
    _editor(page)
    page.locator(".graphiql-execute-button").click()
    expect(page.locator(".graphiql-response")).to_contain_text('"companies"')
    calls = page.get_by_role("region", name="Calls", exact=True).get_by_role("status")
    expect(calls).to_contain_text("query Companies")
    expect(calls).to_contain_text(re.compile(r"\d+ read, 0 write"))

    admin.open(f"playground/graphql/core?query={quote('query Mine { __typename }')}")
    editor = _editor(page)
    explorer = page.locator(".graphiql-explorer-root")
    for name in ("people", "edges", "node", "id", "jobTitle"):
        explorer.get_by_text(name, exact=True).first.click()
    expect(editor).to_contain_text("jobTitle")
    page.locator(".graphiql-execute-button").click()
    expect(page.locator(".graphiql-response")).to_contain_text('"jobTitle": "')
    assert admin.places_of_token() == []
    assert admin.faults == []


def test_graphql_names_are_completed_from_the_schema(admin: Console) -> None:
    page = admin.page
    admin.open(f"playground/graphql/core?query={quote('{ peop')}")
    _editor(page).locator(".view-lines").click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Control+Space")
    expect(page.locator(".suggest-widget")).to_contain_text("people")


def test_the_graphql_playground_holds_what_every_page_must(admin: Console) -> None:
    admin.open("playground/graphql/core")
    _editor(admin.page)
    admin.check("playground-graphql", outside=TOOL)
    assert admin.accessibility_violations(ignored=RULES_OF_GRAPHIQL) == []


def test_the_metadata_playgrounds_show_their_schema(admin: Console) -> None:
    page = admin.page
    admin.open("playground/rest/metadata#tag/objects")
    expect(_reference(page).first).to_contain_text("Icosa Metadata API")
    _fits(admin, "playground-rest-metadata")
    page.get_by_role("navigation", name="API").get_by_role("link", name="GraphQL").click()
    _editor(page)
    page.locator(".graphiql-execute-button").click()
    expect(page.locator(".graphiql-response")).to_contain_text('"labelPlural"')
    _fits(admin, "playground-graphql-metadata")
    assert admin.policy_violations() == []
    assert admin.faults == []


def _fits(tab: Console, name: str) -> None:
    """The page is no wider than the window, at either width; at last it has the large one."""
    for width in reversed(WIDTHS):
        tab.page.set_viewport_size({"width": width, "height": 900})
        tab.shot(f"{name}-{width}")
        assert tab.overflow() <= 0, f"{name} is wider than {width}"


def test_a_new_object_is_in_both_playgrounds(admin: Console) -> None:
    WorkspaceApi(url=admin.url, key=admin.key).create_object("rover", "Rover")
    page = admin.page
    admin.open("playground/rest/core")
    page.get_by_role("checkbox", name="Rovers").check()
    page.get_by_role("button", name="Open reference").click()
    _reference(page)
    expect(page.locator(".scalar-tool")).to_contain_text("rovers")
    page.get_by_role("navigation", name="API").get_by_role("link", name="GraphQL").click()
    _editor(page)
    expect(page.locator(".graphiql-explorer-root")).to_contain_text("rovers")


def test_the_way_into_a_playground_and_out_of_it_is_a_new_document(admin: Console) -> None:
    page = admin.page
    page.get_by_role("link", name="Playground", exact=True).click()
    page.evaluate("window.before = true")
    page.get_by_role("link", name="Core GraphQL").click()
    _editor(page)
    assert page.evaluate("window.before") is None
    page.evaluate("window.before = true")
    page.get_by_role("link", name="Close").click()
    page.get_by_role("heading", name="Playground").wait_for()
    assert page.evaluate("window.before") is None
    assert page.evaluate("document.querySelectorAll('style').length") == 0
    page.go_back()
    _editor(page)
    assert admin.policy_violations() == []


def test_a_session_that_is_not_kept_gets_into_a_playground_and_is_not_stored(tab: Console) -> None:
    page = tab.page
    tab.open("playground")
    page.get_by_label("API key").fill(tab.key)
    page.get_by_label("Keep me signed in").uncheck()
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Core GraphQL").click()
    _editor(page)
    assert page.evaluate("sessionStorage.length") == 0
    page.locator(".graphiql-execute-button").click()
    expect(page.locator(".graphiql-response")).to_contain_text('"people"')
    page.get_by_role("link", name="Close").click()
    page.get_by_role("heading", name="Playground").wait_for()
    assert page.evaluate("sessionStorage.length") == 0
    page.reload()
    page.get_by_label("API key").wait_for()


def test_the_keyboard_reaches_all_of_the_header_before_the_tool(admin: Console) -> None:
    page = admin.page
    admin.open("playground/graphql/core")
    _editor(page)
    page.locator(".graphiql-execute-button").click()
    page.get_by_role("button", name=re.compile("^Calls 1")).wait_for()
    page.locator("body").press("Tab")
    page.get_by_role("link", name="Close").focus()
    reached = [page.evaluate("document.activeElement.textContent.trim() || document.activeElement.type")]
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.type"))
    assert [text.split()[-1] for text in reached[:6]] == ["Close", "Core", "Metadata", "REST", "GraphQL", "checkbox"]
    assert reached[6].startswith("Calls")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="All calls")).to_be_visible()
