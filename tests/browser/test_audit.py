"""The page of the audit log."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser import Console
from tests.support.console_data import make_key, make_role, metadata

pytestmark = pytest.mark.slow

_PAGE = "settings/audit"


def test_changes_are_told_in_words_the_newest_first(admin: Console) -> None:
    page, made = admin.page, make_key(admin)
    role_id, role = make_role(admin)
    assign = "mutation($key: UUID!, $role: UUID!) { assignRoleToApiKey(apiKeyId: $key, roleId: $role) }"
    metadata(admin, assign, {"key": made.id, "role": role_id})
    admin.open(_PAGE)
    row = page.get_by_role("table").get_by_role("row").nth(1)
    expect(row).to_contain_text(f"gave another role to the API key {made.name}")
    expect(row.get_by_role("link", name="Admin")).to_be_visible()
    row.get_by_text("1 detail").click()
    expect(row.get_by_text(made.role)).to_be_visible()
    expect(row.get_by_text(role)).to_be_visible()
    admin.check("audit")
    row.get_by_role("link", name=made.name).click()
    page.get_by_role("heading", name=made.name, exact=True).wait_for()


def test_more_is_loaded_on_request(admin: Console) -> None:
    """51 and more changes do not fit on the first page."""
    page, made = admin.page, make_key(admin)
    rename = "mutation($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { id } }"
    for number in range(51):
        metadata(admin, rename, {"input": {"id": made.id, "name": f"{made.name} {number}"}})
    admin.open(_PAGE)
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(51)
    page.get_by_role("button", name="Load more").click()
    page.get_by_text("50 changes are shown").wait_for(state="detached")
    expect(rows.filter(has_text=f"made the API key {made.name}")).to_have_count(1)
    texts = rows.all_inner_texts()
    assert len(texts) == len(rows.element_handles()) > 52


def test_a_role_without_the_flag_is_told(tab: Console) -> None:
    made = make_key(tab)
    tab.sign_in(made.token, path=_PAGE)
    tab.page.get_by_text(f"The role {made.role} lacks SECURITY. Ask an administrator.").wait_for()
    tab.check("audit-weak")


def test_a_role_that_reads_nothing_else_sees_names_without_links(tab: Console) -> None:
    made = make_key(tab, flags=("SECURITY",))
    tab.sign_in(made.token, path=_PAGE)
    row = tab.page.get_by_role("row").filter(has_text=f"made the API key {made.name}")
    row.wait_for()
    expect(row.get_by_role("link")).to_have_count(0)
    assert tab.faults == []
