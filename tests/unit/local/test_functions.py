"""Environment variables, asynchronous invocation, and the pool's rules with processes that are none."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any, cast

import orjson
import pytest

from local.aws.errors import AwsError
from local.aws.routing import Call
from local.aws.secrets import secret_values, secrets_targets
from local.functions.asynchronous import AsynchronousInvoker
from local.functions.environment import Environment, EnvironmentGone
from local.functions.invoker import Outcome
from local.functions.pool import Pool
from local.functions.variables import Services, function_variables
from local.marks import marked_function
from local.provisioning import PROVISIONING, ProvisioningFailed, Workspace, read_workspace, workspace_event
from local.state import Settings
from local.template.application import AsyncInvocation, Function, Secret

from .support import FakeInvoker


def function(name: str = "F", **more: Any) -> Function:
    values: dict[str, Any] = {
        "logical_id": name,
        "name": f"stack-{name}",
        "arn": f"arn:{name}",
        "handler": "handler.handler",
        "code": Path("code"),
        "search_path": (Path("code"),),
        "environment": {},
    }
    return Function(**{**values, **more})


def test_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("HOME", "home")
    services = Services(endpoint="http://services", dynamodb="http://dynamodb", region="r", access_key="key")
    own = {"SIGNING_SECRET_ARN": "arn:secret", "OTHER_ARN": "arn:other", "LOG_LEVEL": "DEBUG"}
    variables = function_variables(function(environment=own, memory=256), services, {"arn:secret": "hush"}, "cache")
    assert variables["SIGNING_SECRET"] == "hush"
    assert "OTHER" not in variables
    assert "AWS_PROFILE" not in variables
    assert variables["HOME"] == "home"
    assert variables["AWS_ENDPOINT_URL_DYNAMODB"] == "http://dynamodb"
    assert variables["AWS_ENDPOINT_URL"] == variables["AWS_ENDPOINT_URL_API_GATEWAY"] == "http://services"
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == "stack-F"
    assert variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert (variables["LOG_LEVEL"], variables["_HANDLER"], variables["AWS_ACCESS_KEY_ID"]) == (
        "DEBUG",
        "handler.handler",
        "key",
    )


def test_secrets_are_generated_once(state: sqlite3.Connection) -> None:
    declared = [
        Secret(name="fixed", arn="1", value="v"),
        Secret(
            name="plain",
            arn="2",
            generate={"PasswordLength": 50, "ExcludePunctuation": True, "ExcludeCharacters": "aA1"},
        ),
        Secret(
            name="json", arn="3", generate={"SecretStringTemplate": '{"user":"u"}', "GenerateStringKey": "password"}
        ),
    ]
    values = secret_values(declared, Settings(state))
    assert values["1"] == "v"
    assert len(values["2"]) == 50
    assert values["2"].isalnum()
    assert not set(values["2"]) & set("aA1")
    assert orjson.loads(values["3"]).keys() == {"user", "password"}
    assert secret_values(declared, Settings(state)) == values


def test_a_secret_can_be_replaced(state: sqlite3.Connection) -> None:
    declared = [Secret(name="a", arn="1", generate={}), Secret(name="b", arn="2", value="v")]
    settings = Settings(state)
    values = secret_values(declared, settings)
    targets = secrets_targets(declared, values, settings, {})

    def call(operation: str, **body: str) -> Any:
        request = Call(path={}, query={}, headers={}, body=orjson.dumps(body))

        async def run() -> Any:
            return (await targets[f"secretsmanager.{operation}"](request)).body

        return asyncio.run(run())

    for name, arn in (("a", "1"), ("b", "2")):
        call("PutSecretValue", SecretId=arn, SecretString=f"new {name}")
        assert call("GetSecretValue", SecretId=name)["SecretString"] == f"new {name}"
    assert values == secret_values(declared, settings) == {"1": "new a", "2": "new b"}
    for wrong in ({"SecretId": "c", "SecretString": "x"}, {"SecretId": "a"}):
        with pytest.raises(AwsError):
            call("PutSecretValue", **wrong)


def asynchronously(called: Function, invoker: FakeInvoker) -> tuple[list[float], list[tuple[str, dict[str, Any]]]]:
    """Pauses and dead letters of an asynchronous invocation."""
    pauses: list[float] = []
    letters: list[tuple[str, dict[str, Any]]] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def send(arn: str, body: str) -> None:
        letters.append((arn, orjson.loads(body)))

    asynchronous = AsynchronousInvoker(functions={"F": called}, invoker=invoker, send_to=send, sleep=sleep)
    asyncio.run(asynchronous.process(called, b'{"a":1}'))
    return pauses, letters


def test_asynchronous_invocation() -> None:
    invoker = FakeInvoker()
    assert asynchronously(function(), invoker) == ([], [])
    assert invoker.events == [{"a": 1}]
    failing = FakeInvoker(lambda event: 1 / 0)
    pauses, letters = asynchronously(function(asynchronous=AsyncInvocation(retries=1, on_failure="arn:queue")), failing)
    assert (len(failing.events), pauses) == (2, [1])
    ((arn, letter),) = letters
    assert arn == "arn:queue"
    assert letter["requestPayload"] == {"a": 1}
    assert letter["responsePayload"]["errorType"] == "ZeroDivisionError"
    assert letter["requestContext"]["approximateInvokeCount"] == 2
    assert asynchronously(function(asynchronous=AsyncInvocation(retries=0)), FakeInvoker(lambda event: 1 / 0)) == (
        [],
        [],
    )


class FakeEnvironment:
    """Stands for a process: answers when it is told to."""

    def __init__(self, started: list[FakeEnvironment], behaviour: dict[str, Any]) -> None:
        started.append(self)
        self.alive = True
        self.behaviour = behaviour
        self.invocations = 0
        self.killed = False

    async def start(self) -> tuple[bytes, bytes]:
        """As the real one."""
        if error := self.behaviour.get("start"):
            raise error
        if broken := self.behaviour.get("broken"):
            return b"b", orjson.dumps(broken)
        return b"r", b""

    async def invoke(self, head: dict[str, Any], event: bytes) -> tuple[bytes, bytes]:
        """As the real one."""
        self.invocations += 1
        if error := self.behaviour.pop("invoke", None):
            raise error
        await asyncio.sleep(self.behaviour.get("sleep", 0))
        return (b"f", b'{"errorType":"E","errorMessage":"m"}') if event == b"fail" else (b"a", event)

    def kill(self) -> None:
        """As the real one."""
        self.alive = False
        self.killed = True


def pool(behaviour: dict[str, Any] | None = None, limit: int = 2, **more: Any) -> tuple[Pool, list[FakeEnvironment]]:
    started: list[FakeEnvironment] = []
    made = Pool({"F": function(**more)}, lambda _: cast(Environment, FakeEnvironment(started, behaviour or {})), limit)
    return made, started


def test_environments_are_reused_and_limited() -> None:
    async def work() -> None:
        made, started = pool()
        for _ in range(3):
            assert (await made.invoke("F", b"1")).payload == b"1"
        assert [environment.invocations for environment in started] == [3]
        outcomes = await asyncio.gather(*(made.invoke("F", str(number).encode()) for number in range(6)))
        assert [outcome.payload for outcome in outcomes] == [b"0", b"1", b"2", b"3", b"4", b"5"]
        assert len(started) == 2
        await made.close(1)
        assert all(environment.killed for environment in started)

    asyncio.run(work())


def test_failures_of_the_function_keep_the_environment() -> None:
    async def work() -> None:
        made, started = pool()
        outcome = await made.invoke("F", b"fail")
        assert (outcome.error, str(outcome)) == ("Unhandled", "E: m")
        await made.invoke("F", b"1")
        assert len(started) == 1

    asyncio.run(work())


def test_an_environment_that_dies_or_hangs_is_replaced() -> None:
    async def work() -> None:
        made, started = pool({"invoke": EnvironmentGone()})
        outcome = await made.invoke("F", b"1")
        assert str(outcome).startswith("Runtime.ExitError")
        assert (await made.invoke("F", b"1")).error is None
        assert [environment.killed for environment in started] == [True, False]
        slow, stuck = pool({"sleep": 30}, timeout=0.01)
        assert "Task timed out after 0.01 seconds" in str(await slow.invoke("F", b"1"))
        assert stuck[0].killed

    asyncio.run(work())


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ({"broken": {"errorType": "ImportError", "errorMessage": "x"}}, "ImportError: x"),
        ({"start": EnvironmentGone()}, "Runtime.ExitError"),
    ],
)
def test_a_function_that_cannot_be_loaded(behaviour: dict[str, Any], message: str) -> None:
    async def work() -> None:
        made, started = pool(behaviour, limit=1)
        made.begin(["F"])
        await made.ready(["F"])
        outcomes = await asyncio.gather(made.invoke("F", b"1"), made.invoke("F", b"1"))
        assert all(str(outcome).startswith(message) for outcome in outcomes)
        assert len(started) == 3

    asyncio.run(work())


def test_provisioning() -> None:
    marked = function(metadata={"Icosa": {"Provisioning": True}})
    assert marked_function({"A": function("A"), "F": marked}, PROVISIONING) == marked
    assert marked_function({"A": function("A", metadata={"Icosa": None})}, PROVISIONING) is None
    assert orjson.loads(workspace_event("Acme", demo=False)) == {
        "action": "provision_workspace",
        "name": "Acme",
        "demo": False,
    }
    answer = {"workspaceId": "w", "apiKey": {"id": "k", "token": "t"}, "console": "/c"}
    assert read_workspace(Outcome(payload=orjson.dumps(answer))) == Workspace(id="w", token="t", console="/c")
    for outcome in (
        Outcome(payload=b"{}"),
        Outcome(payload=b'{"errorType":"E","errorMessage":"m"}', error="Unhandled"),
    ):
        with pytest.raises(ProvisioningFailed):
            read_workspace(outcome)
