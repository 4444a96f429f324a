"""The parts of pages that follow from the code are what the code says."""

from __future__ import annotations

import pytest

from tests.support.markdown import read
from tests.support.reference_pages import PARTS, page


@pytest.mark.parametrize("path", PARTS)
def test_the_parts_are_up_to_date(path: str) -> None:
    assert read(path) == page(path), f"{path} is out of date: run `make docs`"


@pytest.mark.parametrize("path", PARTS)
def test_each_part_is_on_its_page(path: str) -> None:
    text = read(path)

    assert [name for name in PARTS[path] if f"<!-- from the code: {name} -->" not in text] == []
