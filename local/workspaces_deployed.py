"""Invoking the administration of a deployed stack, by the AWS credentials of this shell."""

from __future__ import annotations

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import orjson

from local.invocation import InvocationFailed
from local.provisioning import PROVISIONING

#: By mark the output of the stack that names the function.
_OUTPUTS: Final = {PROVISIONING: "KeysFunctionName", "Jobs": "JobsFunctionName"}


class Deployed:
    """The stack of an environment of ``samconfig.toml``."""

    def __init__(self, config: Path, environment: str) -> None:
        environments = tomllib.loads(config.read_text())
        try:
            self._parameters: dict[str, Any] = environments[environment]["deploy"]["parameters"]
        except KeyError:
            raise InvocationFailed(f"samconfig.toml has no environment {environment}") from None

    def caller(self) -> str:
        """Who this shell is to AWS."""
        arn: str = self._client("sts").get_caller_identity()["Arn"]
        return arn

    def invoke(self, mark: str, event: dict[str, Any]) -> dict[str, Any]:
        """What the function with a mark answers. Raises InvocationFailed."""
        answer = self._client("lambda").invoke(
            FunctionName=self._functions[_OUTPUTS[mark]], Qualifier="live", Payload=orjson.dumps(event)
        )
        content: dict[str, Any] = orjson.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise InvocationFailed(f"{content.get('errorType')}: {content.get('errorMessage')}")
        return content

    @cached_property
    def _functions(self) -> dict[str, str]:
        stacks = self._client("cloudformation").describe_stacks(StackName=self._parameters["stack_name"])["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]}

    def _client(self, service: str) -> Any:
        import boto3

        client: Any = boto3.client
        return client(service, region_name=self._parameters.get("region"))
