"""Webhooks on the local stack: from a write to a signed request that a receiver on this machine gets, its delivery in
the log, and a replay; and secrets, which are nowhere in clear.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.receiver import Received, Receiver, receiver
from tests.support.stack import RunningStack, local_stack
from tests.support.workspace_api import WorkspaceApi

pytestmark = pytest.mark.slow

SECRET = "a secret that no file of the data folder may have"
VALUE = "a value of a header that no file may have either"


# ------------------------------------------------------------------ from a write to its receiver


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with local_stack(tmp_path_factory.mktemp("webhooks") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def api(stack: RunningStack) -> WorkspaceApi:
    return WorkspaceApi(url=f"{stack.url}/", key=stack.key)


@pytest.fixture
def taker() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def _listen(api: WorkspaceApi, taker: Receiver, *operations: str, **members: Any) -> Any:
    """A webhook that the receiver knows by its path."""
    body = {"targetUrl": f"{taker.url}/in", "operations": operations or ["*.*"], **members}
    return api.rest("POST", "metadata/webhooks", body, status=201)


def _is_genuine(request: Received, secret: str) -> bool:
    signed = f"{request.headers['x-twenty-webhook-timestamp']}:".encode() + request.raw
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(request.headers["x-twenty-webhook-signature"], expected)


def _names(requests: list[Received]) -> list[str]:
    return [each.body["eventName"] for each in requests]


def _deliveries(api: WorkspaceApi, webhook: Any, query: str = "") -> list[Any]:
    found: list[Any] = api.rest("GET", f"metadata/webhooks/{webhook['id']}/deliveries{query}")["data"]
    return found


def test_every_kind_of_write_reaches_the_receiver(api: WorkspaceApi, taker: Receiver) -> None:
    """Standard and custom objects, REST and GraphQL, single and nested writes, through the life of a record."""
    api.create_object("probe", "Probe")
    webhook = _listen(
        api, taker, "probe.*", "company.*", "person.created", headers=[{"name": "X-Team", "value": "crm"}]
    )
    probe = api.create_record("probes", {"name": "Voyager"})
    api.rest("PATCH", f"probes/{probe['id']}", {"name": "Voyager 1"})
    api.rest("DELETE", f"probes/{probe['id']}?soft_delete=true")
    api.rest("PATCH", f"restore/probes/{probe['id']}")
    api.rest("DELETE", f"probes/{probe['id']}")
    nested = {"jobTitle": "Navigator", "company": {"create": {"name": "Heliopause"}}}
    create = "mutation($data: PersonCreateInput!) { createPerson(data: $data) { company { id } } }"
    company = api.graphql("graphql", create, data=nested)["createPerson"]["company"]
    api.graphql(
        "graphql",
        'mutation($id: UUID!) { updateCompany(id: $id, data: {name: "Termination shock"}) { id } }',
        id=company["id"],
    )
    api.graphql("graphql", "mutation($id: UUID!) { deleteCompany(id: $id) { id } }", id=company["id"])
    api.graphql("graphql", "mutation($id: UUID!) { restoreCompany(id: $id) { id } }", id=company["id"])
    api.graphql("graphql", "mutation($id: UUID!) { deleteCompany(id: $id) { id } }", id=company["id"])
    api.graphql("graphql", "mutation($id: UUID!) { destroyCompany(id: $id) { id } }", id=company["id"])

    life = ("created", "updated", "deleted", "restored", "destroyed")
    expected = {f"{name}.{action}" for name in ("probe", "company") for action in life} | {"person.created"}
    twice = "company.deleted"
    got = taker.wait(lambda all_: expected <= set(_names(all_)) and _names(all_).count(twice) == 2)
    assert sorted(_names(got)) == sorted([*expected, twice]), "each event comes once"
    assert len({each.event_id for each in got}) == len(got)
    for request in got:
        assert _is_genuine(request, webhook["secret"])
        assert request.headers["x-team"] == "crm"
        assert request.body["webhookId"] == webhook["id"]
    [updated] = taker.named("probe.updated")
    assert (updated.body["updatedFields"], updated.body["record"]["name"]) == (["name"], "Voyager 1")
    [navigator] = taker.named("person.created")
    assert navigator.body["record"]["companyId"] == company["id"]


def test_a_batch_of_sixty_is_sixty_requests(api: WorkspaceApi, taker: Receiver) -> None:
    _listen(api, taker, "opportunity.created")
    made = api.rest("POST", "batch/opportunities", [{"name": f"Batch {number}"} for number in range(60)], status=201)
    [records] = made["data"].values()
    got = taker.wait(lambda all_: len({each.event_id for each in all_}) >= 60)
    assert {each.body["record"]["id"] for each in got} == {record["id"] for record in records}
    assert len({each.body["eventDate"] for each in got}) == 1, "they happened at the same time"


def test_a_dead_endpoint_recovers_and_gets_what_it_missed(api: WorkspaceApi, taker: Receiver) -> None:
    """It is down for two events. One is replayed by hand, all others that failed together, in the log of both APIs."""
    taker.status = 503
    webhook = _listen(api, taker, "note.created")
    place = f"metadata/webhooks/{webhook['id']}"
    titles = {api.create_record("notes", {"title": f"Note {number}"})["id"] for number in range(2)}
    failed = taker.wait(lambda all_: len({each.event_id for each in all_}) == 2)
    assert {each.body["record"]["id"] for each in failed} == titles
    taker.wait(lambda _: len(_deliveries(api, webhook, "?state=failed")) == 2)
    shown = api.rest("GET", f"{place}/deliveries/{_deliveries(api, webhook)[0]['id']}")
    assert (shown["state"], shown["lastStatus"], shown["response"]) == ("failed", 503, '{"answered": 503}')
    assert shown["requestBody"].encode() == next(e.raw for e in failed if e.event_id == shown["eventId"])
    assert api.rest("GET", place)["failingSince"]

    api.rest("PATCH", place, {"isEnabled": False})
    taker.status = 200
    seen = len(taker.requests)
    api.rest("PATCH", place, {"isEnabled": True})
    one = api.rest("POST", f"{place}/deliveries/{shown['id']}/replay", status=202)
    all_failed = "mutation($id: UUID!) { replayWebhookDeliveries(webhookId: $id) { count hasMore } }"
    api.graphql("metadata", all_failed, id=webhook["id"])
    # By whatever delivery, a retry or a replay: both events arrive, under the ids that they had.
    ids = {each.event_id for each in failed}
    again = taker.wait(lambda all_: {each.event_id for each in all_[seen:]} == ids)
    assert all(_is_genuine(each, webhook["secret"]) for each in again)
    taker.wait(
        lambda _: (
            {each["eventId"] for each in _deliveries(api, webhook, "?state=delivered")} == ids
            and api.rest("GET", f"{place}/deliveries/{one['id']}")["state"] == "delivered"
        )
    )
    healthy = api.rest("GET", place)
    assert (healthy["failingSince"], healthy["disabledReason"]) == (None, None)
    assert healthy["lastSuccessAt"]


def test_both_secrets_sign_after_a_rotation(api: WorkspaceApi, taker: Receiver) -> None:
    webhook = _listen(api, taker, "task.created")
    rotated = api.rest("POST", f"metadata/webhooks/{webhook['id']}/rotateSecret", status=201)
    result = api.rest("POST", f"metadata/webhooks/{webhook['id']}/test", {"eventName": "task.created"}, status=201)
    assert (result["success"], result["status"], result["response"]) == (True, 200, '{"answered": 200}')
    api.create_record("tasks", {"title": "Look at both"})
    test, real = taker.wait(lambda all_: len(all_) == 2)
    assert (test.headers.get("x-icosa-test"), real.headers.get("x-icosa-test")) == ("true", None)
    for request in (test, real):
        assert len(request.headers["webhook-signature"].split()) == 2
        assert _is_genuine(request, rotated["secret"])
    assert set(test.body) == set(real.body)
    assert list(test.body["record"]) == list(real.body["record"]), "a sample looks like a real event"


# ------------------------------------------------------------------ timelines, which listen to the same


def test_changes_are_on_the_timeline_of_their_record(api: WorkspaceApi) -> None:
    """Single writes, a batch, notes; read nested over GraphQL, as clients that show a history do."""
    setting = "mutation($data: UpdateWorkspaceInput!) { updateWorkspace(data: $data) { timeline } }"
    assert api.graphql("metadata", setting, data={"timeline": "on"})["updateWorkspace"] == {"timeline": "on"}
    try:
        _until(lambda: _probe(api), bool)
        person = api.create_record("people", {"name": {"firstName": "Ann", "lastName": "Lee"}, "jobTitle": "Cook"})[
            "id"
        ]
        api.rest("PATCH", f"people/{person}", {"jobTitle": "Chef"})
        api.rest("DELETE", f"people/{person}?soft_delete=true")
        api.rest("PATCH", f"restore/people/{person}")
        note = api.create_record("notes", {"title": "Called"})["id"]
        api.create_record("noteTargets", {"noteId": note, "targetPersonId": person})
        expected = ["linked-note.created", "person.created", "person.deleted", "person.restored", "person.updated"]
        by_name = _told(api, person, expected)
        assert by_name["person.updated"]["properties"]["diff"] == {"jobTitle": {"before": "Cook", "after": "Chef"}}
        assert by_name["person.updated"]["createdBy"]["name"]
        assert by_name["linked-note.created"]["linkedRecordCachedName"] == "Called"
        batch = api.rest("POST", "batch/people", [{"jobTitle": f"b{number}"} for number in range(20)], status=201)
        made = ",".join(each["id"] for each in batch["data"]["createPeople"])
        told = _until(lambda: _activities(api, f"?filter=targetPersonId[in]:[{made}]"), lambda found: len(found) == 20)
        assert {each["name"] for each in told} == {"person.created"}
        api.rest("DELETE", f"people/{person}")
        left = _until(
            lambda: _activities(api, f"?filter=linkedRecordId[eq]:{person}"),
            lambda found: [each["name"] for each in found] == ["person.destroyed"],
        )
        assert left[0]["targetPersonId"] is None and left[0]["linkedRecordCachedName"] == "Ann Lee"
    finally:
        api.graphql("metadata", setting, data={"timeline": "off"})


def _probe(api: WorkspaceApi) -> list[Any]:
    """Something to tell of, and what has been told: some once the function has seen that timelines are on."""
    api.create_record("tasks", {"title": "probe"})
    return _activities(api, "?limit=1")


def _activities(api: WorkspaceApi, query: str) -> list[Any]:
    found: list[Any] = api.rest("GET", f"timelineActivities{query}")["data"]["timelineActivities"]
    return found


def _until[T](read: Callable[[], T], enough: Callable[[T], bool]) -> T:
    """What is read when it is enough."""
    end = time.monotonic() + 60
    while not enough(found := read()):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


def _told(api: WorkspaceApi, person: str, names: list[str]) -> dict[str, Any]:
    """A person's activities by name, when these are all there."""
    query = """query($id: UUID!) { person(filter: {id: {eq: $id}}) {
      timelineActivities(orderBy: [{createdAt: DescNullsLast}]) {
        edges { node { name properties linkedRecordCachedName createdBy { name } } }
    } } }"""

    def read() -> list[Any]:
        found = api.graphql("graphql", query, id=person)["person"]["timelineActivities"]["edges"]
        return [edge["node"] for edge in found]

    nodes = _until(read, lambda nodes: sorted(node["name"] for node in nodes) == names)
    return {node["name"]: node for node in nodes}


# ------------------------------------------------------------------ at rest: ends the stack, so it comes last


def test_a_secret_is_shown_and_is_nowhere_in_clear(stack: RunningStack, api: WorkspaceApi) -> None:
    given = {
        "targetUrl": "https://hooks.example.com",
        "operations": [],
        "secret": SECRET,
        "headers": [{"name": "X-Key", "value": VALUE}],
    }
    webhook = api.rest("POST", "metadata/webhooks", given, status=201)
    assert webhook["secret"] == SECRET
    assert stack.stop() == 0

    files = [path for path in stack.data.rglob("*") if path.is_file()]
    assert stack.data / "dynamodb.db" in files
    hidden = (SECRET.encode(), VALUE.encode())
    assert not [path for path in files if any(text in path.read_bytes() for text in hidden)]

    with local_stack(stack.data) as again:
        opened = WorkspaceApi(url=f"{again.url}/", key=again.key)
        query = "query($id: UUID!) { webhook(id: $id) { secret headers { name } } }"
        found = opened.graphql("metadata", query, id=webhook["id"])["webhook"]
        assert found == {"secret": SECRET, "headers": [{"name": "X-Key"}]}
