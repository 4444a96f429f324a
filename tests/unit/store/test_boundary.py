"""``store`` is the only code that knows DynamoDB: its client, its expressions, the keys inside items."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_LAYER = ROOT / "layers" / "core" / "python" / "icosa"
_OUTSIDE = [
    path
    for path in (*_LAYER.rglob("*.py"), *(ROOT / "functions").rglob("*.py"))
    if not path.is_relative_to(_LAYER / "store")
]
_MARKS = {
    "the client": re.compile(r"\bpydynox"),
    "a key inside an item": re.compile(r"""["'](?:PK|SK)["']"""),
    "a condition": re.compile(r"\b(?:attribute_exists|attribute_not_exists|begins_with|if_not_exists)\b"),
    "an update": re.compile(r"""["'](?:SET|REMOVE|ADD) [#\w]"""),
    "a placeholder": re.compile(r"""["'][^"'\n]*(?:#\w+|\b\w+) (?:=|<>|<=|>=) :\w+"""),
    "a projection": re.compile(r"\bproject="),
}


@pytest.mark.parametrize("what", _MARKS)
def test_only_the_store_knows_dynamodb(what: str) -> None:
    mark = _MARKS[what]
    places = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in _OUTSIDE
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if mark.search(line)
    ]
    assert not places
