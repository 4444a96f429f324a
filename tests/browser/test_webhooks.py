"""The pages of webhooks: made, changed, their secret, deleted."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.support.browser import Console
from tests.support.checkout import ROOT
from tests.support.console_data import metadata

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

_LIST = "settings/api-webhooks"
_BODY = '{"eventName":"person.created","record":{"name":"Zoë"}}'


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
    page.get_by_label("Endpoint URL").fill("https://192.168.0.1/hook")
    page.get_by_label("Endpoint URL").press("Enter")
    page.get_by_text("Target URL must not lead to this machine or a private network").wait_for()
    expect(page.get_by_label("Endpoint URL")).to_have_value("https://192.168.0.1/hook")


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


def test_the_secret_is_masked_shown_rolled_and_removed_after_a_question(admin: Console) -> None:
    page = admin.page
    webhook_id, host = _make(admin, secret="a secret of mine")
    admin.open(_LIST)
    page.get_by_role("link", name=host).click()
    page.get_by_role("heading", name=host, exact=True).wait_for()
    assert "a secret of mine" not in page.content()
    page.get_by_role("button", name="Reveal secret").click()
    shown = page.get_by_label("Secret of this webhook", exact=True)
    expect(shown).to_have_value("a secret of mine")
    page.get_by_role("button", name="Roll secret").click()
    _confirm(page, "Roll secret")
    rolled = _webhook(admin, webhook_id)["secret"]
    assert len(rolled) == 64
    expect(shown).to_have_value(rolled)
    page.get_by_role("button", name="Hide secret").click()
    expect(shown).to_have_count(0)
    page.get_by_role("button", name="Set secret").click()
    expect(page.get_by_label("New secret")).to_be_focused()
    expect(page.get_by_text("Left blank, nothing is signed any more")).to_be_visible()
    admin.check("webhooks-secret")
    _confirm(page, "Remove secret")
    assert _webhook(admin, webhook_id)["secret"] == ""
    expect(page.get_by_text("There is none: what is sent is not signed.")).to_be_visible()


def test_the_code_for_receivers_accepts_what_is_genuine_and_nothing_else(admin: Console) -> None:
    """The signature is that of spec 1.4: HMAC-SHA256 of the timestamp, a colon and the body, in hexadecimal."""
    page = admin.page
    _open(admin, *_make(admin))
    page.get_by_text("How a receiver checks the signature").click()
    for language, run in {"Node": _node, "Python": _python}.items():
        code = page.get_by_role("region", name=f"{language} code").inner_text()
        now = str(int(time.time() * 1000))
        old = str(int(time.time() * 1000) - 3_600_000)
        cases = [
            (now, _sign("key", now), True),
            (now, _sign("other", now), False),
            (old, _sign("key", old), False),
            ("", "", False),
            (now, "", False),
            (now, "Zoë", False),
        ]
        assert run(code, cases) == [genuine for *_, genuine in cases], language


def _sign(secret: str, timestamp: str) -> str:
    return hmac.new(secret.encode(), f"{timestamp}:{_BODY}".encode(), hashlib.sha256).hexdigest()


def _python(code: str, cases: list[tuple[str, str, bool]]) -> list[bool]:
    names: dict[str, Any] = {}
    exec(code, names)
    return [
        names["is_genuine"](
            {"X-Twenty-Webhook-Timestamp": timestamp, "X-Twenty-Webhook-Signature": signature}, _BODY.encode(), "key"
        )
        for timestamp, signature, _ in cases
    ]


def _node(code: str, cases: list[tuple[str, str, bool]]) -> list[bool]:
    calls = ",".join(
        f"isGenuine({json.dumps({'x-twenty-webhook-timestamp': timestamp, 'x-twenty-webhook-signature': signature})},"
        f" Buffer.from({json.dumps(_BODY)}), 'key')"
        for timestamp, signature, _ in cases
    )
    script = f"{code}\nconsole.log(JSON.stringify([{calls}]))"
    node = ROOT / ".venv" / "bin" / "node"
    done = subprocess.run(
        [node, "--input-type=module", "-e", script], capture_output=True, text=True, check=True, timeout=300
    )
    found: list[bool] = json.loads(done.stdout)
    return found


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
