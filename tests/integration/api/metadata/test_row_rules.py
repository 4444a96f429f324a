"""Setting row-level predicates over both Metadata APIs (docs/wire/access.md#setting-row-level-predicates)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.provisioning.workspace import Provisioned
from icosa.store import keys
from icosa.store.ops import set_attributes
from icosa.store.table import Table
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient

UNKNOWN = str(uuid.uuid4())
ROLES = "/rest/metadata/roles"
EVERYTHING = {
    "canReadAllObjectRecords": True,
    "canUpdateAllObjectRecords": True,
    "canSoftDeleteAllObjectRecords": True,
    "canDestroyAllObjectRecords": True,
}
MUTATION = """mutation M($input: UpsertRowLevelPermissionPredicatesInput!) {
  upsertRowLevelPermissionPredicates(input: $input) {
    predicates { id fieldMetadataId objectMetadataId operand subFieldName workspaceMemberFieldMetadataId
      workspaceMemberSubFieldName rowLevelPermissionPredicateGroupId positionInRowLevelPermissionPredicateGroup
      roleId value }
    predicateGroups { id parentRowLevelPermissionPredicateGroupId logicalOperator
      positionInRowLevelPermissionPredicateGroup roleId objectMetadataId } } }"""

Made = dict[str, Any]


@pytest.fixture(scope="module")
def person(call: MetadataClient) -> Made:
    objects = call("GET", "/rest/metadata/objects").json["data"]["objects"]
    ids = {obj["nameSingular"]: obj["id"] for obj in objects}
    [found] = [obj for obj in objects if obj["nameSingular"] == "person"]
    fields = {field["name"]: field["id"] for field in found["fields"] if field["name"] != "id"}
    return {"id": found["id"], "company": ids["company"], "attachment": ids["attachment"], "fields": fields}


@pytest.fixture
def role(call: MetadataClient) -> str:
    created = call("POST", ROLES, {"label": uuid.uuid4().hex, **EVERYTHING})
    assert created.status == 201
    return str(created.json["id"])


@pytest.fixture
def client_of(
    shared_table: Table, workspace: Provisioned, api_keys: ApiKeys
) -> Callable[[str], tuple[RestClient, MetadataClient]]:
    def make(role_id: str) -> tuple[RestClient, MetadataClient]:
        key = api_keys.create(workspace.workspace_id, name="k", role_id=role_id)
        event = event_of(workspace, key_id=key.id)
        return RestClient(shared_table, event), MetadataClient(shared_table, event)

    return make


def predicate(field_id: str, operand: str = "IS", value: Any = "Analyst", **members: Any) -> Made:
    return {"fieldMetadataId": field_id, "operand": operand, "value": value, **members}


def path(role: str, obj: Made) -> str:
    return f"{ROLES}/{role}/objects/{obj['id']}/rowLevelPermissions"


def test_both_apis_set_what_roles_show(call: MetadataClient, role: str, person: Made) -> None:
    group = str(uuid.uuid4())
    title, city = person["fields"]["jobTitle"], person["fields"]["name"]
    predicates = [
        predicate(title, rowLevelPermissionPredicateGroupId=group, positionInRowLevelPermissionPredicateGroup=1.5),
        predicate(city, "CONTAINS", "a", subFieldName="lastName", rowLevelPermissionPredicateGroupId=group),
    ]
    groups = [{"id": group, "objectMetadataId": person["id"], "logicalOperator": "OR"}]
    sent = {"roleId": role, "objectMetadataId": person["id"], "predicates": predicates, "predicateGroups": groups}
    over_graphql = call.data(MUTATION, input=sent)["upsertRowLevelPermissionPredicates"]
    assert [each["value"] for each in over_graphql["predicates"]] == ["Analyst", "a"]
    assert over_graphql["predicates"][0]["positionInRowLevelPermissionPredicateGroup"] == 1.5
    assert over_graphql["predicateGroups"][0] == {
        "id": group,
        "parentRowLevelPermissionPredicateGroupId": None,
        "logicalOperator": "OR",
        "positionInRowLevelPermissionPredicateGroup": None,
        "roleId": role,
        "objectMetadataId": person["id"],
    }
    again = {**over_graphql, "predicates": [{**each, "roleId": None} for each in over_graphql["predicates"]]}
    reply = call("PUT", path(role, person), again)
    assert (reply.status, reply.json) == (200, over_graphql)
    shown = call("GET", f"{ROLES}/{role}").json
    assert shown["rowLevelPermissionPredicates"] == over_graphql["predicates"]
    assert shown["rowLevelPermissionPredicateGroups"] == over_graphql["predicateGroups"]
    other = {**person, "id": person["company"]}
    assert call("PUT", path(role, other), {"predicates": [], "predicateGroups": []}).status == 200
    assert call("GET", f"{ROLES}/{role}").json["rowLevelPermissionPredicates"] == over_graphql["predicates"]
    # Declarative: what is not named ends.
    assert call("PUT", path(role, person), {"predicates": [], "predicateGroups": []}).json == {
        "predicates": [],
        "predicateGroups": [],
    }
    assert call("GET", f"{ROLES}/{role}").json["rowLevelPermissionPredicates"] == []


def test_they_act_on_the_next_request(
    call: MetadataClient, role: str, person: Made, client_of: Callable[[str], tuple[RestClient, MetadataClient]]
) -> None:
    rest, _ = client_of(role)
    tag = uuid.uuid4().hex
    made = rest("POST", "/rest/batch/people", [{"name": {"lastName": tag}, "jobTitle": t} for t in ("Analyst", "CTO")])
    assert made.status == 201

    def seen() -> list[str]:
        listed = rest("GET", "/rest/people", filter=f"name.lastName[eq]:{tag}").json
        assert listed["totalCount"] == len(listed["data"]["people"])
        return sorted(each["jobTitle"] for each in listed["data"]["people"])

    assert seen() == ["Analyst", "CTO"]
    body = {"predicates": [predicate(person["fields"]["jobTitle"])], "predicateGroups": []}
    assert call("PUT", path(role, person), body).status == 200
    assert seen() == ["Analyst"]


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"roleId": UNKNOWN}, "NOT_FOUND", "Could not find role for given roleId"),
        ({"objectMetadataId": UNKNOWN}, "NOT_FOUND", "Could not find objectMetadata for given objectMetadataId"),
        (
            {"predicates": [predicate(UNKNOWN)]},
            "NOT_FOUND",
            "Could not find fieldMetadata for given fieldMetadataId",
        ),
        (
            {"predicates": [("jobTitle", {"workspaceMemberFieldMetadataId": UNKNOWN})]},
            "NOT_FOUND",
            "Could not find fieldMetadata for given workspaceMemberFieldMetadataId",
        ),
        (
            {"predicates": [("jobTitle", {"rowLevelPermissionPredicateGroupId": UNKNOWN})]},
            "NOT_FOUND",
            "Could not find rowLevelPermissionPredicateGroup for given rowLevelPermissionPredicateGroupId",
        ),
        (
            {"predicates": [("jobTitle", {"operand": "VECTOR_SEARCH"})]},
            "BAD_USER_INPUT",
            "Row level permission predicate cannot be applied. VECTOR_SEARCH cannot be applied to field jobTitle",
        ),
        (
            {"predicates": [("createdAt", {"value": "soon"})]},
            "BAD_USER_INPUT",
            "Row level permission predicate cannot be applied. 'soon' is no date",
        ),
        (
            {"predicates": [("jobTitle", {"value": ""})]},
            "BAD_USER_INPUT",
            "Row level permission predicate cannot be applied. IS of field jobTitle needs a value",
        ),
    ],
)
def test_what_is_refused(call: MetadataClient, role: str, person: Made, change: Made, code: str, message: str) -> None:
    """Nothing is written then."""
    good = {"predicates": [predicate(person["fields"]["jobTitle"])], "predicateGroups": []}
    assert call("PUT", path(role, person), good).status == 200
    predicates = [
        predicate(person["fields"][each[0]], **{"value": "x", **each[1]}) if isinstance(each, tuple) else each
        for each in change.get("predicates", [])
    ]
    sent = {"roleId": role, "objectMetadataId": person["id"], "predicateGroups": [], **change, "predicates": predicates}
    [error] = call.graphql(MUTATION, input=sent)["errors"]
    assert (error["message"], error["extensions"]["code"]) == (message, code)
    reply = call("PUT", path(sent["roleId"], {"id": sent["objectMetadataId"]}), sent)
    assert (reply.status, reply.json["messages"]) == (404 if code == "NOT_FOUND" else 400, [message])
    assert len(call("GET", f"{ROLES}/{role}").json["rowLevelPermissionPredicates"]) == 1


def test_limits_and_forms(call: MetadataClient, role: str, person: Made) -> None:
    title = person["fields"]["jobTitle"]

    def refusal(predicates: Any, groups: Any = (), obj: Made = person) -> tuple[int, list[str]]:
        reply = call("PUT", path(role, obj), {"predicates": predicates, "predicateGroups": list(groups)})
        return reply.status, reply.json["messages"]

    assert refusal([predicate(title)] * 51)[0] == 400
    assert refusal([predicate(title, value="x" * 70_000)]) == (
        400,
        ["The row level permission predicates of a role can have 65536 bytes altogether"],
    )
    twice = str(uuid.uuid4())
    assert refusal([predicate(title, id=twice), predicate(title, id=twice)]) == (
        400,
        [f"Duplicate id in row level permission predicates: {twice}"],
    )
    assert refusal([predicate(title, "RESEMBLES")])[0] == 400
    assert refusal([{"operand": "IS"}])[0] == 400
    assert refusal("all")[0] == 400
    assert refusal([], [], {"id": person["attachment"]}) == (
        403,
        ["Cannot add row level permission predicate on system object"],
    )
    a, b = str(uuid.uuid4()), str(uuid.uuid4())
    circle = [
        {"id": a, "logicalOperator": "AND", "parentRowLevelPermissionPredicateGroupId": b},
        {"id": b, "logicalOperator": "AND", "parentRowLevelPermissionPredicateGroupId": a},
    ]
    inside = predicate(title, rowLevelPermissionPredicateGroupId=a)
    assert "not contain themselves" in refusal([inside], circle)[1][0]
    # Groups are named by the object that they belong to.
    group = {"id": a, "objectMetadataId": person["company"], "logicalOperator": "AND"}
    assert refusal([], [group]) == (404, ["Could not find objectMetadata for given objectMetadataId"])


def test_it_needs_the_flag(
    role: str, person: Made, client_of: Callable[[str], tuple[RestClient, MetadataClient]]
) -> None:
    _, metadata = client_of(role)
    assert metadata("PUT", path(role, person), {"predicates": [], "predicateGroups": []}).status == 403


def test_nobody_shows_others_more_than_they_see(
    call: MetadataClient,
    role: str,
    person: Made,
    shared_table: Table,
    workspace: Provisioned,
    client_of: Callable[[str], tuple[RestClient, MetadataClient]],
) -> None:
    """A manager of roles with rules of its own sets the same rules, or more, and takes none back."""
    title = person["fields"]["jobTitle"]
    manager = call("POST", ROLES, {"label": uuid.uuid4().hex, **EVERYTHING}).json["id"]
    shared_table.transact(
        [set_attributes(keys.role(workspace.workspace_id, manager), {"permissionFlags": ["ROLES", "DATA_MODEL"]})]
    )
    mine = predicate(title)
    body = {"predicates": [mine], "predicateGroups": []}
    for each in (manager, role):
        assert call("PUT", path(each, person), body).status == 200
    _, limited = client_of(manager)

    def set_to(*predicates: Made, of: str = role) -> int:
        sent = {"predicates": list(predicates), "predicateGroups": []}
        return limited("PUT", path(of, person), sent).status

    assert set_to(mine) == 200
    assert set_to(mine, predicate(person["fields"]["name"], "IS_NOT_EMPTY", None)) == 200
    assert set_to(predicate(title, value="CTO")) == 403
    assert set_to() == 403
    assert set_to(of=manager) == 403
    assert set_to(mine, of=manager) == 200
    unruled = limited("POST", ROLES, {"label": uuid.uuid4().hex, "canReadAllObjectRecords": True})
    assert unruled.status == 403


def test_changes_are_in_the_audit_log(call: MetadataClient, role: str, person: Made) -> None:
    body = {"predicates": [predicate(person["fields"]["jobTitle"])], "predicateGroups": []}
    assert call("PUT", path(role, person), body).status == 200
    [entry, *_] = call("GET", "/rest/metadata/auditLog").json["data"]
    assert entry["action"] == "role.rowLevelPermissionPredicatesChanged"
    assert entry["target"]["id"] == role
    assert entry["after"]["rowLevelPredicates"][0]["value"] == "Analyst"


# ------------------------------------------------------------------ the model changes


@pytest.fixture
def rocket(call: MetadataClient) -> Made:
    """An object with records whose fields can go."""
    tag = f"rocket{uuid.uuid4().hex[:8]}"
    labels = {"labelSingular": tag, "labelPlural": f"{tag}s"}
    made = call("POST", "/rest/metadata/objects", {"nameSingular": tag, "namePlural": f"{tag}s", **labels})
    obj = made.json["data"]["createOneObject"]
    fields = {}
    options = [{"value": v, "label": v.title(), "color": "red", "position": i} for i, v in enumerate(("HOT", "COLD"))]
    for name, more in (("colour", {"type": "TEXT"}), ("state", {"type": "SELECT", "options": options})):
        sent = {"objectMetadataId": obj["id"], "name": name, "label": name.title(), **more}
        reply = call("POST", "/rest/metadata/fields", sent)
        assert reply.status == 201, reply.json
        fields[name] = reply.json["data"]["createOneField"]
    return {"id": obj["id"], "plural": f"{tag}s", "fields": fields}


def _delete(call: MetadataClient, field: Made) -> int:
    call("PATCH", f"/rest/metadata/fields/{field['id']}", {"isActive": False})
    return call("DELETE", f"/rest/metadata/fields/{field['id']}").status


def test_rules_go_with_their_field(
    call: MetadataClient,
    role: str,
    rocket: Made,
    client_of: Callable[[str], tuple[RestClient, MetadataClient]],
) -> None:
    rest, _ = client_of(role)
    colour, state = rocket["fields"]["colour"], rocket["fields"]["state"]
    rockets = [{"name": "a", "colour": "red", "state": "HOT"}, {"name": "b", "colour": "red", "state": "COLD"}]
    assert rest("POST", f"/rest/batch/{rocket['plural']}", [*rockets, {"name": "c", "state": "HOT"}]).status == 201
    body = {"predicates": [predicate(colour["id"], value="red"), predicate(state["id"], value='["HOT"]')]}
    assert call("PUT", path(role, rocket), {**body, "predicateGroups": []}).status == 200

    def seen() -> list[str]:
        return sorted(each["name"] for each in rest("GET", f"/rest/{rocket['plural']}").json["data"][rocket["plural"]])

    assert seen() == ["a"]
    assert _delete(call, colour) == 200
    [left] = call("GET", f"{ROLES}/{role}").json["rowLevelPermissionPredicates"]
    assert left["fieldMetadataId"] == state["id"]
    assert seen() == ["a", "c"]
    # A renamed option is the same option; one that is gone leaves a rule that nobody understands.
    options = [{**option, "value": "BURNING"} if option["value"] == "HOT" else option for option in state["options"]]
    assert call("PATCH", f"/rest/metadata/fields/{state['id']}", {"options": options}).status == 200
    [left] = call("GET", f"{ROLES}/{role}").json["rowLevelPermissionPredicates"]
    assert left["value"] == '["BURNING"]'
    assert seen() == ["a", "c"]
    kept = [option for option in options if option["value"] != "BURNING"]
    assert call("PATCH", f"/rest/metadata/fields/{state['id']}", {"options": kept}).status == 200
    assert rest("GET", f"/rest/{rocket['plural']}").status == 403
    assert rest("GET", "/rest/people").status == 200
    call("PATCH", f"/rest/metadata/objects/{rocket['id']}", {"isActive": False})
    assert call("DELETE", f"/rest/metadata/objects/{rocket['id']}").status == 200
    assert call("GET", f"{ROLES}/{role}").json["rowLevelPermissionPredicates"] == []
    [entry, *_] = call("GET", "/rest/metadata/auditLog").json["data"]
    assert (entry["actor"]["type"], entry["target"]["id"]) == ("SYSTEM", role)


def test_nobody_widens_a_role_by_deleting_a_field(
    call: MetadataClient,
    role: str,
    rocket: Made,
    shared_table: Table,
    workspace: Provisioned,
    client_of: Callable[[str], tuple[RestClient, MetadataClient]],
) -> None:
    shared_table.transact(
        [set_attributes(keys.role(workspace.workspace_id, role), {"permissionFlags": ["DATA_MODEL"]})]
    )
    colour, state = rocket["fields"]["colour"], rocket["fields"]["state"]
    body = {"predicates": [predicate(colour["id"], value="red")], "predicateGroups": []}
    assert call("PUT", path(role, rocket), body).status == 200
    _, limited = client_of(role)
    assert _delete(limited, colour) == 403
    assert _delete(limited, state) == 200
    assert len(call("GET", f"{ROLES}/{role}").json["rowLevelPermissionPredicates"]) == 1
    assert _delete(call, colour) == 200
    assert call("GET", f"{ROLES}/{role}").json["rowLevelPermissionPredicates"] == []


def test_a_role_cannot_change_the_options_that_choose_its_records(
    call: MetadataClient, client_of: Callable[[str], tuple[RestClient, MetadataClient]], role: str
) -> None:
    """Rules find options by value and label: another option of that name would bring other records into sight."""
    objects = call("GET", "/rest/metadata/objects").json["data"]["objects"]
    [opportunity] = [obj for obj in objects if obj["nameSingular"] == "opportunity"]
    [stage] = [field for field in opportunity["fields"] if field["name"] == "stage"]
    assert call("PUT", f"{ROLES}/{role}/permissionFlags", {"permissionFlagKeys": ["DATA_MODEL"]}).status == 200
    rules = {
        "predicates": [{"fieldMetadataId": stage["id"], "operand": "IS", "value": [stage["options"][0]["value"]]}],
        "predicateGroups": [],
    }
    assert call("PUT", f"{ROLES}/{role}/objects/{opportunity['id']}/rowLevelPermissions", rules).status == 200
    _, restricted = client_of(role)
    first, second, *others = stage["options"]
    for options in (
        [{**second, "value": first["value"]}, *others],
        [{**second, "label": first["label"]}, {**first, "label": second["label"]}, *others],
        [first, *others],
    ):
        reply = restricted("PATCH", f"/rest/metadata/fields/{stage['id']}", {"options": options})
        assert reply.status == 403, reply.json
    assert call("GET", f"/rest/metadata/fields/{stage['id']}").json["data"]["field"]["options"] == stage["options"]
    assert restricted("PATCH", f"/rest/metadata/fields/{stage['id']}", {"description": "d"}).status == 200
