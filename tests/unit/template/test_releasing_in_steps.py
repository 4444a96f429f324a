"""What becomes of the template when releases go out in steps, and that nothing of it is there otherwise."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any

import pytest
from samtranslator.translator.transform import transform

from tests.unit.template.packaging import NoManagedPolicies, packaged, references

Document = dict[str, Any]

#: Who gets all calls at once: pages ask for files of their own version, and nobody waits for a rotation.
_AT_ONCE = {"ConsoleFunction", "RotationFunction"}


@pytest.fixture(scope="module")
def stepwise(template: Document) -> Document:
    """The resources with calls going to new versions by and by."""
    made = transform(packaged(template), {"DeploymentPreference": "Canary10Percent5Minutes"}, NoManagedPolicies())
    resources: Document = made["Resources"]
    return resources


def _types(resources: Document, kind: str) -> set[str]:
    return {name for name, resource in resources.items() if resource["Type"] == kind}


def test_every_alias_moves_in_steps_and_is_watched(stepwise: Document, functions: dict[str, Document]) -> None:
    for function in functions.keys() - _AT_ONCE:
        group = stepwise[f"{function}DeploymentGroup"]["Properties"]
        assert stepwise[f"{function}Aliaslive"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"] == {
            "ApplicationName": {"Ref": "ServerlessDeploymentApplication"},
            "DeploymentGroupName": {"Ref": f"{function}DeploymentGroup"},
        }
        assert group["DeploymentConfigName"]["Fn::Sub"][1] == {"ConfigName": "Canary10Percent5Minutes"}
        assert group["ServiceRoleArn"] == {"Fn::GetAtt": ["ReleaseRole", "Arn"]}
        alarm = f"{function.removesuffix('Function')}ReleaseErrors"
        condition, watched, nothing = group["AlarmConfiguration"]["Fn::If"]
        assert (condition, nothing) == ("ReleasesInSteps", {})
        assert watched == {"Enabled": True, "Alarms": [{"Name": {"Ref": alarm}}, {"Name": {"Ref": "ServerErrors"}}]}
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]


def test_an_alarm_sees_the_new_version_only(stepwise: Document, functions: dict[str, Document]) -> None:
    for function in functions.keys() - _AT_ONCE:
        alarm = stepwise[f"{function.removesuffix('Function')}ReleaseErrors"]
        [version] = [name for name in stepwise if name.startswith(f"{function}Version")]
        assert alarm["Condition"] == "ReleasesInSteps"
        assert alarm["Properties"]["MetricName"] == "Errors"
        assert alarm["Properties"]["Dimensions"] == [
            {"Name": "FunctionName", "Value": {"Ref": function}},
            {"Name": "Resource", "Value": {"Fn::Sub": f"${{{function}}}:live"}},
            {"Name": "ExecutedVersion", "Value": {"Fn::GetAtt": [version, "Version"]}},
        ]


def test_what_must_change_at_once_does(stepwise: Document) -> None:
    for function in _AT_ONCE:
        assert "UpdatePolicy" not in stepwise[f"{function}Aliaslive"]


def test_resources_can_be_created_in_some_order(stepwise: Document) -> None:
    names = set(stepwise)
    waits = {name: references(body, names) - {name} for name, body in stepwise.items()}

    order = list(TopologicalSorter(waits).static_order())

    assert order.index("ReleaseRole") < order.index("AuthorizerFunctionAliaslive") < order.index("Api")


def test_the_role_may_move_aliases_and_look_at_alarms(stepwise: Document) -> None:
    role = stepwise["ReleaseRole"]["Properties"]
    [policy] = role["Policies"]
    assert role["AssumeRolePolicyDocument"]["Statement"]["Principal"] == {"Service": "codedeploy.amazonaws.com"}
    assert "ManagedPolicyArns" not in role
    place = "${AWS::Partition}:%s:${AWS::Region}:${AWS::AccountId}:%s:${AWS::StackName}-*"
    assert [(entry["Action"], entry["Resource"]["Fn::Sub"]) for entry in policy["PolicyDocument"]["Statement"]] == [
        (
            ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"],
            f"arn:{place % ('lambda', 'function')}",
        ),
        ("cloudwatch:DescribeAlarms", f"arn:{place % ('cloudwatch', 'alarm')}"),
    ]
    assert "CodeDeployServiceRole" not in stepwise


def test_by_default_there_is_nothing_of_it(transformed: Document) -> None:
    resources = transformed["Resources"]

    assert not [name for name, resource in resources.items() if "CodeDeploy" in resource["Type"]]
    assert not [name for name, resource in resources.items() if "UpdatePolicy" in resource]


def test_every_way_of_steps_is_one(template: Document) -> None:
    ways = template["Parameters"]["DeploymentPreference"]["AllowedValues"]

    assert template["Mappings"]["ReleaseSteps"] == {
        way: {"Enabled": "false" if way == "AllAtOnce" else "true"} for way in ways
    }


def test_snapshots_are_for_functions_that_people_wait_for(transformed: Document, template: Document) -> None:
    """They cost by the month, and each published version costs again."""
    resources = transformed["Resources"]
    snapshots = {
        name: resources[name]["Properties"]["SnapStart"]
        for name in _types(resources, "AWS::Lambda::Function")
        if "SnapStart" in resources[name]["Properties"]
    }

    waited_for = ("AuthorizerFunction", "CoreRestFunction", "CoreGraphqlFunction", "MetadataFunction")
    assert snapshots == {name: {"ApplyOn": {"Ref": "SnapStart"}} for name in waited_for}
    assert template["Parameters"]["SnapStart"]["AllowedValues"] == ["PublishedVersions", "None"]
