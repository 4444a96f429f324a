"""``make migrate``: what it asks of the administration function, here and in AWS, and what it says."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import orjson
import pytest
from botocore.exceptions import ClientError

from local.deployed import invoke_deployed
from local.functions.invoker import Outcome
from local.invocation import InvocationFailed
from local.migrations import report
from tests.support.checkout import ROOT

READY = {"formatVersion": 2, "standardVersion": 2, "pending": [], "job": None}
BEHIND = {"formatVersion": 1, "standardVersion": 0, "pending": ["carry-values", "standard-1"]}
JOB = {"state": "RUNNING", "done": 512, "report": ["blocklist was not added: Object already exists"]}


class Administration:
    """Answers in pages of one workspace."""

    def __init__(self, *workspaces: dict[str, Any]) -> None:
        self.workspaces = workspaces
        self.events: list[dict[str, Any]] = []

    def __call__(self, payload: bytes) -> Outcome:
        event = orjson.loads(payload)
        self.events.append(event)
        number = int(event.get("after", 0))
        following = str(number + 1) if number + 1 < len(self.workspaces) else None
        workspace = self.workspaces[number]
        answer = (
            {"begun": [workspace["id"]] if workspace["pending"] else []}
            if event["action"] == "migrate"
            else {"workspaces": [workspace]}
        )
        return Outcome(payload=orjson.dumps({**answer, "next": following}), error=None)


def test_all_pages_are_asked_for_and_told_of() -> None:
    administration = Administration(
        {**READY, "id": "w1", "name": "One"}, {**BEHIND, "id": "w2", "name": "2", "job": JOB}
    )
    assert list(report(administration)) == [
        "Migrations begin in 1 workspace.",
        "w1  format 2, standard 2  up to date  One",
        "w2  format 1, standard 0  to do: carry-values, standard-1 (running, 512 records)  2",
        "  blocklist was not added: Object already exists",
    ]
    assert administration.events == [
        {"action": "migrate"},
        {"action": "migrate", "after": "1"},
        {"action": "list_migrations"},
        {"action": "list_migrations", "after": "1"},
    ]


def test_one_workspace_is_asked_for_by_its_id() -> None:
    administration = Administration({**READY, "id": "w1", "name": "One"})
    assert len(list(report(administration, only_list=True, workspace_id="w1"))) == 1
    list(report(administration, workspace_id="w1", again=True))
    assert administration.events[:2] == [
        {"action": "list_migrations", "workspaceId": "w1"},
        {"action": "migrate", "again": True, "workspaceId": "w1"},
    ]


def test_a_refusal_is_passed_on() -> None:
    refusal = Outcome(payload=b'{"errorMessage":"There is no such workspace"}', error="Unhandled")
    with pytest.raises(InvocationFailed, match="There is no such workspace"):
        list(report(lambda _: refusal))


class Session:
    """boto3's, of an account with one stack."""

    def __init__(self, outputs: list[dict[str, str]]) -> None:
        self.outputs = outputs
        self.invoked: list[dict[str, Any]] = []

    def client(self, _name: str) -> Any:
        return self

    def describe_stacks(self, *, StackName: str) -> Any:
        if StackName != "icosa-prod":
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")
        return {"Stacks": [{"Outputs": self.outputs}]}

    def invoke(self, **request: Any) -> Any:
        self.invoked.append(request)
        return {"Payload": io.BytesIO(b"{}")}


def test_the_function_of_a_deployed_stack_is_invoked_behind_its_alias() -> None:
    session = Session([{"OutputKey": "KeysFunctionName", "OutputValue": "icosa-prod-Keys"}])
    assert invoke_deployed("prod", b"{}", root=ROOT, session=session) == Outcome(payload=b"{}", error=None)
    assert session.invoked == [{"FunctionName": "icosa-prod-Keys", "Qualifier": "live", "Payload": b"{}"}]


@pytest.mark.parametrize(
    ("environment", "message"),
    [("nowhere", "has no environment 'nowhere'"), ("staging", "AWS: .*does not exist"), ("prod", "deploy it first")],
)
def test_what_cannot_be_invoked_is_said(environment: str, message: str) -> None:
    with pytest.raises(InvocationFailed, match=message):
        invoke_deployed(environment, b"{}", root=ROOT, session=Session([]))


def test_an_environment_needs_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "samconfig.toml").write_text("version = 0.1\n", encoding="utf-8")
    with pytest.raises(InvocationFailed, match="has no environment"):
        invoke_deployed("prod", b"{}", root=tmp_path, session=Session([]))
