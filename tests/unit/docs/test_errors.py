"""The error reference is what the code says."""

from __future__ import annotations

from tests.support.error_reference import PAGE, error_classes, page


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "docs/errors.md is out of date: run `make docs`"


def test_every_class_is_on_the_page() -> None:
    text = page()

    assert {error.__name__ for error in error_classes() if f"| `{error.__name__}` |" not in text} == set()
