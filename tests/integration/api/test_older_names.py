"""Names that relations had in older versions (``personId`` of a note's target) mean what they are called today, in both
APIs and wherever a field can be named (docs/compatibility.md#older-names).
"""

from __future__ import annotations

from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store.table import Table
from tests.support.graphql_client import GraphqlClient
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient
from tests.support.restricted import DENIED, restricted_caller
from tests.support.workspace import unique_tag, workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")
ROCKET = {"nameSingular": "rocket", "namePlural": "rockets", "labelSingular": "Rocket", "labelPlural": "Rockets"}


@pytest.fixture(scope="module")
def metadata(shared_table: Table, workspace: Provisioned) -> MetadataClient:
    client = MetadataClient(shared_table, event_of(workspace))
    assert client("POST", "/rest/metadata/objects", ROCKET).status == 201
    return client


@pytest.fixture(scope="module")
def rest(shared_table: Table, workspace: Provisioned, metadata: MetadataClient) -> RestClient:
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def graphql(shared_table: Table, workspace: Provisioned, metadata: MetadataClient) -> GraphqlClient:
    return GraphqlClient(shared_table, event_of(workspace))


def made(rest: RestClient, plural: str, body: Any = None) -> str:
    reply = rest("POST", f"/rest/{plural}", body or {})
    assert reply.status == 201, reply.json
    [record] = reply.json["data"].values()
    return str(record["id"])


def ids(reply: Any) -> list[str]:
    assert reply.status == 200, reply.json
    [records] = reply.json["data"].values()
    return [record["id"] for record in records]


#: Standard objects with such relations: their plural, and the end of a relation with the object at it.
RELATIONS = [
    ("noteTargets", "person", "people"),
    ("noteTargets", "company", "companies"),
    ("noteTargets", "opportunity", "opportunities"),
    ("noteTargets", "rocket", "rockets"),
    ("taskTargets", "person", "people"),
    ("taskTargets", "rocket", "rockets"),
    ("attachments", "task", "tasks"),
    ("attachments", "rocket", "rockets"),
    ("timelineActivities", "note", "notes"),
    ("timelineActivities", "rocket", "rockets"),
]


@pytest.mark.parametrize(("plural", "older", "target"), RELATIONS)
def test_rest_takes_them_everywhere(rest: RestClient, plural: str, older: str, target: str) -> None:
    end = made(rest, target)
    present = f"target{older[0].upper()}{older[1:]}Id"
    created = rest("POST", f"/rest/{plural}", {f"{older}Id": end}).json["data"]
    [record] = created.values()
    path = f"/rest/{plural}/{record['id']}"

    assert (record[present], f"{older}Id" in record) == (end, False)
    assert ids(rest("GET", f"/rest/{plural}", filter=f"{older}Id[eq]:{end}")) == [record["id"]]
    assert ids(rest("GET", f"/rest/{plural}", filter=f"{older}.id[in]:[{end}]", order_by=f"{older}Id")) == [
        record["id"]
    ]
    shown = rest("GET", path, fields=f"id,{older}Id").json["data"]
    assert list(shown.values()) == [{"id": record["id"], f"{older}Id": end}]
    related = rest("GET", path, fields=older, depth="1").json["data"]
    assert [each[older]["id"] for each in related.values()] == [end]
    grouped = rest("GET", f"/rest/{plural}/groupBy", group_by=[{f"{older}Id": True}], filter=f"{older}Id[eq]:{end}")
    assert [group["groupByDimensionValues"] for group in grouped.json] == [[end]]

    for body in ({older: {"disconnect": True}}, {f"{older}Id": None}):
        assert [each[present] for each in rest("PATCH", path, body).json["data"].values()] == [None]
        reply = rest("PATCH", path, {older: {"connect": {"where": {"id": end}}}})
        assert [each[present] for each in reply.json["data"].values()] == [end]
    batch = rest("POST", f"/rest/batch/{plural}", [{f"{older}Id": end}, {present: end}])
    [both] = batch.json["data"].values()
    assert [each[present] for each in both] == [end, end]
    upsert = rest("POST", f"/rest/{plural}?upsert=true", {"id": record["id"], f"{older}Id": end})
    assert [each["id"] for each in upsert.json["data"].values()] == [record["id"]]


def test_graphql_takes_and_shows_them(rest: RestClient, graphql: GraphqlClient) -> None:
    person, rocket = made(rest, "people", {"name": {"firstName": "Ada"}}), made(rest, "rockets", {"name": "Ariane"})
    shown = "id personId rocketId person { id name { firstName } } rocket { id } again: targetRocketId"
    record = graphql.data(
        f"mutation ($data: NoteTargetCreateInput!) {{ createNoteTarget(data: $data) {{ {shown} }} }}",
        {"data": {"personId": person, "rocket": {"connect": {"where": {"id": rocket}}}}},
    )["createNoteTarget"]
    assert record == {
        "id": record["id"],
        "personId": person,
        "rocketId": rocket,
        "person": {"id": person, "name": {"firstName": "Ada"}},
        "rocket": {"id": rocket},
        "again": rocket,
    }
    listed = graphql.data(
        """query ($filter: NoteTargetFilterInput, $order: [NoteTargetOrderByInput]) {
          noteTargets(filter: $filter, orderBy: $order) { totalCount edges { node { personId } } }
        }""",
        {
            "filter": {"personId": {"eq": person}, "rocket": {"name": {"eq": "Ariane"}}},
            "order": [{"person": {"name": {"firstName": "AscNullsFirst"}}}, {"rocketId": "DescNullsLast"}],
        },
    )["noteTargets"]
    assert listed == {"totalCount": 1, "edges": [{"node": {"personId": person}}]}
    targets = "noteTargets { edges { node { personId rocket { name } } } }"
    nested = graphql.data(f'{{ person(filter: {{ id: {{ eq: "{person}" }} }}) {{ {targets} }} }}')
    assert nested["person"]["noteTargets"]["edges"] == [{"node": {"personId": person, "rocket": {"name": "Ariane"}}}]
    groups = graphql.data(
        """{ noteTargetsGroupBy(groupBy: [{ personId: true }, { rocket: { name: true } }],
             orderBy: [{ personId: AscNullsFirst }], filter: { rocketId: { is: NOT_NULL } }
           ) { groupByDimensionValues } }"""
    )["noteTargetsGroupBy"]
    assert {"groupByDimensionValues": [person, "Ariane"]} in groups
    assert rest("DELETE", f"/rest/people/{person}?soft_delete=true").status == 200
    trashed = graphql.data(
        f'{{ noteTarget(filter: {{ id: {{ eq: "{record["id"]}" }} }}) {{ personId person {{ id }} }} }}'
    )
    assert trashed == {"noteTarget": {"personId": None, "person": None}}


def test_a_field_named_twice_must_have_one_value(rest: RestClient, graphql: GraphqlClient) -> None:
    person, other = made(rest, "people"), made(rest, "people")
    link = {"connect": {"where": {"id": person}}}
    same = rest("POST", "/rest/noteTargets", {"personId": person.upper(), "targetPersonId": person})
    assert same.json["data"]["createNoteTarget"]["targetPersonId"] == person
    assert rest("POST", "/rest/noteTargets", {"targetPerson": link, "person": link}).status == 201
    twice = '"personId" is an older name of "targetPersonId": they cannot have different values.'
    for value in (other, None, 7):
        for body in ({"personId": person, "targetPersonId": value}, {"targetPersonId": value, "personId": person}):
            assert rest("POST", "/rest/noteTargets", body).message == twice
            assert rest("POST", "/rest/batch/noteTargets", [{}, body]).message == twice
    message = "targetPerson and targetPersonId cannot be both provided."
    for both in ({"person": link, "targetPersonId": person}, {"targetPerson": link, "personId": person}):
        assert rest("POST", "/rest/noteTargets", both).message == message
    data = f'{{ personId: "{person}", targetPersonId: "{other}" }}'
    assert graphql.error(f"mutation {{ createNoteTarget(data: {data}) {{ id }} }}")[0] == twice
    assert rest("GET", "/rest/noteTargets", filter=f"personId[eq]:{other}").json["totalCount"] == 0


def test_records_made_inside_others(rest: RestClient, metadata: MetadataClient) -> None:
    """A relation of the workspace's own leads to a note's target, which is created beside."""
    tag = unique_tag()
    objects = {
        obj["nameSingular"]: obj["id"] for obj in metadata("GET", "/rest/metadata/objects").json["data"]["objects"]
    }
    field = {
        "objectMetadataId": objects["rocket"],
        "type": "RELATION",
        "name": tag,
        "label": tag,
        "relationCreationPayload": {
            "type": "MANY_TO_ONE",
            "targetObjectMetadataId": objects["noteTarget"],
            "targetFieldLabel": f"Of {tag}",
            "targetFieldIcon": "IconRocket",
        },
    }
    assert metadata("POST", "/rest/metadata/fields", field).status == 201
    person = made(rest, "people")
    made(rest, "rockets", {tag: {"create": {"personId": person}}})
    assert rest("GET", "/rest/noteTargets", filter=f"targetPersonId[eq]:{person}").json["totalCount"] == 1


def test_they_show_nothing_that_is_hidden(
    shared_table: Table, workspace: Provisioned, api_keys: ApiKeys, rest: RestClient
) -> None:
    no_people = {"person": {"canReadObjectRecords": False, "canUpdateObjectRecords": False}}
    caller = restricted_caller(shared_table, workspace, api_keys, objects=no_people)
    person = made(rest, "people")
    one = f"/rest/noteTargets/{made(rest, 'noteTargets', {'personId': person})}"
    name = {"firstName": "Ada"}

    assert caller.rest("GET", one, fields="personId").json["data"]["noteTarget"]["personId"] == person
    assert "person" not in caller.rest("GET", one, depth="1").json["data"]["noteTarget"]
    assert caller.rest("GET", one, fields="person", depth="1").status == 400
    assert caller.rest("GET", "/rest/noteTargets", filter="person.name.firstName[eq]:Ada").status == 403
    assert caller.rest("GET", "/rest/noteTargets", order_by="person.name.firstName").status == 403
    for write in ({"connect": {"where": {"id": person}}}, {"create": {"name": name}}):
        assert caller.rest("PATCH", one, {"person": write}).status == 403
        assert caller.rest("POST", "/rest/noteTargets", {"person": write}).status == 403
    hidden = caller.gql.error("{ noteTargets { edges { node { person { id } } } } }")
    assert (hidden[0], hidden[1]) == (DENIED, "FORBIDDEN")


def test_a_field_of_the_same_name_comes_first(rest: RestClient, metadata: MetadataClient) -> None:
    objects = metadata("GET", "/rest/metadata/objects").json["data"]["objects"]
    target = next(obj for obj in objects if obj["nameSingular"] == "attachment")
    field = {"objectMetadataId": target["id"], "type": "TEXT", "name": "person", "label": "Person"}
    assert metadata("POST", "/rest/metadata/fields", field).status == 201
    created = rest("POST", "/rest/attachments", {"person": "Ada"}).json["data"]["createAttachment"]
    assert (created["person"], created["targetPersonId"]) == ("Ada", None)
    assert rest("POST", "/rest/attachments", {"personId": created["id"]}).status == 400


def test_workspaces_of_2025_show_both_names(shared_table: Table, api_keys: ApiKeys) -> None:
    event = event_of(provision(shared_table, api_keys, "Old", preset="2025"))
    rest, graphql = RestClient(shared_table, event), GraphqlClient(shared_table, event)
    assert MetadataClient(shared_table, event)("POST", "/rest/metadata/objects", ROCKET).status == 201
    person, rocket = made(rest, "people"), made(rest, "rockets")
    record = made(rest, "noteTargets", {"personId": person, "rocketId": rocket})
    one = f"/rest/noteTargets/{record}"

    plain = rest("GET", one).json["data"]["noteTarget"]
    assert [plain[name] for name in ("personId", "targetPersonId", "rocketId", "targetRocketId")] == [
        person,
        person,
        rocket,
        rocket,
    ]
    assert rest("PATCH", one, plain).json["data"]["updateNoteTarget"]["personId"] == person
    deep = rest("GET", one, depth="1").json["data"]["noteTarget"]
    assert (deep["person"]["id"], deep["person"]) == (person, deep["targetPerson"])
    assert rest("DELETE", f"/rest/people/{person}?soft_delete=true").status == 200
    deep = rest("GET", one, depth="1").json["data"]["noteTarget"]
    assert [deep[name] for name in ("person", "personId", "targetPerson", "targetPersonId")] == [None] * 4
    members = graphql.data('{ __type(name: "NoteTarget") { fields { name } } }')["__type"]["fields"]
    assert {"person", "personId", "targetPerson", "rocketId"} <= {member["name"] for member in members}
    assert made(rest, "messages", {"direction": "OUTGOING"})
