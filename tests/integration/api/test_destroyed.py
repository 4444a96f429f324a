"""What is left of records that are gone (docs/wire/rest.md#destroyed-records), and until when a reader has seen
everything (docs/wire/rest.md#watermark)."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.store import keys
from icosa.store.table import Table
from tests.support.graphql_client import GraphqlClient
from tests.support.provisioning import event_of, set_role
from tests.support.rest_client import RestClient
from tests.support.restricted import caller_of, model_of, restricted_caller, restricted_key
from tests.support.workspace import workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")


@pytest.fixture(scope="module")
def call(shared_table: Table, workspace: Any) -> RestClient:
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def gql(shared_table: Table, workspace: Any) -> GraphqlClient:
    return GraphqlClient(shared_table, event_of(workspace))


def _new(call: RestClient, number: int = 1, plural: str = "people", **members: Any) -> list[str]:
    made = call("POST", f"/rest/batch/{plural}", [members] * number)
    assert made.status == 201, made
    [records] = made.json["data"].values()
    return [each["id"] for each in records]


def _now(call: RestClient) -> str:
    """A moment before all that follows, and after all before."""
    [record_id] = _new(call)
    moment = call("GET", f"/rest/people/{record_id}").json["data"]["person"]["createdAt"]
    assert call("DELETE", f"/rest/people/{record_id}?soft_delete=true").status == 200
    return str(moment)


def _told(call: RestClient, plural: str = "people", **params: Any) -> list[str]:
    """The ids of destroyed records, page by page."""
    ids: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        page = call("GET", f"/rest/{plural}/destroyed", **params, **cursor)
        assert page.status == 200, page
        times = [each["destroyedAt"] for each in page.json["data"][plural]]
        assert times == sorted(times)
        ids += [each["id"] for each in page.json["data"][plural]]
        if not page.json["pageInfo"]["hasNextPage"]:
            return ids
        cursor = {"starting_after": page.json["pageInfo"]["endCursor"]}


def test_every_way_to_destroy_is_told(call: RestClient, gql: GraphqlClient) -> None:
    since = _now(call)
    one, gone, *many = _new(call, 5)
    assert call("DELETE", f"/rest/people/{one}").status == 200
    assert call("DELETE", f"/rest/people/{gone}?soft_delete=true").status == 200
    assert _told(call, since=since) == [one], "what is in the trash is not gone"
    gql.data(f'mutation {{ destroyPerson(id: "{gone}") {{ id }} }}')
    assert call("DELETE", f"/rest/people?filter=id[in]:[{','.join(many)}]").status == 200
    told = _told(call, since=since, limit="2")
    assert (told[:2], sorted(told[2:])) == ([one, gone], sorted(many))
    [target] = _new(call, plural="noteTargets")
    assert call("DELETE", f"/rest/noteTargets/{target}").status == 200
    assert _told(call, "noteTargets", since=since) == [target], "also where nothing can point at a record"
    query = """query($since: DateTime, $after: ConnectionCursor) {
        destroyedPeople(since: $since, first: 3, after: $after) {
            edges { cursor node { id destroyedAt __typename } }
            pageInfo { hasNextPage hasPreviousPage endCursor } } }"""
    page = gql.data(query, {"since": since})["destroyedPeople"]
    assert [edge["node"]["id"] for edge in page["edges"]] == told[:3]
    assert page["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": False, "endCursor": page["edges"][-1]["cursor"]}
    rest = gql.data(query, {"after": page["pageInfo"]["endCursor"]})["destroyedPeople"]
    assert [edge["node"]["id"] for edge in rest["edges"]] == told[3:]


def test_who_goes_on_from_a_cursor_is_told_of_what_comes(call: RestClient) -> None:
    since = _now(call)
    first, second = _new(call, 2)
    call("DELETE", f"/rest/people/{first}")
    page = call("GET", "/rest/people/destroyed", since=since).json
    empty = call("GET", "/rest/people/destroyed", starting_after=page["pageInfo"]["endCursor"]).json
    assert (empty["data"]["people"], empty["pageInfo"]["endCursor"]) == ([], page["pageInfo"]["endCursor"])
    call("DELETE", f"/rest/people/{second}")
    later = call("GET", "/rest/people/destroyed", starting_after=page["pageInfo"]["endCursor"]).json
    assert [each["id"] for each in later["data"]["people"]] == [second]


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"since": "2020-01-01"}, 400, "TOMBSTONES_EXPIRED"),
        ({"starting_after": "1577836800000#0123456789ab.1"}, 400, "TOMBSTONES_EXPIRED"),
        ({"starting_after": "17"}, 400, "INVALID_CURSOR"),
        ({"since": "soon"}, 400, "INVALID_QUERY_INPUT"),
    ],
)
def test_what_is_not_known_is_refused(call: RestClient, params: Any, status: int, code: str) -> None:
    reply = call("GET", "/rest/people/destroyed", **params)
    assert (reply.status, reply.json["code"]) == (status, code)


def test_the_roles_rights_hold(call: RestClient, shared_table: Table, workspace: Any, api_keys: ApiKeys) -> None:
    without = restricted_caller(shared_table, workspace, api_keys, objects={"person": {"canReadObjectRecords": False}})
    assert without.rest("GET", "/rest/people/destroyed").status == 403
    assert without.rest("GET", "/rest/companies/destroyed").status == 200
    assert without.gql("{ destroyedPeople { edges { node { id } } } }")["errors"]


def test_lists_say_until_when_they_are_whole(call: RestClient, gql: GraphqlClient) -> None:
    before = _now(call)
    for reply in (
        call("GET", "/rest/people"),
        call("GET", "/rest/people/destroyed"),
        gql.send("POST", {"query": "{ people { totalCount } }"}),
    ):
        headers = {name.lower(): value for name, value in reply.headers.items()}
        assert "2026" < headers["x-icosa-watermark"] < before
    assert "x-icosa-watermark" not in call("GET", "/rest/companies/groupBy?group_by=[]").headers


def test_references_that_a_destruction_clears_are_changes(call: RestClient) -> None:
    [company] = _new(call, plural="companies", name="Acme")
    [person] = _new(call, companyId=company)
    before = call("GET", f"/rest/people/{person}").json["data"]["person"]
    assert call("DELETE", f"/rest/companies/{company}").status == 200
    after = call("GET", f"/rest/people/{person}").json["data"]["person"]
    assert (before["companyId"], after["companyId"]) == (company, None)
    assert after["updatedAt"] > before["updatedAt"]
    changed = call("GET", "/rest/people", filter=f'updatedAt[gt]:"{before["updatedAt"]}"', limit="200")
    assert person in [each["id"] for each in changed.json["data"]["people"]]


def test_what_a_merge_points_at_its_survivor_has_changed(call: RestClient) -> None:
    kept, gone = _new(call, 2, plural="companies", name="Acme")
    [person] = _new(call, companyId=gone)
    before = call("GET", f"/rest/people/{person}").json["data"]["person"]
    merged = call("PATCH", "/rest/companies/merge", {"ids": [kept, gone], "conflictPriorityIndex": 0})
    assert merged.status == 200, merged
    after = call("GET", f"/rest/people/{person}").json["data"]["person"]
    assert after["companyId"] == kept and after["updatedAt"] > before["updatedAt"]


def test_roles_that_see_some_of_the_records_are_sent_to_the_feed(
    shared_table: Table, workspace: Any, api_keys: ApiKeys
) -> None:
    model = model_of(shared_table, workspace)
    person = model.by_singular["person"]
    key_id = restricted_key(shared_table, workspace, api_keys)
    rule = {
        "id": "20202020-0000-4000-8000-0000000000aa",
        "objectMetadataId": person.id,
        "fieldMetadataId": person.by_name["jobTitle"].id,
        "operand": "IS",
        "value": "Analyst",
    }
    stored = shared_table.get(keys.api_key(workspace.workspace_id, key_id))
    assert stored is not None
    set_role(shared_table, workspace.workspace_id, stored["roleId"], rowLevelPredicates=[rule])
    some = caller_of(shared_table, workspace, key_id)
    refused = some.rest("GET", "/rest/people/destroyed")
    assert refused.status == 403 and "feed of events" in refused.json["messages"][0]
    assert some.rest("GET", "/rest/companies/destroyed").status == 200
    [error] = some.gql.send("POST", {"query": "{ destroyedPeople { edges { node { id } } } }"}).json["errors"]
    assert "feed of events" in error["message"]
