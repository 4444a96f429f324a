"""The keys function, and the authorizer and sessions with what it makes."""

import json
import logging
from types import ModuleType
from typing import Any

import boto3
import pytest

from icosa.access.access_changes import KEY_LIMIT
from icosa.access.access_errors import KeyLimitReached
from icosa.access.audit import read_page
from icosa.access.failures import KeyRevoked
from icosa.access.gateway_keys import GatewayKeys
from icosa.access.session import open_context
from icosa.errors import BadRequest, NotFound
from icosa.store.access_row import LIVE_KEYS
from icosa.store.control import RegisterRow
from icosa.store.keys import access
from icosa.store.ops import set_attributes
from icosa.store.table import Table
from tests.support import functions
from tests.support import gateway as gateways
from tests.support.first_requests import LambdaContext
from tests.support.tokens import SECRET

UNKNOWN = "0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0001"
ARN = "arn:aws:execute-api:eu-central-1:123456789012:abcdef/dev/GET/rest/people"


def call(keys: ModuleType, action: str, **parameters: Any) -> dict[str, Any]:
    answer: dict[str, Any] = keys.handler({"action": action, **parameters}, LambdaContext())
    return answer


def authorized(token: str) -> dict[str, Any]:
    """The event behind the authorizer for a call with a token."""
    answer = functions.load("authorizer").handler(
        {"methodArn": ARN, "headers": {"Authorization": f"Bearer {token}"}}, None
    )
    return {"requestContext": {"authorizer": answer["context"]}}


def test_the_life_of_a_key(keys: ModuleType, table: Table, gateway: GatewayKeys) -> None:
    made = call(keys, "provision_workspace", name="Acme")
    workspace = made["workspaceId"]
    assert set(made["apiKey"]) == {"id", "name", "roleId", "expiresAt", "revokedAt", "createdAt", "updatedAt", "token"}
    assert open_context(authorized(made["apiKey"]["token"]), table).workspace.id == workspace

    role = call(keys, "create_role", workspaceId=workspace, role={"label": "Reader", "canReadAllObjectRecords": True})[
        "role"
    ]
    assert [known["label"] for known in call(keys, "list_roles", workspaceId=workspace)["roles"]] == [
        "Admin",
        "Member",
        "Reader",
    ]
    key = call(keys, "create_api_key", workspaceId=workspace, name="Sync", roleId=role["id"], expiresAt="2199-12-31")[
        "apiKey"
    ]
    assert "token" not in key
    assert gateways.values_in_plan(gateway) == gateways.values(gateway) == {workspace}

    token = call(keys, "mint_token", workspaceId=workspace, apiKeyId=key["id"])["token"]
    assert open_context(authorized(token), table).principal.role_id == role["id"]
    call(keys, "revoke_api_key", workspaceId=workspace, apiKeyId=key["id"])
    with pytest.raises(KeyRevoked):
        open_context(authorized(token), table)
    assert gateways.values_in_plan(gateway) == gateways.values(gateway) == {workspace}
    call(keys, "restore_api_key", workspaceId=workspace, apiKeyId=key["id"])
    assert open_context(authorized(token), table).principal.name == "Sync"

    call(keys, "assign_role", workspaceId=workspace, apiKeyId=key["id"], roleId=made["apiKey"]["roleId"])
    assert open_context(authorized(token), table).principal.role_id == made["apiKey"]["roleId"]
    listed = call(keys, "list_api_keys", workspaceId=workspace)["apiKeys"]
    assert {listed_key["id"] for listed_key in listed} == {made["apiKey"]["id"], key["id"]}


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"action": "drop_table"},
        {"action": "provision_workspace"},
        {"action": ["provision_workspace"], "name": "Acme"},
        {"action": None},
        [],
        ["requestContext"],
        "requestContext",
        None,
    ],
)
def test_events_that_make_no_sense(keys: ModuleType, event: Any) -> None:
    with pytest.raises(BadRequest, match=r"^(action must be one of provision_workspace, |name must be a string)"):
        keys.handler(event, LambdaContext())


@pytest.mark.parametrize(
    ("action", "parameters", "message"),
    [
        ("provision_workspace", {"name": " "}, "name should not be empty"),
        ("provision_workspace", {"name": "Acme", "demo": "no"}, "demo must be a boolean value"),
        ("list_roles", {}, "workspaceId must be a UUID"),
        ("list_roles", {"workspaceId": f"{UNKNOWN}#X"}, "workspaceId must be a UUID"),
        ("create_role", {"workspaceId": "w", "role": {"label": "q"}}, "workspaceId must be a UUID"),
        ("create_role", {"workspaceId": UNKNOWN}, "role must be an object"),
        ("create_role", {"workspaceId": UNKNOWN, "role": []}, "role must be an object"),
        ("revoke_api_key", {"workspaceId": UNKNOWN, "apiKeyId": 7}, "apiKeyId must be a UUID"),
        ("mint_token", {}, "workspaceId must be a UUID, apiKeyId must be a UUID"),
        (
            "create_api_key",
            {"workspaceId": UNKNOWN, "name": "Sync", "roleId": UNKNOWN, "expiresAt": "soon"},
            "expiresAt must be a valid ISO 8601 date string",
        ),
    ],
)
def test_parameters_that_are_refused(keys: ModuleType, action: str, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        call(keys, action, **parameters)
    assert str(caught.value) == message
    assert not list(RegisterRow.scan())


def test_a_key_is_administered_in_its_own_workspace_only(keys: ModuleType) -> None:
    item, two = (call(keys, "provision_workspace", name=name) for name in ("One", "Two"))
    for action in ("revoke_api_key", "restore_api_key", "mint_token"):
        with pytest.raises(NotFound):
            call(keys, action, workspaceId=item["workspaceId"], apiKeyId=two["apiKey"]["id"])


def test_what_administrators_do_is_in_the_audit_log(keys: ModuleType, table: Table) -> None:
    made = call(keys, "provision_workspace", name="Acme")
    workspace, first = made["workspaceId"], made["apiKey"]["id"]
    role = call(keys, "create_role", workspaceId=workspace, role={"label": "Reader"})["role"]["id"]
    of_key = {"workspaceId": workspace, "apiKeyId": first}
    call(keys, "assign_role", **of_key, roleId=role)
    call(keys, "revoke_api_key", **of_key)
    call(keys, "restore_api_key", **of_key)
    call(keys, "mint_token", **of_key)
    page = read_page(table, workspace, limit=50, after=None)
    assert [(entry["action"], entry["target"]["id"]) for entry in reversed(page.entries)] == [
        ("apiKey.created", first),
        ("apiKey.tokenGenerated", first),
        ("role.created", role),
        ("apiKey.roleAssigned", first),
        ("apiKey.revoked", first),
        ("apiKey.updated", first),
        ("apiKey.tokenGenerated", first),
    ]
    assert {entry["actor"]["type"] for entry in page.entries} == {"ADMINISTRATOR"}


def test_administrators_are_held_to_the_number_of_keys(keys: ModuleType, table: Table) -> None:
    made = call(keys, "provision_workspace", name="Acme")
    workspace = made["workspaceId"]
    table.transact([set_attributes(access(workspace), {LIVE_KEYS: KEY_LIMIT})])
    new = {"workspaceId": workspace, "name": "k", "roleId": made["apiKey"]["roleId"]}
    with pytest.raises(KeyLimitReached, match="API key limit of 500 reached for the workspace"):
        call(keys, "create_api_key", **new)


def test_tokens_are_not_logged(
    keys: ModuleType, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        made = call(keys, "provision_workspace", name="Acme")
        token = call(keys, "mint_token", workspaceId=made["workspaceId"], apiKeyId=made["apiKey"]["id"])["token"]
    written = caplog.text + "".join(capsys.readouterr())
    for text in (token, made["apiKey"]["token"]):
        assert text not in written
        assert text.split(".")[2] not in written
    assert SECRET not in written


def test_the_units_of_actions_are_counted(keys: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = call(keys, "provision_workspace", name="Acme")["workspaceId"]
    call(keys, "read_plan", workspaceId=workspace)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"message":"call"' in line]
    provisioned, shown = [line for line in lines if line["operation"] in ("provision_workspace", "read_plan")]
    assert (provisioned["operation"], provisioned["workspace_id"]) == ("provision_workspace", workspace)
    assert provisioned["WriteUnits"] > 100
    assert (shown["operation"], shown["workspace_id"], shown["WriteUnits"]) == ("read_plan", workspace, 0.0)
    assert shown["ReadUnits"] >= 2


def test_the_route_of_sign_ins(keys: ModuleType) -> None:
    made = call(keys, "provision_workspace", name="Acme")
    ids = {"workspaceId": made["workspaceId"], "apiKeyId": made["apiKey"]["id"]}
    boto3.client("ssm").put_parameter(Name="/icosa/test/url", Value="https://a.example/dev", Type="String")
    link = call(keys, "console_link", **ids)["url"]
    event = {
        "httpMethod": "POST",
        "path": "/crm/console/session",
        "resource": "/console/session",
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"code": link.removeprefix("https://a.example/dev/#code=")}),
        "requestContext": {"requestId": "r"},
    }

    first, second = keys.handler(event, LambdaContext()), keys.handler(event, LambdaContext())

    assert first["statusCode"] == 201
    assert authorized(json.loads(first["body"])["token"])["requestContext"]["authorizer"]["type"] == "SESSION"
    assert (second["statusCode"], json.loads(second["body"])["code"]) == (401, "SIGN_IN_LINK_UNKNOWN")
