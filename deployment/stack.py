"""The stack as it is deployed now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import botocore.exceptions

from .configuration import Configuration, DeploymentError


@dataclass(frozen=True, slots=True)
class Deployed:
    """``parameters`` are those of the last deployment; none of a stack that is not there yet."""

    exists: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)


def session(configuration: Configuration) -> Any:
    """A session of boto3 for the environment's region and profile."""
    try:
        return boto3.Session(region_name=configuration.region, profile_name=configuration.profile)
    except botocore.exceptions.BotoCoreError as error:
        raise DeploymentError(str(error)) from error


def read_stack(client: Any, name: str) -> Deployed:
    """The stack of a name. Raises DeploymentError where AWS cannot be asked."""
    try:
        [stack] = client.describe_stacks(StackName=name)["Stacks"]
    except botocore.exceptions.ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return Deployed()
        raise DeploymentError(f"CloudFormation does not tell about {name}: {error}") from error
    except botocore.exceptions.BotoCoreError as error:
        raise DeploymentError(f"CloudFormation does not tell about {name}: {error}") from error
    if stack["StackStatus"] == "REVIEW_IN_PROGRESS":
        return Deployed()
    return Deployed(
        exists=True,
        parameters={entry["ParameterKey"]: entry["ParameterValue"] for entry in stack.get("Parameters", [])},
        outputs={entry["OutputKey"]: entry["OutputValue"] for entry in stack.get("Outputs", [])},
    )


def protect(client: Any, name: str) -> bool:
    """Have CloudFormation refuse to delete a stack, until somebody allows it; whether it would have before."""
    [stack] = client.describe_stacks(StackName=name)["Stacks"]
    if stack.get("EnableTerminationProtection"):
        return False
    client.update_termination_protection(StackName=name, EnableTerminationProtection=True)
    return True
