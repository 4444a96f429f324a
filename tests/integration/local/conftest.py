"""The local stack as its users have it: a process that serves the application in ``app/``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import orjson
import pytest

from tests.support.shared import share_modules

REPOSITORY = Path(__file__).parents[3]
APP = Path(__file__).parent / "app"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


@dataclass(frozen=True)
class RunningStack:
    """A started stack."""

    process: subprocess.Popen[str]
    url: str
    data: Path

    @property
    def token(self) -> str:
        """The demo workspace's key."""
        return (self.data / "api-key").read_text().strip()

    def get(self, path: str, token: str | None = None, **more: Any) -> httpx.Response:
        """GET with a token; the demo workspace's when None, none at all when empty."""
        headers = {**more.pop("headers", {}), "Authorization": self.token if token is None else token}
        return httpx.get(self.url + path, headers=headers if headers["Authorization"] else {}, **more)

    def client(self, service: Any) -> Any:
        """A client of one of the stack's AWS services."""
        running = orjson.loads((self.data / "running.json").read_bytes())
        return boto3.client(
            service,
            endpoint_url=running["endpoint"],
            region_name="us-east-1",
            aws_access_key_id=running["accessKey"],
            aws_secret_access_key="x",
        )

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """The answer of a function to an event."""
        answer = self.client("lambda").invoke(FunctionName=f"icosa-local-{function}", Payload=orjson.dumps(event))
        assert "FunctionError" not in answer, answer["Payload"].read()
        return orjson.loads(answer["Payload"].read())

    def stop(self) -> int:
        """End the stack; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(120)


def start_stack(data: Path, *options: str) -> RunningStack:
    """Start a stack on a data folder and wait for its ready line."""
    if not (data / "pycache").exists():
        share_modules(data)
    command = [sys.executable, "-m", "local", "--root", str(APP), "--data", str(data), "--port", "0", *options]
    process = subprocess.Popen(command, cwd=REPOSITORY, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    line = process.stdout.readline()
    assert line.startswith("Icosa is ready on http://localhost:"), line
    return RunningStack(process=process, url=line.removeprefix("Icosa is ready on ").strip(), data=data)


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """One stack for all tests that leave it as it was."""
    running = start_stack(tmp_path_factory.mktemp("stack"))
    yield running
    running.stop()
    assert running.process.stdout
    running.process.stdout.close()
