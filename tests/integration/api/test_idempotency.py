"""Requests with an Idempotency-Key as clients see them (docs/wire/rest.md#idempotency)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import orjson
import pytest

from icosa.access.api_keys import ApiKeys
from icosa.access.role_admin import create_role
from icosa.api.keys.app import keys_app
from icosa.provisioning.workspace import Provisioned
from icosa.runtime.asgi import asgi_proxy
from icosa.runtime.observation import Observation, observing
from icosa.store import once
from icosa.store.table import Table
from tests.integration.engine.crashes import CrashingTable, Fuse
from tests.integration.engine.scheduler import run_interleaved
from tests.integration.engine.world import all_rows
from tests.support.graphql_client import GraphqlClient
from tests.support.kms import emulated_cipher
from tests.support.metadata_client import MetadataClient
from tests.support.minting import tokens_in_process
from tests.support.provisioning import event_of, set_role
from tests.support.rest_client import Reply, RestClient
from tests.support.workspace import unique_tag, workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")
UNKNOWN = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"


@pytest.fixture(scope="module")
def call(shared_table: Table, workspace: Provisioned) -> RestClient:
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def gql(shared_table: Table, workspace: Provisioned) -> GraphqlClient:
    return GraphqlClient(shared_table, event_of(workspace))


@pytest.fixture
def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def _person(call: RestClient, **values: Any) -> str:
    made = call("POST", "/rest/people", {"name": {"lastName": unique_tag()}, **values})
    assert made.status == 201
    person_id: str = made.json["data"]["createPerson"]["id"]
    return person_id


def _total(call: RestClient, tag: str) -> int:
    total: int = call("GET", f"/rest/people?filter=name.lastName[eq]:{tag}").json["totalCount"]
    return total


def _same(first: Reply, again: Reply) -> None:
    assert again.headers.get("idempotency-replayed") == "true", again
    assert "idempotency-replayed" not in first.headers
    assert (again.status, again.json) == (first.status, first.json)
    assert {name: again.headers.get(name) for name in first.headers} == dict(first.headers)


# ------------------------------------------------------------------ every write of records


def _create(_: RestClient) -> tuple[str, str, Any]:
    return "POST", "/rest/people?bogus=1", {"name": {"lastName": unique_tag()}}


def _batch(_: RestClient) -> tuple[str, str, Any]:
    return "POST", "/rest/batch/people", [{"name": {"lastName": unique_tag()}} for _ in range(3)]


def _long_batch(_: RestClient) -> tuple[str, str, Any]:
    return "POST", "/rest/batch/people", [{"name": {"lastName": unique_tag()}} for _ in range(12)]


def _nested(_: RestClient) -> tuple[str, str, Any]:
    return "POST", "/rest/people?depth=1", {"company": {"create": {"name": unique_tag()}}}


def _update(call: RestClient) -> tuple[str, str, Any]:
    return "PATCH", f"/rest/people/{_person(call)}", {"jobTitle": "CTO"}


def _replace(call: RestClient) -> tuple[str, str, Any]:
    return "PUT", f"/rest/people/{_person(call)}?depth=1", {"jobTitle": "CTO"}


def _update_many(call: RestClient) -> tuple[str, str, Any]:
    return "PATCH", f"/rest/people?filter=id[eq]:{_person(call)}", {"jobTitle": "CTO"}


def _update_none(_: RestClient) -> tuple[str, str, Any]:
    return "PATCH", f"/rest/people?filter=id[eq]:{UNKNOWN}", {"jobTitle": "CTO"}


def _delete(call: RestClient) -> tuple[str, str, Any]:
    return "DELETE", f"/rest/people/{_person(call)}?soft_delete=true", None


def _destroy(call: RestClient) -> tuple[str, str, Any]:
    return "DELETE", f"/rest/people/{_person(call)}", None


def _restore(call: RestClient) -> tuple[str, str, Any]:
    person = _person(call)
    call("DELETE", f"/rest/people/{person}?soft_delete=true")
    return "PATCH", f"/rest/people/{person}/restore", None


def _merge(call: RestClient) -> tuple[str, str, Any]:
    return "PATCH", "/rest/people/merge", {"ids": [_person(call), _person(call)], "conflictPriorityIndex": 0}


def _preview(call: RestClient) -> tuple[str, str, Any]:
    return "PATCH", "/rest/people/merge", {**_merge(call)[2], "dryRun": True}


def _duplicates(call: RestClient) -> tuple[str, str, Any]:
    return "POST", "/rest/people/duplicates", {"ids": [_person(call)]}


Made = Callable[[RestClient], tuple[str, str, Any]]
WRITES: tuple[Made, ...] = (
    _create,
    _batch,
    _long_batch,
    _nested,
    _update,
    _replace,
    _update_many,
    _update_none,
    _delete,
    _destroy,
    _restore,
    _merge,
    _preview,
    _duplicates,
)


@pytest.mark.parametrize("make", WRITES, ids=lambda make: make.__name__)
def test_a_request_is_made_once(call: RestClient, key: dict[str, str], make: Made) -> None:
    method, path, body = make(call)
    first = call(method, path, body, headers=key)
    assert first.status in (200, 201)
    before = all_rows(call.table)
    for _ in range(2):
        _same(first, call(method, path, body, headers=key))
    assert all_rows(call.table) == before, "nothing was written again"


# ------------------------------------------------------------------ whose key it is, and for what


def test_another_request_needs_another_key(call: RestClient, key: dict[str, str]) -> None:
    tag = unique_tag()
    body = {"name": {"lastName": tag}}
    assert call("POST", "/rest/people", body, headers=key).status == 201
    for method, path, other in (
        ("POST", "/rest/people", {"name": {"lastName": tag}, "jobTitle": "x"}),
        ("POST", "/rest/people?depth=1", body),
        ("POST", "/rest/companies", body),
        ("PATCH", f"/rest/people/{_person(call)}", body),
    ):
        refused = call(method, path, other, headers=key)
        assert (refused.status, refused.json["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
        assert refused.json["error"] == "UnprocessableEntityException"
    assert _total(call, tag) == 1
    assert call("GET", "/rest/people?limit=1", headers=key).status == 200, "reads have no need of keys"


def test_keys_belong_to_api_keys_and_workspaces(
    call: RestClient, key: dict[str, str], workspace: Provisioned, api_keys: ApiKeys
) -> None:
    tag = unique_tag()
    body = {"name": {"lastName": tag}}
    other_key = api_keys.create(workspace.workspace_id, name="k", role_id=workspace.api_key.role_id)
    others = RestClient(call.table, event_of(workspace, key_id=other_key.id))
    first = call("POST", "/rest/people", body, headers=key)
    second = others("POST", "/rest/people", body, headers=key)
    assert (first.status, second.status, _total(call, tag)) == (201, 201, 2)
    rows = {sk.partition("#")[0] for pk, sk in all_rows(call.table) if pk == f"{workspace.workspace_id}#O"}
    assert {other_key.id, workspace.api_key.id} <= rows


@pytest.mark.parametrize("value", ["", "x" * 256, "caf\u00e9", "a\tb"])
def test_keys_that_are_none(call: RestClient, gql: GraphqlClient, value: str) -> None:
    refused = call("POST", "/rest/people", {}, headers={"Idempotency-Key": value})
    assert (refused.status, refused.json["code"]) == (400, "INVALID_IDEMPOTENCY_KEY")
    assert "255" in refused.message
    over = gql.send("POST", {"query": "mutation { createPerson(data: {}) { id } }"}, headers={"Idempotency-Key": value})
    assert (over.status, over.json["code"]) == (400, "INVALID_IDEMPOTENCY_KEY")


def test_the_longest_key(call: RestClient) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex.ljust(255, "~")}
    assert call("POST", "/rest/people", {}, headers=key).status == 201
    assert not any("~" * 20 in repr(item) for item in all_rows(call.table).values()), "keys are not stored"


def test_refusals_are_not_remembered(call: RestClient, key: dict[str, str]) -> None:
    before = all_rows(call.table)
    assert call("POST", "/rest/people", {"nope": 1}, headers=key).status == 400
    assert call("PATCH", f"/rest/people/{UNKNOWN}", {}, headers=key).status == 404
    assert call("POST", "/rest/people", {}, headers={**key, "If-Match": "*"}).status == 400
    assert all_rows(call.table) == before
    assert call("POST", "/rest/people", {}, headers=key).status == 201


def test_a_retry_of_a_conditional_write_is_no_conflict(call: RestClient, key: dict[str, str]) -> None:
    path = f"/rest/people/{_person(call)}"
    headers = {**key, "If-Match": call("GET", path).headers["etag"]}
    first = call("PATCH", path, {"jobTitle": "a"}, headers=headers)
    assert first.status == 200
    _same(first, call("PATCH", path, {"jobTitle": "a"}, headers=headers))


def test_answers_expire(call: RestClient, key: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    tag = unique_tag()
    body = {"name": {"lastName": tag}}
    call("POST", "/rest/people", body, headers=key)
    now = once._now_ms()
    monkeypatch.setattr(once, "_now_ms", lambda: now + once.KEPT_MS - 1_000)
    assert call("POST", "/rest/people", body, headers=key).headers["idempotency-replayed"] == "true"
    monkeypatch.setattr(once, "_now_ms", lambda: now + once.KEPT_MS + 1_000)
    assert "idempotency-replayed" not in call("POST", "/rest/people", body, headers=key).headers
    assert _total(call, tag) == 2
    [row] = [item for item in all_rows(call.table).values() if item.get("at") == now + once.KEPT_MS + 1_000]
    assert row["ttl"] > (row["at"] + once.KEPT_MS) / 1000


def test_other_rights_see_no_old_answers(
    call: RestClient, key: dict[str, str], workspace: Provisioned, api_keys: ApiKeys
) -> None:
    everything = dict.fromkeys(("canReadAllObjectRecords", "canUpdateAllObjectRecords"), True)
    role = create_role(workspace.workspace_id, {"label": unique_tag(), **everything})
    made = api_keys.create(workspace.workspace_id, name="k", role_id=role["id"])
    caller = RestClient(call.table, event_of(workspace, key_id=made.id))
    tag = unique_tag()
    body = {"name": {"lastName": tag}}
    assert caller("POST", "/rest/people", body, headers=key).status == 201
    set_role(call.table, workspace.workspace_id, role["id"], canReadAllObjectRecords=False)
    refused = caller("POST", "/rest/people", body, headers=key)
    assert (refused.status, refused.json.get("code")) in (
        (403, "IDEMPOTENCY_RIGHTS_CHANGED"),
        (403, "PERMISSION_DENIED"),
    )
    set_role(call.table, workspace.workspace_id, role["id"], canReadAllObjectRecords=True, description="other")
    refused = caller("POST", "/rest/people", body, headers=key)
    assert (refused.status, refused.json["code"]) == (403, "IDEMPOTENCY_RIGHTS_CHANGED")
    assert tag not in repr(refused.json)
    assert _total(call, tag) == 1


# ------------------------------------------------------------------ what it costs


def _units(reply: Reply) -> tuple[int, float, float]:
    capacity = dict(part.split("=") for part in reply.headers["x-icosa-capacity"].split())
    return int(reply.headers["x-icosa-round-trips"]), float(capacity["read"]), float(capacity["write"])


def test_costs(call: RestClient) -> None:
    explain = {"X-Icosa-Explain": "1"}
    for _ in range(2):  # From then on the caller's key and role are remembered.
        call("GET", "/rest/people", limit=1)
    key = {**explain, "Idempotency-Key": uuid.uuid4().hex}
    body = {"name": {"firstName": "Ada"}}
    plain, first = (call("POST", "/rest/people", body, headers=headers) for headers in (explain, key))
    again = call("POST", "/rest/people", body, headers=key)
    trips, read, write = _units(plain)
    assert _units(first) == (trips, read, write + 2), "two units for each KB of answer, in the same transaction"
    assert _units(again) == (0, 0, 0)
    authentication = [reply.headers["x-icosa-authentication"] for reply in (plain, first, again)]
    assert authentication == [
        "round-trips=1 calls=1 read=2 write=0",
        "round-trips=1 calls=1 read=3 write=0",
        "round-trips=1 calls=1 read=3 write=0",
    ]


# ------------------------------------------------------------------ crashes


@pytest.mark.parametrize(
    "make", [_create, _long_batch, _nested, _update, _destroy, _merge], ids=lambda make: make.__name__
)
def test_whenever_the_process_dies_a_retry_ends_in_one_write(call: RestClient, make: Made) -> None:
    probe = Fuse(None)
    table = CrashingTable(call.table.name, call.table._client, None, probe)
    method, path, body = make(call)
    assert RestClient(table, call.event)(method, path, body, headers={"Idempotency-Key": uuid.uuid4().hex}).status < 300
    for number in range(probe.calls):
        method, path, body = make(call)
        key = {"Idempotency-Key": uuid.uuid4().hex}
        dying = CrashingTable(call.table.name, call.table._client, None, Fuse(number))
        assert RestClient(dying, call.event)(method, path, body, headers=key).status == 500
        retried = call(method, path, body, headers=key)
        assert retried.status in (200, 201), (number, retried)
        again = call(method, path, body, headers=key)
        assert (again.status, again.json) == (retried.status, retried.json)
        if method == "POST" and isinstance(body, list | dict) and "company" not in body:
            bodies = body if isinstance(body, list) else [body]
            assert [_total(call, each["name"]["lastName"]) for each in bodies] == [1] * len(bodies), number
        if method == "POST" and "company" in body:
            name = body["company"]["create"]["name"]
            assert call("GET", f"/rest/companies?filter=name[eq]:{name}").json["totalCount"] == 1, number


def test_lost_answers_are_made_again_from_the_records(call: RestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers that are larger than their rows may be."""
    monkeypatch.setattr(once, "BODY_BYTES", 10)
    for make in (_create, _batch, _nested, _update, _delete, _restore, _merge):
        key = {"Idempotency-Key": uuid.uuid4().hex}
        method, path, body = make(call)
        first = call(method, path, body, headers=key)
        again = call(method, path, body, headers=key)
        assert again.headers["idempotency-replayed"] == "true"
        assert (again.status, again.json, again.headers.get("etag")) == (
            first.status,
            first.json,
            first.headers.get("etag"),
        )
    key = {"Idempotency-Key": uuid.uuid4().hex}
    method, path, body = _update(call)
    assert call(method, path, body, headers=key).status == 200
    call("DELETE", path)
    assert call(method, path, body, headers=key).status == 404, "what is gone cannot be shown"


# ------------------------------------------------------------------ side by side


@pytest.mark.parametrize("seed", range(12))
def test_storms_of_retries_make_one_record(call: RestClient, seed: int) -> None:
    """Several clients send the same request, one of them dies, and others send another one with the key."""
    random = Random(seed)
    tag = unique_tag()
    key = {"Idempotency-Key": uuid.uuid4().hex}
    email = {"primaryEmail": f"{tag}@example.com"} if seed % 2 else {}
    body: Any = {"name": {"lastName": tag}, "emails": email}
    path = "/rest/people"
    if seed % 3 == 0:
        path, body = "/rest/batch/people", [{**body, "emails": email if i == 0 else {}} for i in range(12)]
    size = len(body) if isinstance(body, list) else 1
    replies: list[Reply] = []

    def send(table: Table) -> None:
        replies.append(RestClient(table, call.event)("POST", path, body, headers=key))

    fuses = [Fuse(random.randrange(1, 12) if task == 0 else None) for task in range(3)]
    assert run_interleaved(call.table, random, [send] * 3, fuses) == [None] * 3
    final = call("POST", path, body, headers=key)
    assert final.status == 201, final
    assert _total(call, tag) == size
    for reply in replies:
        assert reply.status in (201, 500), reply
        if reply.status == 201:
            assert reply.json == final.json
    assert sum(reply.status == 500 for reply in replies) <= 1


def test_writes_side_by_side_are_made_once(call: RestClient) -> None:
    """What fails because another request with the key has come first is answered as that."""
    for seed, make in enumerate((_destroy, _delete, _merge, _update, _restore)):
        method, path, body = make(call)
        key = {"Idempotency-Key": uuid.uuid4().hex}
        headers = key
        if make is _update:
            headers = {**key, "If-Match": call("GET", path).headers["etag"]}
        replies: list[Reply] = []

        def send(table: Table, method: str = method, path: str = path, body: Any = body) -> None:
            replies.append(RestClient(table, call.event)(method, path, body, headers=headers))  # noqa: B023

        assert run_interleaved(call.table, Random(seed), [send] * 3, [Fuse(None)] * 3) == [None] * 3
        assert [reply.status for reply in replies] == [200] * 3, (make.__name__, replies)
        assert [reply.json for reply in replies] == [replies[0].json] * 3
        assert sum("idempotency-replayed" not in reply.headers for reply in replies) == 1


# ------------------------------------------------------------------ GraphQL


def _mutate(gql: GraphqlClient, query: str, key: dict[str, str]) -> Reply:
    return gql.send("POST", {"query": query}, headers=key)


@pytest.mark.parametrize("selection", ["id name { lastName }", "id company { id name }", "nope id"])
def test_mutations_are_made_once(gql: GraphqlClient, call: RestClient, key: dict[str, str], selection: str) -> None:
    tag = unique_tag()
    query = f'mutation {{ __typename made: createPerson(data: {{name: {{lastName: "{tag}"}}}}) {{ {selection} }} }}'
    first = _mutate(gql, query, key)
    assert first.json["data"]["made"]["id"]
    _same(first, _mutate(gql, query, key))
    other = _mutate(gql, query.replace("made", "other"), key)
    assert (other.status, other.json["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert other.json["errors"][0]["extensions"]["subCode"] == "IDEMPOTENCY_KEY_REUSED"
    assert _total(call, tag) == 1


def test_documents_with_several_mutations(
    gql: GraphqlClient, call: RestClient, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = unique_tag()
    create = f'createPerson(data: {{name: {{lastName: "{tag}"}}}}) {{ id }}'
    query = f'mutation {{ a: {create} b: {create} c: updatePerson(id: "{UNKNOWN}", data: {{}}) {{ id }} }}'
    first = _mutate(gql, query, key)
    assert [entry["path"] for entry in first.json["errors"]] == [["c"]]
    _same(first, _mutate(gql, query, key))
    assert _total(call, tag) == 2
    # A process that dies in between: nobody knows how far it has come, and nothing is made twice.
    dying = {"Idempotency-Key": uuid.uuid4().hex}
    table = CrashingTable(call.table.name, call.table._client, None, Fuse(5))
    assert _mutate(GraphqlClient(table, call.event), query, dying).json["errors"]
    refused = _mutate(gql, query, dying)
    assert (refused.status, refused.json["code"]) == (409, "IDEMPOTENCY_KEY_IN_USE")
    assert refused.headers["retry-after"] == "2"
    now = once._now_ms()
    monkeypatch.setattr(once, "CLAIM_MS", -1)
    monkeypatch.setattr("icosa.api.once.CLAIM_MS", -1)
    assert once._now_ms() >= now
    refused = _mutate(gql, query, dying)
    assert (refused.status, refused.json["code"]) == (409, "IDEMPOTENCY_OUTCOME_UNKNOWN")


def test_failed_mutations_are_not_remembered(gql: GraphqlClient, key: dict[str, str]) -> None:
    query = f'mutation {{ updatePerson(id: "{UNKNOWN}", data: {{}}) {{ id }} }}'
    for _ in range(2):
        failed = _mutate(gql, query, key)
        assert failed.json["errors"][0]["extensions"]["subCode"] == "RECORD_NOT_FOUND"
        assert "idempotency-replayed" not in failed.headers
    one = f'updatePerson(id: "{UNKNOWN}", data: {{}}) {{ id }}'
    two = f"mutation {{ a: {one} b: {one} }}"
    assert all(len(_mutate(gql, two, key).json["errors"]) == 2 for _ in range(2))
    assert _mutate(gql, "{ people { totalCount } }", key).json["data"], "reads have no need of keys"


# ------------------------------------------------------------------ metadata and keys


def test_metadata_is_made_once(shared_table: Table, workspace: Provisioned, key: dict[str, str]) -> None:
    metadata = MetadataClient(shared_table, event_of(workspace))
    name = unique_tag()
    body = {"nameSingular": name, "namePlural": f"{name}s", "labelSingular": name, "labelPlural": f"{name}s"}
    first = metadata("POST", "/rest/metadata/objects", body, headers=key)
    assert first.status == 201
    _same(first, metadata("POST", "/rest/metadata/objects", body, headers=key))
    assert metadata("POST", "/rest/metadata/objects", {}, headers=key).status == 422
    other = {"Idempotency-Key": uuid.uuid4().hex}
    assert metadata("POST", "/rest/metadata/objects", body, headers=other).status == 400
    assert metadata("POST", "/rest/metadata/objects", body, headers=other).json["messages"], "not remembered"
    query = f'mutation {{ createOneRole(createRoleInput: {{label: "{name}"}}) {{ id label }} }}'
    over = {"Idempotency-Key": uuid.uuid4().hex}
    role = metadata("POST", "/metadata", {"query": query}, headers=over)
    assert role.json["data"]["createOneRole"]["label"] == name
    _same(role, metadata("POST", "/metadata", {"query": query}, headers=over))


@pytest.fixture(scope="module")
def ciphers(api_keys: ApiKeys) -> Iterator[None]:
    """After the gateway: that one begins empty, and moto empties everything with it."""
    assert api_keys
    with emulated_cipher():
        yield


@pytest.mark.usefixtures("ciphers")
def test_secrets_are_not_kept(
    shared_table: Table, workspace: Provisioned, api_keys: ApiKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens_in_process(api_keys, monkeypatch)
    metadata = MetadataClient(shared_table, event_of(workspace))
    webhook = {"targetUrl": "https://example.com/hook", "operations": ["*.*"]}
    arguments = f'apiKeyId: "{workspace.api_key.id}", expiresAt: "2099-01-01T00:00:00Z"'
    query = f"mutation {{ generateApiKeyToken({arguments}) {{ t: token }} }}"

    def create(key: dict[str, str]) -> tuple[Reply, Any]:
        reply = metadata("POST", "/rest/metadata/webhooks", webhook, headers=key)
        return reply, reply.json.get("secret")

    def generate(key: dict[str, str]) -> tuple[Reply, Any]:
        reply = metadata("POST", "/metadata", {"query": query}, headers=key)
        return reply, (reply.json.get("data") or {"generateApiKeyToken": {"t": None}})["generateApiKeyToken"]["t"]

    for send in (create, generate):
        key = {"Idempotency-Key": uuid.uuid4().hex}
        _, secret = send(key)
        assert secret
        assert not any(secret in repr(item) for item in all_rows(shared_table).values() if item["PK"].endswith("#O"))
        refused, _ = send(key)
        assert (refused.status, refused.json["code"]) == (409, "IDEMPOTENCY_ANSWER_NOT_KEPT")
        assert secret not in repr(refused.json)


def test_keys_are_made_once(
    shared_table: Table, workspace: Provisioned, api_keys: ApiKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens_in_process(api_keys, monkeypatch)
    handler = asgi_proxy(keys_app(shared_table))

    def send(path: str, body: Any, key: str) -> Reply:
        event = {
            **event_of(workspace),
            "httpMethod": "POST",
            "path": path,
            "resource": "/rest/metadata/{proxy+}",
            "headers": {"Content-Type": "application/json", "Idempotency-Key": key},
            "multiValueQueryStringParameters": None,
            "body": orjson.dumps(body).decode(),
            "isBase64Encoded": False,
        }
        answer = handler(event, None)
        return Reply(answer["statusCode"], orjson.loads(answer["body"]), answer["headers"])

    body = {"name": unique_tag(), "roleId": workspace.api_key.role_id, "expiresAt": "2099-01-01T00:00:00Z"}
    key = uuid.uuid4().hex
    first = send("/rest/metadata/apiKeys", body, key)
    assert first.status == 201, first
    again = send("/rest/metadata/apiKeys", body, key)
    assert (again.status, again.json, again.headers["idempotency-replayed"]) == (201, first.json, "true")
    assert send("/rest/metadata/apiKeys", {**body, "name": "x"}, key).status == 422
    assert send("/rest/metadata/apiKeys", {"name": "x"}, uuid.uuid4().hex).status == 400
    path, body = f"/rest/metadata/apiKeys/{first.json['id']}/token", {"expiresAt": "2099-01-01T00:00:00Z"}
    key = uuid.uuid4().hex
    token = send(path, body, key)
    assert token.status == 201, token
    assert send(path, body, key).json["code"] == "IDEMPOTENCY_ANSWER_NOT_KEPT"
    assert not any(token.json["token"] in repr(item) for item in all_rows(shared_table).values())


# ------------------------------------------------------------------ what operators see


def test_errors_of_mutations_that_are_made_once_are_counted(gql: GraphqlClient, key: dict[str, str]) -> None:
    document = f'mutation {{ updatePerson(id: "{UNKNOWN}", data: {{ jobTitle: "Cook" }}) {{ id }} }}'
    with observing(Observation()) as seen:
        assert gql.send("POST", {"query": document}, headers=key).json["errors"]
    assert (seen.client_errors, seen.faults) == (1, 0)
