"""The caller's workspace and its settings (docs/wire/access.md#workspace-settings)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from icosa.provisioning.workspace import Provisioned, provision
from icosa.store.table import Table
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of

UPDATE = """mutation($data: UpdateWorkspaceInput!) { updateWorkspace(data: $data) {
  id displayName logo subdomain customDomain trashRetentionDays metadataEnvelope defaultRole { id label } featureFlags
    { key value }
} }"""


@pytest.fixture
def made(shared_table: Table, api_keys: Any) -> Provisioned:
    return provision(shared_table, api_keys, "Globex")


@pytest.fixture
def own(shared_table: Table, made: Provisioned) -> MetadataClient:
    return MetadataClient(shared_table, event_of(made))


def _update(client: MetadataClient, **data: Any) -> Any:
    return client.data(UPDATE, data=data)["updateWorkspace"]


def _refusal(client: MetadataClient, **data: Any) -> Any:
    [error] = client.graphql(UPDATE, data=data)["errors"]
    return error


def test_a_new_workspace(own: MetadataClient, made: Provisioned) -> None:
    workspace = own.data(
        """{ currentWorkspace { id displayName logo activationStatus subdomain customDomain trashRetentionDays
          metadataVersion createdAt
        updatedAt workspaceMembersCount defaultRole { label } workspaceUrls { subdomainUrl } metadataEnvelope
          isPasswordAuthEnabled
        featureFlags { key value } workspaceCustomApplicationId } }"""
    )["currentWorkspace"]

    assert (workspace["id"], workspace["displayName"], workspace["activationStatus"]) == (
        made.workspace_id,
        "Globex",
        "ACTIVE",
    )
    assert (workspace["logo"], workspace["customDomain"], workspace["trashRetentionDays"]) == (None, None, 14)
    assert workspace["defaultRole"] == {"label": "Member"}
    assert workspace["metadataEnvelope"] == "legacy"
    assert workspace["workspaceMembersCount"] == 0
    assert workspace["createdAt"] == workspace["updatedAt"]
    assert workspace["workspaceUrls"]["subdomainUrl"] == "https://api.example"
    assert workspace["featureFlags"] == [{"key": "IS_REST_METADATA_API_NEW_FORMAT_DIRECT", "value": False}]


def test_settings_are_kept(own: MetadataClient) -> None:
    roles = own.data("{ getRoles { id label } }")["getRoles"]
    admin = next(role["id"] for role in roles if role["label"] == "Admin")
    given = {
        "displayName": "  Globex Inc ",
        "logo": "https://x.example/l.png",
        "trashRetentionDays": 30,
        "customDomain": "CRM.globex.example",
    }

    updated = _update(own, **given, defaultRoleId=admin)

    assert (updated["displayName"], updated["logo"], updated["trashRetentionDays"]) == (
        "Globex Inc",
        "https://x.example/l.png",
        30,
    )
    assert updated["customDomain"] == "crm.globex.example"
    assert updated["defaultRole"] == {"id": admin, "label": "Admin"}
    assert own.data("{ currentWorkspace { displayName trashRetentionDays } }")["currentWorkspace"] == {
        "displayName": "Globex Inc",
        "trashRetentionDays": 30,
    }
    assert _update(own, logo=None)["logo"] is None


def test_the_timeline(own: MetadataClient) -> None:
    update = "mutation($data: UpdateWorkspaceInput!) { updateWorkspace(data: $data) { timeline } }"
    assert own.data("{ currentWorkspace { timeline } }")["currentWorkspace"] == {"timeline": "off"}
    assert own.data(update, data={"timeline": "on"})["updateWorkspace"] == {"timeline": "on"}
    assert own.data("{ currentWorkspace { timeline } }")["currentWorkspace"] == {"timeline": "on"}
    [error] = own.graphql(update, data={"timeline": "maybe"})["errors"]
    assert "maybe" in error["message"]


def test_the_direct_envelope(own: MetadataClient) -> None:
    [company] = [
        item
        for item in own("GET", "/rest/metadata/objects").json["data"]["objects"]
        if item["nameSingular"] == "company"
    ]

    updated = _update(own, metadataEnvelope="direct")

    assert (updated["metadataEnvelope"], updated["featureFlags"][0]["value"]) == ("direct", True)
    listed = own("GET", "/rest/metadata/objects").json
    assert company in listed["data"]
    assert listed["totalCount"] == len(listed["data"])
    assert own("GET", f"/rest/metadata/objects/{company['id']}").json == company
    assert own("GET", f"/rest/metadata/fields/{company['fields'][0]['id']}").json == company["fields"][0]


def test_a_subdomain_belongs_to_one_workspace(own: MetadataClient, call: MetadataClient) -> None:
    first, second = (f"w-{uuid.uuid4().hex[:8]}" for _ in range(2))

    assert _update(own, subdomain=first)["subdomain"] == first
    taken = _refusal(call, subdomain=first)
    assert (taken["message"], taken["extensions"]["subCode"]) == ("Subdomain already taken", "SUBDOMAIN_ALREADY_TAKEN")
    assert _update(own, subdomain=first)["subdomain"] == first
    assert _update(own, subdomain=second)["subdomain"] == second
    assert _update(call, subdomain=first)["subdomain"] == first


@pytest.mark.parametrize("subdomain", ["", "a_b", "-a", "a-", "api-x", "www", "A", "x" * 31])
def test_subdomains_that_are_not_valid(own: MetadataClient, subdomain: str) -> None:
    assert _refusal(own, subdomain=subdomain)["extensions"]["subCode"] == "SUBDOMAIN_NOT_VALID"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"trashRetentionDays": -1}, "trashRetentionDays must not be less than 0"),
        ({"trashRetentionDays": 1.5}, "trashRetentionDays must be an integer number"),
        ({"eventLogRetentionDays": 29}, "eventLogRetentionDays must not be less than 30"),
        ({"eventLogRetentionDays": 1096}, "eventLogRetentionDays must not be greater than 1095"),
        ({"displayName": " "}, "displayName should not be empty"),
        ({"displayName": None}, "displayName should not be null"),
        ({"customDomain": "no host"}, "customDomain must be a valid host name"),
        ({"isGoogleAuthEnabled": True}, "Google auth is not enabled in the system."),
        ({"defaultRoleId": "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"}, "Role not found"),
    ],
)
def test_values_that_are_not_valid(own: MetadataClient, data: dict[str, Any], message: str) -> None:
    assert _refusal(own, **data)["message"] == message


def test_each_setting_needs_its_flag(client_with: Callable[..., MetadataClient]) -> None:
    nobody = client_with(canReadAllObjectRecords=True)

    error = _refusal(nobody, displayName="x", trashRetentionDays=1)

    assert (error["extensions"]["code"], error["extensions"]["subCode"]) == ("FORBIDDEN", "PERMISSION_DENIED")
    assert "displayName, trashRetentionDays" in error["extensions"]["userFriendlyMessage"]


def test_nothing_is_changed_when_one_value_is_wrong(own: MetadataClient) -> None:
    _refusal(own, displayName="Changed", trashRetentionDays=-1)

    assert own.data("{ currentWorkspace { displayName } }")["currentWorkspace"]["displayName"] == "Globex"


def test_reserved_names_are_listed_and_refused(own: MetadataClient) -> None:
    names = own("GET", "/rest/metadata/reservedNames").json["names"]
    assert names == sorted(names) and {"plan", "type", "users"} <= set(names)
    body = {"nameSingular": "plan", "namePlural": "planets", "labelSingular": "P", "labelPlural": "Ps"}
    refused = own("POST", "/rest/metadata/objects", body)
    assert refused.status == 400 and "This name is reserved" in str(refused.json)
    assert own("POST", "/rest/metadata/reservedNames", {}).status == 405


def test_fields_sent_with_a_new_object_are_refused(own: MetadataClient) -> None:
    body = {"nameSingular": "tub", "namePlural": "tubs", "labelSingular": "Tub", "labelPlural": "Tubs"}
    refused = own("POST", "/rest/metadata/objects", {**body, "fields": [{"type": "TEXT", "name": "a", "label": "A"}]})
    assert (refused.status, refused.json["code"]) == (400, "FIELDS_NOT_CREATED_WITH_OBJECT")
    assert own("POST", "/rest/metadata/objects", {**body, "fields": []}).status == 201
