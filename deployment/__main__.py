"""``python -m deployment deploy|plan``: `make deploy` and `make plan`, after the build."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import orjson

from local.template.document import read_document

from .configuration import Configuration, DeploymentError, read_configuration
from .parameters import Parameter, effective_parameters
from .plan import plan_text
from .release import code_of
from .stack import Deployed, cloudformation, read_stack

_ROOT = Path(__file__).parents[1]
_BUILT = _ROOT / ".aws-sam" / "build"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m deployment", description=__doc__)
    parser.add_argument("action", choices=("deploy", "plan"))
    parser.add_argument("--config-env", default="dev", help="environment of samconfig.toml (default dev)")
    parser.add_argument("--architecture", default="arm64", help="what the build was made for (default arm64)")
    parser.add_argument("--sam", default="sam", help="the sam command")
    options, further = parser.parse_known_args(arguments)
    try:
        configuration = read_configuration(_ROOT / "samconfig.toml", options.config_env, further)
        deployed = _asked(configuration, is_needed=options.action == "deploy")
        template = read_document(_BUILT / "template.yaml")
        parameters = effective_parameters(
            template,
            configuration,
            architecture=options.architecture,
            code=code_of(_BUILT, template["Resources"]),
            deployed=deployed.parameters if deployed else {},
        )
        print(plan_text(configuration, parameters, deployed), flush=True)
        return _deploy(options.sam, configuration, parameters) if options.action == "deploy" else 0
    except FileNotFoundError as error:
        print(f"error: {error.filename} is not there: run make build", file=sys.stderr)
    except DeploymentError as error:
        print(f"error: {error}", file=sys.stderr)
    return 1


def _asked(configuration: Configuration, *, is_needed: bool) -> Deployed | None:
    """What runs now. A plan can do without; it says so."""
    try:
        return read_stack(cloudformation(configuration), configuration.stack_name)
    except DeploymentError as error:
        if is_needed:
            raise
        print(f"note: {error}", file=sys.stderr)
        return None


def _deploy(sam: str, configuration: Configuration, parameters: dict[str, Parameter]) -> int:
    """Runs ``sam deploy``. Values go through a file, so none has to be quoted. JSON is YAML, by which name sam reads it."""
    told = {name: parameter.value for name, parameter in parameters.items() if parameter.is_told}
    values = _BUILT.parent / "parameters.yaml"
    values.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    command = [sam, "deploy", "--config-env", configuration.environment, "--parameter-overrides", f"file://{values}"]
    return subprocess.run([*command, *configuration.arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
