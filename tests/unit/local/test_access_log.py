"""The gateway's log of calls, and what the terminal shows of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.gateway.access_log import AccessLog, CallLines, shown
from tests.support.checkout import template_document

_CONTEXT = {
    "httpMethod": "GET",
    "requestId": "r1",
    "resourcePath": "/rest/{proxy+}",
    "status": 200,
    "responseLatency": 12,
    "authorizer": {"workspaceId": "w1", "keyId": "k1"},
    "identity": {"sourceIp": '"::1"'},
}
_FORMAT = template_document()["Resources"]["Api"]["Properties"]["AccessLogSetting"]["Format"]


def _call(request_id: str, **members: Any) -> bytes:
    line = {"message": "call", "correlation_id": request_id, "operation": "list", "ReadUnits": 3, **members}
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def test_lines_have_the_templates_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = AccessLog(tmp_path, "Api", _FORMAT, quiet=True)
    log.write(_CONTEXT, path="/rest/people")
    log.close()

    line = json.loads((tmp_path / "Api.log").read_text())
    assert (line["requestId"], line["workspaceId"], line["keyId"]) == ("r1", "w1", "k1")
    assert (line["status"], line["source"], line["error"]) == ("200", '"::1"', "-")
    assert "people" not in json.dumps(line)
    assert capsys.readouterr().err == ""


def test_the_terminal_says_what_the_function_says_about_its_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    function = tmp_path / "CoreRestFunction.log"
    function.write_bytes(_call("r1", operation="yesterday"))
    log = AccessLog(tmp_path, "Api", None, quiet=False)
    log.expect("CoreRestFunction")
    with function.open("ab") as lines:
        lines.write(b"REPORT RequestId: 1\n" + _call("r2", operation="get") + _call("r1", WriteUnits=[2, 2]))
    log.write(_CONTEXT, path="/rest/people", function="CoreRestFunction")
    log.write({**_CONTEXT, "requestId": "r2", "status": 404}, path="/rest/people", function="CoreRestFunction")
    log.write({**_CONTEXT, "status": 401}, path="/rest/\x1b[2Jpeople")

    texts = [line.partition(" ")[2] for line in capsys.readouterr().err.splitlines()]
    assert texts == [
        "GET /rest/people 200 12 ms: list, 3 read units, 2 write units",
        "GET /rest/people 404 12 ms: get, 3 read units",
        "GET /rest/\\x1b[2Jpeople 401 12 ms",
    ]
    assert not (tmp_path / "Api.log").exists()


def test_a_line_that_is_not_whole_yet_is_read_later(tmp_path: Path) -> None:
    log = tmp_path / "f.log"
    lines, whole = CallLines(log), _call("r1")

    assert lines.take("r1") is None
    log.write_bytes(whole[:20])
    assert lines.take("r1") is None
    log.write_bytes(whole)
    assert lines.take("r1") is not None
    assert lines.take("r1") is None


def test_long_paths_are_cut() -> None:
    assert shown(_CONTEXT, "/" + "a" * 500, None) == f"GET /{'a' * 99}… 200 12 ms"
