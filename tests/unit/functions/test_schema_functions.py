"""The functions for documents and schemas: what they import, which stream records they get, what they do with them."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType
from typing import Any

import pytest

from icosa.store.table import Table
from local.streams.pattern import compile_filters
from tests.support import functions
from tests.support.checkout import ROOT, template_document
from tests.support.functions import LambdaContext

WORKSPACE = "0a3d7f5e-9a44-4ad5-8a7a-5d8b6c1f0001"


def _record(
    *, event: str = "MODIFY", key: str = "workspace", image: dict[str, Any] | None = None, sequence: str = "1"
) -> dict[str, Any]:
    keys = {"PK": {"S": f"{WORKSPACE}#W"}, "SK": {"S": key}}
    return {
        "eventName": event,
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": keys,
            "NewImage": {**keys, **(image or {"metadataVersion": {"N": "7"}})},
            "SequenceNumber": sequence,
        },
    }


@pytest.mark.parametrize(
    ("record", "passes"),
    [
        (_record(), True),
        (_record(event="INSERT"), True),
        (_record(event="REMOVE"), False),
        (_record(key="0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0001"), False),
        (_record(image={"v": {"N": "1"}}), False),
    ],
)
def test_the_stream_tells_of_workspaces_only(record: dict[str, Any], passes: bool) -> None:
    source = template_document()["Resources"]["SchemaBuilderFunction"]["Properties"]["Events"]["Changes"]["Properties"]
    matches = compile_filters([entry["Pattern"] for entry in source["FilterCriteria"]["Filters"]])
    assert matches(record) == passes


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("TABLE_NAME", "none")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "schema-builder")
    return functions.load("schema_builder")


def test_a_version_that_cannot_be_built_is_given_back(builder: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, int]] = []

    def build(_: Any, workspace_id: str, version: int) -> int:
        heard.append((workspace_id, version))
        if version == 8:
            raise RuntimeError("broken")
        return version

    monkeypatch.setattr(builder, "build", build)
    monkeypatch.setattr(builder, "_table", lambda: Table.at("none", region="eu-central-1", endpoint=None))
    versions = [_record(image={"metadataVersion": {"N": str(7 + number)}}, sequence=str(number)) for number in range(3)]

    answer = builder.handler({"Records": versions}, LambdaContext())

    assert heard == [(WORKSPACE, 7), (WORKSPACE, 8), (WORKSPACE, 9)]
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}


@pytest.mark.parametrize(
    ("name", "heavy"),
    [
        ("documents", {"boto3", "botocore.session", "pynamodb", "fastapi", "ariadne", "graphql"}),
        ("schema_builder", {"boto3", "botocore.session", "pynamodb", "fastapi", "jwt"}),
    ],
)
def test_nothing_is_imported_that_is_not_needed(name: str, heavy: set[str]) -> None:
    code = f"import sys, handler; print(sorted(sys.modules.keys() & {heavy!r}))"
    environment = {
        "PYTHONPATH": f"{ROOT / 'layers/core/python'}:{ROOT / 'functions' / name}",
        "TABLE_NAME": "none",
        "AWS_REGION": "eu-central-1",
        "POWERTOOLS_SERVICE_NAME": name,
    }
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
