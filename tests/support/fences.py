"""What pages print as code: fenced blocks with their languages, and commands in a line of prose.

A block's language says what is done with it (``tests/unit/docs/test_commands.py``, ``tests/e2e/test_how_to.py``):

- ``bash``: runs on the local stack as it is printed, and prints the ``text`` or ``json`` below it;
- ``sh``: needs AWS, Docker, or a checkout that nobody else uses. It runs with doubles of its commands, and what they
  were given is checked;
- ``python``, ``json`` and ``graphql`` are parsed; ``javascript`` and ``typescript`` have tests of their pages;
  ``text``, ``http`` and ``mermaid`` are for people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from .markdown import read

_MARK = re.compile(r"^(\s*)```(\S*)\s*$")
_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
#: The commands that a line of prose can name as a whole.
_COMMAND = re.compile(r"((?:[A-Z_]+=\S+ )*)(?:\.venv\S*/bin/)?(make|python|sam|aws|curl|git|npm)\s+[a-z-]")


@dataclass(frozen=True, slots=True)
class Fence:
    """One block of a page; ``line`` is that of its mark."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def fences(page: str | Path) -> list[Fence]:
    """The fenced blocks of a page, in order, without their indentation."""
    return list(_fences(str(page), read(page).splitlines()))


def _fences(page: str, lines: list[str]) -> Iterator[Fence]:
    begun: tuple[int, str] | None = None
    text: list[str] = []
    for number, line in enumerate(lines, 1):
        mark = _MARK.match(line)
        if begun is None and mark:
            begun, text = (number, mark[2]), []
        elif begun is not None and mark and not mark[2]:
            yield Fence(page, *begun, dedent("\n".join(text) + "\n"))
            begun = None
        elif begun is not None:
            text.append(line)
    if begun is not None:
        raise ValueError(f"{page}:{begun[0]}: the block does not end")


def commands_in_prose(page: str | Path) -> list[Fence]:
    """The commands that a page sets in code outside of its blocks."""
    prose, is_code = [], False
    for line in read(page).splitlines():
        is_mark = _MARK.match(line) is not None
        prose.append("" if is_code or is_mark else line.replace("\\|", "|"))
        is_code ^= is_mark
    text = "\n".join(prose)
    return [
        Fence(str(page), text.count("\n", 0, match.start()) + 1, "sh", " ".join(match[1].split()) + "\n")
        for match in _CODE.finditer(text)
        if _COMMAND.match(" ".join(match[1].split()))
    ]
