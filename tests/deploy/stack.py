"""One stack: deployed by what `make deploy` runs, asked by boto3."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import orjson
from botocore.config import Config
from botocore.exceptions import ClientError

from deployment.configuration import read_configuration
from deployment.parameters import effective_parameters
from deployment.release import code_of
from deployment.stack import read_stack
from local.template.document import read_document
from tests.support.checkout import ROOT

from .gaps import Document, prepared

REGION = "us-east-1"
_BUILT = ROOT / ".aws-sam" / "build"


class DeploymentFailed(Exception):
    """``sam deploy`` ended with an error."""


@dataclass(frozen=True)
class Stack:
    """A stack of MiniStack at ``url``. ``log`` takes what sam says."""

    name: str
    url: str
    architecture: str
    sam: Path
    log: Path

    def client(self, service: str) -> Any:
        """A client of one of MiniStack's services."""
        make: Any = boto3.client
        return make(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(read_timeout=300, retries={"total_max_attempts": 1}),
        )

    @cached_property
    def cloudformation(self) -> Any:
        """CloudFormation."""
        return self.client("cloudformation")

    @cached_property
    def dynamodb(self) -> Any:
        """DynamoDB."""
        return self.client("dynamodb")

    def deploy(self, parameters: Mapping[str, str], more: Mapping[str, Any] | None = None) -> None:
        """What `make deploy` does after the build, with the template for MiniStack and ``more`` resources. Raises
        DeploymentFailed.
        """
        overrides = [f"{name}={value}" for name, value in parameters.items()]
        document, _ = prepared(read_document(_BUILT / "template.yaml"), self._values(overrides))
        document["Resources"] |= more or {}
        template = _BUILT / "deploy-test.json"
        template.write_bytes(orjson.dumps(document))
        command = [sys.executable, "-m", "deployment", "--config-env", "dev", "--architecture", self.architecture]
        command += ["--sam", str(self.sam), "deploy", "--stack-name", self.name, "--template-file", str(template)]
        command += ["--config-file", str(ROOT / "samconfig.toml"), "--region", REGION, "--no-progressbar"]
        command += ["--parameter-overrides", *overrides]
        with self.log.open("ab") as log:
            status = subprocess.run(command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log).returncode
        template.unlink()
        if status:
            raise DeploymentFailed(f"{self.name} was not deployed; see {self.log}")

    def _values(self, overrides: list[str]) -> dict[str, str]:
        """The values that `make deploy` will find for all parameters, the release among them."""
        template = read_document(_BUILT / "template.yaml")
        effective = effective_parameters(
            template,
            read_configuration(ROOT / "samconfig.toml", "dev", ["--parameter-overrides", *overrides]),
            architecture=self.architecture,
            code=code_of(_BUILT, template["Resources"]),
            deployed=read_stack(self.cloudformation, self.name).parameters,
        )
        return {name: parameter.value for name, parameter in effective.items()}

    def _environment(self) -> dict[str, str]:
        """Credentials of MiniStack, and none of the developer's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.url,
            "SAM_CLI_TELEMETRY": "0",
        }

    def delete(self) -> None:
        """Take it down, as ``sam delete`` does."""
        self.cloudformation.delete_stack(StackName=self.name)
        self.cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=self.name, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )

    @property
    def status(self) -> str:
        """Its status."""
        return str(self._description()["StackStatus"])

    def outputs(self) -> dict[str, str]:
        """Its outputs."""
        return {entry["OutputKey"]: entry["OutputValue"] for entry in self._description()["Outputs"]}

    def parameters(self) -> dict[str, str]:
        """Its parameters."""
        return {entry["ParameterKey"]: entry["ParameterValue"] for entry in self._description()["Parameters"]}

    def _description(self) -> dict[str, Any]:
        [stack] = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        description: dict[str, Any] = stack
        return description

    def resources(self) -> dict[str, Document]:
        """Its resources by logical id."""
        pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return {entry["LogicalResourceId"]: entry for page in pages for entry in page["StackResourceSummaries"]}

    def live_versions(self) -> dict[str, str]:
        """The published version behind ``live`` of each function, once all of them can be invoked."""
        client, versions = self.client("lambda"), {}
        waiter = client.get_waiter("published_version_active")
        for logical_id, resource in self.resources().items():
            if resource["ResourceType"] != "AWS::Lambda::Function":
                continue
            name = resource["PhysicalResourceId"]
            version = client.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
            waiter.wait(FunctionName=name, Qualifier=version, WaiterConfig={"Delay": 1, "MaxAttempts": 180})
            versions[logical_id] = version
        return versions

    def administrate(self, action: str, **parameters: Any) -> dict[str, Any]:
        """The answer of the function of administrators. Raises RuntimeError."""
        answer = self.client("lambda").invoke(
            FunctionName=self.outputs()["KeysFunctionName"],
            Qualifier="live",
            Payload=orjson.dumps({"action": action, **parameters}),
        )
        payload: dict[str, Any] = orjson.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise RuntimeError(f"{action}: {payload.get('errorType')}: {payload.get('errorMessage')}")
        return payload

    def base_url(self) -> str:
        """Where MiniStack serves the stack's API."""
        api = self.resources()["Api"]["PhysicalResourceId"]
        return f"{self.url}/restapis/{api}/{self.parameters()['StageName']}/_user_request_"

    def exists(self, service: str, operation: str, **arguments: Any) -> bool:
        """Whether a description is answered, and not refused."""
        try:
            getattr(self.client(service), operation)(**arguments)
        except ClientError:
            return False
        return True
