"""Webhooks over both Metadata APIs, as API Gateway calls them (docs/wire/access.md#webhooks)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from botocore.exceptions import EndpointConnectionError

from icosa.access.api_keys import ApiKeys
from icosa.access.role_admin import create_role
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import keys
from icosa.store.ops import PutItem
from icosa.store.table import Table
from icosa.webhooks import service
from icosa.webhooks.secret_cipher import Owner, SecretCipher, secret_cipher
from tests.support.kms import emulated_cipher
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of, set_role

PATH = "/rest/metadata/webhooks"
TARGET = "https://HOOK.example.com"
SECRET = "a secret that no item and no log may have"
MEMBERS = {
    *(
        "id",
        "targetUrl",
        "operations",
        "description",
        "secret",
        "isEnabled",
        "disabledReason",
        "pausedUntil",
        "failingSince",
        "lastSuccessAt",
        "headers",
        "previousSecretExpiresAt",
        "applicationId",
        "createdAt",
        "updatedAt",
        "deletedAt",
        "workspaceId",
    ),
}
SHOWN = (
    "id targetUrl operations description secret isEnabled disabledReason pausedUntil failingSince lastSuccessAt "
    "headers { name } previousSecretExpiresAt applicationId createdAt updatedAt deletedAt"
)
CREATE = f"mutation($input: CreateWebhookInput!) {{ createWebhook(input: $input) {{ {SHOWN} }} }}"
UPDATE = f"mutation($input: UpdateWebhookInput!) {{ updateWebhook(input: $input) {{ {SHOWN} }} }}"
DELETE = f"mutation($id: UUID!) {{ deleteWebhook(id: $id) {{ {SHOWN} }} }}"
ONE = f"query($id: UUID!) {{ webhook(id: $id) {{ {SHOWN} }} }}"
ALL = f"{{ webhooks {{ {SHOWN} }} }}"
UNKNOWN = str(uuid.uuid4())


@pytest.fixture(scope="module", autouse=True)
def cipher(api_keys: ApiKeys) -> Iterator[SecretCipher]:
    """After the gateway: that one begins empty, and moto empties everything with it."""
    with emulated_cipher() as made:
        yield made


@pytest.fixture
def made(shared_table: Table, api_keys: Any) -> Provisioned:
    return provision(shared_table, api_keys, "Globex")


@pytest.fixture
def own(shared_table: Table, made: Provisioned) -> MetadataClient:
    """A workspace without webhooks."""
    return MetadataClient(shared_table, event_of(made))


def create(client: MetadataClient, **members: Any) -> Any:
    reply = client("POST", PATH, {"targetUrl": TARGET, "operations": ["*.*"], **members})
    assert reply.status == 201, reply.json
    return reply.json


def test_the_life_of_a_webhook_over_rest(own: MetadataClient, made: Provisioned) -> None:
    webhook = create(own, operations=["person.created", "anything"], description="d", secret=SECRET)
    assert set(webhook) == MEMBERS
    assert (webhook["targetUrl"], webhook["operations"], webhook["description"], webhook["secret"]) == (
        "https://hook.example.com/",
        ["person.created", "anything"],
        "d",
        SECRET,
    )
    assert (webhook["workspaceId"], webhook["deletedAt"]) == (made.workspace_id, None)
    place = f"{PATH}/{webhook['id']}"
    assert own("GET", place.upper().replace(PATH.upper(), PATH)).json == webhook
    assert own("GET", PATH).json == {
        "data": [webhook],
        "pageInfo": {"hasNextPage": False, "startCursor": webhook["id"], "endCursor": webhook["id"]},
        "totalCount": 1,
    }

    changed = own(
        "PATCH",
        place,
        {"targetUrl": "http://other.example/a b", "description": None, "secret": None, "operations": None},
    )
    assert (changed.status, changed.json) == (
        200,
        {
            **webhook,
            "targetUrl": "http://other.example/a%20b",
            "description": None,
            "updatedAt": changed.json["updatedAt"],
        },
    )
    assert changed.json["updatedAt"] > webhook["updatedAt"]
    put = own("PUT", place, {"secret": "another", "operations": ["*.deleted"], "id": UNKNOWN})
    assert (put.json["secret"], put.json["operations"], put.json["id"]) == ("another", ["*.deleted"], webhook["id"])
    assert own("GET", place).json == put.json

    removed = own("DELETE", place)
    assert (removed.status, removed.json) == (200, True)
    assert own("GET", place).json is None
    assert own("GET", PATH).json["totalCount"] == 0


def test_the_life_of_a_webhook_over_graphql(own: MetadataClient) -> None:
    chosen = str(uuid.uuid4())
    given = {
        "id": chosen.upper(),
        "targetUrl": TARGET,
        "operations": ["*.created"],
        "description": "d",
        "secret": SECRET,
    }
    webhook = own.data(CREATE, input=given)["createWebhook"]
    assert (webhook["id"], webhook["targetUrl"], webhook["secret"]) == (chosen, "https://hook.example.com/", SECRET)
    assert own.data(ONE, id=chosen)["webhook"] == webhook
    assert {**webhook, "workspaceId": own("GET", f"{PATH}/{chosen}").json["workspaceId"]} == own(
        "GET", f"{PATH}/{chosen}"
    ).json

    changed = own.data(UPDATE, input={"id": chosen, "update": {"operations": [], "description": None, "secret": ""}})[
        "updateWebhook"
    ]
    assert changed == {
        **webhook,
        "operations": [],
        "description": None,
        "secret": "",
        "updatedAt": changed["updatedAt"],
    }
    assert own.data(DELETE, id=chosen)["deleteWebhook"] == changed
    assert own.data(ONE, id=chosen)["webhook"] is None


def test_lists_in_both_orders(own: MetadataClient) -> None:
    made = [create(own, secret=f"secret {number}" if number else "") for number in range(4)]
    listed = own.data(ALL)["webhooks"]
    assert [webhook["secret"] for webhook in listed] == ["", "secret 1", "secret 2", "secret 3"]
    ids = sorted((webhook["id"] for webhook in made), reverse=True)
    page = own("GET", PATH, limit=2, starting_after=ids[0]).json
    assert ([webhook["id"] for webhook in page["data"]], page["pageInfo"]["hasNextPage"], page["totalCount"]) == (
        ids[1:3],
        True,
        4,
    )
    by_id = {webhook["id"]: webhook for webhook in made}
    assert page["data"] == [by_id[webhook_id] for webhook_id in ids[1:3]]


@pytest.mark.parametrize("given", [{}, {"secret": None}])
def test_a_secret_is_made_up(own: MetadataClient, given: dict[str, Any]) -> None:
    secrets = {create(own, **given)["secret"], create(own, **given)["secret"]}
    secrets.add(own.data(CREATE, input={"targetUrl": TARGET, "operations": [], **given})["createWebhook"]["secret"])
    assert len(secrets) == 3
    assert all(len(secret) == 64 and bytes.fromhex(secret) for secret in secrets)


def test_an_empty_secret_is_kept(own: MetadataClient, shared_table: Table, made: Provisioned) -> None:
    webhook = create(own, secret="")
    assert webhook["secret"] == ""
    assert own("PATCH", f"{PATH}/{webhook['id']}", {"secret": SECRET}).json["secret"] == SECRET
    assert own("PATCH", f"{PATH}/{webhook['id']}", {"secret": ""}).json["secret"] == ""
    item = shared_table.get(keys.webhook(made.workspace_id, webhook["id"]))
    assert item is not None
    assert "sealedSecret" not in item


# ------------------------------------------------------------------ at rest


def test_no_item_has_a_secret_in_clear(own: MetadataClient, shared_table: Table, made: Provisioned) -> None:
    webhook = create(own, secret=SECRET)
    own("PATCH", f"{PATH}/{webhook['id']}", {"secret": f"{SECRET}, the second"})
    generated = create(own)["secret"]
    items = shared_table.query_all(keys.webhooks(made.workspace_id))
    stored = repr(items)
    assert len(items) == 2
    assert all(isinstance(item["sealedSecret"], bytes) for item in items)
    assert SECRET not in stored
    assert generated not in stored


def test_a_secret_that_is_moved_opens_nowhere_else(
    own: MetadataClient, shared_table: Table, made: Provisioned, cipher: SecretCipher
) -> None:
    first, second = create(own, secret=SECRET), create(own)
    ciphertext = shared_table.get(keys.webhook(made.workspace_id, first["id"]))
    other = shared_table.get(keys.webhook(made.workspace_id, second["id"]))
    assert ciphertext is not None
    assert other is not None
    shared_table.transact([PutItem({**other, "sealedSecret": ciphertext["sealedSecret"]})])
    reply = own("GET", f"{PATH}/{second['id']}")
    assert (reply.status, reply.message) == (500, "Internal server error")
    assert (
        cipher.decrypt(ciphertext["sealedSecret"], Owner(workspace_id=made.workspace_id, webhook_id=first["id"]))
        == SECRET
    )


def test_logs_have_no_secret(own: MetadataClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        webhook = create(own, secret=SECRET)
        own.data(ALL)
        own("POST", PATH, {"targetUrl": "no", "operations": 5, "secret": SECRET})
        own("POST", PATH, raw=f'{{"secret": "{SECRET}"')
        own.graphql(f'mutation {{ createWebhook(input: {{ secret: "{SECRET}" }}) {{ nope }} }}')
        own.graphql(CREATE, input={"targetUrl": 5, "secret": SECRET})
        own("DELETE", f"{PATH}/{webhook['id']}")
    assert SECRET not in caplog.text


def test_secrets_are_opened_only_when_they_are_asked_for(own: MetadataClient, monkeypatch: pytest.MonkeyPatch) -> None:
    webhook = create(own)

    def closed(*_: Any) -> Any:
        raise AssertionError("opened")

    monkeypatch.setattr(SecretCipher, "decrypt", closed)
    assert own.data("{ webhooks { id } }")["webhooks"] == [{"id": webhook["id"]}]
    assert own("DELETE", f"{PATH}/{webhook['id']}").json is True


def test_while_kms_does_not_answer(own: MetadataClient, monkeypatch: pytest.MonkeyPatch) -> None:
    webhook = create(own)

    def fail(**_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://kms.example")

    monkeypatch.setattr(secret_cipher()._client, "decrypt", fail)
    monkeypatch.setattr(secret_cipher()._client, "encrypt", fail)
    for reply in (
        own("GET", PATH),
        own("GET", f"{PATH}/{webhook['id']}"),
        own("POST", PATH, {"targetUrl": TARGET, "operations": []}),
    ):
        assert (reply.status, reply.headers["retry-after"]) == (503, "1")
    monkeypatch.undo()
    assert own("GET", PATH).json["totalCount"] == 1


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("method", "body", "messages"),
    [
        ("POST", {}, ["operations must be an array"]),
        ("POST", {"targetUrl": 5, "operations": [5], "id": "x"}, None),
        (
            "POST",
            {"targetUrl": TARGET, "operations": [], "secret": "x" * 1025},
            ["secret must be shorter than or equal to 1024 characters"],
        ),
        ("PATCH", {"description": 5}, ["description must be a string"]),
        ("PATCH", ["x"], ["Request body must be a JSON object"]),
    ],
)
def test_bodies_that_are_refused(own: MetadataClient, method: str, body: Any, messages: list[str] | None) -> None:
    webhook = create(own)
    reply = own(method, PATH if method == "POST" else f"{PATH}/{webhook['id']}", body)
    assert reply.status == 400
    assert reply.json["messages"] == (
        messages or ["id must be a UUID", "targetUrl must be a string", "each value in operations must be a string"]
    )
    assert own("GET", PATH).json["data"] == [webhook]


@pytest.mark.parametrize(
    ("target", "code", "message"),
    [
        ("", "INVALID_WEBHOOK_INPUT", "Target URL is required"),
        ("hook.example", "INVALID_TARGET_URL", "Invalid target URL provided"),
        *(
            (target, "INVALID_TARGET_URL", "Target URL must not lead to this machine or a private network")
            for target in ("http://127.0.0.1:1/", "http://169.254.169.254/latest", "http://0x7f000001", "http://[::1]/")
        ),
    ],
)
def test_targets_that_are_refused(own: MetadataClient, target: str, code: str, message: str) -> None:
    webhook = create(own)
    for verb, reply in (
        ("creating", own("POST", PATH, {"targetUrl": target, "operations": []})),
        ("updating", own("PATCH", f"{PATH}/{webhook['id']}", {"targetUrl": target})),
    ):
        assert (reply.status, reply.json["error"]) == (400, "METADATA_VALIDATION_ERROR")
        assert reply.json["message"] == f"Multiple validation errors occurred while {verb} webhook"
        assert reply.json["messages"] == [message]
        [problem] = reply.json["errors"]["webhook"][0]["errors"]
        assert (problem["code"], problem["message"]) == (code, message)
    for name, answer in (
        ("creating", own.graphql(CREATE, input={"targetUrl": target, "operations": []})),
        ("updating", own.graphql(UPDATE, input={"id": webhook["id"], "update": {"targetUrl": target}})),
    ):
        [error] = answer["errors"]
        assert error["message"] == f"Multiple validation errors occurred while {name} webhook"
        assert error["extensions"]["code"] == "METADATA_VALIDATION_FAILED"
        assert error["extensions"]["errors"]["webhook"][0]["errors"][0]["code"] == code


def test_changing_what_is_not_there(own: MetadataClient, call: MetadataClient) -> None:
    elsewhere = create(call)
    for webhook_id in (UNKNOWN, elsewhere["id"]):
        place = f"{PATH}/{webhook_id}"
        assert own("GET", place).json is None
        for reply in (own("PATCH", place, {"description": "mine"}), own("DELETE", place)):
            assert (reply.status, reply.json["code"], reply.message) == (404, "WEBHOOK_NOT_FOUND", "Webhook not found")
        assert own.data(ONE, id=webhook_id) == {"webhook": None}
        for answer in (own.graphql(UPDATE, input={"id": webhook_id, "update": {}}), own.graphql(DELETE, id=webhook_id)):
            [error] = answer["errors"]
            assert (error["message"], error["extensions"]["code"], error["extensions"]["subCode"]) == (
                *("Webhook not found", "NOT_FOUND"),
                "WEBHOOK_NOT_FOUND",
            )
    assert own("GET", PATH).json["totalCount"] == 0
    assert call("GET", f"{PATH}/{elsewhere['id']}").json == elsewhere
    call("DELETE", f"{PATH}/{elsewhere['id']}")


def test_an_id_that_is_taken(own: MetadataClient, call: MetadataClient) -> None:
    webhook = create(own)
    reply = own("POST", PATH, {"id": webhook["id"], "targetUrl": "https://other.example", "operations": []})
    assert (reply.status, reply.json["code"]) == (409, "ENTITY_ALREADY_EXISTS")
    assert own("GET", PATH).json["data"] == [webhook]
    # Ids belong to their workspace.
    twin = create(call, id=webhook["id"])
    call("DELETE", f"{PATH}/{twin['id']}")
    assert own("GET", PATH).json["data"] == [webhook]


def test_as_many_as_there_may_be(own: MetadataClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "LIMIT", 2)
    first, _ = create(own), create(own)
    reply = own("POST", PATH, {"targetUrl": TARGET, "operations": []})
    assert (reply.status, reply.json["code"], reply.message) == (
        *(409, "WEBHOOK_LIMIT_REACHED"),
        "Webhook limit of 2 reached for the workspace",
    )
    [error] = own.graphql(CREATE, input={"targetUrl": TARGET, "operations": []})["errors"]
    assert error["extensions"]["subCode"] == "WEBHOOK_LIMIT_REACHED"
    own("DELETE", f"{PATH}/{first['id']}")
    # Neither refusals nor deletions of nothing are counted.
    own("DELETE", f"{PATH}/{first['id']}")
    create(own)
    assert own("POST", PATH, {"targetUrl": TARGET, "operations": []}).status == 409


def test_everything_needs_the_flag(
    own: MetadataClient, call: MetadataClient, client_with: Callable[..., MetadataClient]
) -> None:
    webhook = create(call, secret=SECRET)
    place = f"{PATH}/{webhook['id']}"
    without = client_with(canReadAllObjectRecords=True)
    body = {"targetUrl": TARGET, "operations": []}
    for reply in (
        *(
            without("GET", PATH),
            without("GET", place),
            without("GET", f"{PATH}/{UNKNOWN}"),
            without("POST", PATH, body),
        ),
        *(
            without("PATCH", place, body),
            without("PUT", place, body),
            without("DELETE", place),
            without("POST", PATH, {}),
        ),
    ):
        assert (reply.status, reply.json["code"]) == (403, "PERMISSION_DENIED")
    for answer in (
        *(without.graphql(ALL), without.graphql(ONE, id=webhook["id"]), without.graphql(CREATE, input=body)),
        *(
            without.graphql(UPDATE, input={"id": webhook["id"], "update": {}}),
            without.graphql(DELETE, id=webhook["id"]),
        ),
    ):
        [error] = answer["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert SECRET not in orjson.dumps(answer).decode()
    assert client_with(canUpdateAllSettings=True)("GET", place).json == webhook
    assert call("DELETE", place).json is True


@pytest.mark.parametrize(("flag", "status"), [("API_KEYS_AND_WEBHOOKS", 200), ("DATA_MODEL", 403)])
def test_the_flag_alone_is_enough(
    shared_table: Table, made: Provisioned, api_keys: ApiKeys, flag: str, status: int
) -> None:
    role_id = create_role(made.workspace_id, {"label": flag})["id"]
    set_role(shared_table, made.workspace_id, role_id, permissionFlags=[flag])
    key = api_keys.create(made.workspace_id, name="k", role_id=role_id)
    assert MetadataClient(shared_table, event_of(made, key_id=key.id))("GET", PATH).status == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "", 405),
        ("PATCH", "", 405),
        ("POST", f"/{UNKNOWN}", 405),
        ("GET", "/abc", 400),
        ("GET", f"/{UNKNOWN}/x", 404),
    ],
)
def test_other_addresses(own: MetadataClient, method: str, path: str, status: int) -> None:
    assert own(method, f"{PATH}{path}").status == status


def test_costs(own: MetadataClient) -> None:
    webhook = create(own)
    calls: list[tuple[str, str, Any, int]] = [
        ("GET", "", None, 1),
        ("GET", f"/{webhook['id']}", None, 1),
        ("POST", "", {"targetUrl": TARGET, "operations": []}, 1),
        ("PATCH", f"/{webhook['id']}", {"operations": []}, 2),
        ("DELETE", f"/{webhook['id']}", None, 2),
    ]
    for method, path, body, trips in calls:
        reply = own(method, f"{PATH}{path}", body, explain=True)
        assert reply.headers["X-Icosa-Round-Trips"] == str(trips), (method, reply.headers)
