"""Every standard object is at work in both APIs: records with all kinds of values, their relations in both directions,
changes, the trash, and the end. Nothing in the code knows these objects by name; this finds what their data gets wrong.
"""

from __future__ import annotations

from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.access.role_admin import create_role
from icosa.identifiers import capitalised
from icosa.metadata.standard import standard_model
from icosa.model.model import Object
from icosa.provisioning.workspace import Provisioned
from icosa.shipped import load
from icosa.store.table import Table
from tests.support.graphql_client import GraphqlClient
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient
from tests.support.restricted import restricted_caller
from tests.support.workspace import unique_tag, workspace_fixtures

#: A value by the type of a field, for types of which standard objects have some that a client sets.
VALUES: dict[str, Any] = {
    "ARRAY": ["a", "b"],
    "BOOLEAN": True,
    "DATE_TIME": "2025-01-02T03:04:05.000Z",
    "FULL_NAME": {"firstName": "Ada", "lastName": "Lovelace"},
    "NUMBER": 3,
    "RAW_JSON": {"a": [1]},
    "TEXT": "Text",
    "UUID": "11111111-2222-4333-8444-555555555555",
}
#: Kept by the product, or needing more than a value.
_SYSTEM = frozenset(field["name"] for field in load("system-fields"))
MODEL = standard_model("11111111-1111-4111-8111-111111111111")

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")


@pytest.fixture(scope="module")
def rest(shared_table: Table, workspace: Provisioned) -> RestClient:
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def graphql(shared_table: Table, workspace: Provisioned) -> GraphqlClient:
    return GraphqlClient(shared_table, event_of(workspace))


def body_of(obj: Object) -> dict[str, Any]:
    """A value for each field of the object's own that takes one."""
    values: dict[str, Any] = {}
    for field in obj.stored_fields:
        if field.name in _SYSTEM or field.relation is not None:
            continue
        if field.type.name == "SELECT":
            values[field.name] = field.options[-1].value
        elif field.type.name in VALUES:
            values[field.name] = unique_tag() if field.is_unique else VALUES[field.type.name]
    return values


def created(rest: RestClient, obj: Object, body: dict[str, Any] | None = None, **values: Any) -> dict[str, Any]:
    reply = rest("POST", f"/rest/{obj.name_plural}", {**(body or body_of(obj)), **values})
    assert reply.status == 201, reply.json
    record: dict[str, Any] = reply.json["data"][f"create{capitalised(obj.name_singular)}"]
    return record


@pytest.mark.parametrize("name", [obj.name_singular for obj in MODEL.objects])
def test_a_record_through_its_life(rest: RestClient, graphql: GraphqlClient, name: str) -> None:
    obj = MODEL.by_singular[name]
    single, path = capitalised(name), f"/rest/{obj.name_plural}"
    related = {field.name: created(rest, MODEL.target_of(field))["id"] for field in obj.many_to_one}
    ids = {f"{relation}Id": record_id for relation, record_id in related.items()}
    sent = body_of(obj)

    record = created(rest, obj, sent, **ids)
    record_id = record["id"]
    one = f"{path}/{record_id}"
    assert record == {**record, **sent, **ids}
    assert rest("GET", one).json["data"][name] == record
    with_relations = rest("GET", one, depth="1").json["data"][name]
    assert {relation: with_relations[relation]["id"] for relation in related} == related

    inverses = {field.name: MODEL.inverse_of(field).name for field in obj.many_to_one}
    nested = " ".join(f"{relation} {{ id {inverse} {{ totalCount }} }}" for relation, inverse in inverses.items())
    shown = graphql.data(f'{{ {name}(filter: {{ id: {{ eq: "{record_id}" }} }}) {{ id {nested} }} }}')[name]
    assert shown == {
        "id": record_id,
        **{name: {"id": related[name], inverse: {"totalCount": 1}} for name, inverse in inverses.items()},
    }

    update = f'update{single}(id: "{record_id}", data: $data) {{ position }}'
    changed = graphql.data(f"mutation ($data: {single}UpdateInput!) {{ {update} }}", {"data": {"position": 7, **ids}})
    assert changed == {f"update{single}": {"position": 7}}
    assert rest("DELETE", f"{one}?soft_delete=true").status == 200
    assert rest("GET", one).status == 404
    assert rest("PATCH", f"{one}/restore").status == 200
    destroyed = graphql.data(f'mutation {{ destroy{single}(id: "{record_id}") {{ id }} }}')
    assert destroyed == {f"destroy{single}": {"id": record_id}}
    assert rest("GET", path, filter=f"id[eq]:{record_id}").json["totalCount"] == 0


def test_what_follows_when_the_other_end_is_destroyed(rest: RestClient) -> None:
    """By the relation's own rule: a participant of a message outlives the person, not the message."""
    by_name = MODEL.by_singular
    message, person = created(rest, by_name["message"]), created(rest, by_name["person"])
    favorite = created(rest, by_name["favorite"], personId=person["id"])
    participant = created(rest, by_name["messageParticipant"], messageId=message["id"], personId=person["id"])
    where = f"/rest/messageParticipants/{participant['id']}"

    assert rest("DELETE", f"/rest/people/{person['id']}").status == 200
    assert rest("GET", where).json["data"]["messageParticipant"]["personId"] is None
    assert rest("GET", f"/rest/favorites/{favorite['id']}").status == 404
    assert rest("DELETE", f"/rest/messages/{message['id']}").status == 200
    assert rest("GET", where).status == 404


def test_mail_and_calendars_are_no_more_open_than_people(
    shared_table: Table, workspace: Provisioned, api_keys: ApiKeys, rest: RestClient
) -> None:
    """docs/wire/access.md#object-permissions, rule 3."""
    names = [obj.name_singular for obj in MODEL.objects if obj.rights_by_role]
    assert len(names) == 11
    no_writes = dict.fromkeys(
        ("canUpdateAllObjectRecords", "canSoftDeleteAllObjectRecords", "canDestroyAllObjectRecords"), False
    )
    blind = restricted_caller(shared_table, workspace, api_keys, canReadAllObjectRecords=False, **no_writes)
    reader = restricted_caller(shared_table, workspace, api_keys, **no_writes)
    for name in names:
        path = f"/rest/{MODEL.by_singular[name].name_plural}"
        assert (blind.rest("GET", path).status, reader.rest("GET", path).status) == (403, 200)
        assert reader.rest("POST", path, {}).status == 403
    assert blind.rest("GET", "/rest/favorites").status == 200
    no_text = restricted_caller(shared_table, workspace, api_keys, hidden=("message.text",))
    message = created(rest, MODEL.by_singular["message"])
    shown = no_text.rest("GET", f"/rest/messages/{message['id']}").json["data"]["message"]
    assert (shown["subject"], "text" in shown) == ("Text", False)
    assert no_text.rest("GET", "/rest/messages", filter='text[eq]:"Text"').status == 403
    assert no_text.gql.error("{ messages { edges { node { text } } } }")[1] == "FORBIDDEN"


def test_roles_take_rights_on_mail(shared_table: Table, workspace: Provisioned, api_keys: ApiKeys) -> None:
    metadata = MetadataClient(shared_table, event_of(workspace))
    objects = {
        obj["nameSingular"]: obj["id"] for obj in metadata("GET", "/rest/metadata/objects").json["data"]["objects"]
    }
    role = create_role(workspace.workspace_id, {"label": unique_tag(), "canReadAllObjectRecords": False})
    mutation = """mutation ($role: UUID!, $object: UUID!) { upsertObjectPermissions(upsertObjectPermissionsInput:
      { roleId: $role, objectPermissions: [{ objectMetadataId: $object, canReadObjectRecords: true }] })
      { canReadObjectRecords } }"""
    key = api_keys.create(workspace.workspace_id, name="k", role_id=role["id"])
    client = RestClient(shared_table, event_of(workspace, key_id=key.id))

    assert client("GET", "/rest/messages").status == 403
    for name, answer in (("message", None), ("noteTarget", "Cannot add object permission on system object")):
        errors = metadata.graphql(mutation, role=role["id"], object=objects[name]).get("errors")
        assert (errors and errors[0]["message"]) == answer
    assert client("GET", "/rest/messages").status == 200


@pytest.mark.parametrize("secret", ["accessToken", "refreshToken", "connectionParameters"])
def test_accounts_take_no_secrets(rest: RestClient, secret: str) -> None:
    """docs/compatibility.md#mail-calendars-and-favorites: a store of records is no place for tokens."""
    reply = rest("POST", "/rest/connectedAccounts", {"handle": "ada@example.com", secret: "A secret"})
    assert reply.status == 400
    assert secret in reply.message
