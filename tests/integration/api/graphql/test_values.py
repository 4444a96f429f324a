"""Values that are read differently from what they look like, over both APIs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from icosa.metadata.service import MetadataService
from icosa.model.model import Object
from icosa.provisioning.workspace import Provisioned
from icosa.store.table import Table
from tests.support.graphql_client import GraphqlClient
from tests.support.rest_client import RestClient

ID = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a{:04x}"


@pytest.fixture(scope="module")
def count(shared_table: Table, workspace: Provisioned, rocket: Object) -> str:
    """A field of 32-bit integers."""
    service = MetadataService(shared_table, workspace.workspace_id)
    label = {"type": "NUMBER", "label": "Count", "settings": {"dataType": "int"}}
    return service.create_field({"objectMetadataId": rocket.id, "name": "countOfInts", **label}).name


@pytest.mark.parametrize("value", [1.5, 1e40, 2**31, -(2**31) - 1, 0.1, "1"])
def test_integers_are_integers(gql: GraphqlClient, rest: RestClient, count: str, value: Any) -> None:
    rocket = rest("POST", "/rest/rockets", {count: 7.0}).json["data"]["createRocket"]
    assert rocket[count] == 7
    for method, path in (("POST", "/rest/rockets"), ("PATCH", f"/rest/rockets/{rocket['id']}")):
        reply = rest(method, path, {count: value})
        assert (reply.status, reply.message.startswith("Invalid number value")) == (400, True)
    create = "mutation($d: RocketCreateInput!) { createRocket(data: $d) { id } }"
    assert gql.error(create, {"d": {count: value}})[1] == "BAD_USER_INPUT"
    for edge in (2**31 - 1, -(2**31), None):
        assert rest("PATCH", f"/rest/rockets/{rocket['id']}", {count: edge}).status == 200


def test_one_value_stands_for_a_list_of_one(gql: GraphqlClient, tag: str) -> None:
    gql.data(
        "mutation($d: RocketCreateInput!) { createRocket(data: $d) { id } }", {"d": {"name": tag, "colour": "RED"}}
    )
    query = "query($f: RocketFilterInput) { rockets(filter: $f) { totalCount } }"
    for one in ({"name": {"in": tag}}, {"and": {"name": {"eq": tag}}}, {"or": [{"name": {"in": tag}}]}):
        for colour in ({"in": "RED"}, {"containsAny": "RED"}):
            assert gql.data(query, {"f": {**one, "colour": colour}})["rockets"]["totalCount"] == 1
    literal = f'{{ rockets(filter: {{name: {{in: "{tag}"}}, colour: {{in: RED}}}}) {{ totalCount }} }}'
    assert gql.data(literal)["rockets"]["totalCount"] == 1
    assert gql.error(query, {"f": {"name": {"in": None}}})[1] == "BAD_USER_INPUT"


def test_links_are_asked_for_in_any_spelling(gql: GraphqlClient, rest: RestClient, tag: str) -> None:
    url, odd = f"https://{tag}.example", f"HTTPS://{tag.upper()}.Example/"
    company = rest("POST", "/rest/companies", {"domainName": {"primaryLinkUrl": url}}).json["data"]["createCompany"]
    for operator, operand, matches in (("eq", odd, 1), ("in", [odd], 1), ("neq", odd, 0), ("eq", "no link", 0)):
        text = f'["{odd}"]' if operator == "in" else f'"{operand}"'
        mine = f"id[eq]:{company['id']},domainName.primaryLinkUrl[{operator}]:{text}"
        assert rest("GET", "/rest/companies", filter=mine).json["totalCount"] == matches
        wanted = {"id": {"eq": company["id"]}, "domainName": {"primaryLinkUrl": {operator: operand}}}
        query = "query($f: CompanyFilterInput) { companies(filter: $f) { totalCount } }"
        assert gql.data(query, {"f": wanted})["companies"]["totalCount"] == matches


def test_a_search_for_signs_finds_nothing(gql: GraphqlClient, rest: RestClient) -> None:
    assert rest("POST", "/rest/people", {"name": {"lastName": "%"}}).status == 201

    def found(text: str) -> int:
        query = "query($t: String!) { search(searchInput: $t, limit: 5) { edges { node { recordId } } } }"
        return len(gql.data(query, {"t": text})["search"]["edges"])

    assert [found(text) for text in ("%", "'; --", "()", "…", "\U0001f642", "%%%", "_", ". . .")] == [0] * 8
    assert found("") == found("  ") == 5


def test_phones_are_found_as_people_type_them(gql: GraphqlClient, rest: RestClient) -> None:
    phones = {"primaryPhoneNumber": "+33698765432", "additionalPhones": [{"number": "+442079460958"}]}
    person = rest("POST", "/rest/people", {"phones": phones}).json["data"]["createPerson"]["id"]
    for text in ("0698765432", "06 98 76 54 32", "06-98-76-54-32", "+33 6 98 76 54 32", "020 7946 0958", "698765432"):
        query = "query($t: String!) { search(searchInput: $t, limit: 5) { edges { node { recordId } } } }"
        edges = gql.data(query, {"t": text})["search"]["edges"]
        assert person in [edge["node"]["recordId"] for edge in edges], text


def test_what_was_in_the_trash_before_stays_there(rest: RestClient, tag: str) -> None:
    note = rest("POST", "/rest/notes", {"title": tag}).json["data"]["createNote"]["id"]
    targets = [rest("POST", "/rest/noteTargets", {"noteId": note}).json["data"]["createNoteTarget"]["id"] for _ in "ab"]

    def live() -> list[bool]:
        return [rest("GET", f"/rest/noteTargets/{target}").status == 200 for target in targets]

    for trash, restore in (
        (f"/rest/notes/{note}?soft_delete=true", f"/rest/notes/{note}/restore"),
        (f"/rest/notes?soft_delete=true&filter=id[eq]:{note}", f"/rest/notes/restore?filter=id[eq]:{note}"),
    ):
        assert rest("PATCH", f"/rest/restore/noteTargets/{targets[0]}").status == 200
        assert live() == [True, True]
        assert rest("DELETE", f"/rest/noteTargets/{targets[0]}?soft_delete=true").status == 200
        for _ in "ab":  # the second time moves the time of the note and of what followed it
            assert (
                rest("DELETE", trash if "filter" not in trash else f"/rest/notes/{note}?soft_delete=true").status == 200
            )
        assert live() == [False, False]
        assert rest("PATCH", restore).status == 200
        assert live() == [False, True]


def test_ids_in_messages_are_json(gql: GraphqlClient, rest: RestClient) -> None:
    odd: list[tuple[Any, str]] = [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        ({"a": None}, "{ a: null }"),
        (1, "1"),
    ]
    for value, text in odd:
        for path, method in (("merge", "PATCH"), ("duplicates", "POST")):
            body = {"ids": [value, ID.format(1)], "conflictPriorityIndex": 0}
            assert rest(method, f"/rest/people/{path}", body).message == f'Value "{text}" is not a valid UUID'
        merge = "mutation($i: [UUID!]!) { mergePeople(ids: $i, conflictPriorityIndex: 0) { id } }"
        assert gql.error(merge, {"i": [value, ID.format(1)]})[0] == f'Value "{text}" is not a valid UUID'


@pytest.mark.parametrize("way", ["rest", "graphql"])
def test_two_inputs_with_one_new_id(gql: GraphqlClient, rest: RestClient, tag: str, way: str) -> None:
    upsert: Callable[[list[dict[str, Any]]], Any]
    if way == "rest":
        upsert = lambda data: rest("POST", "/rest/batch/people?upsert=true", data)  # noqa: E731
    else:
        create = "mutation($d: [PersonCreateInput!]!) { createPeople(data: $d, upsert: true) { id } }"
        upsert = lambda data: gql.send("POST", {"query": create, "variables": {"d": data}})  # noqa: E731
    record_id = ID.format(2 if way == "rest" else 3)
    data: list[dict[str, Any]] = [
        {"id": record_id, "jobTitle": "one", "name": {"firstName": "Ada"}, "position": 5},
        {"id": ID.format(4 if way == "rest" else 5)},
        {"id": record_id.upper(), "name": {"lastName": tag}, "linkedinLink": {"primaryLinkUrl": "p.example"}},
    ]
    for _ in ("new", "existing"):
        assert upsert(data).status in (200, 201)
        person = rest("GET", f"/rest/people/{record_id}").json["data"]["person"]
        assert (person["jobTitle"], person["name"]) == ("one", {"firstName": "Ada", "lastName": tag})
        assert (person["linkedinLink"]["primaryLinkUrl"], person["position"]) == ("p.example", 5)
        assert rest("GET", "/rest/people", filter=f"name.lastName[eq]:{tag}", limit="0").json["totalCount"] == 1
    assert rest("POST", "/rest/batch/people", data).status == 400
    same = [{"emails": {"primaryEmail": f"{tag}@a.example"}}] * 2
    assert (
        "errors" in upsert(same).json
        and rest("GET", "/rest/people", filter=f"emails.primaryEmail[eq]:{tag}@a.example").json["totalCount"] == 0
    )
