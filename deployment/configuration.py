"""What ``samconfig.toml`` and the command line say about a deployment."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class DeploymentError(Exception):
    """A deployment that cannot be made as it is asked for. The message says what to do."""


#: Options of ``sam deploy`` that are read here as well, with the names that the file has for them.
_OPTIONS = {"--region": "region", "--profile": "profile"}
#: CloudFormation begins the names of functions with so much of the stack's, and rights on them name all of it.
STACK_NAME_LIMIT = 24
_OVERRIDES = "--parameter-overrides"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One environment. ``file`` and ``given`` are the parameters of the file and of the command line; ``arguments`` are
    what else ``sam deploy`` is to be told. Of one that ``is_protected`` CloudFormation refuses to delete the stack.
    """

    environment: str
    stack_name: str
    region: str | None
    profile: str | None
    file: Mapping[str, str]
    given: Mapping[str, str]
    arguments: tuple[str, ...]
    is_protected: bool = False


def read_configuration(path: Path, environment: str, arguments: Sequence[str]) -> Configuration:
    """The environment of a file, with the arguments for ``sam deploy`` that were given."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    if environment not in document or "deploy" not in document[environment]:
        known = ", ".join(name for name, body in document.items() if isinstance(body, dict) and "deploy" in body)
        raise DeploymentError(f"{path.name} has no environment {environment!r}; it has {known}")
    file: dict[str, Any] = document[environment].get("global", {}).get("parameters", {})
    file = file | document[environment]["deploy"].get("parameters", {})
    given, rest = _split(arguments)
    if len(stack := str(_option(rest, "--stack-name") or file.get("stack_name"))) > STACK_NAME_LIMIT:
        raise DeploymentError(f"the stack's name {stack!r} has more than {STACK_NAME_LIMIT} characters")
    told = {name: _option(rest, option) or file.get(name) for option, name in _OPTIONS.items()}
    return Configuration(
        environment=environment,
        stack_name=stack,
        region=told["region"],
        profile=told["profile"],
        file=read_overrides(file.get("parameter_overrides", "")),
        given=given,
        arguments=tuple(rest),
        is_protected=bool(document[environment].get("icosa", {}).get("termination_protection", False)),
    )


def read_overrides(value: str | Sequence[str] | Mapping[str, Any]) -> dict[str, str]:
    """Parameters as ``sam`` takes them: a table, a list, or ``Key=Value Key="two words"``.

    >>> read_overrides('StageName=dev ListPrices="reads=1 writes=2"')
    {'StageName': 'dev', 'ListPrices': 'reads=1 writes=2'}
    """
    if isinstance(value, Mapping):
        return {name: str(item) for name, item in value.items()}
    parts = shlex.split(value) if isinstance(value, str) else [part for text in value for part in shlex.split(text)]
    result = {}
    for part in parts:
        name, equals, item = part.partition("=")
        if name == "ParameterKey" and ",ParameterValue=" in item:
            name, _, item = item.partition(",ParameterValue=")
        elif not equals:
            raise DeploymentError(f"{part!r} is no parameter: say Name=value")
        result[name] = item
    return result


def _split(arguments: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The parameters among arguments, and the other arguments."""
    given: dict[str, str] = {}
    rest: list[str] = []
    reading = False
    for argument in arguments:
        if argument == _OVERRIDES:
            reading = True
        elif argument.startswith(f"{_OVERRIDES}="):
            given |= read_overrides(argument.partition("=")[2])
        elif reading and not argument.startswith("-"):
            given |= read_overrides(argument)
        else:
            reading = False
            rest.append(argument)
    return given, rest


def _option(arguments: Sequence[str], option: str) -> str | None:
    for position, argument in enumerate(arguments):
        if argument == option and position + 1 < len(arguments):
            return arguments[position + 1]
        if argument.startswith(f"{option}="):
            return argument.partition("=")[2]
    return None
