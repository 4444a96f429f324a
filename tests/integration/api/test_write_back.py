"""Records that are read and sent back: nothing is lost, and what changes nothing is no change
(docs/wire/rest.md#update)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icosa.access.api_keys import ApiKeys
from icosa.store.table import Table
from tests.support.graphql_client import GraphqlClient
from tests.support.provisioning import event_of
from tests.support.rest_client import Reply, RestClient
from tests.support.restricted import restricted_caller
from tests.support.workspace import unique_tag, workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")
_OLD = "2001-02-03T04:05:06.007Z"
_IMPORT = {"X-Icosa-Import": "1"}
_EXPLAIN = {"X-Icosa-Explain": "1"}


@pytest.fixture(scope="module")
def call(shared_table: Table, workspace: Any) -> RestClient:
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def gql(shared_table: Table, workspace: Any) -> GraphqlClient:
    return GraphqlClient(shared_table, event_of(workspace))


def _new(call: RestClient, **members: Any) -> dict[str, Any]:
    body = {
        "name": {"firstName": "Ada", "lastName": unique_tag()},
        "emails": {"primaryEmail": f"{unique_tag()}@Example.com"},
        "phones": {"primaryPhoneNumber": "+41446681800", "primaryPhoneCountryCode": "CH"},
        "linkedinLink": {"primaryLinkUrl": "https://example.com/ada", "primaryLinkLabel": "Ada"},
        "jobTitle": "Engineer",
        **members,
    }
    made = call("POST", "/rest/people", body)
    assert made.status == 201, made
    return dict(made.json["data"]["createPerson"])


def _read(call: RestClient, record_id: str) -> dict[str, Any]:
    return dict(call("GET", f"/rest/people/{record_id}").json["data"]["person"])


_Way = Callable[[RestClient, GraphqlClient, Mapping[str, Any], Mapping[str, str]], Reply]


def _by_gql(field: str, kind: str) -> _Way:
    def send(_: RestClient, gql: GraphqlClient, body: Mapping[str, Any], headers: Mapping[str, str]) -> Reply:
        documents = {
            "one": f"mutation($id: UUID!, $data: PersonUpdateInput!) {{ {field}(id: $id, data: $data) {{ id }} }}",
            "many": "mutation($filter: PersonFilterInput!, $data: PersonUpdateInput!) "
            f"{{ {field}(filter: $filter, data: $data) {{ id }} }}",
            "upsert": f"mutation($data: [PersonCreateInput!]!) {{ {field}(data: $data, upsert: true) {{ id }} }}",
        }
        variables: Any = {"data": [body] if kind == "upsert" else body}
        variables |= {"one": {"id": body["id"]}, "many": {"filter": {"id": {"eq": body["id"]}}}}.get(kind, {})
        reply = gql.send("POST", {"query": documents[kind], "variables": variables}, headers=headers)
        assert "errors" not in reply.json, reply
        return reply

    return send


_WAYS: Mapping[str, _Way] = {
    "patch": lambda call, _, body, headers: call("PATCH", f"/rest/people/{body['id']}", body, headers=headers),
    "put": lambda call, _, body, headers: call("PUT", f"/rest/people/{body['id']}", body, headers=headers),
    "bulk": lambda call, _, body, headers: call(
        "PATCH", f"/rest/people?filter=id[eq]:{body['id']}", body, headers=headers
    ),
    "upsert": lambda call, _, body, headers: call("POST", "/rest/people?upsert=true", body, headers=headers),
    "batch": lambda call, _, body, headers: call("POST", "/rest/batch/people?upsert=true", [body], headers=headers),
    "updatePerson": _by_gql("updatePerson", "one"),
    "updatePeople": _by_gql("updatePeople", "many"),
    "createPeople": _by_gql("createPeople", "upsert"),
}


@pytest.fixture(params=_WAYS)
def send(request: pytest.FixtureRequest, call: RestClient, gql: GraphqlClient) -> Callable[..., Reply]:
    way = _WAYS[request.param]

    def sent(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
        reply = way(call, gql, body, headers or {})
        assert reply.status in (200, 201), reply
        return reply

    return sent


def test_what_changes_nothing_is_no_change(call: RestClient, send: Callable[..., Reply]) -> None:
    person = _new(call)
    path = f"/rest/people/{person['id']}"
    tag = call("GET", path).headers["etag"]
    same = {**person, "emails": {"primaryEmail": person["emails"]["primaryEmail"].upper()}}
    for body in (person, {"id": person["id"], "phones": {"primaryPhoneNumber": "044 668 18 00"}}, same):
        reply = send(body, _EXPLAIN)
        headers = {name.lower(): value for name, value in reply.headers.items()}
        assert "write=0" in headers["x-icosa-capacity"], headers
    assert _read(call, person["id"]) == person
    assert call("GET", path).headers["etag"] == tag


def test_a_record_sent_back_with_a_change_has_a_new_stamp(call: RestClient, send: Callable[..., Reply]) -> None:
    person = _new(call)
    send({**person, "jobTitle": "Director"})
    after = _read(call, person["id"])
    assert (after["jobTitle"], after["createdAt"]) == ("Director", person["createdAt"])
    assert after["updatedAt"] > person["updatedAt"]
    # Who sends back what is out of date turns nothing back, either.
    send({**person, "jobTitle": "Rome"})
    assert _read(call, person["id"])["updatedAt"] > after["updatedAt"]


def test_imports_bring_their_stamps(call: RestClient, send: Callable[..., Reply]) -> None:
    person = _new(call, updatedAt=_OLD)
    assert person["updatedAt"] == _OLD
    send({"id": person["id"], "jobTitle": "Director", "updatedAt": _OLD})
    assert _read(call, person["id"])["updatedAt"] > person["createdAt"]
    send({"id": person["id"], "updatedAt": _OLD}, _IMPORT)
    assert _read(call, person["id"])["updatedAt"] == _OLD
    send({"id": person["id"], "updatedAt": "2002-01-01"})
    assert _read(call, person["id"])["updatedAt"] == _OLD, "no other value, and no import: nothing changes"


def test_the_header_has_one_value(call: RestClient, gql: GraphqlClient) -> None:
    person = _new(call)
    reply = call("PATCH", f"/rest/people/{person['id']}", {"jobTitle": "A"}, headers={"X-Icosa-Import": "yes"})
    assert (reply.status, reply.json["messages"]) == (400, ["X-Icosa-Import must be 1, or absent"])
    assert _read(call, person["id"]) == person


def test_a_batch_writes_what_changes_in_it(call: RestClient) -> None:
    people = [_new(call) for _ in range(3)]
    people[1]["jobTitle"] = "Director"
    sent = call("POST", "/rest/batch/people?upsert=true", people)
    assert sent.status == 201
    told = sent.json["data"]["createPeople"]
    assert [each["id"] for each in told] == [each["id"] for each in people]
    pairs = zip(told, people, strict=True)
    assert [each["updatedAt"] > old["updatedAt"] for each, old in pairs] == [False, True, False]


def test_equal_numbers_are_not_the_same_json(call: RestClient) -> None:
    """``1`` and ``true`` are equal for Python and others for clients."""
    [run] = call("POST", "/rest/workflowRuns", {"name": "a", "state": {"on": 1}}).json["data"].values()
    path = f"/rest/workflowRuns/{run['id']}"
    assert call("PATCH", path, {"state": {"on": True}}).status == 200
    assert call("GET", path).json["data"]["workflowRun"]["state"]["on"] is True


def test_a_hidden_value_cannot_be_guessed(
    call: RestClient, shared_table: Table, workspace: Any, api_keys: ApiKeys
) -> None:
    """Who may write a field and not read it learns nothing from whether a stamp moves, or from what a write costs."""
    person = _new(call)
    blind = restricted_caller(shared_table, workspace, api_keys, hidden=["person.jobTitle"])
    path, last = f"/rest/people/{person['id']}", person["updatedAt"]
    for guess in ("Engineer", "Director", "Director"):
        assert blind.rest("PATCH", path, {"jobTitle": guess}).status == 200
        moment = _read(call, person["id"])["updatedAt"]
        assert moment > last
        last = moment


@settings(max_examples=12, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.integers(0, 5),
            st.sampled_from(["read", "write", "write", "swap"]),
            st.sampled_from(["jobTitle", "name"]),
            st.sampled_from(["A", "B"]),
        ),
        min_size=6,
        max_size=14,
    )
)
def test_six_writers_that_send_back_what_they_have_read(
    call: RestClient, steps: list[tuple[int, str, str, str]]
) -> None:
    """Stamps never go back, move exactly with changes, and a compare-and-swap on them loses no update."""
    person = _new(call)
    path = f"/rest/people/{person['id']}"
    held = [person] * 6
    for writer, action, field, value in steps:
        before = _read(call, person["id"])
        if action == "read":
            held[writer] = before
            continue
        own = held[writer]
        new = {"firstName": value, "lastName": own["name"]["lastName"]} if field == "name" else value
        body = {**own, field: new}
        condition = f"?filter=updatedAt[eq]:{own['updatedAt']}" if action == "swap" else ""
        reply = call("PATCH", path + condition, body)
        after = _read(call, person["id"])
        if action == "swap" and own["updatedAt"] != before["updatedAt"]:
            assert (reply.status, reply.json["code"], after) == (412, "CONDITION_NOT_MET", before)
            continue
        assert reply.status == 200
        values = {name: body[name] for name in ("jobTitle", "name")}
        assert {name: after[name] for name in values} == values
        if values == {name: before[name] for name in values}:
            assert after == before
        else:
            assert after["updatedAt"] > before["updatedAt"]
        held[writer] = after
