"""Which value each parameter of the template has in a deployment, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .configuration import Configuration, DeploymentError
from .release import RELEASE, release_name

ARCHITECTURE = "Architecture"


@dataclass(frozen=True, slots=True)
class Parameter:
    """``source`` says in words where the value comes from. ``is_told`` ones are passed to ``sam deploy``; others keep
    the value that the stack has, as CloudFormation does it. ``is_usual`` is what nobody has asked for.
    """

    name: str
    value: str
    source: str
    is_told: bool = False
    is_usual: bool = False


def effective_parameters(
    template: Mapping[str, Any],
    configuration: Configuration,
    *,
    architecture: str,
    code: str,
    deployed: Mapping[str, str],
) -> dict[str, Parameter]:
    """All parameters of a template, ``Release`` among them. ``architecture`` is what was built."""
    declared: Mapping[str, Mapping[str, Any]] = template["Parameters"]
    for source in (configuration.file, configuration.given):
        _check(source, declared, architecture)
    result = {name: _parameter(name, body, configuration, deployed) for name, body in declared.items()}
    result[ARCHITECTURE] = Parameter(ARCHITECTURE, architecture, "as it was built", is_told=True)
    name = release_name(code, {parameter.name: parameter.value for parameter in result.values()})
    result[RELEASE] = Parameter(RELEASE, name, "code and parameters", is_told=True)
    return result


def _parameter(
    name: str, body: Mapping[str, Any], configuration: Configuration, deployed: Mapping[str, str]
) -> Parameter:
    if name in configuration.given:
        return Parameter(name, configuration.given[name], "command line", is_told=True)
    if name in configuration.file:
        return Parameter(name, configuration.file[name], "samconfig.toml", is_told=True)
    if name in deployed:
        return Parameter(name, deployed[name], "as deployed", is_usual=deployed[name] == str(body.get("Default")))
    if "Default" not in body:
        raise DeploymentError(f"the parameter {name} has no value: name one in samconfig.toml")
    return Parameter(name, str(body["Default"]), "default", is_usual=True)


def _check(told: Mapping[str, str], declared: Mapping[str, Any], architecture: str) -> None:
    # sam drops what it does not know, without a word.
    if unknown := sorted(set(told) - set(declared)):
        raise DeploymentError(f"template.yaml has no parameter {', '.join(unknown)}")
    if RELEASE in told:
        raise DeploymentError(f"{RELEASE} follows from code and parameters; it cannot be set")
    if told.get(ARCHITECTURE, architecture) != architecture:
        wanted = told[ARCHITECTURE]
        raise DeploymentError(
            f"built for {architecture}, but {ARCHITECTURE} is {wanted}: say make deploy ARCH={wanted}"
        )
