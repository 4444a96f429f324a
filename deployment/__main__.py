"""``python -m deployment ACTION``: `make deploy`, `make plan` and `make prune`, and the address for `make smoke`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import botocore.exceptions
import orjson

from local.template.document import read_document

from .configuration import Configuration, DeploymentError, read_configuration
from .parameters import Parameter, effective_parameters
from .plan import plan_text
from .release import code_of
from .stack import Deployed, protect, read_stack, session
from .versions import prune

_ROOT = Path(__file__).parents[1]
_BUILT = _ROOT / ".aws-sam" / "build"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m deployment", description=__doc__, allow_abbrev=False)
    parser.add_argument("action", choices=sorted(_ACTIONS))
    parser.add_argument("--config-env", default="dev", help="environment of samconfig.toml (default dev)")
    parser.add_argument("--architecture", default="arm64", help="what the build was made for (default arm64)")
    parser.add_argument("--sam", default="sam", help="the sam command")
    parser.add_argument("--keep", type=int, default=3, help="versions of a function that stay (default 3)")
    options, further = parser.parse_known_args(arguments)
    try:
        configuration = read_configuration(_ROOT / "samconfig.toml", options.config_env, further)
        return _ACTIONS[options.action](configuration, options)
    except FileNotFoundError as error:
        print(f"error: {error.filename} is not there: run make build", file=sys.stderr)
    except (DeploymentError, botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
    return 1


def _plan(configuration: Configuration, options: argparse.Namespace) -> int:
    """A plan can do without knowing what runs now; it says so."""
    deployed = None
    try:
        deployed = read_stack(session(configuration).client("cloudformation"), configuration.stack_name)
    except (DeploymentError, botocore.exceptions.BotoCoreError) as error:
        print(f"note: {error}", file=sys.stderr)
    _show(configuration, options, deployed)
    return 0


def _deploy(configuration: Configuration, options: argparse.Namespace) -> int:
    """Runs ``sam deploy``. Values go through a file, so none has to be quoted; sam reads JSON called YAML."""
    cloudformation = session(configuration).client("cloudformation")
    parameters = _show(configuration, options, read_stack(cloudformation, configuration.stack_name))
    told = {name: parameter.value for name, parameter in parameters.items() if parameter.is_told}
    values = _BUILT.parent / "parameters.yaml"
    values.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    command = [options.sam, "deploy", "--config-env", configuration.environment]
    command += ["--parameter-overrides", f"file://{values}", *configuration.arguments]
    status = subprocess.run(command, check=False).returncode
    if status == 0 and configuration.is_protected and protect(cloudformation, configuration.stack_name):
        print(f"The stack {configuration.stack_name} is protected from deletion now.")
    return status


def _prune(configuration: Configuration, options: argparse.Namespace) -> int:
    if options.keep < 1:
        raise DeploymentError("the newest version stays: say KEEP=1 or more")
    clients = session(configuration)
    stack = clients.client("cloudformation"), clients.client("lambda"), configuration.stack_name
    for pruned in prune(*stack, keep=options.keep):
        deleted = ", ".join(map(str, pruned.deleted)) or "nothing"
        print(f"{pruned.function}: deleted {deleted}, kept {', '.join(map(str, pruned.kept))}")
    return 0


def _address(configuration: Configuration, _: argparse.Namespace) -> int:
    deployed = read_stack(session(configuration).client("cloudformation"), configuration.stack_name)
    if "ApiUrl" not in deployed.outputs:
        raise DeploymentError(f"the stack {configuration.stack_name} is not there, or not finished")
    print(deployed.outputs["ApiUrl"])
    return 0


def _show(
    configuration: Configuration, options: argparse.Namespace, deployed: Deployed | None
) -> Mapping[str, Parameter]:
    """Prints the plan; the parameters of it."""
    template = read_document(_BUILT / "template.yaml")
    parameters = effective_parameters(
        template,
        configuration,
        architecture=options.architecture,
        code=code_of(_BUILT, template["Resources"]),
        deployed=deployed.parameters if deployed else {},
    )
    print(plan_text(configuration, parameters, deployed), flush=True)
    return parameters


_ACTIONS: Mapping[str, Callable[[Configuration, argparse.Namespace], int]] = {
    "deploy": _deploy,
    "plan": _plan,
    "prune": _prune,
    "url": _address,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
