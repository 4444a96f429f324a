"""Data model: fields of every type, options, relations, indexes (docs/console.md#data-model)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import THOROUGH, Console
from tests.support.workspace_api import WorkspaceApi

pytestmark = pytest.mark.slow

#: Types that are made, with the value that a record of each takes and shows again, and what is chosen in its form.
TYPES: dict[str, Any] = {
    "TEXT": "Words",
    "RICH_TEXT": {"markdown": "Some **bold** text"},
    "FULL_NAME": {"firstName": "Ada", "lastName": "Lovelace"},
    "NUMBER": 4.5,
    "CURRENCY": {"amountMicros": 1500000, "currencyCode": "EUR"},
    "BOOLEAN": True,
    "DATE": "2026-05-04",
    "DATE_TIME": "2026-05-04T09:30:00.000Z",
    "SELECT": "OPTION_1",
    "MULTI_SELECT": ["OPTION_1"],
    "RATING": "RATING_4",
    "EMAILS": {"primaryEmail": "ada@example.com"},
    "PHONES": {"primaryPhoneNumber": "612345678", "primaryPhoneCallingCode": "+33"},
    "LINKS": {"primaryLinkUrl": "https://example.com"},
    "ADDRESS": {"addressCity": "Paris"},
    "FILES": [{"fileId": "20202020-1c25-4d02-bf25-6aeccf7ea419", "label": "offer.pdf"}],
    "ARRAY": ["a", "b"],
    "RAW_JSON": {"key": "value"},
    "UUID": "20202020-1c25-4d02-bf25-6aeccf7ea419",
    "ACTOR": {"source": "API", "name": "My script"},
}


@pytest.fixture
def api(admin: Console) -> WorkspaceApi:
    return WorkspaceApi(url=admin.url, key=admin.key)


def _save(page: Page, button: str = "Save") -> None:
    page.get_by_role("button", name=button, exact=True).click()


def test_a_field_of_every_type_is_made_and_records_hold_its_values(admin: Console, api: WorkspaceApi) -> None:
    """In the suite every other type; ``make screens`` takes all."""
    made = api.create_object("gadget", "Gadget")
    page = admin.page
    admin.open("settings/objects/gadgets/new-field")
    admin.check("model-types")
    body: dict[str, Any] = {}
    for type_, value in [*TYPES.items()][:: 1 if THOROUGH else 2]:
        page.locator(f"a[href$='new-field?type={type_}']").click()
        page.get_by_label("Label").first.fill(f"My {type_.replace('_', ' ').lower()}")
        name = page.get_by_label("API name", exact=False).first.input_value()
        _save(page, "Create field")
        page.wait_for_url("**/settings/objects/gadgets")
        page.get_by_role("link", name="New field").click()
        body[name] = value
    record = api.record("gadgets", api.create_record("gadgets", body)["id"])
    for name, value in body.items():
        shown = record[name]
        assert (value.items() <= shown.items()) if isinstance(value, dict) else True, (name, shown)
        assert isinstance(value, dict | list) or shown == value, (name, shown)
    types = {each["name"]: each["type"] for each in api.objects()["gadgets"]["fields"].values()}
    assert {types[name] for name in body} <= TYPES.keys()
    assert len({types[name] for name in body}) == len(body) >= len(TYPES) // 2
    assert made["id"]


def test_settings_and_defaults_of_types_reach_records(admin: Console, api: WorkspaceApi) -> None:
    api.create_object("gauge", "Gauge")
    page = admin.page

    def new(type_: str, label: str) -> None:
        admin.open(f"settings/objects/gauges/new-field?type={type_}")
        page.get_by_label("Label").first.fill(label)

    new("NUMBER", "Turns")
    page.get_by_label("Kind of number").select_option(label="Integer of 32 bits")
    page.get_by_label("Decimals shown").fill("2")
    page.get_by_label("Default value").fill("7")
    page.get_by_label("Required").check()
    _save(page, "Create field")
    page.get_by_role("link", name="Turns").wait_for()

    new("CURRENCY", "Price")
    page.get_by_label("Amount").fill("12.50")
    page.get_by_label("Currency code").fill("CHF")
    _save(page, "Create field")
    page.get_by_role("link", name="Price").wait_for()

    new("DATE_TIME", "Since")
    page.get_by_label("Default value").select_option(label="The moment at which the record is made")
    _save(page, "Create field")
    page.get_by_role("link", name="Since").wait_for()

    new("RAW_JSON", "Data")
    page.get_by_label("Default value").fill('{"a": "x"')
    expect(page.get_by_text("This is no JSON object or array.")).to_be_visible()
    expect(page.get_by_role("button", name="Create field")).to_be_disabled()
    page.get_by_label("Default value").fill('{"a": "x"}')
    _save(page, "Create field")
    page.get_by_role("link", name="Data", exact=True).wait_for()

    new("TEXT", "Turns")
    _save(page, "Create field")
    expect(page.locator(".error")).to_contain_text("already used by another field")

    fields = api.objects()["gauges"]["fields"]
    assert fields["turns"]["settings"] == {"dataType": "int", "decimals": 2, "type": "number"}
    assert fields["turns"]["isNullable"] is False
    record = api.create_record("gauges", {"name": "One"})
    assert record["turns"] == 7 and record["data"] == {"a": "x"} and record["since"]
    assert record["price"] == {"amountMicros": 12500000, "currencyCode": "CHF"}


def test_options_are_renamed_removed_and_ordered_and_records_follow(admin: Console, api: WorkspaceApi) -> None:
    made = api.create_object("ticket", "Ticket")
    options = [
        {"value": v, "label": v.title(), "position": n, "color": "red"} for n, v in enumerate(["NEW", "OPEN", "DONE"])
    ]
    api.create_field(made, "SELECT", "phase", "Phase", options=options, defaultValue="'NEW'")
    ids = {each["value"]: each["id"] for each in api.objects()["tickets"]["fields"]["phase"]["options"]}
    first = api.create_record("tickets", {"phase": "OPEN"})
    gone = [api.create_record("tickets", {"phase": "DONE"}) for _ in range(2)]
    page = admin.page
    admin.open("settings/objects/tickets/phase")
    page.get_by_label("Label of Open").fill("Under way")
    page.get_by_label("API value of Under way").fill("under way")
    page.get_by_label("Move Under way up").click()
    page.get_by_label("Remove Done").click()
    expect(page.get_by_text("2 records lose the value and show New instead.")).to_be_visible()
    page.get_by_label("Label of New").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Waiting")
    expect(page.get_by_label("API value of Waiting")).to_have_value("WAITING")
    admin.check("model-options")
    _save(page)
    expect(page.get_by_text("Saved.")).to_be_visible()

    stored = sorted(api.objects()["tickets"]["fields"]["phase"]["options"], key=lambda each: each["position"])
    assert [each["value"] for each in stored] == ["UNDER_WAY", "NEW", "WAITING"]
    assert (stored[0]["id"], stored[1]["id"]) == (ids["OPEN"], ids["NEW"])
    assert api.record("tickets", first["id"])["phase"] == "UNDER_WAY"
    assert [api.record("tickets", each["id"])["phase"] for each in gone] == ["NEW", "NEW"]

    page.locator(".grip").last.drag_to(page.locator(".option-row").first)
    expect(page.locator(".option-label").first).to_have_value("Waiting")
    page.get_by_role("button", name="Edit as text").click()
    page.get_by_role("textbox", name="Options").fill("Waiting\nNew\nUnder way\nLast one")
    _save(page)
    expect(page.locator(".option-row")).to_have_count(4)
    stored = sorted(api.objects()["tickets"]["fields"]["phase"]["options"], key=lambda each: each["position"])
    assert [each["value"] for each in stored] == ["WAITING", "NEW", "UNDER_WAY", "LAST_ONE"]
    assert stored[2]["id"] == ids["OPEN"]


def test_a_relation_is_made_and_seen_on_both_sides(admin: Console, api: WorkspaceApi) -> None:
    api.create_object("harbour", "Harbour")
    page = admin.page
    admin.open("settings/objects/harbours/new-field?type=RELATION")
    page.get_by_label("Label").first.fill("Operator")
    page.get_by_label("Object at the other end").select_option(label="Companies")
    page.get_by_label("Label of the field at the other end").fill("Harbours run")
    expect(page.get_by_text("Each Harbour leads to one Company, which has many Harbours.")).to_be_visible()
    admin.check("model-relation")
    _save(page, "Create field")
    page.get_by_role("link", name="Operator", exact=True).wait_for()
    page.get_by_role("link", name="Relation to Company").click()
    page.get_by_role("link", name="Harbours run", exact=True).click()
    expect(page.get_by_role("link", name="Harbours › Operator")).to_be_visible()
    page.get_by_label("Label there").fill("Run by")
    _save(page)
    page.get_by_role("link", name="Harbours › Run by").click()
    page.get_by_label("When the record that it leads to is destroyed").select_option("CASCADE")
    _save(page)
    admin.settled()
    objects = api.objects()
    operator = objects["harbours"]["fields"]["runBy"]
    assert (operator["label"], operator["settings"]["onDelete"]) == ("Run by", "CASCADE")
    assert objects["companies"]["fields"]["harboursRun"]["type"] == "RELATION"
    company = api.rest("GET", "companies?limit=1")["data"]["companies"][0]
    api.create_record("harbours", {"runById": company["id"]})

    page.get_by_role("button", name="Delete", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 record loses the connection")
    dialog.get_by_label("Type yes").fill("yes")
    dialog.get_by_role("button", name="Delete field").click()
    page.wait_for_url("**/settings/objects/harbours")
    assert "harboursRun" not in api.objects()["companies"]["fields"]


def test_a_relation_to_several_objects_is_a_field_for_each(admin: Console, api: WorkspaceApi) -> None:
    api.create_object("parcel", "Parcel")
    page = admin.page
    admin.open("settings/objects/parcels/new-field?type=MORPH_RELATION")
    page.get_by_label("Label").first.fill("Sender")
    page.get_by_role("checkbox", name="Companies").check()
    page.get_by_role("checkbox", name="People").check()
    page.get_by_label("Label of the field at the other end").fill("Parcels sent")
    expect(page.get_by_text("senderPerson")).to_be_visible()
    _save(page, "Create field")
    page.get_by_role("link", name="Relation to Person").wait_for()
    fields = api.objects()["parcels"]["fields"]
    assert {"senderCompany", "senderPerson"} <= fields.keys()
    page.get_by_role("row", name="senderPerson").get_by_role("link").first.click()
    expect(page.get_by_role("link", name="People › Parcels sent")).to_be_visible()
    page.get_by_role("checkbox", name="Opportunities").check()
    _save(page)
    expect(page.get_by_role("link", name="Opportunities › Parcels sent")).to_be_visible()
    assert "senderOpportunity" in api.objects()["parcels"]["fields"]


def test_a_field_is_renamed_deactivated_activated_and_deleted_with_the_numbers(
    admin: Console, api: WorkspaceApi
) -> None:
    made = api.create_object("barrel", "Barrel")
    api.create_field(made, "TEXT", "smell", "Smell", isLabelSyncedWithName=True)
    record = api.create_record("barrels", {"smell": "Oak"})
    api.create_record("barrels", {})
    page = admin.page
    admin.open("settings/objects/barrels/smell")
    page.get_by_label("Label").first.fill("Aroma")
    expect(page.get_by_text("The API name changes")).to_contain_text("must say aroma")
    _save(page)
    page.wait_for_url("**/settings/objects/barrels/aroma")
    assert api.record("barrels", record["id"])["aroma"] == "Oak"

    page.get_by_role("button", name="Deactivate").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 record with a value keeps it")
    dialog.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("This field is deactivated")).to_be_visible()
    admin.check("model-field")
    page.get_by_role("button", name="Activate", exact=True).click()
    expect(page.get_by_text("This field is deactivated")).to_have_count(0)

    page.get_by_role("link", name="Barrels", exact=True).click()
    page.get_by_label("Actions of Aroma").click()
    page.get_by_role("button", name="Set as label identifier").click()
    expect(page.get_by_text("Aroma names Barrels now.")).to_be_visible()
    page.get_by_label("Actions of Name").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog).to_contain_text("0 records with a value of Name lose it")
    dialog.get_by_label("Type yes").fill("yes")
    dialog.get_by_role("button", name="Delete field").click()
    expect(page.get_by_role("link", name="Name", exact=True)).to_have_count(0)
    assert "name" not in api.objects()["barrels"]["fields"]
    admin.check("model-fields")


def test_what_is_unique_is_refused_where_values_repeat(admin: Console, api: WorkspaceApi) -> None:
    made = api.create_object("badge", "Badge")
    api.create_field(made, "TEXT", "code", "Code")
    for _ in range(2):
        api.create_record("badges", {"code": "A1"})
    admin.open("settings/objects/badges/code")
    admin.page.get_by_label("Unique").check()
    _save(admin.page)
    expect(admin.page.locator(".error")).to_contain_text("several records have the value A1")


def test_standard_and_system_fields_offer_what_the_api_takes(admin: Console, api: WorkspaceApi) -> None:
    page = admin.page
    admin.open("settings/objects/people/jobTitle")
    expect(page.get_by_label("API name")).to_be_disabled()
    expect(page.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    page.get_by_label("Description").fill("What they do")
    _save(page)
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert api.objects()["people"]["fields"]["jobTitle"]["description"] == "What they do"
    admin.open("settings/objects/people/createdAt")
    expect(page.get_by_label("Label").first).to_be_disabled()
    expect(page.get_by_role("heading", name="Danger zone")).to_have_count(0)


def test_an_index_is_made_shown_and_deleted_by_keyboard(admin: Console, api: WorkspaceApi) -> None:
    api.create_object("lighthouse", "Lighthouse")
    page = admin.page
    admin.open("settings/objects/people/new-index")
    expect(page.get_by_role("heading", name="New index")).to_be_focused()
    page.get_by_label("Field", exact=True).focus()
    page.keyboard.type("Name")
    page.get_by_role("button", name="Add field").press("Enter")
    page.get_by_label("And then").focus()
    page.keyboard.type("Job")
    page.get_by_role("button", name="Add field").press("Enter")
    page.get_by_label("Move Job Title up").press("Enter")
    admin.check("model-new-index")
    page.get_by_role("button", name="Create index").press("Enter")
    page.wait_for_url("**/settings/objects/people?tab=indexes")
    row = page.get_by_role("row").filter(has_text="Job Title, Name › firstName")
    expect(row).to_contain_text("BTREE")
    # Its rows are made from the records that are there, which takes a while.
    expect(row).to_contain_text("Building")
    admin.check("model-indexes")
    page.get_by_label("Delete index over Job Title, Name › firstName").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete index").press("Enter")
    expect(row).to_have_count(0)
    document = """{ indexMetadatas(paging: {first: 1000}, filter: {isCustom: {is: true}}) {
      edges { node { indexFieldMetadataList { subFieldName } } } } }"""
    found = api.graphql("metadata", document)["indexMetadatas"]["edges"]
    assert not any(len(each["node"]["indexFieldMetadataList"]) == 2 for each in found)


def test_the_index_of_one_field_is_built_and_dropped_where_its_use_is_shown(admin: Console, api: WorkspaceApi) -> None:
    page = admin.page
    path = "avatarUrl"
    api.rest("GET", f"people?filter={path}[eq]:none")
    admin.open("settings/objects/people?tab=indexes")
    row = page.get_by_role("table", name="Indexes of fields of People").get_by_role("row").filter(has_text=path)
    expect(row).to_contain_text("None")
    row.get_by_role("button", name=f"Build the index of {path}").press("Enter")
    expect(row).to_contain_text("Declared")
    row.get_by_role("button", name=f"Drop the index of {path}").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete index").press("Enter")
    expect(row).to_contain_text("None")
    advice = api.rest("GET", "metadata/indexAdvice")
    assert next(each["records"] for each in advice if each["path"] == path) == "NONE"


def test_an_index_that_nobody_declared_is_dropped(admin: Console, api: WorkspaceApi) -> None:
    page = admin.page
    path = "annualRevenue.amountMicros"
    admin.open("settings/objects/companies?tab=indexes")
    row = page.get_by_role("table", name="Indexes of fields of Companies").get_by_role("row").filter(has_text=path)
    expect(row).to_contain_text("Shipped")
    row.get_by_role("button", name=f"Drop the index of {path}").press("Enter")
    admin.check("model-drop-index")
    page.get_by_role("dialog").get_by_role("button", name="Drop index").press("Enter")
    expect(row).to_contain_text("None")
    expect(row).to_contain_text("Somebody dropped it on")
    advice = api.rest("GET", "metadata/indexAdvice")
    [dropped] = [each for each in advice if (each["objectNameSingular"], each["path"]) == ("company", path)]
    assert (dropped["records"], dropped["isDroppable"]) == ("NONE", False)
    row.get_by_role("button", name=f"Build the index of {path}").press("Enter")
    expect(row).to_contain_text("Declared")
