"""What the table is prepared for, by parameters."""

from __future__ import annotations

import re
from typing import Any

import pytest

from local.template.document import TemplateError
from local.template.intrinsics import NO_VALUE, Intrinsics
from local.template.names import Deployment
from local.template.reader import read_application
from tests.support.checkout import ROOT
from tests.unit.template.test_existing import STREAM

Document = dict[str, Any]


def _resolved(template: Document, **parameters: str) -> Any:
    """The table's property as CloudFormation would see it."""

    def ref(name: str) -> Any:
        default = template["Parameters"].get(name, {"Default": NO_VALUE})["Default"]
        return parameters.get(name, default)

    def attribute(resource: str, name: str) -> Any:
        raise TemplateError(f"{resource}.{name}")

    reader = Intrinsics(ref=ref, attribute=attribute, mappings={}, conditions=template["Conditions"])
    return reader.resolve(template["Resources"]["Table"]["Properties"]).get("WarmThroughput")


def test_it_is_left_to_dynamodb_unless_told(template: Document) -> None:
    assert _resolved(template) is None


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"WarmReadUnits": "24000"}, {"ReadUnitsPerSecond": "24000"}),
        ({"WarmWriteUnits": "8000"}, {"WriteUnitsPerSecond": "8000"}),
        (
            {"WarmReadUnits": "40000", "WarmWriteUnits": "40000"},
            {"ReadUnitsPerSecond": "40000", "WriteUnitsPerSecond": "40000"},
        ),
    ],
)
def test_what_is_named_is_asked_for(template: Document, parameters: dict[str, str], expected: dict[str, str]) -> None:
    assert _resolved(template, **parameters) == expected


@pytest.mark.parametrize(
    ("parameter", "lowest"), [("WarmReadUnits", 12_000), ("WarmWriteUnits", 4_000)], ids=["reads", "writes"]
)
def test_less_than_a_new_table_takes_is_refused(template: Document, parameter: str, lowest: int) -> None:
    pattern = template["Parameters"][parameter]["AllowedPattern"]
    taken = [0, lowest, lowest + 1, 19_999, 20_000, 40_000, 100_000, 1_200_000]
    refused = ["", "1", str(lowest - 1), f"0{lowest}", f"-{lowest}", f"{lowest}.5", "all"]

    assert all(re.fullmatch(pattern, str(units)) for units in taken)
    assert not [units for units in refused if re.fullmatch(pattern, units)]


@pytest.mark.parametrize(("existing", "tables"), [("", 1), (STREAM, 0)], ids=["own", "existing"])
def test_the_local_stack_takes_them(existing: str, tables: int) -> None:
    parameters = {"WarmReadUnits": "24000", "WarmWriteUnits": "8000", "ExistingTableStreamArn": existing}
    application = read_application(ROOT / "template.yaml", Deployment(endpoint="http://127.0.0.1:1"), parameters)

    assert len(application.tables) == tables
    assert not [table for table in application.tables if "WarmThroughput" in table.definition]
