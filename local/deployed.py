"""Invoking the administration function of a stack that is deployed, with the credentials of who runs the command."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from local.functions.invoker import Outcome
from local.invocation import InvocationFailed

#: The output of template.yaml with the function's name, and the alias that is served.
_OUTPUT: Final = "KeysFunctionName"
_ALIAS: Final = "live"


def invoke_deployed(environment: str, payload: bytes, *, root: Path, session: Any = None) -> Outcome:
    """Run the function of an environment of ``samconfig.toml``. Raises InvocationFailed."""
    parameters = _parameters(environment, root)
    if session is None:
        import boto3  # Here, because the local stack needs none.

        session = boto3.Session(region_name=parameters.get("region"), profile_name=parameters.get("profile"))
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        stacks = session.client("cloudformation").describe_stacks(StackName=parameters["stack_name"])["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}
        if _OUTPUT not in outputs:
            raise InvocationFailed(f"the stack {parameters['stack_name']} has no output {_OUTPUT}: deploy it first")
        response = session.client("lambda").invoke(FunctionName=outputs[_OUTPUT], Qualifier=_ALIAS, Payload=payload)
        return Outcome(payload=response["Payload"].read(), error=response.get("FunctionError"))
    except (BotoCoreError, ClientError) as error:
        raise InvocationFailed(f"AWS: {error}") from error


def _parameters(environment: str, root: Path) -> dict[str, Any]:
    configuration = tomllib.loads((root / "samconfig.toml").read_text(encoding="utf-8"))
    try:
        parameters: dict[str, Any] = configuration[environment]["deploy"]["parameters"]
    except KeyError:
        raise InvocationFailed(f"samconfig.toml has no environment {environment!r}") from None
    return parameters
