"""Functions that get batches: what fails is given back, and the log says why."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from tests.support import functions
from tests.unit.functions.test_core_rest import LambdaContext


def _fail(*_: Any, **__: Any) -> Any:
    raise RuntimeError("broken")


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
    monkeypatch.setattr(function, "_table", lambda: None)

    with pytest.raises(BatchProcessingError):
        function.handler({"Records": [record]}, LambdaContext())

    [line] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (line["level"], line["exception_name"], line["workspace_id"]) == ("WARNING", "RuntimeError", "w")
    assert "broken" in line["exception"]


@pytest.mark.parametrize("name", ["events", "jobs", "schema_builder"])
def test_nothing_to_do_is_no_failure(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "none")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"batches-{name}")

    assert functions.load(name).handler({"Records": []}, LambdaContext()) == {"batchItemFailures": []}
