"""Functions that get batches: what fails is given back, and the log says why."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest

from icosa.runtime.batch import BatchFailed
from icosa.store.table import Table
from tests.support import functions
from tests.support.functions import LambdaContext

_VALUE = "Ada Lovelace"


def _fail(*_: Any, **__: Any) -> Any:
    raise RuntimeError(_VALUE)


def _changed(event: str, **image: Any) -> dict[str, Any]:
    row = {"PK": {"S": "w#W"}, "SK": {"S": "workspace"}, **image}
    return {
        "eventName": event,
        "eventSource": "aws:dynamodb",
        "dynamodb": {"Keys": row, "NewImage": row, "OldImage": row, "SequenceNumber": "1"},
    }


_MESSAGE = {"messageId": "1", "eventSource": "aws:sqs", "body": json.dumps({"workspaceId": "w", "jobId": "j"})}


@pytest.mark.parametrize(
    ("name", "work", "record"),
    [
        ("events", "tidy", _changed("REMOVE")),
        ("jobs", "_work", _MESSAGE),
        ("schema_builder", "build", _changed("MODIFY", metadataVersion={"N": "7"})),
    ],
)
def test_the_cause_of_a_failure_is_logged(
    name: str, work: str, record: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TABLE_NAME", "none")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"batches-{name}")
    function: ModuleType = functions.load(name)
    monkeypatch.setattr(function, work, _fail)
    monkeypatch.setattr(function, "_table", lambda: Table.at("none", region="eu-central-1", endpoint=None))

    with pytest.raises(BatchFailed) as raised:
        function.handler({"Records": [record]}, LambdaContext())

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [line] = [line for line in lines if "exception" in line]
    assert (line["level"], line["exception_name"], line["workspace_id"]) == ("WARNING", "RuntimeError", "w")
    assert line["exception"].splitlines()[-1] == "RuntimeError"
    assert "in _fail" in line["exception"]
    assert _VALUE not in json.dumps(lines) + str(raised.value)
    [call] = [line for line in lines if line["message"] == "call"]
    assert (call["operation"], call["Records"], call["FailedRecords"], call["Faults"]) == ("batch", 1, 1, 1)


@pytest.mark.parametrize("name", ["events", "jobs", "schema_builder"])
def test_nothing_to_do_is_no_failure(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "none")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"batches-{name}")

    assert functions.load(name).handler({"Records": []}, LambdaContext()) == {"batchItemFailures": []}
