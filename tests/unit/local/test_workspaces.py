"""The commands about workspaces, against a deployed stack that is made up."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import workspaces
from local.invocation import InvocationFailed
from local.workspaces_deployed import Deployed

_WS = "20202020-0687-4c41-b707-ed1bfca972a7"


class _Aws:
    """What the commands ask AWS: answers of the keys function in their order."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self._answers: Iterator[dict[str, Any]] = iter(answers)
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": "arn:aws:iam::1:user/ann"}

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:
        assert StackName == "icosa-prod"
        outputs = [
            {"OutputKey": name, "OutputValue": name.lower()} for name in ("KeysFunctionName", "JobsFunctionName")
        ]
        return {"Stacks": [{"Outputs": outputs}]}

    def invoke(self, *, FunctionName: str, Qualifier: str, Payload: bytes) -> dict[str, Any]:
        self.asked.append((FunctionName, Qualifier, json.loads(Payload)))
        answer = next(self._answers)
        failed = {"FunctionError": "Unhandled"} if "errorType" in answer else {}
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), **failed}


def _operation(state: str, **more: Any) -> dict[str, Any]:
    members = {"id": "op", "workspaceId": _WS, "kind": "export", "notBefore": "2026-01-01T00:00:00.000Z", "counts": {}}
    return {"operation": {**members, "state": state, "failure": None, **more}}


def _run(monkeypatch: pytest.MonkeyPatch, aws: _Aws, *arguments: str) -> int:
    monkeypatch.setattr(Deployed, "_client", lambda *_: aws)
    monkeypatch.setattr(workspaces, "_POLL_SECONDS", 0.0)
    return workspaces.main([*arguments, "--env", "prod"])


def test_an_operation_is_asked_for_and_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    aws = _Aws(_operation("WAITING"), _operation("RUNNING", counts={"records": 7}), _operation("DONE"))
    assert _run(monkeypatch, aws, "export", _WS) == 0
    by = {"action": "export_workspace", "workspaceId": _WS, "by": "arn:aws:iam::1:user/ann"}
    read = {"action": "read_operation", "workspaceId": _WS, "operationId": "op"}
    assert aws.asked == [("keysfunctionname", "live", event) for event in (by, read, read)]
    written = capsys.readouterr()
    assert json.loads(written.out) == _operation("DONE")
    assert "export: 7 rows" in written.err


def test_all_pages_of_the_list_are_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def page(number: int, following: str | None) -> dict[str, Any]:
        shown = {"id": str(number), "name": f"W {number}", "status": "active", "createdAt": "then", "plan": None}
        return {"workspaces": [{**shown, "records": number}], "next": following}

    aws = _Aws(page(1, "1"), page(2, None))
    assert _run(monkeypatch, aws, "list", "--counts") == 0
    assert [event for _, _, event in aws.asked] == [
        {"action": "list_workspaces", "counts": True},
        {"action": "list_workspaces", "counts": True, "after": "1"},
    ]
    assert capsys.readouterr().out.splitlines() == ["1\tactive\tthen\t\t1\tW 1", "2\tactive\tthen\t\t2\tW 2"]


def test_what_goes_wrong_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    aws = _Aws({"errorType": "BadRequest", "errorMessage": "confirm must be the name"})
    assert _run(monkeypatch, aws, "delete", _WS, "--confirm", "x") == 1
    assert "BadRequest: confirm must be the name" in capsys.readouterr().err
    assert _run(monkeypatch, _Aws(_operation("WAITING"), _operation("DONE", failure="no bucket")), "export", _WS) == 1
    with pytest.raises(SystemExit):
        workspaces.main(["suspend"])
    (tmp_path / "samconfig.toml").write_text("version = 0.1")
    with pytest.raises(InvocationFailed, match="no environment prod"):
        Deployed(tmp_path / "samconfig.toml", "prod")
