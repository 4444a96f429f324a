"""What Ref and Fn::GetAtt answer for resources: names and ARNs as a deployed stack would have them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from local.template.document import TemplateError

#: Resource types whose physical name is a property, and its default when the property is absent is ``<stack>-<logical
#: id>``.
_NAME_PROPERTIES = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::Serverless::LayerVersion": "LayerName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SSM::Parameter": "Name",
}

#: Resource part of the ARN, for types with an ARN made of their name or of what Ref gives.
_ARNS = {
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::KMS::Key": "kms:{region}:{account}:key/{id}",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
    "AWS::SecretsManager::Secret": "secretsmanager:{region}:{account}:secret:{name}",
    "AWS::Serverless::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Serverless::LayerVersion": "lambda:{region}:{account}:layer:{name}:1",
    "AWS::SNS::Topic": "sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
}

#: Types whose Ref is their ARN.
_REF_IS_ARN = {"AWS::SecretsManager::Secret", "AWS::Serverless::LayerVersion", "AWS::SNS::Topic"}

#: A stream's label is the time of its creation; a fixed one keeps the ARN the same over restarts.
_STREAM_LABEL = "2026-01-01T00:00:00.000"

#: Resources that SAM makes beside an API or a function, by suffix of the logical id (SAM: generated resources).
_GENERATED = ("UsagePlanKey", "UsagePlan", "ApiKey", "Role")


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """Where the stack pretends to be. ``endpoint`` is the URL of the AWS services served beside DynamoDB."""

    endpoint: str
    stack: str = "icosa-local"
    region: str = "us-east-1"
    account: str = "000000000000"


class Names:
    """Physical names of a template's resources."""

    def __init__(self, deployment: Deployment, resources: Mapping[str, Any], resolve: Callable[[Any], Any]) -> None:
        self._deployment = deployment
        self._resources = resources
        self._resolve = resolve
        self._pseudo = {
            "AWS::AccountId": deployment.account,
            "AWS::NotificationARNs": [],
            "AWS::Partition": "aws",
            "AWS::Region": deployment.region,
            "AWS::StackId": (
                f"arn:aws:cloudformation:{deployment.region}:{deployment.account}:stack/{deployment.stack}/local"
            ),
            "AWS::StackName": deployment.stack,
            "AWS::URLSuffix": "amazonaws.com",
        }

    def ref(self, name: str) -> Any:
        """What ``!Ref name`` is for a pseudo parameter or resource."""
        if name in self._pseudo:
            return self._pseudo[name]
        resource = self._resources.get(name)
        if resource is None:
            return self._generated(name)
        kind = resource["Type"]
        if kind in _REF_IS_ARN:
            return self.arn(name)
        if kind == "AWS::SQS::Queue":
            return f"{self._deployment.endpoint}/{self._deployment.account}/{self.name(name)}"
        if kind in _NAME_PROPERTIES:
            return self.name(name)
        return opaque_id(name)

    def attribute(self, name: str, attribute: str) -> Any:
        """What ``!GetAtt name.attribute`` is."""
        if attribute == "Arn":
            return self.arn(name)
        if attribute == "StreamArn":
            return f"{self.arn(name)}/stream/{_STREAM_LABEL}"
        if attribute in {"QueueName", "FunctionName", "TableName", "TopicName"}:
            return self.name(name)
        if attribute in {"QueueUrl", "Id", "Ref", "UsagePlanId", "APIKeyId", "RestApiId"}:
            return self.ref(name)
        if attribute == "RootResourceId":
            return opaque_id(f"{name}/")
        if attribute in {"Stage", "Version", "Alias"}:
            return self.ref(f"{name}.{attribute}")
        raise TemplateError(f"Fn::GetAtt {name}.{attribute} is not supported by the local stack")

    def name(self, name: str) -> str:
        """The physical name of a resource that has one."""
        resource = self._resources.get(name)
        if resource is None:
            return f"{self._deployment.stack}-{name}"
        prop = _NAME_PROPERTIES.get(resource["Type"])
        given = (resource.get("Properties") or {}).get(prop) if prop else None
        return str(self._resolve(given)) if given is not None else f"{self._deployment.stack}-{name}"

    def arn(self, name: str) -> str:
        """The ARN of a resource."""
        kind = self._resources[name]["Type"] if name in self._resources else None
        if kind is None and name.endswith("Role"):
            kind = "AWS::IAM::Role"
        pattern = _ARNS.get(kind or "")
        if pattern is None:
            raise TemplateError(f"the local stack knows no ARN for {name} ({kind or 'no such resource'})")
        deployment = self._deployment
        return "arn:aws:" + pattern.format(
            region=deployment.region, account=deployment.account, name=self.name(name), id=opaque_id(name)
        )

    def _generated(self, name: str) -> Any:
        """Ref of what SAM makes: ``Function.Version``, ``Api.Stage``, ``ApiUsagePlan``, ``FunctionRole`` …"""
        owner, _, part = name.partition(".")
        if owner in self._resources:
            if part == "Stage":
                return self._resolve(self._resources[owner].get("Properties", {}).get("StageName", "Prod"))
            if part == "Version":
                return f"{self.arn(owner)}:1"
            if part == "Alias":
                alias = self._resources[owner]["Properties"].get("AutoPublishAlias", "live")
                return f"{self.arn(owner)}:{self._resolve(alias)}"
        for suffix in _GENERATED:
            if name.endswith(suffix) and name.removesuffix(suffix) in self._resources:
                return self.name(name) if suffix == "Role" else opaque_id(name)
        raise TemplateError(f"Ref {name}: no such parameter or resource")


@lru_cache(maxsize=1024)
def opaque_id(name: str) -> str:
    """An identifier as API Gateway gives them, ten small letters and digits, always the same for a name."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    digits = "abcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(digits[number // 36**place % 36] for place in range(10))
