"""``python -m local.sam``: the built template under ``sam local start-api``, on the data of a data folder.

What sam adds to the local stack is the functions in Lambda's own container image, built and layered as they are
deployed. It lacks what the local stack has: usage plan, gateway responses, streams. Needs Docker and a finished ``sam
build``; the demo workspace is the one that ``python -m local`` made.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from local.aws.secrets import secret_values
from local.dynamodb.gate import open_gate
from local.folder import DataFolder
from local.functions.variables import Services as Endpoints
from local.functions.variables import function_variables
from local.options import Options
from local.run import EXPECTED, run_loop
from local.services import Services, running_services
from local.template.document import read_document


class Unprepared(Exception):
    """Something that sam local needs is not there. The message says what to do."""


#: The machine's name inside containers.
_HOST = "host.docker.internal"
_ACCESS_KEY = f"LOCAL{secrets.token_hex(8).upper()}"
#: Variables beside the template's own that a function in a container needs; the rest is the container's.
_POINTERS = frozenset(
    {
        "AWS_ACCESS_KEY_ID",
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "POWERTOOLS_TRACE_DISABLED",
    }
)


def main(arguments: list[str]) -> int:
    """Serve until sam ends; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m local.sam", description="Serve the built template with sam local start-api."
    )
    parser.add_argument("--port", type=int, default=8000, help="port of the API (default 8000)")
    parser.add_argument("--data", type=Path, default=Path(".icosa"), help="data folder (default .icosa)")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="folder of template.yaml (default: this one)")
    parser.add_argument("--sam", default="sam", help="the sam command")
    options, further = parser.parse_known_args(arguments)
    try:
        if not DataFolder(options.data).api_key.is_file():
            raise Unprepared(f"{options.data} has no workspace yet; start `make dev` on it once")
        command = [options.sam, "local", "start-api", "--port", str(options.port), *further]
        run_loop(_serve(Options(root=options.root.absolute(), data=options.data), command))
    except (*EXPECTED, Unprepared) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def adapted(template: Mapping[str, Any], variables: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A built template with the environment variables of each function (by logical id) spelled out.

    Authorizers name their function instead of its alias, which sam does not follow.
    """
    result: dict[str, Any] = copy.deepcopy(dict(template))
    for name, values in variables.items():
        result["Resources"][name]["Properties"]["Environment"] = {"Variables": dict(values)}
    for resource in result["Resources"].values():
        for authorizer in ((resource.get("Properties") or {}).get("Auth") or {}).get("Authorizers", {}).values():
            owner, _, alias = str(authorizer.get("FunctionArn", {}).get("Ref", "")).partition(".")
            if alias == "Alias":
                authorizer["FunctionArn"] = {"Fn::GetAtt": [owner, "Arn"]}
    return result


async def _serve(options: Options, command: list[str]) -> None:
    built = options.root / ".aws-sam" / "build"
    if not (built / "template.yaml").is_file():
        raise Unprepared("there is no built template: run make build")
    gateway = _docker_gateway()
    async with (
        running_services(options) as services,
        # Containers cannot reach the loopback interface.
        await open_gate(
            gateway or "127.0.0.1", 0, target=(services.dynoxide.host, services.dynoxide.port), access_key=_ACCESS_KEY
        ) as gate,
    ):
        url = f"http://{_HOST}:{gate.sockets[0].getsockname()[1]}"
        path = built / "sam-local.json"
        path.write_bytes(orjson.dumps(adapted(read_document(built / "template.yaml"), _variables(services, url))))
        path.chmod(0o600)
        host = ["--add-host", f"{_HOST}:{gateway}"] if gateway else []
        sam = await asyncio.create_subprocess_exec(*command, "--template", str(path), *host)
        try:
            await sam.wait()
        finally:
            path.unlink()
            if sam.returncode is None:
                sam.terminate()
                await sam.wait()


def _variables(services: Services, dynamodb: str) -> dict[str, dict[str, str]]:
    endpoints = Endpoints(
        endpoint=services.deployment.endpoint,
        dynamodb=dynamodb,
        region=services.deployment.region,
        access_key=_ACCESS_KEY,
    )
    secrets = secret_values(services.application.secrets, services.settings)
    properties = {}
    for name, function in services.application.functions.items():
        secret_names = {key.removesuffix("_ARN") for key in function.environment if key.endswith("_ARN")}
        wanted = _POINTERS | secret_names | function.environment.keys()
        properties[name] = {
            key: value for key, value in function_variables(function, endpoints, secrets, None).items() if key in wanted
        }
    return properties


def _docker_gateway() -> str | None:
    """The machine's address on Docker's bridge; None where containers reach the loopback interface by name (Docker
    Desktop).
    """
    if sys.platform != "linux":
        return None
    command = ["docker", "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"]
    try:
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unprepared("sam local needs Docker, and it does not answer") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
