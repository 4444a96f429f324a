"""What a deployment will do, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .configuration import Configuration
from .parameters import Parameter
from .release import RELEASE
from .stack import Deployed


def plan_text(configuration: Configuration, parameters: Mapping[str, Parameter], deployed: Deployed | None) -> str:
    """The lines of a plan. ``deployed`` is None where AWS was not asked."""
    return "\n".join(_lines(configuration, parameters, deployed))


def _lines(
    configuration: Configuration, parameters: Mapping[str, Parameter], deployed: Deployed | None
) -> Iterator[str]:
    place = configuration.region or "the region of your environment"
    if deployed is None:
        state = "which was not asked for its state"
    else:
        state = "which is there" if deployed.exists else "which is new"
    yield f"Stack {configuration.stack_name} in {place}, {state}."
    release = parameters[RELEASE].value
    before = deployed.parameters.get(RELEASE) if deployed else None
    if before == release:
        yield f"Release {release}: code and parameters are those that run. No function gets a new version."
    else:
        yield f"Release {release}{f' after {before}' if before else ''}: every function gets a new version."
    if deployed is None:
        yield "It has another name where the stack keeps values that are not named here."
    yield "Parameters, where they are not the default:"
    for name, parameter in sorted(parameters.items()):
        if name != RELEASE and not parameter.is_usual:
            yield f"  {name} = {_change(parameter, deployed)} ({parameter.source})"


def _change(parameter: Parameter, deployed: Deployed | None) -> str:
    before = deployed.parameters.get(parameter.name) if deployed else None
    shown = parameter.value or "''"
    return shown if before is None or before == parameter.value else f"{before or chr(39) * 2} -> {shown}"
