"""`make validate`: what linters find is mended or has a reason, and no reason outlives what it was given for."""

from __future__ import annotations

import importlib.util
import json
import sys
from types import ModuleType

import pytest

from local.template.document import read_document
from tests.support.checkout import ROOT, template_document


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("validate", ROOT / ".ci" / "validate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["validate"] = module  # Dataclasses look their module up.
    spec.loader.exec_module(module)
    return module


validate = _load()
_FINDING = validate.Finding("checkov", "CKV_1", "Table", "is bad")


def _known(**changes: object) -> list[object]:
    return [validate.Suppression(**{"tool": "checkov", "rule": "CKV_1", "reason": "r", **changes})]


def test_a_finding_without_a_reason_is_a_complaint() -> None:
    assert validate.complaints([_FINDING], []) == ["checkov CKV_1 Table: is bad"]
    assert validate.complaints([_FINDING], _known()) == []
    assert validate.complaints([_FINDING], _known(resources=frozenset({"Table"}))) == []


def test_a_reason_covers_its_resources_only() -> None:
    assert validate.complaints([_FINDING], _known(resources=frozenset({"Other"}))) == [
        "checkov CKV_1 Table: is bad",
        "suppressions.yaml: checkov CKV_1 matches nothing any more",
    ]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"rule": "CKV_2"}, "checkov CKV_2 matches nothing any more"),
        ({"tool": "cfn-lint"}, "cfn-lint CKV_1 matches nothing any more"),
        ({"resources": frozenset({"Table", "Old"})}, "checkov CKV_1 matches nothing any more at Old"),
    ],
)
def test_a_reason_that_matches_nothing_is_a_complaint(changes: dict[str, object], complaint: str) -> None:
    assert f"suppressions.yaml: {complaint}" in validate.complaints([_FINDING], _known(**changes))


def test_the_output_of_the_linters_is_understood() -> None:
    rule, path = {"Id": "W1"}, ["Resources", "Table", "Properties"]
    lint = [{"Rule": rule, "Location": {"Path": place}, "Message": "m"} for place in (path, ["Outputs", "X"], None)]
    check = {"results": {"failed_checks": [{"check_id": "C", "resource": "AWS::A::B.Table", "check_name": "n"}]}}

    assert [finding.resource for finding in validate.cfn_lint_findings(json.dumps(lint))] == ["Table", "", ""]
    for output in (check, [check]):
        [finding] = validate.checkov_findings(json.dumps(output))
        assert finding == validate.Finding("checkov", "C", "Table", "n")


def test_every_suppression_has_a_reason_and_a_place() -> None:
    suppressions = validate.read_suppressions(validate.SUPPRESSIONS)
    resources = {name for path in validate.TEMPLATES for name in read_document(ROOT / path)["Resources"]}

    assert {suppression.tool for suppression in suppressions} <= {"cfn-lint", "checkov"}
    for suppression in suppressions:
        assert len(suppression.reason.split()) >= 8, suppression.rule
        assert suppression.resources is None or suppression.resources <= resources, suppression.rule


def test_queues_are_encrypted() -> None:
    """checkov does not see it, so its finding is suppressed."""
    queues = [body for body in template_document()["Resources"].values() if body["Type"] == "AWS::SQS::Queue"]

    assert queues
    assert all(queue["Properties"]["SqsManagedSseEnabled"] is True for queue in queues)
