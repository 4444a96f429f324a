"""The page of the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import Console
from tests.support.console_data import call, make_key, metadata

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

_PAGE = "settings/general"
_READ = "{ currentWorkspace { displayName trashRetentionDays metadataEnvelope timeline defaultRole { id label } } }"


def _save(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name)
    button.click()
    expect(button).to_be_disabled()
    expect(button).to_have_attribute("aria-busy", "false")


def test_the_settings_of_the_workspace_are_changed(admin: Console) -> None:
    page = admin.page
    admin.open(_PAGE)
    page.get_by_label("Name of the workspace").wait_for()
    before = metadata(admin, _READ)["currentWorkspace"]
    admin.check("general")
    try:
        page.get_by_label("Name of the workspace").fill("Acme & Söhne")
        page.get_by_label("Name of the workspace").press("Enter")
        page.get_by_role("banner").get_by_text("Acme & Söhne").wait_for()
        page.get_by_label("Days in the trash").fill("1.5")
        expect(page.get_by_role("button", name="Change days")).to_be_disabled()
        page.get_by_label("Days in the trash").fill("30")
        _save(page, "Change days")
        page.get_by_label("Answers of Metadata REST").select_option("direct")
        _save(page, "Change answers")
        page.get_by_label("Timeline").select_option("on")
        _save(page, "Change timeline")
        page.get_by_label("Default role").select_option(label="Admin")
        _save(page, "Change role")
        after = metadata(admin, _READ)["currentWorkspace"]
        assert after["displayName"] == "Acme & Söhne"
        assert (after["trashRetentionDays"], after["metadataEnvelope"], after["timeline"]) == (30, "direct", "on")
        assert after["defaultRole"]["label"] == "Admin"
    finally:
        role = before.pop("defaultRole")
        data = {**before, "trashRetentionDays": int(before["trashRetentionDays"]), "defaultRoleId": role["id"]}
        metadata(
            admin, "mutation($data: UpdateWorkspaceInput!) { updateWorkspace(data: $data) { id } }", {"data": data}
        )


def test_demo_records_are_counted_before_any_goes(admin: Console) -> None:
    """Without removing them: other tests of the stack have a use for them."""
    page = admin.page
    admin.open(_PAGE)
    page.get_by_role("button", name="Look for demo records").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("people").first.wait_for()
    expect(dialog).to_contain_text("Records of your own stay")
    expect(dialog.get_by_role("button", name="Remove")).to_be_disabled()
    admin.check("general-demo")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()


def test_the_addresses_are_those_of_the_apis(admin: Console) -> None:
    admin.open(_PAGE)
    page = admin.page
    for label, path in {
        "Core REST": "rest/",
        "Core GraphQL": "graphql",
        "Metadata REST": "rest/metadata/",
        "Metadata GraphQL": "metadata",
        "OpenAPI, Core": "rest/open-api/core",
        "OpenAPI, Metadata": "rest/open-api/metadata",
    }.items():
        expect(page.get_by_label(label, exact=True)).to_have_value(admin.url + path)
    assert call(admin, "rest/open-api/metadata", key=admin.key).status == 200
    limits = call(admin, "rest/metadata/me", key=admin.key).json()["limits"]
    expect(page.get_by_text(f"{limits['rate']['calls']} in a minute")).to_be_visible()
    plan = call(admin, "rest/metadata/plan", key=admin.key).json()
    expect(page.get_by_text(f"This workspace has the plan {plan['name']}.")).to_be_visible()
    expect(page.get_by_text(f"{plan['usage']['webhooks']} of {plan['limits']['webhooks']}")).to_be_visible()


def test_a_weak_role_reads_and_is_told_what_it_may_not_change(tab: Console) -> None:
    made = make_key(tab, flags=("DATA_MODEL",))
    tab.sign_in(made.token, path=_PAGE)
    page = tab.page
    for label, flag in {"Name of the workspace": "WORKSPACE", "Default role": "ROLES"}.items():
        expect(page.get_by_label(label)).to_be_disabled()
        expect(page.get_by_text(f"The role {made.role} lacks {flag}.").first).to_be_visible()
    expect(page.get_by_role("button", name="Rename")).to_have_count(0)
    expect(page.get_by_label("Answers of Metadata REST")).to_be_enabled()
    tab.check("general-weak")
