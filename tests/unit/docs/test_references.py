"""References to documents lead somewhere: citations in code and tests, and links between documents.

A citation is the path of a document from the root, with a heading's anchor or without (``docs/wire/rest.md#cursors``).
Anchors are those that GitHub makes of headings.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

import pytest

from tests.support.checkout import ROOT, tracked_files

#: Files that may cite documents, beside Python's.
_CITING = {".py", ".yaml", ".toml", ".graphql", ".json", ".md", ".in"}
_CITING_NAMES = {"Makefile", "run"}

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_INLINE_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^()\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_CITATION = re.compile(r"(?<![\w./-])docs/[\w./-]+?\.md(?:#[\w-]+)?")
# Written so that this file does not contain what it looks for.
_OLD = re.compile(
    "|".join(
        (
            r"(?<![\w.])[Ss]" + r"pec/[a-z-]+\.md",
            r"(?<![\w/-])(?:rest-core|graphql-core|observed)" + r"\.md",
            r"(?<![\w/-])[Dd]esign" + r"\.md",
            # Our own documents have headings without numbers.
            r"(?<!RFC \d{4} )" + "\N{SECTION SIGN}",
        )
    )
)


def _texts() -> Iterator[tuple[str, str]]:
    for path in tracked_files():
        if path.suffix in _CITING or path.name in _CITING_NAMES:
            yield str(path), (ROOT / path).read_text(encoding="utf-8")


def _documents() -> list[str]:
    return [str(path) for path in tracked_files() if path.suffix == ".md"]


def _anchor(heading: str) -> str:
    """GitHub's anchor of a heading: lower case, punctuation dropped, blanks as hyphens.

    >>> _anchor("The `keys` function, and *why*: [it](x.md) stays")
    'the-keys-function-and-why-it-stays'
    """
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


@cache
def _anchors(document: str) -> frozenset[str]:
    """The anchors of a document. A heading that comes again gets a number."""
    result: dict[str, int] = {}
    anchors = set()
    is_code = False
    for line in (ROOT / document).read_text(encoding="utf-8").splitlines():
        if _FENCE.match(line):
            is_code = not is_code
        elif not is_code and (match := _HEADING.match(line)):
            anchor = _anchor(match.group(2))
            count = result.get(anchor, 0)
            result[anchor] = count + 1
            anchors.add(f"{anchor}-{count}" if count else anchor)
    return frozenset(anchors)


def _problem(target: str) -> str | None:
    """What is wrong with a reference to ``path`` or ``path#anchor``, from the root."""
    path, mark, anchor = target.partition("#")
    if not (ROOT / path).exists():
        return "no such file"
    if mark and (PurePosixPath(path).suffix != ".md" or anchor not in _anchors(path)):
        return "no such heading"
    return None


def _prose(text: str) -> str:
    """A document without its code, where brackets mean something else. Lines keep their number."""
    lines = []
    is_code = False
    for line in text.splitlines():
        fence = _FENCE.match(line)
        lines.append("" if fence or is_code else _INLINE_CODE.sub(lambda match: "x" * len(match.group()), line))
        if fence:
            is_code = not is_code
    return "\n".join(lines)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def test_citations_of_documents_resolve() -> None:
    broken = [
        f"{name}:{_line(text, match.start())}: {match.group()}: {problem}"
        for name, text in _texts()
        for match in _CITATION.finditer(text)
        if (problem := _problem(match.group())) is not None
    ]

    assert broken == []


@pytest.mark.parametrize("document", _documents())
def test_links_resolve(document: str) -> None:
    text = _prose((ROOT / document).read_text(encoding="utf-8"))
    folder = posixpath.dirname(document)
    broken = []
    for match in _LINK.finditer(text):
        link = match.group(1)
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        path, mark, anchor = link.partition("#")
        target = posixpath.normpath(posixpath.join(folder, path)) if path else document
        if (problem := _problem(target + mark + anchor)) is not None:
            broken.append(f"{document}:{_line(text, match.start())}: {link}: {problem}")

    assert broken == []


def test_documents_outside_the_repository_are_not_cited() -> None:
    cited = [
        f"{name}:{_line(text, match.start())}: {match.group()}"
        for name, text in _texts()
        for match in _OLD.finditer(text)
    ]

    assert cited == []


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Cursors", "cursors"),
        ("A record's values are one text", "a-records-values-are-one-text"),
        ("The `keys` function, and why", "the-keys-function-and-why"),
        ("core_rest without a web framework", "core_rest-without-a-web-framework"),
        ("[0.1.0] - 2026-11-28", "010---2026-11-28"),
        ("Size & speed", "size--speed"),
    ],
)
def test_anchors_are_those_of_github(heading: str, anchor: str) -> None:
    assert _anchor(heading) == anchor
