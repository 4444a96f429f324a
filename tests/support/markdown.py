"""What tests read in the pages of docs/: tables and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .checkout import ROOT, tracked_files

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")


def pages() -> list[Path]:
    """Every Markdown file of the repository, relative to its root."""
    return [path for path in tracked_files() if path.suffix == ".md"]


def read(path: str | Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def links(text: str) -> list[str]:
    """The targets of links, without those in code blocks."""
    return _LINK.findall(_FENCE.sub("", text))


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a page: its head and its rows, cell by cell."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def codes(self, column: int = 0) -> list[str]:
        """What is set in code in a column, in order."""
        return [code for row in self.rows for code in _CODE.findall(row[column])]


def tables(text: str) -> list[Table]:
    """Every table of a page."""
    return [Table(lines[0], tuple(lines[2:])) for lines in _blocks(text)]


def table(path: str, first_head: str) -> Table:
    """The table of a page whose first column has that head."""
    [match] = [candidate for candidate in tables(read(path)) if candidate.head[0] == first_head]
    return match


def _blocks(text: str) -> Iterator[list[tuple[str, ...]]]:
    block: list[tuple[str, ...]] = []
    for line in [*_FENCE.sub("", text).splitlines(), ""]:
        if line.startswith("|"):
            block.append(tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]))
        elif block:
            yield block
            block = []
