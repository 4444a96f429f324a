"""Roles and their permissions over both Metadata APIs (docs/wire/access.md#roles)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.access.permissions import SETTINGS_FLAGS, TOOL_FLAGS
from icosa.access.role_changes import ROLE_LIMIT
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import keys
from icosa.store.ops import PutItem
from icosa.store.table import MAX_TRANSACTION, Table, chunked
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient

UNKNOWN = str(uuid.uuid4())
ROLES = "/rest/metadata/roles"
PLAIN = """id universalIdentifier label description icon isEditable canBeAssignedToUsers canBeAssignedToAgents
  canBeAssignedToApiKeys canUpdateAllSettings canAccessAllTools canReadAllObjectRecords canUpdateAllObjectRecords
  canSoftDeleteAllObjectRecords canDestroyAllObjectRecords"""
RULES = "rowLevelPermissionPredicates { id } rowLevelPermissionPredicateGroups { id }"
OBJECT = f"""objectMetadataId canReadObjectRecords canUpdateObjectRecords canSoftDeleteObjectRecords
  canDestroyObjectRecords restrictedFields {RULES}"""
FIELD = "id objectMetadataId fieldMetadataId roleId canReadFieldValue canUpdateFieldValue"
SHOWN = f"""{PLAIN} workspaceMembers {{ id }} agents {{ id }} apiKeys {{ id name expiresAt revokedAt }}
  permissionFlags {{ id roleId flag }} objectPermissions {{ {OBJECT} }} fieldPermissions {{ {FIELD} }} {RULES}"""


@pytest.fixture
def new_role(call: MetadataClient) -> Callable[..., str]:
    def make(**members: Any) -> str:
        role = call("POST", ROLES, {"label": uuid.uuid4().hex, **members})
        assert role.status == 201, role.json
        return str(role.json["id"])

    return make


@pytest.fixture(scope="module")
def person(call: MetadataClient) -> Any:
    [found] = [
        o for o in call("GET", "/rest/metadata/objects").json["data"]["objects"] if o["nameSingular"] == "person"
    ]
    return {"id": found["id"], **{field["name"]: field["id"] for field in found["fields"] if field["name"] != "id"}}


def _typed(requests: list[tuple[str, str, Any]]) -> list[tuple[str, str, Any]]:
    """Method, path and body of some requests."""
    return requests


# ------------------------------------------------------------------ roles


def test_a_role_looks_the_same_over_both_apis(call: MetadataClient, new_role: Callable[..., str], person: Any) -> None:
    role_id = new_role(canReadAllObjectRecords=True, canUpdateAllObjectRecords=True)
    rights = {"objectMetadataId": person["id"], "canUpdateObjectRecords": False}
    restriction = {"objectMetadataId": person["id"], "fieldMetadataId": person["jobTitle"], "canReadFieldValue": False}
    flags = call("PUT", f"{ROLES}/{role_id}/permissionFlags", {"permissionFlagKeys": ["VIEWS", "DATA_MODEL", "VIEWS"]})
    objects = call("PUT", f"{ROLES}/{role_id}/objectPermissions", {"objectPermissions": [rights]})
    fields = call("PATCH", f"{ROLES}/{role_id}/fieldPermissions", {"fieldPermissions": [restriction]})
    assert [answer.status for answer in (flags, objects, fields)] == [200, 200, 200]
    assert [flag["flag"] for flag in flags.json] == ["DATA_MODEL", "VIEWS"]
    assert [(right["canReadObjectRecords"], right["canUpdateObjectRecords"]) for right in objects.json] == [
        (None, False)
    ]

    over_rest = call("GET", f"{ROLES}/{role_id}").json
    assert over_rest == call.data(f"query($id: UUID!) {{ getRole(id: $id) {{ {SHOWN} }} }}", id=role_id)["getRole"]
    assert over_rest["permissionFlags"] == flags.json
    assert over_rest["fieldPermissions"] == fields.json
    assert over_rest["objectPermissions"] == [
        {
            **objects.json[0],
            "restrictedFields": {person["jobTitle"]: {"canRead": False, "canUpdate": None}},
        }
    ]
    listed = call("GET", ROLES, limit=1000).json
    assert over_rest in listed["data"]
    assert listed["totalCount"] == len(call.data("{ getRoles { id } }")["getRoles"])


def test_the_life_of_a_role(call: MetadataClient) -> None:
    role_id = str(uuid.uuid4())
    query = f"mutation($i: CreateRoleInput!) {{ createOneRole(createRoleInput: $i) {{ {SHOWN} }} }}"
    label = uuid.uuid4().hex
    made = call.data(query, i={"id": role_id, "label": f"  {label} ", "icon": "IconUser"})["createOneRole"]
    assert {name: value for name, value in made.items() if value not in (False, [], None)} == {
        "id": role_id,
        "universalIdentifier": role_id,
        "label": label,
        "icon": "IconUser",
        "isEditable": True,
        "canBeAssignedToUsers": True,
        "canBeAssignedToAgents": True,
        "canBeAssignedToApiKeys": True,
    }
    changed = call(
        "PATCH", f"{ROLES}/{role_id}", {"description": "Reads", "icon": None, "canReadAllObjectRecords": True}
    )
    assert (changed.status, changed.json) == (
        200,
        {**made, "description": "Reads", "icon": None, "canReadAllObjectRecords": True},
    )
    assert call("PATCH", f"{ROLES}/{role_id}", {"label": None, "canReadAllObjectRecords": None}).json == changed.json
    assert call("DELETE", f"{ROLES}/{role_id}").json == {"id": role_id}
    assert call("GET", f"{ROLES}/{role_id}").status == 404
    again = call.data(query, i={"id": role_id, "label": label})["createOneRole"]
    assert call.data("mutation($id: UUID!) { deleteOneRole(roleId: $id) }", id=again["id"]) == {
        "deleteOneRole": role_id
    }


def test_roles_that_keys_may_have(call: MetadataClient, new_role: Callable[..., str]) -> None:
    for_keys, for_users = new_role(), new_role(canBeAssignedToApiKeys=False)
    listed = [role["id"] for role in call.data("{ getApiKeyRoles { id } }")["getApiKeyRoles"]]
    assert for_keys in listed
    assert for_users not in listed


def test_every_flag_is_told(call: MetadataClient) -> None:
    members = "id universalIdentifier key label description icon permissionType applicationId createdAt updatedAt"
    query = f"{{ getPermissionFlags {{ {members} }} }}"
    flags = call.data(query)["getPermissionFlags"]
    assert {flag["key"] for flag in flags if flag["permissionType"] == "SETTING"} == SETTINGS_FLAGS
    assert {flag["key"] for flag in flags if flag["permissionType"] == "TOOL"} == TOOL_FLAGS
    assert len({flag["id"] for flag in flags}) == len(flags)
    assert call("GET", "/rest/metadata/permissionFlags").json == flags


# ------------------------------------------------------------------ what is refused


def problem(reply: Any) -> tuple[str, str]:
    """The code and message of the one problem of a report."""
    [failures] = reply.json["errors"].values()
    [*_, last] = failures[0]["errors"]
    return last["code"], last["message"]


def test_roles_that_cannot_be(call: MetadataClient, new_role: Callable[..., str]) -> None:
    role_id, other = new_role(), new_role()
    label = call("GET", f"{ROLES}/{other}").json["label"]
    targets = dict.fromkeys(("canBeAssignedToUsers", "canBeAssignedToAgents", "canBeAssignedToApiKeys"), False)
    cases: list[tuple[dict[str, Any], tuple[str, str]]] = [
        ({"label": label}, ("ROLE_LABEL_ALREADY_EXISTS", "A role with this label already exists")),
        (targets, ("ROLE_MUST_HAVE_AT_LEAST_ONE_TARGET", "Role must be assignable to at least one target type")),
        *(
            (
                {right: True},
                (
                    "CANNOT_GIVE_WRITING_PERMISSION_WITHOUT_READING_PERMISSION",
                    "Cannot give writing permission without reading permission",
                ),
            )
            for right in (
                "canUpdateAllObjectRecords",
                "canSoftDeleteAllObjectRecords",
                "canDestroyAllObjectRecords",
            )
        ),
    ]
    for members, expected in cases:
        for reply in (
            call("POST", ROLES, {"label": uuid.uuid4().hex, **members}),
            call("PATCH", f"{ROLES}/{role_id}", members),
        ):
            assert (reply.status, problem(reply)) == (400, expected)
    [error] = call.graphql("mutation($l: String!) { createOneRole(createRoleInput: {label: $l}) { id } }", l=label)[
        "errors"
    ]
    assert error["extensions"]["code"] == "METADATA_VALIDATION_FAILED"
    assert error["message"] == "Multiple validation errors occurred while creating role"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "label must be a string, label should not be empty"),
        ({"label": " "}, "label should not be empty"),
        ({"label": "x" * 256}, "label must be shorter than or equal to 255 characters"),
        ({"label": "x", "canReadAllObjectRecords": "yes"}, "canReadAllObjectRecords must be a boolean value"),
        ({"label": "x", "id": "7"}, "id must be a UUID"),
        ([], "Request body must be a JSON object"),
    ],
)
def test_bodies_of_the_wrong_form(call: MetadataClient, body: Any, message: str) -> None:
    reply = call("POST", ROLES, body)
    assert (reply.status, ", ".join(reply.json["messages"])) == (400, message)


def test_roles_that_are_not_there(call: MetadataClient, shared_table: Table, api_keys: ApiKeys) -> None:
    elsewhere = provision(shared_table, api_keys, "Globex").api_key.role_id
    for role_id in (UNKNOWN, elsewhere):
        for method, path, body in _typed(
            [
                ("GET", "", None),
                ("PATCH", "", {"icon": "x"}),
                ("DELETE", "", None),
                ("PUT", "/permissionFlags", {"permissionFlagKeys": []}),
                ("PUT", "/objectPermissions", {"objectPermissions": []}),
                ("PATCH", "/fieldPermissions", {"fieldPermissions": []}),
            ]
        ):
            reply = call(method, f"{ROLES}/{role_id}{path}", body)
            assert (reply.status, reply.message, reply.json["code"]) == (404, "Role not found", "ROLE_NOT_FOUND")
    [error] = call.graphql("query($id: UUID!) { getRole(id: $id) { id } }", id=UNKNOWN)["errors"]
    assert (error["extensions"]["code"], error["extensions"]["subCode"]) == ("NOT_FOUND", "ROLE_NOT_FOUND")


def test_the_admin_role_stays_as_it_is(call: MetadataClient, workspace: Provisioned) -> None:
    admin = workspace.api_key.role_id
    for method, path, body in _typed(
        [
            ("PATCH", "", {"icon": "x"}),
            ("PUT", "/permissionFlags", {"permissionFlagKeys": []}),
            ("PUT", "/objectPermissions", {"objectPermissions": []}),
            ("PATCH", "/fieldPermissions", {"fieldPermissions": []}),
        ]
    ):
        reply = call(method, f"{ROLES}/{admin}{path}", body)
        assert (reply.status, problem(reply)) == (400, ("ROLE_NOT_EDITABLE", "Role is not editable"))
    reply = call("DELETE", f"{ROLES}/{admin}")
    assert (reply.status, reply.json["code"]) == (403, "CANNOT_UNASSIGN_LAST_ADMIN")


def test_roles_that_stay(
    call: MetadataClient, new_role: Callable[..., str], api_keys: ApiKeys, workspace: Provisioned
) -> None:
    default = call.data("{ currentWorkspace { defaultRole { id } } }")["currentWorkspace"]["defaultRole"]["id"]
    reply = call("DELETE", f"{ROLES}/{default}")
    assert (reply.status, reply.message) == (400, "Default role cannot be deleted")
    used = new_role(label="In use")
    api_keys.create(workspace.workspace_id, name="k", role_id=used)
    reply = call("DELETE", f"{ROLES}/{used}")
    assert (reply.status, reply.message) == (
        400,
        'Cannot delete role "In use": the workspace default role cannot be assigned to API keys.',
    )


def test_a_taken_id(call: MetadataClient, new_role: Callable[..., str]) -> None:
    role_id = new_role()
    reply = call("POST", ROLES, {"label": "Again", "id": role_id.upper()})
    assert (reply.status, reply.message) == (409, f"Role with id {role_id} already exists")


def test_a_workspace_has_so_many_roles(shared_table: Table, api_keys: ApiKeys) -> None:
    made = provision(shared_table, api_keys, "Initech")
    own = MetadataClient(shared_table, event_of(made))
    items = [
        PutItem(keys.item_at(keys.role(made.workspace_id, str(uuid.uuid4())), label=str(number)))
        for number in range(ROLE_LIMIT - 2)
    ]
    for chunk in chunked(items, MAX_TRANSACTION - 1):  # The version of access is one more.
        shared_table.transact(chunk)
    reply = own("POST", ROLES, {"label": "One more"})
    assert (reply.status, reply.message) == (409, "Role limit of 200 reached for the workspace")


def test_every_operation_needs_the_flag(
    call: MetadataClient, client_with: Callable[..., MetadataClient], new_role: Callable[..., str]
) -> None:
    role_id = new_role()
    without = client_with(canReadAllObjectRecords=True)
    for method, path, body in _typed(
        [
            ("GET", "", None),
            ("POST", "", {"label": "x"}),
            ("GET", f"/{role_id}", None),
            ("PATCH", f"/{role_id}", {"icon": "x"}),
            ("DELETE", f"/{role_id}", None),
            ("PUT", f"/{role_id}/permissionFlags", {"permissionFlagKeys": []}),
            ("PUT", f"/{role_id}/objectPermissions", {"objectPermissions": []}),
            ("PATCH", f"/{role_id}/fieldPermissions", {"fieldPermissions": []}),
        ]
    ):
        reply = without(method, f"{ROLES}{path}", body)
        assert (reply.status, reply.json["code"]) == (403, "PERMISSION_DENIED")
    assert without("GET", "/rest/metadata/permissionFlags").status == 403
    for query in ("{ getRoles { id } }", "{ getPermissionFlags { id } }", "{ getApiKeyRoles { id } }"):
        assert without.graphql(query)["errors"][0]["extensions"]["subCode"] == "PERMISSION_DENIED"


# ------------------------------------------------------------------ permissions


def test_permissions_on_objects_are_those_that_are_named(
    call: MetadataClient, new_role: Callable[..., str], person: Any
) -> None:
    role_id = new_role(canReadAllObjectRecords=True)
    objects = {o["nameSingular"]: o["id"] for o in call("GET", "/rest/metadata/objects").json["data"]["objects"]}

    def put(*permissions: Any) -> Any:
        reply = call("PUT", f"{ROLES}/{role_id}/objectPermissions", {"objectPermissions": permissions})
        assert reply.status == 200, reply.json
        return [
            tuple(right[name] for name in ("canReadObjectRecords", "canUpdateObjectRecords", "canDestroyObjectRecords"))
            for right in reply.json
        ]

    first = {"objectMetadataId": person["id"], "canUpdateObjectRecords": True, "canDestroyObjectRecords": True}
    assert put(first, {"objectMetadataId": objects["company"], "canReadObjectRecords": False}) == [
        (None, True, True),
        (False, None, None),
    ]
    # What is left out keeps its value, null takes one back, and companies are not named any more.
    assert put({"objectMetadataId": person["id"], "canDestroyObjectRecords": None}) == [(None, True, None)]
    [shown] = call("GET", f"{ROLES}/{role_id}").json["objectPermissions"]
    assert shown["objectMetadataId"] == person["id"]
    assert put() == []


def test_restrictions_of_fields_stay(call: MetadataClient, new_role: Callable[..., str], person: Any) -> None:
    role_id = new_role(canReadAllObjectRecords=True, canUpdateAllObjectRecords=True)

    def patch(**members: Any) -> Any:
        wanted = {"objectMetadataId": person["id"], "fieldMetadataId": person[members.pop("name")], **members}
        reply = call("PATCH", f"{ROLES}/{role_id}/fieldPermissions", {"fieldPermissions": [wanted]})
        assert reply.status == 200, reply.json
        return [(field["canReadFieldValue"], field["canUpdateFieldValue"]) for field in reply.json]

    assert patch(name="jobTitle", canReadFieldValue=False) == [(False, None)]
    assert patch(name="emails", canUpdateFieldValue=False) == [(None, False)]
    assert patch(name="jobTitle", canUpdateFieldValue=False) == [(False, False)]
    assert patch(name="jobTitle", canReadFieldValue=None) == [(None, False)]
    assert patch(name="jobTitle", canUpdateFieldValue=None) == []
    [left] = call("GET", f"{ROLES}/{role_id}").json["fieldPermissions"]
    assert left["fieldMetadataId"] == person["emails"]


def test_a_relation_is_restricted_at_both_ends(call: MetadataClient, new_role: Callable[..., str], person: Any) -> None:
    role_id = new_role(canReadAllObjectRecords=True)
    restriction = {"objectMetadataId": person["id"], "fieldMetadataId": person["company"], "canReadFieldValue": False}
    call("PATCH", f"{ROLES}/{role_id}/fieldPermissions", {"fieldPermissions": [restriction]})
    fields = call("GET", f"{ROLES}/{role_id}").json["fieldPermissions"]
    assert len({field["objectMetadataId"] for field in fields}) == 2
    call(
        "PATCH",
        f"{ROLES}/{role_id}/fieldPermissions",
        {"fieldPermissions": [{**restriction, "canReadFieldValue": None}]},
    )
    assert call("GET", f"{ROLES}/{role_id}").json["fieldPermissions"] == []


def test_permissions_that_cannot_be(call: MetadataClient, new_role: Callable[..., str], person: Any) -> None:
    role_id = new_role(canReadAllObjectRecords=True, canUpdateAllObjectRecords=True)
    blind = new_role()
    reader = new_role(canReadAllObjectRecords=True)
    objects = {o["nameSingular"]: o["id"] for o in call("GET", "/rest/metadata/objects").json["data"]["objects"]}
    system, of_person = objects["attachment"], {"objectMetadataId": person["id"]}
    job_title = {**of_person, "fieldMetadataId": person["jobTitle"]}
    some_field = next(
        f["id"]
        for o in call("GET", "/rest/metadata/objects").json["data"]["objects"]
        if o["nameSingular"] == "attachment"
        for f in o["fields"]
    )
    cases: list[tuple[str, str, list[Any], int, str]] = [
        (role_id, "objectPermissions", [{"objectMetadataId": UNKNOWN}], 404, "Object metadata id not found"),
        (
            role_id,
            "objectPermissions",
            [{"objectMetadataId": system}],
            403,
            "Cannot add object permission on system object",
        ),
        *(
            (role, "objectPermissions", [rights], 400, "Cannot give update permission to non-readable object")
            for role, rights in (
                (role_id, {**of_person, "canReadObjectRecords": False}),
                (blind, {**of_person, "canUpdateObjectRecords": True}),
                (blind, {**of_person, "canDestroyObjectRecords": True}),
            )
        ),
        (role_id, "fieldPermissions", [{**job_title, "objectMetadataId": UNKNOWN}], 404, "Object metadata not found"),
        (role_id, "fieldPermissions", [{**job_title, "fieldMetadataId": UNKNOWN}], 404, "Field metadata not found"),
        (role_id, "fieldPermissions", [{**job_title, "fieldMetadataId": some_field}], 404, "Field metadata not found"),
        (
            role_id,
            "fieldPermissions",
            [{"objectMetadataId": system, "fieldMetadataId": some_field}],
            403,
            "Cannot add field permission on system object",
        ),
        (
            role_id,
            "fieldPermissions",
            [{**job_title, "canReadFieldValue": True}],
            400,
            "Field permission can only introduce a restriction",
        ),
        (
            role_id,
            "fieldPermissions",
            [job_title, job_title],
            400,
            f"Cannot accept more than one fieldPermission for field {person['jobTitle']} in input.",
        ),
        (
            blind,
            "fieldPermissions",
            [{**job_title, "canReadFieldValue": False}],
            400,
            "Field restriction only makes sense on readable object",
        ),
        (
            reader,
            "fieldPermissions",
            [{**job_title, "canUpdateFieldValue": False}],
            400,
            "Field restriction on update only makes sense on updatable object",
        ),
    ]
    for role, part, permissions, status, message in cases:
        before = call("GET", f"{ROLES}/{role}").json
        reply = call("PUT" if part == "objectPermissions" else "PATCH", f"{ROLES}/{role}/{part}", {part: permissions})
        assert (reply.status, reply.message) == (status, message)
        assert call("GET", f"{ROLES}/{role}").json == before
    reply = call("PUT", f"{ROLES}/{role_id}/permissionFlags", {"permissionFlagKeys": ["DATA_MODEL", "NO"]})
    assert (reply.status, reply.message) == (400, "Invalid permission setting (unknown value): NO")


def test_a_right_on_all_objects_is_not_taken_from_under_an_object(
    call: MetadataClient, new_role: Callable[..., str], person: Any
) -> None:
    role_id = new_role(canReadAllObjectRecords=True)
    rights = {"objectMetadataId": person["id"], "canUpdateObjectRecords": True}
    assert call("PUT", f"{ROLES}/{role_id}/objectPermissions", {"objectPermissions": [rights]}).status == 200
    reply = call("PATCH", f"{ROLES}/{role_id}", {"canReadAllObjectRecords": False})
    assert (reply.status, reply.message) == (400, "Cannot give update permission to non-readable object")


def test_permissions_act_on_the_next_request(
    call: MetadataClient,
    shared_table: Table,
    workspace: Provisioned,
    api_keys: ApiKeys,
    new_role: Callable[..., str],
    person: Any,
) -> None:
    role_id = new_role(canReadAllObjectRecords=True)
    key = api_keys.create(workspace.workspace_id, name="k", role_id=role_id)
    records = RestClient(shared_table, event_of(workspace, key_id=key.id))
    assert records("GET", "/rest/people").status == 200
    closed = {"objectMetadataId": person["id"], "canReadObjectRecords": False}
    call("PUT", f"{ROLES}/{role_id}/objectPermissions", {"objectPermissions": [closed]})
    assert records("GET", "/rest/people").status == 403
    assert records("GET", "/rest/companies").status == 200
