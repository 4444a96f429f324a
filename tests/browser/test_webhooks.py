"""The pages of webhooks: made, changed, their secret, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.support.browser import Console
from tests.support.console_data import make_key, metadata
from tests.support.receiver import Receiver, receiver
from tests.support.workspace_api import WorkspaceApi

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

_LIST = "settings/api-webhooks"


def _webhook(tab: Console, webhook_id: str) -> dict[str, Any]:
    query = "query($id: UUID!) { webhook(id: $id) { targetUrl operations description secret } }"
    found: dict[str, Any] = metadata(tab, query, {"id": webhook_id})["webhook"]
    return found


def _make(tab: Console, **members: object) -> tuple[str, str]:
    """A webhook and its host."""
    host = f"{uuid4().hex[:8]}.example.com"
    query = "mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { id } }"
    given = {"targetUrl": f"https://{host}/", "operations": ["*.*"], **members}
    return metadata(tab, query, {"input": given})["createWebhook"]["id"], host


def _open(tab: Console, webhook_id: str, host: str) -> None:
    tab.open(f"{_LIST}/webhooks/{webhook_id}")
    tab.page.get_by_role("heading", name=host, exact=True).wait_for()


def _id(page: Page) -> str:
    return page.url.rsplit("/", 1)[1]


def _confirm(page: Page, button: str) -> None:
    page.get_by_label("Type yes to confirm").fill("yes")
    page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
    page.get_by_role("dialog").wait_for(state="detached")


def test_a_webhook_is_made_with_rows_changed_and_deleted(admin: Console) -> None:
    page, host = admin.page, f"{uuid4().hex[:8]}.example.com"
    page.get_by_role("button", name="Create webhook").click()
    page.get_by_label("Endpoint URL").fill(f"https://{host}/in")
    page.get_by_label("Description").fill("Tells the warehouse")
    # All changes of all objects stand there at first; a filled row makes another empty one.
    expect(page.get_by_label("Object of event 1")).to_have_value("*")
    page.get_by_label("Object of event 2").select_option("person")
    expect(page.get_by_label("Object of event 3")).to_have_count(0)
    page.get_by_label("What happens in event 2").select_option("restored")
    page.get_by_label("Object of event 3").select_option("person")
    page.get_by_label("What happens in event 3").select_option("restored")
    page.get_by_label("Object of event 4").select_option("company")
    page.get_by_role("button", name="Remove event 1").click()
    admin.check("webhooks-new")
    page.get_by_role("button", name="Create", exact=True).click()
    page.get_by_role("heading", name=host, exact=True).wait_for()

    made = _webhook(admin, _id(page))
    assert made["operations"] == ["person.restored"], "duplicates and halves are dropped"
    assert (made["targetUrl"], made["description"]) == (f"https://{host}/in", "Tells the warehouse")
    assert len(made["secret"]) == 64, "one was made up"

    page.get_by_label("Object of event 2").select_option("company")
    page.get_by_label("What happens in event 2").select_option("destroyed")
    page.get_by_label("Description").fill("")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("The webhook was changed.").wait_for()
    changed = _webhook(admin, _id(page))
    assert (changed["operations"], changed["description"]) == (["person.restored", "company.destroyed"], None)
    assert changed["secret"] == made["secret"]

    webhook_id = _id(page)
    page.get_by_role("button", name="Delete webhook").click()
    _confirm(page, "Delete webhook")
    page.get_by_role("heading", name="APIs & Webhooks").wait_for()
    expect(page.get_by_role("link", name=host)).to_have_count(0)
    assert _webhook(admin, webhook_id) is None


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("example.com/hook", "This is not a whole URL"),
        ("ftp://example.com", "must begin with https:// or http://"),
        ("", "Where shall events be posted to?"),
    ],
)
def test_what_is_no_target_is_said_at_once(admin: Console, target: str, said: str) -> None:
    admin.open(f"{_LIST}/webhooks/new")
    page = admin.page
    page.get_by_label("Endpoint URL").fill(target)
    page.get_by_label("Endpoint URL").blur()
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.get_by_role("button", name="Create", exact=True)).to_be_disabled()


def test_a_target_that_the_server_refuses_is_told_and_nothing_typed_is_lost(admin: Console) -> None:
    admin.open(f"{_LIST}/webhooks/new")
    page = admin.page
    page.get_by_label("Endpoint URL").fill("https://example.com:22/hook")
    page.get_by_label("Endpoint URL").press("Enter")
    page.get_by_text("Target URL must have the port 80, 443 or one from 1024 on").wait_for()
    expect(page.get_by_label("Endpoint URL")).to_have_value("https://example.com:22/hook")


def test_one_whole_row_is_needed(admin: Console) -> None:
    admin.open(f"{_LIST}/webhooks/new")
    page = admin.page
    page.get_by_label("Endpoint URL").fill("https://example.com")
    page.get_by_role("button", name="Remove event 1").click()
    expect(page.get_by_label("Object of event 1")).to_be_focused()
    expect(page.get_by_text("Choose an object and what happens to it, at least once.")).to_be_visible()
    expect(page.get_by_role("button", name="Create", exact=True)).to_be_disabled()


def test_events_of_other_clients_stay_as_they_are(admin: Console) -> None:
    page = admin.page
    written = ["metadata.fieldMetadata.updated", "everything", "gone.created"]
    webhook_id, host = _make(admin, operations=written)
    _open(admin, webhook_id, host)
    page.get_by_label("Description").fill("Kept")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("The webhook was changed.").wait_for()
    assert _webhook(admin, webhook_id)["operations"] == written
    admin.check("webhooks-detail")


def test_the_secret_is_masked_shown_rotated_and_removed_after_a_question(admin: Console) -> None:
    page = admin.page
    webhook_id, host = _make(admin, secret="a secret of mine")
    admin.open(_LIST)
    page.get_by_role("link", name=host).click()
    page.get_by_role("heading", name=host, exact=True).wait_for()
    assert "a secret of mine" not in page.content()
    page.get_by_role("button", name="Reveal secret").click()
    shown = page.get_by_label("Secret of this webhook", exact=True)
    expect(shown).to_have_value("a secret of mine")
    page.get_by_role("button", name="Rotate secret").click()
    _confirm(page, "Rotate secret")
    rotated = _webhook(admin, webhook_id)["secret"]
    assert len(rotated) == 64
    expect(shown).to_have_value(rotated)
    expect(page.get_by_text("signed with the secret before this one as well")).to_be_visible()
    page.get_by_role("button", name="Hide secret").click()
    expect(shown).to_have_count(0)
    page.get_by_role("button", name="Set secret").click()
    expect(page.get_by_label("New secret")).to_be_focused()
    expect(page.get_by_text("Left blank, nothing is signed any more")).to_be_visible()
    admin.check("webhooks-secret")
    _confirm(page, "Remove secret")
    assert _webhook(admin, webhook_id)["secret"] == ""
    expect(page.get_by_text("There is none: what is sent is not signed.")).to_be_visible()


def test_the_code_for_receivers_is_there_before_there_is_a_webhook(admin: Console) -> None:
    page = admin.page
    admin.open(f"{_LIST}/webhooks/new")
    page.get_by_text("How a receiver checks the signature").click()
    for scheme, header in {"Standard Webhooks": "webhook-signature", "Twenty": "x-twenty-webhook-signature"}.items():
        for language in ("Node", "Python"):
            code = page.get_by_role("region", name=f"{language} code for {scheme}")
            expect(code).to_contain_text(header, ignore_case=True)
    admin.check("webhooks-code")


def test_an_unknown_webhook_is_a_page_that_leads_back(admin: Console) -> None:
    admin.open(f"{_LIST}/webhooks/11111111-2222-3333-4444-555555555555")
    admin.page.get_by_role("link", name="All webhooks").wait_for()
    admin.check("webhooks-unknown")


def test_a_webhook_is_made_by_keyboard_alone(admin: Console) -> None:
    page, host = admin.page, f"{uuid4().hex[:8]}.example.com"
    admin.open(f"{_LIST}/webhooks/new")
    expect(page.get_by_role("heading", name="New webhook")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type(f"https://{host}")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Object of event 1")).to_be_focused()
    page.get_by_role("option", name="Companies").first.wait_for(state="attached")
    page.keyboard.type("Com")
    expect(page.get_by_label("Object of event 1")).to_have_value("company")
    page.keyboard.press("Tab")
    page.keyboard.type("created")
    page.get_by_label("Endpoint URL").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=host, exact=True).wait_for()
    assert _webhook(admin, _id(page))["operations"] == ["company.created"]


# ------------------------------------------------------------------ deliveries


@pytest.fixture
def taker() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def _write(tab: Console, taker: Receiver, plural: str) -> None:
    """A record, whose event the receiver has got."""
    before = len(taker.requests)
    WorkspaceApi(url=tab.url, key=tab.key).create_record(plural, {})
    taker.wait(lambda all_: len(all_) > before)


def _until_noted(tab: Console, webhook_id: str, state: str) -> None:
    """Wait until the log has a delivery in a state."""
    query = (
        "query($id: UUID!, $state: WebhookDeliveryState) "
        "{ webhookDeliveries(webhookId: $id, state: $state) { edges { cursor } } }"
    )
    while not metadata(tab, query, {"id": webhook_id, "state": state})["webhookDeliveries"]["edges"]:
        tab.page.wait_for_timeout(200)


def test_a_delivery_is_looked_at_and_replayed(admin: Console, taker: Receiver) -> None:
    page = admin.page
    taker.status = 503
    webhook_id, _ = _make(admin, operations=["opportunity.created"], targetUrl=f"{taker.url}/in")
    _write(admin, taker, "opportunities")
    _until_noted(admin, webhook_id, "failed")
    admin.open(f"{_LIST}/webhooks/{webhook_id}?tab=deliveries")
    expect(page.get_by_text("Deliveries fail since")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="opportunity.created")
    expect(row).to_contain_text("Failing")
    expect(row).to_contain_text("503")
    admin.check("webhooks-deliveries")
    page.get_by_label("State", exact=True).select_option("dead")
    expect(page.get_by_text("None is given up")).to_be_visible()
    page.get_by_label("State", exact=True).select_option("")
    page.get_by_role("link", name="opportunity.created").first.click()
    page.get_by_role("heading", name="Answer").wait_for()
    expect(page.get_by_role("region", name="Body of the request")).to_contain_text('"eventName": "opportunity.created"')
    expect(page.get_by_role("region", name="Answer of the receiver")).to_contain_text('"answered": 503')
    admin.check("webhooks-delivery")

    taker.status = 200
    seen = len(taker.requests)
    page.get_by_role("button", name="Replay", exact=True).click()
    page.get_by_text("The event is sent once more.").wait_for()
    again = taker.wait(lambda all_: len(all_) > seen)
    assert again[-1].event_id == again[0].event_id, "it is the same event"
    _until_noted(admin, webhook_id, "delivered")
    admin.open(f"{_LIST}/webhooks/{webhook_id}?tab=deliveries")
    expect(page.get_by_role("row").filter(has_text="Delivered")).to_have_count(1)


def test_all_that_failed_is_replayed(admin: Console, taker: Receiver) -> None:
    page = admin.page
    taker.status = 500
    webhook_id, _ = _make(admin, operations=["note.created"], targetUrl=f"{taker.url}/in")
    _write(admin, taker, "notes")
    _until_noted(admin, webhook_id, "failed")
    taker.status = 200
    admin.open(f"{_LIST}/webhooks/{webhook_id}?tab=deliveries")
    page.get_by_role("button", name="Replay all failed").click()
    page.get_by_role("dialog").get_by_role("button", name="Replay", exact=True).click()
    page.get_by_text("is sent once more.").first.wait_for()
    _until_noted(admin, webhook_id, "delivered")


def test_a_test_event_shows_the_answer(admin: Console, taker: Receiver) -> None:
    page = admin.page
    webhook_id, _ = _make(admin, operations=["task.created"], targetUrl=f"{taker.url}/in")
    admin.open(f"{_LIST}/webhooks/{webhook_id}")
    page.get_by_role("button", name="Send test event").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Event").select_option("task.created")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog.get_by_text("The receiver answered 200")).to_be_visible()
    expect(dialog.get_by_role("region", name="Answer of the receiver")).to_contain_text('"answered": 200')
    [test] = taker.requests
    assert (test.body["eventName"], test.headers["x-icosa-test"]) == ("task.created", "true")
    admin.check("webhooks-test")
    taker.status = 404
    dialog.get_by_role("button", name="Send again").click()
    expect(dialog.get_by_text("The receiver answered 404")).to_be_visible()


def test_custom_headers_are_set_kept_and_removed(admin: Console) -> None:
    page = admin.page
    webhook_id, host = _make(admin)
    query = "query($id: UUID!) { webhook(id: $id) { headers { name } } }"
    _open(admin, webhook_id, host)
    page.get_by_role("button", name="Add header").click()
    expect(page.get_by_label("Name of header 1")).to_be_focused()
    page.keyboard.type("Host")
    expect(page.get_by_text("Deliveries set Host themselves.")).to_be_visible()
    page.get_by_label("Name of header 1").fill("X-Api-Key")
    page.get_by_label("Value of header 1").fill("a value of mine")
    page.get_by_role("button", name="Save headers").click()
    page.get_by_text("The headers were changed.").wait_for()
    assert metadata(admin, query, {"id": webhook_id})["webhook"]["headers"] == [{"name": "X-Api-Key"}]
    expect(page.get_by_label("Value of header 1")).to_have_value("")
    page.get_by_role("button", name="Add header").click()
    page.get_by_label("Name of header 2").fill("X-Team")
    page.get_by_label("Value of header 2").fill("crm")
    admin.check("webhooks-headers")
    page.get_by_role("button", name="Save headers").click()
    expect(page.get_by_label("Value of header 2")).to_have_value("")
    page.get_by_role("button", name="Remove header 1").click()
    page.get_by_role("button", name="Save headers").click()
    expect(page.get_by_label("Name of header 2")).to_have_count(0)
    left = [{"name": "X-Team"}]
    for _ in range(300):  # the form changes before the answer is there
        if metadata(admin, query, {"id": webhook_id})["webhook"]["headers"] == left:
            break
        page.wait_for_timeout(100)
    assert metadata(admin, query, {"id": webhook_id})["webhook"]["headers"] == left


def test_a_webhook_is_switched_off_and_on(admin: Console) -> None:
    page = admin.page
    webhook_id, host = _make(admin)
    _open(admin, webhook_id, host)
    expect(page.get_by_text("Enabled")).to_be_visible()
    page.get_by_role("button", name="Switch off").click()
    page.get_by_role("dialog").get_by_role("button", name="Switch off", exact=True).click()
    expect(page.get_by_text("This webhook is switched off")).to_be_visible()
    admin.check("webhooks-off")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Enabled")).to_be_visible()


def test_without_the_flag_there_are_no_deliveries(admin: Console) -> None:
    webhook_id, _ = _make(admin)
    weak = make_key(admin)
    admin.page.get_by_role("button", name="Sign out").click()
    admin.sign_in(weak.token, f"{_LIST}/webhooks/{webhook_id}/deliveries/{uuid4()}")
    expect(admin.page.get_by_text("API_KEYS_AND_WEBHOOKS")).to_be_visible()
    expect(admin.page.get_by_role("button", name="Replay")).to_have_count(0)


def test_an_unknown_delivery_leads_back_to_the_log(admin: Console) -> None:
    webhook_id, host = _make(admin)
    admin.open(f"{_LIST}/webhooks/{webhook_id}/deliveries/{uuid4()}")
    admin.page.get_by_role("link", name="All deliveries of the webhook").click()
    admin.page.get_by_role("heading", name=host, exact=True).wait_for()
    # What other tests do to records may have been sent to it.
    log = admin.page.get_by_text("Nothing was sent yet").or_(admin.page.get_by_role("table"))
    expect(log.first).to_be_visible()
