"""Data model: the list of objects, new objects, their settings and their end (docs/console.md#data-model)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser import Console
from tests.support.console_data import make_key
from tests.support.workspace_api import WorkspaceApi

pytestmark = pytest.mark.slow


@pytest.fixture
def api(admin: Console) -> WorkspaceApi:
    return WorkspaceApi(url=admin.url, key=admin.key)


def _rows(page: Page) -> list[str]:
    return page.get_by_role("rowheader").all_inner_texts()


def test_the_list_is_searched_sorted_and_filtered_and_the_address_remembers(admin: Console, api: WorkspaceApi) -> None:
    api.create_object("crepe", "Crêpe", labelPlural="Crêpes")
    page = admin.page
    admin.open("settings/objects")
    search = page.get_by_role("searchbox", name="Search objects")
    search.fill("CREPE")
    expect(page.get_by_role("rowheader")).to_have_text(["Crêpes"])
    search.fill("no such thing")
    expect(page.get_by_text("No object matches")).to_be_visible()
    search.fill("")

    expect(page.locator("td[data-label=Records]").first).not_to_have_text("…")
    page.get_by_role("button", name="Records").click()
    counts = [int(cell.replace(",", "")) for cell in page.locator("td[data-label=Records]").all_inner_texts()]
    assert counts == sorted(counts)
    expect(page.get_by_role("row").filter(has_text="companies")).to_contain_text("60")

    page.get_by_role("checkbox", name="System").check()
    page.wait_for_url("**/settings/objects?system=yes")
    page.reload()
    expect(page.get_by_role("link", name="Note Targets")).to_be_visible()
    admin.check("model-objects")


def test_an_object_is_made_by_keyboard_alone(admin: Console, api: WorkspaceApi) -> None:
    page = admin.page
    admin.open("settings/objects")
    page.get_by_role("link", name="New object").focus()
    page.keyboard.press("Enter")
    label = page.get_by_label("Singular label")
    expect(page.get_by_role("heading", name="New object")).to_be_focused()
    label.focus()
    page.keyboard.type("Große Fähre")
    expect(page.get_by_label("Plural label")).to_have_value("Große Fähres")
    expect(page.get_by_label("Singular API name")).to_have_value("grosseFahre")
    page.keyboard.press("Tab")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Große Fähren")
    expect(page.get_by_label("Plural API name")).to_have_value("grosseFahren")
    admin.check("model-new-object")
    page.get_by_label("Plural label").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/objects/grosseFahren")
    expect(page.get_by_role("heading", name="Große Fähren", exact=True)).to_be_focused()
    assert api.objects()["grosseFahren"]["isLabelSyncedWithName"] is True
    api.create_record("grosseFahren", {"name": "Titan"})


def test_letters_of_any_script_give_names(admin: Console) -> None:
    admin.open("settings/objects/new")
    admin.page.get_by_label("Singular label").fill("東京")
    expect(admin.page.get_by_label("Singular API name")).to_have_value("dongjing")


def test_what_the_api_refuses_stands_at_its_field(admin: Console) -> None:
    page = admin.page
    admin.open("settings/objects/new")
    page.get_by_label("Singular label").fill("Company")
    page.get_by_label("Plural label").fill("Companies of ours")
    page.get_by_role("button", name="Create object").click()
    name = page.get_by_label("Singular API name")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".error")).to_have_text("Object already exists.")
    page.get_by_label("API names follow the labels").uncheck()
    name.fill("Company!")
    expect(page.locator(".error")).to_contain_text("begins with a small letter")
    expect(page.get_by_role("button", name="Create object")).to_be_disabled()
    name.fill("ourCompany")
    page.get_by_label("Plural API name").fill("companies")
    page.get_by_role("button", name="Create object").click()
    expect(page.locator(".error")).to_contain_text("already exists")


def test_renaming_warns_moves_the_page_and_keeps_the_records(admin: Console, api: WorkspaceApi) -> None:
    made = api.create_object("sloop", "Sloop", isLabelSyncedWithName=True)
    record = api.create_record("sloops", {"name": "One"})
    text = api.create_field(made, "TEXT", "port", "Port")
    page = admin.page
    admin.open("settings/objects/sloops?tab=settings")
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    page.get_by_label("Singular label").fill("Ketch")
    page.get_by_label("Plural label").fill("Ketches")
    expect(page.get_by_text("The API names change")).to_contain_text("rest/sloops")
    page.get_by_label("Label identifier").select_option(label="Port")
    page.get_by_label("Include in search").uncheck()
    admin.check("model-object-settings")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/settings/objects/ketches?tab=settings")
    after = api.objects()["ketches"]
    assert (after["labelIdentifierFieldMetadataId"], after["isSearchable"]) == (text["id"], False)
    assert api.record("ketches", record["id"])["name"] == "One"


def test_an_object_is_deactivated_activated_and_deleted_with_the_numbers(admin: Console, api: WorkspaceApi) -> None:
    made = api.create_object("raft", "Raft")
    for number in range(3):
        last = api.create_record("rafts", {"name": f"R{number}"})
    api.rest("DELETE", f"rafts/{last['id']}?soft_delete=true")
    company = api.objects()["companies"]
    relation = {
        "type": "MANY_TO_ONE",
        "targetObjectMetadataId": made["id"],
        "targetFieldLabel": "Owners",
        "targetFieldIcon": "",
    }
    api.create_field(company, "RELATION", "ownRaft", "Own raft", relationCreationPayload=relation)
    page = admin.page
    admin.open("settings/objects/rafts?tab=settings")
    page.get_by_role("button", name="Deactivate").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 records and 1 in the trash")
    dialog.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("This object is deactivated")).to_be_visible()
    assert api.objects()["rafts"]["isActive"] is False

    page.get_by_role("link", name="Data model").last.click()
    page.get_by_role("link", name="Rafts").wait_for()
    page.get_by_label("Actions of Rafts").click()
    page.get_by_role("button", name="Activate", exact=True).click()
    expect(page.get_by_text("Rafts are active again.")).to_be_visible()

    admin.open("settings/objects/rafts?tab=settings")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog).to_contain_text("2 records and 1 in the trash")
    expect(dialog).to_contain_text("1 relation to it goes, too: Own raft of Companies")
    confirm = dialog.get_by_role("button", name="Delete object")
    expect(confirm).to_be_disabled()
    admin.shot("model-delete-object")
    dialog.get_by_label("Type yes to confirm").fill("yes")
    confirm.click()
    page.wait_for_url("**/settings/objects")
    objects = api.objects()
    assert "rafts" not in objects and "ownRaft" not in objects["companies"]["fields"]


def test_an_address_of_no_object_says_so(admin: Console) -> None:
    admin.open("settings/objects/nonsense")
    expect(admin.page.get_by_text("There is no such object.")).to_be_visible()
    admin.open("settings/objects/people/nonsense")
    expect(admin.page.get_by_text("There is no such field.")).to_be_visible()


def test_who_lacks_the_flag_reads_and_is_told(tab: Console) -> None:
    weak = make_key(tab)
    page = tab.page
    tab.sign_in(weak.token, "settings/objects")
    note = page.get_by_text(f"The role {weak.role} lacks DATA_MODEL")
    expect(note).to_be_visible()
    expect(page.get_by_role("link", name="New object")).to_have_count(0)
    tab.check("model-weak-objects")
    for path in ("opportunities", "opportunities?tab=settings", "opportunities?tab=indexes", "opportunities/stage"):
        tab.open(f"settings/objects/{path}")
        expect(note).to_be_visible()
        expect(page.get_by_role("link", name="New field")).to_have_count(0)
        expect(page.get_by_role("heading", name="Danger zone")).to_have_count(0)
        assert page.locator("main .save-form :is(input, select, textarea):enabled").count() == 0
    tab.check("model-weak-field")
    for path in ("new", "people/new-field", "people/new-index"):
        tab.open(f"settings/objects/{path}")
        expect(note).to_be_visible()


def test_a_hundred_objects_and_two_hundred_fields_are_all_there(admin: Console) -> None:
    """The answer of the API is made larger on its way: to make so many takes the store more than a minute."""

    def enlarge(route: Route) -> None:
        if "objects(paging" not in (route.request.post_data or ""):
            route.continue_()
            return
        answer = route.fetch()
        data: dict[str, Any] = answer.json()
        edges = data["data"]["objects"]["edges"]
        person = json.dumps(next(each for each in edges if each["node"]["namePlural"] == "people")["node"])
        for number in range(100):
            names = {"id": f"o{number}", "namePlural": f"copies{number}", "nameSingular": f"copy{number}"}
            edges.append({"node": {**json.loads(person), **names, "labelPlural": f"Copies {number}", "isCustom": True}})
        wide = edges[-1]["node"]
        field = next(each for each in wide["fieldsList"] if each["name"] == "jobTitle")
        wide["fieldsList"] = [{**field, "id": f"f{n}", "name": f"field{n}", "label": f"Field {n}"} for n in range(200)]
        route.fulfill(response=answer, json=data)

    page = admin.page
    page.route("**/metadata", enlarge)
    admin.open("settings/objects")
    page.get_by_role("link", name="Copies 99").wait_for()
    assert len(_rows(page)) >= 105
    page.get_by_role("searchbox").fill("copies 42")
    expect(page.get_by_role("rowheader")).to_have_text(["Copies 42"])
    page.get_by_role("searchbox").fill("")
    page.get_by_role("link", name="Copies 99").click()
    page.get_by_role("link", name="Field 199").wait_for()
    assert len(_rows(page)) == 200
    admin.check("model-200-fields", axe=False)
