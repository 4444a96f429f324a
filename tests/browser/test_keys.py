"""The pages of API keys: made, copied, used, changed, replaced, ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.support.browser import Console
from tests.support.console_data import call, make_key, make_role, metadata

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.slow

_LIST = "settings/api-webhooks"


def _token(page: Page) -> str:
    field = page.get_by_role("textbox", name="Token", exact=True)
    field.wait_for()
    return field.input_value()


def _confirm(page: Page, button: str) -> None:
    page.get_by_label("Type yes to confirm").fill("yes")
    page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
    page.get_by_role("dialog").wait_for(state="detached")


def _open(tab: Console, key_id: str, name: str) -> None:
    tab.open(f"{_LIST}/apis/{key_id}")
    tab.page.get_by_role("heading", name=name, exact=True).wait_for()


def test_a_key_is_made_copied_used_and_deleted(admin: Console) -> None:
    page, name = admin.page, f"Import {uuid4().hex[:6]}"
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    _, role = make_role(admin)
    page.get_by_role("button", name="Create key", exact=True).click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Role").select_option(label=role)
    page.get_by_role("button", name="Create", exact=True).click()

    token = _token(page)
    page.get_by_role("button", name="Copy Token", exact=True).click()
    page.get_by_text("Copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == token
    assert call(admin, "rest/people?limit=1", key=token).status == 200
    assert call(admin, "rest/metadata/me", key=token).json()["principal"]["name"] == name

    page.get_by_role("button", name="Delete key").click()
    _confirm(page, "Delete key")
    page.get_by_role("heading", name="APIs & Webhooks").wait_for()
    expect(page.get_by_role("link", name=name)).to_have_count(0)
    refused = call(admin, "rest/people?limit=1", key=token)
    assert (refused.status, refused.json()["messages"]) == (403, ["This API Key is revoked"])


def test_the_token_is_in_memory_only_and_goes_with_the_page(admin: Console) -> None:
    page, made = admin.page, make_key(admin)
    _open(admin, made.id, made.name)
    page.get_by_role("button", name="New token for this key").click()
    token = _token(page)
    expect(page.get_by_text("Copy this token now. It is not stored and cannot be shown again.")).to_be_visible()
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, history.state, location.href])")
    assert token not in stored
    page.get_by_role("link", name="General").click()
    page.get_by_role("heading", name="General").wait_for()
    assert token not in page.content()
    page.go_back()
    page.get_by_role("button", name="New token for this key").wait_for()
    assert token not in page.content()
    assert call(admin, "rest/people?limit=1", key=made.token).status == 200, "the first token still works"


def test_the_shape_of_a_new_key(admin: Console) -> None:
    """90 days and a role other than Admin are chosen at first, and the dear choices are commented on."""
    make_role(admin)
    admin.open(f"{_LIST}/apis/new")
    page = admin.page
    role, life = page.get_by_label("Role"), page.get_by_label("Expires after")
    role.wait_for()
    assert life.locator("option:checked").inner_text() == "90 days"
    assert life.locator("option").all_inner_texts() == ["15 days", "30 days", "90 days", "1 year", "2 years", "Never"]
    assert role.locator("option:checked").inner_text() != "Admin"
    expect(page.get_by_role("button", name="Create", exact=True)).to_be_disabled()
    role.select_option(label="Admin")
    life.select_option("Never")
    expect(page.get_by_text("Admin may read, change and destroy everything")).to_be_visible()
    expect(page.get_by_text("A key without an end works until somebody deletes it")).to_be_visible()
    admin.check("keys-new")


def test_both_calls_have_the_same_end_and_a_failure_between_them_loses_nothing(admin: Console) -> None:
    page, name = admin.page, f"Half {uuid4().hex[:6]}"
    sent: list[str] = []

    def watch(route: Route) -> None:
        body: dict[str, Any] = route.request.post_data_json or {}
        if "CreateKey" in body["query"]:
            sent.append(body["variables"]["input"]["expiresAt"])
        if "MakeToken" in body["query"]:
            sent.append(body["variables"]["expiresAt"])
            if len(sent) == 2:
                failure = {"message": "The gateway is busy.", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
                route.fulfill(json={"data": None, "errors": [failure]})
                return
        route.continue_()

    admin.open(f"{_LIST}/apis/new")
    page.route("**/metadata", watch)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Name").press("Enter")
    page.get_by_role("heading", name=name, exact=True).wait_for()
    expect(page.get_by_text("The gateway is busy.")).to_be_visible()
    admin.check("keys-without-token")
    page.get_by_role("button", name="Make the token").click()
    assert call(admin, "rest/metadata/me", key=_token(page)).json()["principal"]["name"] == name
    assert len(sent) == 3
    assert len(set(sent)) == 1


def test_a_key_is_renamed_and_gets_another_role_and_another_end(admin: Console) -> None:
    page, made, name = admin.page, make_key(admin), f"Renamed {uuid4().hex[:6]}"
    role_id, role = make_role(admin)
    _open(admin, made.id, made.name)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Name").press("Enter")
    page.get_by_role("heading", name=name, exact=True).wait_for()
    page.get_by_label("Role").select_option(label=role)
    page.get_by_role("button", name="Change role").click()
    page.get_by_text("The key has its new role").wait_for()
    page.get_by_label("Expires").select_option(label="30 days from now")
    page.get_by_role("button", name="Change expiration").click()
    page.get_by_text("In 30 days, on").wait_for(state="attached")
    me = call(admin, "rest/metadata/me", key=made.token).json()
    assert (me["principal"]["name"], me["role"]["id"]) == (name, role_id)


@pytest.mark.parametrize("kind", ["the same key", "a new key"])
def test_a_regenerated_key_has_one_good_token(admin: Console, kind: str) -> None:
    page, made = admin.page, make_key(admin)
    _open(admin, made.id, made.name)
    page.get_by_role("button", name="Regenerate").click()
    page.get_by_label(kind).check()
    admin.check("keys-regenerate")
    _confirm(page, "Regenerate")
    token = _token(page)
    me = call(admin, "rest/metadata/me", key=token).json()
    assert (me["principal"]["name"], me["role"]["id"]) == (made.name, made.role_id)
    assert (me["principal"]["id"] == made.id) == (kind == "the same key")
    assert page.url == f"{admin.url}{_LIST}/apis/{me['principal']['id']}"
    assert call(admin, "rest/metadata/me", key=made.token).status in (401, 403)


def test_ones_own_key_is_replaced_and_renamed_without_signing_in_again_and_deleted_with_a_sign_out(
    tab: Console,
) -> None:
    page, made = tab.page, make_key(tab, flags=("API_KEYS_AND_WEBHOOKS", "ROLES"))
    tab.sign_in(made.token, path=f"{_LIST}/apis/{made.id}")
    page.get_by_text("You are signed in with this key.").wait_for()
    page.get_by_role("button", name="Regenerate").click()
    _confirm(page, "Regenerate")
    token = _token(page)
    assert call(tab, "rest/metadata/me", key=token).status == 200
    page.get_by_label("Name").fill(f"{made.name} again")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("banner").get_by_text(f"{made.name} again").wait_for()
    assert _token(page) == token, "it is shown as long as the page is open"
    page.get_by_role("button", name="Delete key").click()
    _confirm(page, "Delete key")
    page.get_by_text("You deleted the key that you were signed in with.").wait_for()
    assert tab.token() == ""


def test_a_role_that_keys_get_no_more_is_still_shown(admin: Console) -> None:
    page, made = admin.page, make_key(admin)
    update = "mutation($input: UpdateRoleInput!) { updateOneRole(updateRoleInput: $input) { id } }"
    metadata(admin, update, {"input": {"id": made.role_id, "update": {"canBeAssignedToApiKeys": False}}})
    _open(admin, made.id, made.name)
    page.get_by_label("Role").wait_for()
    assert page.get_by_label("Role").locator("option:checked").inner_text() == made.role
    expect(page.get_by_role("button", name="Change role")).to_be_disabled()


def test_a_weaker_role_of_ones_own_key_is_asked_about_and_acts_at_once(tab: Console) -> None:
    page, made = tab.page, make_key(tab, flags=("API_KEYS_AND_WEBHOOKS", "ROLES"))
    _, role = make_role(tab)
    tab.sign_in(made.token, path=f"{_LIST}/apis/{made.id}")
    page.get_by_label("Role").select_option(label=role)
    page.get_by_role("button", name="Change role").click()
    tab.check("keys-own-role")
    _confirm(page, "Change role")
    page.get_by_text(f"The role {role} lacks API_KEYS_AND_WEBHOOKS. Ask an administrator.").wait_for()
    page.get_by_role("banner").get_by_text(role).wait_for()


def test_a_refusal_is_told_in_the_dialog_and_nothing_is_done(admin: Console) -> None:
    """As that of the last key that can manage keys (docs/wire/access.md#lock-out)."""
    page, made = admin.page, make_key(admin)
    _open(admin, made.id, made.name)

    def refuse(route: Route) -> None:
        error = {"message": "The last API key must stay.", "extensions": {"code": "FORBIDDEN"}}
        route.fulfill(json={"data": None, "errors": [error]})

    page.get_by_role("button", name="Delete key").click()
    page.route("**/metadata", refuse)
    page.get_by_label("Type yes to confirm").fill("yes")
    page.get_by_role("dialog").get_by_role("button", name="Delete key").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_have_text("The last API key must stay.")
    admin.check("keys-refused")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name=made.name, exact=True)).to_be_visible()


def test_an_ended_key_says_so_and_a_deleted_one_comes_back(admin: Console) -> None:
    page, made = admin.page, make_key(admin)
    update = "mutation($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { id } }"
    metadata(admin, update, {"input": {"id": made.id, "expiresAt": "2026-01-02T00:00:00Z"}})
    admin.open(_LIST)
    page.get_by_label("Filter keys").fill(made.name)
    row = page.get_by_role("row").filter(has_text=made.name)
    expect(row.get_by_text("Expired", exact=True)).to_be_visible()
    row.get_by_role("link").click()
    page.get_by_text("This key expired on").wait_for()
    expect(page.get_by_role("button", name="New token")).to_have_count(0)
    admin.check("keys-expired")
    metadata(admin, update, {"input": {"id": made.id, "revokedAt": "2026-01-02T00:00:00Z", "expiresAt": "2126-01-01"}})
    page.reload()
    page.get_by_text("This key was deleted on").wait_for()
    page.get_by_role("button", name="Restore key").click()
    page.get_by_role("button", name="New token for this key").wait_for()


def test_the_list_is_filtered_by_name_and_role(admin: Console) -> None:
    page, made = admin.page, make_key(admin)
    admin.open(_LIST)
    filter_text = page.get_by_label("Filter keys")
    filter_text.fill(made.role.upper())
    expect(page.get_by_role("table", name="API keys").get_by_role("rowheader")).to_have_text([made.name])
    filter_text.fill("none has this")
    expect(page.get_by_text("No key matches")).to_be_visible()
    filter_text.fill("")
    admin.check("keys-list")


@pytest.mark.parametrize("part", ["11111111-2222-3333-4444-555555555555", "nonsense"])
def test_an_unknown_key_is_a_page_that_leads_back(admin: Console, part: str) -> None:
    admin.open(f"{_LIST}/apis/{part}")
    admin.page.get_by_role("heading", name="Not found").wait_for()
    admin.check("keys-unknown")
    admin.page.get_by_role("link", name="All API keys").click()
    admin.page.get_by_role("button", name="Create key", exact=True).wait_for()


def test_a_role_without_the_flag_is_told_and_can_still_reach_the_playground(tab: Console) -> None:
    made = make_key(tab)
    said = f"The role {made.role} lacks API_KEYS_AND_WEBHOOKS. Ask an administrator."
    tab.sign_in(made.token)
    tab.page.get_by_text(said).wait_for()
    expect(tab.page.get_by_role("button", name="Create")).to_have_count(0)
    expect(tab.page.get_by_role("link", name="Open the playground")).to_be_visible()
    tab.check("keys-list-weak")
    for path in (f"{_LIST}/apis/new", f"{_LIST}/apis/{made.id}", f"{_LIST}/webhooks/new"):
        tab.open(path)
        tab.page.get_by_text(said).wait_for()
    assert tab.faults == []


def test_a_role_that_may_manage_keys_but_no_roles_makes_none(tab: Console) -> None:
    made = make_key(tab, flags=("API_KEYS_AND_WEBHOOKS",))
    tab.sign_in(made.token)
    page = tab.page
    page.get_by_text(f"You can rename and end keys, but not make any. The role {made.role} lacks ROLES.").wait_for()
    expect(page.get_by_role("button", name="Create key")).to_have_count(0)
    _open(tab, made.id, made.name)
    expect(page.get_by_label("Role")).to_be_disabled()
    page.get_by_role("button", name="Regenerate").click()
    expect(page.get_by_label("a new key")).to_be_disabled()
    page.keyboard.press("Escape")
    tab.check("keys-detail-weak")


def test_a_key_is_made_and_deleted_by_keyboard_alone(admin: Console) -> None:
    page, name = admin.page, f"Keyboard {uuid4().hex[:6]}"
    button = page.get_by_role("button", name="Create key", exact=True)
    button.wait_for()
    expect(page.get_by_role("heading", name="APIs & Webhooks")).to_be_focused()
    _tab_to(page, "Create key")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New API key")).to_be_focused()
    page.get_by_label("Role").wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=name, exact=True).wait_for()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_focused()
    _tab_to(page, "Delete key…")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    page.keyboard.type("yes")
    page.keyboard.press("Enter")
    page.get_by_text(f"The key “{name}” was deleted.").wait_for()


def _tab_to(page: Page, text: str) -> None:
    """Press Tab until the element with this text has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == text:
            return
    raise AssertionError(f"no way to {text} by keyboard")
