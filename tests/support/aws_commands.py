"""Whether calls of the AWS command line could be made: services, operations, options and values as botocore knows
them. The command line itself is not installed here, and makes its options of the same data.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import jmespath
from botocore import xform_name
from botocore.session import get_session

from icosa.provisioning.admin import ACTIONS
from icosa.validation.body import validate
from local.samples.direct import DIRECT

#: Options of every command.
_COMMON = {"--query", "--output", "--region", "--profile", "--cli-binary-format"}
_PAGING = {"--max-items", "--page-size", "--starting-token"}
#: Commands that the command line adds to the services' own operations, with their options.
_CUSTOM: Mapping[tuple[str, str], set[str]] = {
    ("cloudformation", "deploy"): {
        *("--template-file", "--stack-name", "--capabilities", "--parameter-overrides", "--no-execute-changeset"),
    },
    ("logs", "tail"): {"--since", "--filter-pattern", "--follow", "--format"},
}
_ROTATION = {event["action"] for name, event in DIRECT.items() if name.startswith("rotation/")}
#: Stands for what a reader has to put in.
_ANY_ID = "5a8d1c3e-0000-4000-8000-000000000001"


def problem(arguments: Sequence[str]) -> str | None:
    """What is wrong with the arguments of ``aws``, None if nothing is."""
    service, operation, *rest = arguments
    if operation == "wait":
        operation, *rest = rest
        if operation not in {xform_name(name, "-") for name in _waiters(service)}:
            return f"{service} cannot wait for {operation}"
        return None
    options = _options(service, operation)
    if options is None:
        return f"{service} has no {operation}"
    given = dict(_given(rest))
    if unknown := given.keys() - options - _COMMON - _PAGING:
        return f"{service} {operation} does not take {sorted(unknown)}"
    if "--query" in given:
        jmespath.compile(given["--query"])
    if "--payload" in given:
        return _wrong_payload(given["--function-name"], given["--payload"])
    return None


def _given(words: Sequence[str]) -> Iterable[tuple[str, str]]:
    for at, word in enumerate(words):
        if word.startswith("--"):
            yield word, words[at + 1] if at + 1 < len(words) else ""


@cache
def _waiters(service: str) -> Sequence[str]:
    names: Sequence[str] = get_session().get_waiter_model(service).waiter_names
    return names


@cache
def _model(service: str) -> Any:
    return get_session().get_service_model(service)


@cache
def _options(service: str, operation: str) -> set[str] | None:
    """The options of an operation, None if there is none of that name."""
    if (service, operation) in _CUSTOM:
        return _CUSTOM[service, operation]
    model = _model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in names:
        return None
    members = model.operation_model(names[operation]).input_shape.members
    options = {f"--{xform_name(name, '-')}" for name in members}
    flags = {f"--no-{xform_name(name, '-')}" for name, shape in members.items() if shape.type_name == "boolean"}
    return options | flags


def _wrong_payload(function: str, payload: str) -> str | None:
    """Whether an administrator's function takes a payload, where the page shows which function it is."""
    try:
        event = json.loads(payload.replace("…", _ANY_ID))
    except ValueError as error:
        return f"{payload}: {error}"
    name = event.get("action")
    if "Rotation" in function or name in _ROTATION:
        return None if name in _ROTATION else f"no action of the rotation function: {name}"
    if name is None:
        return None if event.keys() == {"workspaceId", "operationId"} else f"no payload of the jobs function: {payload}"
    if name not in ACTIONS:
        return f"no action of the keys function: {name}"
    identified = {key: _ANY_ID if key.endswith("Id") else value for key, value in event.items()}
    validate(ACTIONS[name].parameters, identified)
    return None
