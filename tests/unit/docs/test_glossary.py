"""The words of the glossary are those of the code."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.support.checkout import ROOT
from tests.support.markdown import read, tables

_PLACE = re.compile(r"((?:`\w+`(?:, )?)+) in `([\w/]+)`")
_PACKAGE = ROOT / "layers" / "core" / "python" / "icosa"
_ROWS = [row for table in tables(read("docs/glossary.md")) for row in table.rows]


@cache
def _source(package: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((_PACKAGE / package).rglob("*.py")))


def test_terms_are_explained_once() -> None:
    terms = [term for row in _ROWS for term in row[0].split(", ")]

    assert sorted(terms) == sorted(set(terms))


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: str(row[0]))
def test_its_place_in_the_code_exists(row: tuple[str, ...]) -> None:
    places = [(name, package) for names, package in _PLACE.findall(row[2]) for name in re.findall(r"\w+", names)]
    missing = [
        f"{name} in {package}"
        for name, package in places
        if not re.search(rf"^\s*(?:class |def |type )?{name}\b *[:=(\[]", _source(package), re.MULTILINE)
    ]

    assert places
    assert missing == []
