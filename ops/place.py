"""Where operators' commands work: a deployed stack, or the local stack of a data folder while it runs."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local.folder import DataFolder
from local.template.application import Application
from local.template.names import Deployment
from local.template.reader import read_application


class NoSuchPlace(Exception):
    """The stack cannot be found or does not run. The message says what to do."""


@dataclass(frozen=True)
class Place:
    """Clients of a stack's services, and the names of its resources.

    ``physical`` gives the name of a resource by its logical id: of a queue the URL, of a function what can be invoked.
    """

    application: Application
    client: Callable[[str], Any]
    physical: Callable[[str], str]
    is_local: bool = False

    @cached_property
    def sqs(self) -> Any:
        return self.client("sqs")

    @cached_property
    def streams(self) -> Any:
        return self.client("dynamodbstreams")

    @cached_property
    def functions(self) -> Any:
        return self.client("lambda")


def deployed(root: Path, environment: str) -> Place:
    """The stack of an environment of samconfig.toml, in its region or the one that the AWS CLI would take."""
    config = tomllib.loads((root / "samconfig.toml").read_text(encoding="utf-8"))
    if environment not in config or "deploy" not in config[environment]:
        known = ", ".join(name for name, body in config.items() if isinstance(body, dict) and "deploy" in body)
        raise NoSuchPlace(f"samconfig.toml has no environment {environment!r}, but {known}")
    parameters = config[environment]["deploy"]["parameters"]
    session: Any = boto3.Session(region_name=parameters.get("region"))
    stacks = session.client("cloudformation")

    def physical(logical_id: str) -> str:
        answer = stacks.describe_stack_resource(StackName=parameters["stack_name"], LogicalResourceId=logical_id)
        name: str = answer["StackResourceDetail"]["PhysicalResourceId"]
        return f"{name}:live" if logical_id.endswith("Function") else name

    application = read_application(root / "template.yaml", Deployment(endpoint="http://localhost"))
    return Place(application, session.client, physical)


def local(root: Path, data: Path) -> Place:
    """The running local stack of a data folder."""
    folder = DataFolder(data)
    running = folder.running() if folder.path.exists() else None
    if running is None:
        raise NoSuchPlace(f"no local stack runs on {data}: start one with `make dev DATA={data}`")
    endpoint, access_key = running
    application = read_application(root / "template.yaml", Deployment(endpoint=endpoint))

    def client(service: str) -> Any:
        make: Any = boto3.client  # by names that are not known here
        return make(
            service,
            endpoint_url=folder.running_dynamodb() if service == "dynamodbstreams" else endpoint,
            region_name="us-east-1",
            aws_access_key_id=access_key,
            aws_secret_access_key="local",
            # Dynoxide's sequence numbers are shorter than AWS's.
            config=Config(parameter_validation=False),
        )

    def physical(logical_id: str) -> str:
        if logical_id in application.functions:
            return application.functions[logical_id].name
        return next(queue.url for queue in application.queues if queue.name.endswith(f"-{logical_id}"))

    return Place(application, client, physical, is_local=True)
