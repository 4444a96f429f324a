"""The log of deliveries, replays and tests of webhooks over both Metadata APIs (docs/wire/webhooks.md)."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from botocore.exceptions import EndpointConnectionError

from icosa.access.api_keys import ApiKeys
from icosa.catalog.loader import MetadataState, load_model
from icosa.model.dates import instant_of
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import delivery_row, event_row, keys
from icosa.store.delivery_row import Delivery, Outcome
from icosa.store.event_row import EventRow
from icosa.store.table import Table
from icosa.webhooks import deliveries, trial
from icosa.webhooks.secret_cipher import SecretCipher
from icosa.webhooks.sending.attempt import Attempt, Request
from tests.support.delivery_queue import FakeQueue
from tests.support.kms import emulated_cipher
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of

PATH = "/rest/metadata/webhooks"
TARGET = "https://hook.example.com/in"
UNKNOWN = str(uuid.uuid4())
NODE = (
    "id webhookId eventId eventName state attempts createdAt lastAttemptAt nextAttemptAt lastStatus lastError "
    "durationMs isReplay response requestHeaders requestBody"
)
PAGE = (
    "query($id: UUID!, $state: WebhookDeliveryState, $first: Int, $after: ConnectionCursor) { webhookDeliveries("
    f"webhookId: $id, state: $state, first: $first, after: $after) {{ edges {{ cursor node {{ {NODE} }} }} "
    "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
)
ONE = f"query($id: UUID!, $webhookId: UUID) {{ webhookDelivery(id: $id, webhookId: $webhookId) {{ {NODE} }} }}"
REPLAY = f"mutation($id: UUID!) {{ replayWebhookDelivery(id: $id) {{ {NODE} }} }}"
REPLAY_ALL = (
    "mutation($id: UUID!, $since: DateTime) { "
    "replayWebhookDeliveries(webhookId: $id, since: $since) { count hasMore } }"
)
TEST = (
    "mutation($id: UUID!, $name: String) { testWebhook(id: $id, eventName: $name) { success status error durationMs "
    "response eventId eventName requestHeaders requestBody } }"
)


@pytest.fixture(scope="module", autouse=True)
def cipher(api_keys: ApiKeys) -> Iterator[SecretCipher]:
    with emulated_cipher() as made:
        yield made


pytestmark = pytest.mark.usefixtures("queue")


@pytest.fixture(scope="module")
def made(shared_table: Table, api_keys: Any) -> Provisioned:
    return provision(shared_table, api_keys, "Hooli")


@pytest.fixture(scope="module")
def own(shared_table: Table, made: Provisioned) -> MetadataClient:
    return MetadataClient(shared_table, event_of(made))


@pytest.fixture
def webhook(own: MetadataClient) -> Iterator[str]:
    webhook_id = own("POST", PATH, {"targetUrl": TARGET, "operations": ["*.*"]}).json["id"]
    yield webhook_id
    own("DELETE", f"{PATH}/{webhook_id}")


@pytest.fixture
def log(shared_table: Table, made: Provisioned, webhook: str) -> Log:
    return Log(shared_table, made.workspace_id, webhook)


class Log:
    """The deliveries of a webhook, as the functions that send would leave them."""

    def __init__(self, table: Table, workspace_id: str, webhook_id: str) -> None:
        self._table = table
        self._workspace_id = workspace_id
        self._webhook_id = webhook_id

    def add(
        self, at: int, state: str = "waiting", *, name: str = "person.created", object_key: str | None = None
    ) -> str:
        """A delivery of an event of its own, made at ``at``; its id."""
        event_id = f"evt_{uuid.uuid4().hex}"
        body = {
            "eventName": name,
            "workspaceId": self._workspace_id,
            "eventDate": instant_of(at),
            "record": {"id": "r"},
        }
        row = EventRow(
            event_id=event_id,
            name=name,
            at=instant_of(at),
            sequence=1,
            body=orjson.dumps(body).decode(),
            object_key=object_key,
        )
        event_row.put_once(self._table, self._workspace_id, row, now=int(time.time()))
        delivery = Delivery.of_event(self._webhook_id, event_id, name, at)
        delivery_row.create(self._table, self._workspace_id, [delivery])
        if state != "waiting":
            self.note(delivery, state)
        return delivery.delivery_id

    def note(self, delivery: Delivery, state: Any) -> None:
        ok = state == "delivered"
        outcome = Outcome(
            state=state,
            at=delivery.created_at + 500,
            attempt=delivery.attempts + 1,
            status=200 if ok else 503,
            error=None if ok else "HTTP 503",
            duration_ms=12,
            answer="thanks" if ok else "later",
            request_headers={"webhook-id": delivery.event_id},
            next_attempt_at=delivery.created_at + 5_000 if state == "failed" else None,
        )
        assert delivery_row.note(self._table, self._workspace_id, delivery, outcome)

    def read(self, delivery_id: str) -> Delivery:
        found = delivery_row.read(self._table, self._workspace_id, self._webhook_id, delivery_id)
        assert found is not None
        return found


NOW = int(time.time() * 1000) - 60_000


def test_pages_of_the_log_over_both_apis(own: MetadataClient, webhook: str, log: Log) -> None:
    states = ["delivered", "failed", "waiting", "dead", "delivered"]
    ids = [log.add(NOW + number, state) for number, state in enumerate(states)]
    ids.reverse()
    whole = own("GET", f"{PATH}/{webhook}/deliveries").json
    assert [each["id"] for each in whole["data"]] == ids
    assert [each["state"] for each in whole["data"]] == states[::-1]
    assert whole["pageInfo"] == {"hasNextPage": False, "startCursor": ids[0], "endCursor": ids[-1]}
    first = own("GET", f"{PATH}/{webhook}/deliveries", limit=2).json
    assert ([each["id"] for each in first["data"]], first["pageInfo"]["hasNextPage"]) == (ids[:2], True)
    rest = own("GET", f"{PATH}/{webhook}/deliveries", limit=9, starting_after=first["pageInfo"]["endCursor"]).json
    assert ([each["id"] for each in rest["data"]], rest["pageInfo"]["hasNextPage"]) == (ids[2:], False)
    delivered = own("GET", f"{PATH}/{webhook}/deliveries", state="delivered").json["data"]
    assert [each["id"] for each in delivered] == [ids[0], ids[4]]
    assert own("GET", f"{PATH}/{webhook}/deliveries", limit=0).json["data"] == []

    connection = own.data(PAGE, id=webhook, first=2, after=ids[1])["webhookDeliveries"]
    assert [edge["cursor"] for edge in connection["edges"]] == ids[2:4]
    assert connection["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": True,
        "startCursor": ids[2],
        "endCursor": ids[3],
    }
    [edge] = own.data(PAGE, id=webhook, state="failed")["webhookDeliveries"]["edges"]
    assert edge["node"]["id"] == ids[3]


def test_a_delivery_with_what_was_sent_and_answered(own: MetadataClient, webhook: str, log: Log) -> None:
    delivery_id = log.add(NOW, "failed")
    shown = own("GET", f"{PATH}/{webhook}/deliveries/{delivery_id}").json
    body = orjson.loads(shown["requestBody"])
    assert next(iter(body)) == "targetUrl"
    assert (body["targetUrl"], body["webhookId"], body["eventName"]) == (TARGET, webhook, "person.created")
    event_id = log.read(delivery_id).event_id
    assert shown == {
        "id": delivery_id,
        "webhookId": webhook,
        "eventId": event_id,
        "eventName": "person.created",
        "state": "failed",
        "attempts": 1,
        "createdAt": instant_of(NOW),
        "lastAttemptAt": instant_of(NOW + 500),
        "nextAttemptAt": instant_of(NOW + 5_000),
        "lastStatus": 503,
        "lastError": "HTTP 503",
        "durationMs": 12,
        "isReplay": False,
        "response": "later",
        "requestHeaders": {"webhook-id": event_id},
        "requestBody": shown["requestBody"],
    }
    assert own.data(ONE, id=delivery_id)["webhookDelivery"] == shown
    assert own.data(ONE, id=delivery_id, webhookId=webhook)["webhookDelivery"] == shown
    [node] = [edge["node"] for edge in own.data(PAGE, id=webhook)["webhookDeliveries"]["edges"]]
    assert node == shown


def test_a_replay_is_a_new_delivery_of_the_same_event(
    own: MetadataClient, webhook: str, log: Log, made: Provisioned, queue: FakeQueue
) -> None:
    failed, delivered = log.add(NOW, "failed"), log.add(NOW + 1, "delivered")
    reply = own("POST", f"{PATH}/{webhook}/deliveries/{failed}/replay")
    assert reply.status == 202
    first = reply.json
    second = own.data(REPLAY, id=delivered)["replayWebhookDelivery"]
    for made_, original in ((first, failed), (second, delivered)):
        assert made_["id"] not in (failed, delivered)
        assert (made_["eventId"], made_["state"], made_["isReplay"], made_["attempts"]) == (
            *(log.read(original).event_id, "waiting", True, 0),
        )
    assert [(m.workspace_id, m.webhook_id, m.delivery_id) for m in queue.sent] == [
        (made.workspace_id, webhook, first["id"]),
        (made.workspace_id, webhook, second["id"]),
    ]
    # What is replaced is not tried again; what has arrived stays so.
    assert (log.read(failed).state, log.read(failed).next_attempt_at) == ("dead", None)
    assert log.read(delivered).state == "delivered"


def test_all_failed_since_a_time_are_replayed_once(
    own: MetadataClient, webhook: str, log: Log, queue: FakeQueue
) -> None:
    early = log.add(NOW - 9_000, "dead")
    late = [log.add(NOW + number, state) for number, state in enumerate(("failed", "dead", "failed"))]
    log.add(NOW + 7, "delivered"), log.add(NOW + 8)
    place = f"{PATH}/{webhook}/replay"
    reply = own("POST", place, {"since": instant_of(NOW), "state": "failed"})
    assert (reply.status, reply.json) == (202, {"count": 3, "hasMore": False})
    events = [log.read(delivery_id).event_id for delivery_id in late]
    assert [log.read(message.delivery_id or "").event_id for message in queue.sent] == events
    assert own("POST", place, {"since": instant_of(NOW)}).json["count"] == 0, "they do not count as failed any more"
    assert own.data(REPLAY_ALL, id=webhook)["replayWebhookDeliveries"] == {"count": 1, "hasMore": False}
    assert log.read(queue.sent[-1].delivery_id or "").event_id == log.read(early).event_id
    # A replay that fails is one of them again.
    log.note(log.read(queue.sent[0].delivery_id or ""), "dead")
    assert own("POST", place).json == {"count": 1, "hasMore": False}


def test_more_failed_than_one_request_replays(
    own: MetadataClient, webhook: str, log: Log, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "REPLAY_LIMIT", 2)
    ids = [log.add(NOW + number, "dead") for number in range(3)]
    assert own("POST", f"{PATH}/{webhook}/replay").json == {"count": 2, "hasMore": True}
    assert [log.read(m.delivery_id or "").event_id for m in queue.sent] == [log.read(each).event_id for each in ids[:2]]
    assert own("POST", f"{PATH}/{webhook}/replay").json == {"count": 1, "hasMore": False}


def test_what_cannot_be_replayed(
    own: MetadataClient, webhook: str, log: Log, shared_table: Table, made: Provisioned, queue: FakeQueue
) -> None:
    waiting = log.add(NOW)
    gone = Delivery.of_event(webhook, f"evt_{uuid.uuid4().hex}", "person.created", NOW)
    delivery_row.create(shared_table, made.workspace_id, [gone])
    log.note(gone, "dead")
    for delivery_id, code, message in (
        (waiting, "WEBHOOK_DELIVERY_WAITING", "The delivery waits for its first attempt: it cannot be replayed yet"),
        (gone.delivery_id, "WEBHOOK_EVENT_EXPIRED", "The event of the delivery is kept no longer"),
    ):
        reply = own("POST", f"{PATH}/{webhook}/deliveries/{delivery_id}/replay")
        assert (reply.status, reply.json["code"], reply.message) == (409, code, message)
        [error] = own.graphql(REPLAY, id=delivery_id)["errors"]
        assert (error["extensions"]["code"], error["extensions"]["subCode"]) == ("CONFLICT", code)
    assert own("GET", f"{PATH}/{webhook}/deliveries/{gone.delivery_id}").json["requestBody"] is None
    assert queue.sent == []


def test_while_the_queue_takes_nothing(
    own: MetadataClient, webhook: str, log: Log, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = log.add(NOW, "dead")

    def fail(*_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://sqs.example")

    with monkeypatch.context() as broken:
        broken.setattr(queue, "send", fail)
        for reply in (
            own("POST", f"{PATH}/{webhook}/deliveries/{failed}/replay"),
            own("POST", f"{PATH}/{webhook}/replay"),
            own("PATCH", f"{PATH}/{webhook}", {"isEnabled": True}),
        ):
            assert (reply.status, reply.headers["retry-after"]) == (503, "1")
            assert reply.message == "Deliveries cannot be queued right now. Please try again."
    assert own("POST", f"{PATH}/{webhook}/replay").json["count"] == 1, "it still counts as failed"


def test_switching_on_sends_what_has_waited(
    own: MetadataClient, webhook: str, made: Provisioned, queue: FakeQueue
) -> None:
    own("PATCH", f"{PATH}/{webhook}", {"isEnabled": False})
    assert queue.sent == []
    own("PATCH", f"{PATH}/{webhook}", {"isEnabled": True})
    update = "mutation($input: UpdateWebhookInput!) { updateWebhook(input: $input) { id } }"
    own.data(update, input={"id": webhook, "update": {"isEnabled": True}})
    assert [(m.workspace_id, m.webhook_id, m.delivery_id) for m in queue.sent] == [
        (made.workspace_id, webhook, None)
    ] * 2


def test_questions_that_are_refused(own: MetadataClient, webhook: str) -> None:
    place = f"{PATH}/{webhook}"
    for reply, message in (
        (
            own("GET", f"{place}/deliveries", state="lost"),
            "state 'lost' is invalid. Allowed values are waiting, delivered, failed, dead, skipped",
        ),
        (own("GET", f"{place}/deliveries", limit="x"), "limit 'x' is invalid. Should be an integer"),
        (own("GET", f"{place}/deliveries", starting_after="x"), "Invalid cursor: x"),
        (
            own("GET", f"{place}/deliveries", ending_before=UNKNOWN),
            "'ending_before' is not supported: deliveries are read from the newest one on.",
        ),
        (own("GET", f"{place}/deliveries/x"), "Validation failed (uuid is expected)"),
        (own("POST", f"{place}/replay", {"since": "yesterday"}), "since must be a valid ISO 8601 date string"),
        (
            own("POST", f"{place}/replay", {"state": "delivered"}),
            "state must be one of the following values: failed",
        ),
        (own("POST", f"{place}/replay", ["x"]), "Request body must be a JSON object"),
        (own("POST", f"{place}/test", {"eventName": 5}), "eventName must be a string"),
    ):
        messages = reply.json.get("messages") or [reply.message]
        assert (reply.status, messages) == (400, [message])
    [error] = own.graphql(PAGE, id=webhook, first=-1)["errors"]
    assert error["message"] == "'first' must be a non-negative integer"
    [error] = own.graphql(REPLAY_ALL, id=webhook, since="yesterday")["errors"]
    assert error["message"] == "since must be a valid ISO 8601 date string"


def test_what_is_not_there(own: MetadataClient, call: MetadataClient, webhook: str, log: Log) -> None:
    delivery = log.add(NOW, "dead")
    place = f"{PATH}/{webhook}/deliveries/{UNKNOWN}"
    for reply in (own("GET", place), own("POST", f"{place}/replay")):
        assert (reply.status, reply.json["code"]) == (404, "WEBHOOK_DELIVERY_NOT_FOUND")
    # Another workspace sees neither the webhook nor its deliveries.
    other = f"{PATH}/{webhook}"
    for reply in (
        *(call("GET", f"{other}/deliveries"), call("GET", f"{other}/deliveries/{delivery}")),
        *(call("POST", f"{other}/deliveries/{delivery}/replay"), call("POST", f"{other}/replay")),
        call("POST", f"{other}/test"),
    ):
        assert (reply.status, reply.json["code"]) == (404, "WEBHOOK_NOT_FOUND")
    for answer in (call.graphql(ONE, id=delivery), call.graphql(REPLAY, id=delivery), own.graphql(ONE, id=UNKNOWN)):
        [error] = answer["errors"]
        assert error["extensions"]["subCode"] == "WEBHOOK_DELIVERY_NOT_FOUND"
    for answer in (
        call.graphql(PAGE, id=webhook),
        call.graphql(TEST, id=webhook),
        call.graphql(REPLAY_ALL, id=webhook),
    ):
        [error] = answer["errors"]
        assert error["extensions"]["subCode"] == "WEBHOOK_NOT_FOUND"


def test_everything_needs_the_flag(
    shared_table: Table, call: MetadataClient, client_with: Callable[..., MetadataClient], queue: FakeQueue
) -> None:
    webhook = call("POST", PATH, {"targetUrl": TARGET, "operations": []}).json["id"]
    without = client_with(canReadAllObjectRecords=True)
    place = f"{PATH}/{webhook}"
    for reply in (
        *(without("GET", f"{place}/deliveries"), without("GET", f"{place}/deliveries/{UNKNOWN}")),
        *(without("POST", f"{place}/deliveries/{UNKNOWN}/replay"), without("POST", f"{place}/replay")),
        without("POST", f"{place}/test", {"eventName": 5}),
    ):
        assert (reply.status, reply.json["code"]) == (403, "PERMISSION_DENIED")
    for query in (PAGE, ONE, REPLAY, REPLAY_ALL, TEST):
        [error] = without.graphql(query, id=webhook)["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"
    assert queue.sent == []
    call("DELETE", place)


def test_bodies_are_for_those_who_may_read_the_records(
    shared_table: Table, workspace: Provisioned, call: MetadataClient, client_with: Callable[..., MetadataClient]
) -> None:
    webhook = call("POST", PATH, {"targetUrl": TARGET, "operations": []}).json["id"]
    row = shared_table.get(keys.workspace(workspace.workspace_id))
    assert row is not None
    person = load_model(shared_table, workspace.workspace_id, MetadataState.parse(row)).by_singular["person"]
    delivery = Log(shared_table, workspace.workspace_id, webhook).add(NOW, "dead", object_key=person.key)
    place = f"{PATH}/{webhook}/deliveries/{delivery}"
    assert "record" in (call("GET", place).json["requestBody"] or "")
    reader = client_with(canUpdateAllSettings=True, canReadAllObjectRecords=True)
    assert reader("GET", place).json["requestBody"]
    blind = client_with(canUpdateAllSettings=True)
    assert blind("GET", place).json["requestBody"] is None
    assert blind.data(ONE, id=delivery)["webhookDelivery"]["requestBody"] is None
    assert blind("GET", place).json["response"] == "later"
    of_role = Log(shared_table, workspace.workspace_id, webhook).add(NOW, "dead", name="metadata.role.created")
    assert blind("GET", f"{PATH}/{webhook}/deliveries/{of_role}").json["requestBody"]
    call("DELETE", f"{PATH}/{webhook}")


# ------------------------------------------------------------------ tests of a webhook


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """The requests of tests; each is answered with 503."""
    requests: list[Request] = []

    def send(request: Request) -> Attempt:
        requests.append(request)
        return Attempt(
            status=503, error="HTTP 503", duration_ms=7, answer="x" * 4096, request_headers={"webhook-id": "e"}
        )

    monkeypatch.setattr(trial, "send_once", send)
    return requests


def test_a_ping_is_sent_at_once_and_only_once(own: MetadataClient, webhook: str, sent: list[Request]) -> None:
    own("PATCH", f"{PATH}/{webhook}", {"secret": "s", "headers": [{"name": "X-Team", "value": "crm"}]})
    reply = own("POST", f"{PATH}/{webhook}/test")
    assert reply.status == 201
    [request] = sent
    assert (request.target_url, list(request.secrets), dict(request.headers), request.is_test) == (
        *(TARGET, ["s"], {"X-Team": "crm"}, True),
    )
    body = orjson.loads(request.body)
    assert (list(body), body["eventName"]) == (
        ["targetUrl", "eventName", "workspaceId", "webhookId", "eventDate"],
        "ping",
    )
    assert reply.json == {
        "success": False,
        "status": 503,
        "error": "HTTP 503",
        "durationMs": 7,
        "response": "x" * 1024,
        "eventId": request.event_id,
        "eventName": "ping",
        "requestHeaders": {"webhook-id": "e"},
        "requestBody": request.body.decode(),
    }
    assert own.data(TEST, id=webhook)["testWebhook"]["eventName"] == "ping"
    assert len(sent) == 2
    assert own("GET", f"{PATH}/{webhook}/deliveries").json["data"] == [], "it is no delivery"


def test_samples_of_every_event_of_every_object(own: MetadataClient, webhook: str, sent: list[Request]) -> None:
    for action in ("created", "updated", "deleted", "restored", "destroyed"):
        assert own("POST", f"{PATH}/{webhook}/test", {"eventName": f"person.{action}"}).json["status"] == 503
        body = orjson.loads(sent[-1].body)
        assert (body["eventName"], body["objectMetadata"]["nameSingular"]) == (f"person.{action}", "person")
        assert {"id", "name", "emails", "companyId", "createdAt", "deletedAt"} <= set(body["record"])
        assert (body["record"]["deletedAt"] is None) == (action in ("created", "updated", "restored"))
        assert ("updatedFields" in body) == (action in ("updated", "deleted", "restored"))
    for name in ("nothing.created", "person.painted", "person", "*.*", "", "metadata.view.created"):
        reply = own("POST", f"{PATH}/{webhook}/test", {"eventName": name})
        assert (reply.status, reply.json["code"]) == (400, "WEBHOOK_EVENT_UNKNOWN")
        [error] = own.graphql(TEST, id=webhook, name=name)["errors"]
        assert error["extensions"]["subCode"] == "WEBHOOK_EVENT_UNKNOWN"
    assert len(sent) == 5


def test_one_test_in_a_request(own: MetadataClient, webhook: str, sent: list[Request]) -> None:
    query = "mutation($id: UUID!) { a: testWebhook(id: $id) { status } b: testWebhook(id: $id) { status } }"
    [error] = own.graphql(query, id=webhook)["errors"]
    assert error["message"] == "testWebhook may be asked for once in a request"
    assert len(sent) == 1


def test_a_test_calls_no_private_address(own: MetadataClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads to this machine: found out when it is called."""
    webhook = own("POST", PATH, {"targetUrl": "http://hook.example.com:8123/", "operations": []}).json["id"]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", 8123))])
    result = own("POST", f"{PATH}/{webhook}/test").json
    assert (result["success"], result["status"], result["response"]) == (False, None, "")
    assert "not a public address" in result["error"]
    own("DELETE", f"{PATH}/{webhook}")


def test_who_replayed_and_tested(
    own: MetadataClient, webhook: str, log: Log, sent: list[Request], queue: FakeQueue
) -> None:
    delivery = log.add(NOW, "dead")
    own("POST", f"{PATH}/{webhook}/deliveries/{delivery}/replay")
    own("POST", f"{PATH}/{webhook}/replay", {"since": instant_of(NOW)})
    own("POST", f"{PATH}/{webhook}/test", {"eventName": "company.updated"})
    entries = own("GET", "/rest/metadata/auditLog").json["data"]
    found = [(e["action"], e["after"]) for e in entries if e["target"]["id"] == webhook][:3]
    assert found == [
        ("webhook.tested", {"eventName": "company.updated", "success": False}),
        ("webhook.failedReplayed", {"since": instant_of(NOW), "count": 0}),
        ("webhook.deliveryReplayed", {"eventId": log.read(delivery).event_id, "deliveryId": delivery}),
    ]
