"""The pages of roles: made, limited, given to keys, ended; and how they look to a weak role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.support.browser import WIDTHS, Console
from tests.support.console_data import MadeKey, call, make_key, make_role, metadata

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.slow

_LIST = "settings/roles"


def _objects(tab: Console) -> dict[str, str]:
    """Ids of objects by name."""
    edges = metadata(tab, "{ objects(paging: { first: 200 }) { edges { node { id nameSingular } } } }")["objects"][
        "edges"
    ]
    return {edge["node"]["nameSingular"]: edge["node"]["id"] for edge in edges}


def _open(tab: Console, role_id: str, below: str = "") -> Page:
    tab.open(f"{_LIST}/{role_id}{below}")
    tab.settled()
    tab.page.get_by_role("navigation", name="Breadcrumb").wait_for()
    return tab.page


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.", exact=True).wait_for()
    expect(page.get_by_role("region", name="Unsaved changes")).to_have_count(0)


def _right(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name, exact=True)


def _patch(tab: Console, path: str, data: dict[str, Any], *, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return tab.page.request.patch(tab.url + path, headers=headers, data=data).status


def _opportunities(tab: Console, key: MadeKey) -> list[dict[str, Any]]:
    body = call(tab, "rest/opportunities?limit=60&depth=0", key=key.token).json()
    found: list[dict[str, Any]] = body["data"]["opportunities"]
    return found


def test_a_role_is_made_with_its_rules_in_one_save(admin: Console) -> None:
    page, label = admin.page, f"Sales {uuid4().hex[:6]}"
    page.get_by_role("link", name="Roles", exact=True).click()
    page.get_by_role("link", name="Create role").click()
    create = page.get_by_role("button", name="Create role", exact=True)
    expect(create).to_be_disabled()
    page.get_by_label("Name").fill(label)
    page.get_by_role("link", name="Permissions", exact=True).click()
    page.get_by_label("Edit records").check()
    expect(page.get_by_label("See records")).to_be_checked()
    page.get_by_label("Views", exact=True).check()
    page.get_by_role("button", name="Add rule").click()
    page.get_by_role("dialog").get_by_role("link", name="Companies").click()
    _right(page, "Edit records").get_by_label("Revoke").check()
    page.get_by_label("See Address").uncheck()
    create.click()
    page.get_by_text(f"The role “{label}” was made.").wait_for()
    page.get_by_role("cell", name="edit revoked").wait_for()

    roles = metadata(
        admin,
        """{ getRoles { id label canReadAllObjectRecords canUpdateAllObjectRecords permissionFlags { flag }
             objectPermissions { objectMetadataId canReadObjectRecords canUpdateObjectRecords }
             fieldPermissions { canReadFieldValue } canBeAssignedToUsers canBeAssignedToApiKeys } }""",
    )["getRoles"]
    made = next(role for role in roles if role["label"] == label)
    assert page.url.endswith(made["id"])
    assert made["canReadAllObjectRecords"] is made["canUpdateAllObjectRecords"] is True
    assert [each["flag"] for each in made["permissionFlags"]] == ["VIEWS"]
    assert made["objectPermissions"] == [
        {
            "objectMetadataId": _objects(admin)["company"],
            "canReadObjectRecords": None,
            "canUpdateObjectRecords": False,
        }
    ]
    assert made["fieldPermissions"] == [{"canReadFieldValue": False}]
    assert (made["canBeAssignedToApiKeys"], made["canBeAssignedToUsers"]) == (True, False)


def test_a_saved_draft_is_obeyed_by_the_next_call(admin: Console) -> None:
    key = make_key(admin)
    company = call(admin, "rest/companies?limit=1", key=key.token).json()["data"]["companies"][0]
    path, change = f"rest/companies/{company['id']}", {"name": company["name"]}
    assert _patch(admin, path, change, key=key.token) == 403

    page = _open(admin, key.role_id)
    page.get_by_label("Edit records").check()
    page.get_by_text("You have unsaved changes.").wait_for()
    assert _patch(admin, path, change, key=key.token) == 403
    _save(page)
    assert _patch(admin, path, change, key=key.token) == 200

    page = _open(admin, key.role_id, f"/object/{_objects(admin)['company']}")
    _right(page, "See records").get_by_label("Revoke").check()
    expect(_right(page, "Edit records").get_by_label("Revoke")).to_be_checked()
    page.get_by_text("so there is nothing to hide").wait_for()
    _save(page)
    assert call(admin, path, key=key.token).status == 403
    assert call(admin, "rest/people?limit=1", key=key.token).status == 200

    _open(admin, key.role_id)
    page.get_by_label("Actions of Companies").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    _save(page)
    assert _patch(admin, path, change, key=key.token) == 200

    page.get_by_label("See records").uncheck()
    expect(page.get_by_label("Edit records")).not_to_be_checked()
    _save(page)
    assert call(admin, path, key=key.token).status == 403


def test_fields_are_hidden_and_locked(admin: Console) -> None:
    key = make_key(admin, canUpdateAllObjectRecords=True)
    page = _open(admin, key.role_id, f"/object/{_objects(admin)['opportunity']}")
    expect(page.get_by_label("See Name", exact=True)).to_be_disabled()
    page.get_by_label("See Amount", exact=True).uncheck()
    expect(page.get_by_label("Edit Amount", exact=True)).not_to_be_checked()
    page.get_by_label("Edit Stage", exact=True).uncheck()
    _save(page)
    found = _opportunities(admin, key)[0]
    assert "amount" not in found
    path = f"rest/opportunities/{found['id']}"
    assert _patch(admin, path, {"stage": found["stage"]}, key=key.token) == 403
    assert _patch(admin, path, {"name": found["name"]}, key=key.token) == 200

    page.get_by_label("Edit Amount", exact=True).check()
    page.get_by_label("Search fields").fill("stage")
    page.get_by_label("Edit all of these fields").check()
    _save(page)
    assert "amount" in _opportunities(admin, key)[0]

    page.get_by_label("Search fields").fill("")
    page.get_by_role("button", name="Only these fields…").click()
    page.get_by_role("dialog").get_by_label("Stage stage").check()
    page.get_by_role("button", name="Hide all others").click()
    _save(page)
    assert set(_opportunities(admin, key)[0]) == {"name", "stage"}


def test_conditions_choose_the_records(admin: Console) -> None:
    key = make_key(admin)
    everything = _opportunities(admin, key)
    page = _open(admin, key.role_id, f"/object/{_objects(admin)['opportunity']}")
    page.get_by_role("button", name="Add condition").click()
    expect(page.get_by_label("Field", exact=True)).to_be_focused()
    page.get_by_label("Field", exact=True).select_option(label="Stage")
    page.get_by_text("Opportunities: a condition on records has no value yet.").wait_for()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    stage = everything[0]["stage"]
    options = page.get_by_role("group", name="Options of Stage")
    options.get_by_label(stage.capitalize(), exact=True).check()
    page.get_by_text(f"where Stage is {stage.capitalize()}.").wait_for()
    _save(page)
    chosen = [each for each in everything if each["stage"] == stage]
    assert 0 < len(chosen) < len(everything)
    assert {each["id"] for each in _opportunities(admin, key)} == {each["id"] for each in chosen}
    hidden = next(each for each in everything if each["stage"] != stage)
    assert call(admin, f"rest/opportunities/{hidden['id']}", key=key.token).status == 404

    page.get_by_role("button", name="Add group").click()
    page.get_by_label("Field", exact=True).nth(1).select_option(label="Company")
    page.get_by_label("Find companies for Company").focus()
    page.get_by_role("list", name="Companies found").get_by_role("button").first.click()
    page.get_by_role("button", name="Add condition").first.click()
    page.get_by_label("Field", exact=True).nth(2).select_option(label="Amount")
    page.get_by_label("Part of Amount").select_option(label="Amount in millionths")
    page.get_by_label("Value for Amount").fill("0")
    _save(page)
    page.reload()
    page.get_by_text("or Amount › Amount in millionths is at least 0)").wait_for()
    admin.check("role-conditions")

    page.get_by_role("button", name="Remove all conditions").click()
    _save(page)
    assert len(_opportunities(admin, key)) == len(everything)


def test_changes_survive_the_pages_of_the_role_and_nothing_else(admin: Console) -> None:
    role_id, label = make_role(admin)
    page = _open(admin, role_id, "?tab=settings")
    page.get_by_label("Name").fill(f"{label} renamed")
    page.get_by_role("heading", name=f"{label} renamed").wait_for()
    page.get_by_role("link", name="Permissions").click()
    page.get_by_role("button", name="Add rule").click()
    page.get_by_role("dialog").get_by_role("link", name="People").click()
    page.get_by_text("You have unsaved changes.").wait_for()
    page.get_by_role("link", name="General").click()
    leave = page.get_by_role("dialog", name="Leave without saving?")
    leave.get_by_role("button", name="Cancel").click()
    page.get_by_role("heading", name="People").wait_for()
    page.get_by_role("link", name="Roles", exact=True).first.click()
    leave.get_by_role("button", name="Discard changes").click()
    page.get_by_role("link", name=label, exact=True).click()
    page.get_by_role("heading", name=label, exact=True).wait_for()
    expect(page.get_by_role("region", name="Unsaved changes")).to_have_count(0)

    page.get_by_label("Edit records").check()
    page.get_by_role("region", name="Unsaved changes").get_by_role("button", name="Cancel").click()
    expect(page.get_by_label("Edit records")).not_to_be_checked()


def test_a_refused_save_keeps_the_draft_and_says_why(admin: Console) -> None:
    _, taken = make_role(admin)
    role_id, label = make_role(admin)
    page = _open(admin, role_id)
    page.get_by_label("Edit records").check()
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("Name").fill("")
    page.get_by_text("A role needs a name.").first.wait_for()
    page.get_by_label("API keys", exact=True).uncheck()
    page.get_by_label("Users", exact=True).uncheck()
    page.get_by_label("Agents", exact=True).uncheck()
    page.get_by_text("A role must be for someone").first.wait_for()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    page.get_by_label("API keys", exact=True).check()
    page.get_by_label("Name").fill(taken)
    page.get_by_label("Name").press("Enter")
    page.get_by_text("Another role has this name.").wait_for()
    page.get_by_label("Name").fill(f"{label} 2")
    _save(page)
    page.get_by_role("link", name="Permissions").click()
    expect(page.get_by_label("Edit records")).to_be_checked()


def test_a_key_is_given_the_role_and_loses_its_own(admin: Console) -> None:
    key = make_key(admin)
    role_id, label = make_role(admin, canReadAllObjectRecords=False)
    assert call(admin, "rest/people?limit=1", key=key.token).status == 200
    page = _open(admin, role_id, "?tab=assignment")
    page.get_by_text("No key has this role").wait_for()
    page.get_by_role("button", name="Give to a key").click()
    page.get_by_label("Search keys without this role").fill(key.name)
    page.get_by_role("dialog").get_by_role("button", name=key.name).click()
    page.get_by_role("dialog").get_by_role("link", name=key.role).wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Change role").click()
    page.get_by_text(f"“{key.name}” has the role “{label}” now.").wait_for()
    page.get_by_role("table", name="Keys with this role").get_by_role("link", name=key.name).wait_for()
    assert call(admin, "rest/people?limit=1", key=key.token).status == 403
    admin.check("role-assignment")


def test_the_keys_of_a_deleted_role_get_the_default_one(admin: Console) -> None:
    key = make_key(admin)
    fallback_id, fallback = make_role(admin, canReadAllObjectRecords=False)
    before = metadata(admin, "{ currentWorkspace { defaultRole { id } } }")["currentWorkspace"]["defaultRole"]["id"]
    page = _open(admin, key.role_id, "?tab=settings")
    page.get_by_text("which is not for keys").wait_for()
    expect(page.get_by_role("button", name="Delete role…")).to_be_disabled()
    try:
        admin.open(_LIST)
        page.get_by_label("Keys get this role when theirs is deleted").select_option(label=fallback)
        page.get_by_text("The default role was changed.").wait_for()
        _open(admin, fallback_id, "?tab=settings")
        page.get_by_text("This is the default role.").wait_for()
        _open(admin, key.role_id, "?tab=settings")
        page.get_by_role("button", name="Delete role…").click()
        page.get_by_text(f"1 key will get the default role {fallback}, at once. This cannot be undone.").wait_for()
        page.get_by_label("Type yes to confirm").fill("yes")
        page.get_by_role("dialog").get_by_role("button", name="Delete role", exact=True).click()
        page.get_by_text(f"The role “{key.role}” was deleted.").wait_for()
        page.get_by_role("heading", name="Roles", exact=True).wait_for()
        expect(page.get_by_role("link", name=key.role, exact=True)).to_have_count(0)
        assert call(admin, "rest/metadata/me", key=key.token).json()["role"]["label"] == fallback
    finally:
        change = "mutation($data: UpdateWorkspaceInput!) { updateWorkspace(data: $data) { id } }"
        metadata(admin, change, {"data": {"defaultRoleId": before}})


def test_the_own_role_is_followed_at_once(tab: Console) -> None:
    key = make_key(tab, flags=("ROLES",), canUpdateAllSettings=False)
    tab.sign_in(key.token, f"{_LIST}/{key.role_id}?tab=settings")
    page = tab.page
    page.get_by_text("This is your own role").wait_for()
    page.get_by_label("Name").fill(f"{key.role} mine")
    _save(page)
    expect(page.get_by_role("banner")).to_contain_text(f"{key.role} mine")


def test_what_the_own_role_lacks_cannot_be_given(tab: Console) -> None:
    key = make_key(tab, flags=("ROLES",))
    role_id, _ = make_role(tab)
    tab.sign_in(key.token, f"{_LIST}/{role_id}")
    page = tab.page
    page.get_by_role("heading", name="All objects").wait_for()
    page.get_by_text(f"What your role {key.role} lacks is greyed out.").wait_for()
    expect(page.get_by_label("Edit records")).to_be_disabled()
    page.get_by_text("Create and change them. Your role lacks this.").wait_for()
    expect(page.get_by_label("All settings")).to_be_disabled()
    expect(page.get_by_label("Security", exact=True)).to_be_disabled()
    page.get_by_text("Read the audit log, change settings of security. Your role lacks this.").wait_for()
    expect(page.get_by_label("Roles", exact=True)).to_be_enabled()
    tab.check("role-weak")
    _open(tab, role_id, f"/object/{_objects(tab)['company']}")
    expect(_right(page, "Edit records").get_by_label("Grant")).to_be_disabled()
    expect(_right(page, "See records").get_by_label("Revoke")).to_be_enabled()
    tab.check("role-object-weak")
    _open(tab, role_id, "?tab=assignment")
    page.get_by_text("lacks API_KEYS_AND_WEBHOOKS").wait_for()
    expect(page.get_by_role("button", name="Give to a key")).to_have_count(0)


def test_a_new_role_that_is_refused_in_part_is_there_with_the_rest_as_a_draft(tab: Console) -> None:
    """Whoever may not read a field of an object makes no role that reads it."""
    key, label = make_key(tab, flags=("ROLES",)), f"More {uuid4().hex[:6]}"
    objects = "{ objects(paging: { first: 200 }) { edges { node { id nameSingular fieldsList { id name } } } } }"
    nodes = [edge["node"] for edge in metadata(tab, objects)["objects"]["edges"]]
    company = next(node for node in nodes if node["nameSingular"] == "company")
    field = next(each for each in company["fieldsList"] if each["name"] == "address")
    hidden = {"objectMetadataId": company["id"], "fieldMetadataId": field["id"], "canReadFieldValue": False}
    metadata(
        tab,
        "mutation($input: UpsertFieldPermissionsInput!)"
        " { upsertFieldPermissions(upsertFieldPermissionsInput: $input) { id } }",
        {"input": {"roleId": key.role_id, "fieldPermissions": [hidden]}},
    )
    tab.sign_in(key.token, f"{_LIST}/create")
    page = tab.page
    page.get_by_label("Name").fill(label)
    page.get_by_role("link", name="Permissions", exact=True).click()
    page.get_by_label("See records").check()
    page.get_by_role("button", name="Create role").click()
    page.get_by_text("“Company › Address”").wait_for()
    page.get_by_role("button", name="Save", exact=True).wait_for()
    expect(page.get_by_label("See records")).to_be_checked()
    roles = metadata(tab, "{ getRoles { id label canReadAllObjectRecords } }")["getRoles"]
    made = next(role for role in roles if role["label"] == label)
    assert made["canReadAllObjectRecords"] is False
    assert made["id"] in page.url


def test_a_role_without_the_flag_is_told_so(tab: Console) -> None:
    key = make_key(tab)
    tab.sign_in(key.token, _LIST)
    tab.page.get_by_text(f"The role {key.role} lacks ROLES.").wait_for()
    tab.check("roles-without-flag")


def test_the_admin_role_is_shown_and_cannot_be_changed(admin: Console) -> None:
    page = admin.page
    page.get_by_role("link", name="Roles", exact=True).click()
    page.get_by_role("table", name="Roles").get_by_role("link", name="Admin", exact=True).click()
    page.get_by_text("This role is built in").wait_for()
    for check in page.get_by_role("checkbox").all():
        expect(check).to_be_disabled()
    expect(page.get_by_role("button", name="Add rule")).to_have_count(0)
    admin.check("role-admin")
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_label("Name")).to_be_disabled()
    expect(page.get_by_role("button", name="Delete role…")).to_have_count(0)


def test_the_list_the_new_role_and_a_role_that_is_not_there(admin: Console) -> None:
    admin.open(_LIST)
    page = admin.page
    page.get_by_role("table", name="Roles").wait_for()
    admin.check("roles")
    page.get_by_label("Search roles").fill("no such role")
    page.get_by_text("No roles found").wait_for()
    _open(admin, "create")
    admin.check("role-create")
    _open(admin, "create", "?tab=permissions")
    admin.check("role-create-permissions")
    admin.open(f"{_LIST}/{uuid4()}")
    page.get_by_text("There is no such role.").wait_for()


def test_a_role_and_its_settings_look_right(admin: Console) -> None:
    role_id, _ = make_role(admin)
    _open(admin, role_id)
    admin.check("role-permissions")
    page = _open(admin, role_id, "?tab=settings")
    page.get_by_label("Description").fill("Reads all of it.")
    admin.check("role-settings")


def test_a_role_is_made_by_keyboard_alone(admin: Console) -> None:
    admin.open(f"{_LIST}/create")
    page, label = admin.page, f"Keys {uuid4().hex[:6]}"
    page.get_by_label("Name").wait_for()
    _reach(page, page.get_by_label("Name"))
    page.keyboard.type(label)
    _reach(page, page.get_by_role("link", name="Permissions", exact=True), back=True)
    page.keyboard.press("Enter")
    _reach(page, page.get_by_label("See records"))
    page.keyboard.press("Space")
    _reach(page, page.get_by_role("button", name="Add rule"))
    page.keyboard.press("Enter")
    page.keyboard.type("task")
    _reach(page, page.get_by_role("dialog").get_by_role("link", name="Tasks"))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Tasks", exact=True).wait_for()
    _reach(page, _right(page, "See records").get_by_role("radio").first)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(_right(page, "See records").get_by_label("Revoke")).to_be_checked()
    _reach(page, page.get_by_role("button", name="Create role"))
    page.keyboard.press("Enter")
    page.get_by_text(f"The role “{label}” was made.").wait_for()
    page.get_by_role("cell", name="see revoked").wait_for()


def _reach(page: Page, target: Locator, *, back: bool = False) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(120):
        if target.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError("the target cannot be reached by Tab")


def test_a_name_of_one_long_word_wraps(admin: Console) -> None:
    made = metadata(
        admin,
        "mutation($input: CreateRoleInput!) { createOneRole(createRoleInput: $input) { id } }",
        {"input": {"label": f"{uuid4().hex}{'w' * 200}"}},
    )
    for below in ("", f"/object/{_objects(admin)['person']}"):
        _open(admin, made["createOneRole"]["id"], below)
        for width in WIDTHS:
            admin.page.set_viewport_size({"width": width, "height": 900})
            assert admin.overflow() <= 0, f"{below or 'the role'} at {width}"
