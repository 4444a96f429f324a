"""What Icosa's webhooks have beside Twenty's: the switch, custom headers, rotation of the secret, and entries of the
audit log (docs/wire/webhooks.md).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import keys
from icosa.store.ops import set_attributes
from icosa.store.table import Table
from icosa.webhooks.custom_headers import opened_values
from icosa.webhooks.entity import Webhook
from icosa.webhooks.secret_cipher import Owner, SecretCipher
from tests.support.kms import emulated_cipher
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of

PATH = "/rest/metadata/webhooks"
TARGET = "https://hook.example.com/in/a-token"
VALUE = "Bearer a value that nobody is shown again"
CREATE = "mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { id isEnabled headers { name } } }"
UPDATE = (
    "mutation($input: UpdateWebhookInput!) { "
    "updateWebhook(input: $input) { isEnabled disabledReason headers { name } } }"
)
ROTATE = "mutation($id: UUID!) { rotateWebhookSecret(id: $id) { id secret previousSecretExpiresAt } }"
UNKNOWN = str(uuid.uuid4())

pytestmark = pytest.mark.usefixtures("queue")


@pytest.fixture(scope="module", autouse=True)
def cipher(api_keys: ApiKeys) -> Iterator[SecretCipher]:
    with emulated_cipher() as made:
        yield made


@pytest.fixture(scope="module")
def made(shared_table: Table, api_keys: Any) -> Provisioned:
    return provision(shared_table, api_keys, "Initech")


@pytest.fixture(scope="module")
def own(shared_table: Table, made: Provisioned) -> MetadataClient:
    return MetadataClient(shared_table, event_of(made))


def create(client: MetadataClient, **members: Any) -> Any:
    reply = client("POST", PATH, {"targetUrl": TARGET, "operations": ["*.*"], **members})
    assert reply.status == 201, reply.json
    return reply.json


def sent_headers(table: Table, made: Provisioned, webhook_id: str) -> dict[str, str]:
    """The headers that deliveries of a webhook get."""
    item = table.get(keys.webhook(made.workspace_id, webhook_id))
    assert item is not None
    owner = Owner(workspace_id=made.workspace_id, webhook_id=webhook_id)
    return opened_values(Webhook.parse(item).sealed_headers, owner)


def entries(client: MetadataClient, webhook_id: str) -> list[Any]:
    log = client("GET", "/rest/metadata/auditLog", limit=200).json["data"]
    return [entry for entry in log if entry["target"]["id"] == webhook_id]


# ------------------------------------------------------------------ the switch


def test_the_switch_over_both_apis(own: MetadataClient) -> None:
    webhook = create(own)
    place = f"{PATH}/{webhook['id']}"
    assert (webhook["isEnabled"], webhook["disabledReason"]) == (True, None)
    assert create(own, isEnabled=False)["isEnabled"] is False
    assert own("PATCH", place, {"isEnabled": False}).json["isEnabled"] is False
    assert own("PATCH", place, {"description": "d", "isEnabled": None}).json["isEnabled"] is False
    changed = own.data(UPDATE, input={"id": webhook["id"], "update": {"isEnabled": True}})["updateWebhook"]
    assert changed == {"isEnabled": True, "disabledReason": None, "headers": []}
    given = {"targetUrl": TARGET, "operations": [], "isEnabled": False}
    assert own.data(CREATE, input=given)["createWebhook"]["isEnabled"] is False
    for bad in ("yes", 1):
        reply = own("PATCH", place, {"isEnabled": bad})
        assert (reply.status, reply.json["messages"]) == (400, ["isEnabled must be a boolean value"])


def test_switching_on_ends_what_failures_have_led_to(
    own: MetadataClient, shared_table: Table, made: Provisioned
) -> None:
    webhook = create(own)
    key = keys.webhook(made.workspace_id, webhook["id"])
    failed = {
        "isEnabled": False,
        "disabledReason": "Every attempt of the last 5 days has failed",
        "failingSince": "2023-11-14T22:13:20.000Z",
        "consecutiveFailures": 40,
        "pausedUntil": "2023-11-14T22:21:40.000Z",
        "probes": 3,
        "lastSuccessAt": "2023-07-22T04:26:40.000Z",
    }
    shared_table.transact([set_attributes(key, failed)])
    place = f"{PATH}/{webhook['id']}"
    shown = own("GET", place).json
    assert {name: shown[name] for name in ("isEnabled", "disabledReason", "failingSince", "pausedUntil")} == {
        "isEnabled": False,
        "disabledReason": "Every attempt of the last 5 days has failed",
        "failingSince": "2023-11-14T22:13:20.000Z",
        "pausedUntil": "2023-11-14T22:21:40.000Z",
    }
    # An edit of something else leaves the health alone.
    assert own("PATCH", place, {"description": "d"}).json["disabledReason"] == failed["disabledReason"]
    healed = own("PATCH", place, {"isEnabled": True}).json
    assert [healed[name] for name in ("isEnabled", "disabledReason", "failingSince", "pausedUntil")] == [
        *(True, None, None, None)
    ]
    assert healed["lastSuccessAt"] == "2023-07-22T04:26:40.000Z"
    item = shared_table.get(key)
    assert item is not None
    assert not {"consecutiveFailures", "probes"} & set(item)


# ------------------------------------------------------------------ custom headers


def test_headers_are_sealed_and_only_named(
    own: MetadataClient, shared_table: Table, made: Provisioned, caplog: pytest.LogCaptureFixture
) -> None:
    given = [{"name": "X-Team", "value": "crm"}, {"name": "Authorization", "value": VALUE}]
    with caplog.at_level("DEBUG"):
        webhook = create(own, headers=given)
    assert webhook["headers"] == [{"name": "Authorization"}, {"name": "X-Team"}]
    assert own("GET", f"{PATH}/{webhook['id']}").json == webhook
    assert sent_headers(shared_table, made, webhook["id"]) == {"X-Team": "crm", "Authorization": VALUE}
    stored = repr(shared_table.query_all(keys.webhooks(made.workspace_id))) + repr(entries(own, webhook["id"]))
    assert VALUE not in stored
    assert VALUE not in caplog.text


def test_a_header_without_a_value_keeps_the_one_that_is_stored(
    own: MetadataClient, shared_table: Table, made: Provisioned
) -> None:
    webhook = create(own, headers=[{"name": "Authorization", "value": VALUE}, {"name": "X-Team", "value": "crm"}])
    place = f"{PATH}/{webhook['id']}"
    # What was read can be sent back.
    assert own("PATCH", place, {"headers": webhook["headers"]}).json["headers"] == webhook["headers"]
    assert sent_headers(shared_table, made, webhook["id"]) == {"Authorization": VALUE, "X-Team": "crm"}
    update = {"headers": [{"name": "authorization"}, {"name": "X-New", "value": "n"}]}
    changed = own.data(UPDATE, input={"id": webhook["id"], "update": update})["updateWebhook"]
    assert changed["headers"] == [{"name": "authorization"}, {"name": "X-New"}]
    assert sent_headers(shared_table, made, webhook["id"]) == {"authorization": VALUE, "X-New": "n"}
    # Another change leaves them; an empty list removes them.
    assert len(own("PATCH", place, {"description": "d"}).json["headers"]) == 2
    assert own("PATCH", place, {"headers": []}).json["headers"] == []
    assert sent_headers(shared_table, made, webhook["id"]) == {}
    for method, where in (("PATCH", place), ("POST", PATH)):
        reply = own(method, where, {"targetUrl": TARGET, "operations": [], "headers": [{"name": "X-Unknown"}]})
        assert (reply.status, reply.json["messages"]) == (
            400,
            ["headers.value is required: no value is stored for X-Unknown"],
        )


def test_values_do_not_follow_a_target_to_another_host(
    own: MetadataClient, shared_table: Table, made: Provisioned
) -> None:
    webhook = create(own, headers=[{"name": "Authorization", "value": VALUE}])
    place, elsewhere = f"{PATH}/{webhook['id']}", "https://elsewhere.example/"
    refused = ["headers must be given with their values, or as [], when targetUrl gets another host"]
    for body in ({"targetUrl": elsewhere}, {"targetUrl": elsewhere, "headers": [{"name": "Authorization"}]}):
        reply = own("PATCH", place, body)
        assert (reply.status, reply.json["messages"]) == (400, refused)
    assert own("GET", place).json == webhook
    assert own("PATCH", place, {"targetUrl": "https://hook.example.com/other"}).status == 200
    given = {"targetUrl": elsewhere, "headers": [{"name": "Authorization", "value": "another"}]}
    assert own("PATCH", place, given).json["targetUrl"] == elsewhere
    assert sent_headers(shared_table, made, webhook["id"]) == {"Authorization": "another"}


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ("X-Team: crm", "headers must be an array"),
        ({"X-Team": "crm"}, "headers must be an array"),
        (["X-Team"], "each value in headers must be an object"),
        ([{"value": "v"}], "headers.name must be a string"),
        ([{"name": "X Team", "value": "v"}], "headers.name must be 1 to 64 letters, digits and hyphens"),
        ([{"name": "", "value": "v"}], "headers.name must be 1 to 64 letters, digits and hyphens"),
        ([{"name": "X" * 65, "value": "v"}], "headers.name must be 1 to 64 letters, digits and hyphens"),
        (
            [{"name": "X-A", "value": "v\r\nHost: x"}],
            "headers.value must be visible ASCII characters, with blanks only between them",
        ),
        (
            [{"name": "X-A", "value": ""}],
            "headers.value must be visible ASCII characters, with blanks only between them",
        ),
        (
            [{"name": "X-A", "value": "é"}],
            "headers.value must be visible ASCII characters, with blanks only between them",
        ),
        ([{"name": "X-A", "value": "v" * 1025}], "headers.value must be shorter than or equal to 1024 characters"),
        ([{"name": f"X-{n}", "value": "v"} for n in range(11)], "headers must contain no more than 10 elements"),
        ([{"name": "X-A", "value": "1"}, {"name": "x-a", "value": "2"}], "headers must not name a header twice"),
        *(
            ([{"name": name, "value": "v"}], f"headers.name must not be {name}, which deliveries set themselves")
            for name in ("Host", "content-type", "Webhook-Id", "X-Twenty-Webhook-Nonce", "x-icosa-attempt", "Cookie")
        ),
    ],
)
def test_headers_that_are_refused(own: MetadataClient, headers: Any, message: str) -> None:
    reply = own("POST", PATH, {"targetUrl": TARGET, "operations": [], "headers": headers})
    assert (reply.status, reply.json["messages"]) == (400, [message])


# ------------------------------------------------------------------ targets


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("https://user@hook.example.com/", "Target URL must not hold a user name or password: use a custom header"),
        ("https://u:p@hook.example.com/", "Target URL must not hold a user name or password: use a custom header"),
        ("http://hook.example.com:22/", "Target URL must have the port 80, 443 or one from 1024 on"),
        ("https://hook.example.com:1023/", "Target URL must have the port 80, 443 or one from 1024 on"),
        ("https://hook.example.com:0/", "Target URL must have the port 80, 443 or one from 1024 on"),
    ],
)
def test_targets_that_are_refused(own: MetadataClient, target: str, message: str) -> None:
    reply = own("POST", PATH, {"targetUrl": target, "operations": []})
    [problem] = reply.json["errors"]["webhook"][0]["errors"]
    assert (reply.status, problem["code"], problem["message"]) == (400, "INVALID_TARGET_URL", message)
    assert "u:p" not in reply.json["message"] + str(problem.get("value"))


def test_the_local_stack_allows_targets_on_this_machine(own: MetadataClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOW_PRIVATE_TARGETS", "true")
    assert create(own, targetUrl="http://127.0.0.1:8443/hook")["targetUrl"] == "http://127.0.0.1:8443/hook"


# ------------------------------------------------------------------ rotation


def test_a_rotated_secret_signs_beside_the_new_one(own: MetadataClient, shared_table: Table, made: Provisioned) -> None:
    webhook = create(own, secret="the first")
    reply = own("POST", f"{PATH}/{webhook['id']}/rotateSecret")
    assert reply.status == 201
    first = reply.json
    assert len(bytes.fromhex(first["secret"])) == 32
    until = datetime.fromisoformat(first["updatedAt"]) + timedelta(hours=24)
    assert datetime.fromisoformat(first["previousSecretExpiresAt"]) == until
    assert own("GET", f"{PATH}/{webhook['id']}").json == first

    def signing(now: datetime) -> list[str]:
        item = shared_table.get(keys.webhook(made.workspace_id, webhook["id"]))
        assert item is not None
        owner = Owner(workspace_id=made.workspace_id, webhook_id=webhook["id"])
        moment = now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        cipher = SecretCipher.from_environment()
        return [cipher.decrypt(text, owner) for text in Webhook.parse(item).ciphertexts(moment)]

    assert signing(until - timedelta(hours=1)) == [first["secret"], "the first"]
    assert signing(until + timedelta(hours=1)) == [first["secret"]]

    second = own.data(ROTATE, id=webhook["id"])["rotateWebhookSecret"]
    assert second["secret"] not in ("the first", first["secret"])
    assert signing(until - timedelta(hours=1)) == [second["secret"], first["secret"]]
    # A secret that somebody sets takes the place of both at once.
    changed = own("PATCH", f"{PATH}/{webhook['id']}", {"secret": "mine"}).json
    assert changed["previousSecretExpiresAt"] is None
    assert signing(until - timedelta(hours=1)) == ["mine"]


def test_rotating_an_empty_secret_begins_to_sign(own: MetadataClient) -> None:
    webhook = create(own, secret="")
    rotated = own("POST", f"{PATH}/{webhook['id']}/rotateSecret").json
    assert (len(rotated["secret"]), rotated["previousSecretExpiresAt"]) == (64, None)


def test_rotating_what_is_not_there(own: MetadataClient, call: MetadataClient) -> None:
    elsewhere = create(call)
    for webhook_id in (UNKNOWN, elsewhere["id"]):
        reply = own("POST", f"{PATH}/{webhook_id}/rotateSecret")
        assert (reply.status, reply.json["code"]) == (404, "WEBHOOK_NOT_FOUND")
        [error] = own.graphql(ROTATE, id=webhook_id)["errors"]
        assert error["extensions"]["subCode"] == "WEBHOOK_NOT_FOUND"
    reply = own("POST", f"{PATH}/nonsense/rotateSecret")
    assert (reply.status, reply.message) == (400, "Validation failed (uuid is expected)")
    call("DELETE", f"{PATH}/{elsewhere['id']}")


def test_rotating_needs_the_flag(call: MetadataClient, client_with: Callable[..., MetadataClient]) -> None:
    webhook = create(call)
    without = client_with(canReadAllObjectRecords=True)
    assert without("POST", f"{PATH}/{webhook['id']}/rotateSecret").status == 403
    [error] = without.graphql(ROTATE, id=webhook["id"])["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert call("GET", f"{PATH}/{webhook['id']}").json == webhook
    call("DELETE", f"{PATH}/{webhook['id']}")


# ------------------------------------------------------------------ the audit log


def test_who_changed_what(own: MetadataClient, made: Provisioned) -> None:
    webhook = create(own, secret="a secret", headers=[{"name": "X-Team", "value": VALUE}])
    place = f"{PATH}/{webhook['id']}"
    own("PATCH", place, {"operations": ["person.created"], "secret": "another secret", "description": "d"})
    own("POST", f"{place}/rotateSecret")
    own("DELETE", place)
    found = entries(own, webhook["id"])
    assert [entry["action"] for entry in found] == [
        *("webhook.deleted", "webhook.secretRotated", "webhook.updated", "webhook.created")
    ]
    assert {entry["target"]["label"] for entry in found} == {"hook.example.com"}
    assert all(entry["actor"]["id"] for entry in found)
    assert (found[2]["before"], found[2]["after"]) == (
        {"operations": ["*.*"], "description": None},
        {"operations": ["person.created"], "description": "d", "set": ["description", "operations", "secret"]},
    )
    shown = repr(found)
    for hidden in ("a secret", "another secret", VALUE, "a-token"):
        assert hidden not in shown
