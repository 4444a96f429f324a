"""Functions of the template, and what else than HTTP invokes them: streams, queues, schedules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.template.application import AsyncInvocation, EventSource, Function, Schedule
from local.template.document import TemplateError
from local.template.names import opaque_id
from local.template.scope import Scope

_USED = (
    "Handler",
    "CodeUri",
    "Layers",
    "Timeout",
    "MemorySize",
    "Environment",
    "EventInvokeConfig",
    "DeadLetterQueue",
    "Runtime",
)

#: Default batch sizes of the event source mappings (Lambda: CreateEventSourceMapping).
_BATCH_SIZES = {"dynamodb": 100, "sqs": 10}


def read_functions(scope: Scope) -> dict[str, Function]:
    """The template's functions by logical id."""
    return {name: _function(scope, name, properties) for name, properties in scope.of_type("AWS::Serverless::Function")}


def _function(scope: Scope, name: str, properties: dict[str, Any]) -> Function:
    resolved = scope.resolve({key: properties[key] for key in _USED if key in properties})
    if "CodeUri" not in resolved or "Handler" not in resolved:
        raise TemplateError(
            f"function {name} needs CodeUri and Handler: the local stack runs functions from their source"
        )
    code = scope.root / resolved["CodeUri"]
    layers = [scope.root / folder for folder in _layer_folders(scope, resolved.get("Layers") or [])]
    variables = (resolved.get("Environment") or {}).get("Variables") or {}
    return Function(
        logical_id=name,
        name=scope.names.name(name),
        arn=scope.names.arn(name),
        handler=str(resolved["Handler"]),
        code=code,
        search_path=(code, *(_python_root(layer) for layer in layers)),
        environment={key: _text(value) for key, value in variables.items()},
        timeout=float(resolved.get("Timeout", 3)),
        memory=int(resolved.get("MemorySize", 128)),
        metadata=scope.resources[name].get("Metadata") or {},
        asynchronous=_asynchronous(resolved),
    )


def _layer_folders(scope: Scope, layers: list[Any]) -> Iterator[str]:
    """The folders of the template's own layers; layers that exist only in the cloud (extensions) are left out."""
    own = {scope.names.arn(name): properties for name, properties in scope.of_type("AWS::Serverless::LayerVersion")}
    for layer in layers:
        if str(layer) in own:
            yield str(scope.resolve(own[str(layer)]["ContentUri"]))


def _python_root(layer: Path) -> Path:
    """Where a layer's modules are: ``python/`` as Lambda has it, or the folder itself when SAM is to build it from
    there.
    """
    return layer / "python" if (layer / "python").is_dir() else layer


def _asynchronous(properties: dict[str, Any]) -> AsyncInvocation:
    config = properties.get("EventInvokeConfig") or {}
    destination = ((config.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    return AsyncInvocation(
        retries=int(config.get("MaximumRetryAttempts", 2)),
        on_failure=destination or (properties.get("DeadLetterQueue") or {}).get("TargetArn"),
    )


def _events(scope: Scope, *kinds: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Id, function and resolved properties of the functions' events of some types."""
    for function, properties in scope.of_type("AWS::Serverless::Function"):
        for event, body in (properties.get("Events") or {}).items():
            if body["Type"] in kinds:
                yield f"{function}{event}", function, scope.resolve(body.get("Properties") or {})


def read_event_sources(scope: Scope) -> list[EventSource]:
    """Stream and queue subscriptions: events of functions and AWS::Lambda::EventSourceMapping resources."""
    schedules = [
        _event_source(name, function, properties.get("Stream") or properties.get("Queue"), properties)
        for name, function, properties in _events(scope, "DynamoDB", "SQS")
        if properties.get("Enabled", True) is not False
    ]
    for name, properties in scope.of_type("AWS::Lambda::EventSourceMapping"):
        resolved = scope.resolve(properties)
        if resolved.get("Enabled", True) is not False:
            schedules.append(
                _event_source(name, scope.function_of(resolved["FunctionName"]), resolved["EventSourceArn"], resolved)
            )
    return schedules


def _event_source(name: str, function: str, arn: Any, properties: dict[str, Any]) -> EventSource:
    service = str(arn).split(":")[2] if str(arn).count(":") > 2 else ""
    if service not in _BATCH_SIZES:
        raise TemplateError(f"event source {name}: {arn} is neither a DynamoDB stream nor an SQS queue")
    filters = (properties.get("FilterCriteria") or {}).get("Filters") or []
    destination = ((properties.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    return EventSource(
        id=name,
        source_arn=str(arn),
        function=function,
        batch_size=int(properties.get("BatchSize", _BATCH_SIZES[service])),
        window=float(properties.get("MaximumBatchingWindowInSeconds", 0)),
        filters=tuple(
            item["Pattern"] if isinstance(item["Pattern"], str) else json.dumps(item["Pattern"]) for item in filters
        ),
        partial_failures="ReportBatchItemFailures" in (properties.get("FunctionResponseTypes") or []),
        starting_position="LATEST" if properties.get("StartingPosition") == "LATEST" else "TRIM_HORIZON",
        retries=int(properties.get("MaximumRetryAttempts", -1)),
        max_age=int(properties.get("MaximumRecordAgeInSeconds", -1)),
        bisect=bool(properties.get("BisectBatchOnFunctionError", False)),
        parallel=int(properties.get("ParallelizationFactor", 1)),
        on_failure=destination,
    )


def read_schedules(scope: Scope) -> list[Schedule]:
    """Schedule and ScheduleV2 events that are enabled."""
    deployment = scope.deployment
    functions = []
    for name, function, properties in _events(scope, "Schedule", "ScheduleV2"):
        if properties.get("Enabled", True) is False or properties.get("State", "ENABLED") == "DISABLED":
            continue
        rule = properties.get("Name", f"{deployment.stack}-{name}-{opaque_id(name)}")
        functions.append(
            Schedule(
                id=name,
                arn=f"arn:aws:events:{deployment.region}:{deployment.account}:rule/{rule}",
                function=function,
                expression=str(properties.get("Schedule") or properties["ScheduleExpression"]),
                input=properties.get("Input"),
            )
        )
    return functions


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
