"""The steps, in order. Each raises AssertionError, or what a client raises, when the stack does not do as
documented.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .stack import DeploymentFailed, Stack
from .workspace import Workspace

#: A resource that no CloudFormation takes: an update with it fails, after other changes have begun.
_REFUSED = {
    "RefusedAlarm": {
        "Type": "AWS::CloudWatch::Alarm",
        "DependsOn": "CoreRestFunctionAliaslive",
        "Properties": {
            "Metrics": [{"Id": "none", "Expression": "there(is) no such"}],
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1,
            "Threshold": 0,
        },
    }
}
#: Seconds in which the stream and the queue must have done their work.
_PATIENCE = 300


@dataclass
class World:
    """What the steps know of one another."""

    stack: Stack
    workspace: Workspace = field(init=False)
    versions: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    arns: dict[str, str] = field(default_factory=dict)

    def settle(self) -> None:
        """Wait for the functions of a new deployment, and follow the API to where it is."""
        self.versions = self.stack.live_versions()
        self.outputs = self.stack.outputs()
        if hasattr(self, "workspace"):
            self.workspace = self.workspace.at(self.stack.base_url())


Step = Callable[[World], str]


def first_deployment(world: World) -> str:
    """first deployment"""
    world.stack.deploy({})
    world.settle()
    assert world.stack.status == "CREATE_COMPLETE"
    return f"{len(world.stack.resources())} resources, {len(world.versions)} functions"


def workspace(world: World) -> str:
    """a workspace"""
    made = world.stack.administrate("provision_workspace", name="Acme")
    key = made["apiKey"]
    world.workspace = Workspace(made["workspaceId"], key["roleId"], key["token"], world.stack.base_url())
    return "provision_workspace through :live"


def records(world: World) -> str:
    """records over REST and GraphQL"""
    own = world.workspace
    assert own.people() == set()
    own.create_person("Ada")
    assert own.people() == {"Ada"}
    batch = [{"name": {"firstName": name, "lastName": "Test"}} for name in ("Grace", "Edsger")]
    own.call("POST", "/rest/batch/people", batch).json(201)
    assert own.graphql("/graphql", "{people{totalCount}}")["people"]["totalCount"] == 3
    refused = own.with_token("no-token").call("GET", "/rest/people")
    assert refused.status in {401, 403}
    return "create, list, batch, GraphQL; a bad token is refused"


def metadata(world: World) -> str:
    """metadata over REST and GraphQL"""
    own = world.workspace
    made = own.call(
        "POST",
        "/rest/metadata/objects",
        {"nameSingular": "rocket", "namePlural": "rockets", "labelSingular": "Rocket", "labelPlural": "Rockets"},
    )
    made.json(201)
    own.call("POST", "/rest/rockets", {"name": "Ariane"}).json(201)
    objects = own.graphql("/metadata", "{objects(paging:{first:100}){edges{node{nameSingular}}}}")["objects"]["edges"]
    assert "rocket" in {edge["node"]["nameSingular"] for edge in objects}
    document = own.call("GET", "/rest/open-api/core").json()
    assert "/rockets" in document["paths"]
    return "a new object has its endpoint and its document in the next request"


def keys(world: World) -> str:
    """a key of its own, revoked"""
    own = world.workspace
    wanted = {"name": "Sync", "roleId": own.role_id, "expiresAt": "2199-12-31T00:00:00Z"}
    key_id = own.call("POST", "/rest/metadata/apiKeys", wanted).json(201)["id"]
    asked = {"expiresAt": wanted["expiresAt"]}
    token = own.call("POST", f"/rest/metadata/apiKeys/{key_id}/token", asked).json(201)["token"]
    assert own.with_token(token).people() == own.people()
    own.call("DELETE", f"/rest/metadata/apiKeys/{key_id}").json()
    assert own.with_token(token).call("GET", "/rest/people").status == 403
    return "revoked at the next request"


def _new_webhook(world: World) -> dict[str, Any]:
    """With a secret, which KMS encrypts, at an address that there is not."""
    wanted = {"targetUrl": "https://receiver.invalid/hook", "operations": ["company.created"], "secret": "not a secret"}
    made: dict[str, Any] = world.workspace.call("POST", "/rest/metadata/webhooks", wanted).json(201)
    return made


def webhooks(world: World) -> str:
    """a webhook: stream, queue and KMS"""
    own, hook = world.workspace, _new_webhook(world)
    path, end = f"/rest/metadata/webhooks/{hook['id']}/deliveries", time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        # A new webhook is known within seconds (icosa/webhooks/matching.py): one of these companies is told of.
        own.call("POST", "/rest/companies", {"name": "Analytical Engines"}).json(201)
        time.sleep(1)
        listed: list[dict[str, Any]] = own.call("GET", path).json()["data"]
        if tried := [delivery["state"] for delivery in listed if delivery["attempts"]]:
            own.call("DELETE", f"/rest/metadata/webhooks/{hook['id']}").json()
            return f"an attempt was made, and noted as {tried[0]}"
    raise AssertionError(f"no attempt within {_PATIENCE} s: {listed}")


def update(world: World) -> str:
    """update with other parameters"""
    before, people = world.versions, world.workspace.people()
    world.stack.deploy({"BatchLimit": "2", "PageLimit": "2"})
    world.settle()
    assert world.stack.status == "UPDATE_COMPLETE"
    assert all(world.versions[name] != before[name] for name in before), "a function still runs its old version"
    _has_limits(world, batch=2)
    assert len(world.workspace.call("GET", "/rest/people?limit=60").json()["data"]["people"]) == 2
    assert len(people) == 3
    return "every function has a new version; the API has the new limits, and the old data"


def _has_limits(world: World, *, batch: int) -> None:
    """The API refuses a batch of one more, and says so."""
    people = [{"name": {"firstName": "Nobody", "lastName": str(number)}} for number in range(batch + 1)]
    refused = world.workspace.call("POST", "/rest/batch/people", people)
    assert refused.status == 400 and str(batch) in refused.text, refused


def repeated(world: World) -> str:
    """the same once more"""
    before = world.versions
    world.stack.deploy({})
    world.settle()
    assert world.versions == before, "versions were made of what had not changed"
    _has_limits(world, batch=2)
    return "no function has a new version; parameters keep their values"


def failed_update(world: World) -> str:
    """an update that fails"""
    before = world.versions
    try:
        world.stack.deploy({"BatchLimit": "5", "PageLimit": "60"}, more=_REFUSED)
    except DeploymentFailed:
        world.settle()
        assert world.stack.status == "UPDATE_ROLLBACK_COMPLETE", world.stack.status
        assert world.versions == before, "not the versions from before"
        _has_limits(world, batch=2)
        assert len(world.workspace.call("GET", "/rest/people?limit=60").json()["data"]["people"]) == 2
        return "rolled back by itself: versions, limits and data are those from before"
    raise AssertionError("a resource that is refused was taken")


def restored(world: World) -> str:
    """restore to a second table"""
    world.stack.deploy({"BatchLimit": "60", "PageLimit": "60"})
    world.settle()
    client, first = world.stack.dynamodb, world.outputs["TableName"]
    world.arns["first"] = world.outputs["TableStreamArn"]
    name = f"{first}-restored"
    client.restore_table_to_point_in_time(SourceTableName=first, TargetTableName=name, UseLatestRestorableTime=True)
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    world.workspace.create_person("Too late")
    client.update_table(
        TableName=name,
        DeletionProtectionEnabled=True,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    client.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})
    client.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    world.arns["second"] = client.describe_table(TableName=name)["Table"]["LatestStreamArn"]
    world.stack.deploy({"ExistingTableStreamArn": world.arns["second"]})
    world.settle()
    assert world.outputs["TableName"] == name
    assert world.workspace.people() == {"Ada", "Grace", "Edsger"}
    assert client.describe_table(TableName=first)["Table"]["TableStatus"] == "ACTIVE"
    assert "Table" not in world.stack.resources()
    return "what was written after the restore is gone; token and rocket are there; the first table is kept"


def works_on_the_second(world: World) -> str:
    """the stream of the second table"""
    world.workspace.create_person("Restored")
    world.stack.administrate("resume_jobs", workspaceId=world.workspace.id)
    return webhooks(world)


def back(world: World) -> str:
    """back to the first table"""
    world.stack.deploy({"ExistingTableStreamArn": world.arns["first"]})
    world.settle()
    assert "Too late" in world.workspace.people()
    assert "Restored" not in world.workspace.people()
    return "by the ARN of its stream"


def deletion(world: World) -> str:
    """delete the stack"""
    stack, first = world.stack, world.outputs["TableName"]
    world.arns["secret"] = stack.client("secretsmanager").describe_secret(SecretId=world.outputs["SigningSecretArn"])[
        "ARN"
    ]
    world.arns["key"] = world.outputs["WebhookKeyArn"]
    functions = {
        entry["PhysicalResourceId"]
        for entry in stack.resources().values()
        if entry["ResourceType"] == "AWS::Lambda::Function"
    }
    stack.delete()
    assert stack.exists("dynamodb", "describe_table", TableName=first)
    assert stack.exists("dynamodb", "describe_table", TableName=f"{first}-restored")
    assert stack.exists("secretsmanager", "get_secret_value", SecretId=world.arns["secret"])
    assert stack.exists("kms", "describe_key", KeyId=world.arns["key"])
    keys = stack.client("apigateway").get_api_keys(includeValues=True)["items"]
    assert world.workspace.id in {key["value"] for key in keys}
    left = {entry["FunctionName"] for entry in stack.client("lambda").list_functions()["Functions"]}
    assert not functions & left
    assert not stack.client("apigateway").get_rest_apis()["items"]
    return "tables, secret, KMS key and gateway keys remain, and nothing that runs"


def anew(world: World) -> str:
    """a new stack on what is left"""
    world.stack.deploy(
        {
            "ExistingTableStreamArn": world.arns["first"],
            "ExistingSigningSecretArn": world.arns["secret"],
            "ExistingWebhookKeyArn": world.arns["key"],
        }
    )
    world.settle()
    assert world.workspace.call("GET", "/rest/people").status == 403
    gateway = world.stack.client("apigateway")
    for key in gateway.get_api_keys(includeValues=True)["items"]:
        if key["value"] == world.workspace.id:
            gateway.delete_api_key(apiKey=key["id"])
    world.stack.administrate("count_calls", workspaceId=world.workspace.id)
    assert "Too late" in world.workspace.people()
    _new_webhook(world)
    return "the old token works once the workspace is in the new plan; the key seals secrets"


def last(world: World) -> str:
    """delete it again"""
    world.stack.delete()
    return "nothing else is left to do"


STEPS: tuple[Step, ...] = (
    first_deployment,
    workspace,
    records,
    metadata,
    keys,
    webhooks,
    update,
    repeated,
    failed_update,
    restored,
    works_on_the_second,
    back,
    deletion,
    anew,
    last,
)
