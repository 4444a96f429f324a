from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local.template.document import TemplateError, read_document
from local.template.intrinsics import NO_VALUE, Intrinsics

CONDITIONS = {"Yes": {"Fn::Equals": ["a", "a"]}, "No": {"Fn::Not": [{"Condition": "Yes"}]}}


def ref(name: str) -> Any:
    return {"Name": "acme", "Flag": True, "AWS::NoValue": NO_VALUE}[name]


@pytest.fixture
def intrinsics() -> Intrinsics:
    return Intrinsics(
        ref=ref,
        attribute=lambda name, attribute: f"<{name}/{attribute}>",
        mappings={"Sizes": {"small": {"cpu": 1}}},
        conditions=CONDITIONS,
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Name"}, "acme"),
        ({"Fn::GetAtt": ["Table", "Arn"]}, "<Table/Arn>"),
        ({"Fn::Sub": "${Name}-${Table.Arn}-${!Literal}-${Flag}"}, "acme-<Table/Arn>-${Literal}-true"),
        ({"Fn::Sub": ["${Own}/${Name}", {"Own": {"Ref": "Name"}}]}, "acme/acme"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Name"}]]}, "a-acme"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::If": ["Yes", 1, 2]}, 1),
        ({"Fn::If": ["No", 1, 2]}, 2),
        ({"Fn::FindInMap": ["Sizes", "small", "cpu"]}, 1),
        ({"Fn::Base64": "x"}, "eA=="),
        ({"Fn::ToJsonString": {"a": {"Ref": "Name"}}}, '{"a":"acme"}'),
        ({"Fn::Length": [1, 2]}, 2),
        ({"kept": 1, "dropped": {"Fn::If": ["Yes", {"Ref": "AWS::NoValue"}, 1]}}, {"kept": 1}),
        ([1, {"Ref": "AWS::NoValue"}], [1]),
    ],
)
def test_functions(intrinsics: Intrinsics, value: Any, expected: Any) -> None:
    assert intrinsics.resolve(value) == expected


@pytest.mark.parametrize(
    "value", [{"Fn::ImportValue": "x"}, {"Fn::If": ["Unknown", 1, 2]}, {"Fn::FindInMap": ["Sizes", "huge", "cpu"]}]
)
def test_what_cannot_be_resolved(intrinsics: Intrinsics, value: Any) -> None:
    with pytest.raises(TemplateError):
        intrinsics.resolve(value)


def test_short_tags_and_dates(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(
        "Version: 2012-10-17\nA: !Ref X\nB: !GetAtt Table.Arn\nC: !Sub ['${x}', {x: !Ref Y}]\nD: !Condition Yes\n"
    )
    assert read_document(file) == {
        "Version": "2012-10-17",
        "A": {"Ref": "X"},
        "B": {"Fn::GetAtt": ["Table", "Arn"]},
        "C": {"Fn::Sub": ["${x}", {"x": {"Ref": "Y"}}]},
        "D": {"Condition": "Yes"},
    }


@pytest.mark.parametrize("text", ["a: [", "- just\n- a list\n"])
def test_no_template(tmp_path: Path, text: str) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(text)
    with pytest.raises(TemplateError):
        read_document(file)
