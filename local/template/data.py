"""Tables, queues, secrets, keys and parameters of the template."""

from __future__ import annotations

from typing import Any

from local.template.application import EncryptionKey, Queue, Secret, Table
from local.template.document import TemplateError
from local.template.scope import Scope

#: Properties of AWS::DynamoDB::Table that CreateTable takes unchanged.
_TABLE_PROPERTIES = (
    "KeySchema",
    "AttributeDefinitions",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "ProvisionedThroughput",
)


def read_tables(scope: Scope) -> list[Table]:
    """DynamoDB tables."""
    tables = []
    for name, properties in scope.of_type("AWS::DynamoDB::Table"):
        used = {
            key: properties[key]
            for key in (*_TABLE_PROPERTIES, "BillingMode", "TimeToLiveSpecification")
            if key in properties
        }
        stream = scope.resolve(properties.get("StreamSpecification") or {})
        resolved = scope.resolve(used)
        expiry = resolved.pop("TimeToLiveSpecification", None) or {}
        definition: dict[str, Any] = {"TableName": scope.names.name(name), "BillingMode": "PROVISIONED", **resolved}
        if stream:
            definition["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": stream["StreamViewType"]}
        tables.append(
            Table(
                name=scope.names.name(name),
                arn=scope.names.arn(name),
                stream_arn=scope.names.attribute(name, "StreamArn"),
                definition=definition,
                ttl=expiry["AttributeName"] if expiry.get("Enabled") else None,
            )
        )
    return tables


def read_queues(scope: Scope) -> list[Queue]:
    """SQS queues. First-in-first-out queues are refused."""
    queues = []
    for name, properties in scope.of_type("AWS::SQS::Queue"):
        if properties.get("FifoQueue"):
            raise TemplateError(f"{name}: the local stack has no FIFO queues")
        resolved = scope.resolve(properties)
        redrive = resolved.get("RedrivePolicy") or {}
        queues.append(
            Queue(
                name=scope.names.name(name),
                arn=scope.names.arn(name),
                url=scope.names.ref(name),
                visibility_timeout=int(resolved.get("VisibilityTimeout", 30)),
                delay=int(resolved.get("DelaySeconds", 0)),
                retention=int(resolved.get("MessageRetentionPeriod", 345_600)),
                dead_letter_arn=redrive.get("deadLetterTargetArn"),
                max_receive_count=int(redrive["maxReceiveCount"]) if "maxReceiveCount" in redrive else None,
            )
        )
    return queues


def read_secrets(scope: Scope) -> list[Secret]:
    """Secrets Manager secrets."""
    secrets = []
    for name, properties in scope.of_type("AWS::SecretsManager::Secret"):
        resolved = scope.resolve(
            {key: properties[key] for key in ("SecretString", "GenerateSecretString") if key in properties}
        )
        secrets.append(
            Secret(
                name=scope.names.name(name),
                arn=scope.names.arn(name),
                value=resolved.get("SecretString"),
                generate=resolved.get("GenerateSecretString"),
            )
        )
    return secrets


def read_encryption_keys(scope: Scope) -> list[EncryptionKey]:
    """KMS keys. Those that are not for symmetric encryption are refused."""
    encryption_keys = []
    for name, properties in scope.of_type("AWS::KMS::Key"):
        if properties.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
            raise TemplateError(f"{name}: the local stack has symmetric keys only")
        encryption_keys.append(EncryptionKey(id=scope.names.ref(name), arn=scope.names.arn(name)))
    return encryption_keys


def read_parameters(scope: Scope) -> dict[str, str]:
    """Systems Manager parameters that the template declares, by name."""
    return {
        scope.names.name(name): str(scope.resolve(properties["Value"]))
        for name, properties in scope.of_type("AWS::SSM::Parameter")
    }
