"""Pages are reachable, and the commands and modules that they name exist. Links: ``test_references.py``."""

from __future__ import annotations

import re
import tomllib
from os.path import normpath
from pathlib import Path

import pytest

from icosa.version import VERSION
from tests.support.checkout import tracked_files
from tests.support.markdown import links, pages, read

_MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
_VERSION = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$", re.MULTILINE)


#: Pages that list others, each linked from one before it.
_INDEXES = ("README.md", "docs/README.md", "docs/wire/README.md")


def test_every_page_is_linked_from_an_index() -> None:
    linked = {"README.md"}
    for index in _INDEXES:
        assert index in linked
        linked |= {normpath(Path(index).parent / target.partition("#")[0]) for target in links(read(index))}

    assert {str(page) for page in pages()} - linked == set()


@pytest.mark.parametrize("page", pages(), ids=str)
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), re.MULTILINE))
    text = read(page)
    code = [*re.findall(r"`([^`\n]+)`", text), *re.findall(r"^```.*?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]

    assert {name for part in code for name in _MAKE.findall(part)} - targets == set()


def test_make_help_lists_every_target() -> None:
    makefile = read("Makefile")
    [phony] = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)

    assert set(phony.split()) == set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))


def test_the_changelog_ends_with_this_version() -> None:
    versions = _VERSION.findall(read("CHANGELOG.md"))

    assert versions[0][0] == VERSION == tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert versions == sorted(versions, key=lambda version: version[1], reverse=True)


@pytest.mark.parametrize("page", pages(), ids=str)
def test_modules_exist(page: Path) -> None:
    """A path of a module is from the root, from the package, or from a folder that the page names."""
    files = {str(path) for path in tracked_files()}
    missing = [
        name
        for name in re.findall(r"`([\w./-]+/\w+\.(?:py|yaml|toml|json|graphql))`", read(page))
        if not any(path == name or path.endswith(f"/{name}") for path in files)
    ]

    assert missing == []
