"""What pages print as code can be run: each command is called as the shell would, with doubles in place of programs.

Blocks that the local stack can run are run for good by ``tests/e2e/test_how_to.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from graphql import GraphQLSyntaxError, parse

from tests.support.command_checks import problem
from tests.support.doubles import Doubles
from tests.support.fences import Fence, commands_in_prose, fences
from tests.support.markdown import pages
from tests.support.page_runs import pages_to_run

_LANGUAGES = {"bash", "sh", "python", "javascript", "typescript", "json", "graphql", "text", "http", "mermaid"}
#: Pages about versions whose commands may be gone.
_PAST = (Path("CHANGELOG.md"),)
#: ``, …`` at the end of an object or list.
_LEFT_OUT = re.compile(r"(,\s*)?…(?=\s*[}\]])")
#: What a reader has to put in.
_PLACEHOLDER = re.compile(r"<([A-Za-z][\w ]*)>")


@pytest.fixture(scope="module")
def doubles(tmp_path_factory: pytest.TempPathFactory) -> Doubles:
    return Doubles(tmp_path_factory.mktemp("doubles"))


def _blocks(*languages: str) -> list[Fence]:
    return [fence for page in pages() for fence in fences(page) if fence.language in languages]


def test_each_block_says_what_it_is() -> None:
    unknown = [f"{fence}: {fence.language!r}" for page in pages() for fence in fences(page) if _is_unknown(fence)]

    assert unknown == [], "languages and what is done with them: tests/support/fences.py"


def _is_unknown(fence: Fence) -> bool:
    return fence.language not in _LANGUAGES


@pytest.mark.parametrize("page", [page for page in pages() if page not in _PAST], ids=str)
def test_commands_can_be_run(page: Path, doubles: Doubles) -> None:
    """A page's blocks in their order, since later ones use names of earlier ones; then its commands in prose."""
    blocks = [fence.text for fence in fences(page) if fence.language in ("bash", "sh")]
    prose = [f"( {command.text.strip()} )\n" for command in commands_in_prose(page)]
    script = _PLACEHOLDER.sub(lambda match: match[1].replace(" ", "-"), "".join([*blocks, *prose]))

    assert [f"{call}: {found}" for call in doubles.run(script) if (found := problem(call))] == []


@pytest.mark.parametrize("page", pages_to_run())
def test_blocks_that_are_run_reach_the_local_stack_only(page: str, doubles: Doubles) -> None:
    script = "".join(fence.text for fence in fences(page) if fence.language == "bash")

    assert {call.name for call in doubles.run(script)} <= {"curl", "python"}, "commands of operators are `sh`"


def test_programs_compile() -> None:
    for fence in _blocks("python"):
        compile(fence.text, str(fence), "exec")


def test_json_is_json() -> None:
    """But for members that are left out."""
    for fence in _blocks("json"):
        assert _is_read(lambda text: json.loads(_LEFT_OUT.sub("", text)), fence), fence


def test_graphql_is_graphql() -> None:
    for fence in _blocks("graphql"):
        assert _is_read(parse, fence), fence


def _is_read(reader: Callable[[str], object], fence: Fence) -> bool:
    try:
        reader(fence.text)
    except (ValueError, GraphQLSyntaxError):
        return False
    return True
