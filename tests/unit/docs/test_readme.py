"""What the README says about costs is what the page on performance says."""

from __future__ import annotations

from tests.support.markdown import read, tables


def _costs(page: str) -> dict[str, str]:
    """USD a million calls by operation, of the first table that has them: later ones compare."""
    [found, *_] = [known for known in tables(read(page)) if known.head[0] == "Operation" and "USD" in known.head[-1]]
    return {row[0]: row[-1] for row in found.rows}


def test_costs_are_those_of_the_page_on_performance() -> None:
    shown, measured = _costs("README.md"), _costs("docs/performance.md")

    assert len(shown) > 3
    assert shown == {name: measured[name] for name in shown}
